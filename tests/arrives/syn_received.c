/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn_received.c - segments that arrive in SYN-RECEIVED (RFC 9293 3.10.7.4).
 */
#include "grid.h"

static const struct mould_setting settings[] = {
	{ .name = "half-open", .passive = true },
	{ .name = "simultaneous open" },
	{ .name = "half-open, newer stamp",
	    .passive = true,
	    .stamp = STAMP_NEWER },
	{ .name = "half-open, older stamp",
	    .passive = true,
	    .stamp = STAMP_OLDER },
	{ .name = "half-open, no stamp",
	    .passive = true,
	    .stamp = STAMP_MISSING },
	{ .name = "simultaneous, newer stamp", .stamp = STAMP_NEWER },
	{ .name = "simultaneous, older stamp", .stamp = STAMP_OLDER },
	{ .name = "half-open, window scale", .passive = true, .shift = 2 },
};

static void
the_ack_of_our_syn_opens(void **unused)
{
	(void)unused;
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[0], ESTAB_ACK, 0, 1, 0,
	        ESTAB_ESTABLISHED, ORACLE_QUIET, 0, 1, 0 });
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[1], ESTAB_ACK, 0, 1, 0,
	        ESTAB_ESTABLISHED, ORACLE_QUIET, 0, 1, 0 });
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[0], ESTAB_ACK, 0, 1, 40,
	        ESTAB_ESTABLISHED, ORACLE_ACK | ORACLE_OWED, 40, 1, 0 });
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[0], ESTAB_FIN | ESTAB_ACK, 0, 1, 0,
	        ESTAB_CLOSE_WAIT, ORACLE_ACK, 1, 1, 0 });
}

static void
another_ack_is_answered_with_a_reset(void **unused)
{
	(void)unused;
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[0], ESTAB_ACK, 0, 0, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_RST, 0, 0, 0 });
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[0], ESTAB_ACK, 0, 2, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_RST, 0, 0, 0 });
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[1], ESTAB_ACK, 0, 0, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_RST, 0, 0, 0 });
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[1], ESTAB_ACK, 0, 2, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_RST, 0, 0, 0 });
}

static void
a_reset_returns_to_listen_or_refuses(void **unused)
{
	(void)unused;
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[0], ESTAB_RST, 0, 0, 0, ESTAB_LISTEN,
	        ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[1], ESTAB_RST, 0, 0, 0, ESTAB_CLOSED,
	        ORACLE_QUIET, 0, 0, ESTAB_ECONNREFUSED });
}

static void
a_reset_elsewhere_in_the_window_is_challenged(void **unused)
{
	(void)unused;
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[0], ESTAB_RST, 1, 0, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_ACK, 0, 0, 0 });
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[1], ESTAB_RST, 1, 0, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_ACK, 0, 0, 0 });
}

static void
the_syn_again_is_answered_again(void **unused)
{
	(void)unused;
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[0], ESTAB_SYN, -1, 0, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_SYN_ACK, 0, 0, 0 });
	grid_row(ESTAB_SYN_RECEIVED,
	    &(struct grid_row){ &settings[1], ESTAB_SYN, -1, 0, 0,
	        ESTAB_SYN_RECEIVED, ORACLE_ACK, 0, 0, 0 });
}

static void
every_segment_at_every_place(void **unused)
{
	(void)unused;
	grid_run(&(struct grid){ ESTAB_SYN_RECEIVED, settings,
	    GRID_COUNT(settings) });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ack_of_our_syn_opens),
		cmocka_unit_test(another_ack_is_answered_with_a_reset),
		cmocka_unit_test(a_reset_returns_to_listen_or_refuses),
		cmocka_unit_test(a_reset_elsewhere_in_the_window_is_challenged),
		cmocka_unit_test(the_syn_again_is_answered_again),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
