/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pair.h - two hosts back to back in memory, 0 and 1, each with one address
 * of either family, and a clock that is only moved by hand.
 *
 * The link between them does what a TUN device does: it copies each frame
 * once, completes its checksum in the same pass, and vouches for nothing on
 * the other side.
 */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

#include <estab/estab.h>

#include "ring.h"

#define PAIR_BATCH 64 /* frames that a device reads or writes at once */

struct pair {
	struct estab_host *host[2];
	struct ring ring[2]; /* what host n sent */
	estab_time now;
	estab_copy_sum copy_sum;
	uint64_t packets[2]; /* that host n sent */
};

/* Make both hosts of this config (NULL: the defaults; crypto and copy_sum are
 * filled in), each in an arena of its own.  Ends the program on failure. */
void pair_make(struct pair *pair, const struct estab_config *config,
    size_t arena_bytes);
/* Give the arenas back. */
void pair_end(struct pair *pair, size_t arena_bytes);

/* Carry up to a batch of frames from host n to the other.  Returns how many. */
int pair_carry(struct pair *pair, int n);
/* Carry both ways until both are silent, without moving the clock. */
void pair_quiesce(struct pair *pair);
/* Move the clock to the next deadline of either host.  Ends the program when
 * there is none: then nothing will ever happen again. */
void pair_wait(struct pair *pair);

/* Host n's endpoint with this port. */
struct estab_endpoint pair_endpoint(int n, bool v6, uint16_t port);
/* Ends the program, saying what, unless result is >= 0. */
int64_t pair_must(int64_t result, const char *what);

#endif
