/* SPDX-License-Identifier: BSD-2-Clause
 *
 * host.c - a host as a value: made, copied, its links, and the verbs.
 */
#include "host/host.h"

#include "base/mem.h"

#define LATE_MOST (REPLIES_MOST / 2)

#define HEADERS_ORDER 2u /* 8 KiB */
#define FRONT_BYTES                                                            \
	12288u /* of struct estab_host, whatever the machine, so
                            * that refs are the same on all of them */
#define MTU_MIN 576u
#define MTU_MAX 65535u

_Static_assert(ESTAB_FRAMES_MAX *HOST_HEADER_ROOM <= ARENA_UNIT
            << HEADERS_ORDER,
    "headers of all frames are one block");
_Static_assert(sizeof(struct estab_host) <= FRONT_BYTES, "it fits");
_Static_assert(offsetof(struct estab_host, tcp) == 0 &&
        offsetof(struct tcp, arena) == 0,
    "the arena's address is the base");

int
estab_host_create(struct estab_host **host, void *arena, size_t arena_bytes,
    const struct estab_config *config, estab_time now)
{
	struct estab_config filled = *config;
	struct estab_host *h = arena;
	int error;

	if ((uintptr_t)arena % ESTAB_ARENA_ALIGN != 0 ||
	    arena_bytes < ESTAB_ARENA_MIN)
		return ESTAB_EMSGSIZE;
	error = config_fill(&filled, arena_bytes);
	if (error)
		return error;
	memset(h, 0, sizeof *h);
	if (!tcp_init(&h->tcp, arena_bytes, FRONT_BYTES, &filled, now))
		return ESTAB_EMSGSIZE;
	h->headers = arena_take(&h->tcp.arena, HEADERS_ORDER);
	h->route[0].link = h->route[1].link = -1;
	filled.crypto.random(filled.crypto.context, h->port_counter,
	    sizeof h->port_counter);
	*host = h;
	return 0;
}

size_t
estab_host_used(const struct estab_host *host)
{
	return (size_t)arena_used(&host->tcp.arena);
}

int
estab_host_clone(struct estab_host **host, void *arena, size_t arena_bytes,
    const struct estab_host *from, struct estab_trace *trace)
{
	struct estab_host *h = arena;

	if ((uintptr_t)arena % ESTAB_ARENA_ALIGN != 0 ||
	    arena_bytes < estab_host_used(from))
		return ESTAB_EMSGSIZE;
	memcpy(h, from, estab_host_used(from));
	arena_resize(&h->tcp.arena, arena_bytes);
	h->tcp.config.trace = trace;
	*host = h;
	return 0;
}

static bool
link_is_valid(const struct estab_link *link)
{
	return link->mtu >= MTU_MIN && link->mtu <= MTU_MAX &&
	    link->segment_bytes_max <= MTU_MAX - 100 &&
	    (!link->ethernet || ethernet_is_station(link->mac));
}

int
estab_link_add(struct estab_host *host, const struct estab_link *link)
{
	const uint8_t n = host->link_count;

	if (!link_is_valid(link))
		return ESTAB_EINVAL;
	if (n == TCP_LINKS || (link->ethernet && !neighbour_begin(host)))
		return ESTAB_ENOMEM;
	host->tcp.link[n].mtu = link->mtu;
	host->tcp.link[n].segment_bytes_max = link->segment_bytes_max;
	host->tcp.link[n].checksum_out = link->checksum_out;
	host->tcp.link[n].ethernet = link->ethernet;
	memcpy(host->tcp.link[n].mac, link->mac, ETHERNET_MAC);
	host->link_count++;
	return n;
}

int
estab_link_set_mtu(struct estab_host *host, int link, uint32_t mtu)
{
	if (link < 0 || link >= host->link_count || mtu < MTU_MIN ||
	    mtu > MTU_MAX)
		return ESTAB_EINVAL;
	path_link(&host->tcp, (uint8_t)link, mtu);
	return 0;
}

