/* SPDX-License-Identifier: BSD-2-Clause
 *
 * extension.c - chains of IPv6 extension headers (RFC 8200 4).
 */
#include "wire/bytes.h"
#include "wire/extension.h"
#include "exact.h"

#include <setjmp.h>

#include <cmocka.h>

#define HOP 0
#define ROUTING 43
#define FRAGMENT 44
#define DESTINATION 60

#define TEXT 20

/* A packet that is put together header by header. */
struct packet {
	uint8_t data[4096];
	uint32_t bytes;
	uint32_t next; /* where the kind of the following header is written */
};

static void
begin(struct packet *p)
{
	memset(p, 0, sizeof *p);
	p->data[0] = 0x60;
	p->data[8] = p->data[24] = 0xfd;
	p->bytes = 40;
	p->next = 6;
}

/* Returns where the header begins. */
static uint8_t *
add(struct packet *p, uint8_t kind, uint32_t header_bytes)
{
	uint8_t *header = p->data + p->bytes;

	p->data[p->next] = kind;
	p->next = p->bytes;
	if (kind != FRAGMENT)
		header[1] = (uint8_t)(header_bytes / 8 - 1);
	if ((kind == HOP || kind == DESTINATION) && header_bytes > 8) {
		uint32_t at = 2; /* filled with PadN */

		while (at < header_bytes) {
			const uint32_t left = header_bytes - at;
			const uint32_t n = left < 257 ? left : 200;

			header[at] = 1;
			header[at + 1] = (uint8_t)(n - 2);
			at += n;
		}
	}
	p->bytes += header_bytes;
	return header;
}

static enum wire_verdict
parse(struct packet *p, uint8_t last, struct ip_packet *ip)
{
	uint8_t *bytes;
	enum wire_verdict verdict;

	p->data[p->next] = last;
	p->bytes += TEXT;
	put16(p->data + 4, p->bytes - 40);
	bytes = exact(p->data, p->bytes);
	memset(ip, 0xa5, sizeof *ip);
	verdict = ip_parse(bytes, p->bytes, p->bytes, ip);
	free(bytes);
	return verdict;
}

static void
a_chain_leads_to_the_payload(void **unused)
{
	struct packet p;
	struct ip_packet ip;

	(void)unused;
	begin(&p);
	add(&p, HOP, 8);
	add(&p, DESTINATION, 24);
	add(&p, ROUTING, 40);
	add(&p, FRAGMENT, 8); /* atomic: RFC 6946 */
	add(&p, DESTINATION, 16);
	assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip), WIRE_GOOD);
	assert_int_equal(ip.protocol, IP_PROTOCOL_TCP);
	assert_int_equal(ip.header_bytes, 40 + 8 + 24 + 40 + 8 + 16);
	assert_int_equal(ip.payload_bytes, TEXT);
}

static void
only_eight_headers_are_walked(void **unused)
{
	for (int count = 0; count <= 12; count++) {
		struct packet p;
		struct ip_packet ip;

		(void)unused;
		begin(&p);
		for (int i = 0; i < count; i++)
			add(&p, DESTINATION, 8);
		assert_int_equal(parse(&p, IP_PROTOCOL_UDP, &ip),
		    count <= EXTENSION_HEADERS_MAX ? WIRE_GOOD : WIRE_UNKNOWN);
		if (count <= EXTENSION_HEADERS_MAX)
			assert_int_equal(ip.header_bytes, 40 + 8 * count);
	}
}

static void
only_512_bytes_of_headers_are_walked(void **unused)
{
	for (uint32_t second = 8; second <= 512; second += 8) {
		struct packet p;
		struct ip_packet ip;

		(void)unused;
		begin(&p);
		add(&p, DESTINATION, 256);
		add(&p, DESTINATION, second);
		assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip),
		    second <= 256 ? WIRE_GOOD : WIRE_UNKNOWN);
	}
}

