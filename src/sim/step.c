/* SPDX-License-Identifier: BSD-2-Clause
 *
 * step.c - time goes on: hosts put out what they owe, the next instant comes,
 * frames arrive.
 */
#include "sim/world.h"

#include "base/mem.h"
#include "sim/enter.h"

/* Frames of one host at one instant; a host that has more is out of hand. */
#define PUMP_MAX (1u << 18)

/* One host puts out what it owes now, a frame at a time, so that the record
 * of the wire follows the record of the segment.  A host whose deadline is
 * not later now has run wild: it is left alone until time has moved or
 * something arrives. */
static void
pump(struct estab_world *world, uint32_t n)
{
	struct estab_host *host = world->host[n];
	struct estab_frame frame;

	for (uint32_t i = 0; i < PUMP_MAX; i++) {
		if (estab_output(host, &frame, 1, world->now) < 1)
			break;
		enter_frame(world, (uint8_t)n, &frame);
	}
	if (estab_deadline(host) <= world->now)
		world->counts.spins++;
}

/* The next instant at which a frame arrives or a host is due.  Hosts that
 * are due now have been asked already. */
static estab_time
next_instant(const struct estab_world *world)
{
	const struct flight *flight = flight_next(&world->flights);
	estab_time next = flight != NULL ? flight->arrival : ESTAB_NEVER;

	for (uint32_t n = 0; n < world->host_count; n++) {
		const estab_time due = estab_deadline(world->host[n]);

		if (due > world->now && due < next)
			next = due;
	}
	return next;
}

static void
go_to(struct estab_world *world, estab_time when)
{
	if (when <= world->now)
		return;
	world->now = when;
	for (uint32_t n = 0; n < world->host_count; n++)
		(void)estab_input(world->host[n], NULL, 0, when);
}

/* Give the next frame to its host. */
static void
deliver(struct estab_world *world, const struct flight *flight)
{
	const struct direction *d = &world->direction[flight->direction];
	struct estab_frame frame;

	memset(&frame, 0, sizeof frame);
	frame.span[0].data = flight_packet(&world->flights, world->packet);
	frame.span[0].length = flight->bytes;
	frame.span_count = 1;
	frame.link = d->to_link;
	frame.segment_bytes = flight->segment_bytes;
	frame.segment_count = flight->segment_count;
	/* A device that has joined segments has looked at their checksums. */
	frame.checksum = flight->segment_count > 0 && !flight->damaged ?
	    ESTAB_CHECKSUM_VERIFIED :
	    ESTAB_CHECKSUM_UNVERIFIED;

	if (world->trace != NULL)
		world->trace->frame = flight->frame;
	(void)estab_input(world->host[d->to_host], &frame, 1, world->now);
	if (world->trace != NULL)
		world->trace->frame = 0;
	world->counts.delivered++;
}

static void
deliver_all(struct estab_world *world)
{
	const struct flight *flight;

	while ((flight = flight_next(&world->flights)) != NULL &&
	    flight->arrival <= world->now) {
		deliver(world, flight);
		flight_land(&world->flights);
	}
}

/* Hosts with a deadline at or before an instant, a bit each. */
static uint32_t
due_by(const struct estab_world *world, estab_time when)
{
	uint32_t due = 0;

	for (uint32_t n = 0; n < world->host_count; n++)
		if (estab_deadline(world->host[n]) <= when)
			due |= 1u << n;
	return due;
}

int
estab_world_step(struct estab_world *world, estab_time until)
{
	estab_time next;
	uint32_t due;

	for (uint32_t n = 0; n < world->host_count; n++)
		pump(world, n);
	next = next_instant(world);
	if (next > until || next == ESTAB_NEVER) {
		if (until != ESTAB_NEVER)
			go_to(world, until);
		return 0;
	}
	due = due_by(world, next);
	go_to(world, next);
	deliver_all(world);
	for (uint32_t n = 0; n < world->host_count; n++)
		if ((due & 1u << n) != 0 &&
		    estab_deadline(world->host[n]) <= world->now)
			pump(world, n);
	return 1;
}
