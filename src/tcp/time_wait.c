/* SPDX-License-Identifier: BSD-2-Clause
 *
 * time_wait.c - TIME-WAIT (RFC 9293 3.4.3, 3.6): a small record that answers
 * what is left of the old connection for 2 MSL, oldest first in a queue.
 *
 * It has an arrival procedure of its own.  Read to the letter, the first
 * check of 3.10.7.4 drops a repeated FIN, and the restart of 2 MSL that the
 * eighth asks for is never reached.
 */
#include "tcp/tcp.h"

#define LINK offsetof(struct time_wait, link)

static void
queue(struct tcp *tcp, struct time_wait *w)
{
	w->due_ms = tcp_ms_of_time(tcp, tcp->now + 2 * tcp->config.msl_ns);
	list_push(&tcp->arena, &tcp->time_waits, arena_ref(&tcp->arena, w),
	    LINK);
}

static void
restart(struct tcp *tcp, struct time_wait *w)
{
	list_remove(&tcp->arena, &tcp->time_waits, arena_ref(&tcp->arena, w),
	    LINK);
	queue(tcp, w);
}

/* Rounded up: what the peer has seen of our clock must not be undercut. */
static uint8_t
ts_ahead(uint32_t ms)
{
	const uint32_t units = (ms + 255) / 256;

	return (uint8_t)(units < UINT8_MAX ? units : UINT8_MAX);
}

static struct time_wait *
make(struct tcp *tcp, const struct tcb *t)
{
	struct tuple tuple;
	struct time_wait *w;

	if (tcp->time_wait_count >= tcp->config.time_wait_max) {
		count(tcp, ESTAB_COUNT_TCPTimeWaitOverflow);
		time_wait_end(tcp, arena_at(&tcp->arena, tcp->time_waits.head),
		    ESTAB_REASON_TIME_WAIT_EVICTED);
	}
	conn_tuple(&t->head, &tuple);
	w = (struct time_wait *)(void *)conn_birth(tcp, SLAB_TIME_WAIT,
	    ESTAB_TIME_WAIT, &tuple, t->head.link);
	if (!w)
		return NULL;
	w->snd_nxt = t->snd.nxt;
	w->rcv_nxt = t->rcv.nxt;
	w->has_ts = t->ts_on;
	w->ts_recent = t->ts_recent;
	w->ts_ahead = ts_ahead(t->ts_offset - isn_ts_offset(tcp, &tuple));
	w->reuse = t->options.reuse;
	ports_set_reuse(tcp, &w->head, false, w->reuse);
	return w;
}

static void
acknowledge(struct tcp *tcp, const struct time_wait *w,
    enum estab_reason reason)
{
	struct reply *r = reply_from(tcp, &w->head, reason);

	if (!r)
		return;
	r->flags = ESTAB_ACK;
	r->seq = w->snd_nxt;
	r->ack = w->rcv_nxt;
	r->wnd = w->wnd;
	r->has_ts = w->has_ts;
	if (w->has_ts)
		r->tsval = tcp->now_ms + isn_ts_offset(tcp, &r->tuple) +
		    256u * w->ts_ahead;
	r->tsecr = w->ts_recent;
}

/* The record takes the TCB's place in the table.  The last ACK, which may
 * still be owed, leaves from here.  A program that holds the connection
 * keeps an empty shell, for what it has not read and to hear of the end. */
void
time_wait_begin(struct tcp *tcp, struct tcb *t, enum estab_reason reason)
{
	const uint16_t wnd = ack_window_field(tcp, t, false);
	const bool owed = t->ack_now;
	struct time_wait *w;

	conn_drop_buffers(tcp, t);
	conn_enter(tcp, &t->head, ESTAB_TIME_WAIT, reason);
	w = make(tcp, t);
	if (!w) /* no memory: the pair is open to old segments */
		conn_enter(tcp, &t->head, ESTAB_CLOSED,
		    ESTAB_REASON_TIME_WAIT_EVICTED);
	conn_detach(tcp, t);
	event_tell(tcp, t, ESTAB_ENDED);
	if (!w) {
		count(tcp, ESTAB_COUNT_TCPTimeWaitOverflow);
		return;
	}
	w->wnd = wnd;
	t->time_wait = arena_ref(&tcp->arena, w);
	if (!t->orphan)
		w->shell = tcb_ref(tcp, t);
	tcp->time_wait_count++;
	count(tcp, ESTAB_COUNT_TW);
	if (owed)
		acknowledge(tcp, w, ESTAB_REASON_OUT_ACK_NOW);
	queue(tcp, w);
}

static void
end_shell(struct tcp *tcp, const struct time_wait *w)
{
	struct tcb *t;

	if (!w->shell)
		return;
	t = tcb_at(tcp, w->shell);
	t->time_wait = 0;
	conn_enter(tcp, &t->head, ESTAB_CLOSED, ESTAB_REASON_TIMEOUT_2MSL);
	event_tell(tcp, t, ESTAB_ENDED);
}

/* Where a half-open connection stands in its place, it must forget us. */
static void
leave_shadow(struct tcp *tcp, const struct time_wait *w)
{
	struct tuple tuple;
	struct half_open *h;
	uint32_t ref;

	conn_tuple(&w->head, &tuple);
	ref = table_find(&tcp->arena, &tcp->table, &tuple);
	if (!ref)
		return;
	h = arena_at(&tcp->arena, ref);
	if (h->head.kind == ESTAB_KIND_HALF_OPEN)
		h->shadow = 0;
}

