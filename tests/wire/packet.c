/* SPDX-License-Identifier: BSD-2-Clause
 *
 * packet.c - the view that can show any nonsense.
 */
#include "wire/bytes.h"
#include "wire/checksum.h"
#include "wire/packet.h"
#include "exact.h"

#include <estab/trace.h>

#include <setjmp.h>

#include <cmocka.h>

#define PACKET_MAX 400

/* Store the checksum that the bytes as they now stand should have. */
static void
seal(uint8_t *tcp, uint32_t bytes, const struct ip_packet *ip)
{
	uint16_t checksum;

	put16(tcp + TCP_CHECKSUM_OFFSET, 0);
	checksum = checksum_finish(checksum_add(checksum_pseudo(&ip->from,
	                                            &ip->to, 6, bytes),
	    checksum_bytes(tcp, bytes), 0));
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &checksum, 2);
}

/* A packet of version 4 or 6 around seg and text bytes. */
static uint32_t
write_packet(uint8_t *data, uint8_t version, const struct segment *seg,
    uint32_t text)
{
	struct ip_packet ip = { .version = version,
		.protocol = 6,
		.ttl = 64,
		.from = address(version == 4 ? "10.0.0.1" : "fd00::1"),
		.to = address(version == 4 ? "10.0.0.2" : "fd00::2") };
	const uint32_t header = version == 4 ? 20 : 40;
	const uint32_t tcp = segment_build(data + header, seg);

	memset(data + header + tcp, 'x', text);
	ip.payload_bytes = tcp + text;
	ip_build(data, &ip);
	seal(data + header, tcp + text, &ip);
	return header + tcp + text;
}

static struct packet_view
view_exact(const uint8_t *data, uint32_t bytes)
{
	uint8_t *copy = exact(data, bytes);
	struct packet_view view;

	memset(&view, 0xa5, sizeof view);
	packet_view(copy, bytes, &view);
	free(copy);
	return view;
}

static const struct segment syn = { .from_port = 1025,
	.to_port = 80,
	.seq = 1,
	.syn = true,
	.wnd = 65535,
	.options = { .has_mss = true,
	    .mss = 1460,
	    .has_wscale = true,
	    .wscale = 7 } };

static void
each_field_is_shown_as_it_stands(void **unused)
{
	const struct segment seg = { .from_port = 0x1234,
		.to_port = 0x5678,
		.seq = 0x9abcdef0,
		.ack = 0x0fedcba9,
		.wnd = 0x8765,
		.up = 0x4321,
		.psh = true,
		.has_ack = true,
		.urg = true,
		.options = { .has_ts = true } };

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		const uint32_t header = version == 4 ? 20 : 40;
		uint8_t data[PACKET_MAX];
		const uint32_t n = write_packet(data, version, &seg, 33);
		struct packet_view view = view_exact(data, n);

		assert_int_equal(view.ip_verdict, WIRE_GOOD);
		assert_int_equal(view.captured_bytes, n);
		assert_true(view.has_tcp);
		assert_false(view.has_icmp);
		assert_int_equal(view.from_port, 0x1234);
		assert_int_equal(view.to_port, 0x5678);
		assert_int_equal(view.seq, 0x9abcdef0);
		assert_int_equal(view.ack, 0x0fedcba9);
		assert_int_equal(view.data_offset, 8);
		assert_int_equal(view.reserved, 0);
		assert_int_equal(view.flags, ESTAB_PSH | ESTAB_ACK | ESTAB_URG);
		assert_int_equal(view.wnd, 0x8765);
		assert_int_equal(view.up, 0x4321);
		assert_int_equal(view.checksum, get16(data + header + 16));
		assert_true(view.checksum_good);
		assert_int_equal(view.text_offset, header + 32);
		assert_int_equal(view.text_bytes, 33);
		assert_int_equal(view.options_bytes, 12);
		assert_memory_equal(view.options, data + header + 20, 12);
		assert_int_equal(view.option_count, 3);
		assert_int_equal(view.option[2].kind, 8);
		assert_int_equal(view.option[2].length, 10);
		assert_int_equal(view.option[2].offset, 2);
		assert_false(view.option[2].runs_over);

		data[n - 1] ^= 1;
		view = view_exact(data, n);
		assert_false(view.checksum_good);
	}
}

/* SYN with FIN and RST, reserved bits, port 0: shown, not refused. */
static void
every_combination_of_flags_and_reserved_bits_is_shown(void **unused)
{
	uint8_t data[PACKET_MAX];
	const uint32_t n = write_packet(data, 4, &syn, 0);

	(void)unused;
	memset(data + 20, 0, 4);
	for (uint32_t flags = 0; flags < 256; flags++) {
		struct packet_view view;

		data[20 + 12] = (uint8_t)(0x70 | (flags & 15));
		data[20 + 13] = (uint8_t)flags;
		view = view_exact(data, n);
		assert_true(view.has_tcp);
		assert_int_equal(view.flags, flags);
		assert_int_equal(view.reserved, flags & 15);
		assert_int_equal(view.from_port, 0);
	}
}

