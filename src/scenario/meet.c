/* SPDX-License-Identifier: BSD-2-Clause
 *
 * meet.c - each frame that enters a wire meets the line that waits for it.
 */
#include "scenario/stage.h"

#include <stdlib.h>
#include <string.h>

static void
learn_ends(struct scenario_run *run, const struct script_segment *s,
    const struct packet_view *v)
{
	const struct estab_endpoint from = { v->ip.from, v->from_port };
	const struct estab_endpoint to = { v->ip.to, v->to_port };
	struct stage_slot *slot = stage_slot(run, &s->from);

	slot->known = true;
	slot->local = from;
	slot->remote = to;
	if (s->to.nobody != 0)
		return;
	slot = stage_slot(run, &s->to);
	slot->known = true;
	slot->local = to;
	slot->remote = from;
}

static void
hold(struct scenario_run *run, const struct script_segment *s,
    const struct stage_seen *seen)
{
	struct stage_held *h;
	int wire, direction;

	if (s->fate.held[0] == '\0')
		return;
	if (run->held_count == sizeof run->held / sizeof run->held[0]) {
		(void)stage_fail(run, run->cursor, "too many held segments");
		return;
	}
	h = &run->held[run->held_count++];
	memcpy(h->name, s->fate.held, sizeof h->name);
	h->frame = seen->frame;
	h->to_host = seen->to_host;
	wire = stage_wire(run, seen->from_host, seen->to_host, &direction);
	h->delay_ns = run->wire[wire][direction].delay_ns;
}

/* The story moves on past a line that was met. */
static void
met(struct scenario_run *run, const struct stage_seen *seen)
{
	const struct script_step *step = &run->script->step[run->cursor];
	const struct script_segment *s = &step->u.segment;
	const struct stage_pending pending = {
		.frame = seen->frame,
		.step = run->cursor,
		.to_host = seen->to_host,
		.arrival = seen->time + 1, /* until the tap knows */
		.late = s->fate.late,
		.state_given = s->to_given,
		.verdict_given = s->verdict_given,
		.state = s->to_state,
		.verdict = s->verdict,
	};

	match_bind(run, &s->seq, seen->view.seq);
	match_bind(run, &s->ack, seen->view.ack);
	learn_ends(run, s, &seen->view);
	hold(run, s, seen);
	/* Of a held one only a copy is under way. */
	if (!s->fate.lost && (s->fate.held[0] == '\0' || s->fate.duplicated))
		(void)stage_pend(run, &pending);
	run->base = seen->time;
	run->cursor++;
	run->met = true;
}

static void
apply(const struct scenario_run *run, const struct script_segment *s,
    const struct stage_seen *seen, struct estab_fate *fate)
{
	const struct script_fate *f = &s->fate;
	const struct packet_view *v = &seen->view;
	/* The last bit of the text, or of the sequence number. */
	const uint32_t byte = v->ip.header_bytes +
	    (v->text_bytes > 0 ?
	            v->text_offset - v->ip.header_bytes + v->text_bytes - 1 :
	            7);

	fate->lost |= f->lost;
	fate->held = f->held[0] != '\0';
	fate->duplicates = f->duplicated;
	fate->corrupt = f->corrupted;
	fate->corrupt_bit = f->bit_given ? f->bit : byte * 8 + 7;
	fate->delay_ns = f->late ? stage_instant(run, &f->delay, 0) : 0;
	fate->certain =
	    f->lost || fate->held || f->duplicated || f->corrupted || f->late;
}

static bool
has_fate(const struct script_fate *f)
{
	return f->lost || f->duplicated || f->corrupted || f->late ||
	    f->held[0] != '\0';
}

/* ---- The story and a segment -------------------------------------------- */

static const struct script_step *
step_at(const struct scenario_run *run, uint32_t n)
{
	return n < run->script->step_count ? &run->script->step[n] : NULL;
}

static bool
waits(const struct scenario_run *run)
{
	const struct script_step *step = step_at(run, run->cursor);

	return !run->failed && step != NULL &&
	    (step->kind == SCRIPT_STEP_SEGMENT ||
	        step->kind == SCRIPT_STEP_ANYTHING ||
	        step->kind == SCRIPT_STEP_QUIET ||
	        step->kind == SCRIPT_STEP_ANY_FOR);
}

static void
unexpected(struct scenario_run *run, const struct stage_seen *seen,
    const char *misfit)
{
	char text[200];

	match_text(run, seen, text, sizeof text);
	if (misfit == NULL)
		(void)stage_fail(run, run->cursor,
		    "the segment in time, seen %s", text);
	else
		(void)stage_fail(run, run->cursor,
		    "the segment of this line, seen another in %s: %s", misfit,
		    text);
}

/* Give a segment to the line where the story stands.  fate is NULL for one
 * that has been on the wire for a while.  False: the story stands at no line
 * for segments, it waits. */
static bool
offer(struct scenario_run *run, const struct stage_seen *seen,
    struct estab_fate *fate)
{
	while (waits(run)) {
		const struct script_step *step = step_at(run, run->cursor);
		const struct script_step *line = step;
		const char *wrong;

		if (step->kind == SCRIPT_STEP_QUIET ||
		    step->kind == SCRIPT_STEP_ANY_FOR)
			return true; /* absorbed */
		if (step->kind == SCRIPT_STEP_ANYTHING)
			line = step + 1;
		wrong = match_misfit(run, line, seen);
		if (wrong == NULL && match_in_time(run, line, seen)) {
			run->cursor += line != step;
			if (fate == NULL && has_fate(&line->u.segment.fate) &&
			    !seen->fated)
				return stage_fail(run, run->cursor,
				    "a segment whose fate is still open; it "
				    "entered the wire before the line above "
				    "was reached");
			if (fate != NULL)
				apply(run, &line->u.segment, seen, fate);
			met(run, seen);
			return true;
		}
		if (step->kind == SCRIPT_STEP_ANYTHING)
			return true; /* absorbed */
		if (!line->u.segment.maybe) {
			unexpected(run, seen, wrong);
			return true;
		}
		run->cursor++;
		run->met = true;
	}
	return run->failed;
}

