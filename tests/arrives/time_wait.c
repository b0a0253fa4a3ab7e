/* SPDX-License-Identifier: BSD-2-Clause
 *
 * time_wait.c - segments that arrive in TIME-WAIT (RFC 9293 3.10.7.4).
 */
#include "grid.h"

static const struct mould_setting settings[] = {
	{ .name = "listener", .passive = true },
	{ .name = "no listener" },
	{ .name = "released", .passive = true, .released = true },
	{ .name = "long life", .passive = true, .long_life = true },
	{ .name = "newer stamp", .passive = true, .stamp = STAMP_NEWER },
	{ .name = "older stamp", .passive = true, .stamp = STAMP_OLDER },
	{ .name = "no stamp", .passive = true, .stamp = STAMP_MISSING },
	{ .name = "stray stamp", .passive = true, .stamp = STAMP_STRAY },
	{ .name = "newer stamp, no listener", .stamp = STAMP_NEWER },
};

/* RFC 1337 3, F1. */
static void
a_reset_is_ignored(void **unused)
{
	(void)unused;
	grid_row(ESTAB_TIME_WAIT,
	    &(struct grid_row){ &settings[0], ESTAB_RST, 0, 0, 0,
	        ESTAB_TIME_WAIT, ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_TIME_WAIT,
	    &(struct grid_row){ &settings[0], ESTAB_RST, 1, 0, 0,
	        ESTAB_TIME_WAIT, ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_TIME_WAIT,
	    &(struct grid_row){ &settings[1], ESTAB_RST | ESTAB_ACK, 0, 0, 0,
	        ESTAB_TIME_WAIT, ORACLE_QUIET, 0, 0, 0 });
}

static void
a_plain_ack_is_not_answered(void **unused)
{
	(void)unused;
	grid_row(ESTAB_TIME_WAIT,
	    &(struct grid_row){ &settings[0], ESTAB_ACK, 0, 0, 0,
	        ESTAB_TIME_WAIT, ORACLE_QUIET, 0, 0, 0 });
}

static void
the_fin_again_is_acknowledged_again(void **unused)
{
	(void)unused;
	grid_row(ESTAB_TIME_WAIT,
	    &(struct grid_row){ &settings[0], ESTAB_FIN | ESTAB_ACK, -1, 0, 0,
	        ESTAB_TIME_WAIT, ORACLE_ACK, 0, 0, 0 });
}

static void
old_text_is_acknowledged(void **unused)
{
	(void)unused;
	grid_row(ESTAB_TIME_WAIT,
	    &(struct grid_row){ &settings[0], ESTAB_ACK, -40, 0, 40,
	        ESTAB_TIME_WAIT, ORACLE_ACK, 0, 0, 0 });
}

/* RFC 6191 2. */
static void
a_higher_syn_uses_the_pair_again(void **unused)
{
	(void)unused;
	grid_row(ESTAB_TIME_WAIT,
	    &(struct grid_row){ &settings[0], ESTAB_SYN, 1, 0, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_SYN_ACK, 0, 0, 0 });
}

static void
an_old_syn_is_acknowledged(void **unused)
{
	(void)unused;
	grid_row(ESTAB_TIME_WAIT,
	    &(struct grid_row){ &settings[0], ESTAB_SYN, -100, 0, 0,
	        ESTAB_TIME_WAIT, ORACLE_ACK, 0, 0, 0 });
}

/* RFC 9293 3.10.7.4, eighth: only the peer's FIN starts 2 MSL anew. */
static void
only_the_fin_starts_2_msl_anew(void **unused)
{
	static const struct grid_row text = { .flags = ESTAB_ACK,
		.seq = -40,
		.text_len = 40 };
	static const struct grid_row fin = { .flags = ESTAB_FIN | ESTAB_ACK,
		.seq = -1 };
	struct mould m;
	struct seen seen;

	(void)unused;
	mould_make(&m, &settings[0], ESTAB_TIME_WAIT, 4, 1, 2);
	grid_watch(&m, &settings[0], m.bench, &text, &seen);
	assert_int_equal(seen.after.time_wait_at, m.status.time_wait_at);
	grid_watch(&m, &settings[0], m.bench, &fin, &seen);
	assert_int_equal(seen.after.time_wait_at,
	    m.bench->now + 4 * ESTAB_MINUTE);
	bench_wait(m.bench, 4 * ESTAB_MINUTE - 1);
	assert_int_equal(bench_status(m.bench).state, ESTAB_TIME_WAIT);
	bench_wait(m.bench, 1);
	assert_int_equal(bench_status(m.bench).state, ESTAB_LISTEN);
	mould_break(&m);
}

static void
every_segment_at_every_place(void **unused)
{
	(void)unused;
	grid_run(&(struct grid){ ESTAB_TIME_WAIT, settings,
	    GRID_COUNT(settings) });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_is_ignored),
		cmocka_unit_test(a_plain_ack_is_not_answered),
		cmocka_unit_test(the_fin_again_is_acknowledged_again),
		cmocka_unit_test(old_text_is_acknowledged),
		cmocka_unit_test(a_higher_syn_uses_the_pair_again),
		cmocka_unit_test(an_old_syn_is_acknowledged),
		cmocka_unit_test(only_the_fin_starts_2_msl_anew),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
