/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse.c - a text becomes a struct scenario.
 *
 * The language has one statement a line and no nesting, so the parser is a
 * word that says which statement it is and a function that reads the rest.
 */
#include "scenario/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct script_step *
parse_step(struct parser *p, enum script_step_kind kind)
{
	struct script_world *w = p->world;
	struct script_step *s;

	if (w->step_count == w->step_room) {
		const uint32_t room = w->step_room == 0 ? 32 : 2 * w->step_room;

		s = realloc(w->step, room * sizeof *s);
		if (s == NULL) {
			(void)cursor_fail(&p->c, "memory");
			return NULL;
		}
		w->step = s;
		w->step_room = room;
	}
	s = &w->step[w->step_count++];
	memset(s, 0, sizeof *s);
	s->kind = kind;
	s->line = p->c.number;
	s->written = p->c.line;
	s->prelude = p->prelude;
	p->story_begun = true;
	return s;
}

bool
parse_test(struct cursor *c, enum script_test *test)
{
	static const struct {
		const char *sign;
		enum script_test test;
	} sign[] = {
		{ "!=", SCRIPT_TEST_NOT_EQUAL },
		{ ">=", SCRIPT_TEST_AT_LEAST },
		{ "<=", SCRIPT_TEST_AT_MOST },
		{ "=", SCRIPT_TEST_EQUAL },
		{ ">", SCRIPT_TEST_ABOVE },
		{ "<", SCRIPT_TEST_BELOW },
	};

	for (size_t i = 0; i < sizeof sign / sizeof sign[0]; i++) {
		if (cursor_take(c, sign[i].sign)) {
			*test = sign[i].test;
			return true;
		}
	}
	return false;
}

/* The text of a title or narration line, in the language its line names. */
bool
parse_words(struct parser *p, struct script_words *words)
{
	const bool zh = cursor_take(&p->c, "zh");
	const char **word = zh ? &words->zh : &words->en;

	if (*word != NULL)
		return cursor_fail(&p->c, "no second text in this language");
	*word = cursor_rest(&p->c);
	if (**word == '\0')
		return cursor_fail(&p->c, "a text");
	return true;
}

static bool
title(struct parser *p)
{
	return parse_words(p, &p->scenario->title);
}

static bool
statement(struct parser *p)
{
	static const struct {
		const char *word;
		bool (*read)(struct parser *p);
		bool head; /* only before the story */
	} table[] = {
		{ "title", title, true },
		{ "cases", parse_cases, true },
		{ "hosts", parse_hosts, true },
		{ "wire", parse_wire, false },
		{ "twins", parse_twins, true },
		{ "seed", parse_seed, true },
		{ "iss", parse_iss, true },
		{ "config", parse_config, true },
		{ "given", parse_given, true },
		{ "beside", parse_beside, false },
		{ "say", parse_say, false },
		{ "after", parse_after, false },
		{ "nothing", parse_nothing, false },
		{ "...", parse_anything, false },
		{ "release", parse_release, false },
		{ "route", parse_route, false },
		{ "expect", parse_expect, false },
		{ "attack", parse_attack, false },
		{ "defend", parse_defend, false },
	};
	const char *start = p->c.at;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		if (!cursor_take(&p->c, table[i].word))
			continue;
		if (table[i].head && p->story_begun) {
			p->c.at = start;
			return cursor_fail(&p->c,
			    "a step: this belongs before the story");
		}
		return table[i].read(p) && cursor_want_end(&p->c);
	}
	return parse_happening(p) && cursor_want_end(&p->c);
}

/* Cut a line off a source: end it with 0, trailing blanks too. */
static char *
cut_line(char **source)
{
	char *line = *source;
	char *end = strchr(line, '\n');

	*source = end == NULL ? line + strlen(line) : end + 1;
	if (end == NULL)
		end = *source;
	while (end > line &&
	    (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	if (*end != '\0')
		*end = '\0';
	return line;
}

bool
parse_lines(struct parser *p, char *source)
{
	while (*source != '\0') {
		p->c.line = p->c.at = cut_line(&source);
		if (!p->prelude)
			p->c.number++;
		if (!cursor_at_end(&p->c) && !statement(p))
			return false;
	}
	return true;
}

static char *
copy_text(const char *text)
{
	const size_t n = strlen(text) + 1;
	char *copy = malloc(n);

	if (copy != NULL)
		memcpy(copy, text, n);
	return copy;
}

/* What only the whole text can show. */
static bool
whole(struct parser *p)
{
	const struct scenario *s = p->scenario;

	for (uint8_t i = 0; i < s->world_count; i++) {
		const struct script_world *w = &s->world[i];

		if (w->step_count == 0)
			return cursor_fail(&p->c, "a story");
		for (uint32_t n = 0; n < w->step_count; n++) {
			if (w->step[n].kind != SCRIPT_STEP_ANYTHING)
				continue;
			if (n + 1 < w->step_count &&
			    w->step[n + 1].kind == SCRIPT_STEP_SEGMENT)
				continue;
			p->c.number = w->step[n].line;
			p->c.line = p->c.at = w->step[n].written;
			return cursor_fail(&p->c,
			    "a segment line below '...' to end it (or '... "
			    "until quiet', '... for 1s')");
		}
	}
	return s->title.en != NULL || cursor_fail(&p->c, "a title");
}

struct scenario *
scenario_parse(const char *name, const char *text, struct scenario_error *error)
{
	struct scenario *s = calloc(1, sizeof *s);
	struct parser p = { .scenario = s, .c.error = error };

	p.c.line = p.c.at = "";
	if (s != NULL)
		s->source[0] = copy_text(text);
	if (s == NULL || s->source[0] == NULL) {
		free(s);
		(void)cursor_fail(&p.c, "memory");
		return NULL;
	}
	(void)snprintf(s->name, sizeof s->name, "%s", name);
	s->source_count = 1;
	s->families = SCRIPT_V4 | SCRIPT_V6;
	s->iss_cases = (1u << SCRIPT_ISS_CASES) - 1;
	s->world_count = 1;
	s->world[0].host_count = 2;
	s->world[0].seed = 1;
	p.world = &s->world[0];
	if (!parse_lines(&p, s->source[0]) || !whole(&p)) {
		scenario_free(s);
		return NULL;
	}
	parse_wire_default(p.world);
	return s;
}

static void
step_free(struct script_step *s)
{
	/* The parser made these; const is what everyone else sees. */
	if (s->kind == SCRIPT_STEP_CALL)
		free((void *)(uintptr_t)s->u.call.text);
	else if (s->kind == SCRIPT_STEP_FORGE)
		free((void *)(uintptr_t)s->u.segment.text);
	else if (s->kind == SCRIPT_STEP_EXPECT)
		free(s->u.expect.check);
	else if (s->kind == SCRIPT_STEP_DEFEND)
		parse_defence_free(s->u.defence);
}

void
scenario_free(struct scenario *s)
{
	if (s == NULL)
		return;
	for (uint8_t i = 0; i < s->world_count; i++) {
		for (uint32_t n = 0; n < s->world[i].step_count; n++)
			step_free(&s->world[i].step[n]);
		free(s->world[i].step);
	}
	for (uint8_t i = 0; i < s->source_count; i++)
		free(s->source[i]);
	free(s);
}

void
scenario_error_text(const char *file, const struct scenario_error *e,
    char *text, size_t room)
{
	(void)snprintf(text, room, "%s:%u:%u: expected %s, found %s", file,
	    (unsigned)e->line, (unsigned)e->column, e->expected, e->found);
}
