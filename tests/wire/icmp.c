/* SPDX-License-Identifier: BSD-2-Clause
 *
 * icmp.c - ICMP and ICMPv6: what kinds there are, and what a message quotes.
 */
#include "wire/bytes.h"
#include "wire/checksum.h"
#include "wire/icmp.h"
#include "wire/segment.h"
#include "exact.h"

#include <setjmp.h>

#include <cmocka.h>

static struct icmp_message
parse_exact(const uint8_t *data, uint32_t bytes, uint8_t version,
    enum wire_verdict wanted)
{
	uint8_t *copy = exact(data, bytes);
	struct icmp_message message;

	memset(&message, 0xa5, sizeof message);
	assert_int_equal(icmp_parse(copy, bytes, version, &message), wanted);
	free(copy);
	return message;
}

/* A segment from port 1025 to 80 with 100 bytes of text, as it was sent. */
static uint32_t
write_packet(uint8_t *data, uint8_t version)
{
	const struct ip_packet ip = { .version = version,
		.protocol = 6,
		.ttl = 64,
		.payload_bytes = 120,
		.from = address(version == 4 ? "10.0.0.1" : "fd00::1"),
		.to = address(version == 4 ? "10.0.0.2" : "fd00::2") };
	const struct segment seg = { .from_port = 1025,
		.to_port = 80,
		.seq = 0x89abcdef,
		.has_ack = true };
	const uint32_t header = ip_build(data, &ip);

	segment_build(data + header, &seg);
	memset(data + header + 20, 'x', 100);
	return header + 120;
}

static void
assert_quotes_the_segment(const struct icmp_message *message, uint8_t version)
{
	const struct estab_address from =
	    address(version == 4 ? "10.0.0.1" : "fd00::1");
	const struct estab_address to =
	    address(version == 4 ? "10.0.0.2" : "fd00::2");

	assert_true(message->quotes_tcp);
	assert_true(ip_same(&message->quoted_from.address, &from));
	assert_true(ip_same(&message->quoted_to.address, &to));
	assert_int_equal(message->quoted_from.port, 1025);
	assert_int_equal(message->quoted_to.port, 80);
	assert_int_equal(message->quoted_seq, 0x89abcdef);
}

/* RFC 792, 1122 3.2.2.1, 1812 5.2.7.1; RFC 4443: from .. to of a type. */
static const struct {
	uint8_t version, type, from, to;
	enum icmp_kind kind;
} row[] = {
	{ 4, 0, 0, 255, ICMP_ECHO_REPLY },
	{ 4, 3, 0, 1, ICMP_UNREACHABLE_SOFT },
	{ 4, 3, 2, 3, ICMP_UNREACHABLE_HARD },
	{ 4, 3, 4, 4, ICMP_TOO_BIG },
	{ 4, 3, 5, 15, ICMP_UNREACHABLE_SOFT },
	{ 4, 8, 0, 255, ICMP_ECHO },
	{ 4, 11, 0, 255, ICMP_TIME_EXCEEDED },
	{ 4, 12, 0, 255, ICMP_PARAMETER },
	{ 6, 1, 0, 3, ICMP_UNREACHABLE_SOFT },
	{ 6, 1, 4, 4, ICMP_UNREACHABLE_HARD },
	{ 6, 1, 5, 6, ICMP_UNREACHABLE_SOFT },
	{ 6, 2, 0, 255, ICMP_TOO_BIG },
	{ 6, 3, 0, 255, ICMP_TIME_EXCEEDED },
	{ 6, 4, 0, 0, ICMP_PARAMETER },
	{ 6, 4, 1, 1, ICMP_UNREACHABLE_HARD },
	{ 6, 4, 2, 255, ICMP_PARAMETER },
	{ 6, 128, 0, 255, ICMP_ECHO },
	{ 6, 129, 0, 255, ICMP_ECHO_REPLY },
};

static enum icmp_kind
wanted_kind(uint8_t version, uint8_t type, uint8_t code)
{
	for (size_t i = 0; i < COUNT(row); i++) {
		if (row[i].version == version && row[i].type == type &&
		    code >= row[i].from && code <= row[i].to)
			return row[i].kind;
	}
	return ICMP_OTHER;
}

