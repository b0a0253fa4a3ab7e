/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames on Ethernet: what is taken, what is dropped and counted, and how
 * what leaves is addressed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/wired.h"

#define FLOOD 1000u /* twice as many SYNs are more than get a turn */

static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t group[6] = { 0x01, 0x00, 0x5e, 0, 0, 1 };

static const struct segment syn = { .from_port = 4000,
	.to_port = LONE_PORT,
	.seq = 1000,
	.syn = true,
	.wnd = 65535,
	.options = { .has_mss = true, .mss = 1460 } };

static estab_conn
listen_at(struct lone *w)
{
	const struct estab_endpoint local = { .port = LONE_PORT };
	estab_conn listener;

	assert_int_equal(estab_listen(w->host, &listener, &local, 8), 0);
	return listener;
}

static uint16_t
type_of(const struct lone *w)
{
	return w->version == 4 ? ETHERNET_V4 : ETHERNET_V6;
}

/* A01 */
static void
every_short_frame_of_every_type_is_dropped(void **unused)
{
	static const uint16_t types[] = { 0, 100, ETHERNET_V4, ETHERNET_ARP,
		ETHERNET_V6, 0x8100 };
	uint8_t packet[1600], frame[1700], own[6];

	(void)unused;
	wired_mac(2, own);
	for (uint32_t i = 0; i < 2 * sizeof types / sizeof types[0]; i++) {
		struct lone *w = wired_create(i % 2 == 0 ? 4 : 6, NULL, true);

		listen_at(w);
		(void)wired_frame(frame, 1, i % 4 < 2 ? own : everybody,
		    types[i / 2], packet,
		    wired_segment_packet(w, packet, 1, &syn, NULL));
		/* Cut within the headers: no segment can be seen whole. */
		for (uint32_t n = 0; n <= 14 + 20 + 19; n++) {
			lone_put(w, frame, n);
			assert_int_equal(w->out_count, 0);
		}
		assert_int_equal(lone_counter(w, ESTAB_COUNT_EthInRunts), 14);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_InSegs), 0);
		lone_free(w);
	}
}

/* A05 */
static void
padding_does_not_become_text(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = wired_create(version, NULL, true);
		const estab_conn conn = wired_open(w, 1);
		const struct estab_status s = lone_status(w, conn);
		const struct segment seg = { .from_port = LONE_PORT,
			.to_port = s.local.port,
			.seq = s.rcv_nxt,
			.ack = s.snd_nxt,
			.has_ack = true,
			.wnd = 65535,
			.text_len = 1 };
		uint8_t packet[1600], frame[1700], own[6], got[64];
		uint32_t bytes;

		wired_mac(2, own);
		bytes = wired_segment_packet(w, packet, 1, &seg, "x");
		memset(packet + bytes, 'y', 100);
		lone_put(w, frame,
		    wired_frame(frame, 1, own, type_of(w), packet, bytes + 100));
		assert_int_equal(estab_receive(w->host, conn, got, sizeof got),
		    1);
		assert_int_equal(got[0], 'x');
		lone_free(w);
	}
}

/* A29: as they are counted says that each was dropped for its type. */
static void
tags_lengths_and_unknown_types_are_dropped_and_counted(void **unused)
{
	static const uint16_t types[] = { 0x8100, 0x88a8, 0x0000, 0x0026,
		0x05dc, 0x0600, 0x0801, 0x8864, 0xffff };
	uint8_t packet[1600], tagged[1700], frame[1800], own[6];

	(void)unused;
	wired_mac(2, own);
	for (uint32_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		for (uint32_t tags = 0; tags <= 4; tags++) {
			struct lone *w = wired_create(4, NULL, true);
			uint32_t bytes = 0;

			listen_at(w);
			for (uint32_t k = 0; k < tags; k++, bytes += 4) {
				put16(tagged + bytes, 5);
				put16(tagged + bytes + 2,
				    k + 1 < tags ? types[i] : ETHERNET_V4);
			}
			memcpy(tagged + bytes, packet,
			    wired_segment_packet(w, packet, 1, &syn, NULL));
			lone_put(w, frame,
			    wired_frame(frame, 1, own, types[i], tagged,
			        bytes + 44));
			assert_int_equal(w->out_count, 0);
			assert_int_equal(lone_counter(w,
			                     ESTAB_COUNT_EthInUnknownTypes),
			    1);
			assert_int_equal(lone_counter(w,
			                     ESTAB_COUNT_IpInReceives),
			    0);
			lone_free(w);
		}
	}
}

