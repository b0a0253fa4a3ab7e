/* SPDX-License-Identifier: BSD-2-Clause
 *
 * conn.c - the public calls on connections: a handle becomes a record, the
 * record's kind decides whether the call makes sense, tcp/call.c does it.
 */
#include "host/host.h"

/* A connection its program holds.  One that waits to be accepted, an orphan
 * and small records are nobody's: their names, which estab_status_next tells,
 * are good for STATUS alone. */
static struct tcb *
find_tcb(const struct estab_host *host, estab_conn conn, int *error)
{
	struct conn_head *head = tcp_find(&host->tcp, conn);
	struct tcb *t = (struct tcb *)(void *)head;

	*error = ESTAB_ESTALE;
	if (!head)
		return NULL;
	if (head->kind == ESTAB_KIND_LISTENER)
		*error = ESTAB_EOPNOTSUPP;
	if (head->kind != ESTAB_KIND_TCB || t->orphan || !t->accepted)
		return NULL;
	return t;
}

static struct listener *
find_listener(const struct estab_host *host, estab_conn conn)
{
	struct conn_head *head = tcp_find(&host->tcp, conn);

	return head && head->kind == ESTAB_KIND_LISTENER ?
	    (struct listener *)(void *)head :
	    NULL;
}

/* ---- OPEN ---- */

static int
make_tuple(struct estab_host *host, const struct estab_endpoint *local,
    const struct estab_endpoint *remote, struct tuple *tuple)
{
	const int link = address_route(host, &remote->address);
	const struct estab_address *ours;

	if (remote->port == 0 || ip_is_unspecified(&remote->address) ||
	    address_is_for_many(host, &remote->address) ||
	    address_find(host, &remote->address) >= 0)
		return ESTAB_EINVAL;
	if (link < 0)
		return ESTAB_ENETUNREACH;
	ours = address_choose(host, link, &remote->address);
	if (local && !ip_is_unspecified(&local->address))
		ours = address_find(host, &local->address) >= 0 ?
		    &local->address :
		    NULL;
	if (!ours || ip_is_v4(ours) != ip_is_v4(&remote->address))
		return ESTAB_EADDRNOTAVAIL;
	if (estab_address_state(host, ours) == ESTAB_ADDRESS_DUPLICATE)
		return ESTAB_EDUPLICATE;
	tuple->local = *ours;
	tuple->remote = remote->address;
	tuple->remote_port = remote->port;
	tuple->local_port = local ? local->port : 0;
	if (tuple->local_port == 0 && port_choose(host, tuple) == 0)
		return ESTAB_EADDRNOTAVAIL;
	return link;
}

int
estab_connect(struct estab_host *host, estab_conn *conn,
    const struct estab_endpoint *local, const struct estab_endpoint *remote)
{
	struct conn_options options;
	struct tuple tuple;
	const int link = make_tuple(host, local, remote, &tuple);

	if (link < 0)
		return link;
	tcp_default_options(&host->tcp, &options);
	return call_connect(&host->tcp, conn, &tuple, (uint8_t)link, &options,
	    ESTAB_REASON_CALL_CONNECT);
}

int
estab_listen(struct estab_host *host, estab_conn *listener,
    const struct estab_endpoint *local, uint32_t backlog)
{
	if (local->port == 0)
		return ESTAB_EINVAL;
	if (!ip_is_unspecified(&local->address) &&
	    address_find(host, &local->address) < 0)
		return ESTAB_EADDRNOTAVAIL;
	if (estab_address_state(host, &local->address) ==
	    ESTAB_ADDRESS_DUPLICATE)
		return ESTAB_EDUPLICATE;
	return call_listen(&host->tcp, listener, local, backlog);
}

int
estab_accept(struct estab_host *host, estab_conn listener, estab_conn *conn)
{
	struct listener *l = find_listener(host, listener);

	if (!l)
		return tcp_find(&host->tcp, listener) ? ESTAB_EINVAL :
		                                        ESTAB_ESTALE;
	return call_accept(&host->tcp, l, conn);
}

int
estab_answer(struct estab_host *host, estab_conn pending,
    enum estab_answer answer)
{
	struct conn_head *head = tcp_find(&host->tcp, pending);
	struct half_open *h = (struct half_open *)(void *)head;
	struct tuple tuple;

