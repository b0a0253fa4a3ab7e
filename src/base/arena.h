/* SPDX-License-Identifier: BSD-2-Clause
 *
 * arena.h - the one piece of memory a host lives in.
 *
 * The arena stands at the front of the memory it hands out, so that its own
 * address is the base of everything: records name each other by a ref, the
 * distance from the base in units of 16 bytes, and a copy of the memory is a
 * second host.  Blocks are powers of two from 2 KiB (order 0) to 64 KiB
 * (order 5), a buddy system; records of one kind share blocks (slabs).
 * Memory never used is never touched.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARENA_UNIT 2048u /* bytes of an order 0 block */
#define ARENA_ORDERS 6u  /* 2, 4, 8, 16, 32, 64 KiB */
#define ARENA_TOP 32u    /* units of the largest block */
#define ARENA_REF_UNIT 16u
#define SLAB_ORDER 2u /* a slab is a block of 8 KiB */
#define SLAB_KINDS 8u

/* Records of one kind. */
struct slab_kind {
	uint32_t size;    /* bytes of a record, a multiple of 16 */
	uint32_t partial; /* slabs with a free record, doubly linked */
	uint32_t count;   /* records in use */
	uint32_t slab_count;
};

struct arena {
	uint64_t bytes;       /* all of the creator's memory */
	uint64_t committed;   /* bytes of blocks in use */
	uint32_t map;         /* offset of the map: a byte a unit */
	uint32_t units_first; /* offset of the first unit */
	uint32_t unit_count;
	uint32_t frontier; /* units ever handed out; beyond is untouched */
	uint32_t free[ARENA_ORDERS]; /* heads of free lists, refs */
	struct slab_kind slab[SLAB_KINDS];
};

/* Make an arena at the front of memory; the first front bytes (the arena
 * itself among them) are the caller's.  False when nothing would be left. */
bool arena_init(struct arena *arena, uint64_t bytes, uint32_t front);

/* The bytes from the base that a copy must take along. */
uint64_t arena_used(const struct arena *arena);
/* A copy has bytes of memory, at least arena_used(): it may hand out no more
 * than fit, and no more than the original. */
void arena_resize(struct arena *arena, uint64_t bytes);

static inline void *
arena_at(const struct arena *arena, uint32_t ref)
{
	return (uint8_t *)(uintptr_t)arena + (size_t)ref * ARENA_REF_UNIT;
}

static inline uint32_t
arena_ref(const struct arena *arena, const void *p)
{
	return (uint32_t)((size_t)((const uint8_t *)p - (const uint8_t *)arena) /
	    ARENA_REF_UNIT);
}

static inline uint32_t
arena_order_bytes(uint32_t order)
{
	return ARENA_UNIT << order;
}

/* A block of 2 KiB << order, or 0.  Its content is not defined. */
uint32_t arena_take(struct arena *arena, uint32_t order);
void arena_give(struct arena *arena, uint32_t ref, uint32_t order);

/* Records.  slab_take gives a zeroed record, or 0. */
void slab_init(struct arena *arena, uint32_t kind, size_t size);
uint32_t slab_take(struct arena *arena, uint32_t kind);
void slab_give(struct arena *arena, uint32_t kind, uint32_t ref);

/* Which kind of record stands at ref, whatever ref is; SLAB_KINDS: none.
 * The record may be free (its generation then matches nothing). */
uint32_t slab_kind_at(const struct arena *arena, uint32_t ref);

#endif
