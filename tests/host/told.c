/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the trace tells of memory: what a connection holds after the event,
 * not before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define RECORDS 256u
#define TCB 464u
#define SMALL 80u /* half-open, TIME-WAIT */

static struct estab_record records[RECORDS];
static struct estab_trace trace;

static struct lone *
traced(void)
{
	const struct estab_config config = { .trace = &trace };

	trace = (struct estab_trace){ .record = records, .capacity = RECORDS };
	return lone_create(4, ESTAB_ARENA_MIN, &config);
}

/* What the newest record of that change says. */
static uint32_t
told(enum estab_state before, enum estab_state after)
{
	for (uint64_t n = trace.written; n-- > 0;) {
		const struct estab_record *r = estab_trace_get(&trace, n);

		if (r->type == ESTAB_RECORD_STATE && r->before == before &&
		    r->after == after)
			return r->memory_bytes;
	}
	fail_msg("no such change");
	return 0;
}

static void
a_half_open_that_is_reset_holds_nothing(void **unused)
{
	struct lone *l = traced();
	const struct peer p = { .port = 4000, .seq = 11 };

	(void)unused;
	(void)lone_listen(l, 1);
	lone_segment(l,
	    &(struct segment){ .from_port = 4000,
	        .to_port = LONE_PORT,
	        .seq = 10,
	        .syn = true,
	        .wnd = 1000 },
	    NULL);
	assert_int_equal(told(ESTAB_LISTEN, ESTAB_SYN_RECEIVED), SMALL);
	lone_reset(l, &p);
	assert_int_equal(told(ESTAB_SYN_RECEIVED, ESTAB_LISTEN), 0);
	lone_free(l);
}

/* Text that was sent goes with the reset; text unread stays until it is read,
 * the block while the program holds it. */
static void
a_reset_connection_holds_its_block_and_what_is_unread(void **unused)
{
	struct lone *l = traced();
	struct peer p;
	char text[8];
	struct estab_status status;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	lone_text(l, &p, "unread", 6);
	assert_int_equal(estab_send(l->host, p.conn, "unacknowledged", 14), 14);
	lone_run(l, 0);
	lone_reset(l, &p);
	assert_int_equal(told(ESTAB_ESTABLISHED, ESTAB_CLOSED), TCB + 2048);
	assert_int_equal(estab_receive(l->host, p.conn, text, 8), 6);
	assert_memory_equal(text, "unread", 6);
	assert_int_equal(estab_receive(l->host, p.conn, text, 8),
	    ESTAB_ECONNRESET);
	assert_int_equal(estab_status(l->host, p.conn, &status), 0);
	assert_int_equal(status.memory_bytes, TCB);
	lone_free(l);
}

static void
an_orphan_that_ends_holds_nothing(void **unused)
{
	struct lone *l = traced();
	struct peer p;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	lone_fin(l, &p);
	assert_int_equal(estab_send(l->host, p.conn, "x", 1), 1);
	assert_int_equal(estab_release(l->host, p.conn), 0);
	lone_run(l, 0);
	assert_true(told(ESTAB_CLOSE_WAIT, ESTAB_LAST_ACK) > TCB);
	p.ack += 2;
	lone_ack(l, &p);
	assert_int_equal(told(ESTAB_LAST_ACK, ESTAB_CLOSED), 0);
	lone_free(l);
}

/* A held connection is a TIME-WAIT and an empty block, an orphan the former
 * alone. */
static void
time_wait_holds_little_and_then_nothing(void **unused)
{
	(void)unused;
	for (uint32_t held = 0; held < 2; held++) {
		struct lone *l = traced();
		struct peer p;

		lone_open(l, lone_listen(l, 1), 4000, &p);
		assert_int_equal(estab_send(l->host, p.conn, "x", 1), 1);
		assert_int_equal(estab_close(l->host, p.conn), 0);
		if (!held)
			assert_int_equal(estab_release(l->host, p.conn), 0);
		lone_run(l, 0);
		p.ack += 2;
		lone_ack(l, &p);
		lone_fin(l, &p);
		assert_int_equal(told(ESTAB_FIN_WAIT_2, ESTAB_TIME_WAIT),
		    SMALL + held * TCB);
		lone_run(l, 5 * ESTAB_MINUTE);
		assert_int_equal(told(ESTAB_TIME_WAIT, ESTAB_CLOSED),
		    held * TCB);
		lone_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_half_open_that_is_reset_holds_nothing),
		cmocka_unit_test(
		    a_reset_connection_holds_its_block_and_what_is_unread),
		cmocka_unit_test(an_orphan_that_ends_holds_nothing),
		cmocka_unit_test(time_wait_holds_little_and_then_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