	if (!head || (head->kind == ESTAB_KIND_HALF_OPEN && !head->in_table))
		return ESTAB_ESTALE;
	if (head->kind != ESTAB_KIND_HALF_OPEN || !h->deferred ||
	    (unsigned int)answer > ESTAB_ANSWER_NONE)
		return ESTAB_EINVAL;
	conn_tuple(head, &tuple);
	if (answer == ESTAB_ANSWER_UNREACHABLE)
		icmp_host_unreachable(host, &tuple, head->link, h->irs);
	deferred_answer(&host->tcp, h, answer);
	return 0;
}

static void
free_listener(struct estab_host *host, struct listener *l)
{
	struct tcp *tcp = &host->tcp;

	listen_end(tcp, l);
	if (l->in_events)
		list_remove(&tcp->arena, &tcp->listeners_events,
		    arena_ref(&tcp->arena, l),
		    offsetof(struct listener, event_link));
	conn_free(tcp, &l->head);
}

int
estab_listen_connect(struct estab_host *host, estab_conn listener,
    const struct estab_endpoint *remote, estab_conn *conn)
{
	struct listener *l = find_listener(host, listener);
	struct conn_options options;
	struct estab_endpoint local;
	struct tuple tuple;
	int link, error;

	if (!l)
		return tcp_find(&host->tcp, listener) ? ESTAB_EINVAL :
		                                        ESTAB_ESTALE;
	local.address = l->head.local;
	local.port = l->head.local_port;
	options = l->options;
	link = make_tuple(host, &local, remote, &tuple);
	if (link < 0)
		return link;
	error = call_connect(&host->tcp, conn, &tuple, (uint8_t)link, &options,
	    ESTAB_REASON_CALL_LISTEN_CONNECT);
	if (!error)
		free_listener(host, l);
	return error;
}

/* ---- SEND and RECEIVE ---- */

int64_t
estab_send(struct estab_host *host, estab_conn conn, const void *data, size_t n)
{
	int error;
	struct tcb *t = find_tcb(host, conn, &error);

	return t ? call_send(&host->tcp, t, data, n, false) : error;
}

int64_t
estab_send_urgent(struct estab_host *host, estab_conn conn, const void *data,
    size_t n)
{
	int error;
	struct tcb *t = find_tcb(host, conn, &error);

	return t ? call_send(&host->tcp, t, data, n, true) : error;
}

int
estab_send_reserve(struct estab_host *host, estab_conn conn, size_t want,
    struct estab_span *span)
{
	int error;
	struct tcb *t = find_tcb(host, conn, &error);

	if (!t)
		return error;
	error = call_may_write(t);
	if (error)
		return error;
	return send_buffer_reserve(&host->tcp, t, want, span);
}

int64_t
estab_send_commit(struct estab_host *host, estab_conn conn, size_t n)
{
	int error;
	struct tcb *t = find_tcb(host, conn, &error);
	int64_t taken;

	if (!t)
		return error;
	error = call_may_write(t);
	if (error) {
		send_buffer_unreserve(&host->tcp, t);
		return error;
	}
	taken = send_buffer_commit(&host->tcp, t, n);
	if (taken > 0)
		call_sent(&host->tcp, t, (size_t)taken);
	return taken;
}

int64_t
estab_receive(struct estab_host *host, estab_conn conn, void *data, size_t n)
{
	int error;
	struct tcb *t = find_tcb(host, conn, &error);

	return t ? call_receive(&host->tcp, t, data, n) : error;
}

int
estab_receive_peek(const struct estab_host *host, estab_conn conn,
    struct estab_span *spans, size_t max)
{
	int error;
	const struct tcb *t = find_tcb(host, conn, &error);

	return t ? receive_buffer_peek(&host->tcp, t, spans, max) : error;
}

int64_t
estab_receive_consume(struct estab_host *host, estab_conn conn, size_t n)
{
	int error;
	struct tcb *t = find_tcb(host, conn, &error);

	return t ? call_consume(&host->tcp, t, n) : error;
}

int64_t
estab_receive_copy(const struct estab_host *host, estab_conn conn,
    size_t offset, void *data, size_t n)
{
	int error;
	const struct tcb *t = find_tcb(host, conn, &error);

	if (!t)
		return error;
	return n > 0 ?
	    (int64_t)receive_buffer_copy(&host->tcp, t, offset, data, n) :
	    0;
}

