/* SPDX-License-Identifier: BSD-2-Clause
 *
 * conn.c - birth, change of state and death of connections.
 *
 * The ladder drives, the table checks: procedures decide which state comes
 * next, conn_enter() alone writes it, and asks the table of legal edges
 * (RFC 9293 3.3.2, figure 5) whether that was possible.
 */
#include "tcp/tcp.h"

#define TO(state) (1u << ESTAB_##state)

/* From each state, where to.  Any state may end in CLOSED: by a reset, an
 * abort or a time-out. */
static const uint16_t legal[ESTAB_STATE_COUNT] = {
	[ESTAB_CLOSED] = TO(LISTEN) | TO(SYN_SENT),
	[ESTAB_LISTEN] = TO(CLOSED) | TO(SYN_SENT) | TO(SYN_RECEIVED),
	[ESTAB_SYN_SENT] = TO(CLOSED) | TO(SYN_RECEIVED) | TO(ESTABLISHED),
	[ESTAB_SYN_RECEIVED] = TO(CLOSED) | TO(LISTEN) | TO(ESTABLISHED) |
	    TO(FIN_WAIT_1) | TO(SYN_SENT), /* docs/deviations.md */
	[ESTAB_ESTABLISHED] = TO(CLOSED) | TO(FIN_WAIT_1) | TO(CLOSE_WAIT),
	[ESTAB_FIN_WAIT_1] =
	    TO(CLOSED) | TO(FIN_WAIT_2) | TO(CLOSING) | TO(TIME_WAIT),
	[ESTAB_FIN_WAIT_2] = TO(CLOSED) | TO(TIME_WAIT),
	[ESTAB_CLOSE_WAIT] = TO(CLOSED) | TO(LAST_ACK),
	[ESTAB_CLOSING] = TO(CLOSED) | TO(TIME_WAIT),
	[ESTAB_LAST_ACK] = TO(CLOSED),
	[ESTAB_TIME_WAIT] = TO(CLOSED) | TO(SYN_RECEIVED), /* RFC 6191 */
};

bool
conn_edge_legal(enum estab_state from, enum estab_state to)
{
	return legal[from] >> to & 1u;
}

static const uint8_t kind_of_slab[] = {
	[SLAB_LISTENER] = ESTAB_KIND_LISTENER,
	[SLAB_HALF_OPEN] = ESTAB_KIND_HALF_OPEN,
	[SLAB_TCB] = ESTAB_KIND_TCB,
	[SLAB_TIME_WAIT] = ESTAB_KIND_TIME_WAIT,
};

static const uint8_t slab_of_kind[] = {
	[ESTAB_KIND_LISTENER] = SLAB_LISTENER,
	[ESTAB_KIND_HALF_OPEN] = SLAB_HALF_OPEN,
	[ESTAB_KIND_TCB] = SLAB_TCB,
	[ESTAB_KIND_TIME_WAIT] = SLAB_TIME_WAIT,
};

void
conn_name(struct tcp *tcp, struct conn_head *head)
{
	if (++tcp->generation == 0)
		tcp->generation = 1;
	head->generation = tcp->generation;
}

struct conn_head *
conn_birth(struct tcp *tcp, enum record_kind slab, enum estab_state state,
    const struct tuple *tuple, uint8_t link)
{
	const uint32_t ref = slab_take(&tcp->arena, slab);
	struct conn_head *head;

	if (!ref)
		return NULL;
	head = arena_at(&tcp->arena, ref);
	conn_name(tcp, head);
	head->kind = kind_of_slab[slab];
	head->state = (uint8_t)state;
	head->local = tuple->local;
	head->remote = tuple->remote;
	head->local_port = tuple->local_port;
	head->remote_port = tuple->remote_port;
	head->link = link;
	if (!ports_take(tcp, head)) {
		slab_give(&tcp->arena, slab, ref);
		return NULL;
	}
	table_insert(&tcp->arena, &tcp->table, ref);
	return head;
}

static bool
counts_as_established(enum estab_state state)
{
	return state == ESTAB_ESTABLISHED || state == ESTAB_CLOSE_WAIT;
}

