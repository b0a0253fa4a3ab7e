/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ip.c - IPv4 (RFC 791) and IPv6 (RFC 8200) headers, and what an address is.
 *
 * Every field is filled in before the verdict falls, so that a trace can show
 * the packet that was refused.  The walk over extension headers is in
 * extension.c.
 */
#include "wire/ip.h"

#include "base/mem.h"
#include "wire/bytes.h"
#include "wire/checksum.h"
#include "wire/extension.h"

#define V4_HEADER 20
#define V6_HEADER 40
#define V4_DONT_FRAGMENT 0x4000u
#define V4_FRAGMENT 0x3fffu /* more fragments, or an offset */

static const uint8_t v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

static inline void
set_v4(struct estab_address *address, const uint8_t *four)
{
	memcpy(address->byte, v4_prefix, 12);
	memcpy(address->byte + 12, four, 4);
}

/* RFC 791 3.1.  The header checksum is judged before the lengths it covers. */
static inline enum wire_verdict
parse_v4(const uint8_t *data, uint32_t contiguous, uint32_t packet_bytes,
    bool quoted, struct ip_packet *out)
{
	uint32_t header_bytes, total_bytes, fragment;

	if (contiguous < V4_HEADER)
		return WIRE_TRUNCATED;
	header_bytes = (data[0] & 15u) * 4;
	total_bytes = get16(data + 2);
	fragment = get16(data + 6);
	set_v4(&out->from, data + 12);
	set_v4(&out->to, data + 16);
	out->protocol = data[9];
	out->ttl = data[8];
	out->tos = data[1];
	out->dont_fragment = (fragment & V4_DONT_FRAGMENT) != 0;
	out->id = get16(data + 4);
	out->flow_label = 0;
	out->header_bytes = header_bytes;
	out->payload_bytes = 0;
	if (total_bytes > header_bytes)
		out->payload_bytes = total_bytes - header_bytes;

	if (header_bytes < V4_HEADER)
		return WIRE_MALFORMED;
	if (header_bytes > contiguous)
		return WIRE_TRUNCATED;
	if (!quoted &&
	    !checksum_good(checksum_narrow(checksum_header(data, header_bytes))))
		return WIRE_CHECKSUM;
	if (!quoted && total_bytes < header_bytes)
		return WIRE_MALFORMED;
	if (!quoted && total_bytes > packet_bytes)
		return WIRE_TRUNCATED;
	return (fragment & V4_FRAGMENT) == 0 ? WIRE_GOOD : WIRE_FRAGMENT;
}

/* RFC 8200 3.  A mapped address has no place on the wire (RFC 4291 2.5.5.2);
 * taken as it is, it would pass for an IPv4 host here. */
static inline enum wire_verdict
parse_v6(const uint8_t *data, uint32_t contiguous, uint32_t packet_bytes,
    bool quoted, struct ip_packet *out)
{
	uint32_t first, payload_bytes;

	if (contiguous < V6_HEADER)
		return WIRE_TRUNCATED;
	first = get32(data);
	payload_bytes = get16(data + 4);
	memcpy(out->from.byte, data + 8, 16);
	memcpy(out->to.byte, data + 24, 16);
	out->protocol = data[6];
	out->ttl = data[7];
	out->tos = (uint8_t)(first >> 20);
	out->dont_fragment = false;
	out->id = 0;
	out->flow_label = first & 0xfffff;
	out->header_bytes = V6_HEADER;
	out->payload_bytes = payload_bytes;

	if (ip_is_v4(&out->from) || ip_is_v4(&out->to))
		return WIRE_MALFORMED;
	if (quoted)
		packet_bytes = UINT32_MAX;
	if (out->protocol != IP_PROTOCOL_TCP)
		return extension_walk(data, contiguous, packet_bytes, out);
	return V6_HEADER + payload_bytes > packet_bytes ? WIRE_TRUNCATED :
	                                                  WIRE_GOOD;
}

