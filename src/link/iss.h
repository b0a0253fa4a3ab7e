/* SPDX-License-Identifier: BSD-2-Clause
 *
 * iss.h - the sequence numbers that connections of a capture began with.
 *
 * What a peer in a capture acknowledges are numbers of the host that it spoke
 * with then.  A host in that one's place must begin with the same.
 */
#ifndef LINK_ISS_H
#define LINK_ISS_H

#include <estab/estab.h>

struct iss_entry {
	struct estab_endpoint from, to;
	uint32_t iss;
	estab_time time;
};

/* Zero it. */
struct iss_table {
	struct iss_entry *entry; /* in the order of time */
	size_t count, room;
};

/* Take note of an IP packet, if it is a SYN.  Without memory, or beyond a
 * million of them, it is not noted. */
void iss_table_learn(struct iss_table *table, estab_time time,
    const uint8_t *packet, uint32_t bytes);

/* The first that a connection begins with from that time on. */
bool iss_table_find(const struct iss_table *table, estab_time time,
    const struct estab_endpoint *from, const struct estab_endpoint *to,
    uint32_t *iss);

void iss_table_free(struct iss_table *table);

#endif