int
estab_link_get(const struct estab_host *host, int link, struct estab_link *got)
{
	if (link < 0 || link >= host->link_count)
		return ESTAB_EINVAL;
	memset(got, 0, sizeof *got);
	got->mtu = host->tcp.link[link].mtu;
	got->segment_bytes_max = host->tcp.link[link].segment_bytes_max;
	got->checksum_out = host->tcp.link[link].checksum_out;
	got->ethernet = host->tcp.link[link].ethernet;
	memcpy(got->mac, host->tcp.link[link].mac, ETHERNET_MAC);
	return 0;
}

/* SYNs come after all else, no more of them than half of what the host answers
 * between two outputs: connections have the rest. */
static void
take_late(struct estab_host *host, const struct estab_frame *const late[],
    uint32_t n)
{
	const uint32_t most = host->tcp.replies_max / 2;
	uint32_t room = most - host->syns;

	n -= syn_arrive(host, late, n < LATE_MOST ? n : LATE_MOST, &room);
	host->syns = most - room;
	host->syns_dropped += n;
	host->tcp.counter[ESTAB_COUNT_TCPSynLate] += n;
}

int
estab_input(struct estab_host *host, const struct estab_frame *frames, size_t n,
    estab_time now)
{
	const struct estab_frame *late[LATE_MOST];
	const bool last = host->tcp.config.syns_last > 0;
	uint32_t late_count = 0, own = UINT32_MAX;

	tcp_set_now(&host->tcp, now);
	pending_reclaim(host);
	reply_reclaim(&host->tcp);
	for (size_t i = 0; i < n; i++)
		if (frames[i].span_count > ESTAB_SPANS_MAX ||
		    frames[i].link >= host->link_count)
			return ESTAB_EMSGSIZE;
	for (const struct estab_frame *f = frames; f < frames + n; f++) {
		if (in_frame(host, f))
			continue;
		if (!last)
			(void)syn_arrive(host, &f, 1, &own);
		else if (late_count++ < LATE_MOST)
			late[late_count - 1] = f;
	}
	if (late_count > 0)
		take_late(host, late, late_count);
	tcb_settle_pending(&host->tcp);
	return (int)n;
}

uint32_t
estab_input_syns(const struct estab_host *host, uint32_t *room)
{
	const uint32_t syns = host->tcp.replies_max / 2 - host->syns;
	const uint32_t strays = in_stray_room(host);

	if (room)
		*room = syns < strays ? syns : strays;
	return host->syns + host->syns_dropped + host->strays;
}

estab_time
estab_deadline(const struct estab_host *host)
{
	estab_time at, other;

	if (host->pending_waiting.head)
		return host->tcp.now;
	at = tcp_deadline(&host->tcp);
	if (!host->neighbours.buckets)
		return at;
	other = neighbour_deadline(host);
	at = other < at ? other : at;
	other = duplicate_deadline(host);
	return other < at ? other : at;
}

uint64_t
estab_counter(const struct estab_host *host, enum estab_counter id)
{
	return id < ESTAB_COUNTER_COUNT ? host->tcp.counter[id] : 0;
}

void
estab_memory(const struct estab_host *host, struct estab_memory *memory)
{
	const struct arena *arena = &host->tcp.arena;

	memory->arena_bytes = arena->bytes;
	memory->committed_bytes = arena->committed;
	memory->record_bytes = 0;
	for (uint32_t kind = 0; kind < SLAB_KINDS; kind++)
		memory->record_bytes +=
		    (uint64_t)arena->slab[kind].count * arena->slab[kind].size;
	memory->buffer_bytes = (uint64_t)host->tcp.buffer_bytes;
	memory->tcb_count = arena->slab[SLAB_TCB].count;
	memory->half_open_count = arena->slab[SLAB_HALF_OPEN].count;
	memory->time_wait_count = arena->slab[SLAB_TIME_WAIT].count;
	memory->listener_count = arena->slab[SLAB_LISTENER].count;
	memory->retransmit_record_count = arena->slab[SLAB_SENT].count;
}
