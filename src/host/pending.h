/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pending.h - packets besides TCP's that wait: to leave, or for the answer of
 * a neighbour.  A block of 2 KiB each, so many at most for each purpose.
 */
#ifndef HOST_PENDING_H
#define HOST_PENDING_H

#include <estab/estab.h>

#include "base/list.h"
#include "wire/ethernet.h"

enum pending_purpose {
	PENDING_ICMP,      /* ICMP that answers others */
	PENDING_NEIGHBOUR, /* ARP and neighbour discovery */
	PENDING_WAITS,     /* any packet whose neighbour is being asked for */
	PENDING_PURPOSES,
};

struct pending {
	struct list_link link_in_list;
	uint32_t bytes;
	uint32_t neighbour; /* whose answer it waits for, in pending_held */
	uint8_t link;
	uint8_t purpose;
	bool addressed; /* the Ethernet header stands in front */
	uint8_t front[2 + ETHERNET_HEADER]; /* its place, right before packet */
	uint8_t packet[];
};

#define PENDING_BYTES_MAX (ARENA_UNIT - offsetof(struct pending, packet))

/* A block for a packet to leave by link, or NULL: too many wait, or no
 * memory. */
struct pending *pending_new(struct estab_host *host, uint8_t link,
    enum pending_purpose purpose, uint32_t *ref);
/* It as a packet, without an Ethernet header. */
void pending_frame(const struct estab_host *host, uint32_t ref,
    struct estab_frame *frame);
/* It does not leave after all. */
void pending_drop(struct estab_host *host, uint32_t ref);
/* It waits for a neighbour, by ref; or does not any more. */
void pending_hold(struct estab_host *host, uint32_t ref, uint32_t neighbour);
void pending_unhold(struct estab_host *host, uint32_t ref);
/* Let it leave. */
void pending_push(struct estab_host *host, uint32_t ref);
/* The same with an Ethernet header to that MAC. */
void pending_push_to(struct estab_host *host, uint32_t ref, const uint8_t *mac,
    uint16_t type);
/* Give back what the last output lent. */
void pending_reclaim(struct estab_host *host);
/* Fill frames with what waits to leave; how many. */
size_t pending_output(struct estab_host *host, struct estab_frame *frames,
    size_t max);

#endif
