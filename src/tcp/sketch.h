/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sketch.h - how many, of each of any number of sources, in constant memory.
 *
 * A count-min sketch (Cormode and Muthukrishnan, 2005): each row of cells has
 * a keyed hash of its own, a source counts in one cell of each row, and the
 * least of them says at most too much.  A source is an IPv4 address, or the
 * /64 of an IPv6 address, since who has one address there has all.
 */
#ifndef TCP_SKETCH_H
#define TCP_SKETCH_H

#include <estab/estab.h>

#include "base/arena.h"

#define SKETCH_ROWS 2u
#define SKETCH_BITS 10
#define SKETCH_CELLS (1u << SKETCH_BITS) /* of a row */

/* Rates: two windows of 2^30 ns (1.07 s), the older one fading out.  What
 * other sources leave in a cell on the average is taken off twice, so that a
 * flood from everywhere makes nobody look fast. */
struct rates {
	uint32_t cells;  /* ref of 8 KiB: window, row, cell; 0: no memory */
	uint32_t key[4]; /* two words a row */
	uint32_t older;  /* total of the window before the current one */
	int64_t window;  /* the current one: now >> 30 */
	estab_time now;  /* for which these hold: */
	uint32_t current, before; /* refs of the windows */
	uint32_t rest;            /* of the older one, in steps of 1024 */
	uint32_t fading;          /* of its total */
	uint32_t sum;             /* the current one's total, and that */
};

/* Numbers of what lives now, added and taken off. */
struct counts {
	uint32_t cells; /* ref of 4 KiB: row, cell; 0: no memory, or not wanted */
	uint32_t key[4];
};

bool rates_init(struct arena *arena, struct rates *rates,
    const uint64_t key[2]);
/* One more of a source; returns how many in a second. */
uint32_t rates_add(struct arena *arena, struct rates *rates,
    const struct estab_address *source, estab_time now);

bool counts_init(struct arena *arena, struct counts *counts,
    const uint64_t key[2]);
/* None is counted any more, and who shares a cell with whom is as good as
 * drawn anew. */
void counts_reset(struct arena *arena, struct counts *counts,
    const uint64_t key[2]);
void counts_add(struct arena *arena, const struct counts *counts,
    const struct estab_address *source);
void counts_take(struct arena *arena, const struct counts *counts,
    const struct estab_address *source);
uint32_t counts_of(const struct arena *arena, const struct counts *counts,
    const struct estab_address *source);

#endif
