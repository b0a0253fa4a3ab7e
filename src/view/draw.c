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

struct text *
say_reason(struct text *text, const struct view_ladder *ladder,
    const struct estab_record *record, const struct pair *pair)
{
	const bool zh = ladder->style.zh;
	const char *twin = end_twin(ladder, record->host);

	text_clear(text);
	if (twin != NULL && record->type != ESTAB_RECORD_WIRE)
		text_add(text_add(text, twin), ": ");
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

void
say_noted(struct view_ladder *ladder, enum side side,
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
		say_reason(&text, ladder, record, pair);
	row_sentence(ladder, record->time, side, text.byte,
	    state ? name.byte : NULL, PAINT_PLAIN);
	end_memory(ladder, record);
	say_noted(ladder, side, record);
}

static bool
of_segment(uint8_t type)
{
	return type == ESTAB_RECORD_IN || type == ESTAB_RECORD_OUT;
}

/* Whether the last sentence at that end was the same, of a segment too. */
bool
say_already(const struct view_ladder *ladder, enum side side,
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
	if (say_already(ladder, side, end))
		return;
	say_reason(&text, ladder, end, pair);
	if (text.n > 0)
		row_sentence(ladder, end->time, side, text.byte, NULL,
		    end->type == ESTAB_RECORD_DROP ? PAINT_BAD : PAINT_PLAIN);
	say_noted(ladder, side, end);
}

void
draw_event(struct view_ladder *ladder, const struct event *event)
{
	const bool lands = event->happens && event->ended &&
	    (event->end.type == ESTAB_RECORD_IN ||
	        event->end.type == ESTAB_RECORD_DROP);
	struct odd_frame *odd =
	    lands ? segment_odd(ladder, event->end.frame) : NULL;

	if (odd != NULL)
		odd->arrivals++;
	if (event->departs)
		segment_leaves(ladder, event);
	else if (lands)
		segment_lands(ladder, event, odd);
	if (event->happens)
		draw_happening(ladder, event);
}
