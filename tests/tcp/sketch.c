/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sketch of sources: what one does is not laid at another's door, however
 * like his its address is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tcp/sketch.h"

#define BYTES ((size_t)256 * 1024)
#define KEYS 2000u

static uint64_t
next_number(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return state ^ state >> 29;
}

/* Under how many keys one of two sources is blamed for the other. */
static uint32_t
blamed(const struct estab_address *one, const struct estab_address *other)
{
	struct arena *arena = aligned_alloc(64, BYTES);
	struct counts counts = { 0 };
	uint32_t n = 0;

	assert_non_null(arena);
	assert_true(arena_init(arena, BYTES, 4096));
	for (uint32_t i = 0; i < KEYS; i++) {
		const uint64_t key[2] = { next_number(), next_number() };

		assert_true(counts_init(arena, &counts, key));
		counts_add(arena, &counts, one);
		assert_int_equal(counts_of(arena, &counts, one), 1);
		n += counts_of(arena, &counts, other);
		arena_give(arena, counts.cells, 1);
	}
	free(arena);
	return n;
}

/* By chance alone it would be once in a million. */
static void
addresses_alike_are_told_apart(void **unused)
{
	struct estab_address v4 = {
		{ [10] = 0xff, [11] = 0xff, [12] = 81, [13] = 2, [14] = 3, [15] = 4 }
	};
	struct estab_address v6 = { { 0x20, 0x01, 0x0d, 0xb8 } };

	(void)unused;
	for (uint32_t byte = 12; byte < 16; byte++)
		for (uint32_t bit = 0; bit < 8; bit++) {
			struct estab_address other = v4;

			other.byte[byte] ^= (uint8_t)(1u << bit);
			assert_in_range(blamed(&v4, &other), 0, 2);
		}
	for (uint32_t byte = 0; byte < 8; byte++) {
		struct estab_address other = v6;

		other.byte[byte] ^= 1;
		assert_in_range(blamed(&v6, &other), 0, 2);
	}
}

/* Who has one address of a /64 has all. */
static void
a_64_is_one_source(void **unused)
{
	const struct estab_address one = { { 0x20, 0x01, [15] = 1 } };
	const struct estab_address other = { { 0x20, 0x01, [8] = 9 } };

	(void)unused;
	assert_int_equal(blamed(&one, &other), KEYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_alike_are_told_apart),
		cmocka_unit_test(a_64_is_one_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
