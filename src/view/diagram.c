/* SPDX-License-Identifier: BSD-2-Clause
 *
 * diagram.c - the state diagram (RFC 9293 3.3.2, figure 5, and its note 2) as
 * text.  Which edges exist is the caller's table; this file knows where the
 * well-known ones are drawn, and lists the others below.
 *
 * It is painted line by line: every shape is asked for its part of each line,
 * so no canvas is kept.
 */
#include "view/line.h"
#include "view/words.h"

#define COLUMNS 100
#define ROWS 41
#define BOX_COLUMNS 16
#define POINTS_MAX 5

struct point {
	int8_t x, y;
};

enum align {
	ALIGN_LEFT,   /* begins at x */
	ALIGN_RIGHT,  /* ends at x */
	ALIGN_CENTRE, /* on the line, around x */
};

/* An edge: from its first point along the others to a head at the last. */
struct path {
	uint8_t from, to;
	uint8_t label; /* enum word */
	uint8_t align; /* enum align */
	struct point at;
	uint8_t points;
	struct point point[POINTS_MAX];
};

static const struct path paths[] = {
	{ ESTAB_CLOSED, ESTAB_LISTEN, WORD_PASSIVE_OPEN, ALIGN_RIGHT, { 42, 4 },
	    2, { { 44, 3 }, { 44, 5 } } },
	{ ESTAB_LISTEN, ESTAB_CLOSED, WORD_CLOSE, ALIGN_LEFT, { 50, 4 }, 2,
	    { { 48, 5 }, { 48, 3 } } },
	{ ESTAB_CLOSED, ESTAB_SYN_SENT, WORD_ACTIVE_OPEN, ALIGN_CENTRE,
	    { 72, 1 }, 3, { { 58, 1 }, { 88, 1 }, { 88, 11 } } },
	{ ESTAB_SYN_SENT, ESTAB_CLOSED, WORD_CLOSE, ALIGN_CENTRE, { 69, 4 }, 4,
	    { { 82, 11 }, { 82, 4 }, { 56, 4 }, { 56, 3 } } },
	{ ESTAB_LISTEN, ESTAB_SYN_RECEIVED, WORD_RCV_SYN, ALIGN_CENTRE,
	    { 31, 10 }, 4, { { 45, 9 }, { 45, 10 }, { 17, 10 }, { 17, 11 } } },
	{ ESTAB_SYN_RECEIVED, ESTAB_LISTEN, WORD_RCV_RST, ALIGN_CENTRE,
	    { 26, 7 }, 3, { { 11, 11 }, { 11, 7 }, { 41, 7 } } },
	{ ESTAB_LISTEN, ESTAB_SYN_SENT, WORD_SEND_SYN, ALIGN_CENTRE, { 67, 10 },
	    4, { { 55, 9 }, { 55, 10 }, { 80, 10 }, { 80, 11 } } },
	{ ESTAB_SYN_SENT, ESTAB_SYN_RECEIVED, WORD_RCV_SYN, ALIGN_CENTRE,
	    { 50, 13 }, 2, { { 77, 13 }, { 22, 13 } } },
	{ ESTAB_SYN_RECEIVED, ESTAB_ESTABLISHED, WORD_RCV_ACK_OF_SYN,
	    ALIGN_CENTRE, { 31, 16 }, 4,
	    { { 17, 15 }, { 17, 16 }, { 46, 16 }, { 46, 17 } } },
	{ ESTAB_SYN_SENT, ESTAB_ESTABLISHED, WORD_RCV_SYN_ACK, ALIGN_CENTRE,
	    { 69, 16 }, 4, { { 83, 15 }, { 83, 16 }, { 54, 16 }, { 54, 17 } } },
	{ ESTAB_SYN_RECEIVED, ESTAB_FIN_WAIT_1, WORD_CLOSE_FIN, ALIGN_LEFT,
	    { 12, 19 }, 2, { { 10, 15 }, { 10, 23 } } },
	{ ESTAB_ESTABLISHED, ESTAB_FIN_WAIT_1, WORD_CLOSE_FIN, ALIGN_CENTRE,
	    { 31, 22 }, 4, { { 46, 21 }, { 46, 22 }, { 17, 22 }, { 17, 23 } } },
	{ ESTAB_ESTABLISHED, ESTAB_CLOSE_WAIT, WORD_RCV_FIN, ALIGN_CENTRE,
	    { 69, 22 }, 4, { { 54, 21 }, { 54, 22 }, { 83, 22 }, { 83, 23 } } },
	{ ESTAB_FIN_WAIT_1, ESTAB_FIN_WAIT_2, WORD_RCV_ACK_OF_FIN, ALIGN_LEFT,
	    { 14, 30 }, 2, { { 12, 29 }, { 12, 31 } } },
	{ ESTAB_FIN_WAIT_1, ESTAB_CLOSING, WORD_RCV_FIN, ALIGN_CENTRE,
	    { 37, 25 }, 3, { { 22, 25 }, { 51, 25 }, { 51, 31 } } },
	{ ESTAB_FIN_WAIT_1, ESTAB_TIME_WAIT, WORD_RCV_FIN_ACK, ALIGN_LEFT,
	    { 34, 35 }, 5,
	    { { 22, 27 }, { 32, 27 }, { 32, 36 }, { 45, 36 }, { 45, 37 } } },
	{ ESTAB_FIN_WAIT_2, ESTAB_TIME_WAIT, WORD_RCV_FIN, ALIGN_CENTRE,
	    { 28, 39 }, 3, { { 14, 35 }, { 14, 39 }, { 41, 39 } } },
	{ ESTAB_CLOSING, ESTAB_TIME_WAIT, WORD_RCV_ACK_OF_FIN, ALIGN_LEFT,
	    { 58, 36 }, 2, { { 56, 35 }, { 56, 37 } } },
	{ ESTAB_CLOSE_WAIT, ESTAB_LAST_ACK, WORD_CLOSE_FIN, ALIGN_LEFT,
	    { 88, 29 }, 2, { { 86, 27 }, { 86, 31 } } },
	{ ESTAB_LAST_ACK, ESTAB_CLOSED, WORD_RCV_ACK_OF_FIN, ALIGN_RIGHT,
	    { 84, 36 }, 2, { { 86, 35 }, { 86, 37 } } },
	{ ESTAB_TIME_WAIT, ESTAB_CLOSED, WORD_TWO_MSL, ALIGN_CENTRE, { 68, 39 },
	    2, { { 58, 39 }, { 77, 39 } } },
};
#define PATHS (sizeof paths / sizeof paths[0])

