/* SPDX-License-Identifier: BSD-2-Clause
 *
 * gate.c - connections that owe something and cannot send it yet.
 *
 * What is below may find that a segment has no way to its neighbour: nobody
 * has said where that one is (RFC 4861 7.2.2), or an address of ours is not
 * ours yet (RFC 4862 5.4).  Of each connection such a segment counts as never
 * sent, and the connection waits at a gate, among those that owe something.
 * So no queue below has to keep what its connection has anyway, and nothing
 * is left to a time-out.
 *
 * A gate belongs to many neighbours: that it opens is a reason to try again,
 * no promise.  All open a second after the first was waited at, for a
 * neighbour may have been forgotten, or a route have changed.
 */
#include "tcp/tcp.h"

#define LINK offsetof(struct tcb, output_link)
#define ALL_OPEN_NS ESTAB_SECOND

/* The list it stands in.  When its gate opened it went over to the others
 * without being told; that matters only at the ends of a list. */
static struct list *
list_of(struct tcp *tcp, const struct tcb *t)
{
	struct list *list = &tcp->output[t->gate];
	const uint32_t ref = tcb_ref(tcp, t);

	return list->head == ref || list->tail == ref ? list : &tcp->output[0];
}

void
gate_leave(struct tcp *tcp, struct tcb *t)
{
	if (!t->in_output)
		return;
	list_remove(&tcp->arena, list_of(tcp, t), tcb_ref(tcp, t), LINK);
	t->in_output = false;
	t->gate = 0;
}

void
gate_hold(struct tcp *tcp, struct tcb *t, uint8_t gate)
{
	if (tcp->output[0].head == tcb_ref(tcp, t))
		tcp->turn = 0;
	gate_leave(tcp, t);
	t->in_output = true;
	t->gate = gate;
	list_push(&tcp->arena, &tcp->output[gate], tcb_ref(tcp, t), LINK);
	if (t->snd.flight == 0) /* nothing that could be late */
		tcb_timer(t, TIMER_RETRANSMIT, ESTAB_NEVER);
	if (tcp->gates_due == ESTAB_NEVER)
		tcp->gates_due = tcp->now + ALL_OPEN_NS;
}

void
gate_open(struct tcp *tcp, uint8_t gate)
{
	list_append(&tcp->arena, &tcp->output[0], &tcp->output[gate], LINK);
}

void
gate_timeouts(struct tcp *tcp)
{
	if (tcp->now < tcp->gates_due)
		return;
	tcp->gates_due = ESTAB_NEVER;
	for (uint8_t gate = 1; gate < GATES; gate++)
		gate_open(tcp, gate);
}
