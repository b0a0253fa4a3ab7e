/* SPDX-License-Identifier: BSD-2-Clause
 *
 * content.c - what a segment brings that passed the first five checks: the
 * urgent mark, text and FIN.  Sixth to eighth check of RFC 9293 3.10.7.4, in
 * its order, one function each.
 */
#include "tcp/content.h"

#include "tcp/held.h"

/* The part of a segment that lies in the window. */
struct cut {
	uint32_t seq;
	uint32_t len;    /* text bytes */
	uint32_t offset; /* of the text in its frame */
	bool fin;
};

/* The window's ends cut text and FIN. */
static struct cut
cut_to_window(const struct expectation *e, const struct segment *seg)
{
	struct cut cut = { seg->seq, seg->text_len, seg->text_offset,
		seg->fin };
	const uint32_t edge = e->nxt + e->wnd;

	if (seq_lt(cut.seq, e->nxt)) {
		const uint32_t old = seq_span(cut.seq, e->nxt);

		if (old > cut.len) { /* the FIN, too, is old */
			cut.fin = false;
			cut.seq += cut.len;
			cut.len = 0;
			return cut;
		}
		cut.seq += old;
		cut.offset += old;
		cut.len -= old;
	}
	if (seq_gt(cut.seq + cut.len + (cut.fin ? 1 : 0), edge)) {
		cut.fin = false;
		if (seq_gt(cut.seq + cut.len, edge))
			cut.len =
			    seq_lt(cut.seq, edge) ? seq_span(cut.seq, edge) : 0;
	}
	return cut;
}

/* Sixth, check the URG bit: the mark only moves forward, and is no index
 * into anything (3.8.5). */
static void
check6_urg(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	const uint32_t up = seg->seq + seg->up;

	if (!seg->urg || t->rcv.fin_known || seg->up == 0)
		return;
	if (seq_gt(up, t->rcv.read) &&
	    (!t->rcv.urgent || seq_gt(up, t->rcv.up))) {
		t->rcv.urgent = true;
		t->rcv.up = up;
		event_tell(tcp, t, ESTAB_URGENT);
	}
}

static bool
takes_text(enum estab_state state)
{
	switch (state) {
	case ESTAB_ESTABLISHED:
	case ESTAB_FIN_WAIT_1:
	case ESTAB_FIN_WAIT_2:
		return true;
	case ESTAB_CLOSED:
	case ESTAB_LISTEN:
	case ESTAB_SYN_SENT:
	case ESTAB_SYN_RECEIVED:
	case ESTAB_CLOSE_WAIT:
	case ESTAB_CLOSING:
	case ESTAB_LAST_ACK:
	case ESTAB_TIME_WAIT:
		return false;
	}
	return false;
}

/* Put text where its number says, and say what that was. */
static enum estab_reason
put_text(struct tcp *tcp, struct tcb *t, const struct arrival *a,
    const struct cut *cut)
{
	const uint32_t nxt = t->rcv.nxt;
	const bool holes = t->rcv.held_count > 0;
	const bool placed = receive_buffer_put(tcp, t, cut->seq, cut->len,
	    a->seg.frame, cut->offset);

	t->bytes_received += seq_span(nxt, t->rcv.nxt);
	if (t->rcv.nxt != nxt)
		event_tell(tcp, t, ESTAB_READABLE);
	if (!placed) {
		count(tcp, ESTAB_COUNT_TCPRcvQDrop);
		return ESTAB_REASON_TEXT_NO_MEMORY;
	}
	if (cut->seq != nxt) {
		count(tcp, ESTAB_COUNT_TCPOFOQueue);
		return ESTAB_REASON_TEXT_HELD;
	}
	return holes ? ESTAB_REASON_TEXT_FILLS : ESTAB_REASON_TEXT_TAKEN;
}

/* Seventh, process the segment text.  Out of order, and into a hole, is
 * acknowledged at once and by itself (RFC 5681 4.2). */
static bool
check7_text(struct tcp *tcp, struct tcb *t, struct arrival *a, struct cut *cut)
{
	if (t->rcv.fin_known && seq_gt(cut->seq + cut->len, t->rcv.fin_seq))
		cut->len = seq_lt(cut->seq, t->rcv.fin_seq) ?
		    seq_span(cut->seq, t->rcv.fin_seq) :
		    0;
	if (cut->len == 0)
		return true;
	if (!takes_text(t->head.state)) {
		a->reason = ESTAB_REASON_TEXT_NOT_EXPECTED;
		return true;
	}
	if (t->orphan) { /* nobody will ever read it (3.6.1) */
		a->reason = ESTAB_REASON_TEXT_ORPHAN;
		count(tcp, ESTAB_COUNT_TCPAbortOnData);
		conn_reset(tcp, t, a->reason, ESTAB_ECONNABORTED);
		return false;
	}
	a->reason = put_text(tcp, t, a, cut);
	if (a->reason == ESTAB_REASON_TEXT_TAKEN && cut->fin) {
		t->ack_now = true; /* one ACK for both */
		tcb_owes(tcp, t);
	} else if (a->reason == ESTAB_REASON_TEXT_TAKEN) {
		ack_text(tcp, t, &a->seg);
	} else {
		ack_reply(tcp, t, ESTAB_REASON_OUT_ACK_NOW);
	}
	return true;
}

