/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bench.c - the host on the bench: made, copied, asked.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define ARENA_BYTES (1024 * 1024)
#define BEGIN (1000 * ESTAB_SECOND)

/* What the host asks of its creator. */
struct bench_script {
	bool armed; /* the next ISS is ours to choose */
	uint32_t iss;
	uint64_t random;
};

static uint64_t
stir(uint64_t x)
{
	x ^= x >> 31;
	x *= UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> 29;
}

/* No SipHash, but keyed and the same every time, which is all a case needs. */
static uint64_t
keyed_hash(const uint8_t key[16], const void *data, size_t n)
{
	const uint8_t *bytes = data;
	uint64_t x = n;

	for (size_t i = 0; i < 16; i++)
		x = stir(x + key[i] + 1);
	for (size_t i = 0; i < n; i++)
		x = stir(x + bytes[i] + 1);
	return x;
}

static void
next_random(void *context, void *bytes, size_t n)
{
	struct bench_script *script = context;
	uint8_t *to = bytes;

	for (size_t i = 0; i < n; i++) {
		script->random += UINT64_C(0x632be59bd9b4e019);
		to[i] = (uint8_t)(stir(script->random) >> 32);
	}
}

static bool
choose_iss(void *context, const struct estab_endpoint *local,
    const struct estab_endpoint *remote, bool passive, uint32_t *iss)
{
	struct bench_script *script = context;

	(void)local;
	(void)remote;
	(void)passive;
	if (!script->armed)
		return false;
	script->armed = false;
	*iss = script->iss;
	return true;
}

static struct estab_endpoint
endpoint(const char *text, uint16_t port)
{
	struct estab_endpoint e = { .port = port };

	if (estab_address_parse(text, &e.address) < 0)
		abort();
	return e;
}

/* Timers far away, so that nothing but the segment moves anything. */
static struct estab_config
config(struct bench_script *script)
{
	return (struct estab_config){
		.crypto = { .siphash = keyed_hash,
		    .random = next_random,
		    .context = script },
		.choose_iss = choose_iss,
		.choose_iss_context = script,
		.connections_max = 8,
		.half_open_max = 8,
		.time_wait_max = 8,
		.send_bytes = 32768,
		.receive_bytes = BENCH_RECEIVE_BYTES,
		.rto_initial_ns = 20 * ESTAB_SECOND,
		.rto_min_ns = 20 * ESTAB_SECOND,
	};
}

static void *
new_arena(void)
{
	void *arena = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA_BYTES);

	if (arena == NULL)
		abort();
	return arena;
}

static struct bench *
new_bench(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (b == NULL)
		abort();
	return b;
}

struct bench *
bench_new(int family, uint32_t iss, uint32_t irs, bool prediction)
{
	struct bench *b = new_bench();
	const struct estab_link link = { .mtu = 1500 };
	struct estab_config c;
	int error;

	b->script = malloc(sizeof(*b->script));
	b->start = malloc(sizeof(*b->start));
	if (b->script == NULL || b->start == NULL)
		abort();
	*b->script = (struct bench_script){ true, iss, 1 };
	b->arena = new_arena();
	b->now = BEGIN;
	b->family = family;
	b->local = endpoint(family == 4 ? "10.0.0.1" : "fd00::1", BENCH_PORT);
	b->remote =
	    endpoint(family == 4 ? "10.0.0.2" : "fd00::2", BENCH_PEER_PORT);
	b->iss = iss;
	b->irs = irs;
	b->tsval = UINT32_C(0x80000000);
	c = config(b->script);
	c.header_prediction = prediction ? 1 : ESTAB_OFF;
	error = estab_host_create(&b->host, b->arena, ARENA_BYTES, &c, b->now);
	if (error < 0) {
		b->host = NULL;
		bench_fault(b, estab_strerror(error));
		return b;
	}
	if (estab_link_add(b->host, &link) != 0 ||
	    estab_address_add(b->host, 0, &b->local.address,
	        family == 4 ? 24 : 64) < 0)
		bench_fault(b, "the host takes no link or address");
	return b;
}

void
bench_free(struct bench *b)
{
	free(b->arena);
	if (b->start != NULL) {
		free(b->script);
		free(b->start);
	}
	free(b);
}

struct bench *
bench_new_cast(const struct bench *mould)
{
	struct bench *b = new_bench();

	*mould->start = *mould->script;
	b->arena = new_arena();
	bench_cast(b, mould, NULL);
	return b;
}

void
bench_cast(struct bench *b, const struct bench *mould,
    struct estab_trace *trace)
{
	void *arena = b->arena;
	int error;

	*b = *mould;
	b->arena = arena;
	b->start = NULL;
	*b->script = *mould->start;
	error =
	    estab_host_clone(&b->host, arena, ARENA_BYTES, mould->host, trace);
	if (error < 0)
		bench_fault(b, estab_strerror(error));
}

void
bench_fault(struct bench *b, const char *what)
{
	if (b->fault == NULL)
		b->fault = what;
}

void
bench_wait(struct bench *b, int64_t ns)
{
	b->now += ns;
	bench_drain(b);
}

static bool
same_pair(const struct bench *b, const struct estab_status *status)
{
	return status->kind != ESTAB_KIND_LISTENER &&
	    status->state != ESTAB_CLOSED &&
	    status->local.port == b->local.port &&
	    status->remote.port == b->remote.port &&
	    memcmp(&status->remote.address, &b->remote.address,
	        sizeof(b->remote.address)) == 0;
}

struct estab_status
bench_status(const struct bench *b)
{
	struct estab_status status;
	uint64_t cursor = 0;

	/* The walk finds everything, but it is long.  The handle of a TIME-WAIT
	 * may outlive it. */
	if (b->conn != 0 && estab_status(b->host, b->conn, &status) >= 0 &&
	    same_pair(b, &status) && status.state != ESTAB_TIME_WAIT)
		return status;
	while (estab_status_next(b->host, &cursor, &status) > 0)
		if (same_pair(b, &status))
			return status;
	memset(&status, 0, sizeof(status));
	if (b->conn != 0)
		estab_status(b->host, b->conn, &status);
	status.kind = ESTAB_KIND_NONE;
	status.state = b->listener != 0 ? ESTAB_LISTEN : ESTAB_CLOSED;
	return status;
}
