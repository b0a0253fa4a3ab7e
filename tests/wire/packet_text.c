/* SPDX-License-Identifier: BSD-2-Clause
 *
 * packet_text.c - packets as sentences.
 */
#include "whole.h"

#include <setjmp.h>

#include <cmocka.h>

static void
assert_reads(const uint8_t *data, uint32_t bytes, const char *wanted)
{
	const struct packet_view view = view_exact(data, bytes);
	char text[400];

	assert_int_equal(packet_text(&view, text, sizeof text), strlen(wanted));
	assert_string_equal(text, wanted);
}

static void
segments_read_as_sentences(void **unused)
{
	const struct segment ack = { .from_port = 80,
		.to_port = 1025,
		.seq = 4294967295,
		.ack = 2,
		.has_ack = true,
		.psh = true,
		.wnd = 512,
		.options = { .has_ts = true,
		    .tsval = 9,
		    .tsecr = 8,
		    .sack_count = 2,
		    .sack = { { 10, 20 }, { 30, 40 } } } };
	const struct segment odd = { .from_port = 1,
		.to_port = 2,
		.seq = 3,
		.syn = true,
		.fin = true,
		.rst = true,
		.urg = true,
		.up = 7,
		.ece = true,
		.cwr = true,
		.options = { .sack_permitted = true } };
	const struct segment null = { .from_port = 1, .to_port = 2, .ack = 5 };
	uint8_t data[PACKET_MAX];
	uint32_t n;

	(void)unused;
	n = write_packet(data, 4, &syn, 0);
	assert_reads(data, n,
	    "10.0.0.1:1025 > 10.0.0.2:80 SYN seq=1 win=65535 "
	    "<mss 1460,ws 7>");
	n = write_packet(data, 6, &ack, 100);
	assert_reads(data, n,
	    "[fd00::1]:80 > [fd00::2]:1025 PSH ACK seq=4294967295 ack=2 "
	    "win=512 len=100 <ts 9 8,sack 10..20 30..40>");
	n = write_packet(data, 4, &odd, 0);
	assert_reads(data, n,
	    "10.0.0.1:1 > 10.0.0.2:2 SYN FIN RST URG ECE CWR seq=3 win=0 "
	    "up=7 <sack ok>");
	n = write_packet(data, 4, &null, 0);
	assert_reads(data, n,
	    "10.0.0.1:1 > 10.0.0.2:2 no flags seq=0 ack=5 win=0");
}

static void
nonsense_reads_as_sentences(void **unused)
{
	uint8_t data[PACKET_MAX];
	uint32_t n = write_packet(data, 4, &syn, 0);

	(void)unused;
	assert_reads(data, 43,
	    "10.0.0.1:1025 > 10.0.0.2:80 SYN seq=1 win=65535 "
	    "<option 2 runs over> (truncated)");
	assert_reads(data, 30, "10.0.0.1 > 10.0.0.2 protocol=6 (truncated)");
	assert_reads(data, 19, "no IP header: bytes=19");
	data[20 + 12] = 0xf3;
	assert_reads(data, n,
	    "10.0.0.1:1025 > 10.0.0.2:80 SYN seq=1 win=65535 reserved=3 "
	    "<mss 1460,ws 7> impossible data offset 15 (wrong checksum)");
	n = write_packet(data, 4, &syn, 0);
	memcpy(data + 40, (const uint8_t[8]){ 2, 3, 9, 99, 3, 9, 77, 0 }, 8);
	assert_reads(data, n,
	    "10.0.0.1:1025 > 10.0.0.2:80 SYN seq=1 win=65535 "
	    "<option 2 of 3,option 99 of 3,option 77 of 0> (wrong checksum)");
}

/* A kind we know, but of a length that is not its own, and the other way
 * round. */
