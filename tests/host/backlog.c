/* SPDX-License-Identifier: BSD-2-Clause
 *
 * listen(backlog) as POSIX has it: so many may wait to be accepted, a SYN
 * beyond that is dropped and comes again, and nothing is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)1024 * 1024)

static void
put_syn(struct lone *l, uint16_t port)
{
	lone_segment(l,
	    &(struct segment){ .from_port = port,
	        .to_port = LONE_PORT,
	        .seq = LONE_PEER_ISS,
	        .syn = true,
	        .wnd = 65535 },
	    NULL);
}

/* The SYN+ACK is there; what its peer sends next. */
static struct peer
peer_of(const struct lone *l, uint16_t port)
{
	assert_int_equal(l->out_count, 1);
	assert_true(l->out[0].seg.syn && l->out[0].seg.has_ack);
	return (struct peer){ .port = port,
		.seq = LONE_PEER_ISS + 1,
		.ack = l->out[0].seg.seq + 1 };
}

static void
a_backlog_of_n_lets_n_wait_and_one_more_come_later(void **unused)
{
	static const uint32_t backlogs[] = { 0, 1, 2, 7, 128 };

	(void)unused;
	for (size_t i = 0; i < sizeof backlogs / sizeof backlogs[0]; i++) {
		const uint32_t n = backlogs[i] ? backlogs[i] : 1;
		struct lone *l = lone_create(4, ARENA, NULL);
		const estab_conn listener = lone_listen(l, backlogs[i]);
		struct peer p;
		estab_conn conn;

		for (uint32_t k = 0; k < n; k++)
			lone_shake(l, (uint16_t)(1000 + k), &p);
		assert_int_equal(lone_status(l, listener).accept_count, n);
		put_syn(l, 999);
		assert_int_equal(l->out_count, 0); /* above all no RST */
		assert_int_equal(lone_counter(l, ESTAB_COUNT_ListenOverflows),
		    1);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_ListenDrops), 1);
		assert_int_equal(estab_accept(l->host, listener, &conn), 0);
		lone_shake(l, 999, &p); /* the SYN again */
		for (uint32_t k = 0; k < n; k++)
			assert_int_equal(estab_accept(l->host, listener, &conn),
			    0);
		assert_int_equal(lone_status(l, conn).remote.port, 999);
		assert_int_equal(estab_accept(l->host, listener, &conn),
		    ESTAB_EAGAIN);
		lone_free(l);
	}
}

/* Openings do not count; only when the ACKs come is there room for one. */
static void
an_acknowledged_connection_is_not_lost_when_the_queue_is_full(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 1);
	struct peer p[4];
	estab_conn conn;
	uint8_t got[16];

	(void)unused;
	for (uint16_t i = 0; i < 4; i++) {
		put_syn(l, (uint16_t)(1000 + i));
		p[i] = peer_of(l, (uint16_t)(1000 + i));
	}
	for (int i = 0; i < 4; i++) {
		lone_ack(l, &p[i]);
		assert_int_equal(l->out_count, 0);
	}
	assert_int_equal(lone_status(l, listener).accept_count, 1);
	assert_int_equal(lone_status(l, listener).half_open_count, 3);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_ListenOverflows), 3);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(estab_accept(l->host, listener, &conn), 0);
		assert_int_equal(lone_status(l, conn).remote.port, 1000 + i);
		if (i == 3)
			break;
		/* The peer believes it is open, and sends. */
		lone_text(l, &p[i + 1], "text", 4);
		assert_int_equal(lone_status(l, listener).half_open_count,
		    2 - i);
	}
	assert_int_equal(estab_receive(l->host, conn, got, 16), 4);
	lone_free(l);
}

/* It is the SYN+ACK that brings the ACK again, if the peer has nothing to
 * say. */
static void
a_syn_ack_sent_again_asks_for_the_ack_that_was_not_taken(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 1);
	struct peer first, second;
	estab_conn conn;

	(void)unused;
	put_syn(l, 1000);
	first = peer_of(l, 1000);
	put_syn(l, 1001);
	second = peer_of(l, 1001);
	lone_ack(l, &first);
	lone_ack(l, &second);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(estab_accept(l->host, listener, &conn), ESTAB_EAGAIN);
	lone_run(l, 1100 * ESTAB_MS);
	assert_int_equal(peer_of(l, 1001).ack, second.ack);
	lone_ack(l, &second);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	lone_free(l);
}

