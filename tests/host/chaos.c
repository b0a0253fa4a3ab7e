/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs that call what they like and peers that send what they like, at a
 * host with little memory: no invariant fails, budgets hold, and when all is
 * over nothing is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define HANDLES 64u
#define STEPS 6000u

struct chaos {
	struct lone *l;
	uint64_t state;           /* of the generator */
	estab_conn conn[HANDLES]; /* 0: free */
	estab_conn listener;
	uint32_t tsval;
};

static uint32_t
any_of(struct chaos *c, uint32_t n)
{
	c->state ^= c->state << 13;
	c->state ^= c->state >> 7;
	c->state ^= c->state << 17;
	return (uint32_t)(c->state >> 20) % n;
}

static bool
one_in(struct chaos *c, uint32_t n)
{
	return any_of(c, n) == 0;
}

/* Some record of the table. */
static bool
pick(struct chaos *c, struct estab_status *status)
{
	uint64_t cursor = 0;
	uint32_t skip = any_of(c, 40);
	bool found = false;

	while (estab_status_next(c->l->host, &cursor, status) == 1) {
		found = true;
		if (skip-- == 0)
			break;
	}
	return found && status->kind != ESTAB_KIND_LISTENER &&
	    status->kind != ESTAB_KIND_NONE;
}

/* Near a number, or anywhere. */
static uint32_t
near(struct chaos *c, uint32_t number, uint32_t span)
{
	if (one_in(c, 20))
		return (uint32_t)c->state;
	if (one_in(c, 2))
		return number;
	return number + any_of(c, 2 * span) - span;
}

static void
segment_arrives(struct chaos *c)
{
	static const uint8_t text[1460];
	struct estab_status s;
	struct segment seg;

	if (!pick(c, &s) ||
	    estab_address_is_v4(&s.remote.address) != (c->l->version == 4))
		return;
	seg = (struct segment){
		.from_port = s.remote.port,
		.to_port = s.local.port,
		.seq = near(c, s.rcv_nxt, 6000),
		.ack = near(c, s.snd_nxt, 3000),
		.has_ack = !one_in(c, 30),
		.syn = one_in(c, 30) ||
		    (s.state == ESTAB_SYN_SENT && !one_in(c, 4)),
		.fin = one_in(c, 15),
		.rst = one_in(c, 40),
		.urg = one_in(c, 10),
		.psh = one_in(c, 2),
		.up = (uint16_t)any_of(c, 65536),
		.wnd = one_in(c, 5) ? any_of(c, 100) : any_of(c, 65536),
		.text_len = one_in(c, 3) ? 0 : any_of(c, 1448),
	};
	c->tsval += any_of(c, 3);
	seg.options.has_ts = s.timestamps || one_in(c, 9);
	seg.options.tsval = one_in(c, 20) ? c->tsval - 5000 : c->tsval;
	seg.options.tsecr = any_of(c, 100000);
	lone_segment(c->l, &seg, text);
}

static void
syn_arrives(struct chaos *c)
{
	lone_segment(c->l,
	    &(struct segment){ .from_port = (uint16_t)(1 + any_of(c, 500)),
	        .to_port = LONE_PORT,
	        .seq = (uint32_t)c->state,
	        .syn = true,
	        .wnd = any_of(c, 65536),
	        .text_len = any_of(c, 2),
	        .options = { .has_mss = true,
	            .mss = (uint16_t)any_of(c, 1500),
	            .has_ts = one_in(c, 2),
	            .tsval = c->tsval,
	            .has_wscale = one_in(c, 2),
	            .wscale = (uint8_t)any_of(c, 16) } },
	    NULL);
}

static void
icmp_arrives(struct chaos *c)
{
	const struct estab_address us = lone_address(c->l->version, 2);
	const struct estab_address peer = lone_address(c->l->version, 1);
	uint8_t tcp[64] = { 0 }, about[128], message[256], packet[400];
	struct estab_status s;
	uint32_t n;

	if (!pick(c, &s))
		return;
	(void)segment_build(tcp,
	    &(struct segment){ .from_port = s.local.port,
	        .to_port = s.remote.port,
	        .seq = near(c, s.snd_una, 2000) });
	n = lone_datagram(about, &us, &peer, IP_PROTOCOL_TCP, tcp, 20);
	n = icmp_build_error(message,
	    one_in(c, 3) ? ICMP_UNREACHABLE_HARD : ICMP_TOO_BIG,
	    any_of(c, 1600), about, n, &peer, &us);
	n = lone_datagram(packet, &peer, &us,
	    c->l->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6, message,
	    n);
	lone_put(c->l, packet, n);
}

/* A handle in a free place, or not at all. */
static void
keep(struct chaos *c, estab_conn conn)
{
	for (uint32_t i = 0; i < HANDLES; i++)
		if (c->conn[i] == 0) {
			c->conn[i] = conn;
			return;
		}
	assert_int_equal(estab_release(c->l->host, conn), 0);
}

static void
open_something(struct chaos *c)
{
	const struct estab_endpoint local = { .port = LONE_PORT };
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint remote = {
		.address = lone_address(c->l->version, 1),
		.port = (uint16_t)(1 + any_of(c, 500))
	};
	estab_conn conn;

	if (c->listener == 0)
		(void)estab_listen(c->l->host, &c->listener, &local,
		    any_of(c, 8));
	else if (one_in(c, 200) &&
	    estab_listen_connect(c->l->host, c->listener, &remote, &conn) == 0) {
		c->listener = 0;
		keep(c, conn);
	} else if (one_in(c, 300)) {
		assert_int_equal(estab_release(c->l->host, c->listener), 0);
		c->listener = 0;
	} else if (one_in(c, 3) &&
	    estab_connect(c->l->host, &conn, &any, &remote) == 0)
		keep(c, conn);
	else if (c->listener &&
	    estab_accept(c->l->host, c->listener, &conn) == 0)
		keep(c, conn);
}

