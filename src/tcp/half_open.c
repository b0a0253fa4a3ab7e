/* SPDX-License-Identifier: BSD-2-Clause
 *
 * half_open.c - SYN-RECEIVED of a passive open: a small record between the
 * SYN and the third segment.
 *
 * RFC 9293 lets the listening TCB itself become the connection; with a queue
 * of them "return to LISTEN" means that the record goes.  The checks are
 * those of 3.10.7.4, in its order and by the same judges; when the ACK is
 * good a TCB takes the record's place and the segment climbs its ladder.
 */
#include "tcp/judge.h"
#include "tcp/tcp.h"

/* A SYN beyond what the old connection of a TIME-WAIT pair ever used (RFC
 * 6191) gets an ISS above what that one ever sent. */
static uint32_t
choose_iss(const struct tcp *tcp, const struct arrival *a,
    const struct offer *offer, const struct time_wait *w)
{
	const uint32_t above = 1u << 17;

	return w ? w->snd_nxt + above :
	           isn_passive(tcp, &a->tuple, a->seg.seq, offer);
}

static void
take_syn(struct tcp *tcp, struct half_open *h, const struct listener *l,
    const struct arrival *a, const struct time_wait *w)
{
	const struct offer offer = cookie_offer(tcp, a);

	h->irs = a->seg.seq;
	h->iss = choose_iss(tcp, a, &offer, w);
	syn_ack_take(h, l, &offer);
	if (h->has_ts)
		h->ts_recent = a->seg.options.tsval;
}

/* What a record would hold, where there is none. */
static struct half_open
no_record(const struct arrival *a)
{
	return (struct half_open){
		.head = {
			.kind = ESTAB_KIND_HALF_OPEN,
			.state = ESTAB_LISTEN,
			.link = a->link,
			.local = a->tuple.local,
			.remote = a->tuple.remote,
			.local_port = a->tuple.local_port,
			.remote_port = a->tuple.remote_port,
		},
	};
}

void
half_open_answer(struct tcp *tcp, struct listener *l, struct arrival *a)
{
	struct half_open h = no_record(a);

	take_syn(tcp, &h, l, a, NULL);
	a->reason = ESTAB_REASON_LISTEN_SYN_COOKIE;
	count(tcp, ESTAB_COUNT_SyncookiesSent);
	flood_answered(tcp);
	cookie_honour(tcp);
	syn_ack_send(tcp, &h, ESTAB_REASON_OUT_SYN_ACK);
}

static void
no_memory(struct tcp *tcp, struct listener *l, struct arrival *a,
    const struct time_wait *w)
{
	if (!w && !l->defer && tcp->config.syn_cookies > 0) {
		half_open_answer(tcp, l, a);
		return;
	}
	count(tcp, ESTAB_COUNT_ListenDrops);
	a->reason = ESTAB_REASON_LISTEN_QUEUE_FULL;
}

void
half_open_begin(struct tcp *tcp, struct listener *l, struct arrival *a,
    struct time_wait *w)
{
	struct half_open *h;

	if (w)
		table_remove(&tcp->arena, &tcp->table,
		    arena_ref(&tcp->arena, w));
	h = (struct half_open *)(void *)conn_birth(tcp, SLAB_HALF_OPEN,
	    w ? ESTAB_TIME_WAIT : ESTAB_LISTEN, &a->tuple, a->link);
	if (!h) {
		if (w)
			table_insert(&tcp->arena, &tcp->table,
			    arena_ref(&tcp->arena, w));
		no_memory(tcp, l, a, w);
		return;
	}
	if (w) {
		w->shadowed = true;
		h->shadow = arena_ref(&tcp->arena, w);
	}
	take_syn(tcp, h, l, a, w);
	l->half_open_count++;
	tcp->half_open_count++;
	h->deferred = l->defer;
	if (h->deferred)
		a->reason = ESTAB_REASON_LISTEN_SYN_DEFERRED;
	conn_enter(tcp, &h->head, ESTAB_SYN_RECEIVED, a->reason);
	if (!h->deferred)
		syn_ack_send(tcp, h, ESTAB_REASON_OUT_SYN_ACK);
	half_open_queue(tcp, h);
}

