/* SPDX-License-Identifier: BSD-2-Clause
 *
 * gather.c - records become events.
 *
 * A record alone is not yet something to draw.  A segment's OUT is followed
 * by what its wire does to it; the state changes that an arrival, a call or a
 * time-out causes stand before or behind its record; and when the next thing
 * after a departure is that same segment's arrival, both are one arrow.  One
 * event is put together at a time and goes on to the fold when a record
 * comes that is no part of it.
 */
#include "view/ladder.h"

#include <string.h>

/* What seemed to be an arrival was something else: the departure stands
 * alone, and the rest for itself. */
static void
part(struct view_ladder *ladder)
{
	struct event alone = ladder->event;

	alone.happens = false;
	alone.changes = 0;
	fold_event(ladder, &alone);
	ladder->event.departs = false;
	ladder->event.wired = false;
}

/* The event is whole: on with it. */
void
gather_end(struct view_ladder *ladder)
{
	struct event *event = &ladder->event;

	if (event->departs && event->happens && !event->ended)
		part(ladder);
	if (event->departs || event->happens)
		fold_event(ladder, event);
	memset(event, 0, sizeof *event);
}

static bool
same_end(const struct estab_record *a, const struct estab_record *b)
{
	return a->host == b->host && a->time == b->time;
}

/* Whether a record happens at the place and instant of the event's end. */
static bool
belongs_here(const struct event *event, const struct estab_record *record)
{
	if (!event->happens)
		return true;
	return same_end(event->ended ? &event->end : &event->change[0], record);
}

static bool
crossed(const struct estab_endpoint *a, const struct estab_endpoint *b)
{
	return a->port == b->port &&
	    memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

/* Whether in is the arrival of the segment the event saw leave. */
static bool
arrives(const struct event *event, const struct estab_record *in)
{
	const struct estab_record *out = &event->out;

	if (event->wired && in->frame != event->frame)
		return false;
	/* A damaged frame may say anything, or nothing. */
	if (in->type == ESTAB_RECORD_DROP)
		return event->wired;
	return crossed(&in->local, &out->remote) &&
	    crossed(&in->remote, &out->local) && in->seq == out->seq &&
	    in->flags == out->flags && in->text_bytes == out->text_bytes;
}

/* ---- Changes that belong to a call or time-out, not to a segment ------- */

static bool
of_program_or_timer(uint16_t reason)
{
	const char *name = estab_reason_name((enum estab_reason)reason);

	return strncmp(name, "CALL_", 5) == 0 ||
	    strncmp(name, "TIMEOUT_", 8) == 0;
}

static void
take_change(struct view_ladder *ladder, const struct estab_record *record)
{
	struct event *event = &ladder->event;
	const bool same_cause = event->ended ?
	    event->end.reason == record->reason :
	    event->changes == 0 ||
	        of_program_or_timer(event->change[0].reason) ==
	            of_program_or_timer(record->reason);

	if (!belongs_here(event, record) || !same_cause ||
	    event->changes == EVENT_CHANGES_MAX)
		gather_end(ladder);
	/* What a program or a timer does is no arrival. */
	if (event->departs &&
	    (of_program_or_timer(record->reason) ||
	        (event->wired && record->time != event->arrival) ||
	        record->host == event->out.host))
		gather_end(ladder);
	event->happens = true;
	event->end_first = event->ended;
	event->change[event->changes++] = *record;
}

/* CALL, TIMER, ICMP: an end of its own, of the changes that name it. */
static void
take_end(struct view_ladder *ladder, const struct estab_record *record)
{
	struct event *event = &ladder->event;

	if (event->departs || event->ended || !belongs_here(event, record) ||
	    (event->changes > 0 && event->change[0].reason != record->reason))
		gather_end(ladder);
	event->happens = true;
	event->ended = true;
	event->end = *record;
}

static void
take_in(struct view_ladder *ladder, const struct estab_record *record)
{
	struct event *event = &ladder->event;

	const bool others =
	    event->changes > 0 && of_program_or_timer(event->change[0].reason);

	if (event->ended || others || !belongs_here(event, record))
		gather_end(ladder);
	if (event->departs && !arrives(event, record)) {
		if (event->happens)
			part(ladder);
		else
			gather_end(ladder);
	}
	event->happens = true;
	event->ended = true;
	event->end = *record;
	gather_end(ladder);
}

/* What its numbers say, for the names of later ones. */
static void
learn(struct view_ladder *ladder, const struct estab_record *record,
    bool arrived)
{
	enum side side;
	struct pair *pair = end_of(ladder, record, &side);

	if (pair == NULL)
		return;
	if (arrived)
		side = side_other(side);
	symbols_learn(&pair->end[side].space,
	    &pair->end[side_other(side)].space, side, record);
}

static void
take_out(struct view_ladder *ladder, const struct estab_record *record)
{
	gather_end(ladder);
	learn(ladder, record, false);
	ladder->event.departs = true;
	ladder->event.out = *record;
}

static void
remember_odd(struct view_ladder *ladder, const struct estab_record *wire)
{
	const uint8_t odd =
	    ESTAB_FATE_DUPLICATED | ESTAB_FATE_CORRUPTED | ESTAB_FATE_HELD;

	if ((wire->fate & odd) == 0)
		return;
	ladder->odd[ladder->odd_next++ % ODD_MAX] = (struct odd_frame){
		.wire = *wire,
		.used = true,
	};
}

/* A wire says what it does to the segment that left last, or carries one
 * that nobody sent. */
static void
take_wire(struct view_ladder *ladder, const struct estab_record *record)
{
	struct event *event = &ladder->event;
	const uint8_t no_arrival = ESTAB_FATE_LOST | ESTAB_FATE_QUEUE_FULL |
	    ESTAB_FATE_TOO_BIG | ESTAB_FATE_HELD;
	const bool forged = (record->fate & ESTAB_FATE_FORGED) != 0;

	ladder->wires = true;
	if (forged || !event->departs || event->wired || event->happens)
		take_out(ladder, record);
	event->wired = true;
	event->fate = record->fate;
	event->frame = record->frame;
	event->arrival = record->arrival;
	remember_odd(ladder, record);
	if ((record->fate & no_arrival) != 0)
		gather_end(ladder);
}

void
gather_record(struct view_ladder *ladder, const struct estab_record *record)
{
	switch ((enum estab_record_type)record->type) {
	case ESTAB_RECORD_NONE:
	case ESTAB_RECORD_NEIGHBOUR:
		return;
	case ESTAB_RECORD_STATE:
	case ESTAB_RECORD_LOSS:
		take_change(ladder, record);
		return;
	case ESTAB_RECORD_IN:
		learn(ladder, record, true);
		take_in(ladder, record);
		return;
	case ESTAB_RECORD_DROP:
		take_in(ladder, record);
		return;
	case ESTAB_RECORD_OUT:
		take_out(ladder, record);
		return;
	case ESTAB_RECORD_WIRE:
		take_wire(ladder, record);
		return;
	case ESTAB_RECORD_CALL:
	case ESTAB_RECORD_TIMER:
	case ESTAB_RECORD_ICMP:
		take_end(ladder, record);
		return;
	}
}