static void
hop_by_hop_comes_first_or_not_at_all(void **unused)
{
	struct packet p;
	struct ip_packet ip;

	(void)unused;
	begin(&p);
	add(&p, DESTINATION, 8);
	add(&p, HOP, 8);
	assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip), WIRE_MALFORMED);
	begin(&p);
	add(&p, HOP, 8);
	add(&p, HOP, 8);
	assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip), WIRE_MALFORMED);
}

static void
a_routing_header_with_stops_left_is_malformed(void **unused)
{
	for (uint32_t type = 0; type < 256; type++) {
		for (uint32_t left = 0; left < 256; left += 17) {
			struct packet p;
			struct ip_packet ip;
			uint8_t *header;

			(void)unused;
			begin(&p);
			header = add(&p, ROUTING, 24);
			header[2] = (uint8_t)type;
			header[3] = (uint8_t)left;
			assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip),
			    left == 0 ? WIRE_GOOD : WIRE_MALFORMED);
		}
	}
}

/* Of the two bytes, 13 bits are the offset and the last one says that more
 * comes; the two between are reserved. */
static void
only_an_atomic_fragment_is_a_whole_packet(void **unused)
{
	for (uint32_t bit = 0; bit < 16; bit++) {
		struct packet p;
		struct ip_packet ip;

		(void)unused;
		begin(&p);
		put16(add(&p, FRAGMENT, 8) + 2, 1u << bit);
		assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip),
		    bit == 1 || bit == 2 ? WIRE_GOOD : WIRE_FRAGMENT);
		assert_int_equal(ip.header_bytes, 48);
		assert_int_equal(ip.protocol, IP_PROTOCOL_TCP);
	}
	/* Its second byte is reserved, and no length. */
	for (uint32_t reserved = 0; reserved < 256; reserved++) {
		struct packet p;
		struct ip_packet ip;

		begin(&p);
		add(&p, FRAGMENT, 8)[1] = (uint8_t)reserved;
		assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip), WIRE_GOOD);
		assert_int_equal(ip.header_bytes, 48);
	}
}

/* Every next header: walked, a payload, or neither. */
static void
what_is_neither_header_nor_payload_is_unknown(void **unused)
{
	static const uint8_t opaque[] = { 50, 51, 59, 135, 139, 140 };

	for (uint32_t kind = 0; kind < 256; kind++) {
		struct packet p;
		struct ip_packet ip;
		enum wire_verdict wanted = WIRE_GOOD;

		(void)unused;
		for (size_t i = 0; i < COUNT(opaque); i++) {
			if (kind == opaque[i])
				wanted = WIRE_UNKNOWN;
		}
		begin(&p);
		/* Where it is a header, TCP follows; else it is text. */
		p.data[p.bytes] = IP_PROTOCOL_TCP;
		assert_int_equal(parse(&p, (uint8_t)kind, &ip), wanted);
		if (kind != HOP && kind != ROUTING && kind != FRAGMENT &&
		    kind != DESTINATION) {
			assert_int_equal(ip.protocol, kind);
			assert_int_equal(ip.header_bytes, 40);
		} else {
			assert_int_equal(ip.header_bytes, 48);
		}
	}
}

/* 4.2: the two top bits of an option nobody knows say what to do. */
static void
an_unknown_option_says_itself_whether_the_packet_goes(void **unused)
{
	static const uint8_t carrier[] = { HOP, DESTINATION };

	(void)unused;
	for (size_t c = 0; c < COUNT(carrier); c++) {
		for (uint32_t type = 0; type < 256; type++) {
			struct packet p;
			struct ip_packet ip;
			uint8_t *header;

			begin(&p);
			header = add(&p, carrier[c], 8);
			header[2] = (uint8_t)type;
			header[3] = type == 0 ? 0 : 2;
			assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip),
			    type < 0x40 ? WIRE_GOOD : WIRE_UNKNOWN);
		}
	}
}

