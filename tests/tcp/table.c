/* SPDX-License-Identifier: BSD-2-Clause
 *
 * table.c - the connection table: what was put in is found, grown or rekeyed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tcp/tcp.h"

#define BYTES (16u << 20)
#define RECORDS 20000u

struct shelf {
	struct arena *arena;
	struct table table;
	uint32_t ref[RECORDS];
};

static void
tuple_of(struct tuple *tuple, uint32_t n)
{
	memset(tuple, 0, sizeof *tuple);
	tuple->local.byte[10] = tuple->local.byte[11] = 0xff;
	tuple->remote = tuple->local;
	tuple->local.byte[15] = 1;
	tuple->remote.byte[14] = (uint8_t)(n >> 14);
	tuple->remote.byte[15] = (uint8_t)(n >> 6);
	tuple->local_port = 80;
	tuple->remote_port = (uint16_t)(1024 + n % 64);
}

static void
put(struct shelf *shelf, uint32_t n)
{
	struct conn_head *head;
	struct tuple tuple;

	tuple_of(&tuple, n);
	shelf->ref[n] = slab_take(shelf->arena, 0);
	assert_int_not_equal(shelf->ref[n], 0);
	head = arena_at(shelf->arena, shelf->ref[n]);
	head->local = tuple.local;
	head->remote = tuple.remote;
	head->local_port = tuple.local_port;
	head->remote_port = tuple.remote_port;
	table_insert(shelf->arena, &shelf->table, shelf->ref[n]);
}

static void
begin(struct shelf *shelf, uint32_t key)
{
	shelf->arena = aligned_alloc(64, BYTES);
	assert_true(arena_init(shelf->arena, BYTES, 4096));
	slab_init(shelf->arena, 0, sizeof(struct conn_head));
	memset(&shelf->table, 0, sizeof shelf->table);
	for (int i = 0; i < 10; i++)
		shelf->table.key[i] = key * 2654435761u * (uint32_t)(i + 1);
	assert_true(table_init(shelf->arena, &shelf->table));
}

static void
expect_found(const struct shelf *shelf, uint32_t n, bool there)
{
	struct tuple tuple;

	tuple_of(&tuple, n);
	assert_int_equal(table_find(shelf->arena, &shelf->table, &tuple),
	    there ? shelf->ref[n] : 0);
}

static uint32_t
longest_chain(const struct shelf *shelf)
{
	uint32_t longest = 0;

	for (uint32_t b = 0; b < shelf->table.bucket_count; b++) {
		uint32_t length = 0;

		for (uint32_t r = table_first(shelf->arena, &shelf->table, b);
		     r;
		     r = ((struct conn_head *)arena_at(shelf->arena, r))->chain)
			length++;
		longest = length > longest ? length : longest;
	}
	return longest;
}

static void
records_are_found_while_the_table_grows_and_after_some_left(void **unused)
{
	static struct shelf shelf;

	(void)unused;
	begin(&shelf, 1);
	for (uint32_t n = 0; n < RECORDS; n++) {
		expect_found(&shelf, n, false);
		put(&shelf, n);
		expect_found(&shelf, n, true);
		expect_found(&shelf, n / 2, true);
	}
	assert_true(shelf.table.bucket_count >= RECORDS);
	for (uint32_t n = 0; n < RECORDS; n += 3)
		table_remove(shelf.arena, &shelf.table, shelf.ref[n]);
	for (uint32_t n = 0; n < RECORDS; n++)
		expect_found(&shelf, n, n % 3 != 0);
	free(shelf.arena);
}

static void
neighbouring_tuples_spread(void **unused)
{
	static struct shelf shelf;

	(void)unused;
	for (uint32_t key = 1; key < 6; key++) {
		begin(&shelf, key);
		for (uint32_t n = 0; n < RECORDS; n++)
			put(&shelf, n);
		assert_in_range(longest_chain(&shelf), 1, 12);
		assert_false(shelf.table.crowded);
		free(shelf.arena);
	}
}

/* ---- A stranger who chooses addresses and ports, and has read the code ---- */

#define CHOSEN 4096u /* as many as half_open_max, in as many buckets */
#define KEYS 300u
#define PATTERNS 10u

static void
put_word(struct estab_address *address, uint32_t at, uint32_t word)
{
	for (uint32_t i = 0; i < 4; i++)
		address->byte[at + i] = (uint8_t)(word >> (24 - 8 * i));
}

/* Number n of a pattern: words that differ little, in high bits alone, in two
 * words at once. */
