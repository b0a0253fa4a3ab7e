/* SPDX-License-Identifier: BSD-2-Clause
 *
 * arrive.c - SEGMENT ARRIVES (RFC 9293 3.10.7): which state's procedure a
 * segment goes to, and the procedure of CLOSED (3.10.7.1).
 */
#include "tcp/tcp.h"

/* RFC 9293 3.5.2, group 1; 3.10.7.1.  Never in answer to a RST, nor to what
 * was not sent to us alone; no more than the host allows itself. */
bool
arrive_reset(struct tcp *tcp, const struct arrival *a)
{
	const struct segment *seg = &a->seg;
	struct reply *r;

	if (seg->rst || a->multicast)
		return false;
	if (!reply_allowed(tcp, &a->tuple.remote)) {
		count(tcp, ESTAB_COUNT_TCPRstRateLimited);
		return false;
	}
	r = reply_push(tcp, &a->tuple, a->link, ESTAB_REASON_OUT_RST_REPLY);
	if (!r)
		return false;
	r->state = a->state;
	r->flags = ESTAB_RST;
	if (seg->has_ack) {
		r->seq = seg->ack;
	} else {
		r->flags |= ESTAB_ACK;
		r->ack = seg->seq + seg->len;
	}
	return true;
}

static void
closed_arrives(struct tcp *tcp, struct arrival *a)
{
	a->reason = a->seg.rst ? ESTAB_REASON_NO_CONNECTION_RST :
	    a->multicast       ? ESTAB_REASON_NOT_UNICAST :
	                         ESTAB_REASON_NO_CONNECTION;
	(void)arrive_reset(tcp, a);
}

void
arrive_describe(struct estab_record *record, const struct tuple *tuple,
    const struct segment *seg)
{
	const struct tcp_options *o = &seg->options;

	record->local.address = tuple->local;
	record->local.port = tuple->local_port;
	record->remote.address = tuple->remote;
	record->remote.port = tuple->remote_port;
	record->flags = seg->flags;
	record->seq = seg->seq;
	record->ack = seg->ack;
	record->wnd = seg->wnd;
	record->up = seg->up;
	record->text_bytes = seg->text_len;
	record->segment_count = seg->segment_count ? seg->segment_count : 1;
	record->options = (uint8_t)((o->has_mss ? ESTAB_HAS_MSS : 0) |
	    (o->has_wscale ? ESTAB_HAS_WSCALE : 0) |
	    (o->has_ts ? ESTAB_HAS_TS : 0) |
	    (o->sack_permitted ? ESTAB_HAS_SACK_OK : 0) |
	    (o->sack_count ? ESTAB_HAS_SACK : 0) |
	    (o->unknown_count ? ESTAB_HAS_OTHER : 0));
	record->mss = o->has_mss ? o->mss : 0;
	record->wscale = o->has_wscale ? o->wscale : 0;
	record->tsval = o->has_ts ? o->tsval : 0;
	record->tsecr = o->has_ts ? o->tsecr : 0;
}

void
arrive_trace(struct tcp *tcp, const struct arrival *a,
    const struct conn_head *head, enum estab_state before)
{
	struct estab_record *record;

	if (!tcp->config.trace)
		return;
	if (head) {
		record = conn_record(tcp, ESTAB_RECORD_IN, head, a->reason);
	} else {
		record =
		    trace_append(tcp->config.trace, ESTAB_RECORD_IN, tcp->now);
		record->host = tcp->config.trace_id;
		record->reason = (uint16_t)a->reason;
		record->after =
		    before == ESTAB_SYN_RECEIVED ? ESTAB_LISTEN : ESTAB_CLOSED;
	}
	record->before = (uint8_t)before;
	record->frame = tcp->config.trace->frame;
	arrive_describe(record, &a->tuple, &a->seg);
}

static void
tcb_arrives(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	const enum estab_state before = t->head.state;

	t->segments_in += a->seg.segment_count;
	t->heard = tcp->now;
	if (syn_sent_supersedes(t, &a->seg))
		syn_sent_again(tcp, t, ESTAB_REASON_SYN_SUPERSEDED);
	if (t->head.state == ESTAB_SYN_SENT)
		syn_sent_arrives(tcp, t, a);
	else
		ladder_arrives(tcp, t, a);
	arrive_trace(tcp, a, &t->head, before);
	tcb_settle(tcp, t);
}

void
arrive(struct tcp *tcp, struct conn_head *found, struct arrival *a)
{
	enum estab_state before = ESTAB_CLOSED;

	a->reason = ESTAB_REASON_NONE;
	if (found)
		before = found->state;
	a->state = (uint8_t)before;
	if (arrive_opens(&a->seg) && !a->multicast && !flood_admits(tcp, a)) {
		arrive_trace(tcp, a, found, before);
		return;
	}
	switch (found ? (enum estab_kind)found->kind : ESTAB_KIND_NONE) {
	case ESTAB_KIND_NONE:
		closed_arrives(tcp, a);
		arrive_trace(tcp, a, NULL, before);
		return;
	case ESTAB_KIND_LISTENER: /* traces by itself: a cookie makes a TCB */
		listen_arrives(tcp, (struct listener *)(void *)found, a);
		return;
	case ESTAB_KIND_HALF_OPEN: /* traces by itself: the record may go */
		half_open_arrives(tcp, (struct half_open *)(void *)found, a);
		return;
	case ESTAB_KIND_TIME_WAIT:
		time_wait_arrives(tcp, (struct time_wait *)(void *)found, a);
		arrive_trace(tcp, a, found, before);
		return;
	case ESTAB_KIND_TCB:
		tcb_arrives(tcp, (struct tcb *)(void *)found, a);
		return;
	}
}
