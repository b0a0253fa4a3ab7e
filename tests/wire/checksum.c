/* SPDX-License-Identifier: BSD-2-Clause
 *
 * checksum.c - the Internet checksum beside a naive one (RFC 1071).
 */
#include "wire/checksum.h"
#include "wire/segment.h"
#include "exact.h"

#include <setjmp.h>

#include <cmocka.h>

/* Big-endian words, one at a time, folded; an odd last byte is padded. */
static uint16_t
naive(const uint8_t *data, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)sum;
}

/* A sum in memory order as the number naive() speaks of. */
static uint16_t
in_order(uint32_t sum)
{
	const uint16_t folded = checksum_fold(sum);
	uint8_t two[2];

	memcpy(two, &folded, 2);
	return (uint16_t)(two[0] << 8 | two[1]);
}

static void
sums_of_all_lengths_at_all_alignments_agree(void **unused)
{
	static uint8_t data[2048];

	(void)unused;
	for (uint32_t seed = 1; seed <= 3; seed++) {
		uint32_t state = seed;

		fill(data, sizeof data, &state);
		for (size_t n = 0; n <= sizeof data; n++) {
			const size_t at = (n + seed) % 9;
			uint8_t *room = malloc(at + n + 1);
			uint8_t *to = malloc(at + n + 1);

			memcpy(room + at, data, n);
			assert_int_equal(in_order(checksum_bytes(room + at, n)),
			    naive(data, n));
			assert_int_equal(in_order(checksum_copy(to + at,
			                     room + at, n)),
			    naive(data, n));
			assert_memory_equal(to + at, data, n);
			free(room);
			free(to);
		}
	}
}

/* The extremes of carrying: all ones, and one followed by all ones. */
static void
carries_come_around(void **unused)
{
	uint8_t data[400];

	(void)unused;
	for (size_t n = 1; n <= sizeof data; n++) {
		memset(data, 0xff, sizeof data);
		assert_int_equal(in_order(checksum_bytes(data, n)),
		    naive(data, n));
		data[n - 1] = 1;
		assert_int_equal(in_order(checksum_bytes(data, n)),
		    naive(data, n));
	}
	memset(data, 0xff, 20);
	assert_int_equal(in_order(checksum_narrow(checksum_words(data, 20))),
	    0xffff);
	data[0] = 0;
	data[1] = 2;
	assert_int_equal(in_order(checksum_narrow(checksum_words(data, 20))),
	    2);
}

static void
headers_sum_as_any_others(void **unused)
{
	uint32_t state = 7;
	uint8_t data[60];

	(void)unused;
	for (uint32_t i = 0; i < 10000; i++) {
		const uint32_t n = 20 + i % 11 * 4;
		uint8_t *bytes;

		fill(data, sizeof data, &state);
		if (i % 5 == 0)
			memset(data, 0xff, n - 4);
		bytes = exact(data, n);
		assert_int_equal(in_order(checksum_narrow(checksum_header(bytes,
		                     n))),
		    naive(data, n));
		free(bytes);
	}
}

/* Where the addresses stand in a packet, and as they are. */
static void
a_pseudo_header_sums_up_the_same_from_a_packet(void **unused)
{
	uint32_t state = 9;

	(void)unused;
	for (uint32_t i = 0; i < 1000; i++) {
		struct ip_packet ip = { .version = i % 2 ? 4 : 6,
			.protocol = 6,
			.payload_bytes = i * 65 };
		const char *prefix = i % 2 ? "0.0.0.0" : "2001:db8::";
		uint8_t packet[40];
		uint32_t bytes;

		ip.from = ip.to = address(prefix);
		fill(ip.from.byte + 12, 4, &state);
		fill(ip.to.byte + 12, 4, &state);
		bytes = ip_build(packet, &ip);
		assert_int_equal(checksum_narrow(checksum_tcp_pseudo(packet,
		                     bytes, ip.payload_bytes)) %
		        0xffff,
		    checksum_pseudo(&ip.from, &ip.to, 6, ip.payload_bytes) %
		        0xffff);
	}
}

/* Cut in three at every pair of places, odd ones too. */
static void
pieces_of_odd_lengths_add_up(void **unused)
{
	uint32_t state = 3;
	uint8_t data[41];

	(void)unused;
	fill(data, sizeof data, &state);
	for (size_t a = 0; a <= sizeof data; a++) {
		for (size_t b = a; b <= sizeof data; b++) {
			uint32_t sum = checksum_bytes(data, a);

			sum = checksum_add(sum, checksum_bytes(data + a, b - a),
			    a);
			sum = checksum_add(sum,
			    checksum_bytes(data + b, sizeof data - b), b);
			assert_int_equal(in_order(sum),
			    naive(data, sizeof data));
		}
	}
}

