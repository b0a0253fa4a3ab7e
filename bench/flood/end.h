/* SPDX-License-Identifier: BSD-2-Clause
 *
 * end.h - a host with one address over IPv4, made for a measurement.
 */
#ifndef FLOOD_END_H
#define FLOOD_END_H

#include <estab/estab.h>

#define END_ARENA_BYTES ((size_t)256 << 20)

struct end {
	struct estab_host *host;
	struct estab_address address; /* 10.0.0.n */
	void *arena;
};

/* A host of these tunables (copy_sum is filled in, and crypto unless it is
 * given), not on any link.  Ends the program on failure. */
void end_make(struct end *end, uint8_t n, const struct estab_config *config,
    estab_time now);
/* It has been put on its link 0: its address, and everything is there. */
void end_join(const struct end *end);
void end_drop(struct end *end);

#endif
