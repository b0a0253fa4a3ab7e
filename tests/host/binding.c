/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which ports may be bound: what is counted beside the records says the same
 * as a look at every record, and costs as much with many as with few.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/host.h"
#include "host/lone.h"

#define ARENA ((size_t)16 * 1024 * 1024)
#define PORTS 3u
#define STEPS 10000
#define HELD 12u

/* ---- What bind asks, told by looking at every record --------------------- */

static uint32_t waits_reusing; /* such TIME-WAITs were looked at */

static bool
has_of(const struct conn_head *head, struct estab_binding *has)
{
	const struct conn_options *o;

	*has = (struct estab_binding){ .local = { head->local,
		                           head->local_port } };
	if (head->kind == ESTAB_KIND_HALF_OPEN)
		return false;
	if (head->kind == ESTAB_KIND_TIME_WAIT) {
		has->reuse =
		    ((const struct time_wait *)(const void *)head)->reuse;
		waits_reusing += has->reuse;
		return true;
	}
	o = head->kind == ESTAB_KIND_LISTENER ?
	    &((const struct listener *)(const void *)head)->options :
	    &((const struct tcb *)(const void *)head)->options;
	has->listens = head->state == ESTAB_LISTEN;
	has->reuse = o->reuse;
	has->v6only = o->v6only;
	return true;
}

static bool
looked_for(const struct estab_host *host, const struct estab_binding *asks)
{
	const struct tcp *tcp = &host->tcp;

	for (uint32_t n = 0; n < tcp->table.bucket_count; n++) {
		uint32_t ref = table_first(&tcp->arena, &tcp->table, n);

		while (ref) {
			const struct conn_head *head =
			    arena_at(&tcp->arena, ref);
			struct estab_binding has;

			if (has_of(head, &has) &&
			    estab_binding_conflicts(asks, &has))
				return true;
			ref = head->chain;
		}
	}
	return false;
}

static const struct estab_address any;
static const struct estab_address any_v4 = { { [10] = 0xff, [11] = 0xff } };

static struct estab_address
local(uint32_t n)
{
	return n == 0 ? any :
	    n == 1    ? any_v4 :
	    n == 2    ? lone_address(4, 2) :
	    n == 3    ? lone_address(6, 2) :
	                lone_address(4, 3);
}

static void
both_say_the_same(const struct lone *l)
{
	for (uint32_t port = 0; port < PORTS; port++)
		for (uint32_t n = 0; n < 5u * 4; n++) {
			const struct estab_binding asks = {
				.local = { local(n / 4),
				    (uint16_t)(LONE_PORT + port) },
				.reuse = n % 2,
				.v6only = n / 2 % 2
			};

			assert_int_equal(estab_binding_check(l->host, &asks),
			    looked_for(l->host, &asks) ? ESTAB_EADDRINUSE : 0);
		}
}

/* ---- At random ----------------------------------------------------------- */

static uint32_t
draw(uint32_t n)
{
	static uint32_t state = 12345;

	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

/* Handles, of which some are stale. */
struct held {
	estab_conn conn[HELD];
};

static void
keep(struct lone *l, struct held *h, estab_conn conn)
{
	const uint32_t n = draw(HELD);

	(void)estab_release(l->host, h->conn[n]);
	h->conn[n] = conn;
}

static void
open_one(struct lone *l, struct held *h)
{
	const struct estab_endpoint at = { local(draw(5)),
		(uint16_t)(LONE_PORT + draw(PORTS)) };
	const struct estab_endpoint remote = {
		lone_address(ip_is_v4(&at.address) ? 4 : 6, 1),
		(uint16_t)(1000 + draw(4))
	};
	estab_conn conn;

	if (draw(2) == 0 ? estab_listen(l->host, &conn, &at, 8) == 0 :
	                   estab_connect(l->host, &conn, &at, &remote) == 0)
		keep(l, h, conn);
}

/* The peer says something: connections open, are taken, end. */
static void
peer_says(struct lone *l, struct held *h)
{
	struct segment seg = {
		.from_port = (uint16_t)(1000 + draw(4)),
		.to_port = (uint16_t)(LONE_PORT + draw(PORTS)),
		.seq = LONE_PEER_ISS,
		.syn = true,
		.wnd = 1000,
	};
	struct estab_status status;
	estab_conn conn = h->conn[draw(HELD)];

	if (draw(2) == 0) {
		lone_segment(l, &seg, NULL);
		if (l->out_count == 0 || !l->out[0].seg.syn)
			return;
		seg.ack = l->out[0].seg.seq + 1;
		seg.seq++;
		seg.syn = false;
		seg.has_ack = true;
		seg.fin = draw(2);
		lone_segment(l, &seg, NULL);
		return;
	}
	if (estab_status(l->host, conn, &status) != 0 ||
	    status.state == ESTAB_LISTEN)
		return;
	seg.from_port = status.remote.port;
	seg.to_port = status.local.port;
	seg.seq =
	    status.state == ESTAB_SYN_SENT ? LONE_PEER_ISS : status.rcv_nxt;
	seg.syn = status.state == ESTAB_SYN_SENT;
	seg.has_ack = true;
	seg.ack = status.snd_nxt;
	seg.fin = !seg.syn && draw(2);
	lone_segment(l, &seg, NULL);
}

static void
program_acts(struct lone *l, struct held *h)
{
	estab_conn conn = h->conn[draw(HELD)];

	switch (draw(6)) {
	case 0:
		(void)estab_set(l->host, conn, ESTAB_REUSE, draw(2));
		break;
	case 1:
		(void)estab_set(l->host, conn, ESTAB_V6ONLY, draw(2));
		break;
	case 2:
		(void)estab_close(l->host, conn);
		break;
	case 3:
		(void)estab_abort(l->host, conn);
		break;
	case 4:
		(void)estab_release(l->host, conn);
		break;
	default:
		if (estab_accept(l->host, conn, &conn) == 0)
			keep(l, h, conn);
		break;
	}
	lone_run(l, draw(50) == 0 ? 100 * ESTAB_SECOND : 0);
}

static void
what_is_counted_is_what_is_there(void **unused)
{
	const struct estab_config config = { .msl_ns = 10 * ESTAB_SECOND,
		.time_wait_max = 6 };
	const struct estab_address second = local(4);

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, ARENA, &config);
		struct held h = { { 0 } };

		assert_int_equal(estab_address_add(l->host, 0, &second, 24), 0);
		for (int i = 0; i < STEPS; i++) {
			switch (draw(3)) {
			case 0:
				open_one(l, &h);
				break;
			case 1:
				peer_says(l, &h);
				break;
			default:
				program_acts(l, &h);
				break;
			}
			both_say_the_same(l);
		}
		assert_true(waits_reusing > 0);
		for (uint32_t n = 0; n < HELD; n++)
			(void)estab_release(l->host, h.conn[n]);
		lone_run(l, 3600 * ESTAB_SECOND);
		assert_int_equal(l->host->tcp.table.record_count, 0);
		assert_int_equal(l->host->tcp.arena.slab[SLAB_PORT].count, 0);
		lone_free(l);
	}
}

