/* SPDX-License-Identifier: BSD-2-Clause
 *
 * judge.h - the verdicts the checks ask for (RFC 9293 3.10.7.4, RFC 5961,
 * RFC 7323).  They look at numbers and a segment and change nothing, so that
 * a half-open record, a TCB and whoever explains a capture ask the same.
 */
#ifndef TCP_JUDGE_H
#define TCP_JUDGE_H

#include "tcp/tcp.h"

/* What we expect of the peer: RCV.NXT, RCV.WND and what PAWS holds. */
struct expectation {
	uint32_t nxt, wnd;
	uint32_t ts_recent;
	bool ts_on, ts_stale; /* stale: too old to compare with (7323 5.5) */
};

/* First: is any part of the segment inside the window? */
bool judge_sequence(const struct expectation *e, const struct segment *seg);

/* + RFC 7323 3.2, 5.3.  NONE: passes; else PAWS or TS_MISSING. */
enum estab_reason judge_timestamp(const struct expectation *e,
    const struct segment *seg);

/* Second, + RFC 5961 3.2: RST_TAKEN, RST_CHALLENGED or RST_OUTSIDE. */
enum estab_reason judge_reset(const struct expectation *e,
    const struct segment *seg);

/* Fifth, + RFC 5961 5.2: ACK_ADVANCES, ACK_REPEATED (una itself or a little
 * before), ACK_OLD, ACK_BEYOND. */
enum estab_reason judge_ack(const struct send_space *snd, uint64_t acked,
    const struct segment *seg);

#endif
