/* SPDX-License-Identifier: BSD-2-Clause
 *
 * list.h - first in, first out, and out of the middle: lists of records.
 *
 * The link lies in the record, offset bytes from its start.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/arena.h"

struct list {
	uint32_t head, tail;
};

struct list_link {
	uint32_t next, prev;
};

static inline struct list_link *
list_link_of(const struct arena *arena, uint32_t ref, size_t offset)
{
	return (struct list_link *)(void *)((uint8_t *)arena_at(arena, ref) +
	    offset);
}

static inline void
list_push(struct arena *arena, struct list *list, uint32_t ref, size_t offset)
{
	struct list_link *link = list_link_of(arena, ref, offset);

	link->next = 0;
	link->prev = list->tail;
	if (list->tail)
		list_link_of(arena, list->tail, offset)->next = ref;
	else
		list->head = ref;
	list->tail = ref;
}

/* All of from, in its order, behind what is in to. */
static inline void
list_append(struct arena *arena, struct list *to, struct list *from,
    size_t offset)
{
	if (!from->head)
		return;
	list_link_of(arena, from->head, offset)->prev = to->tail;
	if (to->tail)
		list_link_of(arena, to->tail, offset)->next = from->head;
	else
		to->head = from->head;
	to->tail = from->tail;
	from->head = from->tail = 0;
}

static inline void
list_remove(struct arena *arena, struct list *list, uint32_t ref, size_t offset)
{
	const struct list_link *link = list_link_of(arena, ref, offset);

	if (link->prev)
		list_link_of(arena, link->prev, offset)->next = link->next;
	else
		list->head = link->next;
	if (link->next)
		list_link_of(arena, link->next, offset)->prev = link->prev;
	else
		list->tail = link->prev;
}

#endif