static const struct {
	uint8_t state;
	int8_t x, y, rows;
} boxes[] = {
	{ ESTAB_CLOSED, 42, 0, 3 },
	{ ESTAB_LISTEN, 42, 6, 3 },
	{ ESTAB_SYN_RECEIVED, 6, 12, 3 },
	{ ESTAB_SYN_SENT, 78, 12, 3 },
	{ ESTAB_ESTABLISHED, 42, 18, 3 },
	{ ESTAB_FIN_WAIT_1, 6, 24, 5 },
	{ ESTAB_CLOSE_WAIT, 78, 24, 3 },
	{ ESTAB_FIN_WAIT_2, 6, 32, 3 },
	{ ESTAB_CLOSING, 42, 32, 3 },
	{ ESTAB_LAST_ACK, 78, 32, 3 },
	{ ESTAB_TIME_WAIT, 42, 38, 3 },
	{ ESTAB_CLOSED, 78, 38, 3 },
};
#define BOXES (sizeof boxes / sizeof boxes[0])

/* ---- The walk ------------------------------------------------------------ */

void
view_walk_record(struct view_walk *walk, const struct estab_record *record)
{
	if (record->type != ESTAB_RECORD_STATE ||
	    record->before >= ESTAB_STATE_COUNT ||
	    record->after >= ESTAB_STATE_COUNT)
		return;
	walk->to[record->before] |= (uint16_t)(1u << record->after);
	walk->visited |= (uint16_t)(1u << record->before);
	walk->visited |= (uint16_t)(1u << record->after);
}

bool
view_walk_took(const struct view_walk *walk, enum estab_state from,
    enum estab_state to)
{
	return (walk->to[from] >> to & 1) != 0;
}

/* ---- One line ------------------------------------------------------------ */

struct canvas {
	struct line line;
	int row;
	const struct view_style *style;
	const struct view_walk *walk;
};

/* How a shape is drawn: plain where no walk is shown, else lit or not. */
enum light {
	LIGHT_PLAIN,
	LIGHT_OUT,
	LIGHT_ON,
};

static enum paint
light_paint(enum light light)
{
	switch (light) {
	case LIGHT_PLAIN:
		return PAINT_PLAIN;
	case LIGHT_OUT:
		return PAINT_DIM;
	case LIGHT_ON:
		return PAINT_STATE;
	}
	return PAINT_PLAIN;
}

