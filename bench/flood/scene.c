/* SPDX-License-Identifier: BSD-2-Clause
 *
 * scene.c - a world, stepped through.
 */
#include "flood/scene.h"

#include <stdlib.h>

#include "flood/echo.h"
#include "measure.h"
#include "pair.h"

#define WORLD_BYTES ((size_t)64 << 20)
#define SEED 1
#define TICK_NS ESTAB_MS
#define BACKLOG 4096

/* What comes from the server to the clients' address and nobody asked for is
 * not answered: a NAT stands before them. */
static void
pick(void *context, int wire, int direction, uint32_t frame,
    const uint8_t *packet, uint32_t bytes, struct estab_fate *fate)
{
	const uint32_t flags_at = 20 + 13;

	(void)context;
	(void)wire;
	(void)frame;
	if (direction == 0 && bytes > flags_at &&
	    (packet[flags_at] & ESTAB_RST) != 0)
		fate->lost = true;
}

static void
join(struct scene *s, int n, struct estab_config config)
{
	const struct estab_link link = { .mtu = BENCH_MTU };

	config.crypto = estab_world_crypto(s->world);
	end_make(&s->end[n], (uint8_t)(n + 1), &config, 0);
	pair_must(estab_link_add(s->end[n].host, &link), "link");
	end_join(&s->end[n]);
	pair_must(estab_world_attach(s->world, s->end[n].host), "attach");
}

void
scene_begin(struct scene *s, const struct estab_config *clients,
    const struct estab_config *server, const struct estab_impairment *wire)
{
	const struct estab_endpoint local = { .port = BENCH_PORT };
	struct estab_endpoint to = local;

	*s = (struct scene){ .memory = aligned_alloc(ESTAB_ARENA_ALIGN,
		                 WORLD_BYTES) };
	measure_must(s->memory != NULL, "no memory for a world");
	pair_must(estab_world_create(&s->world, s->memory, WORLD_BYTES, SEED),
	    "world");
	join(s, 0, *clients);
	join(s, 1, *server);
	pair_must(estab_world_wire(s->world, 0, 0, 1, 0, wire, wire), "wire");
	pair_must(estab_listen(s->end[1].host, &s->listener, &local, BACKLOG),
	    "listen");
	to.address = s->end[1].address;
	honest_begin_with(&s->honest, &s->end[0], &to);
	s->honest.visit_bytes = 64;
	generator_begin(&s->generator, NULL, &to);
}

void
scene_stand_behind_nat(struct scene *s)
{
	estab_world_set_picker(s->world, pick, NULL);
}

void
scene_end(struct scene *s)
{
	honest_end(&s->honest);
	end_drop(&s->end[1]);
	free(s->memory);
}

static void
programs(struct scene *s)
{
	struct estab_event event;

	s->honest.now = estab_world_now(s->world);
	echo_events(s->end[1].host, s->listener);
	while (estab_event(s->end[0].host, &event) == 1)
		visit_event(&s->honest, &event);
}

static void
forge(struct scene *s)
{
	const uint64_t wanted =
	    honest_due(s->syns_per_second, 0, estab_world_now(s->world));
	uint8_t syn[GENERATOR_SYN_BYTES];

	for (; s->forged < wanted; s->forged++) {
		generator_write(&s->generator, syn);
		pair_must(estab_world_inject(s->world, 0, 0, syn, sizeof syn),
		    "inject");
	}
}

static void
go_on(struct scene *s, estab_time until)
{
	while (estab_world_now(s->world) < until) {
		const estab_time next = estab_world_now(s->world) + TICK_NS;

		while (estab_world_step(s->world, next) == 1)
			programs(s);
		programs(s);
		visit_lose_patience(&s->honest);
		visit_come(&s->honest);
		forge(s);
	}
}

void
scene_play(struct scene *s, double opens_per_second, double seconds)
{
	const estab_time end = (estab_time)(seconds * 1e9);

	honest_visit(&s->honest, opens_per_second);
	go_on(s, end);
	honest_visit(&s->honest, 0);
	go_on(s, end + HONEST_PATIENCE_NS + ESTAB_SECOND);
	measure_must(honest_is_alone(&s->honest), "a visitor has not left");
}
