/* SPDX-License-Identifier: BSD-2-Clause
 *
 * whole.h - whole packets with good checksums, to be shown or damaged.
 */
#ifndef TESTS_WIRE_WHOLE_H
#define TESTS_WIRE_WHOLE_H

#include "wire/bytes.h"
#include "wire/checksum.h"
#include "wire/packet.h"
#include "exact.h"

#define PACKET_MAX 400

/* Store the checksum that the bytes as they now stand should have. */
static inline void
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
static inline uint32_t
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

static inline struct packet_view
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

#endif
