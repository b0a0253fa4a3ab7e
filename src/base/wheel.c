/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wheel.c - a hierarchical timing wheel with lazy re-arming.
 *
 * Level L has 64 slots of 2^(20 + 6 L) ns.  An entry stands in the lowest
 * level whose 64 slots, counted from the one base lies in, reach its
 * deadline; so within a level the slots from base's on, around the ring, are
 * in order of time, and the first used one holds the level's earliest entry.
 */
#include "base/wheel.h"

#include "base/mem.h"

#define LEVEL_BITS 6

static struct wheel_entry *
entry_of(const struct arena *arena, const struct wheel *wheel, uint32_t ref)
{
	return (struct wheel_entry *)(void *)((uint8_t *)arena_at(arena, ref) +
	    wheel->entry_offset);
}

void
wheel_init(struct wheel *wheel, uint32_t entry_offset, int64_t now)
{
	memset(wheel, 0, sizeof *wheel);
	wheel->entry_offset = entry_offset;
	wheel->base = now;
	wheel->soonest = INT64_MAX;
}

static int64_t
tick_of(int64_t at, uint32_t level)
{
	return at >> (WHEEL_TICK_SHIFT + LEVEL_BITS * (int)level);
}

/* The slot for a deadline, and in *bound a time by which to look there:
 * the deadline itself, or the wheel's far end. */
static uint32_t
slot_for(const struct wheel *wheel, int64_t at, int64_t *bound)
{
	uint32_t level = 0;
	int64_t ahead;

	*bound = at;
	if (at < wheel->base)
		at = wheel->base;
	while (level + 1 < WHEEL_LEVELS &&
	    tick_of(at, level) - tick_of(wheel->base, level) >=
	        (int64_t)WHEEL_SLOTS)
		level++;
	ahead = tick_of(at, level) - tick_of(wheel->base, level);
	if (ahead >= (int64_t)WHEEL_SLOTS)
		*bound = at = wheel->base +
		    ((int64_t)(WHEEL_SLOTS - 1)
		        << (WHEEL_TICK_SHIFT + LEVEL_BITS * (int)level));
	return level * WHEEL_SLOTS +
	    ((uint32_t)tick_of(at, level) & (WHEEL_SLOTS - 1));
}

static void
insert(struct arena *arena, struct wheel *wheel, uint32_t ref)
{
	struct wheel_entry *entry = entry_of(arena, wheel, ref);
	int64_t bound;
	const uint32_t n = slot_for(wheel, entry->at, &bound);
	struct wheel_slot *slot = &wheel->slot[n];

	entry->look = bound;
	if (!slot->head || bound < slot->min)
		slot->min = bound;
	if (bound < wheel->soonest)
		wheel->soonest = bound;
	entry->slot = (uint16_t)(n + 1);
	entry->due = false;
	entry->prev = 0;
	entry->next = slot->head;
	if (slot->head)
		entry_of(arena, wheel, slot->head)->prev = ref;
	slot->head = ref;
	wheel->used[n / WHEEL_SLOTS] |= UINT64_C(1) << (n % WHEEL_SLOTS);
}

static void
take_out(struct arena *arena, struct wheel *wheel, struct wheel_entry *entry)
{
	const uint32_t n = entry->slot - 1u;
	uint32_t *head = entry->due ? &wheel->due : &wheel->slot[n].head;

	if (entry->prev)
		entry_of(arena, wheel, entry->prev)->next = entry->next;
	else
		*head = entry->next;
	if (entry->next)
		entry_of(arena, wheel, entry->next)->prev = entry->prev;
	if (!entry->due && !*head)
		wheel->used[n / WHEEL_SLOTS] &=
		    ~(UINT64_C(1) << (n % WHEEL_SLOTS));
	entry->slot = 0;
	entry->due = false;
}

void
wheel_set(struct arena *arena, struct wheel *wheel, uint32_t ref, int64_t at)
{
	struct wheel_entry *entry = entry_of(arena, wheel, ref);

	if (entry->slot && at == entry->at)
		return;
	if (at == INT64_MAX) {
		if (entry->slot)
			take_out(arena, wheel, entry);
		entry->at = at;
		return;
	}
	entry->at = at;
	if (entry->slot && !entry->due && at >= entry->look)
		return; /* found and put right when its slot comes up */
	if (entry->slot)
		take_out(arena, wheel, entry);
	insert(arena, wheel, ref);
}

static uint32_t
lowest_bit(uint64_t bits)
{
	uint32_t n = 0;

	/* Six halvings; the compiler's own would call into its library on
	 * some targets. */
	for (uint32_t half = 32; half > 0; half /= 2)
		if (!(bits & ((UINT64_C(1) << half) - 1))) {
			bits >>= half;
			n += half;
		}
	return n;
}

/* The slot of a level that comes first from base on; the level is used. */
static uint32_t
first_used(const struct wheel *wheel, uint32_t level)
{
	const uint32_t from =
	    (uint32_t)tick_of(wheel->base, level) & (WHEEL_SLOTS - 1);
	const uint64_t bits = wheel->used[level];
	const uint64_t turned =
	    from ? (bits >> from) | (bits << (WHEEL_SLOTS - from)) : bits;

	return level * WHEEL_SLOTS +
	    ((from + lowest_bit(turned)) & (WHEEL_SLOTS - 1));
}

/* The slot with the earliest bound, or -1. */
static int32_t
earliest(const struct wheel *wheel)
{
	int32_t best = -1;

	for (uint32_t level = 0; level < WHEEL_LEVELS; level++) {
		uint32_t n;

		if (!wheel->used[level])
			continue;
		n = first_used(wheel, level);
		if (best < 0 || wheel->slot[n].min < wheel->slot[best].min)
			best = (int32_t)n;
	}
	return best;
}

int64_t
wheel_next(const struct wheel *wheel)
{
	int32_t n;

	if (wheel->due)
		return wheel->base;
	n = earliest(wheel);
	return n < 0 ? INT64_MAX : wheel->slot[n].min;
}

/* Empty a slot: what is due goes to the due list, the rest where it belongs
 * now. */
static void
sort_out(struct arena *arena, struct wheel *wheel, uint32_t n, int64_t now)
{
	uint32_t ref = wheel->slot[n].head;

	wheel->slot[n].head = 0;
	wheel->used[n / WHEEL_SLOTS] &= ~(UINT64_C(1) << (n % WHEEL_SLOTS));
	while (ref) {
		struct wheel_entry *entry = entry_of(arena, wheel, ref);
		const uint32_t next = entry->next;

		if (entry->at > now) {
			insert(arena, wheel, ref);
		} else {
			entry->due = true;
			entry->prev = 0;
			entry->next = wheel->due;
			if (wheel->due)
				entry_of(arena, wheel, wheel->due)->prev = ref;
			wheel->due = ref;
		}
		ref = next;
	}
}

uint32_t
wheel_take_due(struct arena *arena, struct wheel *wheel, int64_t now)
{
	uint32_t ref;

	while (!wheel->due) {
		int32_t n = -1;

		if (wheel->soonest <= now) {
			n = earliest(wheel);
			wheel->soonest = n < 0 ? INT64_MAX : wheel->slot[n].min;
		}
		if (wheel->soonest > now) {
			if (now > wheel->base)
				wheel->base = now;
			return 0;
		}
		if (wheel->slot[n].min > wheel->base)
			wheel->base = wheel->slot[n].min;
		sort_out(arena, wheel, (uint32_t)n, now);
	}
	ref = wheel->due;
	take_out(arena, wheel, entry_of(arena, wheel, ref));
	return ref;
}
