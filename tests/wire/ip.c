/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ip.c - IPv4 and IPv6 headers (RFC 791, RFC 8200).
 */
#include "wire/bytes.h"
#include "wire/checksum.h"
#include "wire/ip.h"
#include "exact.h"

#include <setjmp.h>

#include <cmocka.h>

/* A v4 packet: ihl words of header, total_bytes by its length field. */
static void
write_v4(uint8_t *data, uint8_t ihl, uint32_t total_bytes, uint32_t fragment)
{
	const uint32_t header_bytes = ihl * 4u;
	uint16_t checksum;

	for (uint8_t i = 20; i < 60; i++) /* options that are not looked at */
		data[i] = i;
	data[0] = (uint8_t)(0x40 | ihl);
	data[1] = 0xb9;
	put16(data + 2, total_bytes);
	put16(data + 4, 0xbeef);
	put16(data + 6, fragment);
	data[8] = 61;
	data[9] = IP_PROTOCOL_TCP;
	put16(data + 10, 0);
	memcpy(data + 12, (const uint8_t[8]){ 10, 0, 0, 1, 10, 0, 0, 2 }, 8);
	checksum = checksum_finish(checksum_bytes(data, header_bytes));
	memcpy(data + 10, &checksum, 2);
}

static enum wire_verdict
parse_exact(const uint8_t *data, uint32_t contiguous, uint32_t packet_bytes,
    struct ip_packet *out)
{
	uint8_t *bytes = exact(data, contiguous);
	const enum wire_verdict verdict =
	    ip_parse(bytes, contiguous, packet_bytes, out);

	free(bytes);
	return verdict;
}

static void
assert_same_packet(const struct ip_packet *a, const struct ip_packet *b)
{
	assert_memory_equal(&a->from, &b->from, sizeof a->from);
	assert_memory_equal(&a->to, &b->to, sizeof a->to);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->ttl, b->ttl);
	assert_int_equal(a->tos, b->tos);
	assert_int_equal(a->dont_fragment, b->dont_fragment);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->flow_label, b->flow_label);
	assert_int_equal(a->payload_bytes, b->payload_bytes);
}

static void
what_is_built_is_parsed_again(void **unused)
{
	uint32_t state = 1;

	(void)unused;
	for (int i = 0; i < 20000; i++) {
		struct ip_packet packet = { 0 }, again;
		uint8_t data[40];
		uint32_t n;

		memset(&again, 0xa5, sizeof again);
		packet.version = next_number(&state) % 2 ? 4 : 6;
		packet.protocol = IP_PROTOCOL_TCP;
		packet.ttl = (uint8_t)next_number(&state);
		packet.tos = (uint8_t)next_number(&state);
		fill(packet.from.byte, 16, &state);
		fill(packet.to.byte, 16, &state);
		if (packet.version == 4) {
			packet.dont_fragment = next_number(&state) % 2 == 1;
			packet.id = (uint16_t)next_number(&state);
			packet.payload_bytes = next_number(&state) % 65516;
			memcpy(packet.from.byte, address("0.0.0.0").byte, 12);
			memcpy(packet.to.byte, address("0.0.0.0").byte, 12);
		} else {
			packet.flow_label = next_number(&state) & 0xfffff;
			packet.payload_bytes = next_number(&state) % 65536;
		}
		n = ip_build(data, &packet);
		assert_int_equal(n, packet.version == 4 ? 20 : 40);
		assert_int_equal(parse_exact(data, n, n + packet.payload_bytes,
		                     &again),
		    WIRE_GOOD);
		assert_same_packet(&packet, &again);
		assert_int_equal(again.header_bytes, n);
		/* Padding behind the packet is not its payload. */
		assert_int_equal(parse_exact(data, n,
		                     n + packet.payload_bytes + 7, &again),
		    WIRE_GOOD);
		assert_int_equal(again.payload_bytes, packet.payload_bytes);
		if (packet.payload_bytes > 0)
			assert_int_equal(parse_exact(data, n,
			                     n + packet.payload_bytes - 1,
			                     &again),
			    WIRE_TRUNCATED);
	}
}

/* RFC 791 3.1's fields, one by one, where they stand. */
static void
a_v4_header_stands_as_the_rfc_draws_it(void **unused)
{
	static const uint8_t wanted[20] = { 0x45, 0x03, 0x01, 0x14, 0x12, 0x34,
		0x40, 0, 64, 6, 0x13, 0xab, 10, 0, 0, 1, 10, 0, 0, 2 };
	const struct ip_packet packet = { .from = address("10.0.0.1"),
		.to = address("10.0.0.2"),
		.version = 4,
		.protocol = 6,
		.ttl = 64,
		.tos = 3,
		.dont_fragment = true,
		.id = 0x1234,
		.payload_bytes = 256 };
	uint8_t data[20];

	(void)unused;
	assert_int_equal(ip_build(data, &packet), 20);
	assert_memory_equal(data, wanted, 20);
}