void
time_wait_end(struct tcp *tcp, struct time_wait *w, enum estab_reason reason)
{
	if (w->shadowed)
		leave_shadow(tcp, w);
	end_shell(tcp, w);
	conn_enter(tcp, &w->head, ESTAB_CLOSED, reason);
	list_remove(&tcp->arena, &tcp->time_waits, arena_ref(&tcp->arena, w),
	    LINK);
	tcp->time_wait_count--;
	conn_free(tcp, &w->head);
}

/* ---- A segment arrives ---- */

/* RFC 6191 2: time stamps tell a new SYN from an old one, and so does it
 * that only the new one has them; where both have none, or the same, the
 * sequence number does. */
static bool
newer(const struct tcp *tcp, const struct time_wait *w,
    const struct segment *seg)
{
	const bool stamped = seg->options.has_ts && tcp->config.timestamps > 0;

	if (stamped && !w->has_ts)
		return true;
	if (stamped && seg->options.tsval != w->ts_recent)
		return seq_gt(seg->options.tsval, w->ts_recent);
	return seq_gt(seg->seq, w->rcv_nxt);
}

/* A new SYN is as if the pair were free: taken by a listener, refused where
 * there is none.  An old one is acknowledged: who sent it just now answers
 * with a reset, who sent it long ago not at all. */
static void
syn(struct tcp *tcp, struct time_wait *w, struct arrival *a)
{
	struct listener *l =
	    listen_find(tcp, &w->head.local, w->head.local_port);

	if (!newer(tcp, w, &a->seg) || tcp->config.time_wait_reuse <= 0) {
		a->reason = ESTAB_REASON_TIME_WAIT_SYN_OLD;
		acknowledge(tcp, w, ESTAB_REASON_OUT_ACK_NOW);
		return;
	}
	if (!l) {
		a->reason = ESTAB_REASON_NO_CONNECTION;
		(void)arrive_reset(tcp, a);
		return;
	}
	listen_take_syn(tcp, l, a, w);
}

/* The peer's FIN again: its number is the last we acknowledged. */
static bool
is_fin_again(const struct time_wait *w, const struct segment *seg)
{
	return seg->fin && !seg->syn && seg->has_ack &&
	    seg->seq + seg->len == w->rcv_nxt;
}

/* Nothing that takes a number can be new: all the peer had has been taken.
 * An empty segment is old outside the window we left it. */
static bool
is_old(const struct time_wait *w, const struct segment *seg)
{
	if (seg->len > 0)
		return true;
	if (w->has_ts && seq_lt(seg->options.tsval, w->ts_recent))
		return true;
	return seg->seq != w->rcv_nxt &&
	    !seq_in(seg->seq, w->rcv_nxt, w->rcv_nxt + w->wnd);
}

/* What the checks of 3.10.7.4 come to where nothing is left to send or to
 * take; no more often than the host allows itself. */
static void
judge(struct tcp *tcp, struct time_wait *w, struct arrival *a)
{
	const struct segment *seg = &a->seg;

	a->reason = ESTAB_REASON_TIME_WAIT_OLD;
	if (!is_old(w, seg)) {
		a->reason = !seg->has_ack        ? ESTAB_REASON_ACK_MISSING :
		    seq_gt(seg->ack, w->snd_nxt) ? ESTAB_REASON_ACK_BEYOND :
		                                   ESTAB_REASON_TIME_WAIT_ACK;
		if (a->reason != ESTAB_REASON_ACK_BEYOND)
			return;
	}
	if (reply_challenges(tcp, &w->head, a))
		acknowledge(tcp, w, ESTAB_REASON_OUT_ACK_NOW);
}

void
time_wait_arrives(struct tcp *tcp, struct time_wait *w, struct arrival *a)
{
	const struct segment *seg = &a->seg;

	if (seg->rst) { /* RFC 1337: nobody may assassinate it */
		a->reason = ESTAB_REASON_TIME_WAIT_RST;
		return;
	}
	if (seg->syn && !seg->has_ack && !seg->fin && !a->multicast) {
		syn(tcp, w, a);
		return;
	}
	if (w->has_ts && !seg->options.has_ts && !seg->syn) { /* + 7323 3.2 */
		a->reason = ESTAB_REASON_TS_MISSING;
		return;
	}
	if (is_fin_again(w, seg)) {
		a->reason = ESTAB_REASON_TIME_WAIT_FIN;
		restart(tcp, w);
		acknowledge(tcp, w, ESTAB_REASON_OUT_ACK_NOW);
		return;
	}
	judge(tcp, w, a);
}

/* ---- Time-outs ---- */

estab_time
time_wait_deadline(const struct tcp *tcp)
{
	const struct time_wait *w;

	if (!tcp->time_waits.head)
		return ESTAB_NEVER;
	w = arena_at(&tcp->arena, tcp->time_waits.head);
	return tcp_time_of_ms(tcp, w->due_ms);
}

void
time_wait_timeouts(struct tcp *tcp)
{
	while (time_wait_deadline(tcp) <= tcp->now) {
		struct time_wait *w =
		    arena_at(&tcp->arena, tcp->time_waits.head);

		conn_record(tcp, ESTAB_RECORD_TIMER, &w->head,
		    ESTAB_REASON_TIMEOUT_2MSL);
		time_wait_end(tcp, w, ESTAB_REASON_TIMEOUT_2MSL);
	}
}
