/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ip.h - IPv4 (RFC 791) and IPv6 (RFC 8200) headers <-> struct ip_packet.
 */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include <estab/estab.h>

#include "base/mem.h"

#define IP_PROTOCOL_ICMP 1
#define IP_PROTOCOL_TCP 6
#define IP_PROTOCOL_UDP 17
#define IP_PROTOCOL_ICMPV6 58

#define IP_HEADER_MAX 60

/* What a parser says of bytes. */
enum wire_verdict {
	WIRE_GOOD,
	WIRE_TRUNCATED, /* shorter than it says */
	WIRE_MALFORMED, /* impossible */
	WIRE_CHECKSUM,  /* IPv4 header checksum wrong */
	WIRE_FRAGMENT,  /* a part of a datagram (v4, or v6 fragment header other
	                 * than an atomic one) */
	/* v6: an extension header we do not walk (no next header too), too
	 * many of them, or an option that wants to be known or dropped */
	WIRE_UNKNOWN,
};

struct ip_packet {
	struct estab_address from, to;
	uint8_t version;     /* 4 or 6 */
	uint8_t protocol;    /* what the payload is, after extension headers */
	uint8_t ttl;         /* hop limit */
	uint8_t tos;         /* traffic class, ECN in the low two bits */
	bool dont_fragment;  /* v4 */
	uint16_t id;         /* v4 */
	uint32_t flow_label; /* v6 */
	uint32_t header_bytes;  /* with options and extension headers */
	uint32_t payload_bytes; /* by the length field, not by the capture */
};

/* Parse the header at data.  contiguous bytes may be read there; the whole
 * packet has packet_bytes (trailing bytes beyond the length field are
 * padding, not payload).  At most 8 extension headers and 512 bytes of them
 * are walked.  out is filled as far as it was understood. */
enum wire_verdict ip_parse(const uint8_t *data, uint32_t contiguous,
    uint32_t packet_bytes, struct ip_packet *out);

/* The same for a packet that an ICMP message quotes: it may be cut, and who
 * quoted it may have changed its length field and header checksum. */
enum wire_verdict ip_parse_quoted(const uint8_t *data, uint32_t bytes,
    struct ip_packet *out);

/* Write a header (20 or 40 bytes) for packet->payload_bytes of payload at
 * data; returns its bytes. */
uint32_t ip_build(uint8_t *data, const struct ip_packet *packet);

/* What an address is.  Words, not memcmp(): this runs for every packet. */
static inline bool
ip_is_v4(const struct estab_address *address)
{
	static const uint8_t mapped[4] = { 0, 0, 0xff, 0xff };
	uint64_t front;
	uint32_t prefix, wanted;

	memcpy(&front, address->byte, sizeof front);
	memcpy(&prefix, address->byte + 8, sizeof prefix);
	memcpy(&wanted, mapped, sizeof wanted);
	return (front | (prefix ^ wanted)) == 0;
}
bool ip_is_unspecified(const struct estab_address *address); /* 0.0.0.0 too */
/* And 255.255.255.255. */
bool ip_is_multicast(const struct estab_address *address);
bool ip_is_loopback(const struct estab_address *address);
static inline bool
ip_same(const struct estab_address *a, const struct estab_address *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a, sizeof x);
	memcpy(y, b, sizeof y);
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}
/* Whether the first bits of a and b agree; bits as the family counts them. */
bool ip_same_prefix(const struct estab_address *a,
    const struct estab_address *b, uint8_t bits);

#endif
