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

struct source {
	uint32_t a, b;
};

static inline struct source
words_of(const struct estab_address *source)
{
	uint32_t w[4];

	memcpy(w, source->byte, sizeof w);
	return ip_is_v4(source) ? (struct source){ w[3], w[2] } :
	                          (struct source){ w[0], w[1] };
}

/* A cell: NH (see table.h) over the words of a source, a product a row.  Of two
 * that differ little the upper halves of the products do as well, so the lower
 * ones are folded in: else neighbours would share both cells for many keys. */
static inline uint32_t
place(struct source source, const uint32_t key[4], uint32_t row)
{
	const uint32_t *own = key + (size_t)2 * row;
	const uint64_t product =
	    (uint64_t)(source.a + own[0]) * (source.b + own[1]);
	const uint32_t folded = (uint32_t)(product >> 32) ^ (uint32_t)product;

	return row * SKETCH_CELLS + (folded * MIX >> (32 - SKETCH_BITS));
}

static void
reset(struct arena *arena, uint32_t cells, uint32_t order, uint32_t words[4],
    const uint64_t key[2])
{
	memcpy(words, key, 4 * sizeof words[0]);
	memset(arena_at(arena, cells), 0, arena_order_bytes(order));
}

static bool
init(struct arena *arena, uint32_t *cells, uint32_t order, uint32_t words[4],
    const uint64_t key[2])
{
	*cells = arena_take(arena, order);
	if (!*cells)
		return false;
	reset(arena, *cells, order, words, key);
	return true;
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

static uint32_t
ref_of(const struct rates *rates, int64_t window)
{
	return rates->cells +
	    ((uint32_t)window & 1u) *
	    (uint32_t)(WINDOW_CELLS * sizeof(uint16_t) / ARENA_REF_UNIT);
}

/* Windows that have passed are emptied, both when both have. */
static void
turn(struct arena *arena, struct rates *rates, int64_t window)
{
	const int64_t passed = window - rates->window;

	for (int64_t n = 0; n < 2 && n < passed; n++)
		memset(arena_at(arena, ref_of(rates, window - n)), 0,
		    WINDOW_CELLS * sizeof(uint16_t));
	rates->older = passed == 1 ? rates->sum - rates->fading : 0;
	rates->sum = rates->fading = 0;
	rates->window = window;
}

__attribute__((noinline)) static void
look(struct arena *arena, struct rates *rates, estab_time now)
{
	const int64_t window = now >> (FADE_SHIFT + 10);

	if (window != rates->window)
		turn(arena, rates, window);
	rates->now = now;
	rates->current = ref_of(rates, window);
	rates->before = ref_of(rates, window - 1);
	rates->rest = 1024u - ((uint64_t)now >> FADE_SHIFT & 1023u);
	rates->sum -= rates->fading;
	rates->fading = (uint32_t)((uint64_t)rates->older * rates->rest >> 10);
	rates->sum += rates->fading;
}

/* One more in a row; returns how many there. */
static inline uint32_t
add_in(const struct rates *rates, uint16_t *current, const uint16_t *before,
    uint32_t cell)
{
	uint32_t n = current[cell];

	n += n < UINT16_MAX;
	current[cell] = (uint16_t)n;
	return n + (before[cell] * rates->rest >> 10);
}

uint32_t
rates_add(struct arena *arena, struct rates *rates,
    const struct estab_address *source, estab_time now)
{
	const struct source who = words_of(source);
	uint16_t *current, *before;
	uint32_t least, other, noise;

	if (!rates->cells)
		return 0;
	if (now != rates->now)
		look(arena, rates, now);
	current = arena_at(arena, rates->current);
	before = arena_at(arena, rates->before);
	least = add_in(rates, current, before, place(who, rates->key, 0));
	other = add_in(rates, current, before, place(who, rates->key, 1));
	least = other < least ? other : least;
	noise = ++rates->sum >> (SKETCH_BITS - 1);
	return least > noise ? least - noise : 0;
}

_Static_assert(SKETCH_ROWS == 2, "rates_add() counts in both");

/* ---- Counts ---- */

bool
counts_init(struct arena *arena, struct counts *counts, const uint64_t key[2])
{
	return init(arena, &counts->cells, COUNTS_ORDER, counts->key, key);
}

void
counts_reset(struct arena *arena, struct counts *counts, const uint64_t key[2])
{
	reset(arena, counts->cells, COUNTS_ORDER, counts->key, key);
}

void
counts_add(struct arena *arena, const struct counts *counts,
    const struct estab_address *source)
{
	uint16_t *cells = arena_at(arena, counts->cells);
	const struct source who = words_of(source);

	for (uint32_t row = 0; row < SKETCH_ROWS; row++)
		raise(&cells[place(who, counts->key, row)]);
}

/* A cell that is full has lost count: it stays full. */
void
counts_take(struct arena *arena, const struct counts *counts,
    const struct estab_address *source)
{
	uint16_t *cells = arena_at(arena, counts->cells);
	const struct source who = words_of(source);

	for (uint32_t row = 0; row < SKETCH_ROWS; row++) {
		uint16_t *cell = &cells[place(who, counts->key, row)];

		if (*cell<UINT16_MAX && * cell> 0)
			--*cell;
	}
}

uint32_t
counts_of(const struct arena *arena, const struct counts *counts,
    const struct estab_address *source)
{
	const uint16_t *cells = arena_at(arena, counts->cells);
	const struct source who = words_of(source);
	uint32_t least = UINT32_MAX;

	for (uint32_t row = 0; row < SKETCH_ROWS; row++) {
		const uint32_t n = cells[place(who, counts->key, row)];

		least = n < least ? n : least;
	}
	return least;
}