static void
chosen(struct tuple *tuple, uint32_t pattern, uint32_t n)
{
	static const uint32_t step[] = { 0, 1, 1u << 8, 1u << 16, 1u << 20,
		4097 };

	tuple_of(tuple, 0);
	tuple->remote_port = 1024;
	if (pattern < 6) {
		put_word(&tuple->remote, 12, 0x0a000000u + n * step[pattern]);
		tuple->remote_port = (uint16_t)(pattern % 5 == 0 ? n : 1024);
	} else if (pattern == 6) {
		put_word(&tuple->remote, 12, n % 64);
		tuple->remote_port = (uint16_t)(n / 64);
	} else {
		memset(&tuple->local, 0xfd, sizeof tuple->local);
		memset(&tuple->remote, 0xfd, sizeof tuple->remote);
		put_word(&tuple->remote, pattern == 7 ? 12 : 4, n);
		if (pattern == 9)
			put_word(&tuple->remote, 8, ~n);
	}
}

static uint32_t
longest_of(const struct table *table, uint32_t pattern)
{
	static uint8_t length[CHOSEN];
	uint32_t longest = 0;

	memset(length, 0, sizeof length);
	for (uint32_t n = 0; n < CHOSEN; n++) {
		struct tuple tuple;
		uint8_t *at;

		chosen(&tuple, pattern, n);
		at = &length[table_bucket(table, &tuple)];
		*at = (uint8_t)(*at + (*at < UINT8_MAX));
		longest = *at > longest ? *at : longest;
	}
	return longest;
}

static void
draw_keys(struct table *table, uint64_t *random)
{
	for (uint32_t k = 0; k < TABLE_KEYS; k++) {
		*random ^= *random << 13;
		*random ^= *random >> 7;
		*random ^= *random << 17;
		table->key[k] = (uint32_t)(*random >> 16);
	}
}

/* Who finds tuples of one bucket with keys of his own has found nothing. */
static void
what_meets_under_one_key_does_not_under_another(void **unused)
{
	struct table mine = { .bucket_count = CHOSEN, .low = CHOSEN };
	struct table theirs = mine;
	uint64_t random = 1234567890123456789u;
	uint32_t same = 0, together = 0;

	(void)unused;
	draw_keys(&mine, &random);
	draw_keys(&theirs, &random);
	for (uint32_t n = 0; same < CHOSEN / 64; n++) {
		struct tuple tuple;

		tuple_of(&tuple, n);
		put_word(&tuple.remote, 12, n);
		if (table_bucket(&mine, &tuple) != 0)
			continue;
		same++;
		together += table_bucket(&theirs, &tuple) == 0;
	}
	assert_in_range(together, 0, 4);
}

/* Keys are drawn by chance, so a stranger may meet bad ones, and cannot see
 * that he has: then the table is keyed anew. */
static void
no_pattern_of_tuples_crowds_a_bucket_but_by_chance(void **unused)
{
	struct table table = { .bucket_count = CHOSEN, .low = CHOSEN };
	uint64_t random = 88172645463325252u;
	uint32_t crowded = 0;

	(void)unused;
	for (uint32_t i = 0; i < KEYS; i++) {
		draw_keys(&table, &random);
		for (uint32_t pattern = 0; pattern < PATTERNS; pattern++) {
			const uint32_t n = longest_of(&table, pattern);

			if (n > TABLE_CHAIN_MAX)
				print_message("pattern %u: %u\n", pattern, n);
			crowded += n > TABLE_CHAIN_MAX;
		}
	}
	assert_in_range(crowded, 0, KEYS * PATTERNS / 100);
}

/* Keys of zero make a poor hash of tuples that differ in few words. */
static void
a_crowded_bucket_is_noticed_and_fresh_keys_help(void **unused)
{
	static struct shelf shelf;

	(void)unused;
	begin(&shelf, 0);
	for (uint32_t n = 0; n < 200; n++) {
		struct conn_head *head;

		shelf.ref[n] = slab_take(shelf.arena, 0);
		head = arena_at(shelf.arena, shelf.ref[n]);
		head->local.byte[4] = (uint8_t)n; /* times zero */
		table_insert(shelf.arena, &shelf.table, shelf.ref[n]);
	}
	assert_true(shelf.table.crowded);
	for (int i = 0; i < 10; i++)
		shelf.table.key[i] = 2654435761u * (uint32_t)(i + 1);
	table_rekey(shelf.arena, &shelf.table);
	assert_false(shelf.table.crowded);
	assert_in_range(longest_chain(&shelf), 1, 12);
	for (uint32_t n = 0; n < 200; n++) {
		struct tuple tuple;

		memset(&tuple, 0, sizeof tuple);
		tuple.local.byte[4] = (uint8_t)n;
		assert_int_equal(table_find(shelf.arena, &shelf.table, &tuple),
		    shelf.ref[n]);
	}
	free(shelf.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    records_are_found_while_the_table_grows_and_after_some_left),
		cmocka_unit_test(neighbouring_tuples_spread),
		cmocka_unit_test(what_meets_under_one_key_does_not_under_another),
		cmocka_unit_test(no_pattern_of_tuples_crowds_a_bucket_but_by_chance),
		cmocka_unit_test(a_crowded_bucket_is_noticed_and_fresh_keys_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