/* ---- Many ---------------------------------------------------------------- */

static uint32_t
claims(const struct lone *l, uint16_t port)
{
	const struct port_claim *claim = ports_first(&l->host->tcp, port);
	uint32_t n = 0;

	for (; claim; claim = ports_next(&l->host->tcp, claim))
		n++;
	return n;
}

/* Ten thousand connections from one port are as much to look at as one. */
static void
many_connections_of_a_port_are_one_claim(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	struct estab_binding asks = { .local = { lone_address(4, 2), 5000 } };
	estab_conn conn;

	(void)unused;
	for (uint16_t n = 0; n < 10000; n++) {
		const struct estab_endpoint remote = { lone_address(4, 1),
			(uint16_t)(n + 1) };

		assert_int_equal(estab_connect(l->host, &conn, &asks.local,
		                     &remote),
		    0);
	}
	assert_int_equal(claims(l, 5000), 1);
	assert_int_equal(estab_binding_check(l->host, &asks), ESTAB_EADDRINUSE);
	asks.local.address = any;
	assert_int_equal(estab_binding_check(l->host, &asks), ESTAB_EADDRINUSE);
	asks.local.port = 5001;
	assert_int_equal(estab_binding_check(l->host, &asks), 0);
	lone_free(l);
}

/* Chosen ports that are taken at once never come again, until all are. */
static void
every_port_is_chosen_once_and_then_none(void **unused)
{
	const struct estab_config config = { .port_first = 20000,
		.port_last = 29999 };
	struct lone *l = lone_create(4, ARENA, &config);
	static bool used[10000];
	struct estab_binding asks = { { any_v4, 0 } };
	const struct estab_endpoint remote = { lone_address(4, 1), 7 };
	estab_conn conn;

	(void)unused;
	for (int n = 0; n < 10000; n++) {
		assert_int_equal(estab_binding_choose(l->host, &asks), 0);
		assert_in_range(asks.local.port, 20000, 29999);
		assert_false(used[asks.local.port - 20000]);
		used[asks.local.port - 20000] = true;
		asks.local.address = lone_address(4, 2);
		assert_int_equal(estab_connect(l->host, &conn, &asks.local,
		                     &remote),
		    0);
		asks = (struct estab_binding){ { any_v4, 0 } };
	}
	assert_int_equal(estab_binding_choose(l->host, &asks),
	    ESTAB_EADDRINUSE);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPNoPort), 1);
	lone_free(l);
}

/* A host draws from what it was given when it was made: a clone, whose
 * creator's generator may be gone, chooses as its original does. */
static void
a_clone_chooses_the_same_port(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	struct estab_binding one = { { any, 0 } }, two = { { any, 0 } };
	void *memory = test_malloc(ARENA + ESTAB_ARENA_ALIGN);
	void *arena = (uint8_t *)memory + ESTAB_ARENA_ALIGN -
	    (uintptr_t)memory % ESTAB_ARENA_ALIGN;
	struct estab_host *clone;

	(void)unused;
	assert_int_equal(estab_host_clone(&clone, arena, ARENA, l->host, NULL),
	    0);
	assert_int_equal(estab_binding_choose(l->host, &one), 0);
	assert_int_equal(estab_binding_choose(clone, &two), 0);
	assert_int_equal(one.local.port, two.local.port);
	test_free(memory);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_counted_is_what_is_there),
		cmocka_unit_test(many_connections_of_a_port_are_one_claim),
		cmocka_unit_test(every_port_is_chosen_once_and_then_none),
		cmocka_unit_test(a_clone_chooses_the_same_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
