/* SPDX-License-Identifier: BSD-2-Clause
 *
 * receive_buffer.c - text in order that the program has not read, and text
 * beyond holes.
 *
 * A byte is copied once, to the place its number gives it, whether in order
 * or not; a byte already held is never written again, so what the peer sends
 * twice cannot differ.  What is held beyond RCV.NXT stands in held.c; chunks
 * exist only where text is.
 */
#include "base/mem.h"
#include "tcp/chunk.h"
#include "tcp/held.h"
#include "wire/checksum.h"

/* ---- Chunks ---- */

static void
link_after(struct tcp *tcp, struct tcb *t, uint32_t prev, uint32_t ref)
{
	struct chunk *chunk = chunk_at(tcp, ref);

	if (prev) {
		chunk->next = chunk_at(tcp, prev)->next;
		chunk_at(tcp, prev)->next = ref;
	} else {
		chunk->next = t->rcv.chunk_first;
		t->rcv.chunk_first = ref;
	}
	if (!chunk->next)
		t->rcv.chunk_last = ref;
}

/* The last chunk that begins at or before seq, or 0. */
static uint32_t
before(const struct tcp *tcp, const struct tcb *t, uint32_t seq)
{
	uint32_t ref = t->rcv.chunk_last, prev = 0;

	if (ref && seq_le(chunk_at(tcp, ref)->first, seq))
		return ref;
	for (ref = t->rcv.chunk_first;
	     ref && seq_le(chunk_at(tcp, ref)->first, seq);
	     ref = chunk_at(tcp, ref)->next)
		prev = ref;
	return prev;
}

/* A chunk for seq behind prev: it begins where prev ends, or, far beyond, on
 * a grid from there, so that the text of the hole will fit before it. */
static uint32_t
make(struct tcp *tcp, struct tcb *t, uint32_t prev, uint32_t seq, uint32_t n)
{
	const uint32_t base =
	    prev ? chunk_end(chunk_at(tcp, prev)) : t->rcv.nxt;
	uint32_t order = chunk_order_for(n), room, ref, next;
	struct chunk *chunk;

	if (prev && base == seq && chunk_at(tcp, prev)->order + 1 > order)
		order = chunk_at(tcp, prev)->order + 1 < ARENA_ORDERS ?
		    chunk_at(tcp, prev)->order + 1 :
		    ARENA_ORDERS - 1;
	ref = chunk_take(tcp, t, order, seq);
	if (!ref)
		return 0;
	chunk = chunk_at(tcp, ref);
	room = chunk->room;
	if (base != seq)
		chunk->first = base + seq_span(base, seq) / room * room;
	next = prev ? chunk_at(tcp, prev)->next : t->rcv.chunk_first;
	if (next && seq_lt(chunk_at(tcp, next)->first, chunk_end(chunk)))
		chunk->room =
		    seq_span(chunk->first, chunk_at(tcp, next)->first);
	link_after(tcp, t, prev, ref);
	return ref;
}

/* The chunk that holds seq, made if need be; 0: no memory. */
static uint32_t
chunk_for(struct tcp *tcp, struct tcb *t, uint32_t seq, uint32_t n)
{
	const uint32_t prev = before(tcp, t, seq);

	if (prev && seq_lt(seq, chunk_end(chunk_at(tcp, prev))))
		return prev;
	return make(tcp, t, prev, seq, n);
}

/* ---- Copying from a frame ---- */

/* Copy n bytes from offset of a frame; sum, when given, is the running sum of
 * bytes of which at came before these. */
static void
copy_out(const struct tcp *tcp, const struct estab_frame *frame,
    uint32_t offset, uint8_t *to, uint32_t n, uint32_t *sum, uint32_t at)
{
	for (uint8_t i = 0; n > 0 && i < frame->span_count; i++) {
		const struct estab_span *span = &frame->span[i];
		uint32_t k;

		if (offset >= span->length) {
			offset -= span->length;
			continue;
		}
		k = span->length - offset;
		if (k > n)
			k = n;
		if (sum)
			*sum = checksum_add(*sum,
			    tcp->config.copy_sum(to, span->data + offset, k),
			    at);
		else
			memcpy(to, span->data + offset, k);
		to += k;
		at += k;
		n -= k;
		offset = 0;
	}
}

