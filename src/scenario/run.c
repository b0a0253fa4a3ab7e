/* SPDX-License-Identifier: BSD-2-Clause
 *
 * run.c - a story is told: one step after the other, in virtual time.
 */
#include "scenario/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_NS (24 * 60 * ESTAB_MINUTE) /* no lesson is silent longer */
#define MAYBE_DEFAULT_NS (500 * ESTAB_MS)
#define MSL_DEFAULT_NS (2 * ESTAB_MINUTE)

bool
stage_fail(struct scenario_run *run, uint32_t step, const char *format, ...)
{
	va_list args;

	if (run->failed)
		return false;
	run->failed = true;
	run->failed_step = step;
	va_start(args, format);
	(void)vsnprintf(run->message, sizeof run->message, format, args);
	va_end(args);
	return false;
}

/* ---- Time ---------------------------------------------------------------------- */

static int64_t
msl_of(const struct scenario_run *run)
{
	const int64_t ns = run->script->host[0].config.msl_ns;

	if (ns == 0)
		return MSL_DEFAULT_NS;
	return ns == ESTAB_OFF ? 0 : ns;
}

static estab_time
timer_at(const struct scenario_run *run, const struct script_duration *d)
{
	struct estab_status status;

	if (!check_status(run, &d->whose, &status))
		return ESTAB_NEVER;
	switch (d->timer) {
	case SCRIPT_TIMER_NONE:
		break;
	case SCRIPT_TIMER_RTO:
		return status.retransmit_at;
	case SCRIPT_TIMER_PERSIST:
		return status.persist_at;
	case SCRIPT_TIMER_ACK:
		return status.ack_at;
	case SCRIPT_TIMER_KEEPALIVE:
		return status.keepalive_at;
	case SCRIPT_TIMER_TIME_WAIT:
		return status.time_wait_at;
	case SCRIPT_TIMER_USER:
		return status.user_timeout_at;
	}
	return ESTAB_NEVER;
}

estab_time
stage_instant(const struct scenario_run *run, const struct script_duration *d,
    estab_time base)
{
	if (d->timer != SCRIPT_TIMER_NONE) {
		base = timer_at(run, d);
		if (base == ESTAB_NEVER)
			return ESTAB_NEVER;
	}
	return base + d->ns + d->msl_count * msl_of(run);
}

void
stage_progress(struct scenario_run *run)
{
	if (run->watch.progress != NULL)
		run->watch.progress(run->watch.context, run);
}

/* ---- What arrived ---------------------------------------------------------------- */

bool
stage_pend(struct scenario_run *run, const struct stage_pending *pending)
{
	if (run->pending_count == run->pending_room) {
		const uint32_t room = run->pending_room == 0
		    ? 16
		    : 2 * run->pending_room;
		struct stage_pending *grown =
		    realloc(run->pending, room * sizeof *grown);

		if (grown == NULL)
			return stage_fail(run, run->cursor, "memory");
		run->pending = grown;
		run->pending_room = room;
	}
	run->pending[run->pending_count++] = *pending;
	return true;
}

static void
pending_done(struct scenario_run *run, uint32_t i)
{
	run->pending[i] = run->pending[--run->pending_count];
}

static bool
same_connection(const struct estab_record *a, const struct estab_record *b)
{
	return a->host == b->host && a->time == b->time &&
	    a->local.port == b->local.port &&
	    a->remote.port == b->remote.port &&
	    memcmp(&a->remote.address, &b->remote.address,
	        sizeof a->remote.address) == 0;
}

/* The state a segment left its receiver in.  Where a listener took it, or a
 * TIME-WAIT made way, that is the state of the record it made. */
static enum estab_state
state_after(const struct scenario_run *run, const struct estab_record *record)
{
	const struct estab_record *change = run->changed == 0
	    ? NULL
	    : estab_trace_get(&run->trace, run->changed - 1);

	return (enum estab_state)(change != NULL &&
	            same_connection(change, record)
	        ? change->after
	        : record->after);
}

static void
arrived(struct scenario_run *run, const struct estab_record *record)
{
	const enum estab_state after = state_after(run, record);

	for (uint32_t i = 0; i < run->pending_count; i++) {
		const struct stage_pending p = run->pending[i];

		if (p.frame != record->frame || p.to_host != record->host)
			continue;
		pending_done(run, i);
		if (p.state_given && after != p.state)
			(void)stage_fail(run, p.step,
			    "%c %s after this segment, seen %s", 'A' + p.to_host,
			    estab_state_name(p.state), estab_state_name(after));
		if (p.verdict_given && record->reason != p.verdict)
			(void)stage_fail(run, p.step, "verdict %s, seen %s",
			    estab_reason_name(p.verdict),
			    estab_reason_name(
			        (enum estab_reason)record->reason));
		return;
	}
}

