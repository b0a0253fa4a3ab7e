/* SPDX-License-Identifier: BSD-2-Clause
 *
 * listen.c - a segment arrives in LISTEN (RFC 9293 3.10.7.2), and the queue
 * of connections that wait to be accepted.
 */
#include "base/mem.h"
#include "tcp/tcp.h"

static const struct estab_address any;
static const struct estab_address any_v4 = { { [10] = 0xff, [11] = 0xff } };

static void
listener_tuple(struct tuple *tuple, const struct estab_address *local,
    uint16_t port)
{
	memset(tuple, 0, sizeof *tuple);
	tuple->local = *local;
	tuple->local_port = port;
}

static struct listener *
find_at(const struct tcp *tcp, const struct estab_address *local, uint16_t port)
{
	struct tuple tuple;
	uint32_t ref;

	listener_tuple(&tuple, local, port);
	ref = table_find(&tcp->arena, &tcp->table, &tuple);
	return ref ? arena_at(&tcp->arena, ref) : NULL;
}

/* The most particular comes first: the address, its family, any. */
struct listener *
listen_find(const struct tcp *tcp, const struct estab_address *local,
    uint16_t port)
{
	struct listener *l = NULL;

	if (tcp->listener_count == 0)
		return NULL;
	if (tcp->bound_listener_count > 0) {
		l = find_at(tcp, local, port);
		if (!l && ip_is_v4(local))
			l = find_at(tcp, &any_v4, port);
		if (l)
			return l;
	} else if (tcp->recent_listener) {
		l = arena_at(&tcp->arena, tcp->recent_listener);
		if (l->head.local_port != port)
			l = NULL;
	}
	if (!l)
		l = find_at(tcp, &any, port);
	return l && !(l->options.v6only && ip_is_v4(local)) ? l : NULL;
}

void
listen_take(struct tcp *tcp, struct listener *l, struct arrival *a,
    struct time_wait *w, enum flood_verdict verdict)
{
	switch (verdict) {
	case FLOOD_RECORD:
		half_open_begin(tcp, l, a, w);
		return;
	case FLOOD_COOKIE:
		half_open_answer(tcp, l, a);
		return;
	case FLOOD_DROP:
		return;
	}
}

/* Third, check for a SYN. */
void
listen_take_syn(struct tcp *tcp, struct listener *l, struct arrival *a,
    struct time_wait *w)
{
	if (listen_backlog_full(l)) {
		count(tcp, ESTAB_COUNT_ListenOverflows);
		count(tcp, ESTAB_COUNT_ListenDrops);
		a->reason = ESTAB_REASON_LISTEN_BACKLOG_FULL;
		return;
	}
	a->reason = w ? ESTAB_REASON_TIME_WAIT_REUSED : ESTAB_REASON_LISTEN_SYN;
	listen_take(tcp, l, a, w, flood_judge(tcp, l, a, w != NULL));
}

/* Second, check for an ACK.  + It may bring a cookie.  While cookies are
 * out whose ACKs have not come, text may have overtaken its ACK: a reset
 * would end an honest opening, and the text will come again. */
static void
take_ack(struct tcp *tcp, struct arrival *a)
{
	if (a->seg.text_len > 0 && flood_expects(tcp)) {
		a->reason = ESTAB_REASON_LISTEN_COOKIE_UNSURE;
		return;
	}
	a->reason = ESTAB_REASON_LISTEN_ACK; /* nothing of ours */
	(void)arrive_reset(tcp, a);
}

static void
judge(struct tcp *tcp, struct listener *l, struct arrival *a)
{
	const struct segment *seg = &a->seg;

	if (seg->rst) { /* first */
		a->reason = ESTAB_REASON_LISTEN_RST;
		return;
	}
	if (seg->has_ack) {
		take_ack(tcp, a);
		return;
	}
	if (!seg->syn) { /* fourth: cannot be for anybody */
		a->reason = ESTAB_REASON_LISTEN_NO_SYN;
		return;
	}
	if (a->multicast) { /* MUST-57 */
		a->reason = ESTAB_REASON_NOT_UNICAST;
		return;
	}
	if (seg->fin) { /* nobody who means to talk sends it */
		a->reason = ESTAB_REASON_LISTEN_SYN_FIN;
		return;
	}
	listen_take_syn(tcp, l, a, NULL);
}

