/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Windows that close (RFC 9293 3.8.6): probes, opening again, no silly
 * windows on either side, and nothing lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "host/two.h"

static const struct estab_impairment near = { .delay_ns = 2 * ESTAB_MS };

static struct two *
slow_reader(uint8_t version, int64_t receive_bytes, uint64_t to_send)
{
	struct two *two = two_create(&(struct two_setup){ .version = version,
	    .seed = 9,
	    .there = near,
	    .back = near,
	    .config = { .receive_bytes = receive_bytes } });

	two->to_send = to_send;
	two->closes = true;
	two_open(two);
	return two;
}

static void
a_closed_window_is_probed_until_it_opens_and_nothing_is_lost(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct two *two = slow_reader(version, 20000, 100000);
		uint64_t probes;

		two->deaf = true;
		two_run(two, 10 * ESTAB_SECOND);
		assert_int_equal(two_status(two, 0).snd_wnd, 0);
		assert_int_equal(two_status(two, 1).rcv_wnd, 0);
		probes =
		    estab_counter(two->host[0], ESTAB_COUNT_TCPZeroWindowProbe);
		assert_in_range(probes, 3, 12);
		/* Hours do not end it: the peer answers. */
		two_run(two, 7200 * ESTAB_SECOND);
		assert_int_equal(two_status(two, 0).state, ESTAB_FIN_WAIT_1);
		probes =
		    estab_counter(two->host[0], ESTAB_COUNT_TCPZeroWindowProbe);
		assert_in_range(probes, 110, 140); /* one a minute */
		two->deaf = false;
		two_run(two, 7300 * ESTAB_SECOND);
		assert_true(two_is_done(two));
		two_free(two);
	}
}

/* Neither the opening of the window nor its answer may be needed. */
static void
a_lost_window_update_is_made_up_for_by_a_probe(void **unused)
{
	struct estab_impairment cut = near;
	struct two *two = slow_reader(4, 20000, 100000);

	(void)unused;
	two->deaf = true;
	two_run(two, 5 * ESTAB_SECOND);
	cut.loss_ppm = 1000000;
	two_impair(two, 1, &cut);
	two->deaf = false;
	two_run(two, 5 * ESTAB_SECOND + 100 * ESTAB_MS);
	assert_int_equal(two_status(two, 0).snd_wnd, 0);
	two_impair(two, 1, &near);
	two_run(two, 120 * ESTAB_SECOND);
	assert_true(two_is_done(two));
	two_free(two);
}

static void
a_fin_behind_a_closed_window_arrives_when_it_opens(void **unused)
{
	struct two *two = slow_reader(4, 20000, 20000);

	(void)unused;
	two->deaf = true; /* the text fits exactly, the FIN does not */
	two_run(two, 100 * ESTAB_SECOND);
	assert_int_equal(two_status(two, 0).state, ESTAB_FIN_WAIT_1);
	assert_int_equal(two_status(two, 1).receive_queued_bytes, 20000);
	two->deaf = false;
	two_run(two, 200 * ESTAB_SECOND);
	assert_true(two_is_done(two));
	assert_int_equal(two_status(two, 1).state, ESTAB_CLOSED);
	two_free(two);
}

/* 1 byte read each second: the receiver offers nothing until it is worth a
 * segment, so the sender never sends a tinygram (3.8.6.2.2). */
static void
a_byte_read_a_second_makes_no_silly_windows(void **unused)
{
	struct two *two = slow_reader(4, 4000, 40000);
	uint64_t segments;
	uint8_t byte;

	(void)unused;
	two->deaf = true;
	two_run(two, 2 * ESTAB_SECOND);
	segments = two_status(two, 1).segments_in;
	for (int i = 0; i < 6000; i++) {
		const uint64_t n = two->got;

		assert_int_equal(estab_receive(two->host[1], two->conn[1],
		                     &byte, 1),
		    1);
		assert_int_equal(byte, (uint8_t)(n * 7 + n / 251 + n / 65521));
		two->got++;
		two_run(two, estab_world_now(two->world) + ESTAB_SECOND);
	}
	segments = two_status(two, 1).segments_in - segments;
	/* 6000 seconds: 100 probes at the most, and a segment for each 1448
	 * bytes or so. */
	assert_in_range(segments, 4, 140);
	two->deaf = false;
	two_run(two, estab_world_now(two->world) + 200 * ESTAB_SECOND);
	assert_true(two_is_done(two));
	two_free(two);
}