/* Copy into chunks.  Returns how many bytes were placed. */
static uint32_t
place(struct tcp *tcp, struct tcb *t, uint32_t seq, uint32_t n,
    const struct estab_frame *frame, uint32_t offset, uint32_t *sum)
{
	uint32_t done = 0;

	while (done < n) {
		const uint32_t ref = chunk_for(tcp, t, seq + done, n - done);
		struct chunk *chunk = chunk_at(tcp, ref);
		uint32_t at, k;

		if (!ref)
			break;
		at = seq_span(chunk->first, seq + done);
		k = chunk->room - at < n - done ? chunk->room - at : n - done;
		copy_out(tcp, frame, offset + done, chunk_text(chunk) + at, k,
		    sum, done);
		done += k;
	}
	return done;
}

/* Where text at RCV.NXT goes, if it comes in one piece and all of it fits the
 * last chunk, or the first one that is made now. */
static uint8_t *
simple_place(struct tcp *tcp, struct tcb *t, uint32_t n,
    const struct estab_frame *frame)
{
	struct chunk *chunk;
	uint32_t at;

	if (frame->span_count != 1)
		return NULL;
	if (!t->rcv.chunk_last)
		t->rcv.chunk_first = t->rcv.chunk_last =
		    chunk_take(tcp, t, chunk_order_for(n), t->rcv.nxt);
	if (!t->rcv.chunk_last)
		return NULL;
	chunk = chunk_at(tcp, t->rcv.chunk_last);
	at = seq_span(chunk->first, t->rcv.nxt);
	if (at >= chunk->room || chunk->room - at < n)
		return NULL;
	return chunk_text(chunk) + at;
}

bool
receive_buffer_put_next(struct tcp *tcp, struct tcb *t, uint32_t n,
    const struct estab_frame *frame, uint32_t offset, uint32_t *sum)
{
	uint8_t *to = simple_place(tcp, t, n, frame);

	if (to && sum) {
		*sum =
		    tcp->config.copy_sum(to, frame->span[0].data + offset, n);
		return true;
	}
	return place(tcp, t, t->rcv.nxt, n, frame, offset, sum) == n;
}

/* Only without ranges beyond holes: the chunks from RCV.NXT on are then the
 * last ones, and empty. */
void
receive_buffer_cancel(struct tcp *tcp, struct tcb *t)
{
	uint32_t *slot = &t->rcv.chunk_first, last = 0;

	while (*slot && seq_lt(chunk_at(tcp, *slot)->first, t->rcv.nxt)) {
		last = *slot;
		slot = &chunk_at(tcp, last)->next;
	}
	while (*slot) {
		const uint32_t ref = *slot;

		*slot = chunk_at(tcp, ref)->next;
		chunk_give(tcp, t, ref);
	}
	t->rcv.chunk_last = last;
}

/* ---- Text beyond holes ---- */

/* Copy what is not held yet of [seq, seq + n).  Returns the end of what could
 * be placed from seq on. */
static uint32_t
fill_holes(struct tcp *tcp, struct tcb *t, uint32_t seq, uint32_t n,
    const struct estab_frame *frame, uint32_t offset)
{
	const uint32_t end = seq + n;
	uint32_t at = seq, ref = t->rcv.held;

	while (seq_lt(at, end)) {
		uint32_t stop = end, placed;

		while (ref && seq_le(held_at(tcp, ref)->end, at))
			ref = held_at(tcp, ref)->next;
		if (ref && seq_le(held_at(tcp, ref)->first, at)) {
			at = seq_min(held_at(tcp, ref)->end, end);
			continue;
		}
		if (ref)
			stop = seq_min(held_at(tcp, ref)->first, end);
		placed = place(tcp, t, at, seq_span(at, stop), frame,
		    offset + seq_span(seq, at), NULL);
		at += placed;
		if (at != stop)
			break;
	}
	return at;
}

/* Memory is short for text at seq: give up the farthest chunk, if that lies
 * beyond; its numbers were never acknowledged.  A hole must find room, or
 * what is held behind it would stay for ever. */
static bool
drop_farthest_chunk(struct tcp *tcp, struct tcb *t, uint32_t seq)
{
	const uint32_t last = t->rcv.chunk_last;
	uint32_t *slot = &t->rcv.chunk_first, prev = 0;

	if (!last || !t->rcv.held || seq_le(chunk_at(tcp, last)->first, seq))
		return false;
	while (*slot != last) {
		prev = *slot;
		slot = &chunk_at(tcp, prev)->next;
	}
	*slot = 0;
	t->rcv.chunk_last = prev;
	held_cut(tcp, t, chunk_at(tcp, last)->first);
	chunk_give(tcp, t, last);
	count(tcp, ESTAB_COUNT_TCPOFODrop);
	return true;
}

