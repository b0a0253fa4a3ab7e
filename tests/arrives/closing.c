/* SPDX-License-Identifier: BSD-2-Clause
 *
 * closing.c - segments that arrive in CLOSING (RFC 9293 3.10.7.4).
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
	{ .name = "newer stamp",
	    .stamp = STAMP_NEWER,
	    .shift = 2,
	    .long_life = true },
	{ .name = "older stamp", .stamp = STAMP_OLDER },
	{ .name = "no stamp", .stamp = STAMP_MISSING },
};

static void
an_ack_of_our_fin_leads_to_time_wait(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSING,
	    &(struct grid_row){ NULL, ESTAB_ACK, 0, 1001, 0, ESTAB_TIME_WAIT,
	        ORACLE_QUIET, 0, 0, 0 });
}

static void
a_lesser_ack_does_not(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSING,
	    &(struct grid_row){ NULL, ESTAB_ACK, 0, 1000, 0, ESTAB_CLOSING,
	        ORACLE_QUIET, 0, 1000, 0 });
}

static void
the_fin_again_is_acknowledged_again(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSING,
	    &(struct grid_row){ NULL, ESTAB_FIN | ESTAB_ACK, -1, 0, 0,
	        ESTAB_CLOSING, ORACLE_ACK, 0, 0, 0 });
}

static void
a_syn_is_challenged_wherever_it_is(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSING,
	    &(struct grid_row){ NULL, ESTAB_SYN, -1, 0, 0, ESTAB_CLOSING,
	        ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_CLOSING,
	    &(struct grid_row){ NULL, ESTAB_SYN, 0, 0, 0, ESTAB_CLOSING,
	        ORACLE_ACK, 0, 0, 0 });
}

static void
every_segment_at_every_place(void **unused)
{
	(void)unused;
	grid_run(&(struct grid){ ESTAB_CLOSING, settings,
	    GRID_COUNT(settings) });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ack_of_our_fin_leads_to_time_wait),
		cmocka_unit_test(a_lesser_ack_does_not),
		cmocka_unit_test(the_fin_again_is_acknowledged_again),
		cmocka_unit_test(a_syn_is_challenged_wherever_it_is),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
