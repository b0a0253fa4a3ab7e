/* SPDX-License-Identifier: BSD-2-Clause
 *
 * send_buffer.c - text written and not yet acknowledged: a list of chunks
 * that grows at its end and shrinks at its front.  Its bytes are held once;
 * the retransmission queue only says which numbers were sent.
 */
#include "base/mem.h"
#include "tcp/chunk.h"

/* The number of the first byte that still may be needed. */
static uint32_t
text_first(const struct tcb *t)
{
	return t->snd.una == t->snd.iss ? t->snd.iss + 1 : t->snd.una;
}

uint32_t
send_buffer_room(const struct tcb *t)
{
	const uint32_t used = seq_span(text_first(t), t->snd.buffer_end);

	return used < t->options.send_limit ? t->options.send_limit - used : 0;
}

/* The last chunk, with at least one byte of room in it, or NULL. */
static struct chunk *
tail(struct tcp *tcp, struct tcb *t, size_t want)
{
	struct chunk *last =
	    t->snd.chunk_last ? chunk_at(tcp, t->snd.chunk_last) : NULL;
	uint32_t order, ref;

	if (last && last->first + last->room != t->snd.buffer_end)
		return last;
	order =
	    chunk_order_for(want < UINT16_MAX ? (uint32_t)want : UINT16_MAX);
	if (last && last->order + 1 > order)
		order = last->order + 1 < ARENA_ORDERS ? last->order + 1 :
		                                         ARENA_ORDERS - 1;
	do
		ref = chunk_take(tcp, t, order, t->snd.buffer_end);
	while (!ref && squeeze(tcp, t));
	if (!ref)
		return NULL;
	if (last)
		last->next = ref;
	else
		t->snd.chunk_first = ref;
	t->snd.chunk_last = ref;
	return chunk_at(tcp, ref);
}

static int
free_span(struct tcp *tcp, struct tcb *t, size_t want, struct estab_span *span)
{
	const uint32_t room = send_buffer_room(t);
	struct chunk *chunk = room && want ? tail(tcp, t, want) : NULL;
	uint32_t used;

	span->data = NULL;
	span->length = 0;
	if (!chunk)
		return 0;
	used = seq_span(chunk->first, t->snd.buffer_end);
	span->data = chunk_text(chunk) + used;
	span->length = chunk->room - used;
	if (span->length > room)
		span->length = room;
	if (span->length > want)
		span->length = (uint32_t)want;
	return 1;
}

int
send_buffer_reserve(struct tcp *tcp, struct tcb *t, size_t want,
    struct estab_span *span)
{
	const int spans = free_span(tcp, t, want, span);

	t->snd.reserved = span->length;
	if (spans == 0)
		send_buffer_unreserve(tcp, t);
	return spans;
}

/* Nobody writes behind the end any more: what only stayed for that goes. */
void
send_buffer_unreserve(struct tcp *tcp, struct tcb *t)
{
	t->snd.reserved = 0;
	if (t->head.in_table)
		send_buffer_acked(tcp, t);
	else
		send_buffer_clear(tcp, t);
}

int64_t
send_buffer_commit(struct tcp *tcp, struct tcb *t, size_t n)
{
	const bool fits = n <= t->snd.reserved;

	if (fits)
		t->snd.buffer_end += (uint32_t)n;
	send_buffer_unreserve(tcp, t);
	return fits ? (int64_t)n : ESTAB_EINVAL;
}

int64_t
send_buffer_write(struct tcp *tcp, struct tcb *t, const void *data, size_t n)
{
	const uint8_t *from = data;
	size_t done = 0;

	t->snd.reserved = 0;
	while (done < n) {
		struct estab_span span;

		if (!free_span(tcp, t, n - done, &span))
			break;
		memcpy(span.data, from + done, span.length);
		t->snd.buffer_end += span.length;
		done += span.length;
	}
	return (int64_t)done;
}

/* Start from the chunk that gave the last new text, when that is not beyond
 * seq: then sending does not walk the list. */
static uint32_t
find(const struct tcp *tcp, const struct tcb *t, uint32_t seq)
{
	uint32_t ref = t->snd.chunk_next;

	if (!ref || seq_lt(seq, chunk_at(tcp, ref)->first))
		ref = t->snd.chunk_first;
	while (ref && seq_le(chunk_end(chunk_at(tcp, ref)), seq))
		ref = chunk_at(tcp, ref)->next;
	return ref;
}

uint8_t
send_buffer_spans(struct tcp *tcp, struct tcb *t, uint32_t seq, uint32_t n,
    struct estab_span *spans, uint8_t max, uint32_t *covered)
{
	uint32_t ref = find(tcp, t, seq);
	uint8_t used = 0;

	*covered = 0;
	t->snd.chunk_next = ref;
	while (ref && *covered < n && used < max) {
		struct chunk *chunk = chunk_at(tcp, ref);
		const uint32_t at = seq_span(chunk->first, seq + *covered);
		uint32_t k = chunk->room - at;

		if (k > n - *covered)
			k = n - *covered;
		spans[used].data = chunk_text(chunk) + at;
		spans[used].length = k;
		used++;
		*covered += k;
		ref = chunk->next;
	}
	return used;
}

static void
give_first(struct tcp *tcp, struct tcb *t)
{
	const uint32_t ref = t->snd.chunk_first;

	t->snd.chunk_first = chunk_at(tcp, ref)->next;
	if (!t->snd.chunk_first)
		t->snd.chunk_last = 0;
	if (t->snd.chunk_next == ref)
		t->snd.chunk_next = 0;
	chunk_give(tcp, t, ref);
}

/* Give back the chunks that lie before SND.UNA; all, when nothing is left.
 * A reserved span lies in the last one, behind every number. */
void
send_buffer_acked(struct tcp *tcp, struct tcb *t)
{
	const uint32_t una = seq_min(t->snd.una, t->snd.buffer_end);

	while (t->snd.chunk_first &&
	    ((una == t->snd.buffer_end && t->snd.reserved == 0) ||
	        seq_le(chunk_end(chunk_at(tcp, t->snd.chunk_first)), una)))
		give_first(tcp, t);
}

void
send_buffer_clear(struct tcp *tcp, struct tcb *t)
{
	while (t->snd.chunk_first &&
	    (t->snd.reserved == 0 || t->snd.chunk_first != t->snd.chunk_last))
		give_first(tcp, t);
}
