/* SPDX-License-Identifier: BSD-2-Clause
 *
 * mould.h - a bench brought into one of the eleven states by real segments
 * and calls, and what an observer then knows of it.
 */
#ifndef ARRIVES_MOULD_H
#define ARRIVES_MOULD_H

#include "bench.h"
#include "oracle.h"

#define MOULD_TEXT 40u    /* text of the segments of a grid */
#define MOULD_SUPER 1200u /* of those of a super-segment: two */
#define MOULD_HOLE 30u    /* with .hole: RCV.NXT + 30 .. + 129 are held */
#define MOULD_HELD 100u
#define MOULD_FLIGHT 1000u /* text in flight in most states */
#define MOULD_RTO_WAIT (21 * ESTAB_SECOND)

/* Which time stamp the segment of a case has. */
enum mould_stamp {
	STAMP_NONE, /* the connection has none, nor has the segment */
	STAMP_NEWER,
	STAMP_OLDER, /* PAWS */
	STAMP_MISSING,
	STAMP_STRAY, /* not agreed on, but there: to be ignored */
};

/* The window it offers. */
enum mould_wnd {
	WND_LARGER,
	WND_SAME, /* SND.WND stays, so header prediction may take the segment */
	WND_ZERO,
};

/* The history of a connection, all that is not said by its state. */
struct mould_setting {
	const char *name;
	bool passive;     /* the host listened (and still does) */
	bool long_life;   /* more text acknowledged than MAX.SND.WND */
	bool zero_window; /* the program does not read, RCV.WND is 0 */
	bool hole;        /* text beyond a hole is held */
	bool unsent;      /* the peer's window is full, text waits */
	bool released;    /* the program has let go of it */
	bool timed_out;   /* what is in flight was sent again after an RTO */
	bool stranger;    /* a SYN that was not the peer's crossed ours first */
	bool unlike; /* a SYN of a case offers what the one before did not */
	enum mould_wnd wnd;
	bool super;    /* text comes as a super-segment of two */
	bool climb;    /* header prediction is off */
	uint8_t shift; /* window scale of the peer */
	enum mould_stamp stamp;
};

struct mould {
	struct bench *bench;
	struct oracle_connection known;
	struct estab_status status;
};

/* The peer's side, while it plays its part. */
struct mould_peer {
	struct bench *b;
	uint32_t nxt;   /* the next number it sends */
	uint32_t acked; /* up to where it has acknowledged ours */
};

/* The peer's next segment. */
void mould_say(struct mould_peer *p, uint8_t flags, uint32_t text_len);

/* Open up to a state; from ESTABLISHED on, to ESTABLISHED. */
void mould_open_active(struct mould_peer *p, const struct mould_setting *s,
    enum estab_state state);
void mould_open_passive(struct mould_peer *p, enum estab_state state);

/* Fill in known and status: what was seen, and what the host says of itself,
 * which must be the same. */
void mould_know(struct mould *m, const struct mould_setting *setting,
    enum estab_state state, const struct mould_peer *peer);

/* base and irs are where the numbers begin: the host's ISS is chosen so that
 * what is in flight lies about base. */
void mould_make(struct mould *m, const struct mould_setting *setting,
    enum estab_state state, int family, uint32_t base, uint32_t irs);
void mould_break(struct mould *m);

/* A case's segment: the setting's time stamp, a window of its own. */
struct segment mould_segment(const struct mould *m,
    const struct mould_setting *setting, uint8_t flags, uint32_t seq,
    uint32_t ack, uint32_t text_len);

#endif