static void
adding_brings_the_carry_around(void **unused)
{
	(void)unused;
	assert_int_equal(checksum_add(0xffffffff, 1, 0) % 0xffff, 1);
	assert_int_equal(checksum_add(0xffffffff, 0xffffffff, 1) % 0xffff, 0);
	assert_int_equal(checksum_add(0, 0x00ff0000, 1) % 0xffff,
	    0x00ff0000u % 0xffff * 256 % 0xffff);
}

/* RFC 9293 3.1 and RFC 8200 8.1, written out. */
static void
pseudo_headers_are_those_of_their_family(void **unused)
{
	const struct estab_address v4_from = address("10.1.2.3");
	const struct estab_address v4_to = address("192.168.250.7");
	static const uint8_t v4[] = { 10, 1, 2, 3, 192, 168, 250, 7, 0, 6, 0x12,
		0x34 };
	uint8_t v6[40];
	struct estab_address from, to;
	uint32_t state = 9;

	(void)unused;
	assert_int_equal(in_order(checksum_pseudo(&v4_from, &v4_to, 6, 0x1234)),
	    naive(v4, sizeof v4));

	fill(from.byte, 16, &state);
	fill(to.byte, 16, &state);
	memcpy(v6, from.byte, 16);
	memcpy(v6 + 16, to.byte, 16);
	memcpy(v6 + 32,
	    (const uint8_t[8]){ 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 58 }, 8);
	assert_int_equal(in_order(checksum_pseudo(&from, &to, 58, 0x12345678)),
	    naive(v6, sizeof v6));
}

static void
a_stored_checksum_makes_the_sum_good(void **unused)
{
	uint32_t state = 11;
	uint8_t data[64];

	(void)unused;
	for (int i = 0; i < 1000; i++) {
		uint16_t checksum;

		fill(data, sizeof data, &state);
		memset(data + 16, 0, 2);
		checksum = checksum_finish(checksum_bytes(data, sizeof data));
		memcpy(data + 16, &checksum, 2);
		assert_true(checksum_good(checksum_bytes(data, sizeof data)));
		data[i % 64] ^= 1;
		assert_false(checksum_good(checksum_bytes(data, sizeof data)));
	}
	/* RFC 1071 3's example: the sum is ddf2. */
	memcpy(data,
	    (const uint8_t[8]){ 0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7 }, 8);
	assert_int_equal(in_order(checksum_bytes(data, 8)), 0xddf2);
	assert_int_equal(checksum_finish(0), 0xffff);
	assert_int_equal(checksum_finish(0xffff), 0);
}

static bool
intact(const uint8_t *bytes, size_t n, const struct estab_address *from,
    const struct estab_address *to)
{
	return checksum_good(checksum_add(checksum_pseudo(from, to, 6,
	                                      (uint32_t)n),
	    checksum_bytes(bytes, n), 0));
}

static void
every_single_bit_flip_is_detected(void **unused)
{
	static const struct estab_address from = { { 0xfd, [15] = 1 } };
	static const struct estab_address to = { { 0xfd, [15] = 2 } };
	const struct segment seg = { .from_port = 0xffff,
		.to_port = 80,
		.seq = 0xfffffff0,
		.ack = 1,
		.has_ack = true,
		.wnd = 0xffff,
		.options = { .has_ts = true, .tsval = 0xffffffff } };
	uint8_t bytes[TCP_HEADER_MAX + 41];
	uint32_t state = 5;

	(void)unused;
	for (uint32_t text = 0; text <= 41; text++) {
		const uint32_t header = segment_build(bytes, &seg);
		const uint32_t n = header + text;
		uint16_t checksum;

		fill(bytes + header, text, &state);
		checksum = checksum_finish(checksum_add(checksum_pseudo(&from,
		                                            &to, 6, n),
		    checksum_bytes(bytes, n), 0));
		memcpy(bytes + TCP_CHECKSUM_OFFSET, &checksum, 2);
		assert_true(intact(bytes, n, &from, &to));
		for (uint32_t bit = 0; bit < n * 8; bit++) {
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_false(intact(bytes, n, &from, &to));
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_of_all_lengths_at_all_alignments_agree),
		cmocka_unit_test(carries_come_around),
		cmocka_unit_test(headers_sum_as_any_others),
		cmocka_unit_test(a_pseudo_header_sums_up_the_same_from_a_packet),
		cmocka_unit_test(pieces_of_odd_lengths_add_up),
		cmocka_unit_test(adding_brings_the_carry_around),
		cmocka_unit_test(pseudo_headers_are_those_of_their_family),
		cmocka_unit_test(a_stored_checksum_makes_the_sum_good),
		cmocka_unit_test(every_single_bit_flip_is_detected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
