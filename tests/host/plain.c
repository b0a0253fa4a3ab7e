/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The quick reading of a packet says what the thorough one says, or nothing:
 * packets of both families, with and without options, whole and damaged.
 */
#include "host/plain.h"
#include "wire/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TEXT 37u
#define DAMAGES 200000u

static uint32_t
next_number(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return state >> 8;
}

enum shape {
	SHAPE_BARE,
	SHAPE_TS,
	SHAPE_MSS,      /* 4 bytes of options */
	SHAPE_MSS_WS_8, /* 8 */
	SHAPES,
};

/* Returns the packet's bytes. */
static uint32_t
build(uint8_t *packet, uint8_t version, enum shape shape, uint32_t text)
{
	struct segment seg = { .from_port = 1025,
		.to_port = 80,
		.seq = 0xfffffff0,
		.ack = next_number(),
		.flags = (uint8_t)next_number(),
		.wnd = 0xfedc,
		.up = 7,
		.text_len = text,
		.options = { .has_ts = shape == SHAPE_TS,
		    .tsval = 0x80000001,
		    .tsecr = next_number(),
		    .has_mss = shape >= SHAPE_MSS,
		    .mss = 1460,
		    .has_wscale = shape == SHAPE_MSS_WS_8,
		    .wscale = 7 } };
	struct ip_packet ip = { .version = version,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64,
		.tos = (uint8_t)next_number(),
		.dont_fragment = true,
		.payload_bytes =
		    20 + segment_options_bytes(&seg.options) + text };
	uint32_t bytes;

	estab_address_parse(version == 4 ? "10.0.0.1" : "2001:db8::1",
	    &ip.from);
	estab_address_parse(version == 4 ? "10.0.0.2" : "2001:db8::2", &ip.to);
	bytes = ip_build(packet, &ip);
	bytes += segment_build(packet + bytes, &seg);
	for (uint32_t i = 0; i < text; i++)
		packet[bytes + i] = (uint8_t)next_number();
	return bytes + text;
}

/* The packet in memory of exactly its size, read quickly. */
static enum plain
quick(const uint8_t *packet, uint32_t bytes, bool summed, struct arrival *a)
{
	uint8_t *exact = malloc(bytes);
	const struct estab_frame frame = { .span = { { exact, bytes } },
		.span_count = 1,
		.link = 3,
		.checksum = summed ? ESTAB_CHECKSUM_VERIFIED :
		                     ESTAB_CHECKSUM_UNVERIFIED };
	enum plain read;

	assert_non_null(exact);
	memcpy(exact, packet, bytes);
	memset(a, 0xa5, sizeof *a);
	read = plain_read(&frame, a);
	free(exact);
	return read;
}

static void
assert_same_options(const struct tcp_options *a, const struct tcp_options *b)
{
	assert_int_equal(a->has_mss, b->has_mss);
	assert_int_equal(a->has_wscale, b->has_wscale);
	assert_int_equal(a->has_ts, b->has_ts);
	assert_int_equal(a->sack_permitted, b->sack_permitted);
	assert_int_equal(a->sack_count, b->sack_count);
	assert_int_equal(a->unknown_count, b->unknown_count);
	assert_int_equal(a->bad, b->bad);
	if (a->has_ts) {
		assert_int_equal(a->tsval, b->tsval);
		assert_int_equal(a->tsecr, b->tsecr);
	}
}

static void
assert_same_segment(const struct segment *a, const struct segment *b)
{
	assert_int_equal(a->from_port, b->from_port);
	assert_int_equal(a->to_port, b->to_port);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->ack, b->ack);
	assert_int_equal(a->len, b->len);
	assert_int_equal(a->wnd, b->wnd);
	assert_int_equal(a->up, b->up);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->text_len, b->text_len);
	assert_int_equal(a->header_bytes, b->header_bytes);
	assert_int_equal(a->segment_bytes, b->segment_bytes);
	assert_int_equal(a->segment_count, b->segment_count);
	assert_same_options(&a->options, &b->options);
}

