/* SPDX-License-Identifier: BSD-2-Clause
 *
 * story.c - a story is told: one step after the other, until its end.
 */
#include "scenario/stage.h"

#include <string.h>

#define PATIENCE_NS                                                            \
	(INT64_C(24) * 60 * ESTAB_MINUTE) /* no lesson is silent longer */
#define MAYBE_DEFAULT_NS (500 * ESTAB_MS)

/* A remark stands below what it remarks on: it waits for what is under way,
 * without making the story wait. */
static void
step_say(struct scenario_run *run, const struct script_step *step)
{
	const estab_time now = estab_world_now(run->world);

	stage_say(run);
	run->saying = &step->u.say;
	run->say_at = now;
	for (uint32_t i = 0; i < run->pending_count; i++) {
		const struct stage_pending *p = &run->pending[i];

		if (!p->late && p->arrival != ESTAB_NEVER &&
		    p->arrival > run->say_at)
			run->say_at = p->arrival;
	}
	if (run->say_at == now)
		stage_say(run);
}

/* Time passes; a segment before its end is one that nobody expected. */
static bool
step_after(struct scenario_run *run, const struct script_step *step)
{
	const estab_time until = step->when.kind == SCRIPT_WHEN_AT ?
	    stage_instant(run, &step->when.from, run->began) :
	    stage_instant(run, &step->u.span, run->base);
	char text[200];

	if (until == ESTAB_NEVER)
		return stage_fail(run, run->cursor,
		    "this timer to be set, seen that it is not");
	if (until < estab_world_now(run->world))
		return stage_fail(run, run->cursor,
		    "an instant to come, seen that it is past");
	if (!stage_advance(run, until))
		return false;
	if (run->queue_head < run->queue_count &&
	    run->queue[run->queue_head].time < until) {
		match_text(run, &run->queue[run->queue_head], text,
		    sizeof text);
		return stage_fail(run, run->cursor,
		    "that nothing is sent until then, seen %s", text);
	}
	run->base = until;
	return true;
}

static bool
step_release(struct scenario_run *run, const struct script_step *step)
{
	const struct script_release *r = &step->u.release;
	struct stage_pending pending = {
		.step = run->cursor,
		.state_given = r->state_given,
		.verdict_given = r->verdict_given,
		.state = r->state,
		.verdict = r->verdict,
	};

	for (uint32_t i = 0; i < run->held_count; i++) {
		struct stage_held *h = &run->held[i];

		if (strcmp(h->name, r->name) != 0)
			continue;
		if (estab_world_release(run->world, h->frame) < 0)
			break;
		pending.frame = h->frame;
		pending.to_host = h->to_host;
		run->base = estab_world_now(run->world);
		pending.arrival = run->base + h->delay_ns;
		*h = run->held[--run->held_count];
		return stage_pend(run, &pending);
	}
	return stage_fail(run, run->cursor,
	    "a held segment of this name, seen none");
}

static bool
step_wire(struct scenario_run *run, const struct script_step *step)
{
	const struct script_wire *w = &step->u.wire;
	int direction;
	const int wire = stage_wire(run, w->a, w->b, &direction);

	if (wire < 0)
		return stage_fail(run, run->cursor,
		    "a wire between these two, seen none");
	if (w->there_given) {
		run->wire[wire][direction] = w->there;
		(void)estab_world_impair(run->world, wire, direction,
		    &w->there);
	}
	if (w->back_given) {
		run->wire[wire][1 - direction] = w->back;
		(void)estab_world_impair(run->world, wire, 1 - direction,
		    &w->back);
	}
	return true;
}

static bool
owes(const struct estab_status *s)
{
	return s->snd_una != s->snd_max || s->send_queued_bytes > 0 ||
	    s->ack_at != ESTAB_NEVER;
}

static bool
at_rest(const struct scenario_run *run)
{
	const estab_time now = estab_world_now(run->world);

	if (run->pending_count > 0 || job_pending(run))
		return false;
	for (uint32_t i = 0; i < run->script->host_count; i++) {
		const struct estab_host *host = run->host[i].host;
		struct estab_status s;
		uint64_t cursor = 0;

		if (estab_deadline(host) <= now)
			return false;
		while (estab_status_next(host, &cursor, &s) == 1)
			if (s.kind == ESTAB_KIND_TCB && owes(&s))
				return false;
	}
	return true;
}

/* Anything may pass until nothing is left to be acknowledged. */
static bool
step_quiet(struct scenario_run *run)
{
	const estab_time limit = estab_world_now(run->world) + PATIENCE_NS;

	meet_queue(run);
	run->queue_head = run->queue_count;
	for (;;) {
		/* What is owed now belongs to it. */
		(void)stage_step(run, estab_world_now(run->world));
		if (run->failed || at_rest(run))
			break;
		if (!stage_step(run, limit) && !run->failed)
			return stage_fail(run, run->cursor,
			    "that all comes to rest, seen that it does not");
	}
	(void)stage_settle(run, SCRIPT_HOSTS_MAX);
	run->base = estab_world_now(run->world);
	return !run->failed;
}

