/* SPDX-License-Identifier: BSD-2-Clause
 *
 * match.c - each frame that enters a wire meets the line that waits for it.
 */
#include "scenario/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS_MEANT                                                           \
	(ESTAB_SYN | ESTAB_ACK | ESTAB_FIN | ESTAB_RST | ESTAB_URG)

struct stage_slot *
stage_slot(struct scenario_run *run, const struct script_end *end)
{
	return &run->host[end->host].slot[end->slot];
}

/* ---- Numbers ---------------------------------------------------------------- */

static const struct stage_symbol *
symbol_find(const struct scenario_run *run, const char *name)
{
	for (uint32_t i = 0; i < run->symbol_count; i++)
		if (strcmp(run->symbol[i].name, name) == 0)
			return &run->symbol[i];
	return NULL;
}

bool
match_number(const struct scenario_run *run,
    const struct script_number *number, uint32_t *value)
{
	const struct stage_symbol *symbol;

	*value = (uint32_t)number->offset;
	if (number->symbol[0] == '\0')
		return true;
	symbol = symbol_find(run, number->symbol);
	if (symbol == NULL)
		return false;
	*value += symbol->value;
	return true;
}

/* A name met for the first time takes the number it stands for. */
static void
symbol_bind(struct scenario_run *run, const struct script_number *number,
    uint32_t value)
{
	struct stage_symbol *symbol;

	if (!number->given || number->symbol[0] == '\0' ||
	    symbol_find(run, number->symbol) != NULL ||
	    run->symbol_count == STAGE_SYMBOLS_MAX)
		return;
	symbol = &run->symbol[run->symbol_count++];
	memcpy(symbol->name, number->symbol, sizeof symbol->name);
	symbol->value = value - (uint32_t)number->offset;
}

static bool
number_fits(const struct scenario_run *run, const struct script_number *number,
    uint32_t seen)
{
	uint32_t value;

	return !number->given || !match_number(run, number, &value) ||
	    value == seen;
}

static bool
size_fits(enum script_test test, uint32_t want, uint32_t seen)
{
	switch (test) {
	case SCRIPT_TEST_NONE:
	case SCRIPT_TEST_ANY:
		return true;
	case SCRIPT_TEST_EQUAL:
		return seen == want;
	case SCRIPT_TEST_NOT_EQUAL:
		return seen != want;
	case SCRIPT_TEST_AT_LEAST:
		return seen >= want;
	case SCRIPT_TEST_AT_MOST:
		return seen <= want;
	case SCRIPT_TEST_ABOVE:
		return seen > want;
	case SCRIPT_TEST_BELOW:
		return seen < want;
	}
	return false;
}

/* ---- Options ---------------------------------------------------------------- */

static uint32_t
big_endian(const uint8_t *p, uint32_t bytes)
{
	uint32_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | *p++;
	return v;
}

static bool
option_fits(const struct script_option *want, const struct stage_seen *seen,
    const struct packet_option *have)
{
	const uint8_t *body = seen->option + have->offset + 2;
	uint32_t each;

	if (want->kind != have->kind)
		return false;
	if (want->value_count == 0)
		return true;
	if (have->length < 3 || have->offset + have->length > 40)
		return false;
	/* mss and ws hold one number, a time stamp two of equal size. */
	each = (have->length - 2u) / (have->kind == 8 ? 2u : 1u);
	for (uint32_t i = 0; i < want->value_count; i++)
		if (big_endian(body + i * each, each) != want->value[i])
			return false;
	return true;
}

static bool
options_fit(const struct script_options *want, const struct stage_seen *seen)
{
	uint32_t found = 0, others = 0;

	if (want->test == SCRIPT_OPTIONS_NONE)
		return true;
	if (want->test == SCRIPT_OPTIONS_EXACT)
		return want->exact_bytes == seen->option_bytes &&
		    memcmp(want->exact, seen->option, want->exact_bytes) == 0;
	for (uint32_t i = 0; i < seen->view.option_count; i++) {
		const struct packet_option *have = &seen->view.option[i];
		bool wanted = false;

		if (have->kind <= 1)
			continue; /* padding */
		for (uint32_t n = 0; n < want->count; n++)
			wanted |= option_fits(&want->option[n], seen, have);
		found += wanted;
		others += !wanted;
	}
	return found == want->count &&
	    (others == 0 || want->test == SCRIPT_OPTIONS_SOME);
}

/* ---- A segment and a line ----------------------------------------------------- */

static bool
ports_are(const struct stage_slot *slot, uint16_t local, uint16_t remote)
{
	return slot->local.port == local && slot->remote.port == remote;
}

/* Whose connection it is: the sender's as far as it is known, else the
 * receiver's. */
static bool
ends_fit(struct scenario_run *run, const struct script_segment *s,
    const struct stage_seen *seen)
{
	const struct packet_view *v = &seen->view;
	const struct stage_slot *from = stage_slot(run, &s->from);
	const struct stage_slot *to = stage_slot(run, &s->to);
	struct estab_address nobody;
	int direction;

	if (s->from.nobody != 0 || s->from.host != seen->from_host)
		return false;
	if (s->to.nobody != 0) {
		stage_address(run,
		    stage_wire(run, seen->from_host, seen->to_host,
		        &direction),
		    0, s->to.nobody, &nobody);
		return memcmp(&nobody, &v->ip.to, sizeof nobody) == 0;
	}
	if (s->to.host != seen->to_host)
		return false;
	if (from->known)
		return ports_are(from, v->from_port, v->to_port);
	return !to->known || ports_are(to, v->to_port, v->from_port);
}

