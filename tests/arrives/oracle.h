/* SPDX-License-Identifier: BSD-2-Clause
 *
 * oracle.h - what must happen when a segment arrives.
 *
 * A second reading of RFC 9293 3.10.7, of RFC 5961, 7323, 1337 and 6191, and
 * of docs/deviations.md: a function from what an observer on the wire knows
 * of a connection, and a segment, to the outcomes that are right.  It shares
 * nothing with the library but struct segment, and was written from the texts
 * alone, so that an error must be made twice to stay unseen.
 *
 * Where the texts leave freedom (an ACK now or delayed, text of a SYN+ACK
 * taken or left) there are several outcomes; seeing any one of them, whole,
 * is right.
 */
#ifndef ARRIVES_ORACLE_H
#define ARRIVES_ORACLE_H

#include "wire/segment.h"

/* What an observer knows of a connection before the segment. */
struct oracle_connection {
	enum estab_state state; /* LISTEN: no record of this pair */
	bool passive;           /* came from LISTEN */
	bool listener;          /* somebody listens on the local port */
	bool orphan;            /* its program has let go of it */
	bool syn_again;         /* our SYN left more than once, or as SYN+ACK */

	uint32_t iss, snd_una, snd_nxt, snd_wnd, snd_wl1, snd_wl2;
	uint32_t max_snd_wnd; /* RFC 5961 5.2 */
	uint8_t snd_wnd_shift;
	bool fin_sent; /* and then it is at SND.NXT - 1 */

	uint32_t irs, rcv_nxt, rcv_wnd;

	bool held; /* text beyond a hole: held_first .. held_end - 1 */
	uint32_t held_first, held_end;

	bool timestamps;
	uint32_t ts_recent;
};

/* Answers, as a set. */
#define ORACLE_QUIET 0x01u   /* nothing, and nothing owed */
#define ORACLE_OWED 0x02u    /* nothing yet, but an ACK within its delay */
#define ORACLE_ACK 0x04u     /* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
#define ORACLE_SYN_ACK 0x08u /* <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> */
#define ORACLE_RST 0x10u     /* <SEQ=SEG.ACK><CTL=RST> */
#define ORACLE_RST_ACK 0x20u /* <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK> */

/* Of two things either or both may be right. */
#define ORACLE_OLD 0x01u
#define ORACLE_NEW 0x02u
#define ORACLE_EITHER (ORACLE_OLD | ORACLE_NEW)

struct oracle_outcome {
	const char *clause;
	enum estab_state state; /* after; CLOSED or LISTEN: no record is left */
	unsigned replies;       /* one of these, and never two segments */
	bool opens_again;       /* but for our SYN, the same behind it */
	uint32_t snd_una, rcv_nxt;
	uint32_t held_bytes; /* text beyond a hole, after */
	bool fin_held;       /* and a FIN there, or beyond */
	bool contradicts;    /* a FIN below text that is held: held_bytes and
	                      * what fills the hole later are anybody's guess */
	bool resets;         /* the RST is the connection's own, of 3.10.5:
	                      * <SEQ=SND.NXT><ACK=RCV.NXT> */
	bool reused;         /* TIME-WAIT ended: IRS, ISS are new */
	bool synchronizes;   /* IRS and what the options agree on are this
	                      * segment's, not those of before */
	unsigned snd_wnd;    /* ORACLE_NEW: SEG.WND */
	unsigned echo;       /* ORACLE_NEW: TS.Recent is SEG.TSval */
	unsigned restart;    /* TIME-WAIT: ORACLE_NEW: 2 MSL from now */
	int error;           /* what the program is told */
	int64_t urgent;      /* bytes of urgent data ahead; -1: any number */
	bool dropped;        /* nothing of the segment was taken: as if it had
	                      * never come, but for the answer */
};

#define ORACLE_OUTCOMES 6

struct oracle_answer {
	struct oracle_outcome outcome[ORACLE_OUTCOMES];
	int count;
};

void oracle_arrives(const struct oracle_connection *c,
    const struct segment *seg, struct oracle_answer *answer);

/* Parts of it, in the order of the RFC; each fills the whole answer. */
void oracle_no_record(const struct oracle_connection *c,
    const struct segment *seg, struct oracle_answer *answer); /* 3.10.7.1, 2 */
void oracle_syn_sent(const struct oracle_connection *c,
    const struct segment *seg, struct oracle_answer *answer); /* 3.10.7.3 */
/* Of that, a SYN with an ACK of our SYN. */
void oracle_syn_ack(const struct oracle_connection *c,
    const struct segment *seg, struct oracle_answer *answer);
void oracle_other(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer); /* 3.10.7.4 */
void oracle_time_wait(const struct oracle_connection *c,
    const struct segment *seg, struct oracle_answer *answer); /* 1337, 6191 */

/* The fifth step.  True: go on with the sixth; false: that was it. */
bool oracle_fifth_syn_received(const struct oracle_connection *c,
    const struct segment *seg, struct oracle_outcome *o);
bool oracle_fifth(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_outcome *o);

/* The sixth, seventh and eighth steps, on a connection as the fifth left it
 * in before.  Adds outcomes. */
void oracle_text_and_fin(const struct oracle_connection *c,
    const struct segment *seg, const struct oracle_outcome *before,
    struct oracle_answer *answer);

/* Whether it is the SYN+ACK of an active opening whose peer another SYN gave
 * itself out to be (a deviation; see oracle_other.c). */
bool oracle_supersedes(const struct oracle_connection *c,
    const struct segment *seg);

/* Tools. */
struct oracle_outcome oracle_unchanged(const struct oracle_connection *c,
    const char *clause, unsigned replies);
void oracle_add(struct oracle_answer *answer,
    const struct oracle_outcome *outcome);
int32_t oracle_distance(uint32_t from, uint32_t to); /* to - from, signed */
bool oracle_in_window(const struct oracle_connection *c, uint32_t number);
bool oracle_acceptable(const struct oracle_connection *c,
    const struct segment *seg);

#endif
