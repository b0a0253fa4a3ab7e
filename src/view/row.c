/* SPDX-License-Identifier: BSD-2-Clause
 *
 * row.c - the rows of a ladder: time, the state or memory of each end beside
 * its lifeline, and what stands between the lifelines.
 */
#include "view/ladder.h"

#include <string.h>

/* Columns of the time: four digits, the point, five decimals. */
#define TIME_POINT 4
#define TIME_STEP (ESTAB_SECOND / 100000)
/* From so long on a pause is said, not only shown by the time. */
#define PAUSE_NS (ESTAB_SECOND / 2)

static void
begin_bare(const struct view_ladder *ladder, struct row *row, enum glyph life)
{
	const uint32_t code = glyph_code(life, ladder->style.ascii);
	const struct layout *at = &ladder->layout;

	memset(row, 0, sizeof *row);
	line_clear(&row->line, at->columns);
	line_fill(&row->line, at->left, at->left + 1, code, PAINT_PLAIN);
	line_fill(&row->line, at->right, at->right + 1, code, PAINT_PLAIN);
}

/* name | where                                              where | name */
static void
heading(struct view_ladder *ladder)
{
	struct row row;
	const struct layout *at = &ladder->layout;
	struct text names;

	ladder->headed = true;
	begin_bare(ladder, &row, GLYPH_LIFE);
	line_put(&row.line, 1, word(WORD_TIME, ladder->style.zh), PAINT_DIM);
	for (uint32_t side = 0; side < 2 && side < ladder->hosts; side++) {
		const char *where = ladder->host[side].where;

		text_clear(&names);
		text_add(&names, ladder->host[side].name);
		for (uint32_t i = 2; i < ladder->hosts; i++)
			if ((uint32_t)end_home(ladder, i) == side)
				text_add(text_add(&names, " "),
				    ladder->host[i].name);
		row_state(ladder, &row, (enum side)side, names.byte,
		    PAINT_BOLD);
		if (where == NULL)
			continue;
		if (side == SIDE_LEFT)
			line_put(&row.line, at->left + 2, where, PAINT_DIM);
		else
			line_put_right(&row.line, at->right - 1, where,
			    PAINT_DIM);
	}
	line_write(&row.line, &ladder->out, ladder->style.colour);
}

static void
put_time(struct row *row, estab_time time)
{
	const estab_time cut = time - time % TIME_STEP;
	struct text text;
	int point;

	text_clear(&text);
	text_seconds(&text, cut, 3);
	point = (int)strcspn(text.byte, ".");
	line_put(&row->line, point < TIME_POINT ? TIME_POINT - point : 0,
	    text.byte, PAINT_DIM);
}

void
row_settle(struct view_ladder *ladder)
{
	struct row row;

	if (ladder->due[0][0] == '\0' && ladder->due[1][0] == '\0')
		return;
	begin_bare(ladder, &row, GLYPH_LIFE);
	row_end(ladder, &row);
}

/* Time has come to an instant: what belongs to the last one is finished, and
 * a long pause is told. */
static bool
advance(struct view_ladder *ladder, estab_time time)
{
	const bool news = !ladder->timed || time != ladder->time;

	if (!ladder->headed)
		heading(ladder);
	if (!news)
		return false;
	row_settle(ladder);
	if (ladder->timed && time - ladder->time >= PAUSE_NS) {
		const estab_time step = ESTAB_SECOND / 1000;
		const estab_time pause = time - ladder->time;
		struct text seconds, text;

		text_clear(&seconds);
		text_clear(&text);
		text_seconds(&seconds, pause - pause % step, 0);
		text_fill(&text, word(WORD_LATER, ladder->style.zh),
		    &(const char *){ seconds.byte }, 1);
		row_gap(ladder, text.byte);
	}
	ladder->timed = true;
	ladder->time = time;
	return true;
}

void
row_begin(struct view_ladder *ladder, struct row *row, estab_time time)
{
	const bool news = advance(ladder, time);

	begin_bare(ladder, row, GLYPH_LIFE);
	if (news)
		put_time(row, time);
}

void
row_bare(struct view_ladder *ladder, struct row *row)
{
	if (!ladder->headed)
		heading(ladder);
	begin_bare(ladder, row, GLYPH_LIFE);
}

void
row_state(struct view_ladder *ladder, struct row *row, enum side side,
    const char *text, enum paint paint)
{
	if (side == SIDE_LEFT)
		line_put_right(&row->line, ladder->layout.left - 1, text,
		    paint);
	else
		line_put(&row->line, ladder->layout.right + 2, text, paint);
	row->state[side] = true;
}

void
row_end(struct view_ladder *ladder, struct row *row)
{
	for (uint32_t i = 0; i < 2; i++) {
		if (row->state[i] || ladder->due[i][0] == '\0')
			continue;
		row_state(ladder, row, (enum side)i, ladder->due[i],
		    PAINT_MEMORY);
		ladder->due[i][0] = '\0';
	}
	line_write(&row->line, &ladder->out, ladder->style.colour);
}

/* Put the first n bytes of text. */
static void
put_piece(struct view_ladder *ladder, struct row *row, enum side side,
    const char *piece, size_t n, enum paint paint)
{
	struct text text;

	text_clear(&text);
	if (n >= TEXT_MAX)
		n = TEXT_MAX - 1;
	memcpy(text.byte, piece, n);
	text.byte[n] = '\0';
	if (side == SIDE_LEFT)
		line_put(&row->line, ladder->layout.left + 2, text.byte, paint);
	else
		line_put_right(&row->line, ladder->layout.right - 1, text.byte,
		    paint);
}

void
row_sentence(struct view_ladder *ladder, estab_time time, enum side side,
    const char *sentence, const char *state, enum paint paint)
{
	const int room = ladder->layout.right - ladder->layout.left - 3;
	const char *at = sentence;
	struct row row;

	do {
		const char *end = line_break(at, room);

		row_begin(ladder, &row, time);
		put_piece(ladder, &row, side, at, (size_t)(end - at), paint);
		if (state != NULL && ladder->due[side][0] != '\0') {
			/* The memory of what came before, first. */
			row_settle(ladder);
		}
		if (state != NULL)
			row_state(ladder, &row, side, state, PAINT_STATE);
		row_end(ladder, &row);
		state = NULL;
		at = end;
		while (*at == ' ')
			at++;
	} while (*at != '\0');
}

static void
put_middle(const struct view_ladder *ladder, struct row *row,
    const char *sentence)
{
	const struct layout *at = &ladder->layout;
	const int room = at->right - at->left - 1;
	const int width = view_width(sentence);

	line_put(&row->line, at->left + 1 + (room - width) / 2, sentence,
	    PAINT_DIM);
}

void
row_gap(struct view_ladder *ladder, const char *sentence)
{
	struct row row;

	if (!ladder->headed)
		heading(ladder);
	begin_bare(ladder, &row, GLYPH_LIFE_GAP);
	put_middle(ladder, &row, sentence);
	line_write(&row.line, &ladder->out, ladder->style.colour);
}

void
row_until(struct view_ladder *ladder, estab_time time, const char *sentence)
{
	struct row row;

	begin_bare(ladder, &row, GLYPH_LIFE_GAP);
	if (time != ladder->time)
		put_time(&row, time);
	ladder->time = time;
	put_middle(ladder, &row, sentence);
	line_write(&row.line, &ladder->out, ladder->style.colour);
}
