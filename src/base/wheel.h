/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wheel.h - the timers of all connections: a hierarchical timing wheel.
 *
 * An entry stands in a slot by its deadline; setting and taking out cost the
 * same however many there are.  A deadline that moves, but not to before its
 * slot comes up, stays there and is put right then: re-arming on every ACK
 * costs one store.  wheel_next may therefore be early, never late.
 */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include "base/arena.h"

#define WHEEL_LEVELS 5u
#define WHEEL_SLOTS 64u
#define WHEEL_TICK_SHIFT 20 /* a slot of level 0 spans 2^20 ns, 1.05 ms */

/* What a record in the wheel holds. */
struct wheel_entry {
	int64_t at;          /* when it is due */
	int64_t look;        /* its slot comes up by then: look <= at */
	uint32_t next, prev; /* refs of records in the same slot */
	uint16_t slot;       /* 1-based; 0: not in the wheel */
	bool due;            /* stands in the list of those that are due */
};

struct wheel_slot {
	int64_t min; /* no entry of the slot is due before */
	uint32_t head;
};

struct wheel {
	int64_t base;          /* time up to which everything has been taken */
	int64_t soonest;       /* nothing is due before; may be early */
	uint32_t entry_offset; /* of struct wheel_entry in the records */
	uint32_t due;          /* entries whose time has come */
	uint64_t used[WHEEL_LEVELS]; /* a bit for each slot that is not empty */
	struct wheel_slot slot[WHEEL_LEVELS * WHEEL_SLOTS];
};

void wheel_init(struct wheel *wheel, uint32_t entry_offset, int64_t now);

/* Set the deadline of the record at ref.  INT64_MAX takes it out. */
void wheel_set(struct arena *arena, struct wheel *wheel, uint32_t ref,
    int64_t at);

/* The earliest time at which an entry may be due; INT64_MAX: none is set. */
int64_t wheel_next(const struct wheel *wheel);

/* Take out a record whose deadline is now or before; 0: none left. */
uint32_t wheel_take_due(struct arena *arena, struct wheel *wheel, int64_t now);

#endif