static void
assert_as_thorough(const uint8_t *packet, uint32_t bytes,
    const struct arrival *a)
{
	struct ip_packet ip;
	struct segment seg;
	uint32_t sum;

	assert_int_equal(ip_parse(packet, bytes, bytes, &ip), WIRE_GOOD);
	assert_int_equal(ip.protocol, IP_PROTOCOL_TCP);
	assert_int_not_equal(ip.ttl, 0);
	assert_int_equal(segment_parse(packet + ip.header_bytes,
	                     bytes - ip.header_bytes, ip.payload_bytes, &seg),
	    WIRE_GOOD);
	assert_same_segment(&a->seg, &seg);
	assert_int_equal(a->seg.ecn, ip.tos & 3);
	assert_int_equal(a->seg.text_offset,
	    ip.header_bytes + seg.header_bytes);
	assert_true(ip_same(&a->tuple.local, &ip.to));
	assert_true(ip_same(&a->tuple.remote, &ip.from));
	assert_int_equal(a->tuple.local_port, seg.to_port);
	assert_int_equal(a->tuple.remote_port, seg.from_port);
	assert_int_equal(a->link, 3);
	assert_false(a->multicast);
	if (a->summed)
		return;
	sum = checksum_add(checksum_pseudo(&ip.from, &ip.to, IP_PROTOCOL_TCP,
	                       ip.payload_bytes),
	    checksum_bytes(packet + ip.header_bytes, seg.header_bytes), 0);
	assert_int_equal(a->sum % 0xffff, sum % 0xffff);
}

static void
the_common_shapes_are_read_and_no_others(void **unused)
{
	uint8_t packet[200];
	struct arrival a;

	(void)unused;
	for (uint32_t n = 0; n < 1000; n++) {
		const uint8_t version = n % 2 ? 4 : 6;
		const enum shape shape = n / 2 % SHAPES;
		const uint32_t bytes =
		    build(packet, version, shape, n / 8 % 2 ? TEXT : 0);
		const enum plain read = quick(packet, bytes, n / 16 % 2, &a);
		const bool opens =
		    plain_opens(packet[(version == 4 ? 20 : 40) + 13]);

		assert_int_equal(read,
		    opens                 ? PLAIN_OPENING :
		        shape <= SHAPE_TS ? PLAIN_READ :
		                            PLAIN_NOT);
		if (read == PLAIN_READ)
			assert_as_thorough(packet, bytes, &a);
	}
}

/* A byte is changed, or some are cut off or added; a header checksum of IPv4
 * is made good again, or most damage would not get past it. */
static void
damaged_packets_are_read_alike_or_left(void **unused)
{
	uint32_t read[2] = { 0 };
	uint8_t packet[200] = { 0 };
	struct arrival a;

	(void)unused;
	for (uint32_t n = 0; n < DAMAGES; n++) {
		const uint8_t version = n % 2 ? 4 : 6;
		uint32_t bytes = build(packet, version, n / 2 % SHAPES, TEXT);
		uint16_t sum = 0;

		bytes += n % 5 == 0 ? next_number() % 80 - 40 : 0;
		packet[next_number() % 72] = (uint8_t)next_number();
		if (version == 4 && n % 7 != 0) {
			memcpy(packet + 10, &sum, 2);
			sum = checksum_finish(checksum_bytes(packet, 20));
			memcpy(packet + 10, &sum, 2);
		}
		if (quick(packet, bytes, false, &a) != PLAIN_READ)
			continue;
		assert_as_thorough(packet, bytes, &a);
		read[n % 2]++;
	}
	assert_in_range(read[0], DAMAGES / 10, DAMAGES / 4);
	assert_in_range(read[1], DAMAGES / 10, DAMAGES / 4);
}

static void
what_the_frame_says_is_taken_along(void **unused)
{
	uint8_t packet[200];
	struct estab_frame frame = { .span = { { packet, 0 } },
		.span_count = 1,
		.checksum = ESTAB_CHECKSUM_VERIFIED,
		.segment_bytes = 20,
		.segment_count = 2 };
	struct arrival a;

	(void)unused;
	frame.span[0].length = build(packet, 4, SHAPE_BARE, TEXT);
	assert_int_equal(plain_read(&frame, &a), PLAIN_READ);
	assert_true(a.summed);
	assert_int_equal(a.seg.segment_bytes, 20);
	assert_int_equal(a.seg.segment_count, 2);
	assert_ptr_equal(a.seg.frame, &frame);
	frame.span_count = 2; /* the rest in another piece */
	frame.span[1] = frame.span[0];
	assert_int_equal(plain_read(&frame, &a), PLAIN_NOT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_common_shapes_are_read_and_no_others),
		cmocka_unit_test(damaged_packets_are_read_alike_or_left),
		cmocka_unit_test(what_the_frame_says_is_taken_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