static bool
is_error(enum icmp_kind kind)
{
	return kind != ICMP_OTHER && kind != ICMP_ECHO &&
	    kind != ICMP_ECHO_REPLY;
}

static void
every_type_and_code_has_its_kind(void **unused)
{
	uint8_t data[8 + 60 + 120];

	(void)unused;
	for (uint32_t cell = 0; cell < 2 * 65536; cell++) {
		const uint8_t version = cell / 65536 ? 6 : 4;
		const uint8_t type = (uint8_t)(cell / 256);
		const uint8_t code = (uint8_t)cell;
		const enum icmp_kind kind = wanted_kind(version, type, code);
		const uint32_t n = 8 + write_packet(data + 8, version);
		struct icmp_message message;

		memset(data, 0, 8);
		data[0] = type;
		data[1] = code;
		put32(data + 4, 0x00010578);
		assert_int_equal(icmp_parse(data, n, version, &message),
		    WIRE_GOOD);
		assert_int_equal(message.kind, kind);
		assert_int_equal(message.type, type);
		assert_int_equal(message.code, code);
		assert_int_equal(message.quotes_tcp, is_error(kind));
		assert_int_equal(message.mtu,
		    kind != ICMP_TOO_BIG ? 0 :
		        version == 4     ? 0x0578 :
		                           0x00010578);
	}
}

/* A quoted packet cut at every byte: eight bytes of the segment suffice. */
static void
a_quote_cut_anywhere_is_read_so_far(void **unused)
{
	uint8_t data[8 + 60 + 120];

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		const uint32_t header = version == 4 ? 20 : 40;
		const uint32_t n = 8 + write_packet(data + 8, version);

		memset(data, 0, 8);
		data[0] = version == 4 ? 3 : 1;
		for (uint32_t cut = 0; cut <= n; cut++) {
			const struct icmp_message message = parse_exact(data,
			    cut, version, cut < 8 ? WIRE_TRUNCATED : WIRE_GOOD);

			if (cut >= 8 + header + 8)
				assert_quotes_the_segment(&message, version);
			else
				assert_false(message.quotes_tcp);
		}
	}
}

/* Quoted headers longer than usual: IPv4 options, IPv6 extension headers. */
static void
a_segment_is_found_behind_options_and_extension_headers(void **unused)
{
	uint8_t data[8 + 60 + 120] = { 3, 1 };
	uint8_t packet[160];

	(void)unused;
	write_packet(packet, 4);
	memcpy(data + 8, packet, 20);
	memset(data + 28, 1, 12);
	data[8] = 0x48;
	memcpy(data + 40, packet + 20, 8);
	for (uint32_t cut = 0; cut < 2; cut++) {
		const struct icmp_message message =
		    parse_exact(data, 48 - cut, 4, WIRE_GOOD);

		assert_int_equal(message.quotes_tcp, cut == 0);
		if (cut == 0)
			assert_quotes_the_segment(&message, 4);
	}

	write_packet(packet, 6);
	data[0] = 1;
	memcpy(data + 8, packet, 40);
	data[8 + 6] = 60;
	memset(data + 48, 0, 8);
	data[48] = 6;
	memcpy(data + 56, packet + 40, 8);
	for (uint32_t cut = 0; cut < 2; cut++) {
		const struct icmp_message message =
		    parse_exact(data, 64 - cut, 6, WIRE_GOOD);

		assert_int_equal(message.quotes_tcp, cut == 0);
		if (cut == 0)
			assert_quotes_the_segment(&message, 6);
	}
}

static void
only_a_segment_of_this_family_is_quoted(void **unused)
{
	uint8_t data[8 + 60 + 120] = { 3, 1 };
	uint32_t n = 8 + write_packet(data + 8, 4);

	(void)unused;
	data[8 + 9] = IP_PROTOCOL_UDP;
	assert_false(parse_exact(data, n, 4, WIRE_GOOD).quotes_tcp);
	write_packet(data + 8, 4);
	put16(data + 8 + 6, 1); /* a later part of a datagram */
	assert_false(parse_exact(data, n, 4, WIRE_GOOD).quotes_tcp);
	n = 8 + write_packet(data + 8, 6);
	assert_false(parse_exact(data, n, 4, WIRE_GOOD).quotes_tcp);
	data[0] = 1;
	assert_true(parse_exact(data, n, 6, WIRE_GOOD).quotes_tcp);
	write_packet(data + 8, 4);
	assert_false(parse_exact(data, n, 6, WIRE_GOOD).quotes_tcp);
}

