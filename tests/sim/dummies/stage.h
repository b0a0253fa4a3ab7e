/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stage.h - a world of two dummies: hosts that do as they are told.
 *
 * stage.c holds the world as it is, but for the three verbs it moves hosts
 * with: those are the dummies', so nothing of the host room is needed.
 */
#ifndef TESTS_SIM_DUMMIES_STAGE_H
#define TESTS_SIM_DUMMIES_STAGE_H

#include <estab/sim.h>

/* ---- Dummies ------------------------------------------------------------ */

#define SENDS_MAX 1000
#define ARRIVALS_MAX 4000
#define DUMMY_BYTES 3000

struct estab_host {
	estab_time now;
	struct estab_trace *trace;
	/* What it is told to send, and when */
	struct {
		estab_time at;
		uint8_t link;
		uint16_t segment_bytes;
		uint32_t bytes;
		const uint8_t *packet;
	} send[SENDS_MAX];
	uint32_t send_count, sent_count;
	estab_time timer;
	uint32_t timer_runs;
	bool wild;    /* always due, never has anything */
	bool endless; /* always has something */
	bool replies; /* to what arrives, at once */
	/* What it got */
	struct {
		estab_time at;
		uint32_t frame, bytes, sum;
		uint16_t segment_bytes, segment_count;
		uint8_t link, checksum;
		uint8_t packet[DUMMY_BYTES]; /* its beginning */
	} got[ARRIVALS_MAX];
	uint32_t got_count;
};

struct estab_host *new_dummy(struct estab_trace *trace);

/* Tell a host to send a segment of so much text at an instant, as a
 * super-segment if segment_bytes is not 0.  Returns the packet. */
const uint8_t *send_at(struct estab_host *host, estab_time at, uint32_t seq,
    uint32_t text, uint16_t segment_bytes);

/* ---- A world of two dummies --------------------------------------------- */

#define WORLD_BYTES ((size_t)512 * 1024)
#define RECORDS 8192

struct stage {
	struct estab_world *world;
	struct estab_host *host[2];
	struct estab_trace trace;
	int wire;
	void *memory;
};

/* Host 0's link 3 and host 1's link 5 are joined by a perfect wire. */
struct stage *new_stage(uint64_t seed);
void free_stage(struct stage *s);

void impair(struct stage *s, int direction, struct estab_impairment how);

/* As many steps as it takes; every frame is accounted for in the end. */
void run(struct stage *s);

struct estab_world_counts counts(const struct stage *s);

/* ---- Faults and taps ---------------------------------------------------- */

/* A picker that decides on one frame. */
struct script {
	uint32_t frame;
	struct estab_fate fate;
	uint32_t asked;
};

void pick_one(void *context, int wire, int direction, uint32_t frame,
    const uint8_t *packet, uint32_t bytes, struct estab_fate *fate);

/* What a tap saw. */
struct seen {
	uint32_t count;
	estab_time arrival[8];
	uint8_t fate[8];
	uint8_t packet[8][DUMMY_BYTES];
};

void see(void *context, int wire, int direction, uint32_t frame, estab_time now,
    estab_time arrival, uint8_t fate, const uint8_t *packet, uint32_t bytes);

#endif
