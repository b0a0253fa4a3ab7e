/* SPDX-License-Identifier: BSD-2-Clause
 *
 * options.c - TCP options as an enemy would write them (RFC 9293 3.1).
 */
#include "wire/segment.h"
#include "exact.h"

#include <setjmp.h>

#include <cmocka.h>

#define EOL 0
#define NOP 1

/* The meaning of n bytes of options (a multiple of four), at the end of a
 * buffer that holds nothing behind them. */
static struct tcp_options
read_options(const uint8_t *options, size_t n)
{
	uint8_t data[TCP_HEADER_MAX] = { 0, 1, 0,
		1, [12] = (uint8_t)((20 + n) << 2) };
	struct segment seg;
	uint8_t *bytes;

	memcpy(data + 20, options, n);
	bytes = exact(data, 20 + n);
	memset(&seg, 0xa5, sizeof seg);
	assert_int_equal(segment_parse(bytes, (uint32_t)(20 + n),
	                     (uint32_t)(20 + n), &seg),
	    WIRE_GOOD);
	free(bytes);
	return seg.options;
}

static void
assert_nothing_known(const struct tcp_options *options)
{
	assert_false(options->has_mss);
	assert_false(options->has_wscale);
	assert_false(options->has_ts);
	assert_false(options->sack_permitted);
	assert_int_equal(options->sack_count, 0);
	assert_int_equal(options->mss, 0);
	assert_int_equal(options->wscale, 0);
	assert_int_equal(options->tsval, 0);
	assert_int_equal(options->tsecr, 0);
}

static void
length_0_or_1_of_any_kind_anywhere_is_bad(void **unused)
{
	(void)unused;
	for (uint32_t kind = 2; kind < 256; kind++) {
		for (uint32_t at = 0; at < 39; at++) {
			for (uint8_t length = 0; length < 2; length++) {
				uint8_t bytes[40];
				struct tcp_options options;

				memset(bytes, NOP, sizeof bytes);
				bytes[at] = (uint8_t)kind;
				bytes[at + 1] = length;
				options = read_options(bytes, sizeof bytes);
				assert_true(options.bad);
				assert_nothing_known(&options);
			}
		}
	}
}

static void
a_length_beyond_the_header_is_bad(void **unused)
{
	(void)unused;
	for (uint32_t kind = 2; kind < 256; kind++) {
		for (uint32_t at = 0; at < 40; at++) {
			const uint32_t left = 40 - at;
			uint8_t bytes[40];
			struct tcp_options options;

			for (uint32_t length = left < 2 ? 2 : left;
			     length < left + 3; length++) {
				memset(bytes, NOP, sizeof bytes);
				bytes[at] = (uint8_t)kind;
				if (at < 39)
					bytes[at + 1] = (uint8_t)length;
				options = read_options(bytes, sizeof bytes);
				assert_int_equal(options.bad, length > left);
			}
		}
	}
}

static void
a_kind_without_room_for_its_length_is_bad(void **unused)
{
	(void)unused;
	for (uint32_t n = 4; n <= 40; n += 4) {
		for (uint32_t kind = 0; kind < 256; kind++) {
			uint8_t bytes[40];
			struct tcp_options options;

			memset(bytes, NOP, sizeof bytes);
			bytes[n - 1] = (uint8_t)kind;
			options = read_options(bytes, n);
			assert_int_equal(options.bad, kind > NOP);
			assert_int_equal(options.unknown_count, 0);
		}
	}
}

/* RFC 9293 3.1: the list ends there, whatever follows. */
static void
nothing_is_read_behind_the_end_of_the_list(void **unused)
{
	static const uint8_t junk[] = { 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 2, 4, 1,
		1, 4, 2, 3, 3, 1, 5, 10, 1, 2, 3, 4, 5, 6, 7, 8, 99, 0, 99 };

	(void)unused;
	for (uint32_t nops = 0; nops < 8; nops++) {
		uint8_t bytes[40];
		struct tcp_options options;

		memset(bytes, 0xff, sizeof bytes);
		memset(bytes, NOP, nops);
		memcpy(bytes + nops + 1, junk, sizeof junk);
		bytes[nops] = EOL;
		options = read_options(bytes, sizeof bytes);
		assert_false(options.bad);
		assert_int_equal(options.unknown_count, 0);
		assert_nothing_known(&options);
		bytes[nops] = NOP; /* the junk, let in */
		options = read_options(bytes, sizeof bytes);
		assert_true(options.bad);
		assert_true(options.has_ts && options.has_mss);
		assert_int_equal(options.sack_count, 1);
	}
}

static bool
is_known(uint32_t kind, uint32_t length)
{
	switch (kind) {
	case 2:
		return length == 4;
	case 3:
		return length == 3;
	case 4:
		return length == 2;
	case 5:
		return length == 10 || length == 18 || length == 26 ||
		    length == 34;
	case 8:
		return length == 10;
	default:
		return false;
	}
}

