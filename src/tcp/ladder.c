/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ladder.c - a segment arrives in SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1,
 * FIN-WAIT-2, CLOSE-WAIT, CLOSING or LAST-ACK: the eight checks of RFC 9293
 * 3.10.7.4, in its order, one function each.  The first five, which say whether
 * it is to be believed and what it acknowledges, stand here; the last three,
 * which take what it brings, in content.c.
 *
 * Each returns whether the next check is to be made.  What other RFCs add is
 * marked with a plus.
 */
#include "tcp/content.h"
#include "tcp/judge.h"
#include "tcp/tcp.h"

#define TS_STALE_MS (24u * 86400u * 1000u) /* RFC 7323 5.5 */

static struct expectation
expect(const struct tcp *tcp, const struct tcb *t)
{
	return (struct expectation){
		.nxt = t->rcv.nxt,
		.wnd = seq_lt(t->rcv.nxt, t->rcv.edge) ?
		    seq_span(t->rcv.nxt, t->rcv.edge) :
		    0,
		.ts_recent = t->ts_recent,
		.ts_on = t->ts_on,
		.ts_stale = tcp->now_ms - t->ts_recent_ms > TS_STALE_MS,
	};
}

/* No farther from the window than it is wide: its peer may have sent it. */
static bool
is_near(const struct tcb *t, const struct segment *seg)
{
	const uint32_t limit = t->options.receive_limit;
	const uint32_t wide = limit > UINT16_MAX ? limit : UINT16_MAX;

	return seq_span(t->rcv.nxt - wide, seg->seq) < 2 * wide;
}

/* An ACK in answer to what was not acceptable.  Text or FIN may be the
 * peer's repair of a lost ACK and is always answered; an empty segment no
 * more often than a challenge, so that two ends cannot keep each other
 * busy (RFC 5961 7).  Nor what no peer would repair: for each such segment a
 * stranger forged our peer would have a duplicate ACK, and send less. */
static void
acknowledge_unacceptable(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	const enum estab_reason verdict = a->reason;

	if ((a->seg.text_len > 1 || a->seg.fin) && is_near(t, &a->seg)) {
		ack_reply(tcp, t, ESTAB_REASON_OUT_ACK_NOW);
		return;
	}
	ack_challenge(tcp, t, a, verdict);
}

/* + RFC 7323 5.3: before the window, for an old duplicate may lie in it. */
static bool
check0_timestamp(struct tcp *tcp, struct tcb *t, const struct expectation *e,
    struct arrival *a)
{
	const enum estab_reason verdict = judge_timestamp(e, &a->seg);

	if (verdict == ESTAB_REASON_NONE)
		return true;
	a->reason = verdict;
	if (verdict == ESTAB_REASON_PAWS) {
		count(tcp, ESTAB_COUNT_PAWSEstab);
		acknowledge_unacceptable(tcp, t, a);
	}
	return false;
}

/* + RFC 7323 4.3: TS.Recent follows what the last ACK we sent was about. */
static void
take_timestamp(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	if (!t->ts_on || !seg->options.has_ts || seq_gt(seg->seq, t->rcv.acked))
		return;
	t->ts_recent = seg->options.tsval;
	t->ts_recent_ms = tcp->now_ms;
}

/* First, check the sequence number.  With a closed window no text is
 * acceptable, but a segment at RCV.NXT may still bring an ACK, a reset or
 * urgent news: its text is cut to nothing. */
static bool
check1_sequence(struct tcp *tcp, struct tcb *t, const struct expectation *e,
    struct arrival *a)
{
	const struct segment *seg = &a->seg;

	if (seg->rst)
		return true;
	if (judge_sequence(e, seg)) {
		take_timestamp(tcp, t, seg);
		return true;
	}
	if (seg->syn) {
		count(tcp, ESTAB_COUNT_TCPSYNChallenge);
		ack_challenge(tcp, t, a, ESTAB_REASON_SYN_CHALLENGED);
		return false;
	}
	if (e->wnd == 0 && seg->seq == e->nxt) {
		a->reason = ESTAB_REASON_TEXT_TRIMMED;
		t->ack_now = true;
		tcb_owes(tcp, t);
		return true;
	}
	a->reason = seg->seq == e->nxt - 1 && seg->text_len <= 1 && !seg->fin ?
	    ESTAB_REASON_SEQ_KEEPALIVE :
	    ESTAB_REASON_SEQ_UNACCEPTABLE;
	acknowledge_unacceptable(tcp, t, a);
	return false;
}

