/* SPDX-License-Identifier: BSD-2-Clause
 *
 * iss.c - SYNs of a capture.
 */
#include "link/iss.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 1000000

static uint32_t
get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

static void
set_address(struct estab_address *to, const uint8_t *from, size_t bytes)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(to->byte, mapped, sizeof mapped);
	memcpy(to->byte + 16 - bytes, from, bytes);
}

/* The TCP header of a plain packet, and both addresses; NULL: none there. */
static const uint8_t *
tcp_of(const uint8_t *packet, uint32_t bytes, struct iss_entry *entry)
{
	uint32_t at;

	if (bytes < 40)
		return NULL;
	if (packet[0] >> 4 == 4 && packet[9] == IPPROTO_TCP) {
		at = (packet[0] & 15u) * 4;
		set_address(&entry->from.address, packet + 12, 4);
		set_address(&entry->to.address, packet + 16, 4);
	} else if (packet[0] >> 4 == 6 && packet[6] == IPPROTO_TCP) {
		at = 40;
		set_address(&entry->from.address, packet + 8, 16);
		set_address(&entry->to.address, packet + 24, 16);
	} else {
		return NULL;
	}
	return at >= 20 && at + 20 <= bytes ? packet + at : NULL;
}

static bool
same(const struct estab_endpoint *a, const struct estab_endpoint *b)
{
	return a->port == b->port &&
	    memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

static bool
room_for_one(struct iss_table *table)
{
	const size_t room = table->room > 0 ? 2 * table->room : 64;
	struct iss_entry *grown;

	if (table->count < table->room)
		return true;
	if (table->count >= ENTRIES_MAX)
		return false;
	grown = realloc(table->entry, room * sizeof *grown);
	if (grown == NULL)
		return false;
	table->entry = grown;
	table->room = room;
	return true;
}

void
iss_table_learn(struct iss_table *table, estab_time time, const uint8_t *packet,
    uint32_t bytes)
{
	struct iss_entry entry = { .time = time };
	const uint8_t *const tcp = tcp_of(packet, bytes, &entry);

	if (tcp == NULL || (tcp[13] & 0x02) == 0 || !room_for_one(table))
		return;
	entry.from.port = (uint16_t)(tcp[0] << 8 | tcp[1]);
	entry.to.port = (uint16_t)(tcp[2] << 8 | tcp[3]);
	entry.iss = get32(tcp + 4);
	table->entry[table->count++] = entry;
}

bool
iss_table_find(const struct iss_table *table, estab_time time,
    const struct estab_endpoint *from, const struct estab_endpoint *to,
    uint32_t *iss)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct iss_entry *const entry = &table->entry[i];

		if (entry->time < time || !same(&entry->from, from) ||
		    !same(&entry->to, to))
			continue;
		*iss = entry->iss;
		return true;
	}
	return false;
}

void
iss_table_free(struct iss_table *table)
{
	free(table->entry);
	*table = (struct iss_table){ 0 };
}
