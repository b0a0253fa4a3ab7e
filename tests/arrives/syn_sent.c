/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn_sent.c - segments that arrive in SYN-SENT (RFC 9293 3.10.7.3).
 */
#include "grid.h"

static const struct mould_setting settings[] = {
	{ .name = "open" },
	{ .name = "time stamps", .stamp = STAMP_NEWER },
	{ .name = "window scale", .shift = 2 },
	{ .name = "a stranger's SYN, and a reset", .stranger = true },
	{ .name = "the same, time stamps",
	    .stranger = true,
	    .stamp = STAMP_NEWER },
};

/* RCV.NXT is unknown before; to a row it stands at IRS. */
static void
a_syn_ack_of_our_syn_opens(void **unused)
{
	(void)unused;
	grid_row(ESTAB_SYN_SENT,
	    &(struct grid_row){ NULL, ESTAB_SYN | ESTAB_ACK, 0, 1, 0,
	        ESTAB_ESTABLISHED, ORACLE_ACK, 1, 1, 0 });
}

static void
a_syn_ack_of_something_else_is_reset(void **unused)
{
	(void)unused;
	grid_row(ESTAB_SYN_SENT,
	    &(struct grid_row){ NULL, ESTAB_SYN | ESTAB_ACK, 0, 0, 0,
	        ESTAB_SYN_SENT, ORACLE_RST, 0, 0, 0 });
	grid_row(ESTAB_SYN_SENT,
	    &(struct grid_row){ NULL, ESTAB_SYN | ESTAB_ACK, 0, 2, 0,
	        ESTAB_SYN_SENT, ORACLE_RST, 0, 0, 0 });
}

static void
a_reset_must_acknowledge_our_syn(void **unused)
{
	(void)unused;
	grid_row(ESTAB_SYN_SENT,
	    &(struct grid_row){ NULL, ESTAB_RST | ESTAB_ACK, 0, 1, 0,
	        ESTAB_CLOSED, ORACLE_QUIET, 0, 0, ESTAB_ECONNREFUSED });
	grid_row(ESTAB_SYN_SENT,
	    &(struct grid_row){ NULL, ESTAB_RST | ESTAB_ACK, 0, 0, 0,
	        ESTAB_SYN_SENT, ORACLE_QUIET, 0, 0, 0 });
	grid_row(ESTAB_SYN_SENT,
	    &(struct grid_row){ NULL, ESTAB_RST, 0, 1, 0, ESTAB_SYN_SENT,
	        ORACLE_QUIET, 0, 0, 0 });
}

static void
a_syn_alone_crosses_ours(void **unused)
{
	(void)unused;
	grid_row(ESTAB_SYN_SENT,
	    &(struct grid_row){ NULL, ESTAB_SYN, 0, 0, 0, ESTAB_SYN_RECEIVED,
	        ORACLE_SYN_ACK, 1, 0, 0 });
}

static void
every_segment_at_every_place(void **unused)
{
	(void)unused;
	grid_run(&(struct grid){ ESTAB_SYN_SENT, settings,
	    GRID_COUNT(settings) });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_ack_of_our_syn_opens),
		cmocka_unit_test(a_syn_ack_of_something_else_is_reset),
		cmocka_unit_test(a_reset_must_acknowledge_our_syn),
		cmocka_unit_test(a_syn_alone_crosses_ours),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
