/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn_sent.c - a segment arrives in SYN-SENT (RFC 9293 3.10.7.3), and the way
 * back there.
 */
#include "tcp/tcp.h"

/* The peer remembers an older connection of these two ports, and the reset
 * that leaves now ends that (RFC 9293 3.5.1, figure 9): nothing is in the way
 * of the SYN then.  It follows the reset, once an opening; later ones keep to
 * its time-out. */
static void
open_again(struct tcp *tcp, struct tcb *t)
{
	if (!t->snd.sent_first || t->opened_again)
		return;
	t->opened_again = true;
	sent_mark_first_lost(tcp, t);
	t->why = ESTAB_REASON_OUT_SYN_AGAIN;
	tcb_owes(tcp, t);
}

/* First: only x+1 can be acknowledged, for a SYN carries no text here, and
 * not before it has left. */
static bool
check1_ack(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	if (!a->seg.has_ack || syn_sent_acked(t, &a->seg))
		return true;
	a->reason = a->seg.rst ? ESTAB_REASON_SYN_SENT_RST_BAD :
	                         ESTAB_REASON_SYN_SENT_ACK_BAD;
	if (arrive_reset(tcp, a))
		open_again(tcp, t);
	return false;
}

/* Second: a reset is believed when it acknowledges our SYN. */
static bool
check2_rst(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	if (!a->seg.rst)
		return true;
	a->reason = ESTAB_REASON_SYN_SENT_RST_BAD;
	if (a->seg.has_ack) {
		a->reason = ESTAB_REASON_SYN_SENT_RST;
		conn_end(tcp, t, a->reason, ESTAB_ECONNREFUSED);
	}
	return false;
}

/* Third, security: RFC 9293 A.1 leaves security compartments to those who
 * have them; we have none. */

static void
take_syn(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	t->rcv.irs = seg->seq;
	t->rcv.nxt = t->rcv.read = t->rcv.acked = seg->seq + 1;
	t->rcv.edge = t->rcv.nxt;
	(void)ack_window_field(tcp, t, true); /* our SYN promised as much */
	tcb_take_syn_options(tcp, t, seg);
}

/* RFC 6298 5.7: a SYN sent twice says nothing about the round trip; if that
 * was by its time-out, the first RTO for text is three seconds. */
static void
syn_acked(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	int64_t sample_ns;

	t->snd.una = seg->ack;
	sent_acked(tcp, t, t->snd.una, &sample_ns);
	if (sample_ns > 0 || t->backoff > 0)
		rtt_sample(&t->rtt, sample_ns > 0 ? sample_ns : ESTAB_SECOND);
	t->progress = tcp->now;
	timeout_restart(tcp, t);
}

/* What came with the SYN+ACK stands one number further. */
static void
take_the_rest(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	struct arrival rest = *a;

	if (a->seg.text_len == 0 && !a->seg.fin && !a->seg.urg)
		return;
	rest.seg.syn = false;
	rest.seg.seq++;
	rest.seg.len--;
	ladder_finish(tcp, t, &rest);
}

/* Fourth: SYN+ACK opens; a SYN alone crossed ours, and is answered by our
 * SYN again, now with an ACK. */
static void
check4_syn(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	take_syn(tcp, t, &a->seg);
	tcb_owes(tcp, t);
	if (a->seg.has_ack) {
		a->reason = ESTAB_REASON_SYN_SENT_SYN_ACK;
		syn_acked(tcp, t, &a->seg);
		t->ack_now = true;
		tcb_established(tcp, t, &a->seg, a->reason);
		take_the_rest(tcp, t, a);
		return;
	}
	a->reason = ESTAB_REASON_SYN_SENT_SYN;
	t->snd.wnd = t->snd.wnd_max = a->seg.wnd;
	t->snd.wl1 = a->seg.seq;
	conn_enter(tcp, &t->head, ESTAB_SYN_RECEIVED, a->reason);
	sent_mark_first_lost(tcp, t);
	t->why = ESTAB_REASON_OUT_SYN_ACK;
}

void
syn_sent_arrives(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	if (a->multicast) {
		a->reason = ESTAB_REASON_NOT_UNICAST;
		return;
	}
	if (!check1_ack(tcp, t, a) || !check2_rst(tcp, t, a))
		return;
	if (a->seg.syn && !a->seg.fin)
		check4_syn(tcp, t, a);
	else /* fifth */
		a->reason = a->seg.fin ? ESTAB_REASON_SYN_SENT_FIN :
		                         ESTAB_REASON_SYN_SENT_NO_SYN;
}

/* + Anybody can forge the SYN of a simultaneous open who guesses a port.  Only
 * who has seen our SYN acknowledges it, and that is all SYN-SENT asks of a
 * SYN+ACK: so one with another number than the SYN before it is believed
 * instead, and no time stamp of that one bars it. */
bool
syn_sent_supersedes(const struct tcb *t, const struct segment *seg)
{
	return t->head.state == ESTAB_SYN_RECEIVED && seg->syn && !seg->rst &&
	    !seg->fin && seg->seq != t->rcv.irs && syn_sent_acked(t, seg);
}

/* Our SYN is still out, and its time-out runs on; nothing leaves for this.  An
 * answer to the other SYN that has not left yet leaves as our SYN. */
void
syn_sent_again(struct tcp *tcp, struct tcb *t, enum estab_reason reason)
{
	tcb_forget_syn(tcp, t);
	t->why = ESTAB_REASON_OUT_SYN;
	conn_enter(tcp, &t->head, ESTAB_SYN_SENT, reason);
}