/* Where a FIN that is next in order takes each state; all eleven stand here.
 * A state that stays as it is has no FIN to take, or none yet. */
static enum estab_state
after_fin(enum estab_state state)
{
	switch (state) {
	case ESTAB_SYN_RECEIVED:
	case ESTAB_ESTABLISHED:
		return ESTAB_CLOSE_WAIT;
	case ESTAB_FIN_WAIT_1:
		/* The fifth check would have moved us on if our FIN had been
		 * acknowledged, so the two FINs crossed. */
		return ESTAB_CLOSING;
	case ESTAB_FIN_WAIT_2:
		return ESTAB_TIME_WAIT;
	case ESTAB_CLOSED:
	case ESTAB_LISTEN:
	case ESTAB_SYN_SENT:
	case ESTAB_CLOSE_WAIT:
	case ESTAB_CLOSING:
	case ESTAB_LAST_ACK:
	case ESTAB_TIME_WAIT:
		return state;
	}
	return state;
}

/* A FIN is remembered where it stands, unless text beyond it was taken
 * before: then one of the two is not the peer's, and the text came first. */
static void
note_fin(struct tcp *tcp, struct tcb *t, const struct cut *cut)
{
	const uint32_t fin_seq = cut->seq + cut->len;

	if (!cut->fin || t->rcv.fin_known || seq_lt(fin_seq, held_end(tcp, t)))
		return;
	t->rcv.fin_known = true;
	t->rcv.fin_seq = fin_seq;
	if (t->rcv.urgent && seq_gt(t->rcv.up, fin_seq)) {
		t->rcv.up = fin_seq; /* nothing urgent comes behind it */
		t->rcv.urgent = seq_lt(t->rcv.read, fin_seq);
	}
}

/* Eighth, check the FIN bit.
 *
 * The text has been taken and cut to the window, so a FIN still here lies
 * inside it.  It may have overtaken text that belongs before it: then its
 * number is kept, and whichever segment fills the hole completes it, FIN bit
 * or not.  The FIN takes a number of its own; we acknowledge w+1 at once,
 * because the peer cannot leave LAST-ACK without us.
 *
 * A FIN already taken does not get this far: it is left of the window, and
 * the first check acknowledges it.  TIME-WAIT has its own procedure, which
 * starts 2 MSL anew; see time_wait.c.
 */
static void
check8_fin(struct tcp *tcp, struct tcb *t, struct arrival *a,
    const struct cut *cut)
{
	const enum estab_state next = after_fin(t->head.state);

	if (next == (enum estab_state)t->head.state)
		return;
	note_fin(tcp, t, cut);
	if (!t->rcv.fin_known)
		return;
	if (t->rcv.nxt != t->rcv.fin_seq) {
		if (cut->fin) {
			a->reason = ESTAB_REASON_FIN_HELD;
			if (cut->len == 0)
				ack_reply(tcp, t, ESTAB_REASON_OUT_ACK_NOW);
		}
		return;
	}
	a->reason = ESTAB_REASON_FIN_TAKEN;
	t->rcv.nxt++;
	t->rcv.edge = seq_max(t->rcv.edge, t->rcv.nxt);
	t->rcv.fin_taken = true;
	t->ack_now = true;
	tcb_owes(tcp, t);
	event_tell(tcp, t, ESTAB_EOF);
	if (next == ESTAB_TIME_WAIT) /* last: it ends the TCB */
		time_wait_begin(tcp, t, ESTAB_REASON_FIN_TAKEN);
	else
		conn_enter(tcp, &t->head, next, ESTAB_REASON_FIN_TAKEN);
}

void
content_arrives(struct tcp *tcp, struct tcb *t, const struct expectation *e,
    struct arrival *a)
{
	struct cut cut = cut_to_window(e, &a->seg);

	check6_urg(tcp, t, &a->seg);
	if (check7_text(tcp, t, a, &cut))
		check8_fin(tcp, t, a, &cut);
}
