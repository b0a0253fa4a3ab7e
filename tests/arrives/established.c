/* SPDX-License-Identifier: BSD-2-Clause
 *
 * established.c - segments that arrive in ESTABLISHED (RFC 9293 3.10.7.4).
 */
#include <string.h>

#include "grid.h"

static const struct mould_setting settings[] = {
	{ .name = "young" },
	{ .name = "passive", .passive = true, .long_life = true },
	{ .name = "long life", .long_life = true },
	{ .name = "as predicted", .wnd = WND_SAME },
	{ .name = "never predicted", .wnd = WND_SAME, .climb = true },
	{ .name = "window closes", .wnd = WND_ZERO },
	{ .name = "after a time-out", .timed_out = true },
	{ .name = "zero window", .zero_window = true },
	{ .name = "a hole", .hole = true },
	{ .name = "full window", .long_life = true, .unsent = true },
	{ .name = "newer stamp",
	    .stamp = STAMP_NEWER,
	    .shift = 2,
	    .long_life = true },
	{ .name = "older stamp", .stamp = STAMP_OLDER },
	{ .name = "no stamp", .stamp = STAMP_MISSING },
	{ .name = "stray stamp", .stamp = STAMP_STRAY },
};

static void
a_reset_at_the_next_number_resets(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_RST, 0, 0, 0, ESTAB_CLOSED,
	        ORACLE_QUIET, 0, 0, ESTAB_ECONNRESET });
}

static void
a_reset_elsewhere_in_the_window_is_challenged(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_RST, 1, 0, 0, ESTAB_ESTABLISHED,
	        ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_RST, 5699, 0, 0, ESTAB_ESTABLISHED,
	        ORACLE_ACK, 0, 0, 0 });
}

static void
a_reset_outside_the_window_is_ignored(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_RST, -1, 0, 0, ESTAB_ESTABLISHED,
	        ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_RST, 5700, 0, 0, ESTAB_ESTABLISHED,
	        ORACLE_QUIET, 0, 0, 0 });
}

static void
a_syn_is_challenged_wherever_it_is(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_SYN, -1, 0, 0, ESTAB_ESTABLISHED,
	        ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_SYN, 0, 0, 0, ESTAB_ESTABLISHED,
	        ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_SYN, 100000, 0, 0,
	        ESTAB_ESTABLISHED, ORACLE_ACK, 0, 0, 0 });
}

static void
text_in_order_is_taken(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_ACK, 0, 0, 40, ESTAB_ESTABLISHED,
	        ORACLE_ACK | ORACLE_OWED, 40, 0, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_ACK, -20, 1000, 40,
	        ESTAB_ESTABLISHED, ORACLE_ACK | ORACLE_OWED, 20, 1000, 0 });
}

static void
text_beyond_a_hole_is_acknowledged_at_once(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_ACK, 1, 0, 40, ESTAB_ESTABLISHED,
	        ORACLE_ACK, 0, 0, 0 });
}

static void
a_fin_in_order_leads_to_close_wait(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_FIN | ESTAB_ACK, 0, 0, 0,
	        ESTAB_CLOSE_WAIT, ORACLE_ACK, 1, 0, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_FIN | ESTAB_ACK, -20, 0, 40,
	        ESTAB_CLOSE_WAIT, ORACLE_ACK, 21, 0, 0 });
}

static void
an_ack_of_what_was_never_sent_takes_its_text_with_it(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_ACK, 0, 1001, 40, ESTAB_ESTABLISHED,
	        ORACLE_ACK, 0, 0, 0 });
}

static void
a_ghost_ack_takes_its_text_with_it(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_ACK, 0, -1, 40, ESTAB_ESTABLISHED,
	        ORACLE_ACK, 0, 0, 0 });
}

static void
without_ack_nothing_is_taken(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, 0, 0, 0, 40, ESTAB_ESTABLISHED,
	        ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_FIN, 0, 0, 0, ESTAB_ESTABLISHED,
	        ORACLE_QUIET, 0, 0, 0 });
}

static void
a_keep_alive_probe_is_acknowledged(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_ACK, -1, 0, 0, ESTAB_ESTABLISHED,
	        ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ NULL, ESTAB_ACK, -1, 0, 1, ESTAB_ESTABLISHED,
	        ORACLE_ACK, 0, 0, 0 });
}