static void
every_data_offset_is_shown(void **unused)
{
	uint8_t data[PACKET_MAX];

	(void)unused;
	for (uint32_t text = 0; text <= 40; text += 4) {
		const uint32_t n =
		    write_packet(data, 4, &(struct segment){ 0 }, text);

		for (uint8_t offset = 0; offset < 16; offset++) {
			const bool possible =
			    offset >= 5 && offset * 4u <= 20 + text;
			struct packet_view view;

			data[20 + 12] = (uint8_t)(offset << 4);
			view = view_exact(data, n);
			assert_true(view.has_tcp);
			assert_int_equal(view.data_offset, offset);
			assert_int_equal(view.text_offset,
			    possible ? 20 + offset * 4 : 0);
			assert_int_equal(view.text_bytes,
			    possible ? 20 + text - offset * 4u : 0);
		}
	}
}

static void
a_packet_cut_anywhere_is_shown_so_far(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		const uint32_t header = version == 4 ? 20 : 40;
		uint8_t data[PACKET_MAX];
		const uint32_t n = write_packet(data, version, &syn, 10);

		for (uint32_t cut = 0; cut <= n; cut++) {
			const struct packet_view view = view_exact(data, cut);
			uint32_t options = 0;

			if (cut > header + 20)
				options = cut - header - 20;
			assert_int_equal(view.ip_verdict,
			    cut < n ? WIRE_TRUNCATED : WIRE_GOOD);
			assert_int_equal(view.has_tcp, cut >= header + 20);
			assert_int_equal(view.options_bytes,
			    options < 8 ? options : 8);
			assert_int_equal(view.checksum_good, cut == n);
			if (view.has_tcp)
				assert_int_equal(view.text_bytes, 10);
		}
	}
}

/* The view reads options as the meaning does, and says where it stopped. */
static void
options_are_listed_up_to_where_reading_ends(void **unused)
{
	static const struct {
		uint8_t bytes[8];
		uint8_t count, last_kind, last_length;
		bool runs_over;
	} row[] = {
		{ { 1, 1, 1, 1, 1, 1, 1, 1 }, 8, 1, 0, false },
		{ { 2, 4, 5, 0xb4, 1, 3, 3, 7 }, 3, 3, 3, false },
		{ { 0, 9, 9, 9, 9, 9, 9, 9 }, 1, 0, 0, false },
		{ { 1, 0, 9, 9, 9, 9, 9, 9 }, 2, 0, 0, false },
		{ { 8, 10, 9, 9, 9, 9, 9, 9 }, 1, 8, 10, true },
		{ { 4, 2, 4, 2, 1, 4, 2, 0 }, 5, 0, 0, false },
		{ { 254, 8, 9, 9, 9, 9, 9, 9 }, 1, 254, 8, false },
		{ { 254, 7, 9, 9, 9, 9, 9, 3 }, 2, 3, 0, true },
		{ { 254, 6, 9, 9, 9, 9, 3, 3 }, 2, 3, 3, true },
		{ { 5, 0, 9, 9, 9, 9, 9, 9 }, 1, 5, 0, false },
		{ { 1, 5, 1, 9, 9, 9, 9, 9 }, 2, 5, 1, false },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(row); i++) {
		uint8_t data[PACKET_MAX];
		const uint32_t n = write_packet(data, 4, &syn, 0);
		struct packet_view view;
		const struct packet_option *last;

		memcpy(data + 40, row[i].bytes, 8);
		view = view_exact(data, n);
		assert_int_equal(view.option_count, row[i].count);
		last = &view.option[row[i].count - 1];
		assert_int_equal(last->kind, row[i].last_kind);
		assert_int_equal(last->length, row[i].last_length);
		assert_int_equal(last->runs_over, row[i].runs_over);
	}
}

/* What all bytes whatever have in common. */
static void
assert_sound(const struct packet_view *view, uint32_t bytes)
{
	assert_int_equal(view->captured_bytes, bytes);
	assert_true(view->option_count <= TCP_OPTIONS_MAX);
	assert_true(view->options_bytes <= TCP_OPTIONS_MAX);
	assert_true(!view->has_tcp || view->ip.header_bytes + 20 <= bytes);
	assert_false(view->has_tcp && view->has_icmp);
	for (uint8_t i = 0; i < view->option_count; i++) {
		const struct packet_option *o = &view->option[i];

		assert_true(o->offset < view->options_bytes);
		if (!o->runs_over)
			assert_true(o->offset + o->length <=
			    view->options_bytes);
	}
}