/* A shell (a TCB whose TIME-WAIT is a record of its own, and which is in no
 * table) only follows: nobody is told and nothing is counted twice. */
void
conn_enter(struct tcp *tcp, struct conn_head *head, enum estab_state state,
    enum estab_reason reason)
{
	const enum estab_state before = head->state;
	struct estab_record *record;

	if (before == state)
		return;
	if (!conn_edge_legal(before, state))
		count(tcp, ESTAB_COUNT_TCPInvariant);
	head->state = (uint8_t)state;
	if (!head->in_table)
		return;
	if (counts_as_established(state) && !counts_as_established(before))
		count(tcp, ESTAB_COUNT_CurrEstab);
	if (counts_as_established(before) && !counts_as_established(state))
		tcp->counter[ESTAB_COUNT_CurrEstab]--;
	record = conn_record(tcp, ESTAB_RECORD_STATE, head, reason);
	if (record)
		record->before = (uint8_t)before;
}

static uint32_t
memory_of_tcb(const struct tcp *tcp, const struct tcb *t)
{
	const struct slab_kind *slab = tcp->arena.slab;
	const bool ended =
	    t->head.state == ESTAB_CLOSED || t->head.state == ESTAB_TIME_WAIT;

	if (ended && t->orphan) /* tcb_settle() frees it */
		return 0;
	return slab[SLAB_TCB].size + t->buffer_bytes +
	    t->snd.sent_count * slab[SLAB_SENT].size +
	    t->rcv.held_count * slab[SLAB_HELD].size;
}

/* A TIME-WAIT and the shell its program holds are one connection, as are a
 * half-open record and the TIME-WAIT it is to replace.  What a change of
 * state lets go does not count any more. */
uint32_t
conn_memory(const struct tcp *tcp, const struct conn_head *head)
{
	const struct slab_kind *slab = tcp->arena.slab;

	switch ((enum estab_kind)head->kind) {
	case ESTAB_KIND_LISTENER:
		return slab[SLAB_LISTENER].size;
	case ESTAB_KIND_HALF_OPEN: {
		const struct half_open *h =
		    (const struct half_open *)(const void *)head;

		return (head->state == ESTAB_SYN_RECEIVED ?
		               slab[SLAB_HALF_OPEN].size :
		               0) +
		    (h->shadow ? slab[SLAB_TIME_WAIT].size : 0);
	}
	case ESTAB_KIND_TCB: {
		const struct tcb *t = (const struct tcb *)(const void *)head;

		return memory_of_tcb(tcp, t) +
		    (head->state == ESTAB_TIME_WAIT ?
		            slab[SLAB_TIME_WAIT].size :
		            0);
	}
	case ESTAB_KIND_TIME_WAIT: {
		const struct time_wait *w =
		    (const struct time_wait *)(const void *)head;

		return (head->state == ESTAB_TIME_WAIT ?
		               slab[SLAB_TIME_WAIT].size :
		               0) +
		    (w->shell ? memory_of_tcb(tcp, tcb_at(tcp, w->shell)) : 0);
	}
	case ESTAB_KIND_NONE:
		break;
	}
	return 0;
}

struct estab_record *
conn_record(struct tcp *tcp, uint8_t type, const struct conn_head *head,
    enum estab_reason reason)
{
	struct estab_record *record;

	if (!tcp->config.trace)
		return NULL;
	record = trace_append(tcp->config.trace, type, tcp->now);
	record->host = tcp->config.trace_id;
	record->reason = (uint16_t)reason;
	record->conn = conn_handle(tcp, head);
	record->local.address = head->local;
	record->local.port = head->local_port;
	record->remote.address = head->remote;
	record->remote.port = head->remote_port;
	record->before = record->after = head->state;
	record->memory_bytes = conn_memory(tcp, head);
	if (head->kind == ESTAB_KIND_TCB) {
		const struct tcb *t = (const struct tcb *)(const void *)head;

		record->cwnd_bytes = t->congestion.cwnd;
		record->ssthresh_bytes = t->congestion.ssthresh;
	}
	return record;
}

