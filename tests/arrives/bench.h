/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bench.h - one host on the bench, and its peer, who is the test.
 *
 * The host is moved with the public calls only.  The peer is no TCP: the
 * test writes each of its segments, and reads each that the host sends.
 * Both streams are known: byte n of a stream is a function of n, so a byte
 * in the wrong place is seen at once.
 *
 * A prepared bench is the mould of many cases: bench_cast copies host and
 * knowledge into another bench, and a case can be run, and run again.
 */
#ifndef ARRIVES_BENCH_H
#define ARRIVES_BENCH_H

#include <estab/trace.h>
#include "wire/segment.h"

#define BENCH_RECEIVE_BYTES 6000u /* the host's largest window */
#define BENCH_PEER_WND 4000u      /* the peer's */
#define BENCH_MSS 1000u           /* the peer's MSS option */
#define BENCH_PORT 80u
#define BENCH_PEER_PORT 1025u

struct bench {
	struct estab_host *host;
	void *arena;
	estab_time now;
	int family; /* 4 or 6 */
	struct estab_endpoint local, remote;
	estab_conn conn, listener;   /* 0: none */
	uint32_t iss, irs;           /* what the host and the peer begin with */
	struct bench_script *script; /* shared by a mould and its casts */
	struct bench_script *start;  /* what it was when the mould was made */

	/* The peer */
	bool timestamps;     /* its SYN has the option */
	uint8_t shift;       /* window scale of its SYN; 0: no option */
	uint32_t tsval;      /* its time-stamp clock */
	uint32_t tsecr;      /* newest TSval of the host's */
	uint32_t max_wnd;    /* largest it ever offered */
	uint32_t right_edge; /* of the window the host offers it */

	/* What the host's program and the host did */
	uint32_t sent_bytes;
	struct tcp_options syn;  /* of its last SYN without ACK */
	uint64_t log;            /* hash of all it sent */
	uint64_t received_bytes; /* text the program read */
	const char *fault;       /* the first thing that was wrong, or NULL */
};

/* Text outside first .. end - 1, or inside hole_first .. hole_end - 1, is
 * not what the peer's stream has there: nobody may read it. */
struct bench_genuine {
	uint32_t first, end;
	uint32_t held_first, held_end;
};

/* One segment the host sent. */
struct bench_sent {
	struct segment seg;
	uint32_t right_edge; /* SEG.ACK + SEG.WND (the host scales by 0); 0
	                      * without ACK */
};
#define BENCH_SENT_MAX 16

/* Make the host: address, route, a scripted ISS.  iss and irs are used for
 * the first connection; any later ISS is the host's own choice. */
struct bench *bench_new(int family, uint32_t iss, uint32_t irs,
    bool prediction);
void bench_free(struct bench *b);

/* Copy the mould into b, which bench_new_cast made of it.  With a trace the
 * copy records into it. */
struct bench *bench_new_cast(const struct bench *mould);
void bench_cast(struct bench *b, const struct bench *mould,
    struct estab_trace *trace);

/* A segment of the peer's, with ports filled in, len computed and, where the
 * connection has time stamps, the option. */
struct segment bench_segment(const struct bench *b, uint8_t flags, uint32_t seq,
    uint32_t ack, uint32_t text_len);

/* It arrives.  genuine NULL: all its text is. */
void bench_arrives(struct bench *b, const struct segment *seg,
    const struct bench_genuine *genuine);
/* Raw header bytes in place of built ones: for options that make no sense. */
void bench_arrives_raw(struct bench *b, const uint8_t *transport,
    uint32_t bytes);

/* What leaves now.  Returns how many; frames that are not intact, not ours
 * or carry wrong bytes are a fault. */
int bench_leaves(struct bench *b, struct bench_sent *sent);
/* The same, where nobody looks. */
void bench_drain(struct bench *b);

void bench_wait(struct bench *b, int64_t ns); /* and what is due leaves */

/* The program */
void bench_connect(struct bench *b);
void bench_listen(struct bench *b);
bool bench_accept(struct bench *b);
void bench_send(struct bench *b, uint32_t bytes); /* next of our stream */
uint32_t bench_read(struct bench *b);             /* a wrong byte is a fault */

/* The record of the pair, whatever it is.  state is CLOSED, or LISTEN where
 * somebody listens, when there is none. */
struct estab_status bench_status(const struct bench *b);

void bench_fault(struct bench *b, const char *what);

#endif
