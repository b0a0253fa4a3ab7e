/* SPDX-License-Identifier: BSD-2-Clause
 *
 * draw.c - an event of a ladder as rows: the arrow of a segment, then at the
 * end it reaches (or where a program called, or time ran out) what happened
 * and why.
 */
#include "view/ladder.h"

#include <string.h>

#include "tcp/seq.h"

static enum side
home(const struct view_ladder *ladder, uint8_t id)
{
	for (uint32_t i = 0; i < ladder->hosts; i++)
		if (ladder->host[i].id == id && !ladder->host[i].absent)
			return i == 1 ? SIDE_RIGHT : SIDE_LEFT;
	return SIDE_LEFT;
}

static struct pair *
pair_of(struct view_ladder *ladder, const struct estab_record *record,
    enum side *side)
{
	*side = home(ladder, record->host);
	return pairs_of(&ladder->pairs, record, *side, side);
}

enum side
draw_side(struct view_ladder *ladder, const struct estab_record *record)
{
	enum side side;

	pair_of(ladder, record, &side);
	return side;
}

const char *
draw_host_name(const struct view_ladder *ladder, enum side side,
    const struct pair *pair)
{
	if (pair != NULL && pair->end[side].host_known)
		for (uint32_t i = 0; i < ladder->hosts; i++)
			if (ladder->host[i].id == pair->end[side].host)
				return ladder->host[i].name;
	return (uint32_t)side < ladder->hosts ? ladder->host[side].name : "?";
}

/* Memory changes are told at the next row of their end. */
void
draw_memory(struct view_ladder *ladder, const struct estab_record *record)
{
	enum side side;
	struct pair *pair = pair_of(ladder, record, &side);
	struct text text;

	if (pair == NULL || record->type == ESTAB_RECORD_WIRE)
		return;
	/* Without a connection a record says nothing of memory, unless it
	 * says that the connection is gone. */
	if (record->conn == 0 && record->type != ESTAB_RECORD_STATE)
		return;
	if (record->memory_bytes == pair->end[side].memory_bytes)
		return;
	pair->end[side].memory_bytes = record->memory_bytes;
	text_clear(&text);
	text_add(text_grouped(&text, record->memory_bytes), " B");
	if (text.n < sizeof ladder->due[side])
		memcpy(ladder->due[side], text.byte, text.n + 1);
}

/* Whether the segment is one that was sent before. */
static void
note_sent(struct pair_end *end, const struct estab_record *segment)
{
	const uint32_t length = segment->text_bytes +
	    ((segment->flags & ESTAB_SYN) != 0) +
	    ((segment->flags & ESTAB_FIN) != 0);
	const uint32_t behind = segment->seq + length;

	end->again = length > 0 && end->sent_known &&
	    seq_le(behind, end->sent_end) &&
	    seq_span(segment->seq, end->sent_end) < 1u << 30;
	if (length > 0 && !end->again) {
		end->sent_end = behind;
		end->sent_known = true;
	}
}

static void
state_text(struct text *text, const struct view_ladder *ladder,
    const struct pair *pair, enum side side, uint8_t state)
{
	text_clear(text);
	if (ladder->hosts > 2)
		text_add(text_add(text, draw_host_name(ladder, side, pair)), " ");
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
		text_number(text_add(text, " cwnd="), record->cwnd_bytes);
		text_number(text_add(text, " ssthresh="),
		    record->ssthresh_bytes);
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
	struct pair *pair = pair_of(ladder, record, &side);
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
	draw_memory(ladder, record);
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
	pair = pair_of(ladder, end, &side);
	if (!event->end_first)
		draw_memory(ladder, end);
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

	if (reason == ESTAB_REASON_NONE || said_already(ladder, side, &event->out))
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
	struct pair *pair = pair_of(ladder, out, &side);
	struct text text;

	if (pair != NULL)
		note_sent(&pair->end[side], out);
	draw_memory(ladder, out);
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
		pair_of(ladder, &odd->wire, &side);
		arrow_draw(ladder, in->time, side, ARROW_LANDS, &odd->wire,
		    arrival_mark(ladder, odd));
		return;
	}
	pair = pair_of(ladder, in, &side);
	side = side_other(side);
	if (pair != NULL)
		pair->end[side].again = false;
	if (pair != NULL && !wires)
		note_sent(&pair->end[side], in);
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

/* ---- The legend -------------------------------------------------------- */

static enum word
symbol_word(char letter)
{
	switch (letter) {
	case 'u':
	case 'w':
		return WORD_FIN_OF;
	case 'v':
		return WORD_NEXT_OF;
	default:
		return WORD_ISS_OF;
	}
}

/* "u = x+1461 = 305421357   A's FIN" */
static void
draw_symbol(const struct view_ladder *ladder, const struct pair *pair,
    enum side side, const struct view_symbol *symbol)
{
	const struct view_space *space = &pair->end[side].space;
	const char *name = draw_host_name(ladder, side, pair);
	const char *what = word(symbol_word(symbol->name[0]), ladder->style.zh);
	struct line line;
	struct text text;

	text_clear(&text);
	text_add(text_add(&text, symbol->name), " = ");
	if (symbol_word(symbol->name[0]) != WORD_ISS_OF) {
		symbols_express(&text, space, symbol->value, SYMBOLS_OPENING);
		text_add(&text, " = ");
	}
	text_number(&text, symbol->value);
	line_clear(&line, ladder->layout.columns);
	line_put(&line, 2, text.byte, PAINT_DIM);
	text_clear(&text);
	text_fill(&text, what, &name, 1);
	line_put(&line, 2 + 28, text.byte, PAINT_DIM);
	line_write(&line, &ladder->out, ladder->style.colour);
}

static void
draw_pair_legend(const struct view_ladder *ladder, const struct pair *pair)
{
	if (ladder->pairs.numbered > 1) {
		struct text number, left, right, text;
		const char *argument[] = { number.byte, left.byte, right.byte };

		text_clear(&number);
		text_clear(&left);
		text_clear(&right);
		text_clear(&text);
		text_number(&number, pair->number);
		text_endpoint(&left, &pair->end[SIDE_LEFT].endpoint);
		text_endpoint(&right, &pair->end[SIDE_RIGHT].endpoint);
		text_fill(&text, word(WORD_CONNECTION, ladder->style.zh),
		    argument, 3);
		view_wrap(&ladder->out, text.byte, ladder->layout.columns, 2);
	}
	if (ladder->style.raw)
		return;
	for (uint32_t side = 0; side < 2; side++) {
		const struct view_space *space = &pair->end[side].space;

		for (uint32_t i = 0; i < space->count; i++)
			draw_symbol(ladder, pair, (enum side)side,
			    &space->symbol[i]);
	}
}

/* Connections a legend names; of more it would be a table. */
#define LEGEND_PAIRS_MAX 4

void
draw_legend(struct view_ladder *ladder)
{
	uint32_t drawn = 0;

	for (uint32_t i = 0; i < ladder->pairs.count; i++) {
		const struct pair *pair = &ladder->pairs.pair[i];

		if (pair->number == 0 || pair->number > LEGEND_PAIRS_MAX)
			continue;
		if (drawn++ == 0)
			out_text(&ladder->out, "\n");
		draw_pair_legend(ladder, pair);
	}
	out_text(&ladder->out, "  ");
	out_text(&ladder->out, word(WORD_BYTES_HELD, ladder->style.zh));
	out_text(&ladder->out, "\n");
}
