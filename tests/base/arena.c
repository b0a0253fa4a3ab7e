/* SPDX-License-Identifier: BSD-2-Clause
 *
 * arena.c - blocks and records: never two at one place, all of them back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

#define BYTES (1u << 20)
#define BLOCKS 600

static struct arena *
new_arena(void)
{
	struct arena *arena = aligned_alloc(64, BYTES);

	assert_true(arena_init(arena, BYTES, 4096));
	return arena;
}

static uint32_t
draw(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

struct block {
	uint32_t ref, order;
	uint8_t mark;
};

static void
fill(const struct arena *arena, const struct block *b)
{
	memset(arena_at(arena, b->ref), b->mark, arena_order_bytes(b->order));
}

static void
expect_filled(const struct arena *arena, const struct block *b)
{
	const uint8_t *bytes = arena_at(arena, b->ref);

	for (uint32_t i = 0; i < arena_order_bytes(b->order); i++)
		assert_int_equal(bytes[i], b->mark);
}

static void
blocks_keep_what_is_written_while_others_come_and_go(void **unused)
{
	struct arena *arena = new_arena();
	static struct block block[BLOCKS];
	uint64_t held = 0;
	uint32_t state = 1;

	(void)unused;
	memset(block, 0, sizeof block);
	for (int i = 0; i < 20000; i++) {
		struct block *b = &block[draw(&state) % BLOCKS];

		if (b->ref) {
			expect_filled(arena, b);
			arena_give(arena, b->ref, b->order);
			held -= arena_order_bytes(b->order);
			b->ref = 0;
		} else {
			b->order = draw(&state) % ARENA_ORDERS;
			b->mark = (uint8_t)draw(&state);
			b->ref = arena_take(arena, b->order);
			if (b->ref) {
				held += arena_order_bytes(b->order);
				fill(arena, b);
			}
		}
		assert_int_equal(arena->committed, held);
	}
	free(arena);
}

static uint32_t
take_all(struct arena *arena, uint32_t *refs, uint32_t order)
{
	uint32_t n = 0;

	while ((refs[n] = arena_take(arena, order)) != 0)
		n++;
	return n;
}

static void
what_is_given_back_in_pieces_can_be_had_whole(void **unused)
{
	struct arena *arena = new_arena();
	static uint32_t refs[1024];
	const uint32_t whole = take_all(arena, refs, ARENA_ORDERS - 1);
	uint32_t pieces;

	(void)unused;
	assert_in_range(whole, 14, 16);
	for (uint32_t i = 0; i < whole; i++)
		arena_give(arena, refs[i], ARENA_ORDERS - 1);
	pieces = take_all(arena, refs, 0);
	assert_true(pieces >= whole * ARENA_TOP);
	assert_int_equal(arena_take(arena, 0), 0);
	for (uint32_t i = 0; i < pieces; i++)
		arena_give(arena, refs[(i * 7) % pieces], 0);
	assert_int_equal(arena->committed, 0);
	assert_int_equal(take_all(arena, refs, ARENA_ORDERS - 1), whole);
	free(arena);
}

static void
a_copy_of_the_used_part_is_a_second_arena(void **unused)
{
	struct arena *arena = new_arena(), *copy;
	const uint32_t a = arena_take(arena, 3);
	uint64_t used;
	uint32_t b, c;

	(void)unused;
	memset(arena_at(arena, a), 7, arena_order_bytes(3));
	used = arena_used(arena);
	assert_true(used < BYTES / 4);
	copy = aligned_alloc(64, (size_t)(used + 64) / 64 * 64);
	memcpy(copy, arena, (size_t)used);
	arena_resize(copy, used);
	assert_memory_equal(arena_at(copy, a), arena_at(arena, a), 16384);
	b = arena_take(arena, 0);
	c = arena_take(copy, 0);
	assert_int_equal(b, c);
	while (arena_take(copy, 0))
		;
	assert_true(arena_used(copy) <= used);
	free(copy);
	free(arena);
}

static void
records_are_zero_and_never_shared(void **unused)
{
	struct arena *arena = new_arena();
	static uint32_t refs[5000];
	uint32_t n = 0;

	(void)unused;
	slab_init(arena, 2, 75); /* rounded to 80 */
	while (n < 5000 && (refs[n] = slab_take(arena, 2)) != 0) {
		uint8_t *r = arena_at(arena, refs[n]);

		for (int i = 0; i < 80; i++)
			assert_int_equal(r[i], 0);
		memset(r, (int)(n % 251) + 1, 80);
		n++;
	}
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *r = arena_at(arena, refs[i]);

		assert_int_equal(r[0], i % 251 + 1);
		assert_int_equal(r[79], i % 251 + 1);
	}
	assert_int_equal(arena->slab[2].count, n);
	for (uint32_t i = 0; i < n; i++)
		slab_give(arena, 2, refs[i]);
	assert_int_equal(arena->slab[2].count, 0);
	assert_true(arena->committed <= arena_order_bytes(SLAB_ORDER));
	free(arena);
}

static void
only_a_record_is_taken_for_one(void **unused)
{
	struct arena *arena = new_arena();
	uint32_t text, record;

	(void)unused;
	slab_init(arena, 1, 48);
	record = slab_take(arena, 1);
	text = arena_take(arena, 5);
	assert_int_equal(slab_kind_at(arena, record), 1);
	assert_int_equal(slab_kind_at(arena, record + 1), SLAB_KINDS);
	assert_int_equal(slab_kind_at(arena, record - 1), SLAB_KINDS);
	assert_int_equal(slab_kind_at(arena, 0), SLAB_KINDS);
	assert_int_equal(slab_kind_at(arena, UINT32_MAX), SLAB_KINDS);
	for (uint32_t i = 0; i < 65536 / ARENA_REF_UNIT; i++)
		assert_int_equal(slab_kind_at(arena, text + i), SLAB_KINDS);
	free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    blocks_keep_what_is_written_while_others_come_and_go),
		cmocka_unit_test(what_is_given_back_in_pieces_can_be_had_whole),
		cmocka_unit_test(a_copy_of_the_used_part_is_a_second_arena),
		cmocka_unit_test(records_are_zero_and_never_shared),
		cmocka_unit_test(only_a_record_is_taken_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
