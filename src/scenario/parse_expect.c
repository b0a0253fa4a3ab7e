/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse_expect.c - "expect A CLOSED, B SND.UNA = y+1, nothing left", options
 * and reasons by name.
 */
#include "scenario/parse.h"

#include "scenario/field.h"

#include <stdlib.h>
#include <string.h>

bool
parse_reason(struct cursor *c, enum estab_reason *reason)
{
	static const char *const name[] = {
#define ESTAB_X(name, clause, text) #name,
		ESTAB_REASONS(ESTAB_X)
#undef ESTAB_X
	};
	const char *start;
	char word[40];

	cursor_space(c);
	start = c->at;
	if (cursor_word(c, word, sizeof word)) {
		for (unsigned i = 1; i < sizeof name / sizeof name[0]; i++) {
			if (strcmp(word, name[i]) != 0)
				continue;
			*reason = (enum estab_reason)i;
			return true;
		}
	}
	c->at = start;
	return cursor_fail(c, "a reason such as FIN_TAKEN");
}

/* ---- Options ------------------------------------------------------------ */

static bool
option(struct cursor *c, struct script_option *o)
{
	static const struct {
		const char *name;
		uint8_t kind;
		uint8_t values; /* that may follow */
	} name[] = {
		{ "mss", 2, 1 },
		{ "ws", 3, 1 },
		{ "sack-ok", 4, 0 },
		{ "sack", 5, 0 },
		{ "ts", 8, 2 },
	};
	int64_t n;

	for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
		if (!cursor_take(c, name[i].name))
			continue;
		*o = (struct script_option){ .kind = name[i].kind };
		while (o->value_count < name[i].values && cursor_number(c, &n))
			o->value[o->value_count++] = (uint32_t)n;
		return true;
	}
	if (cursor_take(c, "kind")) {
		if (!cursor_number(c, &n) || n < 2 || n > 255)
			return cursor_fail(c, "the kind of an option");
		*o = (struct script_option){ .kind = (uint8_t)n };
		return true;
	}
	return cursor_fail(c, "an option: mss, ws, sack-ok, sack, ts, kind N");
}

/* "<mss 1460, ws, ts>" these and no other; "<mss, ...>" at least these;
 * "<>" none. */