/* A09, and frames that another host is meant by. */
static void
a_syn_in_a_frame_for_many_or_for_another_gets_no_answer(void **unused)
{
	static const uint8_t other[6] = { 2, 0, 0, 0, 0, 3 };
	static const struct {
		const uint8_t *to;
		enum estab_counter counter;
	} row[] = { { everybody, ESTAB_COUNT_EthInMisaddressed },
		{ group, ESTAB_COUNT_EthInMisaddressed },
		{ other, ESTAB_COUNT_EthInOtherHost } };
	uint8_t packet[1600], frame[1700];

	(void)unused;
	for (uint32_t i = 0; i < 2 * sizeof row / sizeof row[0]; i++) {
		struct lone *w = wired_create(i % 2 == 0 ? 4 : 6, NULL, true);
		const bool listens = i % 4 < 2;

		if (listens)
			listen_at(w);
		lone_put(w, frame,
		    wired_frame(frame, 1, row[i / 2].to, type_of(w), packet,
		        wired_segment_packet(w, packet, 1, &syn, NULL)));
		assert_int_equal(w->out_count, 0);
		assert_int_equal(lone_counter(w, row[i / 2].counter), 1);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_InSegs), 0);
		lone_free(w);
	}
}

/* Nor does it spend the turn of one that is for us: a switch that floods
 * another host's SYNs to us must not keep ours out (host/order). */
static void
syns_for_another_mac_spend_no_turn(void **unused)
{
	static uint8_t frame[FLOOD + 1][128];
	struct estab_frame frames[FLOOD + 1] = { 0 };
	const uint8_t other[6] = { 2, 0, 0, 0, 0, 3 };
	uint8_t packet[128], own[6];

	(void)unused;
	wired_mac(2, own);
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = wired_create(version, NULL, true);

		listen_at(w);
		for (uint32_t i = 0; i <= FLOOD; i++) {
			const uint32_t n =
			    wired_segment_packet(w, packet, 1, &syn, NULL);

			frames[i].span_count = 1;
			frames[i].span[0].data = frame[i];
			frames[i].span[0].length = wired_frame(frame[i], 1,
			    i < FLOOD ? other : own, type_of(w), packet, n);
		}
		for (uint32_t batch = 0; batch < 2; batch++)
			assert_int_equal(estab_input(w->host, frames, FLOOD + 1,
			                     w->now),
			    FLOOD + 1);
		assert_int_equal(estab_input_syns(w->host, NULL), 2);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_TCPSynLate), 0);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_EthInOtherHost),
		    2 * FLOOD);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_InSegs), 2);
		lone_free(w);
	}
}

/* A SYN packet whose addresses are replaced by others of IPv4. */
static uint32_t
between(const struct lone *w, uint8_t *packet, const char *from, const char *to)
{
	struct estab_address a, b;
	struct segment seg = syn;
	uint8_t payload[64] = { 0 };
	struct ip_packet ip = { .version = w->version,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64 };
	uint32_t header;

	assert_int_equal(estab_address_parse(from, &a), 0);
	assert_int_equal(estab_address_parse(to, &b), 0);
	ip.from = a;
	ip.to = b;
	ip.payload_bytes = segment_build(payload, &seg);
	header = ip_build(packet, &ip);
	memcpy(packet + header, payload, ip.payload_bytes);
	return header + ip.payload_bytes;
}

