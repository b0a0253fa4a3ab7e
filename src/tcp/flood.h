/* SPDX-License-Identifier: BSD-2-Clause
 *
 * flood.h - what is done with a SYN for a listener when there are many, and
 * the cookies that passive initial sequence numbers are.
 *
 * docs/syn-flood.md tells what each measure is good for.
 */
#ifndef TCP_FLOOD_H
#define TCP_FLOOD_H

#include "tcp/budget.h"
#include "tcp/tcb.h"

struct tcp;
struct arrival;
struct tuple;
struct segment;
struct identity;

struct flood {
	struct rates rates;    /* SYNs of a source */
	struct counts counts;  /* its connections */
	uint32_t counted;      /* those of all */
	struct budget surplus; /* answers above syn_acks_per_second, and
	                        * SYN+ACKs sent again */
	uint32_t stateless;    /* answered of late without a record, and not
	                       * heard of since: halves every 2^30 ns */
	int64_t halved;        /* now >> 30 when that was done last */
	enum estab_pressure pressure;
	estab_time cookies_until; /* after it no ACK is tried as a cookie */
};

/* What a SYN says that its cookie, or its record, remembers. */
enum {
	OFFER_WSCALE = 1,
	OFFER_TS = 2,
	OFFER_SACK = 4,
	OFFER_ECN = 8,
};
struct offer {
	uint16_t mss;   /* its option, or the default; never below MSS_MIN */
	uint8_t wscale; /* 0 .. 14 */
	uint8_t has;    /* OFFER_... */
};

/* ---- cookie.c ---- */
struct offer cookie_offer(const struct tcp *tcp, const struct arrival *a);
/* The same of an MSS option as it came (none: 0), where we speak these. */
static inline struct offer
cookie_limit(struct offer said, uint32_t spoken, uint16_t mss_default)
{
	said.has &= (uint8_t)spoken;
	if (said.mss == 0)
		said.mss = mss_default;
	else if (said.mss < MSS_MIN)
		said.mss = MSS_MIN;
	return said;
}
/* What we speak of OFFER_... */
uint32_t cookie_spoken(const struct tcp *tcp);
/* The initial sequence number of a passive open, whoever asks, and however
 * often: it depends on nothing but tuple, SYN, keys and epoch. */
uint32_t cookie_make(const struct tcp *tcp, const struct tuple *tuple,
    uint32_t irs, const struct offer *offer);
/* The time stamp of its SYN+ACK: the clock rounded down, the low bits tell
 * what the ISS has no room for. */
uint32_t cookie_tsval(const struct tcp *tcp, const struct tuple *tuple,
    const struct offer *offer);
/* ---- The same in steps, so that many are hashed at once ---- */
/* What cookies of one instant share. */
struct instant {
	const uint8_t *key, *stamp_key;
	uint32_t epoch, clock; /* of cookies; of time stamps */
};
struct instant cookie_now(const struct tcp *tcp);
/* The low octet of a cookie, unmasked, and what its time stamp tells. */
uint32_t cookie_bits(const struct instant *now, const struct offer *offer);
/* A cookie is made of the hash of a message: addresses and ports and the SYN's
 * number, who_bytes as they stand in its packet, and a tail, of which this
 * writes all but the bits at its end.  In network byte order, so that machines
 * of any kind agree; its length tells it from all else that is hashed under
 * the same key.  Returns its bytes. */
#define COOKIE_TAIL_BYTES 7u /* 23 and 47 in all: one word less to hash */
uint32_t cookie_message(const struct tcp *tcp, uint32_t who_bytes,
    uint32_t epoch, uint8_t *message);
/* The hashes of many messages. */
void cookie_hash(const struct tcp *tcp, const uint8_t key[16],
    const struct estab_messages *messages, uint64_t *hash);
static inline uint32_t
cookie_of(uint64_t hash, uint32_t bits)
{
	const uint32_t high = (uint32_t)hash & 0xffffff00u;

	return high | (bits >> 8 ^ high >> 24);
}
/* A clock, of its own origin, rounded down so that it tells the low bits. */
#define COOKIE_STAMP_BITS 0x3fu
static inline uint32_t
cookie_stamp(uint32_t clock, uint32_t bits)
{
	const uint32_t low = bits & COOKIE_STAMP_BITS;
	const uint32_t told = (clock & ~COOKIE_STAMP_BITS) | low;

	return low > (clock & COOKIE_STAMP_BITS) ?
	    told - (COOKIE_STAMP_BITS + 1) :
	    told;
}
/* Whether an arrival acknowledges a cookie of ours for the SYN before it;
 * then what that SYN offered, its mss and, without time stamps, its window
 * scale rounded down. */
bool cookie_open(struct tcp *tcp, const struct arrival *a, struct offer *offer);
/* From now on two epochs of 32 s: ACKs may bring cookies. */
void cookie_honour(struct tcp *tcp);
bool cookie_honoured(const struct tcp *tcp);

/* ---- flood.c ---- */
enum flood_verdict {
	FLOOD_RECORD, /* there is room for a record */
	FLOOD_COOKIE, /* to be answered without one */
	FLOOD_DROP,   /* counted, and its reason is set */
};
bool flood_init(struct tcp *tcp);
/* Any SYN to one of our addresses, whatever it meets, is counted, and may be
 * answered once unless its source gets too many answers: then some are, drawn
 * by lot.  False: its reason is set. */
bool flood_admits(struct tcp *tcp, struct arrival *a);
/* One that a listener would take; reuse: of a TIME-WAIT pair, which cannot do
 * without a record. */
enum flood_verdict flood_judge(struct tcp *tcp, const struct listener *l,
    struct arrival *a, bool reuse);
/* It was answered without a record; its ACK came. */
void flood_answered(struct tcp *tcp);
void flood_completed(struct tcp *tcp);
/* Whether some whose ACK has not come are out still. */
bool flood_expects(const struct tcp *tcp);
/* How often a SYN+ACK may be sent again just now; and whether one more may be
 * to this address (counted if not). */
int32_t flood_tries(struct tcp *tcp);
bool flood_repeats(struct tcp *tcp, const struct estab_address *to);
enum estab_pressure flood_pressure(const struct tcp *tcp);
/* What is on, as STATUS tells it. */
uint32_t flood_defences(const struct estab_config *config);
/* Connections that came from a source: one more, one less, too many. */
void flood_source_opened(struct tcp *tcp, struct tcb *t);
void flood_source_closed(struct tcp *tcp, struct tcb *t);
bool flood_source_full(struct tcp *tcp, const struct estab_address *source);

#endif
