/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fin.c - the eighth check, rung by rung: a TCB literal, a segment, and what
 * is owed; nothing mocked.  The ladder's files are included, for their rungs are
 * their own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tcp/content.c"
#include "tcp/ladder.c"

/* RFC 9293 3.10.7.4, eighth: one row per state, none left out; w is the
 * peer's FIN, placed so that w+1 wraps.  FIN-WAIT-2 ends in TIME-WAIT, which
 * needs an arena: tests/arrives has it. */
static void
in_order_fin_takes_each_state_where_the_rfc_says(void **unused)
{
	static const struct {
		enum estab_state before, after;
	} row[ESTAB_STATE_COUNT] = {
		{ ESTAB_CLOSED, ESTAB_CLOSED },
		{ ESTAB_LISTEN, ESTAB_LISTEN },
		{ ESTAB_SYN_SENT, ESTAB_SYN_SENT },
		{ ESTAB_SYN_RECEIVED, ESTAB_CLOSE_WAIT },
		{ ESTAB_ESTABLISHED, ESTAB_CLOSE_WAIT },
		{ ESTAB_FIN_WAIT_1, ESTAB_CLOSING },
		{ ESTAB_FIN_WAIT_2, ESTAB_TIME_WAIT },
		{ ESTAB_CLOSE_WAIT, ESTAB_CLOSE_WAIT },
		{ ESTAB_CLOSING, ESTAB_CLOSING },
		{ ESTAB_LAST_ACK, ESTAB_LAST_ACK },
		{ ESTAB_TIME_WAIT, ESTAB_TIME_WAIT },
	};

	(void)unused;
	for (size_t i = 0; i < ESTAB_STATE_COUNT; i++)
		assert_int_equal(after_fin(row[i].before), row[i].after);
}

struct fixture {
	struct tcp tcp;
	struct tcb t;
	struct arrival a;
};

static void
established_at(struct fixture *f, uint32_t nxt)
{
	memset(f, 0, sizeof *f);
	f->t.head.state = ESTAB_ESTABLISHED;
	f->t.head.in_table = true;
	f->t.in_output = true; /* so that no list is touched */
	f->t.rcv.nxt = f->t.rcv.read = f->t.rcv.acked = nxt;
	f->t.rcv.edge = nxt + 1000;
}

static void
a_fin_in_order_is_taken_and_acknowledged_at_once(void **unused)
{
	static struct fixture f;
	const uint32_t w = 0xffffffff;
	const struct cut cut = { .seq = w, .fin = true };

	(void)unused;
	established_at(&f, w);
	check8_fin(&f.tcp, &f.t, &f.a, &cut);
	assert_int_equal(f.t.head.state, ESTAB_CLOSE_WAIT);
	assert_int_equal(f.t.rcv.nxt, w + 1);
	assert_true(f.t.rcv.fin_taken && f.t.ack_now);
	assert_int_equal(f.a.reason, ESTAB_REASON_FIN_TAKEN);
}

static void
a_fin_beyond_a_hole_is_taken_by_the_segment_that_fills_it(void **unused)
{
	static struct fixture f;
	const struct cut beyond = { .seq = 110, .len = 5, .fin = true };
	const struct cut filler = { .seq = 100, .len = 10 };

	(void)unused;
	established_at(&f, 100);
	check8_fin(&f.tcp, &f.t, &f.a, &beyond);
	assert_int_equal(f.t.head.state, ESTAB_ESTABLISHED);
	assert_true(f.t.rcv.fin_known);
	assert_int_equal(f.t.rcv.nxt, 100);

	f.t.rcv.nxt = 115; /* text 100..114 is complete now */
	check8_fin(&f.tcp, &f.t, &f.a, &filler);
	assert_int_equal(f.t.head.state, ESTAB_CLOSE_WAIT);
	assert_int_equal(f.t.rcv.nxt, 116);
}