static void
options_of_odd_lengths_read_as_they_are(void **unused)
{
	static const struct {
		uint8_t bytes[12];
		const char *wanted;
	} row[] = {
		{ { 2, 3, 9, 3, 4, 9, 9, 4, 3, 9, 5, 2 },
		    "<option 2 of 3,option 3 of 4,option 4 of 3,"
		    "option 5 of 2>" },
		{ { 5, 9, 0, 0, 0, 0, 0, 0, 0, 8, 3, 9 },
		    "<option 5 of 9,option 8 of 3>" },
		{ { 99, 10, 9, 9, 9, 9, 9, 9, 9, 9, 98, 2 },
		    "<option 99 of 10,option 98 of 2>" },
		{ { 97, 4, 9, 9, 96, 3, 9, 4, 2, 1, 0, 9 },
		    "<option 97 of 4,option 96 of 3,sack ok>" },
		{ { 5, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1 }, "<sack 1..2>" },
	};
	const struct segment seg = { .from_port = 1,
		.to_port = 2,
		.options = { .has_ts = true } };

	(void)unused;
	for (size_t i = 0; i < COUNT(row); i++) {
		uint8_t data[PACKET_MAX];
		const uint32_t n = write_packet(data, 4, &seg, 0);
		struct packet_view view;
		char text[200];

		memcpy(data + 40, row[i].bytes, 12);
		view = view_exact(data, n);
		packet_text(&view, text, sizeof text);
		assert_non_null(strchr(text, '<'));
		assert_memory_equal(strchr(text, '<'), row[i].wanted,
		    strlen(row[i].wanted));
	}
}

static void
icmp_and_other_packets_read_as_sentences(void **unused)
{
	const struct estab_address a = address("10.0.0.1");
	struct ip_packet ip = { .version = 4,
		.ttl = 9,
		.from = address("10.0.0.2"),
		.to = a,
		.protocol = 1 };
	uint8_t inner[PACKET_MAX], data[PACKET_MAX];
	const uint32_t n = write_packet(inner, 4, &syn, 0);

	(void)unused;
	ip.payload_bytes = icmp_build_error(data + 20, ICMP_TOO_BIG, 576, inner,
	    n, &ip.from, &a);
	ip_build(data, &ip);
	assert_reads(data, 20 + ip.payload_bytes,
	    "10.0.0.2 > 10.0.0.1 ICMP too big type=3 code=4 mtu=576 about "
	    "10.0.0.1:1025 > 10.0.0.2:80 seq=1");
	data[21] = 3; /* the checksum does not follow */
	assert_reads(data, 20 + ip.payload_bytes,
	    "10.0.0.2 > 10.0.0.1 ICMP unreachable (hard) type=3 code=3 about "
	    "10.0.0.1:1025 > 10.0.0.2:80 seq=1 (wrong checksum)");
	ip.protocol = 17;
	ip_build(data, &ip);
	assert_reads(data, 20 + ip.payload_bytes,
	    "10.0.0.2 > 10.0.0.1 protocol=17");
	data[10] ^= 1;
	assert_reads(data, 20 + ip.payload_bytes,
	    "10.0.0.2 > 10.0.0.1 protocol=17 (wrong IP checksum)");
}

static void
a_sentence_is_cut_to_its_room(void **unused)
{
	uint8_t data[PACKET_MAX];
	const uint32_t n = write_packet(data, 6, &syn, 3);
	const struct packet_view view = view_exact(data, n);
	char whole[200];
	const uint32_t wanted = packet_text(&view, whole, sizeof whole);

	(void)unused;
	assert_int_equal(packet_text(&view, NULL, 0), wanted);
	for (uint32_t room = 1; room <= wanted + 2; room++) {
		char *text = malloc(room);
		const uint32_t length = room - 1 < wanted ? room - 1 : wanted;

		memset(text, 0x7f, room);
		assert_int_equal(packet_text(&view, text, room), wanted);
		assert_int_equal(strlen(text), length);
		assert_memory_equal(text, whole, length);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_read_as_sentences),
		cmocka_unit_test(nonsense_reads_as_sentences),
		cmocka_unit_test(options_of_odd_lengths_read_as_they_are),
		cmocka_unit_test(icmp_and_other_packets_read_as_sentences),
		cmocka_unit_test(a_sentence_is_cut_to_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
