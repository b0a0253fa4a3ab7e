/* SPDX-License-Identifier: BSD-2-Clause
 *
 * oracle_other.c - RFC 9293 3.10.7.4, first to fifth, for SYN-RECEIVED to
 * LAST-ACK, with RFC 5961 and 7323 in their places.
 */
#include "oracle.h"

static void
answer_only(const struct oracle_connection *c, const char *clause,
    unsigned replies, struct oracle_answer *answer)
{
	const struct oracle_outcome o = oracle_unchanged(c, clause, replies);

	oracle_add(answer, &o);
}

/* + RFC 7323 3.2 and 5.3.  True: that was it. */
static bool
paws(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	/* A half-open record may take the peer's own SYN for what it is. */
	const bool syn_again = c->state == ESTAB_SYN_RECEIVED && c->passive &&
	    seg->syn && seg->seq == c->irs;
	struct oracle_outcome o;

	if (!c->timestamps || seg->rst)
		return false;
	if (seg->options.has_ts &&
	    oracle_distance(c->ts_recent, seg->options.tsval) >= 0)
		return false;
	o = oracle_unchanged(c, "7323 3.2: no time stamp", ORACLE_QUIET);
	if (seg->syn)
		/* 5961 4.2 would have a SYN challenged, whatever it is. */
		o.replies |= ORACLE_ACK;
	if (seg->options.has_ts) {
		o.clause = "7323 5.3 R1: PAWS";
		o.replies = ORACLE_ACK;
	}
	if (syn_again)
		o.replies |= ORACLE_SYN_ACK;
	o.echo = ORACLE_OLD;
	oracle_add(answer, &o);
	return true;
}

/* SYN-RECEIVED, and the SYN that led there comes again.  True: that was it.
 *
 * Passive: the same SYN+ACK again.  Active: its SYN+ACK may be what ends a
 * simultaneous open (3.5 figure 7, A.2), though the first check rejects it. */
static bool
syn_again(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	struct oracle_outcome o;

	if (c->state != ESTAB_SYN_RECEIVED || seg->seq != c->irs || !seg->syn ||
	    seg->rst)
		return false;
	if (c->passive) {
		o = oracle_unchanged(c, "deviations: the same SYN+ACK again",
		    ORACLE_SYN_ACK);
		if (seg->has_ack || seg->fin)
			o.replies |= ORACLE_ACK | ORACLE_QUIET;
		oracle_add(answer, &o);
		return true;
	}
	o = oracle_unchanged(c, "3.10.7.4 first: the peer's SYN again",
	    ORACLE_ACK);
	oracle_add(answer, &o);
	if (!seg->has_ack || seg->ack != c->snd_nxt)
		return true;
	o.clause = "3.5 figure 7: simultaneous open ends";
	o.state = ESTAB_ESTABLISHED;
	o.replies = ORACLE_QUIET | ORACLE_ACK | ORACLE_OWED;
	o.snd_una = seg->ack;
	o.snd_wnd = ORACLE_EITHER;
	o.dropped = false;
	oracle_add(answer, &o);
	return true;
}

/* An active opening in SYN-RECEIVED: a SYN without ACK crossed ours (3.5
 * figure 7), and nothing says yet that who sent it has seen ours. */
static bool
is_crossed(const struct oracle_connection *c)
{
	return c->state == ESTAB_SYN_RECEIVED && !c->passive;
}

static bool
acknowledges_our_syn(const struct oracle_connection *c,
    const struct segment *seg)
{
	return seg->has_ack && seg->ack == c->iss + 1;
}

/* A deviation: by 3.10.7.4 (first; or fourth, with 5961 4.2) such a SYN+ACK is
 * answered with an ACK of the SYN before, for which its sender must reset us
 * (3.5.2, group 2).
 *
 * Whoever knows the ports can forge the SYN that crossed ours; only who has
 * seen ours can acknowledge it.  So this is the peer, and the SYN before was
 * somebody else's.  It is taken as in SYN-SENT, whatever that one left behind:
 * no PAWS (7323 5.3), which would measure it by a stranger's clock. */
bool
oracle_supersedes(const struct oracle_connection *c, const struct segment *seg)
{
	return is_crossed(c) && seg->syn && !seg->rst && !seg->fin &&
	    acknowledges_our_syn(c, seg) && seg->seq != c->irs;
}

