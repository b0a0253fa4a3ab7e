/* SPDX-License-Identifier: BSD-2-Clause
 *
 * icmp.c - ICMP (RFC 792, RFC 1191) and ICMPv6 (RFC 4443) messages.
 */
#include "wire/icmp.h"

#include "base/mem.h"
#include "wire/bytes.h"
#include "wire/checksum.h"

#define ICMP_HEADER 8
#define QUOTED_TCP 8 /* ports and sequence number */

/* RFC 9293 3.9.2.2: protocol and port are hard; what came after RFC 1122
 * (prohibited, precedence) says that a path, not a peer, refuses. */
static enum icmp_kind
kind_of_v4(uint8_t type, uint8_t code)
{
	switch (type) {
	case 0:
		return ICMP_ECHO_REPLY;
	case 3:
		if (code == 2 || code == 3)
			return ICMP_UNREACHABLE_HARD;
		if (code == 4)
			return ICMP_TOO_BIG;
		return code <= 15 ? ICMP_UNREACHABLE_SOFT : ICMP_OTHER;
	case 8:
		return ICMP_ECHO;
	case 11:
		return ICMP_TIME_EXCEEDED;
	case 12:
		return ICMP_PARAMETER;
	default: /* source quench too: RFC 6633 */
		return ICMP_OTHER;
	}
}

static enum icmp_kind
kind_of_v6(uint8_t type, uint8_t code)
{
	switch (type) {
	case 1:
		if (code == 4)
			return ICMP_UNREACHABLE_HARD;
		return code <= 6 ? ICMP_UNREACHABLE_SOFT : ICMP_OTHER;
	case 2:
		return ICMP_TOO_BIG;
	case 3:
		return ICMP_TIME_EXCEEDED;
	case 4:
		return code == 1 ? ICMP_UNREACHABLE_HARD : ICMP_PARAMETER;
	case 128:
		return ICMP_ECHO;
	case 129:
		return ICMP_ECHO_REPLY;
	default:
		return ICMP_OTHER;
	}
}

static bool
is_error(enum icmp_kind kind)
{
	switch (kind) {
	case ICMP_UNREACHABLE_HARD:
	case ICMP_UNREACHABLE_SOFT:
	case ICMP_TOO_BIG:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER:
		return true;
	case ICMP_OTHER:
	case ICMP_ECHO:
	case ICMP_ECHO_REPLY:
		return false;
	}
	return false;
}

/* What the quoted packet was about, if it was a TCP segment of the same
 * family and enough of it is there. */
static void
read_quoted(const uint8_t *data, uint32_t bytes, uint8_t version,
    struct icmp_message *out)
{
	struct ip_packet ip;
	const uint8_t *tcp;

	if (ip_parse_quoted(data, bytes, &ip) != WIRE_GOOD ||
	    ip.version != version || ip.protocol != IP_PROTOCOL_TCP ||
	    bytes - ip.header_bytes < QUOTED_TCP)
		return;
	tcp = data + ip.header_bytes;
	out->quotes_tcp = true;
	out->quoted_from.address = ip.from;
	out->quoted_from.port = get16(tcp);
	out->quoted_to.address = ip.to;
	out->quoted_to.port = get16(tcp + 2);
	out->quoted_seq = get32(tcp + 4);
}

enum wire_verdict
icmp_parse(const uint8_t *data, uint32_t bytes, uint8_t version,
    struct icmp_message *out)
{
	memset(out, 0, sizeof *out);
	if (bytes < ICMP_HEADER)
		return WIRE_TRUNCATED;
	out->type = data[0];
	out->code = data[1];
	out->kind = version == 4 ? kind_of_v4(data[0], data[1]) :
	                           kind_of_v6(data[0], data[1]);
	if (out->kind == ICMP_TOO_BIG)
		out->mtu = version == 4 ? get16(data + 6) : get32(data + 4);
	if (is_error(out->kind))
		read_quoted(data + ICMP_HEADER, bytes - ICMP_HEADER, version,
		    out);
	return WIRE_GOOD;
}

/* Type and code as they stand in the first two bytes; 0: not an error. */
static uint32_t
type_and_code(enum icmp_kind kind, bool v4)
{
	switch (kind) {
	case ICMP_UNREACHABLE_HARD:
		return v4 ? 0x0303 : 0x0104;
	case ICMP_UNREACHABLE_SOFT:
		return v4 ? 0x0301 : 0x0103;
	case ICMP_TOO_BIG:
		return v4 ? 0x0304 : 0x0200;
	case ICMP_TIME_EXCEEDED:
		return v4 ? 0x0b00 : 0x0300;
	case ICMP_PARAMETER:
		return v4 ? 0x0c00 : 0x0400;
	case ICMP_OTHER:
	case ICMP_ECHO:
	case ICMP_ECHO_REPLY:
		return 0;
	}
	return 0;
}

uint32_t
icmp_build_error(uint8_t *data, enum icmp_kind kind, uint32_t mtu,
    const uint8_t *packet, uint32_t packet_bytes,
    const struct estab_address *from, const struct estab_address *to)
{
	const bool v4 = ip_is_v4(to);
	const uint32_t most = v4 ? 576 - 20 : 1280 - 40;
	const uint32_t room = most - ICMP_HEADER;
	const uint32_t quoted = packet_bytes < room ? packet_bytes : room;
	const uint32_t bytes = ICMP_HEADER + quoted;
	const uint32_t what = type_and_code(kind, v4);
	uint32_t sum = 0;
	uint16_t checksum;

	if (what == 0)
		return 0;
	put16(data, what);
	put16(data + 2, 0);
	put32(data + 4, kind == ICMP_TOO_BIG ? mtu : 0);
	memcpy(data + ICMP_HEADER, packet, quoted);
	if (!v4)
		sum = checksum_pseudo(from, to, IP_PROTOCOL_ICMPV6, bytes);
	checksum =
	    checksum_finish(checksum_add(sum, checksum_bytes(data, bytes), 0));
	memcpy(data + 2, &checksum, 2);
	return bytes;
}
