/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse_story.c - narration, time, and lines that begin with a stamp or a
 * host.
 */
#include "scenario/parse.h"

#include <stddef.h>

/* "say" and the "say zh" below it are one step. */
bool
parse_say(struct parser *p)
{
	struct script_world *w = p->world;
	struct script_step *s =
	    w->step_count == 0 ? NULL : &w->step[w->step_count - 1];
	const char *start = p->c.at;
	const bool zh = cursor_take(&p->c, "zh");

	p->c.at = start;
	if (!zh || s == NULL || s->kind != SCRIPT_STEP_SAY ||
	    s->u.say.zh != NULL)
		s = parse_step(p, SCRIPT_STEP_SAY);
	return s != NULL && parse_words(p, &s->u.say);
}

bool
parse_after(struct parser *p)
{
	struct script_step *s = parse_step(p, SCRIPT_STEP_AFTER);

	return s != NULL &&
	    cursor_want_duration(&p->c, p->world->host_count, &s->u.span);
}

/* "nothing for 2 MSL" is "after", said as an expectation; "nothing until 3s"
 * gives the instant. */
bool
parse_nothing(struct parser *p)
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

bool
parse_anything(struct parser *p)
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

bool
parse_release(struct parser *p)
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
			return cursor_fail(&p->c,
			    "a host and its state, or verdict");
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
bool
parse_happening(struct parser *p)
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
