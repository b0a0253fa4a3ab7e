/* SPDX-License-Identifier: BSD-2-Clause
 *
 * call.c - the calls of a program (RFC 9293 3.10.1 to 3.10.5).  STATUS is
 * host/status.c.
 */
#include "base/mem.h"
#include "tcp/tcp.h"

/* ---- OPEN (3.10.1) ---- */

int
call_listen(struct tcp *tcp, estab_conn *conn,
    const struct estab_endpoint *local, uint32_t backlog)
{
	struct listener *l;
	struct tuple tuple;

	memset(&tuple, 0, sizeof tuple);
	tuple.local = local->address;
	tuple.local_port = local->port;
	if (table_find(&tcp->arena, &tcp->table, &tuple))
		return ESTAB_EADDRINUSE;
	l = (struct listener *)(void *)conn_birth(tcp, SLAB_LISTENER,
	    ESTAB_CLOSED, &tuple, 0);
	if (!l)
		return ESTAB_ENOMEM;
	tcp_default_options(tcp, &l->options);
	l->backlog = backlog > 0 ? backlog : 1;
	tcp->listener_count++;
	tcp->recent_listener = arena_ref(&tcp->arena, l);
	if (ip_is_v4(&local->address) || !ip_is_unspecified(&local->address))
		tcp->bound_listener_count++;
	*conn = conn_handle(tcp, &l->head);
	conn_enter(tcp, &l->head, ESTAB_LISTEN, ESTAB_REASON_CALL_LISTEN);
	listen_take_over(tcp, l);
	return 0;
}

/* A TCB is made, and SYN is owed.  What the listener was when it turns
 * active (CALL_LISTEN_CONNECT) is the TCB's state at birth. */
int
call_connect(struct tcp *tcp, estab_conn *conn, const struct tuple *tuple,
    uint8_t link, const struct conn_options *options, enum estab_reason reason)
{
	struct tcb *t;

	if (table_find(&tcp->arena, &tcp->table, tuple))
		return ESTAB_EADDRINUSE;
	t = tcb_new(tcp,
	    reason == ESTAB_REASON_CALL_LISTEN_CONNECT ? ESTAB_LISTEN :
	                                                 ESTAB_CLOSED,
	    tuple, link, options);
	if (!t)
		return ESTAB_ENOMEM;
	t->accepted = true;
	tcb_set_iss(t, isn_active(tcp, tuple));
	tcb_set_mss(tcp, t);
	count(tcp, ESTAB_COUNT_ActiveOpens);
	conn_enter(tcp, &t->head, ESTAB_SYN_SENT, reason);
	tcb_owes(tcp, t); /* settled when its SYN leaves */
	*conn = conn_handle(tcp, &t->head);
	return 0;
}

int
call_accept(struct tcp *tcp, struct listener *l, estab_conn *conn)
{
	struct tcb *t;

	if (!l->accept.head)
		return ESTAB_EAGAIN;
	t = tcb_at(tcp, l->accept.head);
	listen_unqueue(tcp, t);
	t->accepted = true;
	*conn = conn_handle(tcp, &t->head);
	if (t->events)
		event_tell(tcp, t, t->events);
	return 0;
}

/* ---- SEND (3.10.2) ---- */

int
call_may_write(const struct tcb *t)
{
	if (t->error)
		return t->error;
	if (t->snd.fin_queued)
		return ESTAB_EPIPE;
	return t->head.in_table ? 0 : ESTAB_ENOTCONN;
}

/* RFC 5681 4.1: who was idle for longer than the RTO knows no more of the
 * path than at the beginning, and has no ACKs to clock it. */
static void
restart_window(const struct tcp *tcp, struct tcb *t)
{
	const uint32_t window =
	    (uint32_t)tcp->config.initial_window * t->snd.mss;

	if (t->congestion.cwnd > window &&
	    tcp->now - t->progress > rtt_rto(&t->rtt, &tcp->config))
		t->congestion.cwnd = window;
}

/* New text is queued; the time it waits counts from now.  The TCB stands in
 * the output list and is settled there. */
void
call_sent(struct tcp *tcp, struct tcb *t, size_t n)
{
	if (n == 0)
		return;
	if (!tcb_outstanding(t) && tcb_unsent(t) == n) {
		restart_window(tcp, t);
		t->progress = tcp->now;
	}
	tcb_owes(tcp, t);
}

int64_t
call_send(struct tcp *tcp, struct tcb *t, const void *data, size_t n,
    bool urgent)
{
	const int error = call_may_write(t);
	int64_t taken;

	if (error)
		return error;
	taken = send_buffer_write(tcp, t, data, n);
	if (urgent && taken > 0) { /* SND.UP: behind the last urgent byte */
		t->snd.urgent = true;
		t->snd.up = t->snd.buffer_end;
	}
	call_sent(tcp, t, (size_t)taken);
	return taken;
}

/* ---- RECEIVE (3.10.3) ---- */

static int64_t
nothing_to_read(const struct tcb *t)
{
	if (t->error)
		return t->error;
	if (t->rcv.fin_taken)
		return 0;
	return t->head.in_table ? ESTAB_EAGAIN : ESTAB_ENOTCONN;
}

static uint32_t
readable(const struct tcb *t)
{
	return seq_span(t->rcv.read,
	    t->rcv.fin_taken ? t->rcv.fin_seq : t->rcv.nxt);
}

