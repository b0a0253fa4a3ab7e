/* SPDX-License-Identifier: BSD-2-Clause
 *
 * chunk.c - pieces of stream in memory, charged by their real size.
 *
 * One free chunk of each size is kept at hand, because a connection that
 * sends and receives in turns takes and gives one each time.
 */
#include "tcp/chunk.h"

uint32_t
chunk_order_for(uint32_t n)
{
	uint32_t order = 0;

	while (order + 1 < ARENA_ORDERS &&
	    arena_order_bytes(order) - sizeof(struct chunk) < n)
		order++;
	return order;
}

static uint32_t
take_block(struct tcp *tcp, uint32_t order)
{
	uint32_t ref = tcp->spare[order];

	if (!ref)
		return arena_take(&tcp->arena, order);
	tcp->spare[order] = 0;
	return ref;
}

static bool
within_budget(const struct tcp *tcp, uint32_t order)
{
	return tcp->buffer_bytes + (int64_t)arena_order_bytes(order) <=
	    tcp->config.buffer_bytes_max;
}

uint32_t
chunk_take(struct tcp *tcp, struct tcb *t, uint32_t order, uint32_t first)
{
	uint32_t ref = 0;
	struct chunk *chunk;

	for (;; order--) {
		if (within_budget(tcp, order))
			ref = take_block(tcp, order);
		if (ref || order == 0)
			break;
	}
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
	const uint32_t order = chunk_at(tcp, ref)->order;

	t->buffer_bytes -= arena_order_bytes(order);
	tcp->buffer_bytes -= arena_order_bytes(order);
	if (tcp->spare[order])
		arena_give(&tcp->arena, ref, order);
	else
		tcp->spare[order] = ref;
}
