/* SPDX-License-Identifier: BSD-2-Clause
 *
 * held.c - ranges of text beyond holes: a sorted list, bounded.  The text is in
 * the receive buffer.
 */
#include "tcp/held.h"

static uint32_t *
slot_after(struct tcp *tcp, struct tcb *t, uint32_t prev)
{
	return prev ? &held_at(tcp, prev)->next : &t->rcv.held;
}

/* The last range that begins at or before seq, or 0. */
static uint32_t
before(struct tcp *tcp, struct tcb *t, uint32_t seq)
{
	uint32_t prev = 0;

	for (uint32_t ref = t->rcv.held;
	     ref && seq_le(held_at(tcp, ref)->first, seq);
	     ref = held_at(tcp, ref)->next)
		prev = ref;
	return prev;
}

void
held_drop(struct tcp *tcp, struct tcb *t, uint32_t prev)
{
	uint32_t *slot = slot_after(tcp, t, prev);
	const uint32_t ref = *slot;

	*slot = held_at(tcp, ref)->next;
	slab_give(&tcp->arena, SLAB_HELD, ref);
	t->rcv.held_count--;
}

/* Give up the farthest range; its numbers were never acknowledged. */
static void
drop_farthest(struct tcp *tcp, struct tcb *t)
{
	uint32_t prev = 0;

	for (uint32_t ref = t->rcv.held; held_at(tcp, ref)->next;
	     ref = held_at(tcp, ref)->next)
		prev = ref;
	held_drop(tcp, t, prev);
	count(tcp, ESTAB_COUNT_TCPOFODrop);
}

static bool
insert(struct tcp *tcp, struct tcb *t, uint32_t prev, uint32_t first,
    uint32_t end)
{
	uint32_t *slot, ref;
	struct held *h;

	if (t->rcv.held_count >= tcp->config.reorder_ranges_max) {
		if (!*slot_after(tcp, t, prev)) { /* it is the farthest */
			count(tcp, ESTAB_COUNT_TCPOFODrop);
			return false;
		}
		drop_farthest(tcp, t);
	}
	ref = slab_take(&tcp->arena, SLAB_HELD);
	if (!ref)
		return false;
	slot = slot_after(tcp, t, prev);
	h = held_at(tcp, ref);
	h->first = first;
	h->end = end;
	h->next = *slot;
	*slot = ref;
	t->rcv.held_count++;
	return true;
}

/* Note [first, end) as held: one range with all it touches. */
bool
held_add(struct tcp *tcp, struct tcb *t, uint32_t first, uint32_t end)
{
	const uint32_t prev = before(tcp, t, first);
	uint32_t ref = prev;

	if (!prev || seq_lt(held_at(tcp, prev)->end, first)) {
		if (!insert(tcp, t, prev, first, end))
			return false;
		ref = *slot_after(tcp, t, prev);
	} else if (seq_lt(held_at(tcp, prev)->end, end)) {
		held_at(tcp, prev)->end = end;
	}
	while (held_at(tcp, ref)->next &&
	    seq_le(held_at(tcp, held_at(tcp, ref)->next)->first,
	        held_at(tcp, ref)->end)) {
		held_at(tcp, ref)->end = seq_max(held_at(tcp, ref)->end,
		    held_at(tcp, held_at(tcp, ref)->next)->end);
		held_drop(tcp, t, ref);
	}
	return true;
}

/* Forget what is held from seq on. */
void
held_cut(struct tcp *tcp, struct tcb *t, uint32_t seq)
{
	uint32_t prev = 0, ref = t->rcv.held;

	while (ref) {
		struct held *h = held_at(tcp, ref);

		if (seq_ge(h->first, seq)) {
			held_drop(tcp, t, prev);
			ref = *slot_after(tcp, t, prev);
			continue;
		}
		if (seq_gt(h->end, seq))
			h->end = seq;
		prev = ref;
		ref = h->next;
	}
}

uint32_t
held_bytes(const struct tcp *tcp, const struct tcb *t)
{
	uint32_t bytes = 0;

	for (uint32_t ref = t->rcv.held; ref; ref = held_at(tcp, ref)->next)
		bytes +=
		    seq_span(held_at(tcp, ref)->first, held_at(tcp, ref)->end);
	return bytes;
}

uint32_t
held_end(const struct tcp *tcp, const struct tcb *t)
{
	uint32_t end = t->rcv.nxt;

	for (uint32_t ref = t->rcv.held; ref; ref = held_at(tcp, ref)->next)
		end = held_at(tcp, ref)->end;
	return end;
}
