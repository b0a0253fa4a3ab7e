/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pen.c - packets that wait for their time: a binary heap.
 */
#include "loop/pen.h"

#include <stdlib.h>

static bool
before(const struct pen_packet *a, const struct pen_packet *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void
exchange(struct pen *pen, size_t a, size_t b)
{
	struct pen_packet *const kept = pen->heap[a];

	pen->heap[a] = pen->heap[b];
	pen->heap[b] = kept;
}

static void
rise(struct pen *pen, size_t i)
{
	while (i > 0 && before(pen->heap[i], pen->heap[(i - 1) / 2])) {
		exchange(pen, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void
sink(struct pen *pen, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= pen->count)
			return;
		if (child + 1 < pen->count &&
		    before(pen->heap[child + 1], pen->heap[child]))
			child++;
		if (!before(pen->heap[child], pen->heap[i]))
			return;
		exchange(pen, i, child);
		i = child;
	}
}

static bool
room_for_one(struct pen *pen)
{
	const size_t room = pen->room > 0 ? 2 * pen->room : 64;
	struct pen_packet **grown;

	if (pen->count < pen->room)
		return true;
	grown = realloc(pen->heap, room * sizeof(struct pen_packet *));
	if (grown == NULL)
		return false;
	pen->heap = grown;
	pen->room = room;
	return true;
}

bool
pen_put(struct pen *pen, const struct estab_frame *frame, estab_time due)
{
	const uint32_t bytes = estab_frame_bytes(frame);
	struct pen_packet *packet;

	if (pen->bytes + sizeof *packet + bytes > pen->bytes_max ||
	    !room_for_one(pen))
		return false;
	packet = malloc(sizeof *packet + bytes);
	if (packet == NULL)
		return false;
	packet->due = due;
	packet->order = pen->order++;
	packet->bytes = estab_frame_gather(frame, packet->data);
	pen->bytes += sizeof *packet + bytes;
	pen->heap[pen->count] = packet;
	rise(pen, pen->count++);
	return true;
}

struct pen_packet *
pen_first(const struct pen *pen, estab_time now)
{
	return pen->count > 0 && pen->heap[0]->due <= now ? pen->heap[0] : NULL;
}

struct pen_packet *
pen_take(struct pen *pen)
{
	struct pen_packet *const packet = pen->heap[0];

	pen->bytes -= sizeof *packet + packet->bytes;
	pen->heap[0] = pen->heap[--pen->count];
	sink(pen, 0);
	return packet;
}

estab_time
pen_next(const struct pen *pen)
{
	return pen->count > 0 ? pen->heap[0]->due : ESTAB_NEVER;
}

void
pen_empty(struct pen *pen)
{
	for (size_t i = 0; i < pen->count; i++)
		free(pen->heap[i]);
	free(pen->heap);
	pen->heap = NULL;
	pen->count = pen->room = 0;
	pen->bytes = 0;
}
