/* SPDX-License-Identifier: BSD-2-Clause
 *
 * numbers.c - bad input in numbers: what it may cost, and whom.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)4 * 1024 * 1024)

static void
reset_inside_window(struct lone *l, const struct peer *p)
{
	struct peer guess = *p;

	guess.seq += 100;
	lone_reset(l, &guess);
}

/* RFC 5961 7: a budget for all would tell one peer of the others. */
static void
one_connection_does_not_spend_the_challenges_of_another(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 4);
	struct peer a, b;

	(void)unused;
	lone_open(l, listener, 2000, &a);
	lone_open(l, listener, 2001, &b);
	reset_inside_window(l, &a);
	assert_int_equal(l->out_count, 1);
	for (int i = 0; i < 1000; i++) {
		reset_inside_window(l, &a);
		assert_int_equal(l->out_count, 0);
	}
	reset_inside_window(l, &b);
	assert_int_equal(l->out_count, 1);
	lone_free(l);
}

static void
challenges_that_are_not_sent_leave_nothing(void **unused)
{
	struct lone *l = lone_create(6, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 4);
	struct estab_memory before, after;
	uint32_t answers = 0;
	struct peer p;

	(void)unused;
	lone_open(l, listener, 2000, &p);
	estab_memory(l->host, &before);
	for (int i = 0; i < 100000; i++) {
		reset_inside_window(l, &p);
		answers += l->out_count;
	}
	assert_int_equal(answers, 1);
	estab_memory(l->host, &after);
	assert_int_equal(after.record_bytes, before.record_bytes);
	assert_int_equal(after.buffer_bytes, before.buffer_bytes);
	assert_int_equal(after.committed_bytes, before.committed_bytes);
	lone_free(l);
}

static void
resets_for_nobody_are_limited(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	uint64_t answers = 0;

	(void)unused;
	for (uint32_t i = 0; i < 100000; i++) {
		const struct segment syn = { .from_port =
			                         (uint16_t)(1024 + i % 60000),
			.to_port = 81,
			.seq = i,
			.syn = true };

		lone_segment(l, &syn, NULL);
		answers += l->out_count;
		if (l->out_count > 0)
			assert_int_equal(l->out[0].bytes, 40);
	}
	assert_int_equal(answers, 1000); /* icmp_per_second */
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPRstRateLimited) +
	        lone_counter(l, ESTAB_COUNT_TCPSynAckLimited),
	    100000 - answers);
	lone_free(l);
}

/* Two segments in one estab_input. */
static void
both_at_once(struct lone *l, const struct segment *first,
    const struct segment *second)
{
	uint8_t packet[2][128];
	struct estab_frame frames[2] = { { .span_count = 1 },
		{ .span_count = 1 } };

	frames[0].span[0] = (struct estab_span){ packet[0],
		lone_packet(l, packet[0], first, NULL) };
	frames[1].span[0] = (struct estab_span){ packet[1],
		lone_packet(l, packet[1], second, NULL) };
	assert_int_equal(estab_input(l->host, frames, 2, l->now), 2);
	lone_run(l, 0);
}

/* The peer closed first: our FIN's ACK ends the connection.  Or it resets it.
 * Its next SYN is in the same batch. */
static void
a_syn_may_follow_the_end_at_once(void **unused)
{
	struct lone *l = lone_create(6, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 4);
	struct peer p;

	(void)unused;
	for (int reset = 0; reset < 2; reset++) {
		lone_open(l, listener, 2000, &p);
		lone_fin(l, &p);
		assert_int_equal(estab_close(l->host, p.conn), 0);
		assert_int_equal(estab_release(l->host, p.conn), 0);
		lone_run(l, 0);
		const struct segment last = { .from_port = 2000,
			.to_port = LONE_PORT,
			.seq = p.seq,
			.ack = p.ack + 1,
			.has_ack = !reset,
			.rst = reset,
			.wnd = 65535 };
		const struct segment syn = { .from_port = 2000,
			.to_port = LONE_PORT,
			.seq = p.seq + 100000,
			.syn = true,
			.wnd = 65535 };

		both_at_once(l, &last, &syn);
		assert_int_equal(l->out_count, 1);
		assert_true(l->out[0].seg.syn && l->out[0].seg.has_ack);
		assert_int_equal(l->out[0].seg.ack, syn.seq + 1);
		p.seq = syn.seq + 1;
		lone_reset(l, &p);
	}
	lone_free(l);
}

/* The third segment of a handshake, as it was, a hundred times. */
static void
replay(struct lone *l, estab_conn listener, const struct peer *third)
{
	struct peer again = *third;
	estab_conn conn;

	for (int i = 0; i < 100; i++) {
		lone_ack(l, &again);
		assert_int_equal(estab_accept(l->host, listener, &conn),
		    ESTAB_EAGAIN);
	}
}

/* While it is open, after either side has closed, an epoch and two later. */
static void
the_last_ack_of_a_handshake_counts_once(void **unused)
{
	(void)unused;
	for (int peer_first = 0; peer_first < 2; peer_first++) {
		struct lone *l = lone_create(4, ARENA, NULL);
		const estab_conn listener = lone_listen(l, 4);
		struct peer p, third;

		lone_open(l, listener, 2000, &p);
		third = p;
		replay(l, listener, &third);
		if (peer_first)
			lone_fin(l, &p);
		assert_int_equal(estab_close(l->host, p.conn), 0);
		lone_run(l, 0);
		p.ack++;
		if (peer_first)
			lone_ack(l, &p);
		else
			lone_fin(l, &p);
		assert_int_equal(estab_release(l->host, p.conn), 0);
		for (int epoch = 0; epoch < 4; epoch++) {
			replay(l, listener, &third);
			lone_run(l, 33 * ESTAB_SECOND);
		}
		lone_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    one_connection_does_not_spend_the_challenges_of_another),
		cmocka_unit_test(challenges_that_are_not_sent_leave_nothing),
		cmocka_unit_test(resets_for_nobody_are_limited),
		cmocka_unit_test(a_syn_may_follow_the_end_at_once),
		cmocka_unit_test(the_last_ack_of_a_handshake_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
