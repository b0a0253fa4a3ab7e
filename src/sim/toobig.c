/* SPDX-License-Identifier: BSD-2-Clause
 *
 * toobig.c - ICMP too big, built as a router does (RFC 1812 4.3.2).
 */
#include "sim/toobig.h"

#include "base/mem.h"
#include "wire/icmp.h"

/* Never about an ICMP message other than an echo (RFC 1122 3.2.2: none about
 * an error), and about IPv4 only when it may not be fragmented. */
static bool
is_due(const struct ip_packet *ip, const uint8_t *packet, uint32_t bytes)
{
	struct icmp_message message;

	if (ip->version == 4 && !ip->dont_fragment)
		return false;
	if (ip->protocol != IP_PROTOCOL_ICMP &&
	    ip->protocol != IP_PROTOCOL_ICMPV6)
		return true;
	return icmp_parse(packet + ip->header_bytes, bytes - ip->header_bytes,
	           ip->version, &message) == WIRE_GOOD &&
	    (message.kind == ICMP_ECHO || message.kind == ICMP_ECHO_REPLY);
}

uint32_t
toobig_build(const struct estab_impairment *impairment, const uint8_t *packet,
    uint32_t bytes, uint8_t *message)
{
	const struct estab_address *source = &impairment->icmp_source;
	struct ip_packet about, ip;
	uint32_t header;

	if (impairment->too_big_silent ||
	    ip_parse(packet, bytes, bytes, &about) != WIRE_GOOD ||
	    !is_due(&about, packet, bytes))
		return 0;
	memset(&ip, 0, sizeof ip);
	ip.version = about.version;
	ip.from = ip_is_unspecified(source) ||
	        ip_is_v4(source) != (about.version == 4) ?
	    about.to :
	    *source;
	ip.to = about.from;
	ip.protocol =
	    about.version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
	ip.ttl = 64;
	header = about.version == 4 ? 20 : 40;
	ip.payload_bytes = icmp_build_error(message + header, ICMP_TOO_BIG,
	    impairment->mtu, packet, bytes, &ip.from, &ip.to);
	return ip_build(message, &ip) + ip.payload_bytes;
}
