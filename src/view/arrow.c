/* SPDX-License-Identifier: BSD-2-Clause
 *
 * arrow.c - a segment as an arrow between the lifelines.
 *
 *     |--- SYN=1 seq=x (mss=1460) ------------------------->|   whole
 *     |--- ACK=1 seq=x+1 ack=y+1 len=1460 ------- . . . . . |   leaves
 *     | . . . . . ----- ACK=1 seq=x+1 ack=y+1 len=1460 ---->|   lands
 *     |--- ACK=1 seq=x+1 ack=y+1 ------X lost               |   lost
 *
 * and mirrored for the other direction.  Only the left-to-right picture is
 * reckoned; the mirror is in put().
 */
#include "view/ladder.h"

#include <string.h>

#include "tcp/seq.h"

#define LEAD 3 /* dashes before the label */
#define TAIL 2 /* and behind it, at the least */

/* The middle of a row, from the sender's end (0) to the other (width). */
struct shaft {
	struct row *row;
	int left, width;
	enum side from;
	bool ascii;
	enum paint paint;
};

static void
put(const struct shaft *shaft, int from, int end, enum glyph glyph)
{
	const int first = shaft->from == SIDE_LEFT ? from : shaft->width - end;

	line_fill(&shaft->row->line, shaft->left + first,
	    shaft->left + first + end - from, glyph_code(glyph, shaft->ascii),
	    shaft->paint);
}

static void
put_text(const struct shaft *shaft, int from, const char *text,
    enum paint paint)
{
	const int first = shaft->from == SIDE_LEFT ?
	    from :
	    shaft->width - from - view_width(text);

	line_put(&shaft->row->line, shaft->left + first, text, paint);
}

/* Dots in every second column, the same ones for every segment. */
static void
put_flight(const struct shaft *shaft, int from, int end)
{
	for (int i = from; i < end; i++)
		if ((shaft->from == SIDE_LEFT ? i : shaft->width - 1 - i) % 2 ==
		    1)
			put(shaft, i, i + 1, GLYPH_FLIGHT);
}

static void
put_head(const struct shaft *shaft)
{
	put(shaft, shaft->width - 1, shaft->width,
	    shaft->from == SIDE_LEFT ? GLYPH_HEAD_R : GLYPH_HEAD_L);
}

/* Where the line of a segment that is lost or held ends. */
static int
end_midway(const struct shaft *shaft, int label)
{
	const int behind = LEAD + label + TAIL;

	return behind > shaft->width / 2 ? behind : shaft->width / 2;
}

/* The line from where the segment left (or came into sight) to where it
 * arrives, ends or goes out of sight; returns where the label begins. */
static int
put_shaft(const struct shaft *shaft, enum arrow arrow, int label)
{
	const int width = shaft->width;
	const int behind = LEAD + label + TAIL;
	int end;

	switch (arrow) {
	case ARROW_WHOLE:
		put(shaft, 0, width, GLYPH_WIRE);
		put_head(shaft);
		return LEAD;
	case ARROW_LEAVES:
		end = behind > width * 2 / 3 ? behind : width * 2 / 3;
		end += end % 2;
		put(shaft, 0, end < width ? end : width, GLYPH_WIRE);
		put_flight(shaft, end + 1, width);
		return LEAD;
	case ARROW_LANDS:
		end = width - label - LEAD - TAIL - 1;
		end = end > width / 3 ? width / 3 : end < 0 ? 0 : end;
		end -= end % 2 == 0 && end > 0;
		put_flight(shaft, 0, end - 1);
		put(shaft, end, width, GLYPH_WIRE);
		put_head(shaft);
		return end + LEAD;
	case ARROW_LOST:
	case ARROW_HELD:
		end = end_midway(shaft, label);
		put(shaft, 0, end, GLYPH_WIRE);
		put(shaft, end, end + 1,
		    arrow == ARROW_LOST ? GLYPH_LOST : GLYPH_HELD);
		return LEAD;
	}
	return LEAD;
}

/* The word on a segment's fate: behind the end of one that is lost or held,
 * else shortly before the head.  False: there is no room. */
