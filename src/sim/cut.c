/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cut.c - TCP segmentation offload, as devices do it: sequence numbers and IP
 * identifications count up, FIN and PSH stand on the last segment only, CWR
 * on the first only (RFC 3168 6.1.2), everything else is repeated.
 */
#include "sim/cut.h"

#include <estab/trace.h>

#include "base/mem.h"
#include "wire/bytes.h"
#include "wire/checksum.h"

/* Places in the headers. */
#define V4_LENGTH 2
#define V4_ID 4
#define V4_CHECKSUM 10
#define V6_LENGTH 4
#define V6_HEADER_BYTES 40
#define TCP_SEQ 4
#define TCP_FLAGS 13

bool
cut_begin(struct cut *cut, const uint8_t *packet, uint32_t bytes,
    uint32_t segment_bytes)
{
	struct segment segment;

	memset(cut, 0, sizeof *cut);
	if (segment_bytes == 0 ||
	    ip_parse(packet, bytes, bytes, &cut->ip) != WIRE_GOOD ||
	    cut->ip.protocol != IP_PROTOCOL_TCP ||
	    segment_parse(packet + cut->ip.header_bytes,
	        bytes - cut->ip.header_bytes, cut->ip.payload_bytes,
	        &segment) != WIRE_GOOD)
		return false;
	cut->header_bytes = cut->ip.header_bytes + segment.header_bytes;
	cut->text_bytes = segment.text_len;
	cut->segment_bytes = segment_bytes;
	if (cut->header_bytes > sizeof cut->header ||
	    cut->text_bytes <= segment_bytes)
		return false;
	memcpy(cut->header, packet, cut->header_bytes);
	return true;
}

uint32_t
cut_count(const struct cut *cut)
{
	return (cut->text_bytes + cut->segment_bytes - 1) / cut->segment_bytes;
}

static void
write_ip(const struct cut *cut, uint8_t *ip, uint32_t bytes)
{
	uint16_t sum;

	if (cut->ip.version == 6) {
		put16(ip + V6_LENGTH, bytes - V6_HEADER_BYTES);
		return;
	}
	put16(ip + V4_LENGTH, bytes);
	put16(ip + V4_ID, get16(ip + V4_ID) + cut->index);
	put16(ip + V4_CHECKSUM, 0);
	sum = checksum_finish(checksum_bytes(ip, cut->ip.header_bytes));
	memcpy(ip + V4_CHECKSUM, &sum, sizeof sum);
}

static void
write_tcp(const struct cut *cut, uint8_t *tcp, uint32_t bytes, bool last)
{
	uint32_t sum =
	    checksum_pseudo(&cut->ip.from, &cut->ip.to, IP_PROTOCOL_TCP, bytes);
	uint16_t field;

	put32(tcp + TCP_SEQ, get32(tcp + TCP_SEQ) + cut->done_bytes);
	if (!last)
		tcp[TCP_FLAGS] &= (uint8_t) ~(ESTAB_FIN | ESTAB_PSH);
	if (cut->index > 0)
		tcp[TCP_FLAGS] &= (uint8_t)~ESTAB_CWR;
	put16(tcp + TCP_CHECKSUM_OFFSET, 0);
	sum = checksum_add(sum, checksum_bytes(tcp, bytes), 0);
	field = checksum_finish(sum);
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof field);
}

uint32_t
cut_next(struct cut *cut, uint8_t *packet, uint8_t **segment)
{
	const uint32_t left = cut->text_bytes - cut->done_bytes;
	const uint32_t text =
	    left < cut->segment_bytes ? left : cut->segment_bytes;
	const uint32_t bytes = cut->header_bytes + text;
	uint8_t *at = packet + cut->done_bytes;

	if (left == 0)
		return 0;
	memcpy(at, cut->header, cut->header_bytes);
	write_ip(cut, at, bytes);
	write_tcp(cut, at + cut->ip.header_bytes, bytes - cut->ip.header_bytes,
	    text == left);
	cut->done_bytes += text;
	cut->index++;
	*segment = at;
	return bytes;
}
