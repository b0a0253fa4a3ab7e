/* SPDX-License-Identifier: BSD-2-Clause
 *
 * draw.c - an event of a ladder as rows: the arrow of a segment, then at the
 * end it reaches (or where a program called, or time ran out) what happened
 * and why.
 */
#include "view/ladder.h"

#include <string.h>

static void
state_text(struct text *text, const struct view_ladder *ladder,
    const struct pair *pair, enum side side, uint8_t state)
{
	text_clear(text);
	if (ladder->hosts > 2)
		text_add(text_add(text, end_name(ladder, side, pair)), " ");
	text_add(text, estab_state_name((enum estab_state)state));
}

/* The state an end was in before the first change the picture shows.  That a
 * connection comes out of a listener need not be said again. */
static void
draw_first_state(struct view_ladder *ladder, const struct pair *pair,
    enum side side, const struct estab_record *record)
{
	struct row row;
	struct text text;

	if (record->before == ESTAB_LISTEN || ladder->begun[side])
		return;
	row_bare(ladder, &row);
	state_text(&text, ladder, pair, side, record->before);
	row_state(ladder, &row, side, text.byte, PAINT_STATE);
	row_end(ladder, &row);
}

static struct text *
reason_text(struct text *text, const struct view_ladder *ladder,
    const struct estab_record *record, const struct pair *pair)
{
	const bool zh = ladder->style.zh;

	text_clear(text);
	if (pair != NULL && pair->number != 0 && ladder->pairs.numbered > 1)
		text_add(text_number(text_add(text, "#"), pair->number), " ");
	words_reason(text, (enum estab_reason)record->reason, zh);
	if (record->type == ESTAB_RECORD_CALL && record->text_bytes > 0)
		text_number(text_add(text, " len="), record->text_bytes);
	if (record->type == ESTAB_RECORD_LOSS) {
		text_add(text_add(text, " "), word(WORD_CWND, zh));
		text_number(text_add(text, "="), record->cwnd_bytes);
		text_add(text_add(text, " "), word(WORD_SSTHRESH, zh));
		text_number(text_add(text, "="), record->ssthresh_bytes);
	}
	return text;
}

static void
note_said(struct view_ladder *ladder, enum side side,
    const struct estab_record *record)
{
	ladder->said[side].type = record->type;
	ladder->said[side].reason = record->reason;
	ladder->said[side].time = record->time;
}

/* A change of state, or what a loss did. */
static void
draw_change(struct view_ladder *ladder, const struct estab_record *record,
    bool say)
{
	const bool state = record->type == ESTAB_RECORD_STATE;
	enum side side;
	struct pair *pair = end_of(ladder, record, &side);
	struct text text, name;

	if (state && pair != NULL && !pair->end[side].state_known)
		draw_first_state(ladder, pair, side, record);
	if (state && pair != NULL) {
		ladder->begun[side] = true;
		pair->end[side].state_known = true;
		pair->end[side].state = record->after;
	}
	state_text(&name, ladder, pair, side, record->after);
	text_clear(&text);
	if (say)
		reason_text(&text, ladder, record, pair);
	row_sentence(ladder, record->time, side, text.byte,
	    state ? name.byte : NULL, PAINT_PLAIN);
	end_memory(ladder, record);
	note_said(ladder, side, record);
}

static bool
of_segment(uint8_t type)
{
	return type == ESTAB_RECORD_IN || type == ESTAB_RECORD_OUT;
}

/* Whether the last sentence at that end was the same, of a segment too. */
static bool
said_already(const struct view_ladder *ladder, enum side side,
    const struct estab_record *record)
{
	return of_segment(ladder->said[side].type) &&
	    of_segment(record->type) &&
	    ladder->said[side].reason == record->reason;
}

/* What happened at one end: its changes, then what brought them about unless
 * a change has said that. */
static void
draw_happening(struct view_ladder *ladder, const struct event *event)
{
	const struct estab_record *end = &event->end;
	bool said = false;
	enum side side;
	struct pair *pair;
	struct text text;

	for (uint32_t i = 0; i < event->changes; i++) {
		const struct estab_record *change = &event->change[i];
		const bool again = i > 0 && change->reason == change[-1].reason;

		draw_change(ladder, change, !again);
		said = said || change->reason == end->reason;
	}
	if (!event->ended)
		return;
	pair = end_of(ladder, end, &side);
	if (!event->end_first)
		end_memory(ladder, end);
	if (said)
		return;
	if (said_already(ladder, side, end))
		return;
	reason_text(&text, ladder, end, pair);
	if (text.n > 0)
		row_sentence(ladder, end->time, side, text.byte, NULL,
		    end->type == ESTAB_RECORD_DROP ? PAINT_BAD : PAINT_PLAIN);
	note_said(ladder, side, end);
}

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
draw_speaks_for_itself(uint16_t reason)
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
	    said_already(ladder, side, &event->out))
		return false;
	if (draw_speaks_for_itself(reason) && arrow != ARROW_LOST)
		return false;
	if (ladder->said[side].time != event->out.time)
		return true;
	return ladder->said[side].type != ESTAB_RECORD_TIMER &&
	    strcmp(clause, estab_reason_clause((enum estab_reason)last)) != 0;
}

static void
draw_departure(struct view_ladder *ladder, const struct event *event)
{
	const struct estab_record *out = &event->out;
	const enum arrow arrow = departure_arrow(ladder, event);
	enum side side;
	struct pair *pair = end_of(ladder, out, &side);
	struct text text;

	if (pair != NULL)
		end_sent(&pair->end[side], out);
	end_memory(ladder, out);
	arrow_draw(ladder, out->time, side, arrow, out,
	    fate_mark(ladder, event->fate));
	if (!needs_reason(ladder, event, side, arrow))
		return;
	reason_text(&text, ladder, out, pair);
	row_sentence(ladder, out->time, side, text.byte, NULL, PAINT_DIM);
	note_said(ladder, side, out);
}

static struct odd_frame *
find_odd(struct view_ladder *ladder, uint32_t frame)
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
static void
draw_arrival(struct view_ladder *ladder, const struct event *event,
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

void
draw_event(struct view_ladder *ladder, const struct event *event)
{
	const bool lands = event->happens && event->ended &&
	    (event->end.type == ESTAB_RECORD_IN ||
	        event->end.type == ESTAB_RECORD_DROP);
	struct odd_frame *odd =
	    lands ? find_odd(ladder, event->end.frame) : NULL;

	if (odd != NULL)
		odd->arrivals++;
	if (event->departs)
		draw_departure(ladder, event);
	else if (lands)
		draw_arrival(ladder, event, odd);
	if (event->happens)
		draw_happening(ladder, event);
}