static bool
step_any_for(struct scenario_run *run, const struct script_step *step)
{
	run->queue_head = run->queue_count;
	run->base = stage_instant(run, &step->u.span, run->base);
	return stage_advance(run, run->base);
}

/* Until when a line for segments is patient. */
static estab_time
patience(const struct scenario_run *run, const struct script_step *step)
{
	const struct script_when *w = &step->when;

	if (step->kind != SCRIPT_STEP_SEGMENT)
		return estab_world_now(run->world) + PATIENCE_NS;
	if (w->kind != SCRIPT_WHEN_ANY)
		return stage_instant(run, &w->to,
		    w->kind == SCRIPT_WHEN_AT ? run->began : run->base);
	return step->u.segment.maybe ?
	    run->base + MAYBE_DEFAULT_NS :
	    estab_world_now(run->world) + PATIENCE_NS;
}

static bool
is_optional(const struct script_step *step)
{
	return step->kind == SCRIPT_STEP_SEGMENT && step->u.segment.maybe;
}

/* Let the world go on until this line has been met, or its time is up. */
static bool
step_segment(struct scenario_run *run, const struct script_step *step)
{
	const estab_time limit = patience(run, step);
	const uint32_t here = run->cursor;

	for (;;) {
		meet_queue(run);
		/* What is owed now leaves before time goes on: the line may
		 * be met already, and the next one may be a call. */
		if (!run->failed && run->cursor == here)
			(void)stage_step(run, estab_world_now(run->world));
		if (run->failed || run->cursor != here)
			return !run->failed;
		if (stage_step(run, limit) || run->failed ||
		    run->cursor != here)
			continue;
		/* An instant may end with something put out. */
		if (run->queue_head < run->queue_count)
			continue;
		if (is_optional(step)) {
			run->cursor++;
			return true;
		}
		return stage_fail(run, here,
		    "the segment of this line, seen nothing until %lld ms",
		    (long long)((limit - run->began) / ESTAB_MS));
	}
}

static bool
perform(struct scenario_run *run, const struct script_step *step)
{
	switch (step->kind) {
	case SCRIPT_STEP_SAY:
		step_say(run, step);
		return true;
	case SCRIPT_STEP_CALL:
		return call_begin(run, step);
	case SCRIPT_STEP_FORGE:
		return forge_segment(run, step);
	case SCRIPT_STEP_AFTER:
		return step_after(run, step);
	case SCRIPT_STEP_QUIET:
		return step_quiet(run);
	case SCRIPT_STEP_ANY_FOR:
		return step_any_for(run, step);
	case SCRIPT_STEP_RELEASE:
		return step_release(run, step);
	case SCRIPT_STEP_WIRE:
		return step_wire(run, step);
	case SCRIPT_STEP_ROUTE:
		return twins_route(run, step->u.route);
	case SCRIPT_STEP_DEFEND:
		return siege_defend(run, step);
	case SCRIPT_STEP_EXPECT:
		return stage_settle(run, SCRIPT_HOSTS_MAX) &&
		    check_all(run, step);
	case SCRIPT_STEP_SEGMENT:
	case SCRIPT_STEP_ANYTHING:
		break;
	}
	return false;
}

/* The prelude ends: the story's clock begins. */
static void
begin(struct scenario_run *run)
{
	if (run->cursor == 0 || !run->script->step[run->cursor - 1].prelude)
		return;
	(void)stage_settle(run, SCRIPT_HOSTS_MAX);
	run->began = run->base = estab_world_now(run->world);
	memset(run->fate, 0, sizeof run->fate);
}

void
story_tell(struct scenario_run *run)
{
	while (!run->failed && run->cursor < run->script->step_count) {
		const struct script_step *step =
		    &run->script->step[run->cursor];

		if (!step->prelude)
			begin(run);
		if (run->failed)
			return;
		if (step->kind == SCRIPT_STEP_SEGMENT ||
		    step->kind == SCRIPT_STEP_ANYTHING) {
			(void)step_segment(run, step);
			continue;
		}
		if (perform(run, step)) {
			run->cursor++;
			job_pump(run);
		}
		stage_read(run);
	}
}

/* Nothing of the story is left open, and nobody has more to say to it. */
void
story_finish(struct scenario_run *run)
{
	const estab_time limit = estab_world_now(run->world) + PATIENCE_NS;
	const uint32_t last = run->script->step_count - 1;
	char text[200];

	while (!run->failed && job_pending(run))
		if (!stage_step(run, limit) && job_pending(run))
			(void)stage_fail(run, last,
			    "every call to return, seen one that waits");
	if (!stage_settle(run, SCRIPT_HOSTS_MAX))
		return;
	(void)stage_step(run, estab_world_now(run->world));
	if (!run->failed && run->queue_head < run->queue_count) {
		match_text(run, &run->queue[run->queue_head], text,
		    sizeof text);
		(void)stage_fail(run, last, "the end of the story, seen %s",
		    text);
	}
}