int64_t
estab_urgent(const struct estab_host *host, estab_conn conn)
{
	int error;
	const struct tcb *t = find_tcb(host, conn, &error);

	if (!t)
		return error;
	return t->rcv.urgent && seq_lt(t->rcv.read, t->rcv.up) ?
	    seq_span(t->rcv.read, t->rcv.up) :
	    0;
}

/* ---- CLOSE and ABORT ---- */

int
estab_close(struct estab_host *host, estab_conn conn)
{
	int error;
	struct tcb *t = find_tcb(host, conn, &error);
	struct listener *l = t ? NULL : find_listener(host, conn);

	if (t)
		return call_close(&host->tcp, t);
	if (!l)
		return error;
	listen_end(&host->tcp, l);
	return 0;
}

int
estab_abort(struct estab_host *host, estab_conn conn)
{
	struct listener *l = find_listener(host, conn);
	int error;
	struct tcb *t = find_tcb(host, conn, &error);

	if (l) {
		listen_end(&host->tcp, l);
		return 0;
	}
	return t ? call_abort(&host->tcp, t) : error;
}

int
estab_release(struct estab_host *host, estab_conn conn)
{
	int error;
	struct tcb *t = find_tcb(host, conn, &error);
	struct listener *l = t ? NULL : find_listener(host, conn);

	if (t)
		return call_release(&host->tcp, t);
	if (!l)
		return error;
	free_listener(host, l);
	return 0;
}

int
estab_forget(struct estab_host *host, estab_conn conn)
{
	struct tcp *tcp = &host->tcp;
	struct conn_head *head = tcp_find(tcp, conn);

	if (!head)
		return ESTAB_ESTALE;
	if (head->kind == ESTAB_KIND_TCB &&
	    ((struct tcb *)(void *)head)->time_wait)
		head = arena_at(&tcp->arena,
		    ((struct tcb *)(void *)head)->time_wait);
	if (head->kind != ESTAB_KIND_TIME_WAIT)
		return ESTAB_EINVAL;
	time_wait_end(tcp, (struct time_wait *)(void *)head,
	    ESTAB_REASON_CALL_FORGET);
	return 0;
}

/* ---- Events ---- */

static uint32_t
listener_ready(const struct listener *l)
{
	return (l->accept_count > 0 ? ESTAB_ACCEPTABLE : 0) |
	    (l->head.state == ESTAB_CLOSED ? ESTAB_ENDED : 0);
}

static void
take_listener(struct tcp *tcp, struct estab_event *event)
{
	const uint32_t ref = tcp->listeners_events.head;
	struct listener *l = arena_at(&tcp->arena, ref);

	list_remove(&tcp->arena, &tcp->listeners_events, ref,
	    offsetof(struct listener, event_link));
	l->in_events = false;
	event->conn = conn_handle(tcp, &l->head);
	event->ready = listener_ready(l);
	event->error = 0;
}

int
estab_event(struct estab_host *host, struct estab_event *event)
{
	struct tcp *tcp = &host->tcp;
	struct tcb *t;

	if (tcp->listeners_events.head) {
		take_listener(tcp, event);
		return 1;
	}
	if (deferred_event(tcp, event))
		return 1;
	if (!tcp->events.head)
		return 0;
	t = tcb_at(tcp, tcp->events.head);
	list_remove(&tcp->arena, &tcp->events, tcp->events.head,
	    offsetof(struct tcb, event_link));
	t->in_events = false;
	t->events = 0;
	event->conn = conn_handle(tcp, &t->head);
	event->ready = event_ready(tcp, t);
	event->error = t->error;
	return 1;
}

bool
estab_event_waits(const struct estab_host *host)
{
	const struct tcp *tcp = &host->tcp;

	return tcp->listeners_events.head || tcp->events.head ||
	    tcp->half_opens[HALF_OPEN_EVENTS].head;
}

int
estab_ready(const struct estab_host *host, estab_conn conn)
{
	const struct listener *l = find_listener(host, conn);
	int error;
	const struct tcb *t = find_tcb(host, conn, &error);

	if (l)
		return (int)listener_ready(l);
	return t ? (int)event_ready(&host->tcp, t) : error;
}