static void
a_zero_window_honours_ack_and_reset_but_not_text(void **unused)
{
	(void)unused;
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ &settings[7], ESTAB_ACK, 0, 500, 40,
	        ESTAB_ESTABLISHED, ORACLE_ACK, 0, 500, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ &settings[7], ESTAB_RST, 0, 0, 0, ESTAB_CLOSED,
	        ORACLE_QUIET, 0, 0, ESTAB_ECONNRESET });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ &settings[7], ESTAB_RST, 1, 0, 0,
	        ESTAB_ESTABLISHED, ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_ESTABLISHED,
	    &(struct grid_row){ &settings[7], ESTAB_FIN | ESTAB_ACK, 0, 0, 0,
	        ESTAB_ESTABLISHED, ORACLE_ACK, 0, 0, 0 });
}

/* RFC 5961 7: challenge ACKs of one connection keep their distance. */
static void
challenges_keep_half_a_second_between_them(void **unused)
{
	static const struct mould_setting plain = { .name = "plain" };
	static const struct grid_row in_window = { .flags = ESTAB_RST,
		.seq = 9 };
	static const struct grid_row syn = { .flags = ESTAB_SYN };
	struct mould m;
	struct seen seen;

	(void)unused;
	mould_make(&m, &plain, ESTAB_ESTABLISHED, 4, 1, 2);
	grid_watch(&m, &plain, m.bench, &in_window, &seen);
	assert_int_equal(seen.reply, ORACLE_ACK);
	bench_wait(m.bench, 499 * ESTAB_MS);
	grid_watch(&m, &plain, m.bench, &in_window, &seen);
	assert_int_equal(seen.reply, ORACLE_QUIET);
	grid_watch(&m, &plain, m.bench, &syn, &seen);
	assert_int_equal(seen.reply, ORACLE_QUIET);
	bench_wait(m.bench, ESTAB_MS);
	grid_watch(&m, &plain, m.bench, &syn, &seen);
	assert_int_equal(seen.reply, ORACLE_ACK);
	mould_break(&m);
}

/* A limit on challenges is none on ordinary acknowledgments. */
static void
text_left_of_the_window_is_always_acknowledged(void **unused)
{
	static const struct mould_setting plain = { .name = "plain" };
	static const struct grid_row rst = { .flags = ESTAB_RST, .seq = 9 };
	static const struct grid_row old = { .flags = ESTAB_ACK,
		.seq = -40,
		.text_len = 40 };
	struct mould m;
	struct seen seen;

	(void)unused;
	mould_make(&m, &plain, ESTAB_ESTABLISHED, 6, 1, 2);
	grid_watch(&m, &plain, m.bench, &rst, &seen);
	for (int i = 0; i < 3; i++) {
		grid_watch(&m, &plain, m.bench, &old, &seen);
		assert_int_equal(seen.reply, ORACLE_ACK);
	}
	mould_break(&m);
}

/* Two ends with different ideas of a connection must not acknowledge each
 * other for ever (docs/deviations.md). */
static void
empty_segments_outside_are_acknowledged_twice_a_second_at_most(void **unused)
{
	static const struct grid_row probe = { .flags = ESTAB_ACK, .seq = -1 };
	struct mould m;
	struct seen seen;

	(void)unused;
	mould_make(&m, &settings[0], ESTAB_ESTABLISHED, 6, 1, 2);
	grid_watch(&m, &settings[0], m.bench, &probe, &seen);
	assert_int_equal(seen.reply, ORACLE_ACK);
	bench_wait(m.bench, 499 * ESTAB_MS);
	grid_watch(&m, &settings[0], m.bench, &probe, &seen);
	assert_int_equal(seen.reply, ORACLE_QUIET);
	bench_wait(m.bench, ESTAB_MS);
	grid_watch(&m, &settings[0], m.bench, &probe, &seen);
	assert_int_equal(seen.reply, ORACLE_ACK);
	mould_break(&m);
}