/* Take the record out of its queue and count; its listener may be gone. */
static void
withdraw(struct tcp *tcp, struct half_open *h)
{
	struct listener *l =
	    listen_find(tcp, &h->head.local, h->head.local_port);

	half_open_unqueue(tcp, h);
	tcp->half_open_count--;
	if (l)
		l->half_open_count--;
}

static struct time_wait *
shadow_of(const struct tcp *tcp, const struct half_open *h)
{
	return h->shadow ? arena_at(&tcp->arena, h->shadow) : NULL;
}

/* Back to LISTEN: nothing is left but, where there was one, the TIME-WAIT
 * that the new connection did not get to replace. */
void
half_open_end(struct tcp *tcp, struct half_open *h, enum estab_reason reason)
{
	struct time_wait *w = shadow_of(tcp, h);

	withdraw(tcp, h);
	if (reason != ESTAB_REASON_HALF_OPEN_RST)
		cookie_honour(tcp);
	count(tcp, ESTAB_COUNT_AttemptFails);
	conn_enter(tcp, &h->head, ESTAB_LISTEN, reason);
	if (h->told)
		deferred_ended(tcp, h, reason);
	else
		conn_free(tcp, &h->head);
	if (w) {
		w->shadowed = false;
		table_insert(&tcp->arena, &tcp->table,
		    arena_ref(&tcp->arena, w));
	}
}

/* ---- The checks ---- */

/* A SYN is answered once, as flood_admits() allows; anything else as often as
 * its sender may be told. */
static void
acknowledge(struct tcp *tcp, struct half_open *h, const struct arrival *a,
    enum estab_reason reason)
{
	if (arrive_opens(&a->seg) || reply_challenges(tcp, &h->head, a))
		syn_ack_ack(tcp, h, reason);
}

static bool
check0_timestamp(struct tcp *tcp, struct half_open *h,
    const struct expectation *e, struct arrival *a)
{
	const enum estab_reason verdict = judge_timestamp(e, &a->seg);

	if (verdict == ESTAB_REASON_NONE)
		return true;
	a->reason = verdict;
	if (verdict == ESTAB_REASON_PAWS) {
		count(tcp, ESTAB_COUNT_PAWSEstab);
		acknowledge(tcp, h, a, ESTAB_REASON_OUT_ACK_NOW);
	}
	return false;
}

/* The SYN itself, again, is answered as it was the first time, for the
 * SYN+ACK may have been lost; whatever text it carries is not looked at. */
static bool
check1_sequence(struct tcp *tcp, struct half_open *h,
    const struct expectation *e, struct arrival *a)
{
	const struct segment *seg = &a->seg;

	if (seg->rst)
		return true;
	if (seg->syn && !seg->has_ack && seg->seq == h->irs) {
		a->reason = ESTAB_REASON_HALF_OPEN_SYN_AGAIN;
		syn_ack_send(tcp, h, ESTAB_REASON_OUT_SYN_ACK);
		return false;
	}
	if (judge_sequence(e, seg))
		return true;
	a->reason = ESTAB_REASON_SEQ_UNACCEPTABLE;
	acknowledge(tcp, h, a, ESTAB_REASON_OUT_ACK_NOW);
	return false;
}

static bool
check2_rst(struct tcp *tcp, struct half_open *h, const struct expectation *e,
    struct arrival *a)
{
	if (!a->seg.rst)
		return true;
	a->reason = judge_reset(e, &a->seg);
	if (a->reason == ESTAB_REASON_RST_TAKEN)
		a->reason = ESTAB_REASON_HALF_OPEN_RST;
	else if (a->reason == ESTAB_REASON_RST_CHALLENGED)
		acknowledge(tcp, h, a, ESTAB_REASON_OUT_CHALLENGE);
	return false;
}

/* + RFC 5961 4.2 instead of "return to LISTEN": a stranger who hits the
 * window must not throw out an opening. */
static bool
check4_syn(struct tcp *tcp, struct half_open *h, struct arrival *a)
{
	if (!a->seg.syn)
		return true;
	a->reason = ESTAB_REASON_SYN_CHALLENGED;
	count(tcp, ESTAB_COUNT_TCPSYNChallenge);
	acknowledge(tcp, h, a, ESTAB_REASON_OUT_CHALLENGE);
	return false;
}

