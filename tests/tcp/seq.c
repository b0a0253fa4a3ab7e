/* SPDX-License-Identifier: BSD-2-Clause
 *
 * seq.c - sequence numbers around the circle (RFC 9293 3.4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tcp/seq.h"

/* Where an implementation that compares with < breaks. */
static const uint32_t start[] = { 0, 1, 0x7ffffffe, 0x7fffffff, 0x80000000,
	0x80000001, 0xfffffffe, 0xffffffff };
static const uint32_t step[] = { 1, 2, 1460, 65535, 1u << 30, (1u << 31) - 1 };

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void
order_holds_wherever_the_window_lies(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(start); i++) {
		const uint32_t a = start[i];

		assert_false(seq_lt(a, a));
		assert_true(seq_le(a, a));
		for (size_t k = 0; k < COUNT(step); k++) {
			const uint32_t b = a + step[k];

			assert_true(seq_lt(a, b) && seq_le(a, b));
			assert_true(seq_gt(b, a) && seq_ge(b, a));
			assert_false(seq_lt(b, a) || seq_le(b, a));
			assert_int_equal(seq_max(a, b), b);
			assert_int_equal(seq_min(a, b), a);
			assert_int_equal(seq_span(a, b), step[k]);
		}
	}
}

static void
a_stretch_holds_its_first_number_and_not_its_end(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(start); i++)
		for (size_t k = 0; k < COUNT(step); k++) {
			const uint32_t a = start[i], end = a + step[k];

			assert_true(seq_in(a, a, end));
			assert_true(seq_in(end - 1, a, end));
			assert_false(seq_in(end, a, end));
			assert_false(seq_in(a - 1, a, end));
			assert_false(seq_in(a, a, a));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_holds_wherever_the_window_lies),
		cmocka_unit_test(a_stretch_holds_its_first_number_and_not_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
