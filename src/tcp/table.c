/* SPDX-License-Identifier: BSD-2-Clause
 *
 * table.c - the connection table: linear hashing with a keyed hash.
 */
#include "tcp/table.h"

#include "base/mem.h"
#include "tcp/tcp.h"
#include "wire/ip.h"

static uint32_t *
bucket_at(const struct arena *arena, const struct table *table, uint32_t n)
{
	const uint32_t block = n / TABLE_BLOCK;
	const uint32_t *directory =
	    arena_at(arena, table->directory[block / TABLE_BLOCK]);

	return (uint32_t *)arena_at(arena, directory[block % TABLE_BLOCK]) +
	    n % TABLE_BLOCK;
}

static uint64_t
mix(uint32_t a, uint32_t b, const uint32_t *key)
{
	return (uint64_t)(a + key[0]) * (b + key[1]);
}

/* NH over the words of a tuple, three with IPv4 and nine else; the high half
 * is the better one. */
static inline uint32_t
hash_tuple(const struct table *table, const struct estab_address *local,
    const struct estab_address *remote, uint32_t ports)
{
	uint32_t l[4], r[4];
	uint64_t sum;

	memcpy(l, local, sizeof l);
	memcpy(r, remote, sizeof r);
	sum = mix(r[3], ports, table->key) + mix(r[2], l[3], table->key + 4);
	if (!ip_is_v4(remote))
		sum += mix(r[0], r[1], table->key + 2) +
		    mix(l[0], l[1], table->key + 6) +
		    mix(l[2], ports, table->key + 8);
	return (uint32_t)(sum >> 32) ^ (uint32_t)sum;
}

static uint32_t
ports_of(uint16_t local, uint16_t remote)
{
	return (uint32_t)remote << 16 | local;
}

static uint32_t
place(const struct table *table, uint32_t hash)
{
	const uint32_t wide = hash & (2 * table->low - 1);

	return wide < table->bucket_count ? wide : hash & (table->low - 1);
}

uint32_t
table_bucket(const struct table *table, const struct tuple *tuple)
{
	return place(table,
	    hash_tuple(table, &tuple->local, &tuple->remote,
	        ports_of(tuple->local_port, tuple->remote_port)));
}

static uint32_t
bucket_of(const struct table *table, const struct conn_head *head)
{
	return place(table,
	    hash_tuple(table, &head->local, &head->remote,
	        ports_of(head->local_port, head->remote_port)));
}

uint32_t
table_first(const struct arena *arena, const struct table *table,
    uint32_t bucket)
{
	return bucket < table->bucket_count ? *bucket_at(arena, table, bucket) :
	                                      0;
}

/* Room for one more block of buckets. */
static bool
add_block(struct arena *arena, struct table *table)
{
	const uint32_t block = table->bucket_count / TABLE_BLOCK;
	uint32_t *directory = &table->directory[block / TABLE_BLOCK];
	uint32_t ref;

	if (block / TABLE_BLOCK >= TABLE_DIRECTORIES)
		return false;
	if (!*directory)
		*directory = arena_take(arena, 0);
	if (!*directory)
		return false;
	ref = arena_take(arena, 0);
	if (!ref)
		return false;
	memset(arena_at(arena, ref), 0, ARENA_UNIT);
	((uint32_t *)arena_at(arena, *directory))[block % TABLE_BLOCK] = ref;
	return true;
}

bool
table_init(struct arena *arena, struct table *table)
{
	if (!add_block(arena, table))
		return false;
	table->bucket_count = TABLE_BLOCK;
	table->low = TABLE_BLOCK;
	return true;
}

/* One bucket more: the records of bucket (count - low) are dealt between it
 * and the new one. */
static void
split(struct arena *arena, struct table *table)
{
	uint32_t *from, *to, ref;

	if (table->bucket_count % TABLE_BLOCK == 0 && !add_block(arena, table))
		return; /* chains grow instead */
	from = bucket_at(arena, table, table->bucket_count - table->low);
	to = bucket_at(arena, table, table->bucket_count);
	table->bucket_count++;
	ref = *from;
	*from = *to = 0;
	while (ref) {
		struct conn_head *head = arena_at(arena, ref);
		const uint32_t next = head->chain;
		uint32_t *home =
		    bucket_at(arena, table, bucket_of(table, head));

		head->chain = *home;
		*home = ref;
		ref = next;
	}
	if (table->bucket_count == 2 * table->low)
		table->low *= 2;
}

static void
link_in(struct arena *arena, struct table *table, uint32_t ref)
{
	struct conn_head *head = arena_at(arena, ref);
	uint32_t *home = bucket_at(arena, table, bucket_of(table, head));

	head->chain = *home;
	*home = ref;
}

void
table_insert(struct arena *arena, struct table *table, uint32_t ref)
{
	struct conn_head *head = arena_at(arena, ref);
	uint32_t length = 0;

	link_in(arena, table, ref);
	table->recent = ref; /* what is made will soon be looked for */
	head->in_table = true;
	if (++table->record_count > table->bucket_count)
		split(arena, table);
	for (uint32_t r = ref; r && length <= TABLE_CHAIN_MAX; length++)
		r = ((struct conn_head *)arena_at(arena, r))->chain;
	if (length > TABLE_CHAIN_MAX)
		table->crowded = true;
}

void
table_remove(struct arena *arena, struct table *table, uint32_t ref)
{
	struct conn_head *head = arena_at(arena, ref);
	uint32_t *at = bucket_at(arena, table, bucket_of(table, head));

	if (table->recent == ref)
		table->recent = 0;
	while (*at != ref)
		at = &((struct conn_head *)arena_at(arena, *at))->chain;
	*at = head->chain;
	head->chain = 0;
	head->in_table = false;
	table->record_count--;
}

static bool
same(const struct conn_head *head, const struct tuple *tuple)
{
	return head->remote_port == tuple->remote_port &&
	    head->local_port == tuple->local_port &&
	    ip_same(&head->remote, &tuple->remote) &&
	    ip_same(&head->local, &tuple->local);
}

uint32_t
table_find(const struct arena *arena, const struct table *table,
    const struct tuple *tuple)
{
	uint32_t ref = *bucket_at(arena, table, table_bucket(table, tuple));

	while (ref) {
		const struct conn_head *head = arena_at(arena, ref);

		if (same(head, tuple))
			return ref;
		ref = head->chain;
	}
	return 0;
}

uint32_t
table_find_again(const struct arena *arena, struct table *table,
    const struct tuple *tuple)
{
	if (table->recent && same(arena_at(arena, table->recent), tuple))
		return table->recent;
	table->recent = table_find(arena, table, tuple);
	return table->recent;
}

void
table_rekey(struct arena *arena, struct table *table)
{
	uint32_t all = 0;

	for (uint32_t n = 0; n < table->bucket_count; n++) {
		uint32_t *bucket = bucket_at(arena, table, n);

		while (*bucket) {
			struct conn_head *head = arena_at(arena, *bucket);
			const uint32_t ref = *bucket;

			*bucket = head->chain;
			head->chain = all;
			all = ref;
		}
	}
	while (all) {
		const uint32_t next =
		    ((struct conn_head *)arena_at(arena, all))->chain;

		link_in(arena, table, all);
		all = next;
	}
	table->crowded = false;
}
