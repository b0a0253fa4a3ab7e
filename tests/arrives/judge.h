/* SPDX-License-Identifier: BSD-2-Clause
 *
 * judge.h - what was seen after a segment, held against the oracle's answer.
 */
#ifndef ARRIVES_JUDGE_H
#define ARRIVES_JUDGE_H

#include "mould.h"

/* What was seen at the instant of arrival. */
struct seen {
	struct estab_status after;
	unsigned reply;            /* one ORACLE_ answer, as its form says */
	int control_count;         /* segments without text */
	int text_count;            /* segments with */
	struct bench_sent control; /* the last of them */
	int syn_count;             /* a SYN alone is no answer: ours, again */
	uint32_t syn_seq;
	uint32_t snd_end; /* first number beyond all text sent */
	bool ack_owed;
	unsigned events; /* conditions an event told of */
	bool event;
	int error;           /* of the event, or of the handle's status */
	uint32_t read_bytes; /* all the program ever read */
	int64_t urgent;
};

/* One segment arrives at a cast of the mould. */
void judge_watch(struct bench *b, const struct mould *m,
    const struct segment *seg, struct seen *seen);

/* NULL, or the first thing about it that no outcome allows.  *match is the
 * outcome it fits (or came nearest to). */
const char *judge_compare(const struct bench *b, const struct mould *m,
    const struct segment *seg, const struct seen *seen,
    const struct oracle_answer *answer, const struct oracle_outcome **match);

/* NULL, or what of the answer an outcome does not allow. */
const char *judge_replies(const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o);

/* The peer's next segment, and what follows from it. */
void life_say(struct bench *b, uint8_t flags, uint32_t text_len);

/* Back in SYN-SENT, our SYN goes again as it left first, when the timer it
 * had before says so and no sooner (6298 5.4).  NULL, or what went wrong. */
const char *life_syn_goes_again(struct bench *b, const struct mould *m);

/* Open what is not open yet: the segments that the state waits for. */
void life_opens(struct bench *b, const struct mould *m);

/* The connection goes on after the case: text both ways, and a regular end.
 * NULL, or what went wrong. */
const char *life_goes_on(struct bench *b, const struct mould *m,
    const struct segment *seg, const struct oracle_outcome *outcome);

#endif