/* A08 and the IP half of A09. */
static void
martians_and_groups_get_no_answer(void **unused)
{
	static const struct {
		uint8_t version;
		const char *from, *to;
	} row[] = {
		{ 4, "0.0.0.0", "10.0.0.2" },
		{ 4, "255.255.255.255", "10.0.0.2" },
		{ 4, "10.0.0.255", "10.0.0.2" },
		{ 4, "224.0.0.1", "10.0.0.2" },
		{ 4, "127.0.0.1", "10.0.0.2" },
		{ 4, "10.0.0.2", "10.0.0.2" },
		{ 4, "10.0.0.1", "10.0.0.255" },
		{ 4, "10.0.0.1", "255.255.255.255" },
		{ 4, "10.0.0.1", "224.0.0.1" },
		{ 6, "::", "fd00::2" },
		{ 6, "::1", "fd00::2" },
		{ 6, "ff02::1", "fd00::2" },
		{ 6, "fd00::2", "fd00::2" },
		{ 6, "fd00::1", "ff02::1" },
	};
	uint8_t packet[1600], frame[1700], own[6];

	(void)unused;
	wired_mac(2, own);
	for (uint32_t i = 0; i < 2 * sizeof row / sizeof row[0]; i++) {
		struct lone *w = wired_create(row[i / 2].version, NULL, true);

		listen_at(w);
		lone_put(w, frame,
		    wired_frame(frame, 1, i % 2 == 0 ? own : everybody,
		        type_of(w), packet,
		        between(w, packet, row[i / 2].from, row[i / 2].to)));
		assert_int_equal(w->out_count, 0);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_PassiveOpens), 0);
		lone_free(w);
	}
}

/* A24: the sender's MAC says nothing. */
static void
a_frame_from_our_own_mac_is_judged_like_any_other(void **unused)
{
	uint8_t packet[1600], frame[1700], own[6];

	(void)unused;
	wired_mac(2, own);
	for (uint32_t i = 0; i < 4; i++) {
		const bool damaged = i >= 2;
		struct lone *w = wired_create(i % 2 == 0 ? 4 : 6, NULL, true);
		uint32_t bytes = wired_segment_packet(w, packet, 1, &syn, NULL);

		listen_at(w);
		wired_asks(w, 1, 2); /* so that the answer can leave */
		if (damaged)
			packet[bytes - 1] ^= 1;
		lone_put(w, frame,
		    wired_frame(frame, 2, own, type_of(w), packet, bytes));
		assert_int_equal(w->out_count, damaged ? 0 : 1);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_InCsumErrors),
		    damaged);
		lone_free(w);
	}
}

static void
what_is_far_away_goes_to_the_gateway(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = wired_create(version, NULL, true);
		uint8_t gateway[6];

		wired_mac(1, gateway);
		(void)wired_connect(w, 0);
		assert_true(wired_out_asks(w, 1, false));
		wired_answers(w, 1, 1, true);
		assert_int_equal(w->out_count, 1);
		assert_true(w->out[0].is_tcp);
		assert_memory_equal(w->out[0].ethernet.to, gateway, 6);
		assert_int_equal(w->out[0].ethernet.type, type_of(w));
		(void)wired_connect(w, 5);
		assert_true(wired_out_asks(w, 5, false));
		lone_free(w);
	}
}

/* A SYN of neighbour n, or, from 100 on, of somebody far away. */
static struct estab_frame
syn_from(const struct lone *w, uint8_t n, uint8_t frame[120])
{
	struct ip_packet ip = { .from = lone_address(w->version, n),
		.to = wired_own(w),
		.version = w->version,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64 };
	uint8_t *packet = frame + ETHERNET_HEADER, own[6];
	const uint32_t header = w->version == 4 ? 20 : 40;
	uint32_t bytes;

	if (n >= 100)
		ip.from.byte[w->version == 4 ? 13 : 1] = n;
	wired_mac(2, own);
	(void)wired_frame(frame, n < 100 ? n : 1, own, type_of(w), packet, 0);
	ip.payload_bytes = segment_build(packet + header, &syn);
	bytes = ip_build(packet, &ip) + ip.payload_bytes;
	return (struct estab_frame){
		.span = { { frame, ETHERNET_HEADER + bytes } },
		.span_count = 1,
		.checksum = ESTAB_CHECKSUM_VERIFIED,
		.ip_at = ETHERNET_HEADER,
	};
}

/* Packets to one gateway, to neighbours and back, in one call: each has the
 * header of its own next hop. */