/* RFC 8200 3. */
static void
a_v6_header_stands_as_the_rfc_draws_it(void **unused)
{
	static const uint8_t wanted[40] = { 0x6b, 0x8f, 0xed, 0xcb, 0x01, 0x00,
		6,
		63, [8] = 0xfd, [23] = 1, [24] = 0xfe, [25] = 0x80, [39] = 2 };
	const struct ip_packet packet = { .from = address("fd00::1"),
		.to = address("fe80::2"),
		.version = 6,
		.protocol = 6,
		.ttl = 63,
		.tos = 0xb8,
		.flow_label = 0xfedcb,
		.payload_bytes = 256 };
	uint8_t data[40];

	(void)unused;
	assert_int_equal(ip_build(data, &packet), 40);
	assert_memory_equal(data, wanted, 40);
}

static void
versions_other_than_4_and_6_are_malformed(void **unused)
{
	uint8_t data[60];

	(void)unused;
	for (uint8_t version = 0; version < 16; version++) {
		struct ip_packet ip;

		write_v4(data, 5, 60, 0);
		data[0] = (uint8_t)(version << 4 | 5);
		if (version == 4 || version == 6)
			continue;
		for (uint32_t n = 1; n <= 60; n++)
			assert_int_equal(parse_exact(data, n, 60, &ip),
			    WIRE_MALFORMED);
	}
}

/* Every header length by every number of bytes that may be read: no read
 * goes beyond them, and the header is good as soon as it is there. */
static void
every_header_length_by_every_byte_count(void **unused)
{
	uint8_t data[60];

	(void)unused;
	for (uint8_t ihl = 0; ihl < 16; ihl++) {
		for (uint32_t n = 0; n <= 60; n++) {
			struct ip_packet ip;
			enum wire_verdict wanted = WIRE_GOOD;

			write_v4(data, ihl, 100, 0);
			if (n < 20)
				wanted = WIRE_TRUNCATED;
			else if (ihl < 5)
				wanted = WIRE_MALFORMED;
			else if (n < ihl * 4u)
				wanted = WIRE_TRUNCATED;
			assert_int_equal(parse_exact(data, n, 100, &ip),
			    wanted);
			if (wanted != WIRE_GOOD)
				continue;
			assert_int_equal(ip.header_bytes, ihl * 4);
			assert_int_equal(ip.payload_bytes, 100 - ihl * 4);
		}
	}
}

/* Every header length by every total length, in a packet of 60 bytes. */
static void
total_length_is_held_against_both_ends(void **unused)
{
	uint8_t data[60];

	(void)unused;
	for (uint8_t ihl = 5; ihl < 16; ihl++) {
		for (uint32_t total = 0; total <= 70; total++) {
			struct ip_packet ip;
			enum wire_verdict wanted = WIRE_GOOD;

			write_v4(data, ihl, total, 0);
			if (total < ihl * 4u)
				wanted = WIRE_MALFORMED;
			else if (total > 60)
				wanted = WIRE_TRUNCATED;
			assert_int_equal(parse_exact(data, 60, 60, &ip),
			    wanted);
			if (wanted != WIRE_MALFORMED)
				assert_int_equal(ip.payload_bytes,
				    total - ihl * 4);
			else
				assert_int_equal(ip.payload_bytes, 0);
		}
	}
}

static void
the_header_checksum_sees_every_bit(void **unused)
{
	uint8_t data[60];

	(void)unused;
	for (uint8_t ihl = 5; ihl < 16; ihl++) {
		for (uint32_t bit = 8; bit < ihl * 32u; bit++) {
			struct ip_packet ip;

			write_v4(data, ihl, 60, 0);
			data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(parse_exact(data, 60, 60, &ip),
			    WIRE_CHECKSUM);
		}
	}
}

static void
parts_of_a_v4_datagram_are_fragments(void **unused)
{
	uint8_t data[60];
	struct ip_packet ip;

	(void)unused;
	for (uint32_t bit = 0; bit < 16; bit++) {
		write_v4(data, 5, 60, 1u << bit);
		/* DF and the reserved bit make no fragment. */
		assert_int_equal(parse_exact(data, 60, 60, &ip),
		    bit < 14 ? WIRE_FRAGMENT : WIRE_GOOD);
		assert_int_equal(ip.dont_fragment, bit == 14);
		assert_int_equal(ip.payload_bytes, 40);
	}
}

