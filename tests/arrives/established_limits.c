/* SPDX-License-Identifier: BSD-2-Clause
 *
 * established_limits.c - what one segment cannot show: how often an answer
 * may be given (RFC 5961 7), a FIN that waits, options without sense.
 */
#include <string.h>

#include "grid.h"

static const struct mould_setting plain = { .name = "plain" };

/* RFC 5961 7: challenge ACKs of one connection keep their distance. */
static void
challenges_are_half_a_second_apart(void **unused)
{
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
old_text_is_always_acknowledged(void **unused)
{
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
empty_segments_outside_are_limited(void **unused)
{
	static const struct grid_row probe = { .flags = ESTAB_ACK, .seq = -1 };
	struct mould m;
	struct seen seen;

	(void)unused;
	mould_make(&m, &plain, ESTAB_ESTABLISHED, 6, 1, 2);
	grid_watch(&m, &plain, m.bench, &probe, &seen);
	assert_int_equal(seen.reply, ORACLE_ACK);
	bench_wait(m.bench, 499 * ESTAB_MS);
	grid_watch(&m, &plain, m.bench, &probe, &seen);
	assert_int_equal(seen.reply, ORACLE_QUIET);
	bench_wait(m.bench, ESTAB_MS);
	grid_watch(&m, &plain, m.bench, &probe, &seen);
	assert_int_equal(seen.reply, ORACLE_ACK);
	mould_break(&m);
}

/* RFC 9293 3.10.7.4, eighth: the hole's last text completes the FIN. */
static void
a_fin_beyond_a_hole_waits_for_the_text(void **unused)
{
	static const struct grid_row fin = { .flags = ESTAB_FIN | ESTAB_ACK,
		.seq = 40 };
	static const struct grid_row text = { .flags = ESTAB_ACK,
		.text_len = 40 };
	struct mould m;
	struct seen seen;

	(void)unused;
	mould_make(&m, &plain, ESTAB_ESTABLISHED, 4, 1, 2);
	grid_watch(&m, &plain, m.bench, &fin, &seen);
	assert_int_equal(seen.after.state, ESTAB_ESTABLISHED);
	assert_int_equal(seen.after.rcv_nxt, m.known.rcv_nxt);
	grid_watch(&m, &plain, m.bench, &text, &seen);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(challenges_are_half_a_second_apart),
		cmocka_unit_test(old_text_is_always_acknowledged),
		cmocka_unit_test(empty_segments_outside_are_limited),
		cmocka_unit_test(a_fin_beyond_a_hole_waits_for_the_text),
		cmocka_unit_test(impossible_options_drop_the_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
