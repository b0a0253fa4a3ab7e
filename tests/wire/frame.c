/* SPDX-License-Identifier: BSD-2-Clause
 *
 * frame.c - a frame's spans gathered into one buffer, its checksum completed
 * on the way.
 */
#include "wire/bytes.h"
#include "wire/checksum.h"
#include "wire/frame.h"
#include "wire/segment.h"
#include "exact.h"

#include <setjmp.h>

#include <cmocka.h>

#define PACKET_MAX 400

/* A packet whose checksum field holds the pseudo-header's sum; extra bytes
 * of IPv4 options or of an IPv6 extension header (a multiple of 8). */
static uint32_t
write_partial(uint8_t *data, uint8_t version, uint32_t extra, uint32_t text)
{
	static const struct estab_address v4 = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1 }
	};
	static const struct estab_address v6 = { { 0xfd, [15] = 1 } };
	const struct estab_address *from = version == 4 ? &v4 : &v6;
	const struct segment seg = { .from_port = 1025,
		.to_port = 80,
		.seq = 0x89abcdef,
		.has_ack = true };
	struct ip_packet ip = { .version = version,
		.ttl = 64,
		.from = *from,
		.to = *from,
		.protocol = 6,
		.payload_bytes = extra + 20 + text };
	const uint32_t fixed = ip_build(data, &ip), header = fixed + extra;
	uint32_t state = text + 1;
	uint16_t partial =
	    checksum_fold(checksum_pseudo(from, from, 6, 20 + text));

	if (version == 4 && extra > 0) {
		data[0] = (uint8_t)(0x45 + extra / 4);
		memset(data + 20, 1, extra);
		put16(data + 10, 0);
		partial = checksum_finish(checksum_bytes(data, header));
		memcpy(data + 10, &partial, 2);
		partial =
		    checksum_fold(checksum_pseudo(from, from, 6, 20 + text));
	} else if (extra > 0) {
		data[6] = 60;
		memset(data + 40, 0, extra);
		data[40] = 6;
		data[41] = (uint8_t)(extra / 8 - 1);
	}
	segment_build(data + header, &seg);
	memcpy(data + header + TCP_CHECKSUM_OFFSET, &partial, 2);
	fill(data + header + 20, text, &state);
	return header + 20 + text;
}

/* What the bytes must be in the end. */
static void
complete(uint8_t *data, uint32_t bytes)
{
	struct ip_packet ip;
	uint16_t checksum = 0;
	uint8_t *field;

	assert_int_equal(ip_parse(data, bytes, bytes, &ip), WIRE_GOOD);
	field = data + ip.header_bytes + TCP_CHECKSUM_OFFSET;
	memcpy(field, &checksum, 2);
	checksum =
	    checksum_finish(checksum_add(checksum_pseudo(&ip.from, &ip.to, 6,
	                                     ip.payload_bytes),
	        checksum_bytes(data + ip.header_bytes, ip.payload_bytes), 0));
	memcpy(field, &checksum, 2);
}

/* Each span in a buffer of its own and of exactly its size. */
static void
cut(struct estab_frame *frame, const uint8_t *data, uint32_t bytes,
    const uint32_t *at, uint8_t cuts)
{
	uint32_t from = 0;

	memset(frame, 0, sizeof *frame);
	for (uint8_t i = 0; i <= cuts; i++) {
		const uint32_t to = i < cuts ? at[i] : bytes;

		frame->span[i].data = exact(data + from, to - from);
		frame->span[i].length = to - from;
		from = to;
	}
	frame->span_count = (uint8_t)(cuts + 1);
	frame->checksum = ESTAB_CHECKSUM_PARTIAL;
}

static void
drop(struct estab_frame *frame)
{
	for (uint8_t i = 0; i < frame->span_count; i++)
		free(frame->span[i].data);
}

