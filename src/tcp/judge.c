/* SPDX-License-Identifier: BSD-2-Clause
 *
 * judge.c - the verdicts the checks ask for.
 */
#include "tcp/judge.h"

/* RFC 9293 3.4, the four cases: length zero or not, window zero or not. */
bool
judge_sequence(const struct expectation *e, const struct segment *seg)
{
	if (seg->len == 0)
		return e->wnd == 0 ? seg->seq == e->nxt :
		                     seq_in(seg->seq, e->nxt, e->nxt + e->wnd);
	if (e->wnd == 0)
		return false;
	return seq_in(seg->seq, e->nxt, e->nxt + e->wnd) ||
	    seq_in(seg->seq + seg->len - 1, e->nxt, e->nxt + e->wnd);
}

/* A segment must carry what was agreed on, except a reset (3.2); what is
 * older than TS.Recent is an old duplicate (5.3 R1). */
enum estab_reason
judge_timestamp(const struct expectation *e, const struct segment *seg)
{
	if (!e->ts_on || seg->rst)
		return ESTAB_REASON_NONE;
	if (!seg->options.has_ts)
		return ESTAB_REASON_TS_MISSING;
	if (!e->ts_stale && seq_lt(seg->options.tsval, e->ts_recent))
		return ESTAB_REASON_PAWS;
	return ESTAB_REASON_NONE;
}

enum estab_reason
judge_reset(const struct expectation *e, const struct segment *seg)
{
	if (seg->seq == e->nxt)
		return ESTAB_REASON_RST_TAKEN;
	if (seq_in(seg->seq, e->nxt, e->nxt + e->wnd))
		return ESTAB_REASON_RST_CHALLENGED;
	return ESTAB_REASON_RST_OUTSIDE;
}

/* An ACK of numbers below the ISS is of bytes never sent, however large the
 * peer's window is (a ghost); after 2 GiB the ISS says nothing any more. */
static bool
before_iss(const struct send_space *snd, uint64_t acked,
    const struct segment *seg)
{
	return acked < (1u << 30) && seq_le(seg->ack, snd->iss);
}

enum estab_reason
judge_ack(const struct send_space *snd, uint64_t acked,
    const struct segment *seg)
{
	if (seg->ack != snd->una &&
	    seq_span(snd->una, seg->ack) <= seq_span(snd->una, snd->nxt))
		return ESTAB_REASON_ACK_ADVANCES;
	if (seq_gt(seg->ack, snd->una))
		return ESTAB_REASON_ACK_BEYOND;
	if (seq_lt(seg->ack, snd->una - snd->wnd_max) ||
	    before_iss(snd, acked, seg))
		return ESTAB_REASON_ACK_OLD;
	return ESTAB_REASON_ACK_REPEATED;
}