static void
dot(struct canvas *canvas, int x, int y, enum glyph glyph, enum light light)
{
	if (y == canvas->row)
		line_fill(&canvas->line, x, x + 1,
		    glyph_code(glyph, canvas->style->ascii),
		    light_paint(light));
}

static void
draw_box(struct canvas *canvas, size_t n)
{
	const int x = boxes[n].x, right = x + BOX_COLUMNS - 1;
	const int y = boxes[n].y, bottom = y + boxes[n].rows - 1;
	const char *name = estab_state_name((enum estab_state)boxes[n].state);
	const enum light light = canvas->walk == NULL          ? LIGHT_PLAIN :
	    (canvas->walk->visited >> boxes[n].state & 1) != 0 ? LIGHT_ON :
	                                                         LIGHT_OUT;
	const bool lit = light == LIGHT_ON;
	const enum glyph h = lit ? GLYPH_HEAVY_H : GLYPH_WIRE;
	const enum glyph v = lit ? GLYPH_HEAVY_V : GLYPH_LIFE;

	if (canvas->row < y || canvas->row > bottom)
		return;
	for (int i = x + 1; i < right; i++) {
		dot(canvas, i, y, h, light);
		dot(canvas, i, bottom, h, light);
	}
	dot(canvas, x, canvas->row, v, light);
	dot(canvas, right, canvas->row, v, light);
	dot(canvas, x, y, lit ? GLYPH_HEAVY_NW : GLYPH_CORNER_NW, light);
	dot(canvas, right, y, lit ? GLYPH_HEAVY_NE : GLYPH_CORNER_NE, light);
	dot(canvas, x, bottom, lit ? GLYPH_HEAVY_SW : GLYPH_CORNER_SW, light);
	dot(canvas, right, bottom, lit ? GLYPH_HEAVY_SE : GLYPH_CORNER_SE,
	    light);
	if (canvas->row == (y + bottom) / 2)
		line_put(&canvas->line,
		    x + (BOX_COLUMNS - view_width(name)) / 2, name,
		    light_paint(light));
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static enum glyph
head_glyph(int dx, int dy)
{
	if (dx != 0)
		return dx > 0 ? GLYPH_HEAD_R : GLYPH_HEAD_L;
	return dy > 0 ? GLYPH_HEAD_D : GLYPH_HEAD_U;
}

/* The corner that joins a stroke coming by (dx, dy) with one going on by
 * (nx, ny): its arms point back and on. */
static enum glyph
corner_glyph(int dx, int dy, int nx, int ny, bool lit)
{
	const bool right = dx < 0 || nx > 0;
	const bool down = dy < 0 || ny > 0;

	if (down)
		return right ? (lit ? GLYPH_HEAVY_NW : GLYPH_CORNER_NW) :
		               (lit ? GLYPH_HEAVY_NE : GLYPH_CORNER_NE);
	return right ? (lit ? GLYPH_HEAVY_SW : GLYPH_CORNER_SW) :
	               (lit ? GLYPH_HEAVY_SE : GLYPH_CORNER_SE);
}

static enum glyph
stroke_glyph(bool flat, enum light light)
{
	switch (light) {
	case LIGHT_PLAIN:
		return flat ? GLYPH_WIRE : GLYPH_LIFE;
	case LIGHT_OUT:
		return flat ? GLYPH_DOTTED_H : GLYPH_DOTTED_V;
	case LIGHT_ON:
		return flat ? GLYPH_HEAVY_H : GLYPH_HEAVY_V;
	}
	return GLYPH_WIRE;
}

static void
draw_strokes(struct canvas *canvas, const struct path *path, enum light light)
{
	const struct point *at = path->point;
	int dx = 0, dy = 0;

	for (uint32_t i = 0; i + 1 < path->points; i++) {
		const int nx = sign(at[i + 1].x - at[i].x);
		const int ny = sign(at[i + 1].y - at[i].y);
		int x = at[i].x, y = at[i].y;

		if (i > 0) {
			dot(canvas, x, y,
			    corner_glyph(dx, dy, nx, ny, light == LIGHT_ON),
			    light);
			x += nx;
			y += ny;
		}
		for (; x != at[i + 1].x || y != at[i + 1].y; x += nx, y += ny)
			dot(canvas, x, y, stroke_glyph(nx != 0, light), light);
		dx = nx;
		dy = ny;
	}
	dot(canvas, at[path->points - 1].x, at[path->points - 1].y,
	    head_glyph(dx, dy), light);
}

static void
draw_label(struct canvas *canvas, const struct path *path, enum light light)
{
	const char *label = word((enum word)path->label, canvas->style->zh);
	const enum paint paint = light_paint(light);
	const int width = view_width(label);
	struct text text;

	if (path->at.y != canvas->row)
		return;
	switch ((enum align)path->align) {
	case ALIGN_LEFT:
		line_put(&canvas->line, path->at.x, label, paint);
		return;
	case ALIGN_RIGHT:
		line_put_right(&canvas->line, path->at.x + 1, label, paint);
		return;
	case ALIGN_CENTRE:
		text_clear(&text);
		text_add(text_add(text_add(&text, " "), label), " ");
		line_put(&canvas->line, path->at.x - width / 2 - 1, text.byte,
		    paint);
		return;
	}
}

/* ---- The whole ----------------------------------------------------------- */

static bool
listed(const struct view_edge *edges, size_t n, int from, int to)
{
	for (size_t i = 0; i < n; i++)
		if (edges[i].from == from && edges[i].to == to)
			return true;
	return false;
}

static bool
has_path(int from, int to)
{
	for (size_t i = 0; i < PATHS; i++)
		if (paths[i].from == from && paths[i].to == to)
			return true;
	return false;
}

static bool
took(const struct view_walk *walk, int from, int to)
{
	return walk != NULL && (walk->to[from] >> to & 1) != 0;
}

static void
draw_row(struct canvas *canvas, const struct view_edge *legal, size_t n)
{
	for (size_t i = 0; i < PATHS; i++) {
		const struct path *path = &paths[i];
		const enum light light = canvas->walk == NULL ? LIGHT_PLAIN :
		    took(canvas->walk, path->from, path->to)  ? LIGHT_ON :
		                                                LIGHT_OUT;

		if (!listed(legal, n, path->from, path->to))
			continue;
		draw_strokes(canvas, path, light);
		draw_label(canvas, path, light);
	}
	for (size_t i = 0; i < BOXES; i++)
		draw_box(canvas, i);
}

/* An edge that has no place in the drawing: "LAST-ACK --> CLOSED". */
static void
put_other(struct line *line, int column, int from, int to, bool lit,
    const struct view_style *style)
{
	const char *name = estab_state_name((enum estab_state)from);
	const enum paint paint = lit ? PAINT_STATE : PAINT_DIM;
	const int arrow = column + 13;

	line_put(line, column, name, paint);
	line_fill(line, arrow, arrow + 2,
	    glyph_code(lit ? GLYPH_HEAVY_H : GLYPH_WIRE, style->ascii), paint);
	line_fill(line, arrow + 2, arrow + 3,
	    glyph_code(GLYPH_HEAD_R, style->ascii), paint);
	line_put(line, arrow + 4, estab_state_name((enum estab_state)to),
	    paint);
}

static void
draw_others(const struct view_out *out, const struct view_style *style,
    const struct view_edge *legal, size_t n, const struct view_walk *walk)
{
	struct line line;
	uint32_t put = 0;

	for (int pair = 0; pair < ESTAB_STATE_COUNT * ESTAB_STATE_COUNT;
	     pair++) {
		const int from = pair / ESTAB_STATE_COUNT;
		const int to = pair % ESTAB_STATE_COUNT;
		const bool lit = took(walk, from, to);

		const bool known = listed(legal, n, from, to);

		if (known ? has_path(from, to) : !lit)
			continue;
		if (put == 0) {
			out_text(out, "\n  ");
			out_text(out, word(WORD_OTHER_EDGES, style->zh));
			out_text(out, "\n");
		}
		if (put % 3 == 0)
			line_clear(&line, COLUMNS);
		put_other(&line, 2 + (int)(put % 3) * 33, from, to, lit, style);
		if (++put % 3 == 0)
			line_write(&line, out, style->colour);
	}
	if (put % 3 != 0)
		line_write(&line, out, style->colour);
}

void
view_diagram(const struct view_out *out, const struct view_style *style,
    const struct view_edge *legal, size_t n, const struct view_walk *walk)
{
	struct canvas canvas = { .style = style, .walk = walk };

	for (canvas.row = 0; canvas.row < ROWS; canvas.row++) {
		line_clear(&canvas.line, COLUMNS);
		draw_row(&canvas, legal, n);
		line_write(&canvas.line, out, style->colour);
	}
	draw_others(out, style, legal, n, walk);
	if (walk != NULL) {
		out_text(out, "  ");
		out_text(out, word(WORD_LIT, style->zh));
		out_text(out, "\n");
	}
}