static void
syns_without_an_ack_do_not_keep_others_out(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 1);
	struct peer p;

	(void)unused;
	for (uint16_t i = 0; i < 1000; i++)
		put_syn(l, (uint16_t)(2000 + i));
	lone_open(l, listener, 1000, &p);
	lone_run(l, 64 * ESTAB_SECOND); /* and they go by themselves */
	assert_int_equal(lone_status(l, listener).half_open_count, 0);
	lone_free(l);
}

/* ---- Every way out of SYN-RECEIVED gives the place back ---- */

static void
reset_it(struct lone *l, const struct peer *p)
{
	lone_reset(l, p);
}

static void
places_are_given_back_however_an_opening_ends(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 3);
	struct estab_memory before, after;
	struct peer p;
	estab_conn conn;

	(void)unused;
	estab_memory(l->host, &before);
	for (uint32_t i = 0; i < 20000; i++) {
		const uint16_t port = (uint16_t)(1000 + i % 60000);

		put_syn(l, port);
		p = peer_of(l, port);
		switch (i % 5) {
		case 0:
			reset_it(l, &p);
			break;
		case 1: /* reset while it waits to be accepted */
			lone_ack(l, &p);
			reset_it(l, &p);
			assert_int_equal(estab_accept(l->host, listener, &conn),
			    0);
			assert_int_equal(estab_release(l->host, conn), 0);
			break;
		case 2: /* a bad ACK is answered, the record stays */
			p.ack++;
			lone_ack(l, &p);
			p.ack--;
			reset_it(l, &p);
			break;
		case 3:
			lone_ack(l, &p);
			assert_int_equal(estab_accept(l->host, listener, &conn),
			    0);
			assert_int_equal(estab_abort(l->host, conn), 0);
			assert_int_equal(estab_release(l->host, conn), 0);
			break;
		default:
			if (i % 1000 == 4) /* these time out */
				lone_run(l, 64 * ESTAB_SECOND);
			else
				reset_it(l, &p);
		}
		lone_run(l, 10 * ESTAB_MS);
	}
	lone_run(l, 64 * ESTAB_SECOND);
	estab_memory(l->host, &after);
	assert_int_equal(after.record_bytes, before.record_bytes);
	assert_int_equal(lone_status(l, listener).half_open_count, 0);
	assert_int_equal(lone_status(l, listener).accept_count, 0);
	for (uint16_t k = 0; k < 3; k++)
		lone_shake(l, (uint16_t)(500 + k), &p);
	put_syn(l, 600);
	assert_int_equal(l->out_count, 0);
	lone_free(l);
}

static void
closing_a_listener_ends_what_waits_in_it(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 5);
	struct peer p;

	(void)unused;
	lone_shake(l, 1000, &p);
	put_syn(l, 1001);
	assert_int_equal(estab_close(l->host, listener), 0);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 1);
	assert_true(l->out[0].seg.rst);
	assert_int_equal(l->out[0].seg.to_port, 1000);
	assert_int_equal(l->out[0].seg.seq, p.ack);
	assert_int_equal(estab_release(l->host, listener), 0);
	lone_check_empty(l);
	lone_free(l);
}

/* Openings that began with the listener for any address are counted where
 * they will wait. */
static void
a_listener_for_one_address_takes_over_openings_and_their_count(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn any = lone_listen(l, 5);
	const struct estab_endpoint local = { .address = lone_address(4, 2),
		.port = LONE_PORT };
	estab_conn one;
	struct peer p;

	(void)unused;
	put_syn(l, 1000);
	p = peer_of(l, 1000);
	assert_int_equal(estab_listen(l->host, &one, &local, 5), 0);
	assert_int_equal(lone_status(l, any).half_open_count +
	        lone_status(l, one).half_open_count,
	    1);
	reset_it(l, &p);
	assert_int_equal(lone_status(l, any).half_open_count, 0);
	assert_int_equal(lone_status(l, one).half_open_count, 0);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_backlog_of_n_lets_n_wait_and_one_more_come_later),
		cmocka_unit_test(
		    an_acknowledged_connection_is_not_lost_when_the_queue_is_full),
		cmocka_unit_test(
		    a_syn_ack_sent_again_asks_for_the_ack_that_was_not_taken),
		cmocka_unit_test(syns_without_an_ack_do_not_keep_others_out),
		cmocka_unit_test(places_are_given_back_however_an_opening_ends),
		cmocka_unit_test(closing_a_listener_ends_what_waits_in_it),
		cmocka_unit_test(
		    a_listener_for_one_address_takes_over_openings_and_their_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
