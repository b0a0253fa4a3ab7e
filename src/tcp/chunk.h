/* SPDX-License-Identifier: BSD-2-Clause
 *
 * chunk.h - pieces of stream in memory: 2 to 64 KiB, in order, never moved.
 */
#ifndef TCP_CHUNK_H
#define TCP_CHUNK_H

#include "tcp/tcp.h"

struct chunk {
	uint32_t next;  /* the chunk of later numbers */
	uint32_t first; /* the number its first byte holds */
	uint32_t room;  /* bytes it may hold */
	uint32_t order;
};

_Static_assert(sizeof(struct chunk) == ARENA_REF_UNIT, "text is aligned");

static inline struct chunk *
chunk_at(const struct tcp *tcp, uint32_t ref)
{
	return arena_at(&tcp->arena, ref);
}

static inline uint8_t *
chunk_text(struct chunk *chunk)
{
	return (uint8_t *)(chunk + 1);
}

static inline uint32_t
chunk_end(const struct chunk *chunk)
{
	return chunk->first + chunk->room;
}

/* The smallest order that holds n bytes, or the largest there is. */
uint32_t chunk_order_for(uint32_t n);

/* A chunk of that order or, when memory is short, a smaller one; charged to
 * the connection and the host.  0: none to be had, or over the budget. */
uint32_t chunk_take(struct tcp *tcp, struct tcb *t, uint32_t order,
    uint32_t first);
void chunk_give(struct tcp *tcp, struct tcb *t, uint32_t ref);

#endif