/* What the program of a connection in this state is told of a reset. */
static int
error_of_reset(const struct tcb *t)
{
	switch ((enum estab_state)t->head.state) {
	case ESTAB_SYN_RECEIVED:
		return ESTAB_ECONNREFUSED;
	case ESTAB_CLOSING:
	case ESTAB_LAST_ACK:
	case ESTAB_TIME_WAIT:
	case ESTAB_CLOSED:
		return 0;
	case ESTAB_LISTEN:
	case ESTAB_SYN_SENT:
	case ESTAB_ESTABLISHED:
	case ESTAB_FIN_WAIT_1:
	case ESTAB_FIN_WAIT_2:
	case ESTAB_CLOSE_WAIT:
		return ESTAB_ECONNRESET;
	}
	return ESTAB_ECONNRESET;
}

/* Of a simultaneous open, a peer that refuses acknowledges our SYN.  + One that
 * does not was sent an answer to a SYN it knows nothing of: somebody forged
 * that.  As a passive open returns to LISTEN, this returns to SYN-SENT. */
static void
reset_taken(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	if (t->head.state == ESTAB_SYN_RECEIVED) {
		if (!syn_sent_acked(t, &a->seg)) {
			a->reason = ESTAB_REASON_RST_NOT_OF_SYN;
			syn_sent_again(tcp, t, a->reason);
			return;
		}
		a->reason = ESTAB_REASON_RST_REFUSED;
	}
	conn_end(tcp, t, a->reason, error_of_reset(t));
}

/* Second, check the RST bit, + RFC 5961 3.2: only exactly at RCV.NXT is it
 * believed. */
static bool
check2_rst(struct tcp *tcp, struct tcb *t, const struct expectation *e,
    struct arrival *a)
{
	if (!a->seg.rst)
		return true;
	a->reason = judge_reset(e, &a->seg);
	if (a->reason == ESTAB_REASON_RST_CHALLENGED)
		ack_challenge(tcp, t, a, a->reason);
	else if (a->reason == ESTAB_REASON_RST_TAKEN)
		reset_taken(tcp, t, a);
	return false;
}

/* Third, check security: RFC 9293 A.1 keeps the step for hosts with security
 * compartments.  We have none, so every segment passes. */
static bool
check3_security(void)
{
	return true;
}

/* Fourth, check the SYN bit, + RFC 5961 4.2: a challenge, in every state. */
static bool
check4_syn(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	if (!a->seg.syn)
		return true;
	count(tcp, ESTAB_COUNT_TCPSYNChallenge);
	ack_challenge(tcp, t, a, ESTAB_REASON_SYN_CHALLENGED);
	return false;
}

/* SYN-RECEIVED: the ACK of our SYN, or a reset in reply.  Distances, not two
 * comparisons: what is 2^31 away lies on either side. */
static bool
ack_of_syn(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	const uint32_t acked = seq_span(t->snd.una, a->seg.ack);
	int64_t sample_ns;

	if (acked == 0 || acked > seq_span(t->snd.una, t->snd.nxt)) {
		a->reason = ESTAB_REASON_ACK_NOT_OF_SYN;
		(void)arrive_reset(tcp, a);
		return false;
	}
	t->snd.una = t->snd.iss + 1;
	sent_acked(tcp, t, t->snd.una, &sample_ns);
	if (sample_ns > 0)
		rtt_sample(&t->rtt, sample_ns);
	t->progress = tcp->now;
	tcb_established(tcp, t, &a->seg, ESTAB_REASON_ACK_OF_SYN);
	timeout_restart(tcp, t);
	if (t->snd.fin_queued || tcb_unsent(t))
		tcb_owes(tcp, t);
	a->reason = ESTAB_REASON_ACK_OF_SYN;
	return true;
}

/* RFC 5681 2, the five marks of a duplicate ACK. */
static bool
is_duplicate(const struct tcb *t, const struct segment *seg)
{
	return seg->ack == t->snd.una && tcb_outstanding(t) &&
	    seg->text_len == 0 && !seg->fin &&
	    seg->wnd << t->snd.wnd_shift == t->snd.wnd;
}

