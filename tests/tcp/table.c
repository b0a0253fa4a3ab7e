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
		cmocka_unit_test(a_crowded_bucket_is_noticed_and_fresh_keys_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
