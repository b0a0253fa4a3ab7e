/* SPDX-License-Identifier: BSD-2-Clause
 *
 * making.c - packets for tests of wires and worlds.
 */
#include "making.h"

#include <string.h>

#include "wire/checksum.h"

struct estab_address
made_address(uint8_t version, uint8_t n)
{
	struct estab_address v4 = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = n }
	};
	struct estab_address v6 = { { [0] = 0xfd, [15] = n } };

	return version == 4 ? v4 : v6;
}

void
made_text(uint8_t *text, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		text[i] = (uint8_t)((first + i) * 7 + (first + i) / 253);
}

uint32_t
made_packet(uint8_t *packet, uint8_t version, uint8_t from, uint8_t to,
    const struct segment *segment)
{
	struct ip_packet ip = {
		.from = made_address(version, from),
		.to = made_address(version, to),
		.version = version,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64,
		.dont_fragment = true,
		.id = 0xfffe, /* the next one but one wraps */
	};
	const uint32_t at = version == 4 ? 20 : 40;
	const uint32_t header = segment_build(packet + at, segment);
	uint16_t sum;

	made_text(packet + at + header, segment->seq, segment->text_len);
	ip.payload_bytes = header + segment->text_len;
	(void)ip_build(packet, &ip);
	sum = checksum_finish(checksum_add(checksum_pseudo(&ip.from, &ip.to,
	                                       ip.protocol, ip.payload_bytes),
	    checksum_bytes(packet + at, ip.payload_bytes), 0));
	memcpy(packet + at + TCP_CHECKSUM_OFFSET, &sum, sizeof sum);
	return at + ip.payload_bytes;
}

bool
is_intact(const uint8_t *packet, uint32_t bytes, struct ip_packet *ip,
    struct segment *segment)
{
	if (ip_parse(packet, bytes, bytes, ip) != WIRE_GOOD ||
	    ip->header_bytes + ip->payload_bytes != bytes ||
	    ip->protocol != IP_PROTOCOL_TCP)
		return false;
	return checksum_good(checksum_add(checksum_pseudo(&ip->from, &ip->to,
	                                      ip->protocol, ip->payload_bytes),
	           checksum_bytes(packet + ip->header_bytes, ip->payload_bytes),
	           0)) &&
	    segment_parse(packet + ip->header_bytes, bytes - ip->header_bytes,
	        ip->payload_bytes, segment) == WIRE_GOOD;
}
