/* SPDX-License-Identifier: BSD-2-Clause
 *
 * extension.c - the extension headers of IPv6 (RFC 8200 4), in the role of
 * a packet's last destination.
 *
 * Each step moves on by at least eight bytes, and there are few of them: the
 * work is bounded whatever the headers say.
 */
#include "wire/extension.h"

#include "wire/bytes.h"

#define HOP_BY_HOP 0
#define ROUTING 43
#define FRAGMENT 44
#define ESP 50
#define AUTHENTICATION 51
#define NO_NEXT_HEADER 59
#define DESTINATION 60
#define MOBILITY 135
#define HIP 139
#define SHIM6 140

#define OPTION_PAD1 0
#define OPTION_PADN 1
#define OPTION_ROUTER_ALERT 5
#define OPTION_IF_UNKNOWN 0xc0u /* 0: skip it; else the packet goes */

#define FRAGMENT_PART 0xfff9u /* offset, or more fragments */

/* The options of a hop-by-hop or destination header (4.2). */
static enum wire_verdict
judge_options(const uint8_t *header, uint32_t bytes)
{
	uint32_t at = 2;

	while (at < bytes) {
		const uint8_t type = header[at];

		if (type == OPTION_PAD1) {
			at++;
			continue;
		}
		if (bytes - at < 2 || header[at + 1] > bytes - at - 2)
			return WIRE_MALFORMED;
		if (type != OPTION_PADN && type != OPTION_ROUTER_ALERT &&
		    (type & OPTION_IF_UNKNOWN) != 0)
			return WIRE_UNKNOWN;
		at += 2u + header[at + 1];
	}
	return WIRE_GOOD;
}

/* One header that is there as a whole. */
static enum wire_verdict
judge(uint8_t kind, const uint8_t *header, uint32_t bytes)
{
	switch (kind) {
	case ROUTING:
		/* 4.4, and RFC 5095 for type 0: with stops left it is not at
		 * its destination here, and we forward nothing. */
		return header[3] == 0 ? WIRE_GOOD : WIRE_MALFORMED;
	case FRAGMENT:
		/* An atomic one is a whole packet (RFC 6946). */
		return (get16(header + 2) & FRAGMENT_PART) == 0 ? WIRE_GOOD :
		                                                  WIRE_FRAGMENT;
	default:
		return judge_options(header, bytes);
	}
}

static bool
is_walked(uint8_t kind)
{
	return kind == HOP_BY_HOP || kind == ROUTING || kind == FRAGMENT ||
	    kind == DESTINATION;
}

/* What is neither walked nor a payload. */
static bool
is_opaque(uint8_t kind)
{
	return kind == ESP || kind == AUTHENTICATION ||
	    kind == NO_NEXT_HEADER || kind == MOBILITY || kind == HIP ||
	    kind == SHIM6;
}

/* The bytes of the header at data[at], or 0 with the verdict in *verdict.
 * end is where the packet ends by its length field. */
static uint32_t
measure(const uint8_t *data, uint32_t contiguous, uint32_t at, uint32_t end,
    uint8_t kind, enum wire_verdict *verdict)
{
	uint32_t bytes = 8;

	*verdict = WIRE_MALFORMED;
	if (end - at < 8)
		return 0;
	*verdict = WIRE_TRUNCATED;
	if (contiguous - at < 8)
		return 0;
	if (kind != FRAGMENT) /* its second byte is reserved */
		bytes += 8u * data[at + 1];
	*verdict = WIRE_MALFORMED;
	if (bytes > end - at)
		return 0;
	*verdict = WIRE_UNKNOWN;
	if (at + bytes - 40 > EXTENSION_BYTES_MAX)
		return 0;
	*verdict = WIRE_TRUNCATED;
	if (bytes > contiguous - at)
		return 0;
	return bytes;
}

enum wire_verdict
extension_walk(const uint8_t *data, uint32_t contiguous, uint32_t packet_bytes,
    struct ip_packet *packet)
{
	const uint32_t end = packet->header_bytes + packet->payload_bytes;
	uint32_t at = packet->header_bytes, count = 0;
	enum wire_verdict verdict = WIRE_GOOD;

	while (verdict == WIRE_GOOD && is_walked(packet->protocol)) {
		const uint8_t kind = packet->protocol;
		uint32_t bytes;

		if (count++ == EXTENSION_HEADERS_MAX)
			return WIRE_UNKNOWN;
		if (kind == HOP_BY_HOP && count > 1) /* 4.1: only the first */
			return WIRE_MALFORMED;
		bytes = measure(data, contiguous, at, end, kind, &verdict);
		if (bytes == 0)
			return verdict;
		verdict = judge(kind, data + at, bytes);
		packet->protocol = data[at];
		at += bytes;
		packet->header_bytes = at;
		packet->payload_bytes = end - at;
	}
	if (verdict != WIRE_GOOD)
		return verdict;
	if (is_opaque(packet->protocol))
		return WIRE_UNKNOWN;
	return end > packet_bytes ? WIRE_TRUNCATED : WIRE_GOOD;
}
