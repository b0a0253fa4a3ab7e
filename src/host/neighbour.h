/* SPDX-License-Identifier: BSD-2-Clause
 *
 * neighbour.h - who is on our Ethernet links, and which addresses there are
 * ours.
 *
 *     ethernet.c   frames: the header off and on
 *     solicit.c    ARP and neighbour discovery: messages in and out
 *     neighbour.c  the states of neighbours
 *     neighbour_table.c  where they stand
 *     duplicate.c  is an address of ours another host's too?
 */
#ifndef HOST_NEIGHBOUR_H
#define HOST_NEIGHBOUR_H

#include <estab/trace.h>

#include "base/list.h"
#include "wire/neighbour.h"

struct host_address;

/* A neighbour, 64 bytes.  It stands in the chain of its bucket and in the
 * list its state puts it in. */
struct neighbour {
	struct estab_address address;
	/* When its state ends: of INCOMPLETE, DELAY and PROBE by a time-out, of
	 * REACHABLE and FAILED when it is used next. */
	estab_time due;
	/* DELAY: a connection that uses it, and SND.UNA + RCV.NXT of that when
	 * the wait began: has either moved, the neighbour is there (RFC 4861
	 * 7.3.1). */
	estab_conn conn;
	uint32_t progress;
	uint32_t chain;
	struct list_link link;
	uint32_t waiting; /* INCOMPLETE: the packet that waits, or 0; those of
	                   * connections do not, but these at a gate */
	uint8_t mac[ETHERNET_MAC];
	uint8_t state; /* enum estab_neighbour_state */
	uint8_t list;  /* enum neighbour_list */
	uint8_t tries;
	uint8_t on_link;
};

_Static_assert(sizeof(struct neighbour) == 64, "as documented");

/* In the order in which they are forgotten when room is wanted. */
enum neighbour_list {
	NEIGHBOUR_STRANGERS, /* who asked for us and was never sent anything;
	                      * and who did not answer */
	NEIGHBOUR_IDLE,      /* REACHABLE and STALE, longest in it first */
	NEIGHBOUR_ASKED,     /* INCOMPLETE, due first */
	NEIGHBOUR_PROBED,    /* PROBE, due first */
	NEIGHBOUR_DELAYED,   /* DELAY, due first */
	NEIGHBOUR_LISTS,     /* in none: STATIC */
};

#define NEIGHBOUR_BUCKETS 512u

/* Gates (tcp/gate.c): that of an address of ours that is to become ours, and
 * those of the neighbours. */
#define GATE_ADDRESSES 1u
#define GATE_NEIGHBOURS 2u

struct neighbours {
	uint32_t buckets; /* ref of a block; 0: no link is Ethernet */
	uint32_t asked_count;
	struct list list[NEIGHBOUR_LISTS];
	uint32_t key[4];
};

/* ---- ethernet.c ---- */
/* A frame on an Ethernet link arrives.  True: inner is the IP packet in it;
 * false: done with. */
bool ethernet_arrives(struct estab_host *host, const struct estab_frame *frame,
    struct estab_frame *inner);
/* Put the header before a packet.  False: it waits for its neighbour, or is
 * dropped. */
bool ethernet_put(struct estab_host *host, struct estab_frame *frame);
/* The same for n frames; those that leave move to the front.  How many. */
size_t ethernet_put_all(struct estab_host *host, struct estab_frame *frames,
    size_t n);

/* ---- solicit.c ---- */
void solicit_arp_arrives(struct estab_host *host,
    const struct estab_frame *inner);
/* An ICMPv6 message on an Ethernet link.  True: it was of neighbour discovery
 * and is done with. */
bool solicit_nd_arrives(struct estab_host *host,
    const struct estab_frame *inner, const struct ip_packet *ip);
/* Ask for an address: all, or the one with that MAC. */
void solicit_ask(struct estab_host *host, uint8_t link,
    const struct estab_address *about, const uint8_t *mac);
/* Ask for an address of ours as one who does not have it yet. */
bool solicit_probe(struct estab_host *host, const struct host_address *mine);
/* Tell all that an address is ours. */
void solicit_announce(struct estab_host *host, const struct host_address *mine);

/* ---- neighbour_table.c ---- */
/* Make room for the table, once. */
bool neighbour_begin(struct estab_host *host);
static inline struct neighbour *
neighbour_at(const struct arena *arena, uint32_t ref)
{
	return ref ? arena_at(arena, ref) : NULL;
}
struct neighbour *neighbour_find(const struct estab_host *host, uint8_t link,
    const struct estab_address *address);
/* A new one, in no list yet, for one we send to or a stranger who asked; NULL:
 * no room. */
struct neighbour *neighbour_make(struct estab_host *host, uint8_t link,
    const struct estab_address *address, bool stranger);
/* Move to a state, and to the end of the list that goes with it. */
void neighbour_enter(struct estab_host *host, struct neighbour *n,
    enum estab_neighbour_state state, enum neighbour_list list);
/* Where connections wait for it. */
uint8_t neighbour_gate(const struct estab_host *host,
    const struct neighbour *n);
/* The packet that waits for it will not leave. */
void neighbour_drop_waiting(struct estab_host *host, struct neighbour *n);

/* ---- neighbour.c ---- */
/* Its MAC is known now: what waited leaves, and who waited may. */
void neighbour_release(struct estab_host *host, struct neighbour *n);
/* The MAC to send a packet to.  False: there is none now; the packet was
 * copied to wait for it, or dropped. */
bool neighbour_mac(struct estab_host *host, const struct estab_frame *packet,
    const struct estab_address *to, uint8_t *mac);
/* Somebody on the link answers for, or claims, an address not ours.  asked:
 * to one of our addresses, as one who was asked. */
void neighbour_answers(struct estab_host *host, uint8_t link,
    const struct neighbour_message *message, bool asked);
/* Somebody on the link asked for an address of ours. */
void neighbour_asks(struct estab_host *host, uint8_t link,
    const struct neighbour_message *message);
void neighbour_timeouts(struct estab_host *host);
estab_time neighbour_deadline(const struct estab_host *host);

/* ---- duplicate.c ---- */
/* An address begins its life on its link. */
void duplicate_begin(struct estab_host *host, struct host_address *mine);
/* Another host with that MAC uses it. */
void duplicate_claimed(struct estab_host *host, struct host_address *mine,
    const uint8_t *mac);
/* Whether a packet may not leave because its source is not ours, yet or for
 * good; what wanted to send it is told. */
bool duplicate_stops(struct estab_host *host, const struct estab_frame *packet);
void duplicate_timeouts(struct estab_host *host);
estab_time duplicate_deadline(const struct estab_host *host);
/* A record about a neighbour or an address of ours (each may be NULL). */
void duplicate_record(struct estab_host *host, enum estab_reason reason,
    const struct estab_address *ours, const struct estab_address *neighbour,
    const uint8_t *mac);

#endif