/* All kinds in all lengths: MUST-6, skipped over and counted; what follows is
 * read, and so is what stood before. */
static void
unknown_kinds_and_lengths_are_counted(void **unused)
{
	(void)unused;
	for (uint32_t kind = 2; kind < 256; kind++) {
		for (uint32_t length = 2; length <= 34; length++) {
			uint8_t bytes[40];
			struct tcp_options options;

			memset(bytes, NOP, sizeof bytes);
			memset(bytes, 0x77, length);
			bytes[0] = (uint8_t)kind;
			bytes[1] = (uint8_t)length;
			memcpy(bytes + 36, (const uint8_t[4]){ 2, 4, 5, 6 }, 4);
			options = read_options(bytes, sizeof bytes);
			assert_false(options.bad);
			assert_int_equal(options.unknown_count,
			    !is_known(kind, length));
			assert_true(options.has_mss);
			assert_int_equal(options.mss, 0x0506);
			assert_int_equal(options.has_ts,
			    kind == 8 && length == 10);
			assert_int_equal(options.has_wscale,
			    kind == 3 && length == 3);
			assert_int_equal(options.sack_permitted,
			    kind == 4 && length == 2);
			assert_int_equal(options.sack_count,
			    kind == 5 && is_known(5, length) ? length / 8 : 0);
		}
	}
}

static void
as_many_unknown_options_as_fit_are_counted(void **unused)
{
	(void)unused;
	for (uint8_t count = 0; count <= 20; count++) {
		uint8_t bytes[40];
		struct tcp_options options;

		memset(bytes, NOP, sizeof bytes);
		for (uint8_t i = 0; i < count; i++) {
			bytes[2 * i] = (uint8_t)(20 + 11 * i);
			bytes[2 * i + 1] = 2;
		}
		options = read_options(bytes, sizeof bytes);
		assert_false(options.bad);
		assert_int_equal(options.unknown_count, count);
		assert_nothing_known(&options);
	}
}

static void
sack_blocks_are_read_as_they_stand(void **unused)
{
	for (uint8_t count = 1; count <= 4; count++) {
		uint8_t bytes[40];
		struct tcp_options options;

		(void)unused;
		for (uint8_t i = 0; i < 40; i++)
			bytes[i] = i;
		bytes[0] = 5;
		bytes[1] = (uint8_t)(2 + 8 * count);
		bytes[2 + 8 * count] = EOL;
		options = read_options(bytes, 36);
		assert_int_equal(options.sack_count, count);
		for (uint32_t i = 0; i < count; i++) {
			const uint32_t left = 0x02030405 + i * 0x08080808;

			assert_int_equal(options.sack[i].left, left);
			assert_int_equal(options.sack[i].right,
			    left + 0x04040404);
		}
	}
}

/* The last one counts, and no more than four blocks can come in. */
static void
of_an_option_twice_the_second_counts(void **unused)
{
	static const uint8_t twice[40] = { 2, 4, 1, 1, 2, 4, 2, 2, 3, 3, 1, 3,
		3, 2, 5, 18, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4 };
	const struct tcp_options options = read_options(twice, 40);

	(void)unused;
	assert_int_equal(options.mss, 0x0202);
	assert_int_equal(options.wscale, 2);
	assert_int_equal(options.sack_count, 2);
}

static void
random_options_never_lead_astray(void **unused)
{
	uint32_t state = 1, bad = 0;

	(void)unused;
	for (int i = 0; i < 200000; i++) {
		const uint32_t n = next_number(&state) % 11 * 4;
		uint8_t bytes[40];
		struct tcp_options options;

		fill(bytes, sizeof bytes, &state);
		for (uint32_t j = 0; j < n; j++) {
			if (next_number(&state) % 2)
				bytes[j] &=
				    15; /* where kinds and lengths are */
		}
		options = read_options(bytes, n);
		assert_true(options.sack_count <= 4);
		assert_true(options.unknown_count <= 20);
		bad += options.bad;
	}
	assert_in_range(bad, 1000, 199000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(length_0_or_1_of_any_kind_anywhere_is_bad),
		cmocka_unit_test(a_length_beyond_the_header_is_bad),
		cmocka_unit_test(a_kind_without_room_for_its_length_is_bad),
		cmocka_unit_test(nothing_is_read_behind_the_end_of_the_list),
		cmocka_unit_test(unknown_kinds_and_lengths_are_counted),
		cmocka_unit_test(as_many_unknown_options_as_fit_are_counted),
		cmocka_unit_test(sack_blocks_are_read_as_they_stand),
		cmocka_unit_test(of_an_option_twice_the_second_counts),
		cmocka_unit_test(random_options_never_lead_astray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