/* A segment that comes while the story stands at a call: the next segment
 * line decides its fate if it is the one meant there. */
static void
look_ahead(struct scenario_run *run, struct stage_seen *seen,
    struct estab_fate *fate)
{
	const struct script_step *step;
	uint32_t n = run->cursor;

	if (run->queue_head < run->queue_count)
		return;
	while ((step = step_at(run, n)) != NULL &&
	    step->kind != SCRIPT_STEP_SEGMENT &&
	    step->kind != SCRIPT_STEP_ANYTHING)
		n++;
	if (step == NULL || step->kind != SCRIPT_STEP_SEGMENT ||
	    !has_fate(&step->u.segment.fate) ||
	    match_misfit(run, step, seen) != NULL)
		return;
	apply(run, &step->u.segment, seen, fate);
	seen->fated = true;
}

static void
enqueue(struct scenario_run *run, const struct stage_seen *seen)
{
	if (run->queue_head == run->queue_count)
		run->queue_head = run->queue_count = 0;
	if (run->queue_count == run->queue_room) {
		const uint32_t room =
		    run->queue_room == 0 ? 64 : 2 * run->queue_room;
		struct stage_seen *queue =
		    realloc(run->queue, room * sizeof *queue);

		if (queue == NULL) {
			(void)stage_fail(run, run->cursor, "memory");
			return;
		}
		run->queue = queue;
		run->queue_room = room;
	}
	run->queue[run->queue_count++] = *seen;
}

void
meet_queue(struct scenario_run *run)
{
	while (run->queue_head < run->queue_count && waits(run)) {
		const struct stage_seen seen = run->queue[run->queue_head];

		if (!offer(run, &seen, NULL))
			return;
		run->queue_head++;
	}
}

/* ---- The picker and the tap --------------------------------------------- */

static void
see(const struct scenario_run *run, int wire, int direction, uint32_t frame,
    const uint8_t *packet, uint32_t bytes, struct stage_seen *seen)
{
	const struct script_wire *w = &run->script->wire[wire];
	const struct estab_record *record = run->trace.written == 0 ?
	    NULL :
	    estab_trace_get(&run->trace, run->trace.written - 1);
	uint32_t options;

	memset(seen, 0, sizeof *seen);
	seen->frame = frame;
	seen->from_host = direction == 0 ? w->a : w->b;
	seen->to_host = twins_at(run, direction == 0 ? w->b : w->a);
	seen->time = estab_world_now(run->world);
	packet_view(packet, bytes, &seen->view);
	if (!seen->view.has_tcp)
		return;
	options =
	    seen->view.data_offset > 5 ? seen->view.data_offset * 4u - 20 : 0;
	if (seen->view.ip.header_bytes + 20 + options <= bytes) {
		seen->option_bytes = (uint8_t)options;
		memcpy(seen->option, packet + seen->view.ip.header_bytes + 20,
		    options);
	}
	if (record != NULL && record->type == ESTAB_RECORD_OUT &&
	    record->host == seen->from_host && record->seq == seen->view.seq) {
		seen->has_out = true;
		seen->state = (enum estab_state)record->after;
		seen->because = (enum estab_reason)record->reason;
	}
}

static void
note_stamps(struct scenario_run *run, const struct stage_seen *seen)
{
	uint32_t *ts = run->ts[seen->from_host][seen->to_host];

	for (uint32_t i = 0; i < seen->view.option_count; i++) {
		const struct packet_option *o = &seen->view.option[i];

		if (o->kind != 8 || o->length != 10 || o->offset > 30)
			continue;
		ts[0] = match_big_endian(seen->option + o->offset + 2, 4);
		ts[1] = match_big_endian(seen->option + o->offset + 6, 4);
	}
}

static void
pick(void *context, int wire, int direction, uint32_t frame,
    const uint8_t *packet, uint32_t bytes, struct estab_fate *fate)
{
	struct scenario_run *run = context;
	struct stage_seen seen;

	see(run, wire, direction, frame, packet, bytes, &seen);
	if (run->host[seen.to_host].vanished)
		fate->lost = true;
	if (run->forging != NULL) {
		run->forged_frame = frame;
		fate->certain = true;
		return;
	}
	if (!seen.view.has_tcp)
		return;
	note_stamps(run, &seen);
	if (run->queue_head == run->queue_count && offer(run, &seen, fate))
		return;
	look_ahead(run, &seen, fate);
	enqueue(run, &seen);
}

/* The arrival of what was just met or forged is known now. */
static void
tap(void *context, int wire, int direction, uint32_t frame, estab_time now,
    estab_time arrival, uint8_t fate, const uint8_t *packet, uint32_t bytes)
{
	struct scenario_run *run = context;

	for (uint32_t i = 0; i < run->pending_count; i++)
		if (run->pending[i].frame == frame)
			run->pending[i].arrival = arrival;
	if (run->watch.tap != NULL)
		run->watch.tap(run->watch.context, wire, direction, frame, now,
		    arrival, fate, packet, bytes);
}

void
meet_set_up(struct scenario_run *run)
{
	estab_world_set_picker(run->world, pick, run);
	estab_world_set_tap(run->world, tap, run);
}
