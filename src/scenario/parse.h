/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse.h - what the files of the parser share.
 *
 * Each function below reads its statement from the parser's cursor and adds
 * it to the world; false means the cursor's error has been filled.
 */
#ifndef SCENARIO_PARSE_H
#define SCENARIO_PARSE_H

#include "scenario/cursor.h"

struct parser {
	struct scenario *scenario;
	struct script_world *world;
	struct cursor c;
	bool prelude;     /* the text is one of given.c's */
	bool story_begun; /* so a wire line is a step, not the head */
	bool given;
};

/* A new step at the end of the story, or NULL (error filled). */
struct script_step *parse_step(struct parser *p, enum script_step_kind kind);

/* The lines of a text, one after the other. */
bool parse_lines(struct parser *p, char *source);

/* Head. */
bool parse_config(struct parser *p);
bool parse_given(struct parser *p);

/* Story. */
bool parse_call(struct parser *p, const struct script_end *who,
    const struct script_when *when);
bool parse_set(struct parser *p, struct script_call *call);
bool parse_segment(struct parser *p, const struct script_end *from,
    const struct script_when *when, bool maybe, bool forged);
bool parse_expect(struct parser *p);

/* = != >= <= > <, or nothing was there. */
bool parse_test(struct cursor *c, enum script_test *test);
bool parse_options(struct cursor *c, struct script_options *options);
bool parse_exact_options(struct cursor *c, struct script_options *options);
bool parse_reason(struct cursor *c, enum estab_reason *reason);

#endif
