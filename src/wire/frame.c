/* SPDX-License-Identifier: BSD-2-Clause
 *
 * frame.c - a frame's spans as one piece of bytes, its checksum completed on
 * the way.
 */
#include "wire/frame.h"

#include "base/mem.h"
#include "wire/checksum.h"
#include "wire/segment.h"

uint32_t
estab_frame_bytes(const struct estab_frame *frame)
{
	uint32_t bytes = 0;

	for (uint8_t i = 0; i < frame->span_count; i++)
		bytes += frame->span[i].length;
	return bytes;
}

static uint32_t
copy_spans(const struct estab_frame *frame, uint8_t *flat)
{
	uint32_t at = 0;

	for (uint8_t i = 0; i < frame->span_count; i++) {
		const struct estab_span *span = &frame->span[i];

		if (span->length > 0)
			memcpy(flat + at, span->data, span->length);
		at += span->length;
	}
	return at;
}

/* Bytes before the TCP header, when all headers up to its end lie in the
 * first span and are the plain ones the host writes; otherwise 0. */
static uint32_t
plain_tcp_at(const struct estab_frame *frame)
{
	const uint32_t length =
	    frame->span_count > 0 ? frame->span[0].length : 0;
	const uint8_t *data = frame->span[0].data;

	if (length >= 20 + TCP_HEADER_BYTES && data[0] == 0x45 &&
	    data[9] == IP_PROTOCOL_TCP)
		return 20;
	if (length >= 40 + TCP_HEADER_BYTES && data[0] >> 4 == 6 &&
	    data[6] == IP_PROTOCOL_TCP)
		return 40;
	return 0;
}

/* The field holds the pseudo-header's sum, so a sum over the transport's
 * bytes takes it in. */
static void
store(uint8_t *tcp, uint32_t sum)
{
	const uint16_t checksum = checksum_finish(sum);

	memcpy(tcp + TCP_CHECKSUM_OFFSET, &checksum, 2);
}

/* Copy the headers, or whatever stands in the first span, and sum them from
 * tcp_at on. */
static uint32_t
copy_headers(const struct estab_span *span, uint8_t *flat, uint32_t tcp_at,
    estab_copy_sum copy_sum)
{
	const uint8_t *from = span->data;
	const uint32_t n = span->length, header = n - tcp_at;

	if (header != TCP_HEADER_BYTES &&
	    header != TCP_HEADER_BYTES + SEGMENT_TS_BYTES) {
		memcpy(flat, from, tcp_at);
		return copy_sum(flat + tcp_at, from + tcp_at, header);
	}
	/* 40 to 72 bytes: the first and the last 40 are all of them. */
	memcpy(flat, from, 40);
	memcpy(flat + n - 40, from + n - 40, 40);
	return checksum_narrow(checksum_header(from + tcp_at, header));
}

static uint32_t
copy_and_complete(const struct estab_frame *frame, uint8_t *flat,
    uint32_t tcp_at, estab_copy_sum copy_sum)
{
	uint32_t at = frame->span[0].length;
	uint32_t sum = copy_headers(&frame->span[0], flat, tcp_at, copy_sum);

	for (uint8_t i = 1; i < frame->span_count; i++) {
		const struct estab_span *span = &frame->span[i];

		sum = checksum_add(sum,
		    copy_sum(flat + at, span->data, span->length), at - tcp_at);
		at += span->length;
	}
	store(flat + tcp_at, sum);
	return at;
}

/* Any other shape: options or extension headers, or headers in pieces. */
static void
complete_flat(uint8_t *flat, uint32_t bytes, estab_copy_sum copy_sum)
{
	struct ip_packet ip;

	if (ip_parse(flat, bytes, bytes, &ip) != WIRE_GOOD ||
	    ip.protocol != IP_PROTOCOL_TCP ||
	    ip.payload_bytes < TCP_HEADER_BYTES)
		return;
	flat += ip.header_bytes;
	store(flat, copy_sum(NULL, flat, ip.payload_bytes));
}

uint32_t
frame_gather(const struct estab_frame *frame, void *flat,
    estab_copy_sum copy_sum)
{
	uint32_t tcp_at, bytes;

	if (frame->checksum != ESTAB_CHECKSUM_PARTIAL)
		return copy_spans(frame, flat);
	tcp_at = frame->ip_at == 0 ? plain_tcp_at(frame) : 0;
	if (tcp_at > 0)
		return copy_and_complete(frame, flat, tcp_at, copy_sum);
	bytes = copy_spans(frame, flat);
	if (bytes > frame->ip_at)
		complete_flat((uint8_t *)flat + frame->ip_at,
		    bytes - frame->ip_at, copy_sum);
	return bytes;
}

uint32_t
estab_frame_gather(const struct estab_frame *frame, void *flat)
{
	return frame_gather(frame, flat, checksum_copy);
}

uint32_t
estab_frame_gather_with(const struct estab_frame *frame, void *flat,
    estab_copy_sum copy_sum)
{
	return frame_gather(frame, flat,
	    copy_sum == NULL ? checksum_copy : copy_sum);
}
