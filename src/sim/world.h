/* SPDX-License-Identifier: BSD-2-Clause
 *
 * world.h - hosts, the wires between them, and what is under way.
 *
 * A world is one piece of memory.  The pointers in it are those of its
 * creator (hosts, picker, tap, trace); all else is named by number, so that a
 * copy with these pointers replaced is a second world.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <estab/sim.h>

#include "sim/flight.h"
#include "sim/random.h"
#include "sim/wire.h"
#include "wire/ethernet.h"

#define WORLD_LINKS_MAX 8 /* of a host */
#define WORLD_ALIGN 16
#define WORLD_IP_MAX (40u + 65535u)
#define WORLD_PACKET_MAX (ETHERNET_HEADER + WORLD_IP_MAX)
#define WORLD_NO_DIRECTION UINT8_MAX

/* One direction of a wire: 2 * wire + 0 or 1 is its number. */
struct direction {
	struct estab_direction wire;
	uint8_t from_host, from_link, to_host, to_link;
};

struct estab_world {
	uint64_t seed;
	estab_time now;

	uint32_t host_count, crypto_count, wire_count;
	struct estab_host *host[ESTAB_WORLD_HOSTS_MAX];
	struct random crypto[ESTAB_WORLD_HOSTS_MAX];
	struct direction direction[2 * ESTAB_WORLD_WIRES_MAX];
	/* Which direction begins at a link of a host. */
	uint8_t leaves[ESTAB_WORLD_HOSTS_MAX][WORLD_LINKS_MAX];

	estab_pick pick;
	void *pick_context;
	estab_tap tap;
	void *tap_context;
	struct estab_trace *trace;

	struct estab_world_counts counts;
	/* The packet that enters or arrives now, in one piece. */
	uint8_t packet[WORLD_PACKET_MAX];
	size_t bytes;           /* from here on, flights included */
	struct flights flights; /* last: its cells follow */
};

/* Bytes before the IP packet of a frame in a direction. */
static inline uint8_t
world_ip_at(const struct estab_world *world, uint8_t direction)
{
	return direction == WORLD_NO_DIRECTION ?
	    0 :
	    (uint8_t)world->direction[direction].wire.header_bytes;
}

#endif
