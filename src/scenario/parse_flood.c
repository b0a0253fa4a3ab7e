/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse_flood.c - "attack random at 1000/s for 4s, honest 20/s" and "defend
 * "cookies" syn-cookies on: honest >= 99%".
 */
#include "scenario/parse.h"

#include <stdlib.h>

#define RATE_MAX 100000

static bool
rate(struct parser *p, uint32_t *per_second)
{
	const char *start = p->c.at;
	int64_t n;

	cursor_space(&p->c);
	if (!cursor_number(&p->c, &n) || n < 0 || n > RATE_MAX)
		return cursor_fail_at(&p->c, start,
		    "a number a second, at most 100000");
	*per_second = (uint32_t)n;
	return cursor_want(&p->c, "/") && cursor_want(&p->c, "s");
}

static bool
span(struct parser *p, int64_t *ns)
{
	struct script_duration duration;
	const char *start = p->c.at;

	if (!cursor_want_duration(&p->c, p->world->host_count, &duration))
		return false;
	*ns = duration.ns;
	return (duration.timer == SCRIPT_TIMER_NONE &&
	           duration.msl_count == 0 && duration.ns > 0) ||
	    cursor_fail_at(&p->c, start, "a duration in seconds");
}

static bool
sources(struct parser *p, enum script_sources *out)
{
	static const char *const name[] = { "none", "one", "random",
		"neighbour", "victim" };

	for (uint32_t i = 0; i < sizeof name / sizeof name[0]; i++)
		if (cursor_take(&p->c, name[i])) {
			*out = (enum script_sources)i;
			return true;
		}
	return cursor_fail(&p->c,
	    "where SYNs come from: none, one, random, neighbour or victim");
}

static bool
detail(struct parser *p, struct script_attack *a)
{
	if (cursor_take(&p->c, "honest"))
		return rate(p, &a->honest_per_second);
	if (cursor_take(&p->c, "restart"))
		return cursor_want(&p->c, "at") && span(p, &a->restart_ns);
	if (cursor_take(&p->c, "turn"))
		return span(p, &a->turn_ns);
	if (cursor_take(&p->c, "server-first")) {
		a->speaks_first = true;
		return true;
	}
	if (cursor_take(&p->c, "third-lost")) {
		a->third_lost = true;
		return true;
	}
	return cursor_fail(&p->c,
	    "honest N/s, restart at TIME, turn TIME, server-first or "
	    "third-lost");
}

bool
parse_attack(struct parser *p)
{
	struct script_attack a = { .honest_per_second = 20 };

	if (!sources(p, &a.sources) || !cursor_want(&p->c, "at") ||
	    !rate(p, &a.syns_per_second) || !cursor_want(&p->c, "for") ||
	    !span(p, &a.span_ns))
		return false;
	while (cursor_take(&p->c, ","))
		if (!detail(p, &a))
			return false;
	p->world->attack = a;
	return true;
}

/* "name" and, perhaps, zh "name". */
static bool
title(struct parser *p, struct script_words *words)
{
	char *text = NULL;

	cursor_space(&p->c);
	if (!cursor_want_quoted(&p->c, &text))
		return false;
	words->en = text;
	if (!cursor_take(&p->c, "zh"))
		return true;
	cursor_space(&p->c);
	if (!cursor_want_quoted(&p->c, &text))
		return false;
	words->zh = text;
	return true;
}

static bool
outcome(struct parser *p, struct script_defence *d)
{
	int64_t percent;

	if (!cursor_want(&p->c, ":") || !cursor_want(&p->c, "honest"))
		return false;
	if (!parse_test(&p->c, &d->test) || d->test == SCRIPT_TEST_NONE)
		return cursor_fail(&p->c, "a comparison such as >=");
	cursor_space(&p->c);
	if (!cursor_number(&p->c, &percent) || percent < 0 || percent > 100)
		return cursor_fail(&p->c, "a percentage");
	d->percent = (uint32_t)percent;
	return cursor_want(&p->c, "%");
}

bool
parse_defend(struct parser *p)
{
	struct script_step *s = parse_step(p, SCRIPT_STEP_DEFEND);
	struct script_defence *d = calloc(1, sizeof *d);

	if (s == NULL || d == NULL) {
		free(d);
		return s != NULL && cursor_fail(&p->c, "memory");
	}
	s->u.defence = d;
	d->attack = p->world->attack;
	d->config = p->world->host[1].config;
	if (d->attack.span_ns == 0)
		return cursor_fail(&p->c, "an attack line above this one");
	if (!title(p, &d->title))
		return false;
	while (!cursor_take(&p->c, ":")) {
		if (cursor_take(&p->c, "keys"))
			d->keys = true;
		else if (!parse_tunable(p, &d->config))
			return false;
		(void)cursor_take(&p->c, ",");
	}
	p->c.at--; /* the colon is outcome()'s */
	return outcome(p, d);
}

void
parse_defence_free(struct script_defence *d)
{
	if (d == NULL)
		return;
	free((void *)(uintptr_t)d->title.en);
	free((void *)(uintptr_t)d->title.zh);
	free(d);
}
