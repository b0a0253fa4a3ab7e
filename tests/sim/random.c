/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The generator of a world, and its hash for hosts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <sodium.h>

#include <estab/estab.h>

#include "sim/random.h"

static void
the_generator_is_xoshiro256(void **unused)
{
	/* The first ten of the authors' program from the state 1, 2, 3, 4. */
	static const uint64_t expected[] = {
		UINT64_C(11520),
		UINT64_C(0),
		UINT64_C(1509978240),
		UINT64_C(1215971899390074240),
		UINT64_C(1216172134540287360),
		UINT64_C(607988272756665600),
		UINT64_C(16172922978634559625),
		UINT64_C(8476171486693032832),
		UINT64_C(10595114339597558777),
		UINT64_C(2904607092377533576),
	};
	struct random random = { { 1, 2, 3, 4 } };

	(void)unused;
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
		assert_true(random_next(&random) == expected[i]);
}

static void
seed_owner_and_number_make_a_stream(void **unused)
{
	struct random stream[5];
	uint64_t first[5];

	(void)unused;
	random_seed(&stream[0], 1, RANDOM_HOST, 0);
	random_seed(&stream[1], 2, RANDOM_HOST, 0);
	random_seed(&stream[2], 1, RANDOM_DIRECTION, 0);
	random_seed(&stream[3], 1, RANDOM_HOST, 1);
	random_seed(&stream[4], 1, RANDOM_HOST, 0);
	for (size_t i = 0; i < 5; i++)
		first[i] = random_next(&stream[i]);
	for (size_t i = 1; i < 4; i++)
		for (size_t k = 0; k < i; k++)
			assert_true(first[i] != first[k]);
	assert_true(first[4] == first[0]);
}

static void
chance_keeps_to_its_parts_per_million(void **unused)
{
	static const uint32_t ppm[] = { 0, 10000, 500000, 1000000 };
	struct random random;

	(void)unused;
	random_seed(&random, 7, RANDOM_DIRECTION, 3);
	for (size_t i = 0; i < 4; i++) {
		const uint32_t tries = 200000;
		uint32_t hits = 0;
		uint64_t expected = (uint64_t)tries * ppm[i] / 1000000;

		for (uint32_t n = 0; n < tries; n++)
			hits += random_chance(&random, ppm[i]);
		/* Five standard deviations of a half. */
		assert_in_range(hits, expected > 1118 ? expected - 1118 : 0,
		    expected + 1118);
		if (ppm[i] == 0 || ppm[i] == 1000000)
			assert_int_equal(hits, expected);
	}
}

static void
below_reaches_all_and_nothing_more(void **unused)
{
	struct random random;
	uint32_t seen = 0;

	(void)unused;
	random_seed(&random, 7, RANDOM_DIRECTION, 3);
	for (int n = 0; n < 1000; n++) {
		const uint64_t x = random_below(&random, 7);

		assert_in_range(x, 0, 6);
		seen |= 1u << x;
	}
	assert_int_equal(seen, 0x7f);
	assert_int_equal(random_below(&random, 0), 0);
}

static void
bytes_are_the_numbers_in_little_endian(void **unused)
{
	struct random a = { { 5, 6, 7, 8 } }, b = a;
	uint8_t bytes[21] = { 0 };

	(void)unused;
	random_bytes(&a, bytes, 20);
	for (size_t i = 0; i < 20; i += 8) {
		const uint64_t x = random_next(&b);

		for (size_t k = i; k < 20 && k < i + 8; k++)
			assert_int_equal(bytes[k], x >> (k - i) * 8 & 0xff);
	}
	assert_int_equal(bytes[20], 0);
}

/* The vectors printed by the authors' reference program: key 00 01 .. 0f,
 * message 00 01 .. of growing length. */
static void
siphash_gives_the_reference_vectors(void **unused)
{
	static const struct {
		size_t n;
		uint64_t hash;
	} row[] = {
		{ 0, UINT64_C(0x726fdb47dd0e0e31) },
		{ 1, UINT64_C(0x74f839c593dc67fd) },
		{ 7, UINT64_C(0xab0200f58b01d137) },
		{ 8, UINT64_C(0x93f5f5799a932462) },
		{ 15, UINT64_C(0xa129ca6149be45e5) },
		{ 63, UINT64_C(0x958a324ceb064572) },
	};
	uint8_t key[16], message[64];

	(void)unused;
	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	for (uint8_t i = 0; i < 64; i++)
		message[i] = i;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		assert_true(estab_siphash_portable(key, message, row[i].n) ==
		    row[i].hash);
}

static void
siphash_agrees_with_libsodium_at_every_length(void **unused)
{
	struct random random;
	uint8_t key[16], message[260], hash[8];

	(void)unused;
	assert_int_equal(crypto_shorthash_BYTES, sizeof hash);
	random_seed(&random, 11, RANDOM_HOST, 0);
	for (size_t n = 0; n <= sizeof message - 3; n++) {
		uint64_t expected = 0;
		uint8_t *from = message + n % 4; /* any alignment */

		random_bytes(&random, key, sizeof key);
		random_bytes(&random, message, sizeof message);
		crypto_shorthash(hash, from, n, key);
		for (size_t i = 0; i < 8; i++)
			expected |= (uint64_t)hash[i] << 8 * i;
		assert_true(estab_siphash_portable(key, from, n) == expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generator_is_xoshiro256),
		cmocka_unit_test(seed_owner_and_number_make_a_stream),
		cmocka_unit_test(chance_keeps_to_its_parts_per_million),
		cmocka_unit_test(below_reaches_all_and_nothing_more),
		cmocka_unit_test(bytes_are_the_numbers_in_little_endian),
		cmocka_unit_test(siphash_gives_the_reference_vectors),
		cmocka_unit_test(siphash_agrees_with_libsodium_at_every_length),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
