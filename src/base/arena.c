/* SPDX-License-Identifier: BSD-2-Clause
 *
 * arena.c - blocks of the arena: a buddy system over 2 KiB units.
 *
 * The map holds a byte a unit; only the byte of a block's first unit means
 * anything.  Units at and beyond the frontier have never been handed out and
 * their map bytes have never been written.
 */
#include "base/arena.h"

#include "base/mem.h"

/* The order, and one or two of these. */
#define MAP_FREE 0x40u
#define MAP_USED 0x80u
#define MAP_SLAB 0x20u

/* A free block's first bytes. */
struct free_block {
	uint32_t next, prev;
};

static uint8_t *
map_of(const struct arena *arena)
{
	return (uint8_t *)(uintptr_t)arena + arena->map;
}

static uint32_t
ref_of_unit(const struct arena *arena, uint32_t unit)
{
	return (uint32_t)((arena->units_first + (uint64_t)unit * ARENA_UNIT) /
	    ARENA_REF_UNIT);
}

static uint32_t
unit_of_ref(const struct arena *arena, uint32_t ref)
{
	return (uint32_t)(((uint64_t)ref * ARENA_REF_UNIT - arena->units_first) /
	    ARENA_UNIT);
}

bool
arena_init(struct arena *arena, uint64_t bytes, uint32_t front)
{
	const uint64_t cap = (uint64_t)UINT32_MAX * ARENA_REF_UNIT;
	uint64_t units;

	memset(arena, 0, sizeof *arena);
	if (bytes > cap)
		bytes = cap;
	if (bytes < front + 2 * ARENA_UNIT)
		return false;
	units = (bytes - front - ARENA_UNIT) / (ARENA_UNIT + 1);
	arena->bytes = bytes;
	arena->map = front;
	arena->units_first = (uint32_t)((front + units + ARENA_UNIT - 1) /
	    ARENA_UNIT * ARENA_UNIT);
	arena->unit_count = (uint32_t)units;
	return units > 0;
}

uint64_t
arena_used(const struct arena *arena)
{
	return arena->units_first + (uint64_t)arena->frontier * ARENA_UNIT;
}

void
arena_resize(struct arena *arena, uint64_t bytes)
{
	const uint64_t units = (bytes - arena->units_first) / ARENA_UNIT;

	if (bytes >= arena->bytes)
		return;
	arena->bytes = bytes;
	if (units < arena->unit_count)
		arena->unit_count = (uint32_t)units;
}

static void
push_free(struct arena *arena, uint32_t unit, uint32_t order)
{
	const uint32_t ref = ref_of_unit(arena, unit);
	struct free_block *block = arena_at(arena, ref);

	map_of(arena)[unit] = (uint8_t)(MAP_FREE | order);
	block->next = arena->free[order];
	block->prev = 0;
	if (block->next)
		((struct free_block *)arena_at(arena, block->next))->prev = ref;
	arena->free[order] = ref;
}

static void
unlink_free(struct arena *arena, uint32_t ref, uint32_t order)
{
	const struct free_block *block = arena_at(arena, ref);

	if (block->prev)
		((struct free_block *)arena_at(arena, block->prev))->next =
		    block->next;
	else
		arena->free[order] = block->next;
	if (block->next)
		((struct free_block *)arena_at(arena, block->next))->prev =
		    block->prev;
	map_of(arena)[unit_of_ref(arena, ref)] = 0;
}

/* Move the frontier by a largest block, or by what is left, in pieces. */
static bool
grow(struct arena *arena)
{
	uint32_t left = arena->unit_count - arena->frontier;
	uint32_t order = ARENA_ORDERS - 1;

	if (left == 0)
		return false;
	if (left > ARENA_TOP)
		left = ARENA_TOP;
	memset(map_of(arena) + arena->frontier, 0, left);
	while (left > 0) {
		while ((1u << order) > left)
			order--;
		push_free(arena, arena->frontier, order);
		arena->frontier += 1u << order;
		left -= 1u << order;
	}
	return true;
}

static uint32_t
smallest_free(const struct arena *arena, uint32_t order)
{
	while (order < ARENA_ORDERS && !arena->free[order])
		order++;
	return order;
}

uint32_t
arena_take(struct arena *arena, uint32_t order)
{
	uint32_t found = smallest_free(arena, order), ref, unit;

	while (found == ARENA_ORDERS) {
		if (!grow(arena))
			return 0;
		found = smallest_free(arena, order);
	}
	ref = arena->free[found];
	unlink_free(arena, ref, found);
	unit = unit_of_ref(arena, ref);
	while (found > order) {
		found--;
		push_free(arena, unit + (1u << found), found);
	}
	map_of(arena)[unit] = (uint8_t)(MAP_USED | order);
	arena->committed += arena_order_bytes(order);
	return ref;
}

void
arena_give(struct arena *arena, uint32_t ref, uint32_t order)
{
	uint32_t unit = unit_of_ref(arena, ref);

	arena->committed -= arena_order_bytes(order);
	map_of(arena)[unit] = 0;
	while (order + 1 < ARENA_ORDERS) {
		const uint32_t buddy = unit ^ (1u << order);

		if (buddy >= arena->frontier ||
		    map_of(arena)[buddy] != (MAP_FREE | order))
			break;
		unlink_free(arena, ref_of_unit(arena, buddy), order);
		unit &= ~(1u << order);
		order++;
	}
	push_free(arena, unit, order);
}