static void
a_refused_v4_packet_still_shows_its_fields(void **unused)
{
	uint8_t data[60];
	struct ip_packet ip;

	(void)unused;
	write_v4(data, 6, 1500, 0x4000);
	data[11] ^= 1;
	memset(&ip, 0xa5, sizeof ip);
	assert_int_equal(parse_exact(data, 60, 60, &ip), WIRE_CHECKSUM);
	assert_int_equal(ip.version, 4);
	assert_int_equal(ip.protocol, 6);
	assert_int_equal(ip.ttl, 61);
	assert_int_equal(ip.tos, 0xb9);
	assert_int_equal(ip.id, 0xbeef);
	assert_true(ip.dont_fragment);
	assert_int_equal(ip.flow_label, 0);
	assert_int_equal(ip.header_bytes, 24);
	assert_int_equal(ip.payload_bytes, 1476);
	assert_true(ip_same(&ip.from,
	    &(struct estab_address){
	        { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1 } }));
	assert_true(ip_same(&ip.to,
	    &(struct estab_address){
	        { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 2 } }));
}

static void
a_v6_header_cut_anywhere_is_truncated(void **unused)
{
	const struct ip_packet packet = { .from = address("fd00::1"),
		.to = address("fd00::2"),
		.version = 6,
		.protocol = 6,
		.payload_bytes = 20 };
	uint8_t data[60] = { 0 };

	(void)unused;
	ip_build(data, &packet);
	for (uint32_t n = 0; n <= 60; n++) {
		struct ip_packet ip;

		assert_int_equal(parse_exact(data, n, 60, &ip),
		    n < 40 ? WIRE_TRUNCATED : WIRE_GOOD);
		assert_int_equal(parse_exact(data, n, n, &ip),
		    n < 60 ? WIRE_TRUNCATED : WIRE_GOOD);
	}
}

/* ::ffff:10.0.0.1 in an IPv6 header is not the IPv4 host 10.0.0.1. */
static void
mapped_addresses_have_no_place_in_a_v6_header(void **unused)
{
	struct ip_packet packet = { .from = address("10.0.0.1"),
		.to = address("fd00::2"),
		.version = 6,
		.protocol = 6 };
	uint8_t data[40];

	(void)unused;
	ip_build(data, &packet);
	assert_int_equal(ip_parse(data, 40, 40, &packet), WIRE_MALFORMED);
	packet.from = address("fd00::1");
	packet.to = address("0.0.0.0");
	ip_build(data, &packet);
	assert_int_equal(ip_parse(data, 40, 40, &packet), WIRE_MALFORMED);
	packet.to = address("::fffe:10.0.0.1");
	ip_build(data, &packet);
	assert_int_equal(ip_parse(data, 40, 40, &packet), WIRE_GOOD);
}

static void
a_quoted_packet_may_be_cut_and_altered(void **unused)
{
	uint8_t data[60];
	struct ip_packet ip;

	(void)unused;
	for (uint32_t n = 0; n <= 60; n++) {
		uint8_t *bytes;

		write_v4(data, 6, 1500, 0x4000);
		put16(data + 10, 0);     /* the header checksum, thrown away */
		put16(data + 2, n % 30); /* and the length */
		bytes = exact(data, n);
		assert_int_equal(ip_parse_quoted(bytes, n, &ip),
		    n < 24 ? WIRE_TRUNCATED : WIRE_GOOD);
		free(bytes);
	}
	write_v4(data, 5, 1500, 0x2000);
	assert_int_equal(ip_parse_quoted(data, 60, &ip), WIRE_FRAGMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_built_is_parsed_again),
		cmocka_unit_test(a_v4_header_stands_as_the_rfc_draws_it),
		cmocka_unit_test(a_v6_header_stands_as_the_rfc_draws_it),
		cmocka_unit_test(versions_other_than_4_and_6_are_malformed),
		cmocka_unit_test(every_header_length_by_every_byte_count),
		cmocka_unit_test(total_length_is_held_against_both_ends),
		cmocka_unit_test(the_header_checksum_sees_every_bit),
		cmocka_unit_test(parts_of_a_v4_datagram_are_fragments),
		cmocka_unit_test(a_refused_v4_packet_still_shows_its_fields),
		cmocka_unit_test(a_v6_header_cut_anywhere_is_truncated),
		cmocka_unit_test(mapped_addresses_have_no_place_in_a_v6_header),
		cmocka_unit_test(a_quoted_packet_may_be_cut_and_altered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
