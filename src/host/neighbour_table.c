/* SPDX-License-Identifier: BSD-2-Clause
 *
 * neighbour_table.c - neighbours by link and address, bounded.
 */
#include "host/host.h"

#include "base/mem.h"

_Static_assert(NEIGHBOUR_BUCKETS * sizeof(uint32_t) == ARENA_UNIT,
    "the buckets are one block");

#define LINK_OFFSET offsetof(struct neighbour, link)

static struct neighbour *
at(const struct estab_host *host, uint32_t ref)
{
	return neighbour_at(&host->tcp.arena, ref);
}

static uint32_t
ref_of(const struct estab_host *host, const struct neighbour *n)
{
	return arena_ref(&host->tcp.arena, n);
}

bool
neighbour_begin(struct estab_host *host)
{
	struct neighbours *all = &host->neighbours;

	if (all->buckets)
		return true;
	all->buckets = arena_take(&host->tcp.arena, 0);
	if (!all->buckets)
		return false;
	memset(arena_at(&host->tcp.arena, all->buckets), 0, ARENA_UNIT);
	for (uint32_t i = 0; i < sizeof all->key / sizeof all->key[0]; i++)
		all->key[i] = (uint32_t)tcp_draw(&host->tcp);
	return true;
}

/* NH, as in tcp/table.c: a stranger cannot aim at a bucket. */
static uint32_t
bucket_number(const struct estab_host *host, uint8_t link,
    const struct estab_address *address)
{
	const struct neighbours *all = &host->neighbours;
	uint32_t w[4];
	uint64_t sum;

	memcpy(w, address->byte, sizeof w);
	w[0] ^= link;
	sum = (uint64_t)(w[0] + all->key[0]) * (w[1] + all->key[1]) +
	    (uint64_t)(w[2] + all->key[2]) * (w[3] + all->key[3]);
	return (uint32_t)(sum >> 32) % NEIGHBOUR_BUCKETS;
}

static uint32_t *
bucket_of(const struct estab_host *host, uint8_t link,
    const struct estab_address *address)
{
	return (uint32_t *)arena_at(&host->tcp.arena,
	           host->neighbours.buckets) +
	    bucket_number(host, link, address);
}

uint8_t
neighbour_gate(const struct estab_host *host, const struct neighbour *n)
{
	return (uint8_t)(GATE_NEIGHBOURS +
	    bucket_number(host, n->on_link, &n->address) %
	        (GATES - GATE_NEIGHBOURS));
}

struct neighbour *
neighbour_find(const struct estab_host *host, uint8_t link,
    const struct estab_address *address)
{
	struct neighbour *n = at(host, *bucket_of(host, link, address));

	while (n && (n->on_link != link || !ip_same(&n->address, address)))
		n = at(host, n->chain);
	return n;
}

void
neighbour_enter(struct estab_host *host, struct neighbour *n,
    enum estab_neighbour_state state, enum neighbour_list list)
{
	struct neighbours *all = &host->neighbours;
	struct arena *arena = &host->tcp.arena;

	if (n->list == NEIGHBOUR_ASKED)
		all->asked_count--;
	if (n->list != NEIGHBOUR_LISTS)
		list_remove(arena, &all->list[n->list], ref_of(host, n),
		    LINK_OFFSET);
	n->state = (uint8_t)state;
	n->list = (uint8_t)list;
	if (list == NEIGHBOUR_ASKED)
		all->asked_count++;
	if (list != NEIGHBOUR_LISTS)
		list_push(arena, &all->list[list], ref_of(host, n),
		    LINK_OFFSET);
}

void
neighbour_drop_waiting(struct estab_host *host, struct neighbour *n)
{
	struct estab_frame packet;

	if (!n->waiting)
		return;
	pending_frame(host, n->waiting, &packet);
	out_dropped(host, &packet);
	pending_unhold(host, n->waiting);
	pending_drop(host, n->waiting);
	n->waiting = 0;
}

