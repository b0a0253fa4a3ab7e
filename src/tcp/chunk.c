/* SPDX-License-Identifier: BSD-2-Clause
 *
 * chunk.c - pieces of stream in memory, charged by their real size.
 *
 * A few free chunks of each size are kept at hand, because a connection that
 * sends and receives in turns takes and gives one of each every time.
 */
#include "tcp/chunk.h"

#define SPARES_MAX 2u /* of a size: one to send from, one to receive into */

uint32_t
chunk_order_for(uint32_t n)
{
	uint32_t order = 0;

	while (order + 1 < ARENA_ORDERS &&
	    arena_order_bytes(order) - sizeof(struct chunk) < n)
		order++;
	return order;
}

/* A block kept at hand, or 0. */
static uint32_t
spare(struct tcp *tcp, uint32_t order)
{
	const uint32_t ref = tcp->spare[order].first;

	if (!ref)
		return 0;
	tcp->spare[order].first = chunk_at(tcp, ref)->next;
	tcp->spare[order].count--;
	return ref;
}

static bool
within_budget(const struct tcp *tcp, uint32_t order)
{
	return tcp->buffer_bytes + (int64_t)arena_order_bytes(order) <=
	    tcp->config.buffer_bytes_max;
}

/* Of *order or, with that made less, a smaller one.  Apart, so that taking a
 * spare one saves no registers. */
__attribute__((noinline)) static uint32_t
take_block(struct tcp *tcp, uint32_t *order)
{
	for (;; --*order) {
		uint32_t ref = 0;

		if (within_budget(tcp, *order))
			ref = spare(tcp, *order);
		if (!ref && within_budget(tcp, *order))
			ref = arena_take(&tcp->arena, *order);
		if (ref || *order == 0)
			return ref;
	}
}

uint32_t
chunk_take(struct tcp *tcp, struct tcb *t, uint32_t order, uint32_t first)
{
	uint32_t ref = within_budget(tcp, order) ? spare(tcp, order) : 0;
	struct chunk *chunk;

	if (!ref)
		ref = take_block(tcp, &order);
	if (!ref)
		return 0;
	chunk = chunk_at(tcp, ref);
	chunk->next = 0;
	chunk->first = first;
	chunk->order = order;
	chunk->room = arena_order_bytes(order) - (uint32_t)sizeof *chunk;
	t->buffer_bytes += arena_order_bytes(order);
	tcp->buffer_bytes += arena_order_bytes(order);
	return ref;
}

void
chunk_give(struct tcp *tcp, struct tcb *t, uint32_t ref)
{
	struct chunk *chunk = chunk_at(tcp, ref);
	const uint32_t order = chunk->order;

	t->buffer_bytes -= arena_order_bytes(order);
	tcp->buffer_bytes -= arena_order_bytes(order);
	if (tcp->spare[order].count == SPARES_MAX) {
		arena_give(&tcp->arena, ref, order);
		return;
	}
	chunk->next = tcp->spare[order].first;
	tcp->spare[order].first = ref;
	tcp->spare[order].count++;
}
