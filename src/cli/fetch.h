/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fetch.h - curl fetches something from estab nc: the two programs, the bytes
 * given to one and taken from the other, and what estab nc says meanwhile.
 */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>

#include <estab/estab.h>

#include "cli/child.h"

#define FETCH_TABLE_BYTES 2048

struct fetch {
	struct child nc, curl;
	int signals;
	bool interrupted;
	estab_time until; /* when the step under way has taken too long */
	/* The answer: a head and a body that nobody has seen before. */
	char head[128];
	uint8_t body[65536];
	uint64_t put;       /* bytes of both that nc has been given */
	uint64_t put_until; /* and may be given now */
	crypto_hash_sha256_state sent, got;
	uint64_t got_bytes; /* of the body, as curl hands it over */
	uint64_t got_until;
	/* What nc says: passed on, except for tables of states. */
	char line[512];
	size_t line_bytes;
	bool in_table;
	char table[FETCH_TABLE_BYTES];
	bool listening, table_whole;
};

/* From now on a step has its time again. */
void fetch_begin_step(struct fetch *fetch);

/* Let everybody go on a little.  False: interrupted, or the step has taken
 * too long. */
bool fetch_go_on(struct fetch *fetch);

/* Take what estab nc has said. */
void fetch_read_words(struct fetch *fetch);

#endif
