/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pending.c - packets besides TCP's that wait.
 */
#include "host/host.h"

#include "base/mem.h"

static const uint32_t pending_max[PENDING_PURPOSES] = {
	[PENDING_ICMP] = 16,
	[PENDING_NEIGHBOUR] = 64,
	[PENDING_WAITS] = 64,
};

#define LINK_OFFSET offsetof(struct pending, link_in_list)

struct pending *
pending_new(struct estab_host *host, uint8_t link, enum pending_purpose purpose,
    uint32_t *ref)
{
	struct pending *p;

	if (host->pending_count[purpose] >= pending_max[purpose])
		return NULL;
	*ref = arena_take(&host->tcp.arena, 0);
	if (!*ref)
		return NULL;
	p = arena_at(&host->tcp.arena, *ref);
	memset(p, 0, sizeof *p);
	p->link = link;
	p->purpose = (uint8_t)purpose;
	host->pending_count[purpose]++;
	return p;
}

void
pending_drop(struct estab_host *host, uint32_t ref)
{
	const struct pending *p = arena_at(&host->tcp.arena, ref);

	host->pending_count[p->purpose]--;
	arena_give(&host->tcp.arena, ref, 0);
}

void
pending_hold(struct estab_host *host, uint32_t ref, uint32_t neighbour)
{
	struct pending *p = arena_at(&host->tcp.arena, ref);

	p->neighbour = neighbour;
	list_push(&host->tcp.arena, &host->pending_held, ref, LINK_OFFSET);
}

void
pending_unhold(struct estab_host *host, uint32_t ref)
{
	list_remove(&host->tcp.arena, &host->pending_held, ref, LINK_OFFSET);
}

void
pending_push(struct estab_host *host, uint32_t ref)
{
	list_push(&host->tcp.arena, &host->pending_waiting, ref, LINK_OFFSET);
}

void
pending_push_to(struct estab_host *host, uint32_t ref, const uint8_t *mac,
    uint16_t type)
{
	struct pending *p = arena_at(&host->tcp.arena, ref);
	struct ethernet_header header = { .type = type };

	memcpy(header.to, mac, ETHERNET_MAC);
	memcpy(header.from, host->tcp.link[p->link].mac, ETHERNET_MAC);
	ethernet_build(p->front + 2, &header);
	p->addressed = true;
	pending_push(host, ref);
}

void
pending_reclaim(struct estab_host *host)
{
	while (host->pending_lent.head) {
		const uint32_t ref = host->pending_lent.head;

		list_remove(&host->tcp.arena, &host->pending_lent, ref,
		    LINK_OFFSET);
		pending_drop(host, ref);
	}
}

void
pending_frame(const struct estab_host *host, uint32_t ref,
    struct estab_frame *frame)
{
	struct pending *p = arena_at(&host->tcp.arena, ref);

	memset(frame, 0, sizeof *frame);
	frame->span[0].data = p->packet;
	frame->span[0].length = p->bytes;
	frame->span_count = 1;
	frame->link = p->link;
}

/* The oldest as a frame; whether it leaves, or waits for a neighbour now. */
static bool
put_out(struct estab_host *host, struct estab_frame *frame)
{
	struct arena *arena = &host->tcp.arena;
	const uint32_t ref = host->pending_waiting.head;
	const struct pending *p = arena_at(arena, ref);

	list_remove(arena, &host->pending_waiting, ref, LINK_OFFSET);
	list_push(arena, &host->pending_lent, ref, LINK_OFFSET);
	pending_frame(host, ref, frame);
	if (p->addressed) {
		frame->span[0].data -= ETHERNET_HEADER;
		frame->span[0].length += ETHERNET_HEADER;
		return true;
	}
	return !host->tcp.link[p->link].ethernet || ethernet_put(host, frame);
}

size_t
pending_output(struct estab_host *host, struct estab_frame *frames, size_t max)
{
	size_t n = 0;

	while (n < max && host->pending_waiting.head)
		if (put_out(host, &frames[n]))
			n++;
	return n;
}
