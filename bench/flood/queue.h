/* SPDX-License-Identifier: BSD-2-Clause
 *
 * queue.h - frames from one thread to another: 4,096 of them, as a network
 * card has descriptors, and dropped by the writer when they are all full.
 *
 * The writer fills a place, and publishes what it filled; the reader looks at
 * frames where they lie and gives places back.  Neither waits for the other.
 * A reader that has a descriptor sleeps on it: it says so first, and whoever
 * publishes wakes it.
 */
#ifndef FLOOD_QUEUE_H
#define FLOOD_QUEUE_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUEUE_FRAMES 4096u
#define QUEUE_FRAME_BYTES 1596u
#define QUEUE_LINE 64 /* of the cache */

/* An odd number of lines, so that first lines, all there is of a SYN, do not
 * meet in a few sets of the cache. */
struct queue_slot {
	uint32_t bytes;
	uint8_t data[QUEUE_FRAME_BYTES];
};
_Static_assert(sizeof(struct queue_slot) == 25 * (size_t)QUEUE_LINE,
    "an odd number of lines");

/* Each side's own on lines of its own. */
struct queue {
	alignas(QUEUE_LINE) _Atomic uint32_t head; /* published */
	alignas(QUEUE_LINE) _Atomic uint32_t tail; /* given back */
	alignas(QUEUE_LINE) uint32_t filled;       /* the writer's */
	uint32_t tail_seen;
	alignas(QUEUE_LINE) uint32_t taken; /* the reader's */
	uint32_t head_seen;
	alignas(QUEUE_LINE) _Atomic bool asleep;
	int fd; /* an eventfd to be woken by, or -1 */
	alignas(QUEUE_LINE) struct queue_slot slot[QUEUE_FRAMES];
};

/* An empty one; wakes: its reader sleeps.  Ends the program without memory. */
struct queue *queue_make(bool wakes);
void queue_end(struct queue *queue);

/* ---- The writer --------------------------------------------------------- */

/* The place of the next frame, or NULL: all are full. */
static inline struct queue_slot *
queue_place(struct queue *queue)
{
	if (queue->filled - queue->tail_seen == QUEUE_FRAMES) {
		queue->tail_seen =
		    atomic_load_explicit(&queue->tail, memory_order_acquire);
		if (queue->filled - queue->tail_seen == QUEUE_FRAMES)
			return 0;
	}
	return &queue->slot[queue->filled % QUEUE_FRAMES];
}

/* That place is filled.  It is seen when it is published. */
static inline void
queue_fill(struct queue *queue)
{
	queue->filled++;
}

void queue_publish(struct queue *queue);

/* Filled and not given back: what the reader has before it or in hand. */
static inline uint32_t
queue_depth(struct queue *queue)
{
	queue->tail_seen =
	    atomic_load_explicit(&queue->tail, memory_order_acquire);
	return queue->filled - queue->tail_seen;
}

/* ---- The reader --------------------------------------------------------- */

/* The next frame, good until queue_release, or NULL. */
static inline struct queue_slot *
queue_next(struct queue *queue)
{
	if (queue->taken == queue->head_seen) {
		queue->head_seen =
		    atomic_load_explicit(&queue->head, memory_order_acquire);
		if (queue->taken == queue->head_seen)
			return 0;
	}
	return &queue->slot[queue->taken++ % QUEUE_FRAMES];
}

/* Begin to fetch a frame that is still to come, if there is one. */
static inline void
queue_prefetch(const struct queue *queue, uint32_t ahead)
{
	__builtin_prefetch(&queue->slot[(queue->taken + ahead) % QUEUE_FRAMES]);
}

/* Give back all that were taken. */
static inline void
queue_release(struct queue *queue)
{
	atomic_store_explicit(&queue->tail, queue->taken, memory_order_release);
}

/* Nothing is there: from now on the descriptor is readable when something
 * is, and not before. */
void queue_sleep(struct queue *queue);
/* Make the descriptor readable, whatever is there. */
void queue_wake(struct queue *queue);

#endif
