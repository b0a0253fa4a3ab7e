/* SPDX-License-Identifier: BSD-2-Clause
 *
 * segment.c - a segment of a ladder: how it leaves and how it arrives, with
 * what its wire did to it.
 */
#include "view/ladder.h"

#include <string.h>

static const char *
fate_mark(const struct view_ladder *ladder, uint8_t fate)
{
	const bool zh = ladder->style.zh;

	if ((fate & ESTAB_FATE_QUEUE_FULL) != 0)
		return word(WORD_QUEUE_FULL, zh);
	if ((fate & ESTAB_FATE_TOO_BIG) != 0)
		return word(WORD_TOO_BIG, zh);
	if ((fate & ESTAB_FATE_LOST) != 0)
		return word(WORD_LOST, zh);
	if ((fate & ESTAB_FATE_HELD) != 0)
		return word(WORD_HELD, zh);
	if ((fate & ESTAB_FATE_CORRUPTED) != 0)
		return word(WORD_CORRUPTED, zh);
	if ((fate & ESTAB_FATE_FORGED) != 0)
		return word(WORD_FORGED, zh);
	if ((fate & ESTAB_FATE_DUPLICATED) != 0)
		return word(WORD_DUPLICATED, zh);
	if ((fate & ESTAB_FATE_REORDERED) != 0)
		return word(WORD_REORDERED, zh);
	return NULL;
}

static enum arrow
departure_arrow(const struct view_ladder *ladder, const struct event *event)
{
	const uint8_t gone =
	    ESTAB_FATE_LOST | ESTAB_FATE_QUEUE_FULL | ESTAB_FATE_TOO_BIG;

	if ((event->fate & gone) != 0)
		return ARROW_LOST;
	if ((event->fate & ESTAB_FATE_HELD) != 0)
		return ARROW_HELD;
	if (event->happens || !ladder->wires)
		return ARROW_WHOLE;
	return ARROW_LEAVES;
}

bool
segment_speaks_for_itself(uint16_t reason)
{
	return reason == ESTAB_REASON_OUT_SYN ||
	    reason == ESTAB_REASON_OUT_SYN_ACK ||
	    reason == ESTAB_REASON_OUT_ACK ||
	    reason == ESTAB_REASON_OUT_ACK_NOW ||
	    reason == ESTAB_REASON_OUT_TEXT || reason == ESTAB_REASON_OUT_FIN;
}

/* Why a segment leaves is said unless the segment itself tells enough and may
 * arrive, when its receiver's reason says more; or the row above, at the same
 * instant and end, is the time-out that sent it or has given the same
 * clause. */
static bool
needs_reason(const struct view_ladder *ladder, const struct event *event,
    enum side side, enum arrow arrow)
{
	const uint16_t last = ladder->said[side].reason;
	const uint16_t reason = event->out.reason;
	const char *clause = estab_reason_clause((enum estab_reason)reason);

	if (reason == ESTAB_REASON_NONE ||
	    say_already(ladder, side, &event->out))
		return false;
	if (segment_speaks_for_itself(reason) && arrow != ARROW_LOST)
		return false;
	if (ladder->said[side].time != event->out.time)
		return true;
	return ladder->said[side].type != ESTAB_RECORD_TIMER &&
	    strcmp(clause, estab_reason_clause((enum estab_reason)last)) != 0;
}

void
segment_leaves(struct view_ladder *ladder, const struct event *event)
{
	const struct estab_record *out = &event->out;
	const enum arrow arrow = departure_arrow(ladder, event);
	enum side side;
	struct pair *pair = end_of(ladder, out, &side);
	/* Routers, too, send ICMP. */
	const uint8_t fate = label_is_icmp(out) ?
	    (uint8_t)(event->fate & ~ESTAB_FATE_FORGED) :
	    event->fate;
	struct text text;

	if (pair != NULL)
		end_sent(&pair->end[side], out);
	end_memory(ladder, out);
	arrow_draw(ladder, out->time, side, arrow, out,
	    fate_mark(ladder, fate));
	if (!needs_reason(ladder, event, side, arrow))
		return;
	say_reason(&text, ladder, out, pair);
	row_sentence(ladder, out->time, side, text.byte, NULL, PAINT_DIM);
	say_noted(ladder, side, out);
}

struct odd_frame *
segment_odd(struct view_ladder *ladder, uint32_t frame)
{
	for (uint32_t i = 0; i < ODD_MAX; i++)
		if (ladder->odd[i].used && ladder->odd[i].wire.frame == frame)
			return &ladder->odd[i];
	return NULL;
}

/* What is remarkable about a frame that arrives: it was held, is a copy or
 * damaged. */
static const char *
arrival_mark(const struct view_ladder *ladder, const struct odd_frame *odd)
{
	const bool zh = ladder->style.zh;

	if (odd == NULL)
		return NULL;
	if ((odd->wire.fate & ESTAB_FATE_HELD) != 0)
		return word(WORD_RELEASED, zh);
	if ((odd->wire.fate & ESTAB_FATE_DUPLICATED) != 0 && odd->arrivals > 1)
		return word(WORD_COPY, zh);
	if ((odd->wire.fate & ESTAB_FATE_CORRUPTED) != 0)
		return word(WORD_CORRUPTED, zh);
	return NULL;
}

/* A segment that is not drawn with its departure: it left long ago, or its
 * sender is not watched. */
void
segment_lands(struct view_ladder *ladder, const struct event *event,
    const struct odd_frame *odd)
{
	const struct estab_record *in = &event->end;
	const bool wires = ladder->wires;
	enum side side;
	struct pair *pair;

	/* Of a damaged packet the host tells nothing, but the wire did. */
	if (in->type == ESTAB_RECORD_DROP) {
		if (odd == NULL)
			return;
		end_of(ladder, &odd->wire, &side);
		arrow_draw(ladder, in->time, side, ARROW_LANDS, &odd->wire,
		    arrival_mark(ladder, odd));
		return;
	}
	pair = end_of(ladder, in, &side);
	side = side_other(side);
	if (pair != NULL)
		pair->end[side].again = false;
	if (pair != NULL && !wires)
		end_sent(&pair->end[side], in);
	arrow_draw(ladder, in->time, side, wires ? ARROW_LANDS : ARROW_WHOLE,
	    in, arrival_mark(ladder, odd));
}
