/* SPDX-License-Identifier: BSD-2-Clause
 *
 * status.c - STATUS (RFC 9293 3.10.6): a control block, whole.
 */
#include "host/host.h"
#include "tcp/held.h"

#include "base/mem.h"

static void
common(const struct tcp *tcp, const struct conn_head *head,
    struct estab_status *s)
{
	struct tuple tuple;

	memset(s, 0, sizeof *s);
	s->conn = conn_handle(tcp, head);
	s->kind = (enum estab_kind)head->kind;
	s->state = (enum estab_state)head->state;
	s->local.address = head->local;
	s->local.port = head->local_port;
	s->remote.address = head->remote;
	s->remote.port = head->remote_port;
	conn_tuple(head, &tuple);
	s->table_bucket = table_bucket(&tcp->table, &tuple);
	s->memory_bytes = conn_memory(tcp, head);
	s->retransmit_at = s->persist_at = s->ack_at = s->keepalive_at =
	    s->time_wait_at = s->user_timeout_at = s->heard_at = ESTAB_NEVER;
}

/* Where nothing was ever sent again, nobody looks. */
static uint32_t
resent_in_flight(const struct tcp *tcp, const struct tcb *t)
{
	uint32_t n = 0;

	for (uint32_t ref = t->retransmits > 0 ? t->snd.sent_first : 0;
	     ref != 0;) {
		const struct sent *sent = arena_at(&tcp->arena, ref);

		n += sent->times > 1 && !sent->lost;
		ref = sent->next;
	}
	return n;
}

static void
sending(const struct tcp *tcp, const struct tcb *t, struct estab_status *s)
{
	const struct send_space *snd = &t->snd;

	s->iss = snd->iss;
	s->snd_una = snd->una;
	s->snd_nxt = s->snd_max = snd->nxt;
	s->snd_wnd = snd->wnd;
	s->snd_up = snd->urgent ? snd->up : snd->una;
	s->snd_wl1 = snd->wl1;
	s->snd_wl2 = snd->wl2;
	s->mss = snd->mss;
	s->mss_peer = snd->mss_peer;
	s->mss_own = tcb_mss_offer(tcp, t->head.link, conn_ip_bytes(&t->head),
	    &t->options);
	s->path_mtu = t->path_mtu;
	s->snd_wnd_shift = snd->wnd_shift;
	s->fin_sent = snd->fin_queued && snd->nxt == snd->buffer_end + 1;
	s->fin_acked = s->fin_sent && snd->una == snd->nxt;
	s->send_unsent_bytes = tcb_unsent(t);
	s->send_queued_bytes = t->options.send_limit -
	    (t->options.send_limit < send_buffer_room(t) ? 0 :
	                                                   send_buffer_room(t));
	if (s->fin_acked)
		s->send_queued_bytes = 0;
	s->retransmit_records = snd->sent_count;
	s->lost_records = t->lost_count;
	s->resent_records = resent_in_flight(tcp, t);
}

static void
receiving(const struct tcp *tcp, const struct tcb *t, struct estab_status *s)
{
	const struct receive_space *rcv = &t->rcv;

	s->irs = rcv->irs;
	s->rcv_nxt = rcv->nxt;
	s->rcv_wnd =
	    seq_lt(rcv->nxt, rcv->edge) ? seq_span(rcv->nxt, rcv->edge) : 0;
	s->rcv_up = rcv->urgent ? rcv->up : rcv->read;
	s->rcv_wnd_shift = rcv->wnd_shift;
	s->mss_received = rcv->mss;
	s->fin_taken = rcv->fin_taken;
	s->receive_queued_bytes =
	    seq_span(rcv->read, rcv->fin_taken ? rcv->fin_seq : rcv->nxt);
	s->receive_reorder_bytes = held_bytes(tcp, t);
	s->reorder_ranges = rcv->held_count;
}

static void
timing(const struct tcp *tcp, const struct tcb *t, struct estab_status *s)
{
	const bool persist = t->snd.sent_first == 0 || t->snd.wnd == 0;

	s->cwnd_bytes = t->congestion.cwnd;
	s->ssthresh_bytes = t->congestion.ssthresh < CWND_MAX ?
	    t->congestion.ssthresh :
	    INT32_MAX;
	s->duplicate_acks = t->duplicate_acks;
	s->in_recovery = t->in_recovery;
	s->srtt_ns = t->rtt.srtt_ns;
	s->rttvar_ns = t->rtt.rttvar_ns;
	s->ack_delay_ns = tcp->config.ack_delay_ns;
	s->heard_at = t->heard;
	s->rto_ns = rtt_backed_off(rtt_rto(&t->rtt, &tcp->config), t->backoff,
	    tcp->config.rto_max_ns);
	s->backoff = t->backoff;
	if (persist && !tcb_opening(t))
		s->persist_at = t->timer[TIMER_RETRANSMIT];
	else
		s->retransmit_at = t->timer[TIMER_RETRANSMIT];
	s->ack_at = t->timer[TIMER_ACK];
	s->keepalive_at = t->timer[TIMER_KEEPALIVE];
	if (t->timer[TIMER_USER] != ESTAB_NEVER &&
	    (tcb_outstanding(t) || tcb_unsent(t) > 0))
		s->user_timeout_at =
		    t->progress + t->options.user_timeout_ms * ESTAB_MS;
}

