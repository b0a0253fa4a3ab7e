/* SPDX-License-Identifier: BSD-2-Clause
 *
 * forge_icmp.c - ICMP messages that no host sends: a router's, or a lie.
 */
#include "scenario/stage.h"

#include "wire/icmp.h"
#include "wire/segment.h"

#include <string.h>

static enum icmp_kind
kind_of(enum script_icmp icmp)
{
	switch (icmp) {
	case SCRIPT_ICMP_PORT_UNREACHABLE:
		return ICMP_UNREACHABLE_HARD;
	case SCRIPT_ICMP_HOST_UNREACHABLE:
		return ICMP_UNREACHABLE_SOFT;
	case SCRIPT_ICMP_TIME_EXCEEDED:
		return ICMP_TIME_EXCEEDED;
	case SCRIPT_ICMP_TOO_BIG:
		return ICMP_TOO_BIG;
	case SCRIPT_ICMP_NONE:
		break;
	}
	return ICMP_OTHER;
}

static struct ip_packet
ip_header(const struct scenario_run *run, const struct estab_address *from,
    const struct estab_address *to, uint8_t protocol)
{
	return (struct ip_packet){
		.from = *from,
		.to = *to,
		.version = run->how.family,
		.protocol = protocol,
		.ttl = 64,
		.dont_fragment = true,
	};
}

/* As much of the segment as is quoted: its headers. */
static uint32_t
quote(const struct scenario_run *run, const struct stage_slot *slot,
    uint32_t seq, uint8_t *packet)
{
	const struct segment segment = {
		.from_port = slot->local.port,
		.to_port = slot->remote.port,
		.seq = seq,
		.segment_count = 1,
	};
	struct ip_packet ip = ip_header(run, &slot->local.address,
	    &slot->remote.address, IP_PROTOCOL_TCP);
	const uint32_t ip_bytes = ip.version == 4 ? 20 : 40;

	ip.payload_bytes = segment_build(packet + ip_bytes, &segment);
	return ip_build(packet, &ip) + ip.payload_bytes;
}

uint32_t
forge_icmp(struct scenario_run *run, const struct script_segment *s, int wire,
    uint8_t *packet)
{
	const struct stage_slot *slot = stage_slot(run, &s->to);
	const bool v4 = run->how.family == 4;
	const uint32_t ip_bytes = v4 ? 20 : 40;
	uint8_t quoted[IP_HEADER_MAX + TCP_HEADER_MAX];
	struct estab_address from;
	struct ip_packet ip;
	uint32_t seq;

	if (!slot->known || !match_number(run, &s->seq, &seq)) {
		(void)stage_fail(run, run->cursor,
		    "a segment that was sent, seen none with this number");
		return 0;
	}
	stage_address(run, wire, s->from.host, s->from.nobody, &from);
	ip = ip_header(run, &from, &slot->local.address,
	    v4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6);
	ip.payload_bytes =
	    icmp_build_error(packet + ip_bytes, kind_of(s->icmp), s->icmp_mtu,
	        quoted, quote(run, slot, seq, quoted), &ip.from, &ip.to);
	return ip_build(packet, &ip) + ip.payload_bytes;
}
