/* SPDX-License-Identifier: BSD-2-Clause
 *
 * table.h - the connection table: linear hashing with a keyed hash.
 *
 * It grows by one bucket at a time, so no arrival ever pays for all.  The
 * hash is a universal one over 32-bit words (NH), keyed with random words: a
 * peer that does not know them cannot make tuples collide more often than
 * chance.  A chain longer than TABLE_CHAIN_MAX is counted and the table is
 * keyed anew.
 */
#ifndef TCP_TABLE_H
#define TCP_TABLE_H

#include "tcp/tcb.h"

#define TABLE_BLOCK 512u /* buckets of a block of 2 KiB */
#define TABLE_DIRECTORIES 64u
#define TABLE_CHAIN_MAX 32u
#define TABLE_KEYS 10u

struct tuple;

struct table {
	uint32_t directory[TABLE_DIRECTORIES]; /* each 512 refs of blocks */
	uint32_t bucket_count;                 /* in use */
	uint32_t low; /* power of two: low <= bucket_count < 2 low */
	uint32_t record_count;
	uint32_t recent;  /* found or made last: segments come in runs */
	bool crowded;     /* a chain was too long: key anew */
	estab_time keyed; /* when that was done last */
	uint32_t key[TABLE_KEYS];
};

bool table_init(struct arena *arena, struct table *table);
void table_insert(struct arena *arena, struct table *table, uint32_t ref);
void table_remove(struct arena *arena, struct table *table, uint32_t ref);
/* The record of a tuple, or 0.  Where a half-open connection stands beside
 * the TIME-WAIT it is to replace, only the half-open one is in the table. */
uint32_t table_find(const struct arena *arena, const struct table *table,
    const struct tuple *tuple);
/* The same, where the answer is likely to be that of the last time. */
uint32_t table_find_again(const struct arena *arena, struct table *table,
    const struct tuple *tuple);
uint32_t table_bucket(const struct table *table, const struct tuple *tuple);
/* Put every record where fresh keys want it. */
void table_rekey(struct arena *arena, struct table *table);
/* Walk: the first record in bucket, then along head->chain. */
uint32_t table_first(const struct arena *arena, const struct table *table,
    uint32_t bucket);

#endif
