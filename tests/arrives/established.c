/* SPDX-License-Identifier: BSD-2-Clause
 *
 * established.c - segments that arrive in ESTABLISHED (RFC 9293 3.10.7.4).
 */
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
	{ .name = "super-segments", .super = true },
	{ .name = "super-segments as predicted",
	    .super = true,
	    .wnd = WND_SAME,
	    .long_life = true },
	{ .name = "no stamp", .stamp = STAMP_MISSING },
	{ .name = "stray stamp", .stamp = STAMP_STRAY },
	{ .name = "a stranger's SYN before",
	    .stranger = true,
	    .long_life = true },
	{ .name = "the same, newer stamp, window scale",
	    .stranger = true,
	    .stamp = STAMP_NEWER,
	    .shift = 2 },
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
a_zero_window_honours_ack_and_reset(void **unused)
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
		cmocka_unit_test(a_zero_window_honours_ack_and_reset),
		cmocka_unit_test(every_segment_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
