/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pair.c - two hosts back to back in memory.
 */
#include "pair.h"

#include <estab/link.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "measure.h"

int64_t
pair_must(int64_t result, const char *what)
{
	if (result >= 0)
		return result;
	(void)fprintf(stderr, "bench: %s: %s\n", what,
	    estab_strerror((int)result));
	exit(1);
}

struct estab_endpoint
pair_endpoint(int n, bool v6, uint16_t port)
{
	static const char *const text[2][2] = {
		{ "10.0.0.1", "2001:db8::1" },
		{ "10.0.0.2", "2001:db8::2" },
	};
	struct estab_endpoint endpoint = { .port = port };

	pair_must(estab_address_parse(text[n][v6], &endpoint.address),
	    "address");
	return endpoint;
}

static void
make_host(struct pair *pair, int n, const struct estab_config *config,
    size_t arena_bytes)
{
	const struct estab_link link = {
		.mtu = BENCH_MTU,
		.checksum_out = true, /* while it copies */
	};
	void *arena = mmap(NULL, arena_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct estab_endpoint end;

	measure_must(arena != MAP_FAILED, "mmap");
	pair_must(estab_host_create(&pair->host[n], arena, arena_bytes, config,
	              pair->now),
	    "host");
	pair_must(estab_link_add(pair->host[n], &link), "link");
	end = pair_endpoint(n, false, 0);
	pair_must(estab_address_add(pair->host[n], 0, &end.address, 24),
	    "IPv4 address");
	end = pair_endpoint(n, true, 0);
	pair_must(estab_address_add(pair->host[n], 0, &end.address, 64),
	    "IPv6 address");
	pair_must(estab_route_default(pair->host[n], 0), "route");
}

void
pair_make(struct pair *pair, const struct estab_config *config,
    size_t arena_bytes)
{
	struct estab_config filled = { 0 };

	if (config != NULL)
		filled = *config;
	memset(pair, 0, sizeof *pair);
	pair->now = ESTAB_SECOND;
	pair->copy_sum = estab_copy_sum_best();
	filled.crypto = estab_crypto_native();
	filled.copy_sum = pair->copy_sum;
	for (int n = 0; n < 2; n++)
		make_host(pair, n, &filled, arena_bytes);
}

void
pair_end(struct pair *pair, size_t arena_bytes)
{
	for (int n = 0; n < 2; n++)
		(void)munmap(pair->host[n], arena_bytes);
}

/* The device writes: one copy a frame. */
static int
send(struct pair *pair, int n)
{
	struct estab_frame frame[PAIR_BATCH];
	const int count = (int)pair_must(estab_output(pair->host[n], frame,
	                                     PAIR_BATCH, pair->now),
	    "output");

	for (int i = 0; i < count; i++) {
		struct slot *slot = ring_free(&pair->ring[n]);

		slot->bytes = estab_frame_gather_with(&frame[i], slot->data,
		    pair->copy_sum);
		pair->ring[n].head++;
	}
	pair->packets[n] += (uint64_t)count;
	return count;
}

/* The device reads: where the packets lie. */
static void
receive(struct pair *pair, int n)
{
	struct ring *ring = &pair->ring[1 - n];
	struct estab_frame frame[PAIR_BATCH];
	size_t count = 0;

	for (; ring_count(ring) > 0; ring->tail++) {
		struct slot *slot = &ring->slot[ring->tail % RING_SLOTS];
		struct estab_frame *f = &frame[count++];

		f->span[0].data = slot->data;
		f->span[0].length = slot->bytes;
		f->span_count = 1;
		f->link = 0;
		f->checksum = ESTAB_CHECKSUM_UNVERIFIED;
		f->segment_bytes = 0;
		f->segment_count = 0;
	}
	pair_must(estab_input(pair->host[n], frame, count, pair->now), "input");
}

int
pair_carry(struct pair *pair, int n)
{
	const int count = send(pair, n);

	if (count > 0)
		receive(pair, 1 - n);
	return count;
}

void
pair_quiesce(struct pair *pair)
{
	while (pair_carry(pair, 0) + pair_carry(pair, 1) > 0)
		;
}

void
pair_wait(struct pair *pair)
{
	const estab_time a = estab_deadline(pair->host[0]);
	const estab_time b = estab_deadline(pair->host[1]);
	const estab_time at = a < b ? a : b;

	measure_must(at != ESTAB_NEVER, "both hosts wait for each other");
	if (at > pair->now)
		pair->now = at;
}
