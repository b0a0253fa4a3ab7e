/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stage.c - the hosts of a story and the wires between them, made through
 * the public headers like any user's.
 *
 * Host A has address ...1 on each of its wires, B ...2 and so on; wire n is
 * a net of its own: 10.0.n.0/24 or 2001:db8:n::/64.
 */
#include "scenario/stage.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (8u << 20)
#define WORLD_BYTES (4u << 20)
#define TRACE_RECORDS (1u << 15)
#define LINK_MTU 1500
#define NOBODY_FIRST 100 /* the last byte of nobody.1's address, minus 1 */

struct stage_slot *
stage_slot(struct scenario_run *run, const struct script_end *end)
{
	return &run->host[end->host].slot[end->slot];
}

void
stage_address(const struct scenario_run *run, int wire, uint8_t host,
    uint8_t nobody, struct estab_address *address)
{
	static const uint8_t v4[16] = { [10] = 0xff, [11] = 0xff, [12] = 10 };
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	const struct script_wire *w = &run->script->wire[wire];
	const uint8_t twin_of = run->script->host[host].twin_of;
	int direction;

	/* A twin has the address that the first of them has on its wire. */
	if (nobody == 0 && twin_of != 0 && twin_of != host + 1) {
		wire = stage_wire(run, w->a == host ? w->b : w->a,
		    (uint8_t)(twin_of - 1), &direction);
		host = (uint8_t)(twin_of - 1);
	}
	const uint8_t last =
	    (uint8_t)(nobody != 0 ? NOBODY_FIRST + nobody : host + 1);

	memcpy(address->byte, run->how.family == 4 ? v4 : v6, 16);
	address->byte[run->how.family == 4 ? 14 : 5] = (uint8_t)wire;
	address->byte[15] = last;
}

int
stage_wire(const struct scenario_run *run, uint8_t a, uint8_t b, int *direction)
{
	for (int i = 0; i < run->script->wire_count; i++) {
		const struct script_wire *w = &run->script->wire[i];

		if ((w->a == a && w->b == b) || (w->a == b && w->b == a)) {
			*direction = w->a != a;
			return i;
		}
	}
	return -1;
}

/* The ISS of the n-th connection: what the head lists, laid on the case's
 * number; else, in a case with a number, that number and then one 2^20
 * further for each; else the host's own choice. */
static bool
choose_iss(void *context, const struct estab_endpoint *local,
    const struct estab_endpoint *remote, bool passive, uint32_t *iss)
{
	struct stage_host *h = context;
	const struct script_host *script = &h->stage->script->host[h->id];
	const struct scenario_case *how = &h->stage->how;
	const uint32_t n = h->iss_taken++;

	(void)local;
	(void)remote;
	(void)passive;
	*iss = how->iss_given ? how->iss : 0;
	if (n < script->iss_count) {
		*iss += script->iss[n];
		return true;
	}
	*iss += n << 20;
	return how->iss_given;
}

/* Links and addresses, in the order of the wires. */
static bool
connect_host(struct scenario_run *run, struct stage_host *h)
{
	const struct estab_link link = { .mtu = LINK_MTU };
	struct estab_address address;

	for (int i = 0; i < run->script->wire_count; i++) {
		const struct script_wire *w = &run->script->wire[i];
		int number;

		if (w->a != h->id && w->b != h->id)
			continue;
		number = estab_link_add(h->host, &link);
		stage_address(run, i, h->id, 0, &address);
		if (number < 0 ||
		    estab_address_add(h->host, number, &address,
		        run->how.family == 4 ? 24 : 64) < 0)
			return false;
	}
	return true;
}

bool
stage_host_start(struct scenario_run *run, uint32_t host, bool vanish)
{
	struct stage_host *h = &run->host[host];
	struct estab_config config = run->script->host[host].config;
	struct estab_host *before = h->host;

	for (unsigned i = 0; i < SCRIPT_SLOTS_MAX; i++)
		free(h->slot[i].sent);
	memset(h->slot, 0, sizeof h->slot);
	h->listener = 0;
	h->vanished = vanish;
	config.crypto = estab_world_crypto(run->world);
	config.trace = &run->trace;
	config.trace_id = h->id;
	config.choose_iss = choose_iss;
	config.choose_iss_context = h;
	if (run->script->host[host].twin_of != 0) {
		twins_begin(h);
		config.cookie_keys = &h->keys;
	}
	if (config.crypto.siphash == NULL ||
	    estab_host_create(&h->host, h->arena, ARENA_BYTES, &config,
	        estab_world_now(run->world)) < 0)
		return false;
	/* The world knows it by its place, which must not change. */
	if (before != NULL && before != h->host)
		return false;
	return vanish || connect_host(run, h);
}

static void *
aligned(void *memory)
{
	const uintptr_t past = (uintptr_t)memory % ESTAB_ARENA_ALIGN;

	return (uint8_t *)memory + (past > 0 ? ESTAB_ARENA_ALIGN - past : 0);
}

static bool
build_hosts(struct scenario_run *run)
{
	for (uint8_t i = 0; i < run->script->host_count; i++) {
		struct stage_host *h = &run->host[i];

		h->stage = run;
		h->id = i;
		h->memory = malloc(ARENA_BYTES + ESTAB_ARENA_ALIGN);
		if (h->memory == NULL)
			return false;
		h->arena = aligned(h->memory);
		if (!stage_host_start(run, i, false) ||
		    estab_world_attach(run->world, h->host) != i)
			return false;
	}
	return true;
}

static bool
build_wires(struct scenario_run *run)
{
	int links[SCRIPT_HOSTS_MAX] = { 0 };

	for (int i = 0; i < run->script->wire_count; i++) {
		const struct script_wire *w = &run->script->wire[i];

		run->wire[i][0] = w->there;
		run->wire[i][1] = w->back;
		if (estab_world_wire(run->world, w->a, links[w->a]++, w->b,
		        links[w->b]++, &w->there, &w->back) != i)
			return false;
	}
	return true;
}

bool
stage_build(struct scenario_run *run)
{
	const uint64_t seed =
	    run->how.seed != 0 ? run->how.seed : run->script->seed;

	run->world_memory = malloc(WORLD_BYTES);
	run->trace.record = malloc(TRACE_RECORDS * sizeof *run->trace.record);
	run->trace.capacity = TRACE_RECORDS;
	if (run->world_memory == NULL || run->trace.record == NULL ||
	    estab_world_create(&run->world, run->world_memory, WORLD_BYTES,
	        seed) < 0)
		return false;
	estab_world_set_trace(run->world, &run->trace);
	meet_set_up(run);
	return build_hosts(run) && build_wires(run) && twins_join(run);
}

void
stage_strike(struct scenario_run *run)
{
	for (unsigned i = 0; i < SCRIPT_HOSTS_MAX; i++) {
		for (unsigned n = 0; n < SCRIPT_SLOTS_MAX; n++)
			free(run->host[i].slot[n].sent);
		free(run->host[i].memory);
	}
	free(run->row);
	free(run->queue);
	free(run->pending);
	free(run->trace.record);
	free(run->world_memory);
}
