/* SPDX-License-Identifier: BSD-2-Clause
 *
 * canvas.h - a line of the state diagram, on which each shape paints its part.
 */
#ifndef VIEW_CANVAS_H
#define VIEW_CANVAS_H

#include "view/line.h"
#include "view/plan.h"

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

/* The n-th box of the plan, by itself lit or not. */
void canvas_box(struct canvas *canvas, size_t n);
void canvas_strokes(struct canvas *canvas, const struct path *path,
    enum light light);
void canvas_label(struct canvas *canvas, const struct path *path,
    enum light light);

#endif