static void
a_small_offer_is_not_used_at_once(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	static const uint8_t text[5000];
	struct peer p;
	struct segment seg;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	assert_int_equal(estab_send(l->host, p.conn, text, sizeof text),
	    sizeof text);
	lone_run(l, 0);
	p.ack += 4380;
	seg = lone_from(&p);
	seg.wnd = 10;
	lone_segment(l, &seg, NULL); /* 620 wait, 10 could leave */
	assert_int_equal(l->out_count, 0);
	lone_run(l, 100 * ESTAB_MS);
	assert_int_equal(l->out_count, 0);
	lone_run(l, 400 * ESTAB_MS); /* the override */
	assert_int_equal(l->out_count, 1);
	assert_int_equal(l->out[0].seg.text_len, 10);
	lone_free(l);
}

/* What the window promised may be sent; what it took back is not lost. */
static void
a_window_that_shrinks_is_borne(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	static const uint8_t text[4380];
	struct peer p;
	struct segment seg;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	assert_int_equal(estab_send(l->host, p.conn, text, sizeof text),
	    sizeof text);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 3);
	p.ack += 1460;
	seg = lone_from(&p);
	seg.wnd = 0;
	lone_segment(l, &seg, NULL);
	lone_run(l, 5 * ESTAB_SECOND);
	for (uint32_t i = 0; i < l->out_count; i++)
		assert_int_equal(l->out[i].seg.text_len, 1); /* probes */
	seg.wnd = 60000;
	lone_segment(l, &seg, NULL);
	assert_int_equal(l->out_count, 2);
	assert_int_equal(l->out[0].seg.seq, p.ack);
	assert_int_equal(l->out[0].seg.text_len, 1460);
	assert_int_equal(l->out[1].seg.text_len, 1460);
	lone_free(l);
}

/* What lies beyond a closed window is not taken, an ACK in it is. */
static void
behind_our_closed_window_acks_and_resets_are_heard(void **unused)
{
	const struct estab_config config = { .receive_bytes = 1000 };
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
	static const uint8_t text[1000];
	struct estab_status status;
	struct peer p;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	lone_text(l, &p, text, sizeof text);
	lone_run(l, ESTAB_SECOND);
	assert_int_equal(estab_send(l->host, p.conn, "x", 1), 1);
	lone_run(l, 0);
	assert_int_equal(l->out[0].seg.wnd, 0);
	p.ack++;
	lone_text(l, &p, "y", 1); /* a probe, with an ACK */
	p.seq--;
	assert_int_equal(l->out_count, 1);
	assert_int_equal(l->out[0].seg.ack, p.seq);
	assert_int_equal(estab_status(l->host, p.conn, &status), 0);
	assert_int_equal(status.snd_una, p.ack);
	assert_int_equal(status.receive_queued_bytes, 1000);
	lone_reset(l, &p);
	assert_int_equal(estab_status(l->host, p.conn, &status), 0);
	assert_int_equal(status.error, ESTAB_ECONNRESET);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_closed_window_is_probed_until_it_opens_and_nothing_is_lost),
		cmocka_unit_test(a_lost_window_update_is_made_up_for_by_a_probe),
		cmocka_unit_test(a_fin_behind_a_closed_window_arrives_when_it_opens),
		cmocka_unit_test(a_byte_read_a_second_makes_no_silly_windows),
		cmocka_unit_test(a_small_offer_is_not_used_at_once),
		cmocka_unit_test(a_window_that_shrinks_is_borne),
		cmocka_unit_test(behind_our_closed_window_acks_and_resets_are_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