bool
parse_options(struct cursor *c, struct script_options *options)
{
	options->test = SCRIPT_OPTIONS_SET;
	if (!cursor_want(c, "<"))
		return false;
	while (!cursor_take(c, ">")) {
		if (options->count > 0 && !cursor_want(c, ","))
			return false;
		if (cursor_take(c, "...")) {
			options->test = SCRIPT_OPTIONS_SOME;
			return cursor_want(c, ">");
		}
		if (options->count == SCRIPT_OPTIONS_MAX)
			return cursor_fail(c, "fewer options");
		if (!option(c, &options->option[options->count]))
			return false;
		options->count++;
	}
	return true;
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "options=020405b4": to the byte. */
bool
parse_exact_options(struct cursor *c, struct script_options *options)
{
	const char *p = c->at;

	options->test = SCRIPT_OPTIONS_EXACT;
	while (nibble(p[0]) >= 0 && nibble(p[1]) >= 0 &&
	    options->exact_bytes < sizeof options->exact) {
		options->exact[options->exact_bytes++] =
		    (uint8_t)(nibble(p[0]) * 16 + nibble(p[1]));
		p += 2;
	}
	c->at = p;
	if (nibble(*p) >= 0 || options->exact_bytes % 4 != 0)
		return cursor_fail(c, "bytes in hex, whole words, 40 at most");
	return true;
}

/* ---- expect ------------------------------------------------------------- */

static bool
value(struct parser *p, struct script_check *check, enum field_type type)
{
	int64_t n = 0;
	uint64_t bytes;

	check->number.given = true;
	switch (type) {
	case FIELD_POSITION:
		return cursor_want_position(&p->c, &check->number);
	case FIELD_COUNT:
		if (!cursor_want_bytes(&p->c, &bytes))
			return false;
		n = (int64_t)bytes;
		break;
	case FIELD_TIME:
		return cursor_want_duration(&p->c, p->world->host_count,
		    &check->duration);
	case FIELD_YES:
		n = cursor_take(&p->c, "yes");
		if (n == 0 && !cursor_take(&p->c, "no"))
			return cursor_fail(&p->c, "'yes' or 'no'");
		break;
	case FIELD_ERROR:
		if (cursor_take(&p->c, "none"))
			break;
		if (!cursor_error_name(&p->c, &n))
			return cursor_fail(&p->c, "an error, or none");
		break;
	}
	check->number.offset = n;
	return true;
}

static bool
counter(struct parser *p, struct script_check *check)
{
	static const char *const name[] = {
#define ESTAB_X(name, text) #name,
		ESTAB_COUNTERS(ESTAB_X)
#undef ESTAB_X
	};
	char word[40];

	check->kind = SCRIPT_CHECK_COUNTER;
	if (!cursor_word(&p->c, word, sizeof word))
		return cursor_fail(&p->c, "the name of a counter");
	for (unsigned i = 0; i < sizeof name / sizeof name[0]; i++) {
		if (strcmp(word, name[i]) != 0)
			continue;
		check->field = i;
		if (!parse_test(&p->c, &check->test))
			return cursor_fail(&p->c, "a comparison");
		return value(p, check, FIELD_COUNT);
	}
	p->c.at -= strlen(word);
	return cursor_fail(&p->c, "a counter such as ListenDrops");
}

/* A field, or else a state. */
static bool
field_or_state(struct parser *p, struct script_check *check)
{
	const char *start;
	char word[32];

	cursor_space(&p->c);
	start = p->c.at;
	if (cursor_word(&p->c, word, sizeof word)) {
		check->field = field_find(word);
		if (check->field < field_count) {
			check->kind = SCRIPT_CHECK_FIELD;
			if (!parse_test(&p->c, &check->test))
				return cursor_fail(&p->c, "a comparison");
			return value(p, check, field_table[check->field].type);
		}
	}
	p->c.at = start;
	check->kind = SCRIPT_CHECK_STATE;
	return cursor_want_state(&p->c, &check->state) ||
	    cursor_fail_at(&p->c, start,
	        "a state such as FIN-WAIT-1, or a field such as SND.NXT");
}

static bool
check_words(struct parser *p, struct script_check *check)
{
	cursor_space(&p->c);
	check->where = p->c.at;
	if (cursor_take(&p->c, "nothing")) {
		check->kind = SCRIPT_CHECK_NOTHING_LEFT;
		return cursor_want(&p->c, "left");
	}
	if (!cursor_end_of_conn(&p->c, p->world->host_count, &check->who) ||
	    check->who.nobody != 0)
		return cursor_fail(&p->c, "a host, or 'nothing left'");
	if (cursor_take(&p->c, "counter"))
		return counter(p, check);
	if (cursor_take(&p->c, "received")) {
		check->kind = SCRIPT_CHECK_RECEIVED;
		check->test = SCRIPT_TEST_EQUAL;
		return value(p, check, FIELD_COUNT);
	}
	return field_or_state(p, check);
}

bool
parse_expect(struct parser *p)
{
	struct script_step *s = parse_step(p, SCRIPT_STEP_EXPECT);
	struct script_check *check;

	if (s == NULL)
		return false;
	do {
		check = realloc(s->u.expect.check,
		    (s->u.expect.count + 1) * sizeof *check);
		if (check == NULL)
			return cursor_fail(&p->c, "memory");
		s->u.expect.check = check;
		check += s->u.expect.count++;
		memset(check, 0, sizeof *check);
		if (!check_words(p, check))
			return false;
	} while (cursor_take(&p->c, ","));
	return true;
}
