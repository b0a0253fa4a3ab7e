/* SPDX-License-Identifier: BSD-2-Clause
 *
 * line.c - a line of cells, its glyphs and colours; where text may break.
 */
#include "view/line.h"

#include <string.h>

#include "view/text.h"

#define TAIL 0xffffffffU /* the second column of a wide character */

uint32_t
glyph_code(enum glyph glyph, bool ascii)
{
	static const struct {
		uint16_t box;
		char ascii;
	} glyphs[GLYPH_COUNT] = {
		[GLYPH_LIFE] = { 0x2502, '|' },
		[GLYPH_LIFE_GAP] = { 0x2506, ':' },
		[GLYPH_LEAVES_R] = { 0x251c, '|' },
		[GLYPH_LEAVES_L] = { 0x2524, '|' },
		[GLYPH_WIRE] = { 0x2500, '-' },
		[GLYPH_FLIGHT] = { 0x2504, '.' },
		[GLYPH_HEAD_R] = { 0x25ba, '>' },
		[GLYPH_HEAD_L] = { 0x25c4, '<' },
		[GLYPH_LOST] = { 0x2573, 'X' },
		[GLYPH_HELD] = { 0x2551, '#' },
		[GLYPH_CORNER_NW] = { 0x250c, '+' },
		[GLYPH_CORNER_NE] = { 0x2510, '+' },
		[GLYPH_CORNER_SW] = { 0x2514, '+' },
		[GLYPH_CORNER_SE] = { 0x2518, '+' },
		[GLYPH_HEAVY_NW] = { 0x250f, '#' },
		[GLYPH_HEAVY_NE] = { 0x2513, '#' },
		[GLYPH_HEAVY_SW] = { 0x2517, '#' },
		[GLYPH_HEAVY_SE] = { 0x251b, '#' },
		[GLYPH_HEAVY_H] = { 0x2501, '=' },
		[GLYPH_HEAVY_V] = { 0x2503, '#' },
		[GLYPH_DOTTED_H] = { 0x2508, '-' },
		[GLYPH_DOTTED_V] = { 0x250a, '|' },
		[GLYPH_HEAD_U] = { 0x25b2, '^' },
		[GLYPH_HEAD_D] = { 0x25bc, 'v' },
	};

	return ascii ? (uint32_t)glyphs[glyph].ascii : glyphs[glyph].box;
}

void
line_clear(struct line *line, int columns)
{
	memset(line, 0, sizeof *line);
	line->columns = columns < LINE_COLUMNS_MAX ? columns : LINE_COLUMNS_MAX;
}

/* One column.  Half of a wide character is none: the other goes too. */
static void
set(struct line *line, int column, uint32_t code, enum paint paint)
{
	if (line->code[column] == TAIL && code != TAIL)
		line->code[column - 1] = 0;
	if (column + 1 < line->columns && line->code[column + 1] == TAIL)
		line->code[column + 1] = 0;
	line->code[column] = code;
	line->paint[column] = (uint8_t)paint;
}

int
line_put(struct line *line, int column, const char *text, enum paint paint)
{
	while (*text != '\0') {
		const uint32_t code = text_next(&text);
		const int width = text_columns(code);
		const bool space = code == TEXT_NO_BREAK_CODE;

		if (width == 0)
			continue;
		if (column < 0 || column + width > line->columns)
			break;
		set(line, column, space ? ' ' : code, paint);
		if (width == 2)
			set(line, column + 1, TAIL, paint);
		column += width;
	}
	return column;
}

void
line_put_right(struct line *line, int end, const char *text, enum paint paint)
{
	const int column = end - view_width(text);

	line_put(line, column < 0 ? 0 : column, text, paint);
}

void
line_fill(struct line *line, int from, int end, uint32_t code, enum paint paint)
{
	for (int i = from < 0 ? 0 : from; i < end && i < line->columns; i++)
		set(line, i, code, paint);
}

static const char *
paint_escape(uint8_t paint)
{
	switch ((enum paint)paint) {
	case PAINT_PLAIN:
		return "\033[0m";
	case PAINT_BOLD:
		return "\033[0;1m";
	case PAINT_DIM:
		return "\033[0;2m";
	case PAINT_STATE:
		return "\033[0;1;32m";
	case PAINT_SEGMENT:
		return "\033[0;36m";
	case PAINT_AGAIN:
		return "\033[0;33m";
	case PAINT_BAD:
		return "\033[0;31m";
	case PAINT_MEMORY:
		return "\033[0;35m";
	case PAINT_NOTE:
		return "\033[0;1;34m";
	}
	return "\033[0m";
}

void
line_write(const struct line *line, const struct view_out *out, bool colour)
{
	struct text text;
	uint8_t paint = PAINT_PLAIN;
	int end = line->columns;

	text_clear(&text);
	while (end > 0 &&
	    (line->code[end - 1] == 0 || line->code[end - 1] == ' '))
		end--;
	for (int i = 0; i < end; i++) {
		if (line->code[i] == TAIL)
			continue;
		if (colour && line->paint[i] != paint && line->code[i] != 0) {
			paint = line->paint[i];
			text_add(&text, paint_escape(paint));
		}
		text_code(&text, line->code[i] == 0 ? ' ' : line->code[i]);
		if (text.n > TEXT_MAX / 2) {
			out_text(out, text.byte);
			text_clear(&text);
		}
	}
	if (paint != PAINT_PLAIN)
		text_add(&text, paint_escape(PAINT_PLAIN));
	out_text(out, text_add(&text, "\n")->byte);
}

/* What may not begin a line: Chinese punctuation, and a space that holds its
 * neighbours together. */
static bool
clings(uint32_t code)
{
	return code == 0xff0c || code == 0x3002 || code == 0xff1b ||
	    code == 0xff1a || code == 0x3001 || code == 0xff09 ||
	    code == TEXT_NO_BREAK_CODE;
}

/* Whether a line may break between two characters; depth counts Chinese
 * brackets, whose content stays together. */
static bool
breaks(uint32_t last, uint32_t code, int depth)
{
	if (depth > 0 || clings(code) || last == TEXT_NO_BREAK_CODE)
		return false;
	return code == ' ' || text_columns(code) == 2 ||
	    text_columns(last) == 2;
}

const char *
line_break(const char *text, int columns)
{
	const char *good = NULL, *at = text;
	uint32_t last = ' ';
	int width = 0, depth = 0;

	while (*at != '\0') {
		const char *before = at;
		const uint32_t code = text_next(&at);

		if (before != text && breaks(last, code, depth))
			good = before;
		depth += (code == 0xff08) - (code == 0xff09);
		width += text_columns(code);
		if (width > columns && before != text)
			return good != NULL ? good : before;
		last = code;
	}
	return at;
}

void
view_wrap(const struct view_out *out, const char *text, int columns, int indent)
{
	int room = columns;

	for (;;) {
		const char *end = line_break(text, room);

		out->write(out->context, text, (size_t)(end - text));
		out->write(out->context, "\n", 1);
		while (*end == ' ')
			end++;
		if (*end == '\0')
			return;
		text = end;
		for (int i = 0; i < indent; i++)
			out->write(out->context, " ", 1);
		room = columns - indent;
	}
}
