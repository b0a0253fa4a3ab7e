/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cursor.h - reading one line of a scenario from left to right.
 *
 * Each function takes what it is named after and moves on, or leaves the
 * cursor where it is and returns false.  Those named _want also say in the
 * error what they had expected.
 */
#ifndef SCENARIO_CURSOR_H
#define SCENARIO_CURSOR_H

#include "scenario/scenario.h"

struct cursor {
	const char *line; /* terminated by 0 */
	const char *at;
	uint32_t number; /* of the line */
	struct scenario_error *error;
};

/* Note what was expected here; returns false, to be returned on. */
bool cursor_fail(struct cursor *c, const char *expected);

/* The same for what has been read already, from start. */
bool cursor_fail_at(struct cursor *c, const char *start, const char *expected);

void cursor_space(struct cursor *c);
/* Nothing but a comment follows. */
bool cursor_at_end(struct cursor *c);
bool cursor_want_end(struct cursor *c);

/* This punctuation, or this whole word. */
bool cursor_take(struct cursor *c, const char *literal);
bool cursor_want(struct cursor *c, const char *literal);

/* A word of letters, digits, '-', '_' and '.', that begins with a letter. */
bool cursor_word(struct cursor *c, char *word, size_t room);

/* A number: decimal, 0x..., 2^n, each with + or - n. */
bool cursor_number(struct cursor *c, int64_t *value);
/* "65536", "64 KiB", "1 MiB". */
bool cursor_want_bytes(struct cursor *c, uint64_t *bytes);
/* A position: x, x+1, 0x7fffffff. */
bool cursor_want_position(struct cursor *c, struct script_number *number);
/* A text between double quotes: its copy in *text, malloc'ed. */
bool cursor_want_quoted(struct cursor *c, char **text);

/* Host letters are limited to count hosts; "nobody" only if allowed. */
bool cursor_end_of_conn(struct cursor *c, uint8_t host_count,
    struct script_end *end);

bool cursor_duration(struct cursor *c, uint8_t host_count,
    struct script_duration *duration);
bool cursor_want_duration(struct cursor *c, uint8_t host_count,
    struct script_duration *duration);

bool cursor_want_state(struct cursor *c, enum estab_state *state);
/* "ECONNRESET": its (negative) value. */
bool cursor_error_name(struct cursor *c, int64_t *error);
/* Everything up to the end of the line. */
const char *cursor_rest(struct cursor *c);

#endif