/* ---- Building ----------------------------------------------------------- */

static bool
intact(const uint8_t *data, uint32_t bytes, uint8_t version,
    const struct estab_address *from, const struct estab_address *to)
{
	uint32_t sum = checksum_bytes(data, bytes);

	if (version == 6)
		sum = checksum_add(sum,
		    checksum_pseudo(from, to, IP_PROTOCOL_ICMPV6, bytes), 0);
	return checksum_good(sum);
}

static void
an_error_that_is_built_says_what_was_meant(void **unused)
{
	uint8_t packet[160];

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		const uint32_t n = write_packet(packet, version);
		const struct estab_address from =
		    address(version == 4 ? "10.9.9.9" : "fd00::9");
		const struct estab_address to =
		    address(version == 4 ? "10.0.0.1" : "fd00::1");

		for (uint32_t kind = 0; kind <= ICMP_PARAMETER; kind++) {
			uint8_t *data = malloc(8 + n);
			struct icmp_message message;

			memset(data, 0xa5, 8 + n);
			if (!is_error((enum icmp_kind)kind)) {
				assert_int_equal(icmp_build_error(data,
				                     (enum icmp_kind)kind, 0,
				                     packet, n, &from, &to),
				    0);
				free(data);
				continue;
			}
			assert_int_equal(icmp_build_error(data,
			                     (enum icmp_kind)kind, 1280, packet,
			                     n, &from, &to),
			    8 + n);
			assert_true(intact(data, 8 + n, version, &from, &to));
			message = parse_exact(data, 8 + n, version, WIRE_GOOD);
			assert_int_equal(message.kind, kind);
			assert_quotes_the_segment(&message, version);
			assert_int_equal(message.mtu,
			    kind == ICMP_TOO_BIG ? 1280 : 0);
			assert_int_equal(get32(data + 4), message.mtu);
			assert_memory_equal(data + 8, packet, n);
			free(data);
		}
	}
}

static void
hard_is_port_unreachable(void **unused)
{
	const struct estab_address v4 = address("10.0.0.1");
	const struct estab_address v6 = address("fd00::1");
	uint8_t packet[160], data[1280];

	(void)unused;
	write_packet(packet, 4);
	icmp_build_error(data, ICMP_UNREACHABLE_HARD, 0, packet, 140, &v4, &v4);
	assert_int_equal(get16(data), 0x0303);
	write_packet(packet, 6);
	icmp_build_error(data, ICMP_UNREACHABLE_HARD, 0, packet, 160, &v6, &v6);
	assert_int_equal(get16(data), 0x0104);
}

/* RFC 1812 4.3.2.3 and RFC 4443 2.4 (c): with their IP headers they are 576
 * and 1280 bytes at most. */
static void
a_long_packet_is_quoted_as_far_as_may_be(void **unused)
{
	static uint8_t packet[2000];
	const struct estab_address v4 = address("10.0.0.1");
	const struct estab_address v6 = address("fd00::1");

	(void)unused;
	for (uint32_t n = 0; n < 2000; n++) {
		const uint32_t quoted4 = n < 548 ? n : 548;
		const uint32_t quoted6 = n < 1232 ? n : 1232;
		uint8_t *data = malloc(1280);

		assert_int_equal(icmp_build_error(data, ICMP_TOO_BIG, 1, packet,
		                     n, &v4, &v4),
		    8 + quoted4);
		assert_int_equal(icmp_build_error(data, ICMP_TOO_BIG, 1, packet,
		                     n, &v6, &v6),
		    8 + quoted6);
		assert_true(intact(data, 8 + quoted6, 6, &v6, &v6));
		free(data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_and_code_has_its_kind),
		cmocka_unit_test(a_quote_cut_anywhere_is_read_so_far),
		cmocka_unit_test(
		    a_segment_is_found_behind_options_and_extension_headers),
		cmocka_unit_test(only_a_segment_of_this_family_is_quoted),
		cmocka_unit_test(an_error_that_is_built_says_what_was_meant),
		cmocka_unit_test(hard_is_port_unreachable),
		cmocka_unit_test(a_long_packet_is_quoted_as_far_as_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