static void
check(const uint8_t *data, uint32_t bytes, const uint32_t *at, uint8_t cuts)
{
	uint8_t wanted[PACKET_MAX];
	uint8_t *flat = malloc(bytes);
	struct estab_frame frame;

	memcpy(wanted, data, bytes);
	complete(wanted, bytes);
	cut(&frame, data, bytes, at, cuts);
	assert_int_equal(estab_frame_bytes(&frame), bytes);
	assert_int_equal(estab_frame_gather(&frame, flat), bytes);
	assert_memory_equal(flat, wanted, bytes);

	memset(flat, 0, bytes);
	assert_int_equal(estab_frame_gather_with(&frame, flat, NULL), bytes);
	assert_memory_equal(flat, wanted, bytes);

	frame.checksum = ESTAB_CHECKSUM_UNVERIFIED;
	memset(flat, 0, bytes);
	assert_int_equal(estab_frame_gather(&frame, flat), bytes);
	assert_memory_equal(flat, data, bytes);
	drop(&frame);
	free(flat);
}

/* The same behind an Ethernet header, which begins like IPv4 or IPv6. */
static void
check_behind(uint8_t first, const uint8_t *data, uint32_t bytes)
{
	uint8_t front[14] = { first };
	uint8_t wanted[PACKET_MAX], flat[14 + PACKET_MAX];
	const struct estab_frame frame = {
		.span = { { front, 14 }, { (uint8_t *)(uintptr_t)data, bytes } },
		.span_count = 2,
		.checksum = ESTAB_CHECKSUM_PARTIAL,
		.ip_at = 14,
	};

	memcpy(wanted, data, bytes);
	complete(wanted, bytes);
	assert_int_equal(estab_frame_gather(&frame, flat), 14 + bytes);
	assert_memory_equal(flat, front, 14);
	assert_memory_equal(flat + 14, wanted, bytes);
}

/* Packets of both families, plain and with longer headers, cut in two at
 * every byte: through the headers, and at odd places of the text. */
static void
a_frame_cut_in_two_anywhere_is_completed(void **unused)
{
	static const uint32_t text[] = { 0, 1, 2, 63, 64, 65 };

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		for (uint32_t extra = 0; extra <= 16; extra += 8) {
			for (size_t t = 0; t < COUNT(text); t++) {
				uint8_t data[PACKET_MAX];
				const uint32_t n = write_partial(data, version,
				    extra, text[t]);

				for (uint32_t at = 0; at <= n; at++)
					check(data, n, &at, 1);
				check_behind(0x45, data, n);
				check_behind(0x60, data, n);
			}
		}
	}
}

static void
a_frame_of_many_odd_spans_is_completed(void **unused)
{
	uint32_t state = 1;

	(void)unused;
	for (int i = 0; i < 3000; i++) {
		const uint8_t version = i % 2 ? 4 : 6;
		uint8_t data[PACKET_MAX];
		const uint32_t n =
		    write_partial(data, version, 0, next_number(&state) % 200);
		uint32_t at[ESTAB_SPANS_MAX - 1];
		uint32_t last = 60 + next_number(&state) % 8;

		/* Some empty, the first one mostly headers. */
		for (int j = 0; j < ESTAB_SPANS_MAX - 1; j++) {
			last = last > n ? n : last;
			at[j] = last;
			last += next_number(&state) % 40;
		}
		check(data, n, at, ESTAB_SPANS_MAX - 1);
	}
}

static uint32_t calls, summed;
static bool copied;

static uint32_t
tally(void *to, const void *from, size_t n)
{
	calls++;
	summed += (uint32_t)n;
	copied = copied && to != NULL;
	return checksum_copy(to, from, n);
}

/* Once over each byte of text with the function that was given; a header that
 * stands alone is no work for it. */
