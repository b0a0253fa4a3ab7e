/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sketch.c - how many, of each of any number of sources, in constant memory.
 */
#include "tcp/sketch.h"

#include "base/mem.h"
#include "wire/ip.h"

#define RATES_ORDER 2u
#define COUNTS_ORDER 1u
#define WINDOW_CELLS ((size_t)SKETCH_ROWS * SKETCH_CELLS)
#define MIX 0x9e3779b1u /* 2^32 by the golden ratio, odd */
#define FADE_SHIFT 20   /* 1024 steps of a window */

_Static_assert(2 * WINDOW_CELLS * sizeof(uint16_t) == ARENA_UNIT << RATES_ORDER,
    "two windows fill their block");
_Static_assert(WINDOW_CELLS * sizeof(uint16_t) == ARENA_UNIT << COUNTS_ORDER,
    "so do the counts");

/* The words of a source: NH (see table.h) over them, a product a row.  Of two
 * that differ little the upper halves of the products do as well, so the lower
 * ones are folded in: else neighbours would share both cells for many keys. */
static void
place(const struct estab_address *source, const uint32_t *key,
    uint32_t cell[SKETCH_ROWS])
{
	uint32_t w[4], a, b;

	memcpy(w, source->byte, sizeof w);
	a = ip_is_v4(source) ? w[3] : w[0];
	b = ip_is_v4(source) ? w[2] : w[1];
	for (uint32_t row = 0; row < SKETCH_ROWS; row++, key += 2) {
		const uint64_t product = (uint64_t)(a + key[0]) * (b + key[1]);
		const uint32_t folded =
		    (uint32_t)(product >> 32) ^ (uint32_t)product;

		cell[row] =
		    row * SKETCH_CELLS + (folded * MIX >> (32 - SKETCH_BITS));
	}
}

static bool
init(struct arena *arena, uint32_t *cells, uint32_t order, uint32_t words[4],
    const uint64_t key[2])
{
	memcpy(words, key, 4 * sizeof words[0]);
	*cells = arena_take(arena, order);
	if (*cells)
		memset(arena_at(arena, *cells), 0, arena_order_bytes(order));
	return *cells != 0;
}

static void
raise(uint16_t *cell)
{
	if (*cell < UINT16_MAX)
		++*cell;
}

/* ---- Rates ---- */

bool
rates_init(struct arena *arena, struct rates *rates, const uint64_t key[2])
{
	memset(rates, 0, sizeof *rates);
	rates->now = ESTAB_NEVER;
	return init(arena, &rates->cells, RATES_ORDER, rates->key, key);
}

static uint16_t *
window_at(const struct arena *arena, const struct rates *rates, int64_t window)
{
	return (uint16_t *)arena_at(arena, rates->cells) +
	    ((size_t)window & 1u) * WINDOW_CELLS;
}

/* Windows that have passed are emptied, both when both have. */
static void
turn(struct arena *arena, struct rates *rates, int64_t window)
{
	const int64_t passed = window - rates->window;

	for (int64_t n = 0; n < 2 && n < passed; n++) {
		memset(window_at(arena, rates, window - n), 0,
		    WINDOW_CELLS * sizeof(uint16_t));
		rates->total[(uint64_t)(window - n) & 1u] = 0;
	}
	rates->window = window;
}

static uint32_t
faded(uint32_t current, uint32_t before, uint32_t rest)
{
	return current + (uint32_t)((uint64_t)before * rest >> 10);
}

static void
look(struct arena *arena, struct rates *rates, estab_time now)
{
	const int64_t window = now >> (FADE_SHIFT + 10);

	if (window != rates->window)
		turn(arena, rates, window);
	rates->now = now;
	rates->rest = 1024u - ((uint64_t)now >> FADE_SHIFT & 1023u);
	rates->fading =
	    faded(0, rates->total[((uint64_t)window & 1u) ^ 1u], rates->rest);
}

uint32_t
rates_add(struct arena *arena, struct rates *rates,
    const struct estab_address *source, estab_time now)
{
	uint32_t cell[SKETCH_ROWS], least = UINT32_MAX, noise;
	const uint16_t *before;
	uint16_t *current;

	if (!rates->cells)
		return 0;
	if (now != rates->now)
		look(arena, rates, now);
	current = window_at(arena, rates, rates->window);
	before = window_at(arena, rates, rates->window - 1);
	place(source, rates->key, cell);
	noise = 2 *
	    (++rates->total[(uint64_t)rates->window & 1u] + rates->fading) /
	    SKETCH_CELLS;
	for (uint32_t row = 0; row < SKETCH_ROWS; row++) {
		uint32_t n;

		raise(&current[cell[row]]);
		n = faded(current[cell[row]], before[cell[row]], rates->rest);
		least = n < least ? n : least;
	}
	return least > noise ? least - noise : 0;
}

/* ---- Counts ---- */

bool
counts_init(struct arena *arena, struct counts *counts, const uint64_t key[2])
{
	return init(arena, &counts->cells, COUNTS_ORDER, counts->key, key);
}

void
counts_add(struct arena *arena, const struct counts *counts,
    const struct estab_address *source)
{
	uint16_t *cells = arena_at(arena, counts->cells);
	uint32_t cell[SKETCH_ROWS];

	place(source, counts->key, cell);
	for (uint32_t row = 0; row < SKETCH_ROWS; row++)
		raise(&cells[cell[row]]);
}

/* A cell that is full has lost count: it stays full. */
void
counts_take(struct arena *arena, const struct counts *counts,
    const struct estab_address *source)
{
	uint16_t *cells = arena_at(arena, counts->cells);
	uint32_t cell[SKETCH_ROWS];

	place(source, counts->key, cell);
	for (uint32_t row = 0; row < SKETCH_ROWS; row++)
		if (cells[cell[row]] < UINT16_MAX && cells[cell[row]] > 0)
			cells[cell[row]]--;
}

uint32_t
counts_of(const struct arena *arena, const struct counts *counts,
    const struct estab_address *source)
{
	const uint16_t *cells = arena_at(arena, counts->cells);
	uint32_t cell[SKETCH_ROWS], least = UINT32_MAX;

	place(source, counts->key, cell);
	for (uint32_t row = 0; row < SKETCH_ROWS; row++)
		least = cells[cell[row]] < least ? cells[cell[row]] : least;
	return least;
}