static void
count_record(struct scenario_run *run, const struct estab_record *record)
{
	struct stage_fate *f;

	if (record->host >= SCRIPT_HOSTS_MAX)
		return;
	f = &run->fate[record->host];
	if (record->type == ESTAB_RECORD_WIRE &&
	    (record->fate & ESTAB_FATE_FORGED) == 0) {
		f->segments++;
		f->resets += (record->flags & ESTAB_RST) != 0;
	} else if (record->type == ESTAB_RECORD_STATE) {
		f->closed = record->after == ESTAB_CLOSED &&
		    record->before != ESTAB_LISTEN;
		f->closed_by = (enum estab_reason)record->reason;
		f->closed_after = record->time - run->began;
	}
}

/* Read what the ring has got since. */
static void
read_records(struct scenario_run *run)
{
	const estab_time now = estab_world_now(run->world);

	for (; run->read < run->trace.written; run->read++) {
		const struct estab_record *record =
		    estab_trace_get(&run->trace, run->read);

		if (record == NULL)
			continue;
		count_record(run, record);
		if (record->type == ESTAB_RECORD_STATE) {
			run->changed = run->read + 1;
		} else if (record->type == ESTAB_RECORD_IN) {
			arrived(run, record);
			run->changed = 0;
		}
	}
	/* What has come and left no IN record was dropped before TCP. */
	for (uint32_t i = run->pending_count; i-- > 0;) {
		const struct stage_pending p = run->pending[i];

		if (p.arrival > now)
			continue;
		pending_done(run, i);
		if (p.state_given || p.verdict_given)
			(void)stage_fail(run, p.step,
			    "that %c takes this segment, seen that it does not "
			    "get it",
			    'A' + p.to_host);
	}
}

static void
drain_events(const struct scenario_run *run)
{
	struct estab_event event;

	for (uint32_t i = 0; i < run->script->host_count; i++)
		while (estab_event(run->host[i].host, &event) == 1)
			continue;
}

void
stage_say(struct scenario_run *run)
{
	const struct script_words *words = run->saying;

	if (words == NULL)
		return;
	run->saying = NULL;
	stage_progress(run);
	if (run->watch.say != NULL)
		run->watch.say(run->watch.context, words);
}

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

bool
stage_step(struct scenario_run *run, estab_time until)
{
	const bool more = estab_world_step(run->world, until) == 1;

	read_records(run);
	if (estab_world_now(run->world) >= run->say_at)
		stage_say(run);
	drain_events(run);
	call_pump(run);
	read_records(run);
	stage_progress(run);
	return more && !run->failed;
}

bool
stage_advance(struct scenario_run *run, estab_time until)
{
	while (!run->failed && estab_world_now(run->world) < until)
		(void)stage_step(run, until);
	return !run->failed;
}

/* One that was made late is not waited for, but at the end. */
static bool
concerns(const struct stage_pending *p, uint32_t host)
{
	return host == SCRIPT_HOSTS_MAX || (p->to_host == host && !p->late);
}

bool
stage_settle(struct scenario_run *run, uint32_t host)
{
	while (!run->failed) {
		estab_time next = ESTAB_NEVER;

		for (uint32_t i = 0; i < run->pending_count; i++) {
			const struct stage_pending *p = &run->pending[i];

			if (concerns(p, host) && p->arrival < next)
				next = p->arrival;
		}
		if (next == ESTAB_NEVER)
			return true;
		(void)stage_step(run, next);
	}
	return false;
}

/* ---- Steps ------------------------------------------------------------------------ */

/* Time passes; a segment before its end is one that nobody expected. */
static bool
step_after(struct scenario_run *run, const struct script_step *step)
{
	const estab_time until = step->when.kind == SCRIPT_WHEN_AT
	    ? stage_instant(run, &step->when.from, run->began)
	    : stage_instant(run, &step->u.span, run->base);
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
at_rest(const struct scenario_run *run)
{
	const estab_time now = estab_world_now(run->world);

	if (run->pending_count > 0 || call_pending(run))
		return false;
	for (uint32_t i = 0; i < run->script->host_count; i++) {
		const struct estab_host *host = run->host[i].host;
		struct estab_status s;
		uint64_t cursor = 0;

		if (estab_deadline(host) <= now)
			return false;
		while (estab_status_next(host, &cursor, &s) == 1)
			if (s.kind == ESTAB_KIND_TCB &&
			    (s.snd_una != s.snd_max ||
			        s.send_queued_bytes > 0 ||
			        s.ack_at != ESTAB_NEVER))
				return false;
	}
	return true;
}

/* Anything may pass until nothing is left to be acknowledged. */
static bool
step_quiet(struct scenario_run *run)
{
	const estab_time limit = estab_world_now(run->world) + PATIENCE_NS;

	match_queue(run);
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
	return step->u.segment.maybe
	    ? run->base + MAYBE_DEFAULT_NS
	    : estab_world_now(run->world) + PATIENCE_NS;
}

/* Let the world go on until this line has been met, or its time is up. */
static bool
step_segment(struct scenario_run *run, const struct script_step *step)
{
	const estab_time limit = patience(run, step);
	const uint32_t here = run->cursor;

	for (;;) {
		match_queue(run);
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
		if (step->kind == SCRIPT_STEP_SEGMENT &&
		    step->u.segment.maybe) {
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
	if (run->cursor == 0 ||
	    !run->script->step[run->cursor - 1].prelude)
		return;
	(void)stage_settle(run, SCRIPT_HOSTS_MAX);
	run->began = run->base = estab_world_now(run->world);
	memset(run->fate, 0, sizeof run->fate);
}

static void
tell(struct scenario_run *run)
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
			call_pump(run);
		}
		read_records(run);
	}
}