/* + An earlier answer to the same SYN had the ISS of its epoch, and is what
 * is acknowledged. */
static bool
acknowledges_earlier(struct tcp *tcp, struct half_open *h,
    const struct arrival *a)
{
	struct offer offer;

	if (a->seg.seq != h->irs + 1 || !cookie_open(tcp, a, &offer))
		return false;
	count(tcp, ESTAB_COUNT_SyncookiesRecv);
	h->iss = a->seg.ack - 1;
	return true;
}

static bool
check5_ack(struct tcp *tcp, struct half_open *h, struct arrival *a)
{
	const struct listener *l =
	    listen_find(tcp, &h->head.local, h->head.local_port);

	if (!a->seg.has_ack) {
		a->reason = ESTAB_REASON_ACK_MISSING;
		return false;
	}
	if (a->seg.ack != h->iss + 1 && !acknowledges_earlier(tcp, h, a)) {
		a->reason = ESTAB_REASON_HALF_OPEN_ACK_BAD;
		(void)arrive_reset(tcp, a);
		return false;
	}
	if (!l || listen_backlog_full(l)) {
		/* The peer will send again what it sends first, or we the
		 * SYN+ACK; an acknowledged connection is not lost. */
		a->reason = ESTAB_REASON_HALF_OPEN_BACKLOG_FULL;
		count(tcp, ESTAB_COUNT_ListenOverflows);
		count(tcp, ESTAB_COUNT_ListenDrops);
		count(tcp, ESTAB_COUNT_TCPBacklogDrop);
		return false;
	}
	if (flood_source_full(tcp, &h->head.remote)) {
		a->reason = ESTAB_REASON_LISTEN_SOURCE_FULL;
		count(tcp, ESTAB_COUNT_TCPSourceFull);
		return false;
	}
	if (h->tries < l->options.defer_tries &&
	    (int32_t)h->tries < tcp->config.syn_ack_tries_max &&
	    a->seg.text_len == 0 && !a->seg.fin) {
		a->reason = ESTAB_REASON_HALF_OPEN_NO_TEXT;
		return false;
	}
	return true;
}

static bool
acceptable(struct tcp *tcp, struct half_open *h, struct arrival *a)
{
	const struct listener *l =
	    listen_find(tcp, &h->head.local, h->head.local_port);
	const uint32_t limit = l ? l->options.receive_limit : UINT16_MAX;
	const struct expectation e = {
		.nxt = h->irs + 1,
		.wnd = limit < UINT16_MAX ? limit : UINT16_MAX,
		.ts_recent = h->ts_recent,
		.ts_on = h->has_ts,
	};

	return check0_timestamp(tcp, h, &e, a) &&
	    check1_sequence(tcp, h, &e, a) && check2_rst(tcp, h, &e, a) &&
	    check4_syn(tcp, h, a) && check5_ack(tcp, h, a);
}

/* When the SYN+ACK left follows from when it would leave again, to a
 * millisecond.  Sent twice it says nothing, and the first RTO for text is
 * three seconds (RFC 6298 5.7). */
static int64_t
round_trip(const struct tcp *tcp, const struct half_open *h)
{
	if (h->tries > 0)
		return ESTAB_SECOND;
	return tcp->now -
	    (tcp_time_of_ms(tcp, h->due_ms) - tcp->config.rto_initial_ns);
}

/* A TCB with what the record knew, in its state. */
static struct tcb *
promote(struct tcp *tcp, const struct half_open *h, const struct listener *l,
    const struct tuple *tuple)
{
	struct tcb *t =
	    tcb_new(tcp, h->head.state, tuple, h->head.link, &l->options);

	if (!t)
		return NULL;
	t->passive = true;
	tcb_set_iss(t, h->iss);
	t->snd.nxt = h->iss + 1;
	t->snd.mss_peer = h->mss;
	t->snd.wnd_shift = (uint8_t)h->wscale;
	t->wscale_on = h->has_wscale;
	t->ts_on = h->has_ts;
	t->ts_recent = h->ts_recent;
	t->ts_recent_ms = tcp->now_ms;
	t->rcv.irs = h->irs;
	t->rcv.nxt = t->rcv.read = t->rcv.acked = h->irs + 1;
	t->rcv.edge = t->rcv.nxt +
	    (l->options.receive_limit < UINT16_MAX ? l->options.receive_limit :
	                                             UINT16_MAX);
	t->rcv.wnd_shift = (uint8_t)h->rcv_shift;
	tcb_set_mss(tcp, t);
	return t;
}

