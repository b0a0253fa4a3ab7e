/* SPDX-License-Identifier: BSD-2-Clause
 *
 * queue.c - how a queue's reader sleeps and is woken.
 */
#include "flood/queue.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "measure.h"

struct queue *
queue_make(bool wakes)
{
	struct queue *queue = aligned_alloc(QUEUE_LINE, sizeof *queue);

	measure_must(queue != NULL, "no memory for a queue");
	memset(queue, 0, sizeof *queue); /* touched now, not in the flood */
	atomic_store(&queue->asleep, wakes);
	queue->fd = wakes ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
	measure_must(!wakes || queue->fd >= 0, "no eventfd");
	return queue;
}

void
queue_end(struct queue *queue)
{
	if (queue->fd >= 0)
		(void)close(queue->fd);
	free(queue);
}

void
queue_wake(struct queue *queue)
{
	const uint64_t one = 1;

	(void)!write(queue->fd, &one, sizeof one);
}

/* Either the reader sees the new head, or the writer sees that it sleeps: so
 * both have a fence between what they say and what they look at. */
void
queue_publish(struct queue *queue)
{
	atomic_store_explicit(&queue->head, queue->filled,
	    memory_order_release);
	if (queue->fd < 0)
		return;
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&queue->asleep, memory_order_relaxed) &&
	    atomic_exchange(&queue->asleep, false))
		queue_wake(queue);
}

void
queue_sleep(struct queue *queue)
{
	uint64_t count;

	(void)!read(queue->fd, &count, sizeof count);
	atomic_store_explicit(&queue->asleep, true, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&queue->head, memory_order_acquire) !=
	        queue->taken &&
	    atomic_exchange(&queue->asleep, false))
		queue_wake(queue);
}