static void
the_given_function_copies_text(void **unused)
{
	static const uint32_t text[] = { 0, 100 };

	(void)unused;
	for (uint8_t cell = 0; cell < 8; cell++) {
		const uint8_t version = cell & 1 ? 4 : 6;
		const uint32_t header = version == 4 ? 20 : 40;
		const uint8_t cuts = cell & 2 ? 2 : 0;
		uint8_t data[PACKET_MAX], flat[PACKET_MAX];
		const uint32_t n =
		    write_partial(data, version, 0, text[cell / 4]);
		const uint32_t at[] = { header + 20, n - n / 8 };
		const bool alone = cuts > 0 || text[cell / 4] == 0;
		struct estab_frame frame;

		if (cuts > 0 && text[cell / 4] == 0)
			continue;
		cut(&frame, data, n, at, cuts);
		calls = summed = 0;
		copied = true;
		assert_int_equal(estab_frame_gather_with(&frame, flat, tally),
		    n);
		assert_int_equal(calls, alone ? cuts : 1);
		assert_int_equal(summed, alone ? n - header - 20 : n - header);
		assert_true(copied);
		complete(data, n);
		assert_memory_equal(flat, data, n);
		drop(&frame);
	}
}

/* Whole packets, which other protocols sum in other ways, and one too short
 * for the field. */
static void
what_is_not_a_segment_is_not_completed(void **unused)
{
	for (uint8_t cell = 0; cell < 4; cell++) {
		const uint8_t version = cell & 1 ? 4 : 6;
		struct ip_packet ip = { .version = version,
			.from = address(version == 4 ? "10.0.0.1" : "fd00::1"),
			.protocol =
			    cell & 2 ? IP_PROTOCOL_UDP : IP_PROTOCOL_TCP,
			.payload_bytes = cell & 2 ? 40 : 19 };
		uint8_t data[80] = { 0 }, flat[80];
		uint32_t n;
		struct estab_frame frame;

		(void)unused;
		ip.to = ip.from;
		n = ip_build(data, &ip) + ip.payload_bytes;
		cut(&frame, data, n, NULL, 0);
		assert_int_equal(estab_frame_gather(&frame, flat), n);
		assert_memory_equal(flat, data, n);
		drop(&frame);
	}
}

/* What is not TCP, or no packet at all, is copied as it is. */
static void
anything_else_is_copied_as_it_is(void **unused)
{
	uint32_t state = 1;

	(void)unused;
	for (uint32_t n = 0; n < 100; n++) {
		for (int round = 0; round < 20; round++) {
			uint8_t data[PACKET_MAX], *flat = malloc(n);
			const uint32_t at[] = { n / 3, n / 2 };
			struct estab_frame frame;

			write_partial(data, round % 2 ? 4 : 6, 0, 80);
			switch (round / 2 % 3) {
			case 0:
				fill(data, n, &state);
				break;
			case 1:
				data[round % 2 ? 9 : 6] = IP_PROTOCOL_UDP;
				break;
			default:
				memset(data, 0, n);
				break;
			}
			cut(&frame, data, n, at, 2);
			assert_int_equal(estab_frame_gather(&frame, flat), n);
			assert_memory_equal(flat, data, n);
			drop(&frame);
			free(flat);
		}
	}
}

static void
a_frame_of_no_span_has_no_bytes(void **unused)
{
	const struct estab_frame frame = { .checksum = ESTAB_CHECKSUM_PARTIAL };
	uint8_t flat = 0x5a;

	(void)unused;
	assert_int_equal(estab_frame_bytes(&frame), 0);
	assert_int_equal(estab_frame_gather(&frame, &flat), 0);
	assert_int_equal(flat, 0x5a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_cut_in_two_anywhere_is_completed),
		cmocka_unit_test(a_frame_of_many_odd_spans_is_completed),
		cmocka_unit_test(the_given_function_copies_text),
		cmocka_unit_test(what_is_not_a_segment_is_not_completed),
		cmocka_unit_test(anything_else_is_copied_as_it_is),
		cmocka_unit_test(a_frame_of_no_span_has_no_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