static void
random_bytes_are_looked_at_without_harm(void **unused)
{
	uint32_t state = 1;

	(void)unused;
	for (int i = 0; i < 100000; i++) {
		uint8_t data[200];
		const uint32_t n = next_number(&state) % sizeof data;
		struct packet_view view;

		fill(data, sizeof data, &state);
		data[0] = (uint8_t)(next_number(&state) % 2 ? 0x45 : 0x60);
		data[next_number(&state) % 2 ? 9 : 6] =
		    (uint8_t)(next_number(&state) % 2 ? 6 : 1);
		view = view_exact(data, n);
		assert_sound(&view, n);
	}
}

/* Good packets with a few bytes changed, so that most parsers are reached. */
static void
damaged_packets_are_looked_at_without_harm(void **unused)
{
	uint32_t state = 2, with_tcp = 0, with_bad_options = 0;

	(void)unused;
	for (int i = 0; i < 100000; i++) {
		uint8_t data[PACKET_MAX];
		uint32_t n = write_packet(data, i % 2 ? 4 : 6, &syn,
		    next_number(&state) % 30);
		struct packet_view view;

		for (uint32_t j = next_number(&state) % 4; j > 0; j--)
			data[next_number(&state) % n] =
			    (uint8_t)next_number(&state);
		if (next_number(&state) % 4 == 0)
			n = next_number(&state) % (n + 1);
		view = view_exact(data, n);
		assert_sound(&view, n);
		with_tcp += view.has_tcp;
		with_bad_options += view.option_count > 0 &&
		    view.option[view.option_count - 1].runs_over;
	}
	assert_true(with_tcp > 10000);
	assert_true(with_bad_options > 100);
}

static void
a_later_part_of_a_datagram_shows_no_segment(void **unused)
{
	uint8_t data[PACKET_MAX], longer[PACKET_MAX];
	uint32_t n = write_packet(data, 4, &syn, 0);
	struct packet_view view;

	(void)unused;
	put16(data + 6, 0x2000);
	view = view_exact(data, n); /* its header checksum is wrong now */
	assert_int_equal(view.ip_verdict, WIRE_CHECKSUM);
	assert_true(view.has_tcp);
	put16(data + 6, 0x2001);
	view = view_exact(data, n);
	assert_false(view.has_tcp);

	n = write_packet(data, 6, &syn, 0);
	memcpy(longer, data, 40);
	memset(longer + 40, 0, 8);
	longer[40] = 6;
	longer[6] = 44;
	put16(longer + 4, n - 40 + 8);
	memcpy(longer + 48, data + 40, n - 40);
	longer[43] = 1; /* the first part: more fragments */
	view = view_exact(longer, n + 8);
	assert_int_equal(view.ip_verdict, WIRE_FRAGMENT);
	assert_true(view.has_tcp);
	assert_false(view.checksum_good);
	longer[43] = 9;
	view = view_exact(longer, n + 8);
	assert_int_equal(view.ip_verdict, WIRE_FRAGMENT);
	assert_false(view.has_tcp);
}

static void
an_icmp_message_is_shown_with_its_checksum(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		const uint32_t header = version == 4 ? 20 : 40;
		uint8_t inner[PACKET_MAX], data[2 * PACKET_MAX];
		const uint32_t n = write_packet(inner, version, &syn, 0);
		struct ip_packet ip = { .version = version,
			.ttl = 64,
			.from = address(version == 4 ? "10.0.0.2" : "fd00::2"),
			.to = address(version == 4 ? "10.0.0.1" : "fd00::1"),
			.protocol = version == 4 ? IP_PROTOCOL_ICMP :
			                           IP_PROTOCOL_ICMPV6 };
		struct packet_view view;

		ip.payload_bytes = icmp_build_error(data + header, ICMP_TOO_BIG,
		    1280, inner, n, &ip.from, &ip.to);
		ip_build(data, &ip);
		view = view_exact(data, header + ip.payload_bytes);
		assert_true(view.has_icmp);
		assert_false(view.has_tcp);
		assert_true(view.checksum_good);
		assert_int_equal(view.icmp.mtu, 1280);
		assert_int_equal(view.icmp.quoted_seq, 1);
		data[header + 3] ^= 1;
		view = view_exact(data, header + ip.payload_bytes);
		assert_false(view.checksum_good);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_is_shown_as_it_stands),
		cmocka_unit_test(
		    every_combination_of_flags_and_reserved_bits_is_shown),
		cmocka_unit_test(every_data_offset_is_shown),
		cmocka_unit_test(a_packet_cut_anywhere_is_shown_so_far),
		cmocka_unit_test(options_are_listed_up_to_where_reading_ends),
		cmocka_unit_test(random_bytes_are_looked_at_without_harm),
		cmocka_unit_test(damaged_packets_are_looked_at_without_harm),
		cmocka_unit_test(a_later_part_of_a_datagram_shows_no_segment),
		cmocka_unit_test(an_icmp_message_is_shown_with_its_checksum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
