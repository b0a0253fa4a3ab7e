/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pair.c - finding and making the connections of a picture.
 */
#include "view/pair.h"

#include <string.h>

static bool
same(const struct estab_endpoint *a, const struct estab_endpoint *b)
{
	return a->port == b->port &&
	    memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

const struct pair *
pairs_find(const struct pairs *pairs, const struct estab_endpoint *local,
    const struct estab_endpoint *remote, enum side *side)
{
	for (uint32_t i = 0; i < pairs->count; i++) {
		const struct pair *pair = &pairs->pair[i];
		const struct estab_endpoint *left = &pair->end[0].endpoint;
		const struct estab_endpoint *right = &pair->end[1].endpoint;

		if (same(left, local) && same(right, remote)) {
			*side = SIDE_LEFT;
			return pair;
		}
		if (same(right, local) && same(left, remote)) {
			*side = SIDE_RIGHT;
			return pair;
		}
	}
	return NULL;
}

static struct pair *
room(struct pairs *pairs)
{
	struct pair *oldest = &pairs->pair[0];

	if (pairs->count < PAIRS_MAX)
		return &pairs->pair[pairs->count++];
	for (uint32_t i = 1; i < PAIRS_MAX; i++)
		if (pairs->pair[i].used < oldest->used)
			oldest = &pairs->pair[i];
	return oldest;
}

struct pair *
pairs_of(struct pairs *pairs, const struct estab_record *record, enum side home,
    enum side *side)
{
	const struct pair *found;
	struct pair *pair;

	if (record->local.port == 0)
		return NULL;
	found = pairs_find(pairs, &record->local, &record->remote, side);
	if (found != NULL) {
		pair = &pairs->pair[found - pairs->pair];
	} else {
		pair = room(pairs);
		memset(pair, 0, sizeof *pair);
		pair->end[home].endpoint = record->local;
		pair->end[side_other(home)].endpoint = record->remote;
		if (record->remote.port != 0)
			pair->number = ++pairs->numbered;
		*side = home;
	}
	pair->used = ++pairs->clock;
	return pair;
}
