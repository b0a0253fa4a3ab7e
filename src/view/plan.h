/* SPDX-License-Identifier: BSD-2-Clause
 *
 * plan.h - where the states and edges of the diagram are drawn.
 */
#ifndef VIEW_PLAN_H
#define VIEW_PLAN_H

#include "view/words.h"

#define PLAN_COLUMNS 100
#define PLAN_ROWS 41
#define PLAN_BOX_COLUMNS 16
#define PLAN_PATHS 21
#define PLAN_BOXES 12
#define POINTS_MAX 5

struct point {
	int16_t x, y;
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
extern const struct path plan_path[PLAN_PATHS];

struct box {
	uint8_t state;
	int16_t x, y, rows;
};
extern const struct box plan_box[PLAN_BOXES];

#endif
