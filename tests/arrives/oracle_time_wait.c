/* SPDX-License-Identifier: BSD-2-Clause
 *
 * oracle_time_wait.c - a segment for a connection in TIME-WAIT.
 *
 * RFC 9293 3.10.7.4 read for this state, with RFC 1337 (RST ignored), RFC
 * 6191 (reuse) and docs/deviations.md (an own procedure, since the first
 * check would keep the peer's FIN from the eighth).
 */
#include "oracle.h"

static void
answer_only(const struct oracle_connection *c, const char *clause,
    unsigned replies, struct oracle_answer *answer)
{
	const struct oracle_outcome o = oracle_unchanged(c, clause, replies);

	oracle_add(answer, &o);
}

/* 6191 2, whether a SYN may open the pair anew.  ORACLE_EITHER at RCV.NXT,
 * which 6191 admits and 9293 3.10.7.4 leaves to the window. */
static unsigned
newer(const struct oracle_connection *c, const struct segment *seg)
{
	const int32_t above = oracle_distance(c->rcv_nxt, seg->seq);
	unsigned by_number = ORACLE_EITHER;
	int32_t stamp;

	if (above != 0 && above != INT32_MIN)
		by_number = above > 0 ? ORACLE_NEW : ORACLE_OLD;
	if (!seg->options.has_ts)
		return by_number;
	if (!c->timestamps)
		return ORACLE_NEW;
	stamp = oracle_distance(c->ts_recent, seg->options.tsval);
	if (stamp == 0)
		return by_number;
	return stamp > 0 ? ORACLE_NEW : ORACLE_OLD;
}

static void
syn(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	const unsigned how = newer(c, seg);
	struct oracle_outcome o;

	if (seg->has_ack) {
		answer_only(c, "5961 4.2: SYN, challenge ACK", ORACLE_ACK,
		    answer);
		return;
	}
	if (seg->fin) {
		answer_only(c, "deviations: SYN with FIN",
		    ORACLE_ACK | ORACLE_QUIET, answer);
		return;
	}
	if (!c->listener) {
		/* A SYN that would be honoured may be refused at once. */
		answer_only(c, "5961 4.2: SYN for nobody",
		    how & ORACLE_NEW ? ORACLE_ACK | ORACLE_RST_ACK : ORACLE_ACK,
		    answer);
		return;
	}
	if (how & ORACLE_OLD)
		answer_only(c, "6191 2: a SYN not newer",
		    ORACLE_ACK | (c->timestamps ? ORACLE_QUIET : 0), answer);
	if (how & ORACLE_NEW) {
		o = oracle_unchanged(c, "6191 2: the pair is used again",
		    ORACLE_SYN_ACK);
		o.state = ESTAB_SYN_RECEIVED;
		o.rcv_nxt = seg->seq + 1;
		o.reused = true;
		o.snd_wnd = ORACLE_EITHER;
		o.dropped = false;
		oracle_add(answer, &o);
	}
}

/* The peer's FIN again: its number is the last before RCV.NXT. */
static bool
is_the_fin(const struct oracle_connection *c, const struct segment *seg)
{
	return seg->fin && seg->seq + seg->len == c->rcv_nxt;
}

static bool
acknowledges_sent(const struct oracle_connection *c, const struct segment *seg)
{
	const int32_t at = oracle_distance(c->snd_una, seg->ack);
	const int32_t iss = oracle_distance(c->snd_una, c->iss + 1);

	return at <= 0 && at >= iss && -(int64_t)at <= c->max_snd_wnd;
}

/* Neither SYN nor RST. */
static void
ordinary(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	struct oracle_outcome o =
	    oracle_unchanged(c, "3.10.7.4 first: not acceptable", ORACLE_ACK);

	if (seg->fin) {
		/* Only a FIN that is surely the peer's restarts 2 MSL; of the
		 * others it may be said either way. */
		o.restart = ORACLE_EITHER;
		if (is_the_fin(c, seg) && seg->has_ack &&
		    acknowledges_sent(c, seg)) {
			o.clause = "3.10.7.4 eighth: the FIN again";
			o.restart = ORACLE_NEW;
			o.dropped = false;
		}
	}
	if (oracle_acceptable(c, seg)) {
		o.clause = "3.10.7.4 seventh: text or FIN in TIME-WAIT";
		if (!seg->has_ack) {
			o.clause = "3.10.7.4 fifth: no ACK";
			o.replies = ORACLE_QUIET;
			if (seg->len > 0)
				o.replies |= ORACLE_ACK;
		} else if (!acknowledges_sent(c, seg)) {
			/* A record so small knows neither ISS nor
			 * MAX.SND.WND, so an old one may pass for good. */
			o.clause = "5961 5.2: ACK out of range";
			if (seg->len == 0 &&
			    oracle_distance(c->snd_nxt, seg->ack) <= 0)
				o.replies |= ORACLE_QUIET;
		} else if (seg->len == 0) {
			o.clause = "3.10.7.4 fifth: plain ACK";
			o.replies = ORACLE_QUIET;
		}
	}
	oracle_add(answer, &o);
}

void
oracle_time_wait(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	struct oracle_outcome o;

	if (seg->rst) {
		answer_only(c, "1337 3 F1: RST ignored", ORACLE_QUIET, answer);
		return;
	}
	if (seg->syn) {
		syn(c, seg, answer);
		return;
	}
	if (c->timestamps && !seg->options.has_ts) {
		answer_only(c, "7323 3.2: no time stamp", ORACLE_QUIET, answer);
		return;
	}
	if (c->timestamps &&
	    oracle_distance(c->ts_recent, seg->options.tsval) < 0) {
		o = oracle_unchanged(c, "7323 5.3 R1: PAWS", ORACLE_ACK);
		if (seg->fin)
			o.restart = ORACLE_EITHER;
		oracle_add(answer, &o);
		return;
	}
	ordinary(c, seg, answer);
}
