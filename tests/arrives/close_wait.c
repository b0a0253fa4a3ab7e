/* SPDX-License-Identifier: BSD-2-Clause
 *
 * close_wait.c - segments that arrive in CLOSE-WAIT (RFC 9293 3.10.7.4).
 */
#include "grid.h"

static const struct mould_setting settings[] = {
	{ .name = "young" },
	{ .name = "long life", .long_life = true },
	{ .name = "zero window", .zero_window = true },
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
	grid_row(ESTAB_CLOSE_WAIT,
	    &(struct grid_row){ NULL, ESTAB_RST, 0, 0, 0, ESTAB_CLOSED,
	        ORACLE_QUIET, 0, 0, ESTAB_ECONNRESET });
}

static void
a_reset_before_the_next_number_is_ignored(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSE_WAIT,
	    &(struct grid_row){ NULL, ESTAB_RST, -1, 0, 0, ESTAB_CLOSE_WAIT,
	        ORACLE_QUIET, 0, 0, 0 });
}

static void
a_syn_is_challenged_wherever_it_is(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSE_WAIT,
	    &(struct grid_row){ NULL, ESTAB_SYN, -1, 0, 0, ESTAB_CLOSE_WAIT,
	        ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_CLOSE_WAIT,
	    &(struct grid_row){ NULL, ESTAB_SYN, 0, 0, 0, ESTAB_CLOSE_WAIT,
	        ORACLE_ACK, 0, 0, 0 });
}

static void
an_ack_of_our_text_is_taken(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSE_WAIT,
	    &(struct grid_row){ NULL, ESTAB_ACK, 0, 500, 0, ESTAB_CLOSE_WAIT,
	        ORACLE_QUIET, 0, 500, 0 });
}

static void
the_fin_again_is_acknowledged_again(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSE_WAIT,
	    &(struct grid_row){ NULL, ESTAB_FIN | ESTAB_ACK, -1, 0, 0,
	        ESTAB_CLOSE_WAIT, ORACLE_ACK, 0, 0, 0 });
}

static void
text_after_the_fin_is_ignored(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSE_WAIT,
	    &(struct grid_row){ NULL, ESTAB_ACK, 0, 500, 40, ESTAB_CLOSE_WAIT,
	        ORACLE_ACK | ORACLE_QUIET, 0, 500, 0 });
}

static void
every_segment_at_every_place(void **unused)
{
	(void)unused;
	grid_run(&(struct grid){ ESTAB_CLOSE_WAIT, settings,
	    GRID_COUNT(settings) });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_at_the_next_number_resets),
		cmocka_unit_test(a_reset_before_the_next_number_is_ignored),
		cmocka_unit_test(a_syn_is_challenged_wherever_it_is),
		cmocka_unit_test(an_ack_of_our_text_is_taken),
		cmocka_unit_test(the_fin_again_is_acknowledged_again),
		cmocka_unit_test(text_after_the_fin_is_ignored),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
