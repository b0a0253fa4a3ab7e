/* SPDX-License-Identifier: BSD-2-Clause
 *
 * neighbour.h - who has this address?  ARP (RFC 826) and neighbour discovery
 * (RFC 4861) <-> one struct, so that what follows needs no family.
 */
#ifndef WIRE_NEIGHBOUR_H
#define WIRE_NEIGHBOUR_H

#include "wire/ethernet.h"
#include "wire/ip.h"

#define ARP_BYTES 28
#define ND_BYTES 32 /* solicitation or advertisement with one option */
#define ND_HOP_LIMIT 255

enum neighbour_kind {
	NEIGHBOUR_ASK,    /* request; neighbour solicitation */
	NEIGHBOUR_ANSWER, /* reply or announcement; advertisement */
};

struct neighbour_message {
	enum neighbour_kind kind;
	bool has_mac;   /* of who sent it; always with ARP */
	bool solicited; /* ANSWER: it says that it was asked for */
	uint8_t mac[ETHERNET_MAC];
	uint8_t other_mac[ETHERNET_MAC]; /* ARP: whom an answer is for */
	struct estab_address about;      /* the address in question */
	/* ASK: who asks; unspecified: one who looks for a duplicate.
	 * ANSWER: whom it is for. */
	struct estab_address other;
};

/* data is what follows the Ethernet header.  WIRE_MALFORMED: not of IPv4 over
 * Ethernet (hardware, protocol, both lengths), neither request nor reply, or
 * from a hardware address nobody can have. */
enum wire_verdict arp_parse(const uint8_t *data, uint32_t bytes,
    struct neighbour_message *out);

/* Write ARP_BYTES. */
void arp_build(uint8_t *data, const struct neighbour_message *message);

/* Whether an ICMPv6 type belongs to neighbour discovery. */
static inline bool
nd_is_type(uint8_t type)
{
	return type >= 133 && type <= 137;
}

/* data..+bytes is a whole ICMPv6 message of such a type, contiguous, in a
 * packet with this header: the checks of RFC 4861 7.1.1 and 7.1.2, checksum
 * included.  WIRE_UNKNOWN: about routers (solicitation, advertisement,
 * redirect). */
enum wire_verdict nd_parse(const uint8_t *data, uint32_t bytes,
    const struct ip_packet *ip, struct neighbour_message *out);

/* Write the message (at most ND_BYTES) that travels from one address to the
 * other, checksum included; returns its bytes. */
uint32_t nd_build(uint8_t *data, const struct neighbour_message *message,
    const struct estab_address *from, const struct estab_address *to);

/* ff02::1:ffxx:xxxx, where somebody who has address listens (RFC 4291
 * 2.7.1). */
struct estab_address nd_solicited_node(const struct estab_address *address);

#endif