static inline enum wire_verdict
parse(const uint8_t *data, uint32_t contiguous, uint32_t packet_bytes,
    bool quoted, struct ip_packet *out)
{
	if (contiguous == 0)
		return WIRE_TRUNCATED;
	out->version = data[0] >> 4;
	if (out->version == 4)
		return parse_v4(data, contiguous, packet_bytes, quoted, out);
	if (out->version == 6)
		return parse_v6(data, contiguous, packet_bytes, quoted, out);
	return WIRE_MALFORMED;
}

enum wire_verdict
ip_parse(const uint8_t *data, uint32_t contiguous, uint32_t packet_bytes,
    struct ip_packet *out)
{
	return parse(data, contiguous, packet_bytes, false, out);
}

enum wire_verdict
ip_parse_quoted(const uint8_t *data, uint32_t bytes, struct ip_packet *out)
{
	return parse(data, bytes, bytes, true, out);
}

static uint32_t
build_v4(uint8_t *data, const struct ip_packet *packet)
{
	uint16_t checksum;

	put32(data,
	    UINT32_C(0x45) << 24 | (uint32_t)packet->tos << 16 |
	        ((V4_HEADER + packet->payload_bytes) & 0xffff));
	put32(data + 4,
	    (uint32_t)packet->id << 16 |
	        (packet->dont_fragment ? V4_DONT_FRAGMENT : 0));
	put32(data + 8,
	    (uint32_t)packet->ttl << 24 | (uint32_t)packet->protocol << 16);
	memcpy(data + 12, packet->from.byte + 12, 4);
	memcpy(data + 16, packet->to.byte + 12, 4);
	checksum =
	    checksum_finish(checksum_narrow(checksum_words(data, V4_HEADER)));
	memcpy(data + 10, &checksum, 2);
	return V4_HEADER;
}

uint32_t
ip_build(uint8_t *data, const struct ip_packet *packet)
{
	if (packet->version == 4)
		return build_v4(data, packet);
	put32(data,
	    UINT32_C(6) << 28 | (uint32_t)packet->tos << 20 |
	        (packet->flow_label & 0xfffff));
	put32(data + 4,
	    packet->payload_bytes << 16 | (uint32_t)packet->protocol << 8 |
	        packet->ttl);
	memcpy(data + 8, packet->from.byte, 16);
	memcpy(data + 24, packet->to.byte, 16);
	return V6_HEADER;
}

bool
ip_is_unspecified(const struct estab_address *address)
{
	static const struct estab_address none;

	if (ip_is_v4(address))
		return memcmp(address->byte + 12, none.byte, 4) == 0;
	return ip_same(address, &none);
}

bool
ip_is_multicast(const struct estab_address *address)
{
	static const uint8_t broadcast[4] = { 255, 255, 255, 255 };

	if (!ip_is_v4(address))
		return address->byte[0] == 0xff;
	return address->byte[12] >> 4 == 14 ||
	    memcmp(address->byte + 12, broadcast, 4) == 0;
}

bool
ip_is_loopback(const struct estab_address *address)
{
	static const struct estab_address one = { { [15] = 1 } };

	if (ip_is_v4(address))
		return address->byte[12] == 127;
	return ip_same(address, &one);
}

/* Whether the first of 64 bits are zero. */
static inline bool
are_zero(uint64_t differ, uint32_t bits)
{
	return bits < 64 ? differ >> 1 >> (63 - bits) == 0 : differ == 0;
}

bool
ip_same_prefix(const struct estab_address *a, const struct estab_address *b,
    uint8_t bits)
{
	const bool v4 = ip_is_v4(a);
	const uint8_t *x = a->byte, *y = b->byte;

	if (v4 != ip_is_v4(b))
		return false;
	if (v4)
		return are_zero((uint64_t)(get32(x + 12) ^ get32(y + 12)) << 32,
		    bits);
	return are_zero(get64(x) ^ get64(y), bits) &&
	    (bits <= 64 || are_zero(get64(x + 8) ^ get64(y + 8), bits - 64u));
}
