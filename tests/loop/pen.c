/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pen.c - packets leave in the order of their time, then of their coming.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "loop/pen.h"

static bool
put(struct pen *pen, uint8_t mark, estab_time due)
{
	uint8_t head[2] = { mark, 1 }, tail[1] = { 2 };
	const struct estab_frame frame = {
		.span = { { head, 2 }, { tail, 1 } },
		.span_count = 2,
	};

	return pen_put(pen, &frame, due);
}

static uint8_t
take(struct pen *pen)
{
	struct pen_packet *const packet = pen_take(pen);
	const uint8_t mark = packet->data[0];

	assert_int_equal(packet->bytes, 3);
	assert_memory_equal(packet->data + 1, "\x01\x02", 2);
	free(packet);
	return mark;
}

static void
the_earliest_leaves_first(void **unused)
{
	struct pen pen = { .bytes_max = 1 << 20 };
	uint32_t random = 1;
	estab_time last = 0;

	(void)unused;
	for (int i = 0; i < 1000; i++) {
		random = random * 1664525 + 1013904223;
		assert_true(put(&pen, 0, random >> 8));
	}
	assert_int_equal(pen.count, 1000);
	while (pen.count > 0) {
		const estab_time next = pen_next(&pen);

		assert_true(next >= last);
		assert_null(pen_first(&pen, next - 1));
		assert_non_null(pen_first(&pen, next));
		last = next;
		(void)take(&pen);
	}
	assert_int_equal(pen_next(&pen), ESTAB_NEVER);
	assert_int_equal(pen.bytes, 0);
	pen_empty(&pen);
}

static void
packets_of_one_instant_keep_their_order(void **unused)
{
	struct pen pen = { .bytes_max = 1 << 20 };

	(void)unused;
	assert_true(put(&pen, 200, 6));
	for (uint8_t i = 0; i < 100; i++)
		assert_true(put(&pen, i, 5));
	for (uint8_t i = 0; i < 100; i++)
		assert_int_equal(take(&pen), i);
	assert_int_equal(take(&pen), 200);
	pen_empty(&pen);
}

static void
a_full_pen_takes_nothing_until_one_has_left(void **unused)
{
	const size_t each = sizeof(struct pen_packet) + 3;
	struct pen pen = { .bytes_max = 2 * each };

	(void)unused;
	assert_true(put(&pen, 1, 0));
	assert_true(put(&pen, 2, 0));
	assert_false(put(&pen, 3, 0));
	assert_int_equal(take(&pen), 1);
	assert_true(put(&pen, 4, 0));
	assert_int_equal(take(&pen), 2);
	assert_int_equal(take(&pen), 4);
	pen_empty(&pen);
}

static void
an_emptied_pen_holds_nothing_and_is_of_use(void **unused)
{
	struct pen pen = { .bytes_max = 1 << 20 };

	(void)unused;
	for (uint8_t i = 0; i < 200; i++)
		assert_true(put(&pen, i, i));
	pen_empty(&pen); /* the leak checker looks on */
	assert_int_equal(pen.bytes, 0);
	assert_int_equal(pen_next(&pen), ESTAB_NEVER);
	assert_true(put(&pen, 7, 1));
	assert_int_equal(take(&pen), 7);
	pen_empty(&pen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earliest_leaves_first),
		cmocka_unit_test(packets_of_one_instant_keep_their_order),
		cmocka_unit_test(a_full_pen_takes_nothing_until_one_has_left),
		cmocka_unit_test(an_emptied_pen_holds_nothing_and_is_of_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
