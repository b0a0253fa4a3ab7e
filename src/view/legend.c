/* SPDX-License-Identifier: BSD-2-Clause
 *
 * legend.c - below a ladder: its connections, and what each symbol stands
 * for.
 */
#include "view/ladder.h"

/* Nobody watched sent from that end: what is known of it was forged. */
static bool
forged(const struct view_ladder *ladder, const struct pair_end *end)
{
	return ladder->wires && !end->host_known;
}

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
	/* Which of two that share an address it was, nobody could tell. */
	const char *name = end_twin(ladder, pair->end[side].host) != NULL ?
	    ladder->host[side].where :
	    end_name(ladder, side, pair);
	const enum word kind = forged(ladder, &pair->end[side]) ?
	    WORD_FORGED_OF :
	    symbol_word(symbol->name[0]);
	const char *what = word(kind, ladder->style.zh);
	struct line line;
	struct text text;
	int at;

	text_clear(&text);
	text_add(text_add(&text, symbol->name), " = ");
	if (symbol_word(symbol->name[0]) != WORD_ISS_OF) {
		symbols_express(&text, space, symbol->value, SYMBOLS_OPENING);
		text_add(&text, " = ");
	}
	text_number(&text, symbol->value);
	line_clear(&line, ladder->layout.columns);
	at = line_put(&line, 2, text.byte, PAINT_DIM) + 2;
	text_clear(&text);
	text_fill(&text, what, &name, 1);
	line_put(&line, at < 2 + 28 ? 2 + 28 : at, text.byte, PAINT_DIM);
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

/* Connections a legend names; of more it would be a table.  Forged ones are
 * named when all are. */
#define LEGEND_PAIRS_MAX 4

static bool
named(const struct view_ladder *ladder, const struct pair *pair)
{
	return pair->number != 0 &&
	    (ladder->pairs.numbered <= LEGEND_PAIRS_MAX ||
	        (!forged(ladder, &pair->end[SIDE_LEFT]) &&
	            !forged(ladder, &pair->end[SIDE_RIGHT])));
}

void
legend_draw(struct view_ladder *ladder)
{
	uint32_t drawn = 0;

	if (ladder->pairs.count == 0)
		return;
	out_text(&ladder->out, "\n");
	for (uint32_t i = 0; i < ladder->pairs.count; i++) {
		const struct pair *pair = &ladder->pairs.pair[i];

		if (named(ladder, pair) && drawn++ < LEGEND_PAIRS_MAX)
			draw_pair_legend(ladder, pair);
	}
	out_text(&ladder->out, "  ");
	out_text(&ladder->out, word(WORD_BYTES_HELD, ladder->style.zh));
	out_text(&ladder->out, "\n");
}
