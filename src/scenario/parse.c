/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse.c - a text becomes a struct scenario: lines, heads, steps.
 *
 * The language has one statement a line and no nesting, so the parser is a
 * word that says which statement it is and a function that reads the rest.
 */
#include "scenario/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIRE_DELAY_DEFAULT_NS (10 * ESTAB_MS)

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
static bool
words(struct parser *p, struct script_words *words)
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

/* "say" and the "say zh" below it are one step. */
static bool
say(struct parser *p)
{
	struct script_world *w = p->world;
	struct script_step *s = w->step_count == 0 ? NULL
	                                           : &w->step[w->step_count - 1];
	const char *start = p->c.at;
	const bool zh = cursor_take(&p->c, "zh");

	p->c.at = start;
	if (!zh || s == NULL || s->kind != SCRIPT_STEP_SAY ||
	    s->u.say.zh != NULL)
		s = parse_step(p, SCRIPT_STEP_SAY);
	return s != NULL && words(p, &s->u.say);
}

static bool
cases(struct parser *p)
{
	static const int64_t iss[SCRIPT_ISS_CASES] = { 0, INT64_C(0x7fffffff),
		INT64_C(0x80000000), INT64_C(0xffffffff) };
	struct scenario *s = p->scenario;
	uint8_t families = 0;
	const char *start;
	int64_t n;
	size_t i;

	while (!cursor_at_end(&p->c)) {
		start = p->c.at;
		if (cursor_take(&p->c, "v4")) {
			families |= SCRIPT_V4;
		} else if (cursor_take(&p->c, "v6")) {
			families |= SCRIPT_V6;
		} else if (cursor_take(&p->c, "own-iss")) {
			s->iss_cases = 0;
		} else if (cursor_take(&p->c, "iss")) {
			s->iss_cases = 0;
			start = p->c.at;
			while (cursor_number(&p->c, &n)) {
				for (i = 0; i < SCRIPT_ISS_CASES; i++)
					if (iss[i] == n)
						s->iss_cases |= (uint8_t)(1u << i);
			}
			if (s->iss_cases == 0)
				return cursor_fail_at(&p->c, start,
				    "0, 2^31-1, 2^31 or 2^32-1");
		} else {
			return cursor_fail(&p->c, "v4, v6, own-iss or iss");
		}
	}
	if (families != 0)
		s->families = families;
	return true;
}

static bool
hosts(struct parser *p)
{
	struct script_end end;
	uint8_t n = 0;

	while (!cursor_at_end(&p->c)) {
		const char *start = p->c.at;

		if (!cursor_end_of_conn(&p->c, SCRIPT_HOSTS_MAX, &end) ||
		    end.nobody != 0 || end.host != n)
			return cursor_fail_at(&p->c, start,
			    "hosts A, B, ... in order");
		n++;
	}
	if (n < 2)
		return cursor_fail(&p->c, "two hosts at least");
	p->world->host_count = n;
	return true;
}

static bool
impairment(struct parser *p, struct estab_impairment *wire)
{
	const char *where = p->c.at;
	char text[160];
	size_t n = 0;

	cursor_space(&p->c);
	while (p->c.at[n] != '\0' && p->c.at[n] != '#' && n < sizeof text - 1)
		n++;
	while (n > 0 && (p->c.at[n - 1] == ' ' || p->c.at[n - 1] == '\t'))
		n--;
	memcpy(text, p->c.at, n);
	text[n] = '\0';
	memset(wire, 0, sizeof *wire);
	if (n > 0 && estab_impairment_parse(text, wire, &where) < 0) {
		if (where >= text && where <= text + n)
			p->c.at += where - text;
		return cursor_fail(&p->c, "what a wire does, as in delay=10ms,loss=5%");
	}
	if (wire->delay_ns == 0)
		wire->delay_ns = WIRE_DELAY_DEFAULT_NS;
	p->c.at += n;
	return true;
}

/* "wire A B loss=1%" or "wire A > B loss=1%". */
static bool
wire_words(struct parser *p, struct script_wire *wire)
{
	const uint8_t count = p->world->host_count;
	const char *start = p->c.at;
	struct script_end a, b;
	bool one_way;

	if (!cursor_end_of_conn(&p->c, count, &a) || a.nobody != 0)
		return cursor_fail_at(&p->c, start, "a host");
	one_way = cursor_take(&p->c, ">");
	start = p->c.at;
	if (!cursor_end_of_conn(&p->c, count, &b) || b.nobody != 0 ||
	    b.host == a.host)
		return cursor_fail_at(&p->c, start, "another host");
	*wire = (struct script_wire){
		.a = a.host,
		.b = b.host,
		.there_given = true,
		.back_given = !one_way,
	};
	if (!impairment(p, &wire->there))
		return false;
	wire->back = wire->there;
	return true;
}

