/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ephemeral ports (RFC 6056): within their range, never twice for one
 * remote, hard to foretell, and an error when all are used up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)4 * 1024 * 1024)
#define FIRST 50000
#define LAST 50199
#define RANGE (LAST - FIRST + 1)

static const struct estab_config narrow = { .port_first = FIRST,
	.port_last = LAST,
	.buffer_bytes_max = 65536 };
static const struct estab_endpoint any = { .port = 0 };

static struct estab_endpoint
peer(uint8_t n, uint16_t port)
{
	return (struct estab_endpoint){ .address = lone_address(4, n),
		.port = port };
}

static uint16_t
port_of(const struct lone *l, estab_conn conn)
{
	return lone_status(l, conn).local.port;
}

/* Connect until it fails; marks each port, of which none may come twice. */
static int
use_up(struct lone *l, const struct estab_endpoint *remote, estab_conn *conn,
    bool *used, uint32_t *n)
{
	int error;

	*n = 0;
	for (;;) {
		uint16_t port;

		error = estab_connect(l->host, &conn[*n], &any, remote);
		if (error)
			return error;
		port = port_of(l, conn[*n]);
		assert_in_range(port, FIRST, LAST);
		assert_false(used[port - FIRST]);
		used[port - FIRST] = true;
		assert_true(++*n <= RANGE);
	}
}

static void
every_port_is_used_once_for_a_remote_and_then_none_is_left(void **unused)
{
	struct lone *l = lone_create(4, ARENA, &narrow);
	const struct estab_endpoint one = peer(1, 80), other = peer(1, 81);
	const struct estab_endpoint third = peer(7, 80);
	static estab_conn conn[RANGE + 1], more[RANGE + 1];
	bool used[RANGE] = { false }, again[RANGE] = { false };
	bool thirdly[RANGE] = { false };
	uint32_t n;

	(void)unused;
	assert_int_equal(use_up(l, &one, conn, used, &n), ESTAB_EADDRNOTAVAIL);
	assert_int_equal(n, RANGE);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPNoPort), 1);
	/* Another port or address of the remote has all of them again. */
	assert_int_equal(use_up(l, &other, more, again, &n),
	    ESTAB_EADDRNOTAVAIL);
	assert_int_equal(n, RANGE);
	assert_int_equal(use_up(l, &third, more, thirdly, &n),
	    ESTAB_EADDRNOTAVAIL);
	assert_int_equal(n, RANGE);
	/* One given back is found. */
	n = port_of(l, conn[77]);
	assert_int_equal(estab_abort(l->host, conn[77]), 0);
	assert_int_equal(estab_release(l->host, conn[77]), 0);
	assert_int_equal(estab_connect(l->host, &conn[77], &any, &one), 0);
	assert_int_equal(port_of(l, conn[77]), n);
	lone_free(l);
}

static void
a_listener_keeps_its_port(void **unused)
{
	struct lone *l = lone_create(4, ARENA, &narrow);
	const struct estab_endpoint one = peer(1, 80);
	const struct estab_endpoint local = { .port = FIRST + 5 };
	static estab_conn conn[RANGE + 1];
	bool used[RANGE] = { false };
	estab_conn listener;
	uint32_t n;

	(void)unused;
	assert_int_equal(estab_listen(l->host, &listener, &local, 1), 0);
	assert_int_equal(use_up(l, &one, conn, used, &n), ESTAB_EADDRNOTAVAIL);
	assert_int_equal(n, RANGE - 1);
	assert_false(used[5]);
	lone_free(l);
}

/* The host ends it first, so the pair stays in TIME-WAIT here. */
static void
end_in_time_wait(struct lone *l, const struct peer *p)
{
	const struct segment fin = {
		.from_port = LONE_PEER_PORT,
		.to_port = FIRST,
		.seq = p->seq,
		.ack = p->ack + 1,
		.has_ack = true,
		.fin = true,
		.wnd = 65535,
	};

	assert_int_equal(estab_close(l->host, p->conn), 0);
	lone_run(l, 0);
	lone_segment(l, &fin, NULL);
	assert_int_equal(estab_release(l->host, p->conn), 0);
}

static void
a_pair_in_time_wait_is_not_chosen_until_2_msl_are_over(void **unused)
{
	const struct estab_config single = { .port_first = FIRST,
		.port_last = FIRST };
	struct lone *l = lone_create(4, ARENA, &single);
	const struct estab_endpoint one = peer(1, LONE_PEER_PORT);
	const struct estab_endpoint local = { .port = FIRST };
	struct estab_memory memory;
	struct peer p = { .seq = LONE_PEER_ISS + 1 };

	(void)unused;
	assert_int_equal(estab_connect(l->host, &p.conn, &any, &one), 0);
	lone_run(l, 0);
	p.ack = l->out[0].seg.seq + 1;
	lone_segment(l,
	    &(struct segment){ .from_port = LONE_PEER_PORT,
	        .to_port = FIRST,
	        .seq = LONE_PEER_ISS,
	        .ack = p.ack,
	        .syn = true,
	        .has_ack = true,
	        .wnd = 65535 },
	    NULL);
	end_in_time_wait(l, &p);
	estab_memory(l->host, &memory);
	assert_int_equal(memory.time_wait_count, 1);
	assert_int_equal(estab_connect(l->host, &p.conn, &any, &one),
	    ESTAB_EADDRNOTAVAIL);
	assert_int_equal(estab_connect(l->host, &p.conn, &local, &one),
	    ESTAB_EADDRINUSE);
	lone_run(l, 239 * ESTAB_SECOND);
	assert_int_equal(estab_connect(l->host, &p.conn, &any, &one),
	    ESTAB_EADDRNOTAVAIL);
	lone_run(l, 2 * ESTAB_SECOND);
	assert_int_equal(estab_connect(l->host, &p.conn, &any, &one), 0);
	lone_free(l);
}

/* RFC 6056 3.1: the next port is not the last one and one more. */
static void
the_next_port_does_not_follow_from_the_last(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	uint16_t before = 0;
	uint32_t near = 0;
	estab_conn conn;

	(void)unused;
	for (uint16_t i = 0; i < 200; i++) {
		const struct estab_endpoint remote =
		    peer((uint8_t)(10 + i), (uint16_t)(80 + i));
		uint16_t port;

		assert_int_equal(estab_connect(l->host, &conn, &any, &remote),
		    0);
		port = port_of(l, conn);
		assert_in_range(port, 49152, 65535);
		if ((uint16_t)(port - before) < 16)
			near++;
		before = port;
	}
	assert_true(near < 10);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_port_is_used_once_for_a_remote_and_then_none_is_left),
		cmocka_unit_test(a_listener_keeps_its_port),
		cmocka_unit_test(
		    a_pair_in_time_wait_is_not_chosen_until_2_msl_are_over),
		cmocka_unit_test(the_next_port_does_not_follow_from_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
