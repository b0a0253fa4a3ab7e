/* SPDX-License-Identifier: BSD-2-Clause
 *
 * closed.c - segments that arrive in CLOSED (RFC 9293 3.10.7.1).
 */
#include "grid.h"

static const struct mould_setting settings[] = {
	{ .name = "nobody there" },
};

static void
a_syn_is_reset_and_acknowledged(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSED,
	    &(struct grid_row){ NULL, ESTAB_SYN, 0, 0, 0, ESTAB_CLOSED,
	        ORACLE_RST_ACK, 0, 0, 0 });
}

static void
an_ack_is_reset_from_its_ack(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSED,
	    &(struct grid_row){ NULL, ESTAB_ACK, 0, 0, 0, ESTAB_CLOSED,
	        ORACLE_RST, 0, 0, 0 });
	grid_row(ESTAB_CLOSED,
	    &(struct grid_row){ NULL, ESTAB_SYN | ESTAB_ACK, 0, 0, 0,
	        ESTAB_CLOSED, ORACLE_RST, 0, 0, 0 });
}

static void
a_reset_is_never_answered(void **unused)
{
	(void)unused;
	grid_row(ESTAB_CLOSED,
	    &(struct grid_row){ NULL, ESTAB_RST, 0, 0, 0, ESTAB_CLOSED,
	        ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_CLOSED,
	    &(struct grid_row){ NULL, ESTAB_RST | ESTAB_ACK, 0, 0, 0,
	        ESTAB_CLOSED, ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_CLOSED,
	    &(struct grid_row){ NULL, ESTAB_RST | ESTAB_SYN, 0, 0, 0,
	        ESTAB_CLOSED, ORACLE_QUIET, 0, 0, 0 });
}

static void
every_segment_at_every_place(void **unused)
{
	const struct grid grid = { ESTAB_CLOSED, settings,
		GRID_COUNT(settings) };

	(void)unused;
	grid_run(&grid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_is_reset_and_acknowledged),
		cmocka_unit_test(an_ack_is_reset_from_its_ack),
		cmocka_unit_test(a_reset_is_never_answered),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
