/* SPDX-License-Identifier: BSD-2-Clause
 *
 * host.h - an Internet host around a TCP: links, addresses, IP and ICMP.
 *
 * struct estab_host is the front of the arena.  It begins with the TCP, which
 * begins with the arena itself, so that their addresses are one.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "host/neighbour.h"
#include "host/pending.h"
#include "tcp/tcp.h"
#include "wire/icmp.h"

#define HOST_ADDRESSES 16u
/* Room for the headers of one frame: IP and TCP, with Ethernet's before. */
#define HOST_HEADER_ROOM 128u
#define HOST_HEADER_FRONT 16u
#define PORT_COUNTERS 16u

struct host_address {
	struct estab_address address;
	struct estab_address broadcast; /* its prefix's; ::, where it has none */
	uint8_t prefix_bits;
	uint8_t link;
	uint8_t state; /* enum estab_address_state */
	uint8_t tries; /* TENTATIVE: probes sent */
	estab_time due;
};

/* Where a family's packets for elsewhere go. */
struct host_route {
	int8_t link;                  /* -1: nowhere */
	struct estab_address gateway; /* unspecified: none */
};

struct estab_host {
	struct tcp tcp; /* first */
	struct host_address address[HOST_ADDRESSES];
	uint32_t address_count;
	uint32_t doubtful_count; /* addresses TENTATIVE or DUPLICATE */
	uint8_t link_count;
	struct host_route route[2]; /* IPv6, IPv4 */
	uint32_t headers;           /* ref: ESTAB_FRAMES_MAX headers */
	struct list pending_waiting, pending_lent;
	struct list pending_held; /* for neighbours, oldest first */
	uint32_t pending_count[PENDING_PURPOSES];
	struct neighbours neighbours;
	uint32_t port_counter[PORT_COUNTERS];
	uint32_t syns;         /* taken since the last output */
	uint32_t syns_dropped; /* and too many: TCPSynLate */
	uint32_t strays; /* segments of no connection that open none, since the
	                  * last output */
};

/* ---- address.c ---- */
/* Index of one of our addresses, or -1. */
int address_find(const struct estab_host *host,
    const struct estab_address *address);
/* Whether an address is a broadcast or multicast one for us. */
bool address_is_for_many(const struct estab_host *host,
    const struct estab_address *address);
/* Whether it is ours to use, now. */
bool address_is_ours(const struct estab_host *host,
    const struct estab_address *address);
/* Whether it is on a prefix of that link, or link-local. */
bool address_is_on_link(const struct estab_host *host, int link,
    const struct estab_address *address);
/* Whom to give a packet for an address to, on that link. */
const struct estab_address *address_next_hop(const struct estab_host *host,
    int link, const struct estab_address *to);
/* The link towards an address, or -1. */
int address_route(const struct estab_host *host,
    const struct estab_address *remote);
/* Our address to use towards it over that link, or NULL. */
const struct estab_address *address_choose(const struct estab_host *host,
    int link, const struct estab_address *remote);

/* ---- port.c ---- */
/* An ephemeral port for tuple (RFC 6056), or 0 when none is free. */
uint16_t port_choose(struct estab_host *host, struct tuple *tuple);

/* ---- in.c ---- */
/* False: it is a SYN that opens, and was left for syn_arrive(). */
bool in_frame(struct estab_host *host, const struct estab_frame *frame);
/* How many more strays (struct estab_host) are looked at before the next
 * output: as many as SYNs, for each SYN that was answered may bring one. */
static inline uint32_t
in_stray_room(const struct estab_host *host)
{
	const uint32_t most = host->tcp.replies_max / 2;

	return host->strays < most ? most - host->strays : 0;
}
/* An IP packet of any shape. */
void in_read(struct estab_host *host, const struct estab_frame *frame);
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

/* ---- syn.c ---- */
/* Frames that look like SYNs that open; each that is one, for an address of
 * ours, takes one off the room.  Returns how many were read before there was
 * none left. */
uint32_t syn_arrive(struct estab_host *host,
    const struct estab_frame *const frames[], uint32_t n, uint32_t *room);

/* ---- unsent.c ---- */
/* The TCB a packet of ours belongs to, and its segment, whose segment_count is
 * 0 if it is none of TCP; NULL: none, and for a reset, which is of what is no
 * more. */
struct tcb *out_tcb_of(struct estab_host *host, const struct estab_frame *frame,
    uint32_t front, struct segment *seg);
/* A packet of ours waits for nothing, and does not leave. */
void out_dropped(struct estab_host *host, const struct estab_frame *packet);
/* A packet cannot leave before a gate opens (tcp/gate.c): its connection takes
 * it back and waits there.  False: it is of no connection. */
bool out_held(struct estab_host *host, const struct estab_frame *packet,
    uint8_t gate);
/* Whatever sent a packet hears that it cannot be delivered: an opening ends
 * with the error. */
void out_undeliverable(struct estab_host *host,
    const struct estab_frame *packet, enum estab_reason reason, int error);

/* ---- icmp.c ---- */
void icmp_arrives(struct estab_host *host, const struct estab_frame *frame,
    const struct ip_packet *ip);
/* Tell the sender that nobody is at this port. */
void icmp_port_unreachable(struct estab_host *host,
    const struct estab_frame *frame, const struct ip_packet *ip);
/* Tell who sent the SYN of tuple that its destination is out of reach. */
void icmp_host_unreachable(struct estab_host *host, const struct tuple *tuple,
    uint8_t link, uint32_t seq);
void icmp_about_tcp(struct estab_host *host, const struct icmp_message *m);

#endif
