/* SPDX-License-Identifier: BSD-2-Clause
 *
 * twins.c - several machines behind one address: keys in common, and a router
 * that gives what comes to one of them.
 */
#include "scenario/stage.h"

#include <string.h>

/* Like twins in all but who they are: the n-th key of each is the same. */
static void
make_key(struct stage_host *h, int slot, enum estab_key_use use)
{
	memset(h->keys.key[slot], ++h->keys_made, sizeof h->keys.key[slot]);
	h->keys.use[slot] = (uint8_t)use;
}

void
twins_begin(struct stage_host *h)
{
	if (h->keys_made > 0) /* a restart keeps its file */
		return;
	h->keys.shared = true;
	make_key(h, 0, ESTAB_KEY_SIGN);
}

/* The slot of this use; -1: there is none. */
static int
slot_of(const struct estab_cookie_keys *keys, enum estab_key_use use)
{
	for (int i = 0; i < 2; i++)
		if (keys->use[i] == (uint8_t)use)
			return i;
	return -1;
}

int64_t
twins_keys(struct stage_host *h, enum script_keys what)
{
	const int sign = slot_of(&h->keys, ESTAB_KEY_SIGN);
	const int verify = slot_of(&h->keys, ESTAB_KEY_VERIFY);

	if ((verify < 0) != (what == SCRIPT_KEYS_ADD))
		return ESTAB_EINVAL;
	switch (what) {
	case SCRIPT_KEYS_ADD:
		make_key(h, 1 - sign, ESTAB_KEY_VERIFY);
		break;
	case SCRIPT_KEYS_PROMOTE:
		h->keys.use[sign] = ESTAB_KEY_VERIFY;
		h->keys.use[verify] = ESTAB_KEY_SIGN;
		break;
	case SCRIPT_KEYS_REMOVE:
		h->keys.use[verify] = ESTAB_KEY_NONE;
		break;
	}
	return 0;
}

/* ---- Wires -------------------------------------------------------------- */

/* The link of a host that a wire of it ends at: they go in their order. */
static int
link_of(const struct scenario_run *run, uint8_t host, int wire)
{
	int n = 0;

	for (int i = 0; i < wire; i++)
		n += run->script->wire[i].a == host ||
		    run->script->wire[i].b == host;
	return n;
}

/* What a twin sends arrives where the first twin's does. */
bool
twins_join(struct scenario_run *run)
{
	for (uint8_t i = 0; i < SCRIPT_HOSTS_MAX; i++)
		run->routed[i] = i;
	for (int i = 0; i < run->script->wire_count; i++) {
		const struct script_wire *w = &run->script->wire[i];
		const bool at_b = run->script->host[w->b].twin_of != 0;
		const uint8_t twin = at_b ? w->b : w->a;
		const uint8_t peer = at_b ? w->a : w->b;
		const uint8_t twin_of = run->script->host[twin].twin_of;
		int direction, first;

		if (twin_of == 0 || twin_of == twin + 1)
			continue;
		first =
		    stage_wire(run, peer, (uint8_t)(twin_of - 1), &direction);
		if (estab_world_lead(run->world, i, at_b, peer,
		        link_of(run, peer, first)) < 0)
			return false;
	}
	return true;
}

bool
twins_route(struct scenario_run *run, uint8_t host)
{
	const uint8_t first = (uint8_t)(run->script->host[host].twin_of - 1);

	run->routed[first] = host;
	for (int i = 0; i < run->script->wire_count; i++) {
		const struct script_wire *w = &run->script->wire[i];
		const uint8_t peer = w->a == first ? w->b : w->a;
		int direction, own;

		if (w->a != first && w->b != first)
			continue;
		own = stage_wire(run, peer, host, &direction);
		if (estab_world_lead(run->world, i, w->a == first, host,
		        link_of(run, host, own)) < 0)
			return false;
	}
	return true;
}

uint8_t
twins_at(const struct scenario_run *run, uint8_t host)
{
	return run->routed[host];
}
