/* SPDX-License-Identifier: BSD-2-Clause
 *
 * icmp.h - ICMP (RFC 792) and ICMPv6 (RFC 4443) <-> struct icmp_message.
 */
#ifndef WIRE_ICMP_H
#define WIRE_ICMP_H

#include "wire/ip.h"

enum icmp_kind {
	ICMP_OTHER, /* ignored, counted */
	ICMP_ECHO,
	ICMP_ECHO_REPLY,
	ICMP_UNREACHABLE_HARD, /* v4 protocol, port; v6 port, and next header
	                        * unknown: RFC 9293 3.9.2.2's hard errors */
	ICMP_UNREACHABLE_SOFT, /* net, host, source route failed, prohibited */
	ICMP_TOO_BIG,          /* v4 3/4 and v6 type 2; mtu is set */
	ICMP_TIME_EXCEEDED,
	ICMP_PARAMETER,
};

/* A message, and what it quotes of the packet it complains about. */
struct icmp_message {
	enum icmp_kind kind;
	uint8_t type, code;
	uint32_t mtu;    /* TOO_BIG; 0 where an old router said none */
	bool quotes_tcp; /* the rest is valid */
	struct estab_endpoint quoted_from, quoted_to;
	uint32_t quoted_seq;
};

/* data..+bytes is the whole ICMP message, contiguous; its checksum has been
 * verified by the caller. */
enum wire_verdict icmp_parse(const uint8_t *data, uint32_t bytes,
    uint8_t version, struct icmp_message *out);

/* An error message about a packet: header and as much of the packet as may
 * be quoted (v4 up to 576 bytes in all, v6 up to 1280), checksum included
 * (v6 needs from and to).  data has room for 1280 bytes.  Returns bytes. */
uint32_t icmp_build_error(uint8_t *data, enum icmp_kind kind, uint32_t mtu,
    const uint8_t *packet, uint32_t packet_bytes,
    const struct estab_address *from, const struct estab_address *to);
/* For UNREACHABLE_HARD this is "port unreachable". */

#endif