/* ---- Slabs ---- */

/* The first bytes of a slab; records follow.  A free record begins with the
 * ref of the next one. */
struct slab {
	uint32_t next, prev; /* in the list of slabs with a free record */
	uint32_t free;       /* the first free record that was used before */
	uint16_t fresh;      /* records from here on were never used */
	uint16_t capacity;
	uint16_t used;
	uint16_t kind;
	uint32_t poison[3];
};

_Static_assert(sizeof(struct slab) == 32, "records start 16-aligned");

static bool
slab_is_full(const struct slab *slab)
{
	return slab->used == slab->capacity;
}

void
slab_init(struct arena *arena, uint32_t kind, size_t size)
{
	arena->slab[kind].size = (uint32_t)((size + 15) / 16 * 16);
}

static void
partial_push(struct arena *arena, struct slab_kind *kind, struct slab *slab)
{
	slab->prev = 0;
	slab->next = kind->partial;
	kind->partial = arena_ref(arena, slab);
	if (slab->next)
		((struct slab *)arena_at(arena, slab->next))->prev =
		    kind->partial;
}

static void
partial_unlink(struct arena *arena, struct slab_kind *kind, struct slab *slab)
{
	if (slab->prev)
		((struct slab *)arena_at(arena, slab->prev))->next = slab->next;
	else
		kind->partial = slab->next;
	if (slab->next)
		((struct slab *)arena_at(arena, slab->next))->prev = slab->prev;
}

static bool
slab_new(struct arena *arena, uint32_t kind)
{
	const uint32_t ref = arena_take(arena, SLAB_ORDER);
	struct slab *slab = arena_at(arena, ref);

	if (!ref)
		return false;
	memset(slab, 0, sizeof *slab);
	slab->kind = (uint16_t)kind;
	slab->capacity =
	    (uint16_t)((arena_order_bytes(SLAB_ORDER) - sizeof *slab) /
	        arena->slab[kind].size);
	map_of(arena)[unit_of_ref(arena, ref)] |= MAP_SLAB;
	arena->slab[kind].slab_count++;
	partial_push(arena, &arena->slab[kind], slab);
	return true;
}

/* Records are whole units; nearly all that come and go have two. */
static void
clear(uint8_t *record, uint32_t size)
{
	if (size == 2 * ARENA_REF_UNIT)
		memset(record, 0, (size_t)2 * ARENA_REF_UNIT);
	else
		memset(record, 0, size);
}

uint32_t
slab_take(struct arena *arena, uint32_t n)
{
	struct slab_kind *kind = &arena->slab[n];
	struct slab *slab;
	uint8_t *record;

	if (!kind->partial && !slab_new(arena, n))
		return 0;
	slab = arena_at(arena, kind->partial);
	record = (uint8_t *)(slab + 1) + (size_t)slab->fresh * kind->size;
	if (slab->free) {
		record = arena_at(arena, slab->free);
		memcpy(&slab->free, record, sizeof slab->free);
	} else {
		slab->fresh++;
	}
	slab->used++;
	kind->count++;
	if (slab_is_full(slab))
		partial_unlink(arena, kind, slab);
	clear(record, kind->size);
	return arena_ref(arena, record);
}

/* Slabs stand at multiples of their size from the first unit. */
static struct slab *
slab_around(const struct arena *arena, uint32_t ref, uint32_t *unit)
{
	const uint32_t mask = (1u << SLAB_ORDER) - 1;

	*unit = unit_of_ref(arena, ref) & ~mask;
	return arena_at(arena, ref_of_unit(arena, *unit));
}

void
slab_give(struct arena *arena, uint32_t n, uint32_t ref)
{
	struct slab_kind *kind = &arena->slab[n];
	uint32_t unit;
	struct slab *slab = slab_around(arena, ref, &unit);
	uint8_t *record = arena_at(arena, ref);

	memset(record, 0, ARENA_REF_UNIT); /* its generation, too */
	memcpy(record, &slab->free, sizeof slab->free);
	if (slab_is_full(slab))
		partial_push(arena, kind, slab);
	slab->free = ref;
	slab->used--;
	kind->count--;
	if (slab->used == 0 && (slab->next || slab->prev)) {
		/* The last empty slab of a kind is kept for the next record. */
		partial_unlink(arena, kind, slab);
		kind->slab_count--;
		arena_give(arena, ref_of_unit(arena, unit), SLAB_ORDER);
	}
}

uint32_t
slab_kind_at(const struct arena *arena, uint32_t ref)
{
	const uint64_t at = (uint64_t)ref * ARENA_REF_UNIT;
	const struct slab *slab;
	uint32_t unit, offset;

	if (at < arena->units_first || at >= arena_used(arena))
		return SLAB_KINDS;
	slab = slab_around(arena, ref, &unit);
	if (map_of(arena)[unit] != (MAP_USED | MAP_SLAB | SLAB_ORDER))
		return SLAB_KINDS;
	offset =
	    (uint32_t)(at - arena->units_first - (uint64_t)unit * ARENA_UNIT);
	if (offset < sizeof *slab)
		return SLAB_KINDS;
	offset -= (uint32_t)sizeof *slab;
	if (offset % arena->slab[slab->kind].size != 0 ||
	    offset / arena->slab[slab->kind].size >= slab->fresh)
		return SLAB_KINDS;
	return slab->kind;
}