static void
an_option_that_runs_over_is_malformed(void **unused)
{
	for (uint32_t at = 2; at < 16; at++) {
		for (uint32_t length = 0; length < 256; length++) {
			struct packet p;
			struct ip_packet ip;
			uint8_t *header;
			bool fits = at + 2 + length <= 16;

			(void)unused;
			begin(&p);
			header = add(&p, DESTINATION, 16);
			memset(header + 2, 0, 14); /* Pad1 around it */
			header[at] = 5;
			if (at < 15)
				header[at + 1] = (uint8_t)length;
			assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip),
			    fits ? WIRE_GOOD : WIRE_MALFORMED);
		}
	}
}

/* What options contain is not taken for options: ff would be one to refuse. */
static void
options_are_stepped_over_as_a_whole(void **unused)
{
	static const uint8_t row[][14] = {
		{ 5, 2, 0xff, 0xff, 1, 3, 0xff, 0xff, 0xff, 0, 0x1e, 2, 0xff,
		    0xff },
		{ 1, 0, 1, 1, 0xff, 5, 1, 0xff, 0, 1, 3, 0xff, 0xff, 0xff },
		{ 1, 12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0xff, 0xff },
		{ 0, 1, 11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0xff, 0xff },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(row); i++) {
		struct packet p;
		struct ip_packet ip;

		begin(&p);
		memcpy(add(&p, HOP, 16) + 2, row[i], 14);
		assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip), WIRE_GOOD);
	}
}

/* A chain cut at every byte, by what may be read and by the length field. */
static void
a_chain_cut_anywhere_is_refused(void **unused)
{
	struct packet p;
	struct ip_packet ip;

	(void)unused;
	begin(&p);
	add(&p, HOP, 16);
	add(&p, DESTINATION, 8);
	add(&p, ROUTING, 24);
	add(&p, FRAGMENT, 8);
	assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip), WIRE_GOOD);
	for (uint32_t n = 0; n < p.bytes; n++) {
		uint8_t *bytes = exact(p.data, n);
		const bool walked = n >= p.bytes - TEXT;

		assert_int_equal(ip_parse(bytes, n, p.bytes, &ip),
		    walked ? WIRE_GOOD : WIRE_TRUNCATED);
		assert_int_equal(ip_parse(bytes, n, n, &ip), WIRE_TRUNCATED);
		if (n >= 40) {
			put16(bytes + 4, n - 40);
			assert_int_equal(ip_parse(bytes, n, n, &ip),
			    walked ? WIRE_GOOD : WIRE_MALFORMED);
		}
		free(bytes);
	}
}

static void
every_length_of_a_last_header_is_held_against_the_packet(void **unused)
{
	static const uint8_t kind[] = { HOP, ROUTING, DESTINATION };

	(void)unused;
	for (size_t k = 0; k < COUNT(kind); k++) {
		for (uint32_t length = 0; length < 256; length++) {
			struct packet p;
			struct ip_packet ip;
			enum wire_verdict wanted = WIRE_GOOD;

			begin(&p);
			add(&p, kind[k], 8)[1] = (uint8_t)length;
			p.bytes += 92; /* zeros: Pad1 */
			if (8 + 8 * length > 100 + TEXT)
				wanted = WIRE_MALFORMED;
			assert_int_equal(parse(&p, IP_PROTOCOL_TCP, &ip),
			    wanted);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_leads_to_the_payload),
		cmocka_unit_test(only_eight_headers_are_walked),
		cmocka_unit_test(only_512_bytes_of_headers_are_walked),
		cmocka_unit_test(hop_by_hop_comes_first_or_not_at_all),
		cmocka_unit_test(a_routing_header_with_stops_left_is_malformed),
		cmocka_unit_test(only_an_atomic_fragment_is_a_whole_packet),
		cmocka_unit_test(what_is_neither_header_nor_payload_is_unknown),
		cmocka_unit_test(
		    an_unknown_option_says_itself_whether_the_packet_goes),
		cmocka_unit_test(an_option_that_runs_over_is_malformed),
		cmocka_unit_test(options_are_stepped_over_as_a_whole),
		cmocka_unit_test(a_chain_cut_anywhere_is_refused),
		cmocka_unit_test(
		    every_length_of_a_last_header_is_held_against_the_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
