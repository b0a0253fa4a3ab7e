/* SPDX-License-Identifier: BSD-2-Clause
 *
 * kind.c - which events are alike.
 *
 * Two are of one kind when they would be drawn alike but for the digits: same
 * ends, flags, symbols, reasons, fate.
 */
#include "view/ladder.h"

#include <string.h>

static uint64_t
mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x100000001b3);
}

/* The label without its digits, except those next to a symbol: seq=x+1 and
 * ack=u+1 are kinds of their own, x+1461 and x+2921 are not. */
static uint64_t
mix_label(uint64_t hash, const char *label)
{
	while (*label != '\0') {
		const size_t n = strspn(label, "0123456789");
		const bool kept = n == 1 && *label == '1';

		if (n > 0 && !kept) {
			hash = mix(hash, '#');
			label += n;
			continue;
		}
		hash = mix(hash, (unsigned char)*label++);
	}
	return hash;
}

static uint64_t
mix_segment(uint64_t hash, struct view_ladder *ladder,
    const struct estab_record *segment, bool arrives)
{
	struct text label;
	enum side side = SIDE_LEFT;
	const struct pair *pair;

	side = end_side(ladder, segment);
	pair = pairs_find(&ladder->pairs, &segment->local, &segment->remote,
	    &side);
	if (arrives)
		side = side_other(side);
	text_clear(&label);
	label_segment(&label, ladder, segment, pair, side);
	return mix_label(hash, label.byte);
}

uint64_t
kind_of(struct view_ladder *ladder, const struct event *event)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (event->departs) {
		hash = mix(hash, event->out.host);
		hash = mix(hash, event->out.reason);
		hash = mix(hash, event->fate);
		hash = mix_segment(hash, ladder, &event->out, false);
	}
	if (!event->happens)
		return hash;
	hash = mix(hash, 0x100);
	for (uint32_t i = 0; i < event->changes; i++) {
		hash = mix(hash, event->change[i].after);
		hash = mix(hash, event->change[i].reason);
	}
	if (event->ended) {
		hash = mix(hash, event->end.host);
		hash = mix(hash, event->end.type);
		hash = mix(hash, event->end.reason);
		if (event->end.type == ESTAB_RECORD_IN && !event->departs)
			hash = mix_segment(hash, ladder, &event->end, true);
	}
	return hash;
}