static bool
put_mark(const struct shaft *shaft, enum arrow arrow, int label,
    const char *mark)
{
	const int end = end_midway(shaft, label);
	const int width = view_width(mark);
	struct text text;

	text_clear(&text);
	text_add(text_add(text_add(&text, " "), mark), " ");
	if (arrow == ARROW_LOST || arrow == ARROW_HELD) {
		if (end + 2 + width > shaft->width)
			return false;
		put_text(shaft, end + 2, mark, PAINT_BAD);
	} else if (arrow == ARROW_LANDS) {
		put_text(shaft, 0, text.byte, PAINT_BAD);
	} else {
		if (LEAD + label + TAIL + width + 4 > shaft->width)
			return false;
		put_text(shaft, shaft->width - width - 4, text.byte, PAINT_BAD);
	}
	return true;
}

/* Where a segment leaves its sender's lifeline; a forged one leaves none. */
static void
put_foot(const struct view_ladder *ladder, struct row *row, enum side from,
    enum arrow arrow, const struct estab_record *segment)
{
	const bool left = from == SIDE_LEFT;
	const int at = left ? ladder->layout.left : ladder->layout.right;
	const enum glyph foot = left ? GLYPH_LEAVES_R : GLYPH_LEAVES_L;

	if (arrow != ARROW_LANDS && segment->type != ESTAB_RECORD_WIRE)
		line_fill(&row->line, at, at + 1,
		    glyph_code(foot, ladder->style.ascii), PAINT_PLAIN);
}

static enum paint
segment_paint(const struct estab_record *segment, const struct pair *pair,
    enum side from)
{
	if ((segment->flags & ESTAB_RST) != 0)
		return PAINT_BAD;
	if (pair != NULL && pair->end[from].again)
		return PAINT_AGAIN;
	return PAINT_SEGMENT;
}

/* " label (options) ", or " label " when the options do not fit beside it
 * and so stand apart. */
static bool
compose(struct text *whole, const char *label, const char *options, int room)
{
	text_clear(whole);
	text_add(text_add(whole, " "), label);
	if (*options != '\0')
		text_add(text_add(text_add(whole, " ("), options), ")");
	text_add(whole, " ");
	if (*options == '\0' || view_width(whole->byte) <= room)
		return false;
	text_clear(whole);
	text_add(text_add(text_add(whole, " "), label), " ");
	return true;
}

void
arrow_draw(struct view_ladder *ladder, estab_time time, enum side from,
    enum arrow arrow, const struct estab_record *segment, const char *mark)
{
	enum side side = from;
	const struct pair *pair = pairs_find(&ladder->pairs, &segment->local,
	    &segment->remote, &side);
	struct text label, options, whole;
	struct row row;
	struct shaft shaft = {
		.row = &row,
		.left = ladder->layout.left + 1,
		.width = ladder->layout.right - ladder->layout.left - 1,
		.from = from,
		.ascii = ladder->style.ascii,
		.paint = segment_paint(segment, pair, from),
	};
	const int mark_width = mark == NULL ? 0 : view_width(mark) + 2;
	const int room = shaft.width - LEAD - TAIL - 1 - mark_width;

	text_clear(&label);
	text_clear(&options);
	label_segment(&label, ladder, segment, pair, from);
	/* What has been seen leaving need not tell its options again. */
	if (arrow != ARROW_LANDS)
		label_options(&options, segment, ladder->style.raw);
	const bool apart = compose(&whole, label.byte, options.byte, room);
	const int width = view_width(whole.byte);

	row_begin(ladder, &row, time);
	put_text(&shaft, put_shaft(&shaft, arrow, width), whole.byte,
	    shaft.paint);
	put_foot(ladder, &row, from, arrow, segment);
	const bool marked =
	    mark == NULL || put_mark(&shaft, arrow, width, mark);
	row_end(ladder, &row);
	if (apart)
		row_sentence(ladder, time, from, options.byte, NULL, PAINT_DIM);
	if (!marked)
		row_sentence(ladder, time, from, mark, NULL, PAINT_BAD);
}
