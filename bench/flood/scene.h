/* SPDX-License-Identifier: BSD-2-Clause
 *
 * scene.h - a simulated world of a server, honest clients and forged SYNs: one
 * wire between two hosts, and virtual time.
 */
#ifndef FLOOD_SCENE_H
#define FLOOD_SCENE_H

#include <estab/sim.h>

#include "flood/generator.h"
#include "flood/visit.h"

struct scene {
	void *memory;
	struct estab_world *world;
	struct end end[2]; /* clients, server */
	estab_conn listener;
	struct honest honest;
	struct generator generator;
	double syns_per_second;
	uint64_t forged;
};

/* Two hosts of these tunables, the wire alike in both directions.  Ends the
 * program on failure. */
void scene_begin(struct scene *scene, const struct estab_config *clients,
    const struct estab_config *server, const struct estab_impairment *wire);
/* The clients do not answer by RST what they did not ask for. */
void scene_stand_behind_nat(struct scene *scene);
/* Visitors come for so long, forged SYNs until the last has left. */
void scene_play(struct scene *scene, double opens_per_second, double seconds);
void scene_end(struct scene *scene);

#endif
