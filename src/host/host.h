/* SPDX-License-Identifier: BSD-2-Clause
 *
 * host.h - an Internet host around a TCP: links, addresses, IP and ICMP.
 *
 * struct estab_host is the front of the arena.  It begins with the TCP, which
 * begins with the arena itself, so that their addresses are one.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "tcp/tcp.h"
#include "wire/icmp.h"

#define HOST_ADDRESSES 16u
#define HOST_HEADER_ROOM 128u /* IP and TCP header of one frame */
#define HOST_ICMP_MAX 16u     /* ICMP packets that wait to leave */
#define PORT_COUNTERS 16u

struct host_address {
	struct estab_address address;
	uint8_t prefix_bits;
	uint8_t link;
};

struct estab_host {
	struct tcp tcp; /* first */
	struct host_address address[HOST_ADDRESSES];
	uint32_t address_count;
	uint8_t link_count;
	int8_t default_link;                 /* -1: none */
	uint32_t headers;                    /* ref: ESTAB_FRAMES_MAX headers */
	struct list icmp_waiting, icmp_lent; /* blocks with a packet each */
	uint32_t icmp_count;
	uint32_t port_counter[PORT_COUNTERS];
	uint32_t syns; /* taken since the last output */
};

/* ---- address.c ---- */
/* Index of one of our addresses, or -1. */
int address_find(const struct estab_host *host,
    const struct estab_address *address);
/* Whether an address is a broadcast or multicast one for us. */
bool address_is_for_many(const struct estab_host *host,
    const struct estab_address *address);
/* The link towards an address, or -1. */
int address_route(const struct estab_host *host,
    const struct estab_address *remote);
/* Our address to use towards it over that link, or NULL. */
const struct estab_address *address_choose(const struct estab_host *host,
    int link, const struct estab_address *remote);

/* ---- port.c ---- */
/* An ephemeral port for tuple (RFC 6056), or 0 when none is free. */
uint16_t port_choose(struct estab_host *host, struct tuple *tuple);

/* ---- in.c, plain.c ---- */
/* False: it is a SYN that opens, and was left for in_late(). */
bool in_frame(struct estab_host *host, const struct estab_frame *frame);
/* Whether a frame looks like a SYN that opens; what has its TCP header
 * elsewhere than in front does not. */
bool in_opens(const struct estab_frame *frame);
/* One of those, after all else of its batch: no more than half of what the
 * host answers between two outputs, so that connections have the rest. */
void in_late(struct estab_host *host, const struct estab_frame *frame);
/* What in.c would make of a packet of the common shape.  False: it has
 * another, or something is wrong with it, and a holds nothing. */
bool plain_read(const struct estab_frame *frame, struct arrival *a);
/* What the frame says of a segment it brings. */
static inline void
in_describe(const struct estab_frame *frame, struct arrival *a)
{
	a->link = frame->link;
	a->multicast = false;
	a->summed = frame->checksum != ESTAB_CHECKSUM_UNVERIFIED;
	a->seg.frame = frame;
	a->seg.segment_count = 1;
	a->seg.segment_bytes = 0;
	if (frame->segment_count) {
		a->seg.segment_count = frame->segment_count;
		a->seg.segment_bytes = frame->segment_bytes;
	}
}

/* ---- icmp.c ---- */
struct icmp_pending {
	struct list_link link_in_list;
	uint32_t bytes;
	uint8_t link;
	uint8_t packet[];
};
void icmp_arrives(struct estab_host *host, const struct estab_frame *frame,
    const struct ip_packet *ip);
/* Tell the sender that nobody is at this port. */
void icmp_port_unreachable(struct estab_host *host,
    const struct estab_frame *frame, const struct ip_packet *ip);
/* Tell who sent the SYN of tuple that its destination is out of reach. */
void icmp_host_unreachable(struct estab_host *host, const struct tuple *tuple,
    uint8_t link, uint32_t seq);
/* Give back what the last output lent. */
void icmp_reclaim(struct estab_host *host);
/* The next waiting packet, as a frame. */
bool icmp_output(struct estab_host *host, struct estab_frame *frame);
void icmp_about_tcp(struct estab_host *host, const struct icmp_message *m);

#endif
