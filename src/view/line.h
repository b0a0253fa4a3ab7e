/* SPDX-License-Identifier: BSD-2-Clause
 *
 * line.h - one line of a picture, as cells: put things where they belong, in
 * any order, then write it once.
 */
#ifndef VIEW_LINE_H
#define VIEW_LINE_H

#include "view/view.h"

#define LINE_COLUMNS_MAX 240

enum paint {
	PAINT_PLAIN,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_STATE,   /* a state of RFC 9293 */
	PAINT_SEGMENT, /* a segment and its arrow */
	PAINT_AGAIN,   /* sent again */
	PAINT_BAD,     /* lost, corrupted, reset */
	PAINT_MEMORY,
	PAINT_NOTE,
};

/* What lines are made of, in box drawing and in ASCII. */
enum glyph {
	GLYPH_LIFE,     /* a lifeline */
	GLYPH_LIFE_GAP, /* while time is left out */
	GLYPH_LEAVES_R, /* a segment leaves it to the right, to the left */
	GLYPH_LEAVES_L,
	GLYPH_WIRE,
	GLYPH_FLIGHT, /* still, or already, in the network */
	GLYPH_HEAD_R,
	GLYPH_HEAD_L,
	GLYPH_LOST,
	GLYPH_HELD,
	GLYPH_CORNER_NW, /* boxes: light, and heavy where lit */
	GLYPH_CORNER_NE,
	GLYPH_CORNER_SW,
	GLYPH_CORNER_SE,
	GLYPH_HEAVY_NW,
	GLYPH_HEAVY_NE,
	GLYPH_HEAVY_SW,
	GLYPH_HEAVY_SE,
	GLYPH_HEAVY_H,
	GLYPH_HEAVY_V,
	GLYPH_DOTTED_H,
	GLYPH_DOTTED_V,
	GLYPH_HEAD_U,
	GLYPH_HEAD_D,
	GLYPH_COUNT
};
uint32_t glyph_code(enum glyph glyph, bool ascii);

struct line {
	uint32_t code[LINE_COLUMNS_MAX]; /* 0: blank */
	uint8_t paint[LINE_COLUMNS_MAX];
	int columns;
};

void line_clear(struct line *line, int columns);
/* Put text with its left end at column; what would leave the line is cut.
 * Returns the column behind it. */
int line_put(struct line *line, int column, const char *text, enum paint paint);
/* Put text so that it ends before column end. */
void line_put_right(struct line *line, int end, const char *text,
    enum paint paint);
/* Put a code point into columns from .. end-1. */
void line_fill(struct line *line, int from, int end, uint32_t code,
    enum paint paint);
/* Write it without trailing blanks, and a newline. */
void line_write(const struct line *line, const struct view_out *out,
    bool colour);

/* The end of the first piece of text that fits into columns: at a space, or
 * between two Chinese characters.  A word longer than columns is cut. */
const char *line_break(const char *text, int columns);

#endif
