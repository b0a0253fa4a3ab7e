/* SPDX-License-Identifier: BSD-2-Clause
 *
 * canvas.c - boxes, lines with corners and heads, labels: their part of one
 * line.
 */
#include "view/canvas.h"

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

void
canvas_box(struct canvas *canvas, size_t n)
{
	const int x = plan_box[n].x, right = x + PLAN_BOX_COLUMNS - 1;
	const int y = plan_box[n].y, bottom = y + plan_box[n].rows - 1;
	const char *name =
	    estab_state_name((enum estab_state)plan_box[n].state);
	const enum light light = canvas->walk == NULL ? LIGHT_PLAIN :
	    (canvas->walk->visited >> plan_box[n].state & 1) != 0 ? LIGHT_ON :
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
		    x + (PLAN_BOX_COLUMNS - view_width(name)) / 2, name,
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

void
canvas_strokes(struct canvas *canvas, const struct path *path, enum light light)
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

void
canvas_label(struct canvas *canvas, const struct path *path, enum light light)
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
