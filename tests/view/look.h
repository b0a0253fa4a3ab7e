/* SPDX-License-Identifier: BSD-2-Clause
 *
 * look.h - what a picture came out as: kept, compared with a golden file,
 * measured.
 */
#ifndef TESTS_VIEW_LOOK_H
#define TESTS_VIEW_LOOK_H

#include "stories.h"

/* What was written, always terminated. */
struct look {
	char *text;
	size_t n, room;
};
struct view_out look_out(struct look *look);
void look_free(struct look *look);

/* A story's ladder. */
void look_at_story(struct look *look, story_teller tell,
    const struct view_style *style);

/* Fail unless text equals tests/view/golden/NAME.txt.  With ESTAB_GOLDEN set
 * in the environment the file is written instead: look at the difference
 * before you commit it. */
void look_is_golden(const struct look *look, const char *name);

/* Display columns of the widest line. */
int look_columns(const char *text);
/* How often it stands there. */
size_t look_count(const char *text, const char *what);

#endif
