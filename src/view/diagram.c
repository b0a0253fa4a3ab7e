/* SPDX-License-Identifier: BSD-2-Clause
 *
 * diagram.c - the state diagram (RFC 9293 3.3.2, figure 5, and its note 2) as
 * text.  Which edges exist is the caller's table; plan.c knows where the
 * well-known ones are drawn, the others are listed below.
 *
 * It is painted line by line: every shape is asked for its part of each line,
 * so no canvas is kept.
 */
#include "view/canvas.h"

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
	for (size_t i = 0; i < PLAN_PATHS; i++)
		if (plan_path[i].from == from && plan_path[i].to == to)
			return true;
	return false;
}

static bool
took(const struct view_walk *walk, int from, int to)
{
	return walk != NULL &&
	    view_walk_took(walk, (enum estab_state)from, (enum estab_state)to);
}

static void
draw_row(struct canvas *canvas, const struct view_edge *legal, size_t n)
{
	for (size_t i = 0; i < PLAN_PATHS; i++) {
		const struct path *path = &plan_path[i];
		const enum light light = canvas->walk == NULL ? LIGHT_PLAIN :
		    took(canvas->walk, path->from, path->to)  ? LIGHT_ON :
		                                                LIGHT_OUT;

		if (!listed(legal, n, path->from, path->to))
			continue;
		canvas_strokes(canvas, path, light);
		canvas_label(canvas, path, light);
	}
	for (size_t i = 0; i < PLAN_BOXES; i++)
		canvas_box(canvas, i);
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
			line_clear(&line, PLAN_COLUMNS);
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

	for (canvas.row = 0; canvas.row < PLAN_ROWS; canvas.row++) {
		line_clear(&canvas.line, PLAN_COLUMNS);
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