/* Nothing of the story is left open, and nobody has more to say to it. */
static void
finish(struct scenario_run *run)
{
	const estab_time limit = estab_world_now(run->world) + PATIENCE_NS;
	const uint32_t last = run->script->step_count - 1;
	char text[200];

	while (!run->failed && call_pending(run))
		if (!stage_step(run, limit) && !run->failed &&
		    call_pending(run))
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

static void
note_fates(struct scenario_run *run)
{
	for (uint8_t i = 0; i < run->script->host_count; i++) {
		struct stage_fate *f = &run->fate[i];
		struct script_end who = { .host = i };
		const struct stage_slot *slot = run->host[i].slot;
		struct estab_memory memory;

		/* The last of its connections is what the story leads to. */
		for (uint8_t n = 1; n < SCRIPT_SLOTS_MAX; n++)
			if (slot[n].used)
				who.slot = n;
		slot += who.slot;

		estab_memory(run->host[i].host, &memory);
		f->state = check_state(run, &who);
		f->tcb_count = memory.tcb_count;
		f->half_open_count = memory.half_open_count;
		f->time_wait_count = memory.time_wait_count;
		f->memory_bytes = memory.record_bytes + memory.buffer_bytes;
		f->received = slot->received;
		memcpy(f->first, slot->first, sizeof f->first);
	}
}

struct scenario_run *
scenario_run_world(const struct scenario *scenario, uint32_t world,
    const struct scenario_case *how, const struct scenario_watch *watch)
{
	struct scenario_run *run = calloc(1, sizeof *run);

	if (run == NULL)
		return NULL;
	run->scenario = scenario;
	run->script = &scenario->world[world];
	run->how = *how;
	if (watch != NULL)
		run->watch = *watch;
	if (!stage_build(run)) {
		scenario_run_free(run);
		return NULL;
	}
	tell(run);
	finish(run);
	stage_say(run);
	note_fates(run);
	stage_progress(run);
	return run;
}

void
scenario_run_free(struct scenario_run *run)
{
	if (run == NULL)
		return;
	stage_strike(run);
	free(run);
}

bool
scenario_run_passed(const struct scenario_run *run)
{
	return !run->failed;
}

const struct estab_trace *
scenario_run_trace(const struct scenario_run *run)
{
	return &run->trace;
}

const struct estab_host *
scenario_run_host(const struct scenario_run *run, uint32_t host)
{
	return run->host[host].host;
}

estab_time
scenario_run_now(const struct scenario_run *run)
{
	return estab_world_now(run->world);
}

void
scenario_run_address(const struct scenario_run *run, uint32_t host,
    char text[ESTAB_ADDRESS_TEXT])
{
	struct estab_address address;

	for (int i = 0; i < run->script->wire_count; i++) {
		const struct script_wire *w = &run->script->wire[i];

		if (w->a != host && w->b != host)
			continue;
		stage_address(run, i, (uint8_t)host, 0, &address);
		estab_address_text(&address, text);
		return;
	}
	text[0] = '\0';
}

/* ---- Cases -------------------------------------------------------------------------- */

static uint32_t
bits(uint32_t set)
{
	uint32_t n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

uint32_t
scenario_case_count(const struct scenario *s)
{
	return bits(s->families) * (1 + bits(s->iss_cases));
}

bool
scenario_case(const struct scenario *s, uint32_t n, struct scenario_case *out)
{
	static const uint32_t iss[SCRIPT_ISS_CASES] = { 0, 0x7fffffff,
		0x80000000, 0xffffffff };
	const uint32_t each = 1 + bits(s->iss_cases);
	uint32_t which = n % each;

	if (n >= scenario_case_count(s))
		return false;
	*out = (struct scenario_case){ .family = 4 };
	if (n >= each || (s->families & SCRIPT_V4) == 0)
		out->family = 6;
	if (which == 0)
		return true;
	for (uint32_t i = 0; i < SCRIPT_ISS_CASES; i++) {
		if ((s->iss_cases & 1u << i) == 0 || --which > 0)
			continue;
		out->iss_given = true;
		out->iss = iss[i];
		break;
	}
	return true;
}
