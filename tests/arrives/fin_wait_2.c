/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fin_wait_2.c - segments that arrive in FIN-WAIT-2 (RFC 9293 3.10.7.4).
 */
#include "grid.h"

static const struct mould_setting settings[] = {
	{ .name = "young" },
	{ .name = "long life", .long_life = true },
	{ .name = "zero window", .zero_window = true },
	{ .name = "an orphan", .released = true },
	{ .name = "an orphan of long life",
	    .released = true,
	    .long_life = true,
	    .stamp = STAMP_NEWER },
	{ .name = "super-segments", .super = true },
	{ .name = "a hole", .hole = true },
	{ .name = "newer stamp",
	    .stamp = STAMP_NEWER,
	    .shift = 2,
	    .long_life = true },
	{ .name = "older stamp", .stamp = STAMP_OLDER },
	{ .name = "no stamp", .stamp = STAMP_MISSING },
};

static void
a_reset_at_the_next_number_resets(void **unused)
{
	(void)unused;
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_RST, 0, 0, 0, ESTAB_CLOSED,
	        ORACLE_QUIET, 0, 0, ESTAB_ECONNRESET });
}

static void
a_reset_elsewhere_in_the_window_is_challenged(void **unused)
{
	(void)unused;
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_RST, 1, 0, 0, ESTAB_FIN_WAIT_2,
	        ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_RST, 5699, 0, 0, ESTAB_FIN_WAIT_2,
	        ORACLE_ACK, 0, 0, 0 });
}

static void
a_reset_outside_the_window_is_ignored(void **unused)
{
	(void)unused;
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_RST, -1, 0, 0, ESTAB_FIN_WAIT_2,
	        ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_RST, 5700, 0, 0, ESTAB_FIN_WAIT_2,
	        ORACLE_QUIET, 0, 0, 0 });
}

static void
a_syn_is_challenged_wherever_it_is(void **unused)
{
	(void)unused;
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_SYN, -1, 0, 0, ESTAB_FIN_WAIT_2,
	        ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_SYN, 0, 0, 0, ESTAB_FIN_WAIT_2,
	        ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_SYN, 100000, 0, 0, ESTAB_FIN_WAIT_2,
	        ORACLE_ACK, 0, 0, 0 });
}

static void
text_is_still_taken(void **unused)
{
	(void)unused;
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_ACK, 0, 0, 40, ESTAB_FIN_WAIT_2,
	        ORACLE_ACK | ORACLE_OWED, 40, 0, 0 });
}

static void
their_fin_leads_to_time_wait(void **unused)
{
	(void)unused;
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_FIN | ESTAB_ACK, 0, 0, 0,
	        ESTAB_TIME_WAIT, ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_FIN | ESTAB_ACK, 0, 0, 40,
	        ESTAB_TIME_WAIT, ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ NULL, ESTAB_FIN | ESTAB_ACK, 1, 0, 0,
	        ESTAB_FIN_WAIT_2, ORACLE_ACK, 0, 0, 0 });
}

static void
text_for_an_orphan_is_answered_by_a_reset(void **unused)
{
	static const struct mould_setting orphan = { .name = "an orphan",
		.released = true };

	(void)unused;
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ &orphan, ESTAB_ACK, 0, 0, 40, ESTAB_CLOSED,
	        ORACLE_RST_ACK, 0, 0, 0 });
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ &orphan, ESTAB_ACK, 100, 0, 40, ESTAB_CLOSED,
	        ORACLE_RST_ACK, 0, 0, 0 });
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ &orphan, ESTAB_ACK, -40, 0, 40,
	        ESTAB_FIN_WAIT_2, ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_FIN_WAIT_2,
	    &(struct grid_row){ &orphan, ESTAB_ACK | ESTAB_FIN, 0, 0, 0,
	        ESTAB_TIME_WAIT, ORACLE_ACK, 1, 0, 0 });
}

static void
every_segment_at_every_place(void **unused)
{
	(void)unused;
	grid_run(&(struct grid){ ESTAB_FIN_WAIT_2, settings,
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
		cmocka_unit_test(text_is_still_taken),
		cmocka_unit_test(their_fin_leads_to_time_wait),
		cmocka_unit_test(text_for_an_orphan_is_answered_by_a_reset),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