static void
forget(struct estab_host *host, struct neighbour *n)
{
	uint32_t *place = bucket_of(host, n->on_link, &n->address);

	while (*place != ref_of(host, n))
		place = &at(host, *place)->chain;
	*place = n->chain;
	neighbour_drop_waiting(host, n);
	neighbour_enter(host, n, ESTAB_NEIGHBOUR_FAILED, NEIGHBOUR_LISTS);
	slab_give(&host->tcp.arena, SLAB_NEIGHBOUR, ref_of(host, n));
}

/* Whom to forget for a new one: strangers, for anybody; then, for one we want
 * to send to, those we ask for when they are half of all (somebody makes us
 * ask for nobody), then whom we have not used longest. */
static struct neighbour *
victim(const struct estab_host *host, bool stranger)
{
	const struct neighbours *all = &host->neighbours;
	const uint32_t half = host->tcp.config.neighbours_max / 2;
	uint32_t ref = all->list[NEIGHBOUR_STRANGERS].head;

	if (ref || stranger)
		return at(host, ref);
	ref = all->list[NEIGHBOUR_IDLE].head;
	if (!ref || all->asked_count >= half)
		ref = all->list[NEIGHBOUR_ASKED].head ?
		    all->list[NEIGHBOUR_ASKED].head :
		    ref;
	return at(host, ref);
}

struct neighbour *
neighbour_make(struct estab_host *host, uint8_t link,
    const struct estab_address *address, bool stranger)
{
	struct arena *arena = &host->tcp.arena;
	uint32_t *bucket = bucket_of(host, link, address);
	struct neighbour *n;
	uint32_t ref;

	if (arena->slab[SLAB_NEIGHBOUR].count >=
	    host->tcp.config.neighbours_max) {
		n = victim(host, stranger);
		count(&host->tcp, ESTAB_COUNT_NeighbourEvictions);
		if (!n)
			return NULL;
		forget(host, n);
	}
	ref = slab_take(arena, SLAB_NEIGHBOUR);
	if (!ref)
		return NULL;
	n = at(host, ref);
	n->address = *address;
	n->on_link = link;
	n->list = NEIGHBOUR_LISTS;
	n->chain = *bucket;
	*bucket = ref;
	return n;
}

/* ---- By hand ---- */

int
estab_neighbour_add(struct estab_host *host, int link,
    const struct estab_address *address, const uint8_t mac[ESTAB_MAC_BYTES])
{
	struct neighbour *n;

	if (link < 0 || link >= host->link_count ||
	    !host->tcp.link[link].ethernet || ip_is_unspecified(address) ||
	    address_is_for_many(host, address) ||
	    address_find(host, address) >= 0 || !ethernet_is_station(mac))
		return ESTAB_EINVAL;
	n = neighbour_find(host, (uint8_t)link, address);
	if (!n)
		n = neighbour_make(host, (uint8_t)link, address, false);
	if (!n)
		return ESTAB_ENOMEM;
	memcpy(n->mac, mac, ETHERNET_MAC);
	neighbour_enter(host, n, ESTAB_NEIGHBOUR_STATIC, NEIGHBOUR_LISTS);
	neighbour_release(host, n);
	return 0;
}

/* The cursor is a bucket and how many of its chain were given. */
int
estab_neighbour_next(const struct estab_host *host, uint64_t *cursor,
    struct estab_neighbour *neighbour)
{
	const uint32_t *buckets =
	    arena_at(&host->tcp.arena, host->neighbours.buckets);
	uint32_t bucket = (uint32_t)(*cursor >> 32);
	uint32_t skip = (uint32_t)*cursor;

	for (; host->neighbours.buckets && bucket < NEIGHBOUR_BUCKETS;
	     bucket++, skip = 0) {
		const struct neighbour *n = at(host, buckets[bucket]);

		for (uint32_t i = 0; n && i < skip; i++)
			n = at(host, n->chain);
		if (!n)
			continue;
		memset(neighbour, 0, sizeof *neighbour);
		neighbour->address = n->address;
		memcpy(neighbour->mac, n->mac, ETHERNET_MAC);
		neighbour->link = n->on_link;
		neighbour->state = (enum estab_neighbour_state)n->state;
		*cursor = (uint64_t)bucket << 32 | (skip + 1);
		return 1;
	}
	return 0;
}
