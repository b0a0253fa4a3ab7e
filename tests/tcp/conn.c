/* SPDX-License-Identifier: BSD-2-Clause
 *
 * conn.c - the table of legal edges, and who tells whom of a change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tcp/tcp.h"

/* RFC 9293 figure 5, and what docs/deviations.md adds, written out: rows are
 * "from", columns "to", in the order of enum estab_state. */
static const char *const figure_5[ESTAB_STATE_COUNT] = {
	/*               C L S R E 1 2 W G A T */
	/* CLOSED     */ ". x x . . . . . . . .",
	/* LISTEN     */ "x . x x . . . . . . .",
	/* SYN-SENT   */ "x . . x x . . . . . .",
	/* SYN-RCVD   */ "x x x . x x . . . . .",
	/* ESTAB      */ "x . . . . x . x . . .",
	/* FIN-WAIT-1 */ "x . . . . . x . x . x",
	/* FIN-WAIT-2 */ "x . . . . . . . . . x",
	/* CLOSE-WAIT */ "x . . . . . . . . x .",
	/* CLOSING    */ "x . . . . . . . . . x",
	/* LAST-ACK   */ "x . . . . . . . . . .",
	/* TIME-WAIT  */ "x . . x . . . . . . .",
};

static void
the_table_of_edges_is_figure_5(void **unused)
{
	(void)unused;
	for (int from = 0; from < ESTAB_STATE_COUNT; from++)
		for (int to = 0; to < ESTAB_STATE_COUNT; to++)
			assert_int_equal(conn_edge_legal((enum estab_state)from,
			                     (enum estab_state)to),
			    figure_5[from][2 * to] == 'x');
}

static void
a_change_of_state_is_told_and_counted(void **unused)
{
	struct estab_record ring[4];
	struct estab_trace trace = { .record = ring, .capacity = 4 };
	static struct tcp tcp;
	struct tcb t;

	(void)unused;
	memset(&tcp, 0, sizeof tcp);
	memset(&t, 0, sizeof t);
	tcp.config.trace = &trace;
	t.head.in_table = true;
	t.head.kind = ESTAB_KIND_TCB;
	t.head.state = ESTAB_SYN_SENT;

	conn_enter(&tcp, &t.head, ESTAB_ESTABLISHED,
	    ESTAB_REASON_SYN_SENT_SYN_ACK);
	assert_int_equal(trace.written, 1);
	assert_int_equal(ring[0].type, ESTAB_RECORD_STATE);
	assert_int_equal(ring[0].before, ESTAB_SYN_SENT);
	assert_int_equal(ring[0].after, ESTAB_ESTABLISHED);
	assert_int_equal(ring[0].reason, ESTAB_REASON_SYN_SENT_SYN_ACK);
	assert_int_equal(tcp.counter[ESTAB_COUNT_CurrEstab], 1);

	conn_enter(&tcp, &t.head, ESTAB_CLOSE_WAIT, ESTAB_REASON_FIN_TAKEN);
	assert_int_equal(tcp.counter[ESTAB_COUNT_CurrEstab], 1);
	conn_enter(&tcp, &t.head, ESTAB_LAST_ACK, ESTAB_REASON_CALL_CLOSE);
	assert_int_equal(tcp.counter[ESTAB_COUNT_CurrEstab], 0);
	assert_int_equal(tcp.counter[ESTAB_COUNT_TCPInvariant], 0);
}

static void
an_edge_that_is_not_there_is_counted(void **unused)
{
	static struct tcp tcp;
	struct tcb t;

	(void)unused;
	memset(&tcp, 0, sizeof tcp);
	memset(&t, 0, sizeof t);
	t.head.state = ESTAB_TIME_WAIT;
	conn_enter(&tcp, &t.head, ESTAB_ESTABLISHED, ESTAB_REASON_NONE);
	assert_int_equal(tcp.counter[ESTAB_COUNT_TCPInvariant], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_of_edges_is_figure_5),
		cmocka_unit_test(a_change_of_state_is_told_and_counted),
		cmocka_unit_test(an_edge_that_is_not_there_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