static void
of_time_wait(const struct tcp *tcp, const struct time_wait *w,
    struct estab_status *s)
{
	s->snd_nxt = s->snd_max = s->snd_una = w->snd_nxt;
	s->rcv_nxt = w->rcv_nxt;
	s->rcv_wnd = w->wnd;
	s->timestamps = w->has_ts;
	s->fin_sent = s->fin_acked = s->fin_taken = true;
	s->orphan = w->shell == 0;
	s->time_wait_at = tcp_time_of_ms(tcp, w->due_ms);
}

static void
of_tcb(const struct tcp *tcp, const struct tcb *t, struct estab_status *s)
{
	sending(tcp, t, s);
	receiving(tcp, t, s);
	timing(tcp, t, s);
	s->error = t->error;
	s->timestamps = t->ts_on;
	s->window_scale = t->wscale_on;
	s->orphan = t->orphan;
	s->bytes_sent = t->bytes_sent;
	s->bytes_retransmitted = t->bytes_retransmitted;
	s->bytes_acked = t->bytes_acked;
	s->bytes_received = t->bytes_received;
	s->segments_out = t->segments_out;
	s->segments_in = t->segments_in;
	s->retransmits = t->retransmits;
	if (t->time_wait)
		s->time_wait_at = tcp_time_of_ms(tcp,
		    ((struct time_wait *)arena_at(&tcp->arena, t->time_wait))
		        ->due_ms);
}

static void
of_half_open(const struct tcp *tcp, const struct half_open *h,
    struct estab_status *s)
{
	s->iss = s->snd_una = h->iss;
	s->snd_nxt = s->snd_max = h->iss + 1;
	s->irs = h->irs;
	s->rcv_nxt = h->irs + 1;
	s->mss_peer = h->mss;
	s->timestamps = h->has_ts;
	s->window_scale = h->has_wscale;
	s->snd_wnd_shift = (uint8_t)h->wscale;
	s->rcv_wnd_shift = (uint8_t)h->rcv_shift;
	s->backoff = h->tries;
	s->orphan = true;
	s->retransmit_at = tcp_time_of_ms(tcp, h->due_ms);
}

static void
fill(const struct tcp *tcp, const struct conn_head *head,
    struct estab_status *s)
{
	common(tcp, head, s);
	switch ((enum estab_kind)head->kind) {
	case ESTAB_KIND_LISTENER: {
		const struct listener *l =
		    (const struct listener *)(const void *)head;

		s->half_open_count = l->half_open_count;
		s->accept_count = l->accept_count;
		s->backlog = l->backlog;
		s->pressure = flood_pressure(tcp);
		s->half_open_max = tcp->config.half_open_max;
		s->defences = flood_defences(&tcp->config);
		return;
	}
	case ESTAB_KIND_HALF_OPEN:
		of_half_open(tcp, (const struct half_open *)(const void *)head,
		    s);
		return;
	case ESTAB_KIND_TCB:
		of_tcb(tcp, (const struct tcb *)(const void *)head, s);
		return;
	case ESTAB_KIND_TIME_WAIT:
		of_time_wait(tcp, (const struct time_wait *)(const void *)head,
		    s);
		return;
	case ESTAB_KIND_NONE:
		return;
	}
}

int
estab_status(const struct estab_host *host, estab_conn conn,
    struct estab_status *status)
{
	const struct conn_head *head = tcp_find(&host->tcp, conn);

	if (!head)
		return ESTAB_ESTALE;
	fill(&host->tcp, head, status);
	return 0;
}

/* The cursor is a bucket and how many of its chain were given. */
int
estab_status_next(const struct estab_host *host, uint64_t *cursor,
    struct estab_status *status)
{
	const struct tcp *tcp = &host->tcp;
	uint32_t bucket = (uint32_t)(*cursor >> 32);
	uint32_t skip = (uint32_t)*cursor;

	for (; bucket < tcp->table.bucket_count; bucket++, skip = 0) {
		uint32_t ref = table_first(&tcp->arena, &tcp->table, bucket);

		for (uint32_t i = 0; ref && i < skip; i++)
			ref = tcb_at(tcp, ref)->head.chain;
		if (!ref)
			continue;
		fill(tcp, arena_at(&tcp->arena, ref), status);
		*cursor = (uint64_t)bucket << 32 | (skip + 1);
		return 1;
	}
	return 0;
}