/* A deviation: 3.10.7.4 second, and 3.5.3, have the opening refused.
 *
 * Whoever forged the SYN that crossed ours knows RCV.NXT; and an honest peer
 * that never sent it resets our SYN+ACK just so, as in 3.5 figure 8.  There
 * the end that was deceived returns to LISTEN, where it came from; this one
 * returns to SYN-SENT (3.5: in neither state is it synchronized), and its SYN
 * goes on as if nothing had crossed it.  Only a reset that would count in
 * SYN-SENT, by an ACK of our SYN, ends the opening. */
static void
reset_crossed(const struct oracle_connection *c, struct oracle_answer *answer)
{
	struct oracle_outcome o = oracle_unchanged(c,
	    "deviations: RST at RCV.NXT, the SYN before is forgotten",
	    ORACLE_QUIET);

	o.state = ESTAB_SYN_SENT;
	o.dropped = false;
	oracle_add(answer, &o);
}

/* Second: RST at RCV.NXT, otherwise. */
static void
reset(const struct oracle_connection *c, struct oracle_answer *answer)
{
	struct oracle_outcome o = oracle_unchanged(c,
	    "3.10.7.4 second: RST at RCV.NXT", ORACLE_QUIET);

	o.dropped = false;
	o.state = ESTAB_CLOSED;
	if (c->state == ESTAB_SYN_RECEIVED && c->passive)
		o.state = ESTAB_LISTEN;
	else if (c->state == ESTAB_SYN_RECEIVED)
		o.error = ESTAB_ECONNREFUSED;
	else
		o.error = ESTAB_ECONNRESET;
	oracle_add(answer, &o);
	if (c->state == ESTAB_CLOSING || c->state == ESTAB_LAST_ACK) {
		/* Here the RFC signals nothing. */
		o.error = 0;
		oracle_add(answer, &o);
	}
}

static void
second_rst(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	if (seg->seq == c->rcv_nxt && is_crossed(c) &&
	    !acknowledges_our_syn(c, seg))
		reset_crossed(c, answer);
	else if (seg->seq == c->rcv_nxt)
		reset(c, answer);
	else if (oracle_in_window(c, seg->seq))
		answer_only(c, "5961 3.2: RST in the window", ORACLE_ACK,
		    answer);
	else
		answer_only(c, "5961 3.2: RST outside", ORACLE_QUIET, answer);
}

/* With a zero window, what begins at RCV.NXT is not acceptable if it takes
 * any number, but its ACK counts (3.10.7.4 first, "special allowance"). */
static void
zero_window(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	struct oracle_outcome o =
	    oracle_unchanged(c, "3.10.7.4 first: zero window", ORACLE_ACK);

	if (seg->has_ack && !seg->syn && oracle_fifth(c, seg, &o)) {
		o.clause = "3.10.7.4 first: zero window, ACK honoured";
		o.replies = ORACLE_ACK;
		if (o.state == ESTAB_CLOSED)
			o.replies |= ORACLE_QUIET;
	}
	if (seg->urg)
		o.urgent = -1;
	oracle_add(answer, &o);
}

void
oracle_other(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	struct oracle_outcome o =
	    oracle_unchanged(c, "3.10.7.4 fifth: no ACK", ORACLE_QUIET);
	bool go_on;

	if (oracle_supersedes(c, seg)) {
		oracle_syn_ack(c, seg, answer);
		return;
	}
	if (paws(c, seg, answer) || syn_again(c, seg, answer))
		return;
	if (seg->rst) {
		/* The first check drops it or lets it pass, silently. */
		second_rst(c, seg, answer);
		return;
	}
	if (!oracle_acceptable(c, seg)) {
		if (c->rcv_wnd == 0 && seg->seq == c->rcv_nxt)
			zero_window(c, seg, answer);
		else
			answer_only(c, "3.10.7.4 first: not acceptable",
			    ORACLE_ACK, answer);
		return;
	}
	if (seg->syn) {
		/* A passive open too (deviations): no return to LISTEN. */
		answer_only(c, "5961 4.2: SYN, challenge ACK", ORACLE_ACK,
		    answer);
		return;
	}
	if (!seg->has_ack) {
		oracle_add(answer, &o);
		return;
	}
	if (c->state == ESTAB_SYN_RECEIVED)
		go_on = oracle_fifth_syn_received(c, seg, &o);
	else
		go_on = oracle_fifth(c, seg, &o);
	if (!go_on || o.state == ESTAB_CLOSED) {
		oracle_add(answer, &o);
		return;
	}
	oracle_text_and_fin(c, seg, &o, answer);
}
