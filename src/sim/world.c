/* SPDX-License-Identifier: BSD-2-Clause
 *
 * world.c - a world is made, peopled and wired; frames are put into it by
 * hand.
 */
#include "sim/world.h"

#include "base/mem.h"
#include "sim/enter.h"
#include "sim/impairment.h"

/* Where a world stands in its memory, or NULL when it is too small.  What
 * alignment may cost is taken off for all, so that memory of equal size holds
 * a clone wherever it lies. */
static struct estab_world *
place(void *memory, size_t *bytes)
{
	const size_t past = (uintptr_t)memory % WORLD_ALIGN;
	const size_t skip = past > 0 ? WORLD_ALIGN - past : 0;

	if (memory == NULL || *bytes < ESTAB_WORLD_BYTES_MIN)
		return NULL;
	*bytes -= WORLD_ALIGN;
	return (struct estab_world *)(void *)((uint8_t *)memory + skip);
}

int
estab_world_create(struct estab_world **world, void *memory, size_t bytes,
    uint64_t seed)
{
	struct estab_world *w = place(memory, &bytes);

	if (w == NULL)
		return ESTAB_EMSGSIZE;
	memset(w, 0, sizeof *w);
	memset(w->leaves, WORLD_NO_DIRECTION, sizeof w->leaves);
	w->seed = seed;
	w->bytes = bytes;
	(void)flights_init(&w->flights,
	    bytes - offsetof(struct estab_world, flights));
	*world = w;
	return 0;
}

int
estab_world_clone(struct estab_world **world, void *memory, size_t bytes,
    const struct estab_world *from, struct estab_host *const *hosts,
    struct estab_trace *trace)
{
	struct estab_world *w = place(memory, &bytes);

	if (w == NULL || bytes < from->bytes)
		return ESTAB_EMSGSIZE;
	for (uint32_t i = 0; i < from->host_count; i++)
		if (hosts[i] == NULL)
			return ESTAB_EINVAL;
	memcpy(w, from,
	    offsetof(struct estab_world, flights) +
	        flights_used(&from->flights));
	for (uint32_t i = 0; i < w->host_count; i++)
		w->host[i] = hosts[i];
	w->trace = trace;
	w->pick = NULL;
	w->pick_context = NULL;
	w->tap = NULL;
	w->tap_context = NULL;
	*world = w;
	return 0;
}

static void
random_of(void *context, void *bytes, size_t n)
{
	random_bytes(context, bytes, n);
}

struct estab_crypto
estab_world_crypto(struct estab_world *world)
{
	struct estab_crypto crypto;
	const uint32_t n = world->crypto_count;

	memset(&crypto, 0, sizeof crypto);
	if (n == ESTAB_WORLD_HOSTS_MAX)
		return crypto;
	world->crypto_count++;
	random_seed(&world->crypto[n], world->seed, RANDOM_HOST, n);
	crypto.siphash = estab_siphash_portable;
	crypto.random = random_of;
	crypto.context = &world->crypto[n];
	return crypto;
}

int
estab_world_attach(struct estab_world *world, struct estab_host *host)
{
	if (host == NULL)
		return ESTAB_EINVAL;
	if (world->host_count == ESTAB_WORLD_HOSTS_MAX)
		return ESTAB_ENOMEM;
	(void)estab_input(host, NULL, 0, world->now);
	world->host[world->host_count] = host;
	return (int)world->host_count++;
}

struct estab_host *
estab_world_host(const struct estab_world *world, int n)
{
	return n >= 0 && (uint32_t)n < world->host_count ? world->host[n] :
	                                                   NULL;
}

/* Whether a wire can begin at this link. */
static bool
is_bare(const struct estab_world *world, int host, int link)
{
	return estab_world_host(world, host) != NULL && link >= 0 &&
	    link < WORLD_LINKS_MAX &&
	    world->leaves[host][link] == WORLD_NO_DIRECTION;
}

static bool
is_ethernet(const struct estab_world *world, int host, int link)
{
	struct estab_link about;

	return estab_link_get(world->host[host], link, &about) == 0 &&
	    about.ethernet;
}

static void
join(struct estab_world *world, uint32_t n, const uint8_t ends[4],
    const struct estab_impairment *impairment)
{
	struct direction *d = &world->direction[n];

	d->from_host = ends[0];
	d->from_link = ends[1];
	d->to_host = ends[2];
	d->to_link = ends[3];
	world->leaves[d->from_host][d->from_link] = (uint8_t)n;
	if (is_ethernet(world, ends[0], ends[1]))
		d->wire.header_bytes = ETHERNET_HEADER;
	wire_seed(&d->wire, world->seed, n);
	if (impairment != NULL)
		wire_impair(&d->wire, impairment);
}