void
listen_arrives(struct tcp *tcp, struct listener *l, struct arrival *a)
{
	const struct segment *seg = &a->seg;

	if (seg->has_ack && !seg->syn && !seg->rst &&
	    half_open_from_cookie(tcp, l, a))
		return; /* traced there: a connection took it */
	judge(tcp, l, a);
	arrive_trace(tcp, a, &l->head, ESTAB_LISTEN);
}

void
listen_queue(struct tcp *tcp, struct listener *l, struct tcb *t)
{
	t->listener = arena_ref(&tcp->arena, l);
	list_push(&tcp->arena, &l->accept, tcb_ref(tcp, t),
	    offsetof(struct tcb, accept_link));
	l->accept_count++;
	event_tell_listener(tcp, l);
}

void
listen_unqueue(struct tcp *tcp, struct tcb *t)
{
	struct listener *l = arena_at(&tcp->arena, t->listener);

	list_remove(&tcp->arena, &l->accept, tcb_ref(tcp, t),
	    offsetof(struct tcb, accept_link));
	l->accept_count--;
	t->listener = 0;
}

/* 3.10.4, LISTEN: nobody will accept what still waits, so it is reset. */
static void
reset_waiting(struct tcp *tcp, struct listener *l)
{
	while (l->accept.head) {
		struct tcb *t = tcb_at(tcp, l->accept.head);

		listen_unqueue(tcp, t);
		t->orphan = true;
		count(tcp, ESTAB_COUNT_TCPAbortOnClose);
		conn_reset(tcp, t, ESTAB_REASON_CALL_CLOSE, ESTAB_ECONNABORTED);
		tcb_settle(tcp, t);
	}
}

/* The one who would be found if this one were not there. */
static struct listener *
less_particular(const struct tcp *tcp, const struct listener *l)
{
	const bool v4 = ip_is_v4(&l->head.local);
	struct listener *found;

	if (v4 && !ip_is_unspecified(&l->head.local))
		return listen_find(tcp, &any_v4, l->head.local_port);
	found = find_at(tcp, &any, l->head.local_port);
	return found == l || (found && v4 && found->options.v6only) ? NULL :
	                                                              found;
}

/* Openings whose SYN came to a less particular listener complete here from
 * now on: they are counted where they will wait. */
void
listen_take_over(struct tcp *tcp, struct listener *l)
{
	struct listener *before = less_particular(tcp, l);

	if (!before)
		return;
	for (uint32_t n = 0; n < HALF_OPEN_LISTS; n++) {
		uint32_t ref = tcp->half_opens[n].head;

		for (; ref;
		     ref = ((struct half_open *)arena_at(&tcp->arena, ref))
		               ->link.next) {
			const struct half_open *h = arena_at(&tcp->arena, ref);

			if (!h->head.in_table ||
			    listen_find(tcp, &h->head.local,
			        h->head.local_port) != l)
				continue;
			before->half_open_count--;
			l->half_open_count++;
		}
	}
}

static void
drop_half_open(struct tcp *tcp, const struct listener *l)
{
	for (uint32_t n = 0; n < HALF_OPEN_LISTS; n++) {
		uint32_t ref = tcp->half_opens[n].head;

		while (ref) {
			struct half_open *h = arena_at(&tcp->arena, ref);

			ref = h->link.next;
			if (h->head.in_table &&
			    listen_find(tcp, &h->head.local,
			        h->head.local_port) == l)
				half_open_end(tcp, h, ESTAB_REASON_CALL_CLOSE);
		}
	}
}

void
listen_end(struct tcp *tcp, struct listener *l)
{
	if (l->head.state == ESTAB_CLOSED)
		return;
	drop_half_open(tcp, l);
	reset_waiting(tcp, l);
	conn_enter(tcp, &l->head, ESTAB_CLOSED, ESTAB_REASON_CALL_CLOSE);
	table_remove(&tcp->arena, &tcp->table, arena_ref(&tcp->arena, l));
	ports_give(tcp, &l->head);
	tcp->listener_count--;
	if (tcp->recent_listener == arena_ref(&tcp->arena, l))
		tcp->recent_listener = 0;
	if (ip_is_v4(&l->head.local) || !ip_is_unspecified(&l->head.local))
		tcp->bound_listener_count--;
}