/* What a line asks that a segment has not; NULL: it fits. */
static const char *
misfit(struct scenario_run *run, const struct script_step *step,
    const struct stage_seen *seen)
{
	const struct script_segment *s = &step->u.segment;
	const struct packet_view *v = &seen->view;
	uint8_t mask = FLAGS_MEANT;

	if (s->psh_given)
		mask |= ESTAB_PSH;
	if (!ends_fit(run, s, seen))
		return "its ends";
	if (!s->flags_any && (v->flags & mask) != (s->flags & mask))
		return "its flags";
	if (!number_fits(run, &s->seq, v->seq))
		return "its seq";
	if (!number_fits(run, &s->ack, v->ack))
		return "its ack";
	if (!(s->len_test == SCRIPT_TEST_NONE
	            ? s->flags_any || v->text_bytes == 0
	            : size_fits(s->len_test, s->len, v->text_bytes)))
		return "its length";
	if (!size_fits(s->wnd_test, s->wnd, v->wnd))
		return "its window";
	if (!options_fit(&s->options, seen))
		return "its options";
	if (s->from_given && (!seen->has_out || seen->state != s->from_state))
		return "its sender's state";
	if (s->because_given && (!seen->has_out || seen->because != s->because))
		return "why it was sent";
	return NULL;
}

/* Its time, against the stamp of the line. */
static bool
in_time(const struct scenario_run *run, const struct script_step *step,
    const struct stage_seen *seen)
{
	const estab_time zero = step->when.kind == SCRIPT_WHEN_AT ? run->began
	                                                          : run->base;

	return step->when.kind == SCRIPT_WHEN_ANY ||
	    (seen->time >= stage_instant(run, &step->when.from, zero) &&
	        seen->time <= stage_instant(run, &step->when.to, zero));
}

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

	symbol_bind(run, &s->seq, seen->view.seq);
	symbol_bind(run, &s->ack, seen->view.ack);
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
	    (v->text_bytes > 0 ? v->text_offset - v->ip.header_bytes +
	                v->text_bytes - 1
	                       : 7);

	fate->lost |= f->lost;
	fate->held = f->held[0] != '\0';
	fate->duplicates = f->duplicated;
	fate->corrupt = f->corrupted;
	fate->corrupt_bit = f->bit_given ? f->bit : byte * 8 + 7;
	fate->delay_ns = f->late ? stage_instant(run, &f->delay, 0) : 0;
	fate->certain = f->lost || fate->held || f->duplicated ||
	    f->corrupted || f->late;
}

static bool
has_fate(const struct script_fate *f)
{
	return f->lost || f->duplicated || f->corrupted || f->late ||
	    f->held[0] != '\0';
}

/* ---- The story and a segment ---------------------------------------------------- */

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
		wrong = misfit(run, line, seen);
		if (wrong == NULL && in_time(run, line, seen)) {
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
	    misfit(run, step, seen) != NULL)
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
		const uint32_t room = run->queue_room == 0
		    ? 64
		    : 2 * run->queue_room;
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
match_queue(struct scenario_run *run)
{
	while (run->queue_head < run->queue_count && waits(run)) {
		const struct stage_seen seen = run->queue[run->queue_head];

		if (!offer(run, &seen, NULL))
			return;
		run->queue_head++;
	}
}

/* ---- The picker and the tap -------------------------------------------------------- */

static void
see(const struct scenario_run *run, int wire, int direction, uint32_t frame,
    const uint8_t *packet, uint32_t bytes, struct stage_seen *seen)
{
	const struct script_wire *w = &run->script->wire[wire];
	const struct estab_record *record = run->trace.written == 0
	    ? NULL
	    : estab_trace_get(&run->trace, run->trace.written - 1);
	uint32_t options;

	memset(seen, 0, sizeof *seen);
	seen->frame = frame;
	seen->from_host = direction == 0 ? w->a : w->b;
	seen->to_host = direction == 0 ? w->b : w->a;
	seen->time = estab_world_now(run->world);
	packet_view(packet, bytes, &seen->view);
	if (!seen->view.has_tcp)
		return;
	options = seen->view.data_offset > 5 ? seen->view.data_offset * 4u - 20
	                                     : 0;
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
		ts[0] = big_endian(seen->option + o->offset + 2, 4);
		ts[1] = big_endian(seen->option + o->offset + 6, 4);
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
match_set_up(struct scenario_run *run)
{
	estab_world_set_picker(run->world, pick, run);
	estab_world_set_tap(run->world, tap, run);
}

void
match_text(const struct scenario_run *run, const struct stage_seen *seen,
    char *text, size_t room)
{
	const struct packet_view *v = &seen->view;
	const estab_time t = seen->time - run->began;

	(void)snprintf(text, room,
	    "%c > %c %s%s%s%s%sseq=%u ack=%u len=%u win=%u at %lld.%06lld s%s%s",
	    'A' + seen->from_host, 'A' + seen->to_host,
	    (v->flags & ESTAB_SYN) != 0 ? "SYN " : "",
	    (v->flags & ESTAB_FIN) != 0 ? "FIN " : "",
	    (v->flags & ESTAB_RST) != 0 ? "RST " : "",
	    (v->flags & ESTAB_URG) != 0 ? "URG " : "",
	    (v->flags & ESTAB_ACK) != 0 ? "ACK " : "", (unsigned)v->seq,
	    (unsigned)v->ack, (unsigned)v->text_bytes, (unsigned)v->wnd,
	    (long long)(t / ESTAB_SECOND),
	    (long long)(t % ESTAB_SECOND / 1000),
	    seen->has_out ? ", sent in " : "",
	    seen->has_out ? estab_state_name(seen->state) : "");
}