static void
call_something(struct chaos *c)
{
	static uint8_t bytes[8000];
	struct estab_host *host = c->l->host;
	estab_conn *conn = &c->conn[any_of(c, HANDLES)];
	struct estab_span span;

	if (*conn == 0) {
		open_something(c);
		return;
	}
	switch (any_of(c, 12)) {
	case 0:
		(void)estab_close(host, *conn);
		break;
	case 1:
		if (one_in(c, 4))
			(void)estab_abort(host, *conn);
		break;
	case 2:
		if (one_in(c, 4)) {
			assert_int_equal(estab_release(host, *conn), 0);
			*conn = 0;
		}
		break;
	case 3:
	case 4:
		(void)estab_send(host, *conn, bytes, any_of(c, 8000));
		break;
	case 5:
		(void)estab_send_urgent(host, *conn, bytes, any_of(c, 3000));
		break;
	case 6:
		if (estab_send_reserve(host, *conn, 1 + any_of(c, 5000),
		        &span) == 1) {
			memset(span.data, 7, span.length);
			assert_int_equal(estab_send_commit(host, *conn,
			                     span.length),
			    span.length);
		}
		break;
	case 7:
		if (estab_receive_peek(host, *conn, &span, 1) == 1)
			(void)estab_receive_consume(host, *conn,
			    1 + any_of(c, span.length));
		break;
	case 8:
		(void)estab_set(host, *conn, ESTAB_RECEIVE_BYTES,
		    1 + any_of(c, 100000));
		(void)estab_set(host, *conn, ESTAB_SEND_BYTES,
		    1 + any_of(c, 100000));
		(void)estab_set(host, *conn, ESTAB_MSS, 88 + any_of(c, 1400));
		break;
	case 9:
		(void)estab_set(host, *conn, ESTAB_NODELAY, any_of(c, 2));
		(void)estab_set(host, *conn, ESTAB_KEEPALIVE, any_of(c, 2));
		(void)estab_set(host, *conn, ESTAB_ACK_POLICY, any_of(c, 2));
		break;
	default:
		(void)estab_receive(host, *conn, bytes, any_of(c, 8000));
	}
	lone_run(c->l, 0);
}

static void
check(const struct chaos *c)
{
	struct estab_memory memory;

	estab_memory(c->l->host, &memory);
	assert_true(memory.buffer_bytes <= c->l->arena_bytes / 2);
	assert_true(memory.committed_bytes <= c->l->arena_bytes);
	assert_int_equal(lone_counter(c->l, ESTAB_COUNT_TCPInvariant), 0);
	assert_false(c->l->oversize);
}

static void
step(struct chaos *c)
{
	switch (any_of(c, 16)) {
	case 0:
		lone_run(c->l, (int64_t)any_of(c, 400) * ESTAB_MS);
		break;
	case 1:
		if (one_in(c, 30))
			lone_run(c->l, (int64_t)any_of(c, 400) * ESTAB_SECOND);
		break;
	case 2:
		syn_arrives(c);
		break;
	case 3:
		icmp_arrives(c);
		break;
	case 4:
	case 5:
	case 6:
	case 7:
	case 8:
		call_something(c);
		break;
	default:
		segment_arrives(c);
	}
	check(c);
}

static void
finish(struct chaos *c)
{
	struct estab_event event;

	while (estab_event(c->l->host, &event) == 1)
		assert_true(event.conn != 0);
	for (uint32_t i = 0; i < HANDLES; i++)
		if (c->conn[i])
			assert_int_equal(estab_release(c->l->host, c->conn[i]),
			    0);
	if (c->listener)
		assert_int_equal(estab_release(c->l->host, c->listener), 0);
	lone_run(c->l, 3 * 3600 * ESTAB_SECOND);
	lone_check_empty(c->l);
}

static void
whatever_happens_invariants_hold_and_nothing_is_left(void **unused)
{
	(void)unused;
	for (uint32_t seed = 1; seed <= 8; seed++) {
		const struct estab_config config = {
			.retransmit_records_max = seed % 3 == 0 ? 4 : 0,
			.reorder_ranges_max = seed % 3 == 1 ? 3 : 0,
			.time_wait_max = seed % 4 == 0 ? 5 : 0,
			.half_open_max = seed % 4 == 1 ? 10 : 0,
			.header_prediction = seed % 5 ? 1 : ESTAB_OFF,
			.timestamps = seed % 7 ? 1 : ESTAB_OFF,
			.receive_bytes = seed % 2 ? 0 : 30000,
		};
		struct chaos c = { .state = 88172645463325252u + seed,
			.tsval = 0xffffff00 };

		c.l = lone_create(seed % 2 ? 4 : 6, ESTAB_ARENA_MIN, &config);
		for (uint32_t i = 0; i < STEPS; i++)
			step(&c);
		assert_true(lone_counter(c.l, ESTAB_COUNT_CurrEstab) <
		    1000000); /* never below nothing */
		finish(&c);
		assert_int_equal(lone_counter(c.l, ESTAB_COUNT_CurrEstab), 0);
		lone_free(c.l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    whatever_happens_invariants_hold_and_nothing_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
