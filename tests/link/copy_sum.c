/* SPDX-License-Identifier: BSD-2-Clause
 *
 * copy_sum.c - the functions that sum, and copy on the way, beside a naive
 * one: the fastest this processor has, and portable C.
 */
#include <estab/link.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH_MAX 2048
#define SHIFT_MAX 33 /* one more than the alignment of a wide register */
#define GUARD 64

static uint32_t state;

static uint8_t
next_byte(void)
{
	state = state * 1664525 + 1013904223;
	return (uint8_t)(state >> 24);
}

/* RFC 1071, word by word, in memory order, folded to 16 bits. */
static uint32_t
naive(const uint8_t *data, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i += 2) {
		uint16_t word = 0;

		memcpy(&word, data + i, n - i >= 2 ? 2 : 1);
		sum += word;
	}
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint32_t)sum;
}

static uint32_t
folded(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Both ways of calling, from and to buffers of exactly n bytes at chosen
 * alignments; what lies around the copy stays as it was. */
static void
check(estab_copy_sum copy_sum, const uint8_t *data, size_t n, size_t from_at,
    size_t to_at)
{
	uint8_t *from_room = malloc(from_at + n + 1);
	uint8_t *to_room = malloc(to_at + n + GUARD);
	uint8_t *from = from_room + from_at, *to = to_room + to_at;
	const uint32_t wanted = naive(data, n);

	memcpy(from, data, n);
	memset(to_room, 0xa5, to_at + n + GUARD);
	assert_int_equal(folded(copy_sum(NULL, from, n)), wanted);
	assert_int_equal(folded(copy_sum(to, from, n)), wanted);
	assert_memory_equal(to, from, n);
	for (size_t i = 0; i < to_at; i++)
		assert_int_equal(to_room[i], 0xa5);
	for (size_t i = 0; i < GUARD; i++)
		assert_int_equal(to[n + i], 0xa5);
	free(from_room);
	free(to_room);
}

static void
check_all_lengths(estab_copy_sum copy_sum)
{
	static uint8_t data[LENGTH_MAX];

	for (state = 1; state < 4; state++) {
		const uint32_t seed = state;

		for (size_t i = 0; i < LENGTH_MAX; i++)
			data[i] = next_byte();
		for (size_t n = 0; n <= LENGTH_MAX; n++)
			check(copy_sum, data, n, (n * 7 + seed) % SHIFT_MAX,
			    (n * 5 + seed * 3) % SHIFT_MAX);
		for (size_t n = 0; n <= 96; n++) {
			for (size_t at = 0; at < SHIFT_MAX; at++)
				check(copy_sum, data, n, at, SHIFT_MAX - at);
		}
		state = seed;
	}
}

static void
best_agrees_at_all_lengths_and_places(void **unused)
{
	(void)unused;
	check_all_lengths(estab_copy_sum_best());
}

static void
portable_agrees_at_all_lengths_and_places(void **unused)
{
	(void)unused;
	check_all_lengths(estab_copy_sum_portable);
}

/* Bytes at which signed words and carries go wrong, around the lengths at
 * which a sum of 32 bits would run over. */
static void
great_lengths_do_not_run_over(void **unused)
{
	static const size_t length[] = { 65504, 65535, 65536, 65537, 65568,
		131070, 131071, 131072, 1048576, 1048577, 3000001 };
	static const uint8_t fill[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	estab_copy_sum function[] = { estab_copy_sum_best(),
		estab_copy_sum_portable };
	uint8_t *data = malloc(3000001);

	(void)unused;
	for (size_t f = 0; f < sizeof fill; f++) {
		memset(data, fill[f], 3000001);
		for (size_t l = 0; l < sizeof length / sizeof length[0]; l++) {
			check(function[0], data, length[l], 1, 0);
			check(function[1], data, length[l], 1, 0);
		}
	}
	free(data);
}

/* Zero has two forms in this arithmetic: a sum that is congruent to zero says
 * by its form whether all bytes were zero. */
static void
only_zeros_sum_to_zero(void **unused)
{
	estab_copy_sum function[] = { estab_copy_sum_best(),
		estab_copy_sum_portable };
	uint8_t data[96];

	(void)unused;
	for (size_t f = 0; f < 2; f++) {
		for (size_t n = 2; n <= sizeof data; n++) {
			memset(data, 0, sizeof data);
			assert_int_equal(function[f](NULL, data, n), 0);
			data[n - 2] = data[n - 1] = 0xff; /* congruent to 0 */
			assert_int_not_equal(function[f](NULL, data, n), 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(best_agrees_at_all_lengths_and_places),
		cmocka_unit_test(portable_agrees_at_all_lengths_and_places),
		cmocka_unit_test(great_lengths_do_not_run_over),
		cmocka_unit_test(only_zeros_sum_to_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
