/* SPDX-License-Identifier: BSD-2-Clause
 *
 * listen.c - segments that arrive in LISTEN (RFC 9293 3.10.7.2).
 */
#include "grid.h"

static const struct mould_setting settings[] = {
	{ .name = "listening", .passive = true },
	{ .name = "time stamps", .passive = true, .stamp = STAMP_NEWER },
	{ .name = "window scale", .passive = true, .shift = 2 },
};

static void
a_syn_makes_a_half_open_record(void **unused)
{
	(void)unused;
	grid_row(ESTAB_LISTEN,
	    &(struct grid_row){ &settings[0], ESTAB_SYN, 0, 0, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_SYN_ACK, 0, 0, 0 });
}

static void
a_syn_with_fin_is_dropped(void **unused)
{
	(void)unused;
	grid_row(ESTAB_LISTEN,
	    &(struct grid_row){ &settings[0], ESTAB_SYN | ESTAB_FIN, 0, 0, 0,
	        ESTAB_LISTEN, ORACLE_QUIET, 0, 0, 0 });
}

static void
an_ack_is_answered_with_a_reset(void **unused)
{
	(void)unused;
	grid_row(ESTAB_LISTEN,
	    &(struct grid_row){ &settings[0], ESTAB_ACK, 0, 0, 0, ESTAB_LISTEN,
	        ORACLE_RST, 0, 0, 0 });
	grid_row(ESTAB_LISTEN,
	    &(struct grid_row){ &settings[0], ESTAB_SYN | ESTAB_ACK, 0, 0, 0,
	        ESTAB_LISTEN, ORACLE_RST, 0, 0, 0 });
}

static void
a_reset_is_ignored(void **unused)
{
	(void)unused;
	grid_row(ESTAB_LISTEN,
	    &(struct grid_row){ &settings[0], ESTAB_RST, 0, 0, 0, ESTAB_LISTEN,
	        ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_LISTEN,
	    &(struct grid_row){ &settings[0], ESTAB_RST | ESTAB_SYN, 0, 0, 0,
	        ESTAB_LISTEN, ORACLE_QUIET, 0, 0, 0 });
}

static void
every_segment_at_every_place(void **unused)
{
	const struct grid grid = { ESTAB_LISTEN, settings,
		GRID_COUNT(settings) };

	(void)unused;
	grid_run(&grid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_makes_a_half_open_record),
		cmocka_unit_test(a_syn_with_fin_is_dropped),
		cmocka_unit_test(an_ack_is_answered_with_a_reset),
		cmocka_unit_test(a_reset_is_ignored),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