int
estab_world_wire(struct estab_world *world, int a, int link_a, int b,
    int link_b, const struct estab_impairment *there,
    const struct estab_impairment *back)
{
	const uint32_t n = world->wire_count;
	const uint8_t ends[6] = { (uint8_t)a, (uint8_t)link_a, (uint8_t)b,
		(uint8_t)link_b, (uint8_t)a, (uint8_t)link_a };

	if (!is_bare(world, a, link_a) || !is_bare(world, b, link_b) ||
	    (a == b && link_a == link_b) ||
	    is_ethernet(world, a, link_a) != is_ethernet(world, b, link_b) ||
	    (there != NULL && !impairment_valid(there)) ||
	    (back != NULL && !impairment_valid(back)))
		return ESTAB_EINVAL;
	if (n == ESTAB_WORLD_WIRES_MAX)
		return ESTAB_ENOMEM;
	join(world, 2 * n, ends, there);
	join(world, 2 * n + 1, ends + 2, back);
	world->wire_count++;
	return (int)n;
}

/* The number of a direction, or WORLD_NO_DIRECTION. */
static uint8_t
direction_of(const struct estab_world *world, int wire, int direction)
{
	if (wire < 0 || (uint32_t)wire >= world->wire_count ||
	    (direction != 0 && direction != 1))
		return WORLD_NO_DIRECTION;
	return (uint8_t)(2 * wire + direction);
}

int
estab_world_impair(struct estab_world *world, int wire, int direction,
    const struct estab_impairment *impairment)
{
	const uint8_t n = direction_of(world, wire, direction);

	if (n == WORLD_NO_DIRECTION || !impairment_valid(impairment))
		return ESTAB_EINVAL;
	wire_impair(&world->direction[n].wire, impairment);
	return 0;
}

int
estab_world_lead(struct estab_world *world, int wire, int direction, int host,
    int link)
{
	const uint8_t n = direction_of(world, wire, direction);

	if (n == WORLD_NO_DIRECTION || host < 0 ||
	    (uint32_t)host >= world->host_count || link < 0 ||
	    link >= WORLD_LINKS_MAX)
		return ESTAB_EINVAL;
	world->direction[n].to_host = (uint8_t)host;
	world->direction[n].to_link = (uint8_t)link;
	return 0;
}

int
estab_world_inject(struct estab_world *world, int wire, int direction,
    const void *packet, uint32_t bytes)
{
	const uint8_t n = direction_of(world, wire, direction);
	struct entry entry;

	if (n == WORLD_NO_DIRECTION)
		return ESTAB_EINVAL;
	if (bytes == 0 ||
	    bytes > WORLD_IP_MAX + world->direction[n].wire.header_bytes)
		return ESTAB_EMSGSIZE;
	memcpy(world->packet, packet, bytes);
	memset(&entry, 0, sizeof entry);
	entry.packet = world->packet;
	entry.bytes = entry.largest_bytes = bytes;
	entry.direction = n;
	entry.from_host = world->direction[n].from_host;
	entry.ip_at = world_ip_at(world, n);
	entry.forged = true;
	world->counts.injected++;
	enter_packet(world, &entry);
	return 0;
}

int
estab_world_release(struct estab_world *world, uint32_t frame)
{
	struct flight *flight = flight_held(&world->flights, frame);
	const struct direction *d;

	if (flight == NULL)
		return ESTAB_ESTALE;
	d = &world->direction[flight->direction];
	flight_release(&world->flights, flight,
	    wire_release(&d->wire, world->now));
	return 0;
}

void
estab_world_set_trace(struct estab_world *world, struct estab_trace *trace)
{
	world->trace = trace;
}

void
estab_world_set_picker(struct estab_world *world, estab_pick pick,
    void *context)
{
	world->pick = pick;
	world->pick_context = context;
}

void
estab_world_set_tap(struct estab_world *world, estab_tap tap, void *context)
{
	world->tap = tap;
	world->tap_context = context;
}

estab_time
estab_world_now(const struct estab_world *world)
{
	return world->now;
}

void
estab_world_counts(const struct estab_world *world,
    struct estab_world_counts *counts)
{
	*counts = world->counts;
}
