/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Single clauses: what one sentence of an RFC asks of a host, and no other
 * file of tests is about.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

static const uint8_t text[60000];

static struct lone *
opened(const struct estab_config *config, struct peer *p)
{
	struct lone *l = lone_create(4, 4 * ESTAB_ARENA_MIN, config);

	lone_open(l, lone_listen(l, 1), 4000, p);
	return l;
}

/* RFC 6298 5 (Karn): the path has become ten times as long as it was.  An ACK
 * of text sent twice measures nothing, so the RTO stays backed off, until an
 * ACK comes in time and is a measure. */
static void
a_backed_off_rto_stays_until_a_round_trip_is_measured(void **unused)
{
	struct peer p;
	struct lone *l = opened(NULL, &p);

	(void)unused;
	assert_int_equal(lone_status(l, p.conn).rto_ns, 200 * ESTAB_MS);
	assert_int_equal(estab_send(l->host, p.conn, text, 100), 100);
	lone_run(l, 2 * ESTAB_SECOND); /* 200, 600, 1400 ms: three time-outs */
	assert_int_equal(lone_status(l, p.conn).backoff, 3);
	p.ack += 100;
	lone_ack(l, &p);
	assert_int_equal(lone_status(l, p.conn).backoff, 3);

	assert_int_equal(estab_send(l->host, p.conn, text, 100), 100);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 1);
	lone_run(l, 1500 * ESTAB_MS);
	assert_int_equal(l->out_count, 0);
	p.ack += 100;
	lone_ack(l, &p);
	assert_int_equal(lone_status(l, p.conn).backoff, 0);
	assert_true(lone_status(l, p.conn).rto_ns > 500 * ESTAB_MS);
	lone_free(l);
}

/* Tries are counted from the last progress, whatever the RTO has become: an
 * orphan that gets one segment through at a time is not given up. */
static void
an_orphan_that_makes_progress_is_not_given_up(void **unused)
{
	const struct estab_config config = { .orphan_tries_max = 3 };
	struct peer p;
	struct lone *l = opened(&config, &p);

	(void)unused;
	assert_int_equal(estab_send(l->host, p.conn, text, 10 * 1460), 14600);
	assert_int_equal(estab_release(l->host, p.conn), 0);
	lone_run(l, 0);
	for (uint32_t i = 0; i < 6; i++) {
		const estab_time at = estab_deadline(l->host);

		lone_run(l, at - l->now);
		lone_run(l, estab_deadline(l->host) - l->now);
		p.ack += 1460;
		lone_ack(l, &p);
	}
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPAbortOnTimeout), 0);
	lone_run(l, 10 * ESTAB_MINUTE);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPAbortOnTimeout), 1);
	lone_free(l);
}

/* RFC 5681 4.1. */
static void
after_idling_the_window_is_the_initial_one(void **unused)
{
	struct peer p;
	struct lone *l = opened(NULL, &p);

	(void)unused;
	for (int i = 0; i < 12; i++) {
		struct estab_status s;

		assert_int_equal(estab_send(l->host, p.conn, text, 40000),
		    40000);
		do {
			lone_run(l, ESTAB_MS);
			s = lone_status(l, p.conn);
			p.ack += s.snd_nxt - s.snd_una;
			lone_ack(l, &p);
		} while (s.send_unsent_bytes > 0);
	}
	assert_true(lone_status(l, p.conn).cwnd_bytes > 20 * 1460);
	assert_int_equal(estab_send(l->host, p.conn, text, 10), 10);
	assert_true(lone_status(l, p.conn).cwnd_bytes > 20 * 1460);
	lone_run(l, 0);
	p.ack += 10;
	lone_ack(l, &p);
	lone_run(l, ESTAB_SECOND);
	assert_int_equal(estab_send(l->host, p.conn, text, 60000), 60000);
	assert_int_equal(lone_status(l, p.conn).cwnd_bytes, 10 * 1460);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 10);
	lone_free(l);
}

/* RFC 9293 3.7.1: who answers a SYN says what it takes, as who calls does. */
static void
the_configured_mss_is_offered_on_either_side(void **unused)
{
	const struct estab_config config = { .mss_max = 1000 };
	struct peer p = { .port = 4000 };
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);

	(void)unused;
	(void)lone_listen(l, 1);
	lone_segment(l,
	    &(struct segment){ .from_port = 4000,
	        .to_port = LONE_PORT,
	        .seq = 1,
	        .syn = true,
	        .wnd = 1000 },
	    NULL);
	assert_int_equal(l->out[0].seg.options.mss, 1000);
	lone_free(l);
	l = lone_create(4, ESTAB_ARENA_MIN, &config);
	lone_connect(l, &p);
	assert_int_equal(lone_status(l, p.conn).mss, 1000);
	lone_free(l);
}

/* RFC 7323 3.2: a reset, too, SHOULD carry the option once it is agreed on. */
static void
a_reset_carries_the_time_stamp_agreed_on(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const estab_conn listener = lone_listen(l, 1);
	struct segment seg = { .from_port = 4000,
		.to_port = LONE_PORT,
		.seq = 1,
		.syn = true,
		.wnd = 1000,
		.options = { .has_ts = true, .tsval = 77 } };
	estab_conn conn;

	(void)unused;
	lone_segment(l, &seg, NULL);
	seg.syn = false;
	seg.has_ack = true;
	seg.seq = 2;
	seg.ack = l->out[0].seg.seq + 1;
	lone_segment(l, &seg, NULL);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(estab_abort(l->host, conn), 0);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 1);
	assert_true(l->out[0].seg.rst);
	assert_true(l->out[0].seg.options.has_ts);
	assert_int_equal(l->out[0].seg.options.tsecr, 77);
	lone_free(l);
}

/* RFC 9293 3.10.5, TIME-WAIT: the block goes, "ok". */
static void
abort_ends_time_wait(void **unused)
{
	struct peer p;
	struct lone *l = opened(NULL, &p);
	struct estab_memory memory;

	(void)unused;
	assert_int_equal(estab_close(l->host, p.conn), 0);
	lone_run(l, 0);
	p.ack++;
	lone_ack(l, &p);
	lone_fin(l, &p);
	assert_int_equal(lone_status(l, p.conn).state, ESTAB_TIME_WAIT);
	assert_int_equal(estab_abort(l->host, p.conn), 0);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 0);
	estab_memory(l->host, &memory);
	assert_int_equal(memory.time_wait_count, 0);
	assert_int_equal(estab_abort(l->host, p.conn), ESTAB_ENOTCONN);
	assert_int_equal(estab_release(l->host, p.conn), 0);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_backed_off_rto_stays_until_a_round_trip_is_measured),
		cmocka_unit_test(an_orphan_that_makes_progress_is_not_given_up),
		cmocka_unit_test(after_idling_the_window_is_the_initial_one),
		cmocka_unit_test(the_configured_mss_is_offered_on_either_side),
		cmocka_unit_test(a_reset_carries_the_time_stamp_agreed_on),
		cmocka_unit_test(abort_ends_time_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