bool
receive_buffer_put(struct tcp *tcp, struct tcb *t, uint32_t seq, uint32_t n,
    const struct estab_frame *frame, uint32_t offset)
{
	uint32_t end = fill_holes(tcp, t, seq, n, frame, offset);

	while (end != seq + n &&
	    (drop_farthest_chunk(tcp, t, end) ||
	        (seq == t->rcv.nxt && squeeze(tcp, t))))
		end = fill_holes(tcp, t, seq, n, frame, offset);
	if (end == seq)
		return false;
	if (seq == t->rcv.nxt)
		t->rcv.nxt = end;
	else if (!held_add(tcp, t, seq, end))
		return false;
	while (t->rcv.held &&
	    seq_le(held_at(tcp, t->rcv.held)->first, t->rcv.nxt)) {
		t->rcv.nxt =
		    seq_max(t->rcv.nxt, held_at(tcp, t->rcv.held)->end);
		held_drop(tcp, t, 0);
		count(tcp, ESTAB_COUNT_TCPOFOMerge);
	}
	return end == seq + n;
}

void
receive_buffer_squeeze(struct tcp *tcp, struct tcb *t)
{
	while (t->rcv.held) {
		held_drop(tcp, t, 0);
		count(tcp, ESTAB_COUNT_TCPOFODrop);
	}
	receive_buffer_cancel(tcp, t);
}

/* ---- Reading ---- */

int
receive_buffer_peek(const struct tcp *tcp, const struct tcb *t,
    struct estab_span *spans, size_t max)
{
	const uint32_t end = t->rcv.fin_taken ? t->rcv.fin_seq : t->rcv.nxt;
	uint32_t at = t->rcv.read, ref = t->rcv.chunk_first;
	int n = 0;

	while (ref && seq_lt(at, end) && (size_t)n < max) {
		struct chunk *chunk = chunk_at(tcp, ref);
		const uint32_t stop = seq_min(chunk_end(chunk), end);

		spans[n].data = chunk_text(chunk) + seq_span(chunk->first, at);
		spans[n].length = seq_span(at, stop);
		at = stop;
		ref = chunk->next;
		n++;
	}
	return n;
}

size_t
receive_buffer_copy(const struct tcp *tcp, const struct tcb *t, size_t offset,
    void *data, size_t n)
{
	const uint32_t end = t->rcv.fin_taken ? t->rcv.fin_seq : t->rcv.nxt;
	const size_t all = seq_span(t->rcv.read, end);
	uint8_t *to = data;
	uint32_t at, stop;

	if (offset >= all)
		return 0;
	at = t->rcv.read + (uint32_t)offset;
	stop = n < all - offset ? at + (uint32_t)n : end;
	for (uint32_t ref = t->rcv.chunk_first; ref && seq_lt(at, stop);
	     ref = chunk_at(tcp, ref)->next) {
		struct chunk *chunk = chunk_at(tcp, ref);
		const uint32_t some = seq_min(chunk_end(chunk), stop);

		if (seq_le(some, at))
			continue;
		memcpy(to, chunk_text(chunk) + seq_span(chunk->first, at),
		    seq_span(at, some));
		to += seq_span(at, some);
		at = some;
	}
	return (size_t)(to - (uint8_t *)data);
}

static void
give_first(struct tcp *tcp, struct tcb *t)
{
	const uint32_t ref = t->rcv.chunk_first;

	t->rcv.chunk_first = chunk_at(tcp, ref)->next;
	if (!t->rcv.chunk_first)
		t->rcv.chunk_last = 0;
	chunk_give(tcp, t, ref);
}

void
receive_buffer_consume(struct tcp *tcp, struct tcb *t, uint32_t n)
{
	t->rcv.read += n;
	while (t->rcv.chunk_first && !t->rcv.held &&
	    seq_ge(t->rcv.read, t->rcv.fin_taken ? t->rcv.fin_seq : t->rcv.nxt))
		give_first(tcp, t);
	while (t->rcv.chunk_first &&
	    seq_le(chunk_end(chunk_at(tcp, t->rcv.chunk_first)), t->rcv.read))
		give_first(tcp, t);
}

void
receive_buffer_clear(struct tcp *tcp, struct tcb *t)
{
	while (t->rcv.held)
		held_drop(tcp, t, 0);
	while (t->rcv.chunk_first)
		give_first(tcp, t);
	t->rcv.read = t->rcv.fin_taken ? t->rcv.fin_seq : t->rcv.nxt;
}
