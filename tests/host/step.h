/* SPDX-License-Identifier: BSD-2-Clause
 *
 * step.h - two hosts in step: one with its fast paths, one without.  What
 * goes into one goes into the other, and all that can be seen of them must be
 * equal: frames out, traces, counters.
 */
#ifndef TESTS_HOST_STEP_H
#define TESTS_HOST_STEP_H

#include <estab/sim.h>

#include "wire/segment.h"

#define STEP_BATCH 48u
#define STEP_ROOM 400u
#define STEP_PORT 80 /* of the listener */

/* A SYN+ACK that left, as its client sees it. */
struct step_shake {
	struct estab_address client, server;
	uint16_t client_port, server_port;
	uint32_t seq, ack; /* of what answers it */
	uint32_t tsecr;
	bool has_ts;
};

struct step {
	struct estab_host *host[2];
	struct estab_trace trace[2];
	void *arena[2], *world_memory[2];
	estab_conn listener[2];
	uint64_t state; /* of the generator */
	estab_time now;
	bool ethernet;
	/* the batch to come */
	struct estab_frame frame[STEP_BATCH];
	uint8_t packet[STEP_BATCH][STEP_ROOM];
	uint32_t count;
	struct step_shake shake[64]; /* the last ones */
	uint32_t shakes;
};

/* All that a seed decides: configurations, links, listeners.  Any difference
 * between the two fails the test. */
struct step *step_create(uint64_t seed);
void step_free(struct step *s);
/* The batch goes in, and what both then owe comes out. */
void step_batch(struct step *s);
/* 0 .. n - 1; 1 in n. */
uint32_t step_any(struct step *s, uint32_t n);
bool step_one_in(struct step *s, uint32_t n);
/* 10.0.0.n or fd00::n. */
struct estab_address step_address(uint8_t version, uint8_t n);

#endif
