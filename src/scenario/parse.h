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

/* The text of a title or narration line, in the language its line names. */
bool parse_words(struct parser *p, struct script_words *words);

/* Head. */
bool parse_cases(struct parser *p);
bool parse_hosts(struct parser *p);
bool parse_wire(struct parser *p);
bool parse_twins(struct parser *p);
bool parse_seed(struct parser *p);
bool parse_iss(struct parser *p);
bool parse_config(struct parser *p);
bool parse_given(struct parser *p);
bool parse_beside(struct parser *p);
/* Two hosts that no line joined are joined by a plain wire. */
void parse_wire_default(struct script_world *w);

/* Story. */
bool parse_say(struct parser *p);
bool parse_after(struct parser *p);
bool parse_nothing(struct parser *p);
bool parse_anything(struct parser *p);
bool parse_release(struct parser *p);
/* A line that begins with a stamp or an end: a call or a segment. */
bool parse_happening(struct parser *p);
bool parse_call(struct parser *p, const struct script_end *who,
    const struct script_when *when);
bool parse_set(struct parser *p, struct script_call *call);
/* What follows "keys". */
bool parse_keys(struct parser *p, struct script_call *call);
bool parse_segment(struct parser *p, const struct script_end *from,
    const struct script_when *when, bool maybe, bool forged);
/* What follows "ICMP" in a forged line. */
bool parse_icmp(struct parser *p, struct script_segment *s);
bool parse_route(struct parser *p);
bool parse_expect(struct parser *p);
bool parse_attack(struct parser *p);
bool parse_defend(struct parser *p);
void parse_defence_free(struct script_defence *defence);
/* "msl 30s": one tunable of a host. */
bool parse_tunable(struct parser *p, struct estab_config *config);

/* = != >= <= > <, or nothing was there. */
bool parse_test(struct cursor *c, enum script_test *test);
bool parse_options(struct cursor *c, struct script_options *options);
bool parse_exact_options(struct cursor *c, struct script_options *options);
bool parse_reason(struct cursor *c, enum estab_reason *reason);

#endif