static void
each_packet_of_a_call_goes_to_its_own_next_hop(void **unused)
{
	static const uint8_t from[] = { 100, 101, 5, 102, 6, 5, 5, 103, 103,
		104, 6, 6, 100, 7 };
	enum { COUNT = sizeof from };

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = wired_create(version, NULL, true);
		struct estab_frame in[COUNT], out[COUNT];
		uint8_t bytes[COUNT][120], mac[6];

		listen_at(w);
		for (uint8_t n = 1; n <= 7; n++) {
			const struct estab_address address =
			    lone_address(version, n);

			wired_mac(n, mac);
			if (n != 2)
				assert_int_equal(estab_neighbour_add(w->host, 0,
				                     &address, mac),
				    0);
		}
		for (uint32_t i = 0; i < COUNT; i++)
			in[i] = syn_from(w, from[i], bytes[i]);
		assert_int_equal(estab_input(w->host, in, COUNT, w->now),
		    COUNT);
		assert_int_equal(estab_output(w->host, out, COUNT, w->now),
		    COUNT);
		for (uint32_t i = 0; i < COUNT; i++) {
			const uint8_t *frame = out[i].span[0].data;

			wired_mac(from[i] < 100 ? from[i] : 1, mac);
			assert_memory_equal(frame, mac, 6);
			assert_int_equal(frame[12] << 8 | frame[13],
			    type_of(w));
			assert_int_equal(out[i].ip_at, ETHERNET_HEADER);
		}
		lone_free(w);
	}
}

static void
a_gateway_must_be_one_neighbour(void **unused)
{
	static const struct {
		const char *address;
		int error;
	} row[] = {
		{ "10.0.0.255", ESTAB_EINVAL },
		{ "0.0.0.0", ESTAB_EINVAL },
		{ "224.0.0.1", ESTAB_EINVAL },
		{ "10.0.0.2", ESTAB_EINVAL },
		{ "10.1.0.1", ESTAB_ENETUNREACH },
		{ "fd01::1", ESTAB_ENETUNREACH },
		{ "fe80::1", 0 },
		{ "10.0.0.3", 0 },
	};
	struct lone *w = wired_create(4, NULL, true);
	struct estab_address gateway;

	(void)unused;
	for (uint32_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		assert_int_equal(estab_address_parse(row[i].address, &gateway),
		    0);
		assert_int_equal(estab_route_gateway(w->host, 0, &gateway),
		    row[i].error);
	}
	assert_int_equal(estab_route_gateway(w->host, 1, &gateway),
	    ESTAB_EINVAL);
	lone_free(w);
}

static void
a_link_needs_a_mac_that_one_host_can_have(void **unused)
{
	struct lone *w = wired_create(4, NULL, true);
	struct estab_link link = { .mtu = 1500, .ethernet = true }, got;

	(void)unused;
	assert_int_equal(estab_link_add(w->host, &link), ESTAB_EINVAL);
	link.mac[0] = 1;
	assert_int_equal(estab_link_add(w->host, &link), ESTAB_EINVAL);
	wired_mac(7, link.mac);
	assert_int_equal(estab_link_add(w->host, &link), 1);
	assert_int_equal(estab_link_get(w->host, 1, &got), 0);
	assert_true(got.ethernet && got.mtu == 1500);
	assert_memory_equal(got.mac, link.mac, sizeof got.mac);
	assert_int_equal(estab_link_get(w->host, 2, &got), ESTAB_EINVAL);
	lone_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_short_frame_of_every_type_is_dropped),
		cmocka_unit_test(padding_does_not_become_text),
		cmocka_unit_test(
		    tags_lengths_and_unknown_types_are_dropped_and_counted),
		cmocka_unit_test(
		    a_syn_in_a_frame_for_many_or_for_another_gets_no_answer),
		cmocka_unit_test(syns_for_another_mac_spend_no_turn),
		cmocka_unit_test(martians_and_groups_get_no_answer),
		cmocka_unit_test(a_frame_from_our_own_mac_is_judged_like_any_other),
		cmocka_unit_test(what_is_far_away_goes_to_the_gateway),
		cmocka_unit_test(each_packet_of_a_call_goes_to_its_own_next_hop),
		cmocka_unit_test(a_gateway_must_be_one_neighbour),
		cmocka_unit_test(a_link_needs_a_mac_that_one_host_can_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
