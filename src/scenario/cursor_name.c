/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cursor_name.c - names that the public headers know: states and errors.
 */
#include "scenario/cursor.h"

#include <string.h>

bool
cursor_want_state(struct cursor *c, enum estab_state *state)
{
	const char *start;
	char word[24];

	cursor_space(c);
	start = c->at;
	if (cursor_word(c, word, sizeof word)) {
		for (unsigned i = 0; i < ESTAB_STATE_COUNT; i++) {
			if (strcmp(word,
			        estab_state_name((enum estab_state)i)) != 0)
				continue;
			*state = (enum estab_state)i;
			return true;
		}
	}
	c->at = start;
	return cursor_fail(c, "a state such as FIN-WAIT-1");
}

bool
cursor_error_name(struct cursor *c, int64_t *error)
{
	static const struct {
		const char *name;
		int value;
	} name[] = {
#define ESTAB_X(name, value, text) { #name, -(value) },
		ESTAB_ERRORS(ESTAB_X)
#undef ESTAB_X
	};
	const char *start;
	char word[24];

	cursor_space(c);
	start = c->at;
	if (cursor_word(c, word, sizeof word)) {
		for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
			if (strcmp(word, name[i].name) != 0)
				continue;
			*error = name[i].value;
			return true;
		}
	}
	c->at = start;
	return false;
}