static void
a_second_fin_elsewhere_changes_nothing(void **unused)
{
	static struct fixture f;
	const struct cut first = { .seq = 110, .fin = true };
	const struct cut second = { .seq = 105, .fin = true };

	(void)unused;
	established_at(&f, 100);
	f.t.rcv.held_count = 0;
	f.t.rcv.fin_known = true;
	f.t.rcv.fin_seq = first.seq;
	note_fin(&f.tcp, &f.t, &second);
	assert_int_equal(f.t.rcv.fin_seq, 110);
}

static void
a_fin_below_text_already_taken_is_not_believed(void **unused)
{
	static struct fixture f;
	const struct cut cut = { .seq = 90, .fin = true };

	(void)unused;
	established_at(&f, 100);
	note_fin(&f.tcp, &f.t, &cut);
	assert_false(f.t.rcv.fin_known);
}

static void
the_window_cuts_text_and_fin_at_both_ends(void **unused)
{
	static const struct {
		uint32_t seq, len;
		bool fin;
		uint32_t seq_after, len_after, offset_after;
		bool fin_after;
	} row[] = {
		{ 100, 10, true, 100, 10, 0, true },  /* inside */
		{ 95, 10, true, 100, 5, 5, true },    /* over the left edge */
		{ 95, 5, true, 100, 0, 5, true },     /* only the FIN is new */
		{ 95, 4, true, 99, 0, 0, false },     /* the FIN is old, too */
		{ 195, 10, true, 195, 5, 0, false },  /* over the right edge */
		{ 190, 10, true, 190, 10, 0, false }, /* the FIN is beyond */
		{ 190, 9, true, 190, 9, 0, true },    /* the FIN fits */
		{ 90, 200, true, 100, 100, 10, false }, /* over both */
	};
	const struct expectation e = { .nxt = 100, .wnd = 100 };

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		const struct segment seg = {
			.seq = row[i].seq,
			.text_len = row[i].len,
			.len = row[i].len + 1,
			.fin = row[i].fin,
		};
		const struct cut cut = cut_to_window(&e, &seg);

		assert_int_equal(cut.seq, row[i].seq_after);
		assert_int_equal(cut.len, row[i].len_after);
		if (cut.len > 0)
			assert_int_equal(cut.offset, row[i].offset_after);
		assert_int_equal(cut.fin, row[i].fin_after);
	}
}

/* Which states take text, and which resets are errors: each set is a truth
 * table, never a range of the enum. */
static void
sets_of_states_are_what_their_names_say(void **unused)
{
	static const bool text[ESTAB_STATE_COUNT] = {
		[ESTAB_ESTABLISHED] = true,
		[ESTAB_FIN_WAIT_1] = true,
		[ESTAB_FIN_WAIT_2] = true,
	};
	static const int error[ESTAB_STATE_COUNT] = {
		[ESTAB_LISTEN] = ESTAB_ECONNRESET,
		[ESTAB_SYN_SENT] = ESTAB_ECONNRESET,
		[ESTAB_SYN_RECEIVED] = ESTAB_ECONNREFUSED,
		[ESTAB_ESTABLISHED] = ESTAB_ECONNRESET,
		[ESTAB_FIN_WAIT_1] = ESTAB_ECONNRESET,
		[ESTAB_FIN_WAIT_2] = ESTAB_ECONNRESET,
		[ESTAB_CLOSE_WAIT] = ESTAB_ECONNRESET,
	};

	(void)unused;
	for (int s = 0; s < ESTAB_STATE_COUNT; s++) {
		struct tcb t;

		memset(&t, 0, sizeof t);
		t.head.state = (uint8_t)s;
		assert_int_equal(takes_text((enum estab_state)s), text[s]);
		assert_int_equal(error_of_reset(&t), error[s]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_fin_takes_each_state_where_the_rfc_says),
		cmocka_unit_test(a_fin_in_order_is_taken_and_acknowledged_at_once),
		cmocka_unit_test(
		    a_fin_beyond_a_hole_is_taken_by_the_segment_that_fills_it),
		cmocka_unit_test(a_second_fin_elsewhere_changes_nothing),
		cmocka_unit_test(a_fin_below_text_already_taken_is_not_believed),
		cmocka_unit_test(the_window_cuts_text_and_fin_at_both_ends),
		cmocka_unit_test(sets_of_states_are_what_their_names_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