/* The work of ESTABLISHED, which FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING
 * and LAST-ACK do as well. */
static bool
ack_of_text(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	const uint32_t wnd = t->snd.wnd;
	const bool duplicate = is_duplicate(t, &a->seg);
	const enum estab_reason verdict =
	    judge_ack(&t->snd, t->bytes_acked, &a->seg);

	if (verdict == ESTAB_REASON_ACK_BEYOND) {
		a->reason = verdict;
		acknowledge_unacceptable(tcp, t, a);
		return false;
	}
	if (verdict == ESTAB_REASON_ACK_OLD) {
		count(tcp, ESTAB_COUNT_TCPGhostAck);
		ack_challenge(tcp, t, a, verdict);
		return false;
	}
	if (wnd == 0) /* it lives, however long it keeps us waiting */
		t->progress = tcp->now;
	a->reason = verdict;
	if (verdict == ESTAB_REASON_ACK_ADVANCES)
		ack_advance(tcp, t, &a->seg);
	if (seq_le(t->snd.una, a->seg.ack))
		ack_window(tcp, t, &a->seg);
	if (t->snd.wnd != wnd && verdict == ESTAB_REASON_ACK_REPEATED)
		a->reason = ESTAB_REASON_ACK_WINDOW;
	if (duplicate) {
		a->reason = ESTAB_REASON_ACK_DUPLICATE;
		ack_duplicate(tcp, t);
	}
	return true;
}

static bool
fin_acknowledged(const struct tcb *t)
{
	return t->snd.fin_queued && t->snd.una == t->snd.buffer_end + 1;
}

/* An orphan does not wait for ever for the peer's FIN. */
static void
enter_fin_wait_2(struct tcp *tcp, struct tcb *t)
{
	conn_enter(tcp, &t->head, ESTAB_FIN_WAIT_2, ESTAB_REASON_ACK_OF_FIN);
	if (t->orphan && t->options.fin_wait_2_ms)
		tcb_timer(t, TIMER_FIN_WAIT_2,
		    tcp->now + t->options.fin_wait_2_ms * ESTAB_MS);
	event_tell(tcp, t, 0); /* who lingers looks */
}

/* What the ACK of our FIN means in each state; all eleven stand here. */
static bool
ack_of_fin(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	if (!fin_acknowledged(t))
		return true;
	switch ((enum estab_state)t->head.state) {
	case ESTAB_FIN_WAIT_1:
		a->reason = ESTAB_REASON_ACK_OF_FIN;
		enter_fin_wait_2(tcp, t);
		return true;
	case ESTAB_CLOSING:
		a->reason = ESTAB_REASON_ACK_OF_FIN;
		time_wait_begin(tcp, t, a->reason);
		return false;
	case ESTAB_LAST_ACK:
		a->reason = ESTAB_REASON_ACK_OF_FIN;
		conn_end(tcp, t, a->reason, 0);
		return false;
	case ESTAB_CLOSED:
	case ESTAB_LISTEN:
	case ESTAB_SYN_SENT:
	case ESTAB_SYN_RECEIVED:
	case ESTAB_ESTABLISHED:
	case ESTAB_FIN_WAIT_2:
	case ESTAB_CLOSE_WAIT:
	case ESTAB_TIME_WAIT:
		return true;
	}
	return true;
}

/* Fifth, check the ACK field. */
static bool
check5_ack(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	if (!a->seg.has_ack) {
		a->reason = ESTAB_REASON_ACK_MISSING;
		return false;
	}
	if (tcb_opening(t)) {
		if (!ack_of_syn(tcp, t, a))
			return false;
		if (a->seg.ack == t->snd.una)
			return true;
	}
	return ack_of_text(tcp, t, a) && ack_of_fin(tcp, t, a);
}

void
ladder_finish(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	const struct expectation e = expect(tcp, t);

	content_arrives(tcp, t, &e, a);
}

void
ladder_arrives(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	const struct expectation e = expect(tcp, t);

	if (check0_timestamp(tcp, t, &e, a) && check1_sequence(tcp, t, &e, a) &&
	    check2_rst(tcp, t, &e, a) && check3_security() &&
	    check4_syn(tcp, t, a) && check5_ack(tcp, t, a))
		content_arrives(tcp, t, &e, a);
}