/* Lay the directions that were given over the wire of the same two hosts. */
static void
wire_lay(struct script_wire *under, const struct script_wire *over)
{
	const bool same = under->a == over->a;

	if (over->there_given)
		*(same ? &under->there : &under->back) = over->there;
	if (over->back_given)
		*(same ? &under->back : &under->there) = over->back;
}

static bool
wire(struct parser *p)
{
	struct script_world *w = p->world;
	struct script_wire new;
	struct script_step *s;

	if (!wire_words(p, &new))
		return false;
	if (p->story_begun) {
		s = parse_step(p, SCRIPT_STEP_WIRE);
		if (s != NULL)
			s->u.wire = new;
		return s != NULL;
	}
	for (uint8_t i = 0; i < w->wire_count; i++) {
		struct script_wire *old = &w->wire[i];

		if ((old->a == new.a && old->b == new.b) ||
		    (old->a == new.b && old->b == new.a)) {
			wire_lay(old, &new);
			return true;
		}
	}
	if (w->wire_count == SCRIPT_WIRES_MAX)
		return cursor_fail(&p->c, "fewer wires");
	if (!new.back_given)
		new.back = (struct estab_impairment){
			.delay_ns = WIRE_DELAY_DEFAULT_NS,
		};
	w->wire[w->wire_count++] = new;
	return true;
}

/* Two hosts that no line joined are joined by a plain wire. */
static void
wire_default(struct script_world *w)
{
	if (w->wire_count > 0)
		return;
	w->wire[0] = (struct script_wire){
		.a = 0,
		.b = 1,
		.there.delay_ns = WIRE_DELAY_DEFAULT_NS,
		.back.delay_ns = WIRE_DELAY_DEFAULT_NS,
	};
	w->wire_count = 1;
}

static bool
seed(struct parser *p)
{
	const char *start = p->c.at;
	int64_t n;

	if (!cursor_number(&p->c, &n) || n <= 0)
		return cursor_fail_at(&p->c, start, "a seed: a number above 0");
	p->world->seed = (uint64_t)n;
	return true;
}

/* "iss A 1000 5000": what A chooses, one connection after the other. */
static bool
iss(struct parser *p)
{
	struct script_host *h;
	struct script_end end;
	int64_t n;

	if (!cursor_end_of_conn(&p->c, p->world->host_count, &end) ||
	    end.nobody != 0)
		return cursor_fail(&p->c, "a host");
	h = &p->world->host[end.host];
	h->iss_count = 0;
	while (!cursor_at_end(&p->c)) {
		const char *start = p->c.at;

		if (h->iss_count == SCRIPT_ISS_MAX ||
		    !cursor_number(&p->c, &n) || n < 0 || n > UINT32_MAX)
			return cursor_fail_at(&p->c, start,
			    "a sequence number");
		h->iss[h->iss_count++] = (uint32_t)n;
	}
	return h->iss_count > 0 || cursor_fail(&p->c, "a sequence number");
}

/* The second world begins as the first one did: same head, no story yet. */
static bool
beside(struct parser *p)
{
	struct scenario *s = p->scenario;
	struct script_world *w = &s->world[1];
	const char *start = p->c.at;

	if (cursor_take(&p->c, "zh")) {
		p->c.at = start;
		if (s->world_count < 2)
			return cursor_fail(&p->c, "beside without zh before this");
		return words(p, &w->title);
	}
	if (s->world_count == 2)
		return cursor_fail(&p->c, "no third world");
	wire_default(p->world);
	*w = *p->world;
	w->step = NULL;
	w->step_count = w->step_room = 0;
	w->title = (struct script_words){ 0 };
	s->world_count = 2;
	p->world = w;
	p->story_begun = false;
	p->given = false;
	return words(p, &w->title);
}

/* ---- Steps --------------------------------------------------------------- */

static bool
after(struct parser *p)
{
	struct script_step *s = parse_step(p, SCRIPT_STEP_AFTER);

	return s != NULL && cursor_want_duration(&p->c, p->world->host_count,
	                        &s->u.span);
}

/* "nothing for 2 MSL" is "after", said as an expectation; "nothing until 3s"
 * gives the instant. */
static bool
nothing(struct parser *p)
{
	const uint8_t count = p->world->host_count;
	struct script_step *s = parse_step(p, SCRIPT_STEP_AFTER);

	if (s == NULL)
		return false;
	if (cursor_take(&p->c, "for"))
		return cursor_want_duration(&p->c, count, &s->u.span);
	if (!cursor_take(&p->c, "until"))
		return cursor_fail(&p->c, "'for' or 'until'");
	s->when.kind = SCRIPT_WHEN_AT;
	if (!cursor_want_duration(&p->c, count, &s->when.from))
		return false;
	s->when.to = s->when.from;
	return true;
}