/* The last segment of the handshake climbs the ladder of the new TCB. */
static void
complete(struct tcp *tcp, struct listener *l, struct tcb *t, struct arrival *a)
{
	const enum estab_state before = a->state;

	t->segments_in = a->seg.segment_count;
	count(tcp, ESTAB_COUNT_PassiveOpens);
	flood_source_opened(tcp, t);
	ladder_arrives(tcp, t, a);
	listen_queue(tcp, l, t);
	arrive_trace(tcp, a, &t->head, before);
	tcb_settle(tcp, t);
}

static void
no_tcb(struct tcp *tcp, struct arrival *a, const struct conn_head *head)
{
	a->reason = ESTAB_REASON_HALF_OPEN_NO_MEMORY;
	count(tcp, ESTAB_COUNT_TCPAbortOnMemory);
	arrive_trace(tcp, a, head, a->state);
}

static void
become_tcb(struct tcp *tcp, struct half_open *h, struct arrival *a)
{
	struct listener *l =
	    listen_find(tcp, &h->head.local, h->head.local_port);
	struct time_wait *w = shadow_of(tcp, h);
	struct tcb *t = promote(tcp, h, l, &a->tuple);

	if (!t) {
		no_tcb(tcp, a, &h->head);
		return;
	}
	rtt_sample(&t->rtt, round_trip(tcp, h));
	withdraw(tcp, h);
	conn_free(tcp, &h->head);
	if (w) {
		count(tcp, ESTAB_COUNT_TWRecycled);
		time_wait_end(tcp, w, ESTAB_REASON_TIME_WAIT_REUSED);
	}
	complete(tcp, l, t, a);
}

/* + What a cookie remembers is what a record would have known, and is judged
 * as a record's ACK is.  When the SYN+ACK left nobody noted, so there is no
 * round trip; and it may have left from a machine whose clock is ahead: our
 * time stamps must not fall behind what its client has seen. */
bool
half_open_from_cookie(struct tcp *tcp, struct listener *l, struct arrival *a)
{
	struct half_open h = no_record(a);
	struct offer offer;
	struct tcb *t;

	if (a->multicast || !cookie_open(tcp, a, &offer))
		return false;
	h.irs = a->seg.seq - 1;
	h.iss = a->seg.ack - 1;
	h.ts_recent = a->seg.options.tsval;
	syn_ack_take(&h, l, &offer);
	if (!check5_ack(tcp, &h, a)) {
		arrive_trace(tcp, a, &l->head, a->state);
		return true;
	}
	t = promote(tcp, &h, l, &a->tuple);
	if (!t) {
		no_tcb(tcp, a, &l->head);
		return true;
	}
	if (t->ts_on && seq_gt(a->seg.options.tsecr, tcb_tsval(tcp, t)))
		t->ts_offset = a->seg.options.tsecr - tcp->now_ms;
	count(tcp, ESTAB_COUNT_SyncookiesRecv);
	flood_completed(tcp);
	conn_enter(tcp, &t->head, ESTAB_SYN_RECEIVED,
	    ESTAB_REASON_LISTEN_COOKIE);
	complete(tcp, l, t, a);
	return true;
}

void
half_open_arrives(struct tcp *tcp, struct half_open *h, struct arrival *a)
{
	if (h->deferred) {
		deferred_arrives(tcp, h, a);
		return;
	}
	if (acceptable(tcp, h, a)) {
		become_tcb(tcp, h, a);
		return;
	}
	if (a->reason == ESTAB_REASON_HALF_OPEN_RST) {
		half_open_end(tcp, h, a->reason);
		arrive_trace(tcp, a, NULL, ESTAB_SYN_RECEIVED);
		return;
	}
	arrive_trace(tcp, a, &h->head, ESTAB_SYN_RECEIVED);
}
