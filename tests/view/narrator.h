/* SPDX-License-Identifier: BSD-2-Clause
 *
 * narrator.h - tells a trace record by record, and keeps what each repeats:
 * time, endpoints, states, memory.
 */
#ifndef TESTS_VIEW_NARRATOR_H
#define TESTS_VIEW_NARRATOR_H

#include "stories.h"

#define A 1
#define B 2
#define DELAY (10 * ESTAB_MS)

#define TCB_BYTES 448
#define HALF_OPEN_BYTES 80
#define TIME_WAIT_BYTES 88
#define LISTENER_BYTES 128

#define SEQ_X STORY_X
#define SEQ_Y STORY_Y

struct narrator {
	struct story *story;
	estab_time now;
	uint16_t port; /* A's */
	uint32_t frame;
	uint8_t state[3];
	uint32_t memory[3];
	bool wires;
};

struct seg {
	uint8_t flags;
	uint32_t seq, ack, text;
};

/* SYN, SYN+ACK and the third segment of the handshake. */
extern const struct seg narrate_syn, narrate_syn_ack, narrate_third;

struct narrator narrate_begin(struct story *story);
void narrate_wait(struct narrator *n, int64_t ns);

struct estab_record *narrate_record(struct narrator *n,
    enum estab_record_type type, uint8_t host);
void narrate_state(struct narrator *n, uint8_t host, enum estab_state after,
    enum estab_reason reason, uint32_t memory);
void narrate_note(struct narrator *n, enum estab_record_type type, uint8_t host,
    enum estab_reason reason);

/* A segment leaves, and its wire does something to it; returns the frame's
 * number, with which it arrives. */
uint32_t narrate_fated(struct narrator *n, uint8_t host,
    enum estab_reason reason, struct seg seg, uint8_t fate);
uint32_t narrate_leaves(struct narrator *n, uint8_t host,
    enum estab_reason reason, struct seg seg);
void narrate_arrives(struct narrator *n, uint8_t host, enum estab_reason reason,
    struct seg seg, uint32_t frame);

/* Pieces many stories have. */
void narrate_listen(struct narrator *n);
void narrate_connect(struct narrator *n);
void narrate_syn_arrives(struct narrator *n, uint32_t frame);
void narrate_syn_ack_arrives(struct narrator *n, uint32_t frame);
void narrate_third_arrives(struct narrator *n, uint32_t frame);
void narrate_open(struct narrator *n);

#endif