static bool
anything(struct parser *p)
{
	struct script_step *s = parse_step(p, SCRIPT_STEP_ANYTHING);

	if (s == NULL)
		return false;
	p->scenario->wildcard_count++;
	if (cursor_take(&p->c, "until")) {
		s->kind = SCRIPT_STEP_QUIET;
		return cursor_want(&p->c, "quiet");
	}
	if (cursor_take(&p->c, "for")) {
		s->kind = SCRIPT_STEP_ANY_FOR;
		return cursor_want_duration(&p->c, p->world->host_count,
		    &s->u.span);
	}
	return true;
}

static bool
release(struct parser *p)
{
	struct script_step *s = parse_step(p, SCRIPT_STEP_RELEASE);
	struct script_release *r;

	if (s == NULL)
		return false;
	r = &s->u.release;
	if (!cursor_word(&p->c, r->name, sizeof r->name))
		return cursor_fail(&p->c, "the name of a held segment");
	while (!cursor_at_end(&p->c)) {
		if (cursor_take(&p->c, "verdict")) {
			r->verdict_given = true;
			if (!parse_reason(&p->c, &r->verdict))
				return false;
			continue;
		}
		r->state_given = true;
		if (!cursor_end_of_conn(&p->c, p->world->host_count, &r->who))
			return cursor_fail(&p->c, "a host and its state, or verdict");
		if (!cursor_want_state(&p->c, &r->state))
			return false;
	}
	return true;
}

/* "at 3s", "at 3s..4s", "+1s", "+1s..2s", "within 500ms"; or none. */
static bool
when(struct parser *p, struct script_when *when)
{
	const uint8_t count = p->world->host_count;
	const char *start;

	*when = (struct script_when){ .kind = SCRIPT_WHEN_ANY };
	if (cursor_take(&p->c, "within")) {
		when->kind = SCRIPT_WHEN_LATER;
		return cursor_want_duration(&p->c, count, &when->to);
	}
	if (cursor_take(&p->c, "at"))
		when->kind = SCRIPT_WHEN_AT;
	else if (cursor_take(&p->c, "+"))
		when->kind = SCRIPT_WHEN_LATER;
	else
		return true;
	start = p->c.at;
	if (!cursor_want_duration(&p->c, count, &when->from))
		return false;
	when->to = when->from;
	if (cursor_take(&p->c, "..") &&
	    !cursor_want_duration(&p->c, count, &when->to))
		return false;
	/* By the time the segment is seen the timer has been set anew. */
	if (when->from.timer != SCRIPT_TIMER_NONE ||
	    when->to.timer != SCRIPT_TIMER_NONE)
		return cursor_fail_at(&p->c, start,
		    "a plain duration here; \"after A's RTO\" waits for a "
		    "timer");
	return true;
}

/* A line that begins with a time or an end: a call or a segment. */
static bool
happening(struct parser *p)
{
	struct script_when time;
	struct script_end end;
	bool maybe, forged;

	if (!when(p, &time))
		return false;
	maybe = cursor_take(&p->c, "maybe");
	forged = !maybe && cursor_take(&p->c, "forged");
	if (!cursor_end_of_conn(&p->c, p->world->host_count, &end)) {
		if (time.kind != SCRIPT_WHEN_ANY || maybe || forged)
			return cursor_fail(&p->c, "a host");
		return cursor_fail(&p->c,
		    "a statement: title, config, given, say, expect, after, "
		    "a host ...");
	}
	if (cursor_take(&p->c, ">"))
		return parse_segment(p, &end, &time, maybe, forged);
	if (maybe || forged)
		return cursor_fail(&p->c, "'>' and the end it goes to");
	if (end.nobody != 0)
		return cursor_fail(&p->c, "'>', for nobody makes no calls");
	return parse_call(p, &end, &time);
}

static bool
title(struct parser *p)
{
	return words(p, &p->scenario->title);
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
		{ "cases", cases, true },
		{ "hosts", hosts, true },
		{ "wire", wire, false },
		{ "seed", seed, true },
		{ "iss", iss, true },
		{ "config", parse_config, true },
		{ "given", parse_given, true },
		{ "beside", beside, false },
		{ "say", say, false },
		{ "after", after, false },
		{ "nothing", nothing, false },
		{ "...", anything, false },
		{ "release", release, false },
		{ "expect", parse_expect, false },
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
	return happening(p) && cursor_want_end(&p->c);
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
	while (end > line && (end[-1] == ' ' || end[-1] == '\t' ||
	                         end[-1] == '\r'))
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
scenario_parse(const char *name, const char *text,
    struct scenario_error *error)
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
	wire_default(p.world);
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
