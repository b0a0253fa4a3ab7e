/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Slow start: how much an ACK may add (RFC 5681 3.1, RFC 3465).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tcp/congestion.h"

#define MSS 1000u

static struct congestion
opened(void)
{
	struct congestion c = { 0 };
	const struct congestion_event event = { .mss = MSS, .acked = 10 * MSS };

	congestion_hooks_of(&c)->open(&c, &event);
	return c;
}

static uint32_t
growth(struct congestion *c, uint32_t acked)
{
	const struct congestion_event event = { .mss = MSS,
		.flight = c->cwnd,
		.acked = acked,
		.limited = true };
	const uint32_t before = c->cwnd;

	congestion_hooks_of(c)->acked(c, &event);
	return c->cwnd - before;
}

static void
before_any_loss_an_ack_adds_two_segments_at_most(void **unused)
{
	struct congestion c = opened();

	(void)unused;
	assert_int_equal(growth(&c, 1), 1);
	assert_int_equal(growth(&c, MSS), MSS);
	assert_int_equal(growth(&c, 2 * MSS), 2 * MSS);
	assert_int_equal(growth(&c, 9 * MSS), 2 * MSS);
}

static void
after_a_time_out_an_ack_adds_one_segment_at_most(void **unused)
{
	struct congestion c = opened();
	const struct congestion_event event = { .mss = MSS,
		.flight = 10 * MSS };

	(void)unused;
	congestion_hooks_of(&c)->timed_out(&c, &event);
	assert_int_equal(c.cwnd, MSS);
	assert_int_equal(growth(&c, 2 * MSS), MSS);
	assert_int_equal(growth(&c, 9 * MSS), MSS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_any_loss_an_ack_adds_two_segments_at_most),
		cmocka_unit_test(after_a_time_out_an_ack_adds_one_segment_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
