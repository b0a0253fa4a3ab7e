/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ring.h - one direction of a wire in memory: packets are copied in once, as
 * a write to a device does, and read where they lie.
 *
 * Both stacks that are compared use this ring, so that the caches see the
 * same; it is larger than anything either has under way at once.
 */
#ifndef BENCH_RING_H
#define BENCH_RING_H

#include <stdint.h>

#define RING_SLOTS 256u
#define RING_PACKET_BYTES 1536u
#define BENCH_MTU 1500u

struct slot {
	uint32_t bytes;
	uint8_t data[RING_PACKET_BYTES];
};

struct ring {
	uint32_t head, tail; /* written, read; they only rise */
	struct slot slot[RING_SLOTS];
};

static inline uint32_t
ring_count(const struct ring *ring)
{
	return ring->head - ring->tail;
}

/* The next free slot, or NULL.  It is taken by adding one to head. */
static inline struct slot *
ring_free(struct ring *ring)
{
	return ring_count(ring) < RING_SLOTS ?
	    &ring->slot[ring->head % RING_SLOTS] :
	    0;
}

#endif