/* RFC 9293 3.10.7.4, eighth: the hole's last text completes the FIN. */
static void
a_fin_beyond_a_hole_is_taken_by_the_segment_that_fills_it(void **unused)
{
	static const struct grid_row fin = { .flags = ESTAB_FIN | ESTAB_ACK,
		.seq = 40 };
	static const struct grid_row text = { .flags = ESTAB_ACK,
		.text_len = 40 };
	struct mould m;
	struct seen seen;

	(void)unused;
	mould_make(&m, &settings[0], ESTAB_ESTABLISHED, 4, 1, 2);
	grid_watch(&m, &settings[0], m.bench, &fin, &seen);
	assert_int_equal(seen.after.state, ESTAB_ESTABLISHED);
	assert_int_equal(seen.after.rcv_nxt, m.known.rcv_nxt);
	grid_watch(&m, &settings[0], m.bench, &text, &seen);
	assert_int_equal(seen.after.state, ESTAB_CLOSE_WAIT);
	assert_int_equal(seen.after.rcv_nxt, m.known.rcv_nxt + 41);
	assert_int_equal(seen.reply, ORACLE_ACK);
	mould_break(&m);
}

/* An option of length 0 or 1, or longer than the header: the segment is
 * dropped, and not even a RST in it counts (docs/deviations.md). */
static void
impossible_options_drop_the_segment(void **unused)
{
	static const uint8_t bad[][4] = { { 8, 0, 1, 1 }, { 8, 1, 1, 1 },
		{ 2, 5, 1, 1 }, { 1, 1, 1, 8 }, { 254, 200, 0, 0 } };
	static const uint8_t flags[] = { ESTAB_RST, ESTAB_SYN, ESTAB_ACK };
	static const struct mould_setting plain = { .name = "plain" };
	struct bench_sent sent[BENCH_SENT_MAX];
	uint8_t transport[TCP_HEADER_MAX];
	struct segment seg;
	struct mould m;

	(void)unused;
	mould_make(&m, &plain, ESTAB_ESTABLISHED, 4, 1, 2);
	for (size_t i = 0; i < GRID_COUNT(bad); i++) {
		for (size_t j = 0; j < GRID_COUNT(flags); j++) {
			seg = bench_segment(m.bench, flags[j], m.known.rcv_nxt,
			    m.known.snd_nxt, 0);
			memset(&seg.options, 0, sizeof(seg.options));
			segment_build(transport, &seg);
			transport[12] = 6 << 4;
			memcpy(transport + TCP_HEADER_BYTES, bad[i], 4);
			bench_arrives_raw(m.bench, transport, 24);
			assert_int_equal(bench_leaves(m.bench, sent), 0);
			assert_int_equal(bench_status(m.bench).state,
			    ESTAB_ESTABLISHED);
			assert_int_equal(bench_status(m.bench).snd_una,
			    m.known.snd_una);
		}
	}
	mould_break(&m);
}

static void
every_segment_at_every_place(void **unused)
{
	(void)unused;
	grid_run(&(struct grid){ ESTAB_ESTABLISHED, settings,
	    GRID_COUNT(settings) });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_at_the_next_number_resets),
		cmocka_unit_test(a_reset_elsewhere_in_the_window_is_challenged),
		cmocka_unit_test(a_reset_outside_the_window_is_ignored),
		cmocka_unit_test(a_syn_is_challenged_wherever_it_is),
		cmocka_unit_test(text_in_order_is_taken),
		cmocka_unit_test(text_beyond_a_hole_is_acknowledged_at_once),
		cmocka_unit_test(a_fin_in_order_leads_to_close_wait),
		cmocka_unit_test(
		    an_ack_of_what_was_never_sent_takes_its_text_with_it),
		cmocka_unit_test(a_ghost_ack_takes_its_text_with_it),
		cmocka_unit_test(without_ack_nothing_is_taken),
		cmocka_unit_test(a_keep_alive_probe_is_acknowledged),
		cmocka_unit_test(a_zero_window_honours_ack_and_reset_but_not_text),
		cmocka_unit_test(challenges_keep_half_a_second_between_them),
		cmocka_unit_test(text_left_of_the_window_is_always_acknowledged),
		cmocka_unit_test(
		    empty_segments_outside_are_acknowledged_twice_a_second_at_most),
		cmocka_unit_test(
		    a_fin_beyond_a_hole_is_taken_by_the_segment_that_fills_it),
		cmocka_unit_test(impossible_options_drop_the_segment),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
