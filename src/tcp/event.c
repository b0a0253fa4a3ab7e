/* SPDX-License-Identifier: BSD-2-Clause
 *
 * event.c - what programs are told: bits on the record, which stands at most
 * once in a list.  Levels, not edges: an event says "look", estab_ready()
 * says what holds.
 */
#include "tcp/tcp.h"

void
event_tell(struct tcp *tcp, struct tcb *t, uint8_t bits)
{
	t->events |= bits;
	if (t->in_events || t->orphan || !t->accepted)
		return;
	t->in_events = true;
	list_push(&tcp->arena, &tcp->events, tcb_ref(tcp, t),
	    offsetof(struct tcb, event_link));
}

void
event_tell_listener(struct tcp *tcp, struct listener *l)
{
	if (l->in_events)
		return;
	l->in_events = true;
	list_push(&tcp->arena, &tcp->listeners_events,
	    arena_ref(&tcp->arena, l), offsetof(struct listener, event_link));
}

static bool
handshake_ended(enum estab_state state)
{
	switch (state) {
	case ESTAB_ESTABLISHED:
	case ESTAB_FIN_WAIT_1:
	case ESTAB_FIN_WAIT_2:
	case ESTAB_CLOSE_WAIT:
	case ESTAB_CLOSING:
	case ESTAB_LAST_ACK:
	case ESTAB_TIME_WAIT:
		return true;
	case ESTAB_CLOSED:
	case ESTAB_LISTEN:
	case ESTAB_SYN_SENT:
	case ESTAB_SYN_RECEIVED:
		return false;
	}
	return false;
}

uint32_t
event_ready(const struct tcp *tcp, const struct tcb *t)
{
	uint32_t ready = 0;

	(void)tcp;
	if (handshake_ended(t->head.state))
		ready |= ESTAB_CONNECTED;
	if (t->rcv.read != (t->rcv.fin_taken ? t->rcv.fin_seq : t->rcv.nxt))
		ready |= ESTAB_READABLE;
	if (t->rcv.fin_taken)
		ready |= ESTAB_EOF;
	if (t->rcv.urgent && seq_lt(t->rcv.read, t->rcv.up))
		ready |= ESTAB_URGENT;
	if (t->head.in_table && !t->snd.fin_queued && send_buffer_room(t) > 0)
		ready |= ESTAB_WRITABLE;
	if (t->error)
		ready |= ESTAB_ERROR;
	if (!t->head.in_table)
		ready |= ESTAB_ENDED;
	return ready;
}