int64_t
call_consume(struct tcp *tcp, struct tcb *t, size_t n)
{
	if (n > readable(t))
		return ESTAB_EINVAL;
	receive_buffer_consume(tcp, t, (uint32_t)n);
	if (t->rcv.urgent && seq_ge(t->rcv.read, t->rcv.up))
		t->rcv.urgent = false;
	if (t->head.in_table)
		ack_room(tcp, t);
	return (int64_t)n;
}

int64_t
call_receive(struct tcp *tcp, struct tcb *t, void *data, size_t n)
{
	if (readable(t) == 0)
		return nothing_to_read(t);
	return call_consume(tcp, t, receive_buffer_copy(tcp, t, 0, data, n));
}

/* ---- CLOSE (3.10.4) ---- */

/* The state is that of a closed sender from the call on; the FIN waits its
 * turn behind what was written before. */
static void
queue_fin(struct tcp *tcp, struct tcb *t, enum estab_state next)
{
	t->snd.fin_queued = true;
	conn_enter(tcp, &t->head, next,
	    tcb_unsent(t) > 0 ? ESTAB_REASON_CALL_CLOSE_UNSENT :
	                        ESTAB_REASON_CALL_CLOSE);
	tcb_owes(tcp, t); /* settled when its turn comes */
}

int
call_close(struct tcp *tcp, struct tcb *t)
{
	if (t->error)
		return t->error;
	switch ((enum estab_state)t->head.state) {
	case ESTAB_SYN_SENT:
		conn_end(tcp, t, ESTAB_REASON_CALL_CLOSE, ESTAB_ECONNABORTED);
		tcb_settle(tcp, t);
		return 0;
	case ESTAB_SYN_RECEIVED:
		if (tcb_unsent(t) > 0 || t->snd.fin_queued) {
			t->snd.fin_queued = true; /* after the handshake */
			return 0;
		}
		queue_fin(tcp, t, ESTAB_FIN_WAIT_1);
		return 0;
	case ESTAB_ESTABLISHED:
		queue_fin(tcp, t, ESTAB_FIN_WAIT_1);
		return 0;
	case ESTAB_CLOSE_WAIT:
		queue_fin(tcp, t, ESTAB_LAST_ACK);
		return 0;
	case ESTAB_CLOSED:
	case ESTAB_LISTEN:
		return ESTAB_ENOTCONN;
	case ESTAB_FIN_WAIT_1:
	case ESTAB_FIN_WAIT_2:
	case ESTAB_CLOSING:
	case ESTAB_LAST_ACK:
	case ESTAB_TIME_WAIT:
		return ESTAB_EPIPE; /* "connection closing" */
	}
	return ESTAB_ENOTCONN;
}

/* ---- ABORT (3.10.5) ---- */

int
call_abort(struct tcp *tcp, struct tcb *t)
{
	if (t->time_wait) {
		time_wait_end(tcp, arena_at(&tcp->arena, t->time_wait),
		    ESTAB_REASON_CALL_ABORT);
		return 0;
	}
	if (!t->head.in_table)
		return t->error ? t->error : ESTAB_ENOTCONN;
	conn_reset(tcp, t, ESTAB_REASON_CALL_ABORT, ESTAB_ECONNABORTED);
	tcb_settle(tcp, t);
	return 0;
}

/* ---- The program lets go ---- */

static void
forget_events(struct tcp *tcp, struct tcb *t)
{
	if (!t->in_events)
		return;
	list_remove(&tcp->arena, &tcp->events, tcb_ref(tcp, t),
	    offsetof(struct tcb, event_link));
	t->in_events = false;
}

static bool
peer_may_still_care(enum estab_state state)
{
	return state == ESTAB_ESTABLISHED || state == ESTAB_FIN_WAIT_1 ||
	    state == ESTAB_FIN_WAIT_2 || state == ESTAB_CLOSE_WAIT;
}

/* 3.6.1: text that arrived and will never be read was not received; the peer
 * must not believe so. */
static void
abandon(struct tcp *tcp, struct tcb *t)
{
	const bool unread = readable(t) > 0 || t->rcv.held_count > 0;

	if (unread && peer_may_still_care(t->head.state)) {
		count(tcp, ESTAB_COUNT_TCPAbortOnClose);
		conn_reset(tcp, t, ESTAB_REASON_CALL_RELEASE_UNREAD,
		    ESTAB_ECONNABORTED);
		return;
	}
	conn_drop_receive(tcp, t);
	if (t->head.state == ESTAB_FIN_WAIT_2 && t->options.fin_wait_2_ms)
		tcb_timer(t, TIMER_FIN_WAIT_2,
		    tcp->now + t->options.fin_wait_2_ms * ESTAB_MS);
	if (!t->snd.fin_queued)
		(void)call_close(tcp, t);
}

int
call_release(struct tcp *tcp, struct tcb *t)
{
	if (t->head.in_table)
		abandon(tcp, t);
	else
		conn_drop_receive(tcp, t);
	if (t->time_wait)
		((struct time_wait *)arena_at(&tcp->arena, t->time_wait))->shell =
		    0;
	send_buffer_unreserve(tcp, t);
	forget_events(tcp, t); /* that it ends, among them */
	t->orphan = true;
	conn_name(tcp, &t->head);
	tcb_settle(tcp, t);
	return 0;
}