void
conn_free(struct tcp *tcp, struct conn_head *head)
{
	const uint32_t ref = arena_ref(&tcp->arena, head);

	if (head->in_table)
		table_remove(&tcp->arena, &tcp->table, ref);
	ports_give(tcp, head);
	if (head->kind != ESTAB_KIND_NONE)
		slab_give(&tcp->arena, slab_of_kind[head->kind], ref);
}

void
conn_drop_send(struct tcp *tcp, struct tcb *t)
{
	sent_clear(tcp, t);
	send_buffer_clear(tcp, t);
}

void
conn_drop_receive(struct tcp *tcp, struct tcb *t)
{
	receive_buffer_clear(tcp, t);
	t->rcv.urgent = false;
}

/* Text in order that the program has not read stays readable, whatever the
 * peer or the network did since; an ABORT throws it away (3.10.5). */
static bool
ended_here(int error)
{
	return error == ESTAB_ECONNABORTED || error == ESTAB_EINTERNAL;
}

void
conn_drop_buffers(struct tcp *tcp, struct tcb *t)
{
	conn_drop_send(tcp, t);
	if (t->orphan || ended_here(t->error))
		conn_drop_receive(tcp, t);
	if (seq_gt(t->rcv.up, t->rcv.nxt)) /* it will not come any more */
		t->rcv.urgent = false;
}

void
conn_detach(struct tcp *tcp, struct tcb *t)
{
	const uint32_t ref = tcb_ref(tcp, t);

	for (int i = 0; i < TIMER_COUNT; i++)
		t->timer[i] = ESTAB_NEVER;
	wheel_set(&tcp->arena, &tcp->wheel, ref, ESTAB_NEVER);
	gate_leave(tcp, t);
	if (t->head.in_table)
		table_remove(&tcp->arena, &tcp->table, ref);
	ports_give(tcp, &t->head);
	flood_source_closed(tcp, t);
	t->ack_now = t->window_owed = t->probe_owed = false;
	t->keepalive_owed = t->silly_now = false;
}

void
conn_end(struct tcp *tcp, struct tcb *t, enum estab_reason reason, int error)
{
	const enum estab_state before = t->head.state;

	if (!t->head.in_table)
		return;
	if (before == ESTAB_SYN_SENT || before == ESTAB_SYN_RECEIVED)
		count(tcp, ESTAB_COUNT_AttemptFails);
	if (counts_as_established(before))
		count(tcp, ESTAB_COUNT_EstabResets);
	if (!t->error)
		t->error = (int16_t)error;
	conn_drop_buffers(tcp, t);
	conn_enter(tcp, &t->head, ESTAB_CLOSED, reason);
	conn_detach(tcp, t);
	event_tell(tcp, t, ESTAB_ENDED);
}

/* 3.10.5: the states in which the peer waits for nothing from us get no
 * RST. */
static bool
wants_reset(enum estab_state state)
{
	switch (state) {
	case ESTAB_SYN_RECEIVED:
	case ESTAB_ESTABLISHED:
	case ESTAB_FIN_WAIT_1:
	case ESTAB_FIN_WAIT_2:
	case ESTAB_CLOSE_WAIT:
		return true;
	case ESTAB_CLOSED:
	case ESTAB_LISTEN:
	case ESTAB_SYN_SENT:
	case ESTAB_CLOSING:
	case ESTAB_LAST_ACK:
	case ESTAB_TIME_WAIT:
		return false;
	}
	return false;
}

void
conn_reset(struct tcp *tcp, struct tcb *t, enum estab_reason reason, int error)
{
	struct reply *r;

	if (t->head.in_table && wants_reset(t->head.state)) {
		r = reply_from(tcp, &t->head, ESTAB_REASON_OUT_RST);
		if (r) {
			r->flags = ESTAB_RST | ESTAB_ACK;
			r->seq = t->snd.nxt;
			r->ack = t->rcv.nxt;
			r->has_ts = t->ts_on; /* RFC 7323 3.2 */
			r->tsval = tcb_tsval(tcp, t);
			r->tsecr = t->ts_recent;
			r->ttl = t->options.ttl;
			r->tos = t->options.tos;
		}
	}
	conn_end(tcp, t, reason, error);
}
