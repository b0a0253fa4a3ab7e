/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stage_time.c - time on the stage: it goes on an instant at a time, and after
 * each the new records are read: what has arrived, and what became of it.
 */
#include "scenario/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- Time --------------------------------------------------------------- */

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

/* ---- What arrived ------------------------------------------------------- */

bool
stage_pend(struct scenario_run *run, const struct stage_pending *pending)
{
	if (run->pending_count == run->pending_room) {
		const uint32_t room =
		    run->pending_room == 0 ? 16 : 2 * run->pending_room;
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
	const struct estab_record *change = run->changed == 0 ?
	    NULL :
	    estab_trace_get(&run->trace, run->changed - 1);

	return (enum estab_state)(change != NULL &&
	            same_connection(change, record) ?
	        change->after :
	        record->after);
}

/* The change an ICMP message makes comes right behind its record. */
static enum estab_state
state_after_icmp(const struct scenario_run *run,
    const struct estab_record *record)
{
	const struct estab_record *next =
	    estab_trace_get(&run->trace, run->read + 1);

	return (enum estab_state)(next != NULL &&
	            next->type == ESTAB_RECORD_STATE &&
	            same_connection(next, record) ?
	        next->after :
	        record->after);
}

static void
arrived(struct scenario_run *run, const struct estab_record *record)
{
	const enum estab_state after = record->type == ESTAB_RECORD_ICMP ?
	    state_after_icmp(run, record) :
	    state_after(run, record);

	for (uint32_t i = 0; i < run->pending_count; i++) {
		const struct stage_pending p = run->pending[i];

		if (p.frame != record->frame || p.to_host != record->host)
			continue;
		pending_done(run, i);
		if (p.state_given && after != p.state)
			(void)stage_fail(run, p.step,
			    "%c %s after this segment, seen %s",
			    'A' + p.to_host, estab_state_name(p.state),
			    estab_state_name(after));
		if (p.verdict_given && record->reason != p.verdict)
			(void)stage_fail(run, p.step, "verdict %s, seen %s",
			    estab_reason_name(p.verdict),
			    estab_reason_name((enum estab_reason)
			                          record->reason));
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
void
stage_read(struct scenario_run *run)
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
		} else if (record->type == ESTAB_RECORD_IN ||
		    record->type == ESTAB_RECORD_ICMP) {
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

bool
stage_step(struct scenario_run *run, estab_time until)
{
	const bool more = estab_world_step(run->world, until) == 1;

	stage_read(run);
	if (estab_world_now(run->world) >= run->say_at)
		stage_say(run);
	drain_events(run);
	job_pump(run);
	stage_read(run);
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

bool
stage_wait(struct scenario_run *run, const struct script_when *when)
{
	const bool since_beginning = when->kind == SCRIPT_WHEN_AT;

	if (when->kind == SCRIPT_WHEN_ANY)
		return true;
	return stage_advance(run,
	    stage_instant(run, &when->from,
	        since_beginning ? run->began : run->base));
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
