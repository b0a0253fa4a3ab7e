/* SPDX-License-Identifier: BSD-2-Clause
 *
 * enter.c - a packet enters a wire: it is numbered and judged, the ring and
 * the tap are told, and what is left of it flies.
 */
#include "sim/enter.h"

#include "base/mem.h"
#include "sim/cut.h"
#include "sim/record.h"
#include "sim/toobig.h"

#define GONE (ESTAB_FATE_LOST | ESTAB_FATE_QUEUE_FULL | ESTAB_FATE_TOO_BIG)

/* What becomes of it, once picker and chance have spoken. */
static void
judge(struct estab_world *world, const struct entry *entry, uint32_t frame,
    struct estab_passage *out)
{
	const uint8_t n = entry->direction;
	struct estab_fate picked;

	memset(&picked, 0, sizeof picked);
	memset(out, 0, sizeof *out);
	out->arrival = out->copy_arrival = ESTAB_NEVER;
	if (n == WORLD_NO_DIRECTION) {
		out->fate = ESTAB_FATE_LOST;
		return;
	}
	if (world->pick != NULL)
		world->pick(world->pick_context, n / 2, n % 2, frame,
		    entry->packet, entry->bytes, &picked);
	wire_pass(&world->direction[n].wire, world->now, entry->bytes,
	    entry->largest_bytes, &picked, out);
}

/* A frame that would fly but finds no cells is lost like one that finds the
 * queue full. */
static void
check_room(struct estab_world *world, const struct entry *entry,
    struct estab_passage *passage)
{
	const uint64_t flights = 1 + (uint64_t)passage->copies;

	if ((passage->fate & GONE) != 0 ||
	    flights_room(&world->flights, entry->bytes, flights))
		return;
	world->counts.no_memory++;
	memset(passage, 0, sizeof *passage);
	passage->fate = ESTAB_FATE_QUEUE_FULL;
	passage->arrival = passage->copy_arrival = ESTAB_NEVER;
}

static void
count(struct estab_world_counts *counts, const struct estab_passage *passage)
{
	const uint8_t fate = passage->fate;

	counts->lost += (fate & ESTAB_FATE_LOST) != 0;
	counts->queue_full += (fate & ESTAB_FATE_QUEUE_FULL) != 0;
	counts->too_big += (fate & ESTAB_FATE_TOO_BIG) != 0;
	counts->reordered += (fate & ESTAB_FATE_REORDERED) != 0;
	counts->corrupted += (fate & ESTAB_FATE_CORRUPTED) != 0;
	counts->held += (fate & ESTAB_FATE_HELD) != 0;
	counts->duplicated += passage->copies;
}

/* Bit 0 is the first on the wire: the highest of the first byte. */
static void
damage(const struct entry *entry, const struct estab_passage *passage)
{
	const uint32_t bit = passage->corrupt_bit;

	if ((passage->fate & ESTAB_FATE_CORRUPTED) != 0)
		entry->packet[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

/* The packet itself and then its copies: the tap sees each, and it flies. */
static void
depart(struct estab_world *world, const struct entry *entry, uint32_t frame,
    const struct estab_passage *passage)
{
	const uint8_t n = entry->direction;
	struct flight flight;

	memset(&flight, 0, sizeof flight);
	flight.frame = frame;
	flight.bytes = entry->bytes;
	flight.segment_bytes = entry->segment_bytes;
	flight.segment_count = entry->segment_count;
	flight.direction = n;
	flight.damaged = (passage->fate & ESTAB_FATE_CORRUPTED) != 0;
	for (uint64_t i = 0; i <= passage->copies; i++) {
		flight.arrival =
		    i == 0 ? passage->arrival : passage->copy_arrival;
		if (world->tap != NULL && n != WORLD_NO_DIRECTION)
			world->tap(world->tap_context, n / 2, n % 2, frame,
			    world->now, flight.arrival, passage->fate,
			    entry->packet, entry->bytes);
		if ((passage->fate & GONE) == 0)
			(void)flight_launch(&world->flights, &flight,
			    entry->packet);
	}
}

/* All of it but the answer to a packet that is too big. */
static void
pass(struct estab_world *world, const struct entry *entry,
    struct estab_passage *passage)
{
	const uint32_t frame = (uint32_t)++world->counts.frames;

	judge(world, entry, frame, passage);
	check_room(world, entry, passage);
	if (entry->forged)
		passage->fate |= ESTAB_FATE_FORGED;
	count(&world->counts, passage);
	if (world->trace != NULL)
		record_wire(world, entry, frame, passage);
	damage(entry, passage);
	depart(world, entry, frame, passage);
}

/* The Ethernet header of an answer to a frame. */
static void
turn_round(const uint8_t *frame, uint8_t *answer)
{
	struct ethernet_header asked, header;

	ethernet_parse(frame, &asked);
	header = asked;
	memcpy(header.to, asked.from, sizeof header.to);
	memcpy(header.from, asked.to, sizeof header.from);
	ethernet_build(answer, &header);
}

void
enter_packet(struct estab_world *world, const struct entry *entry)
{
	uint8_t message[ETHERNET_HEADER + TOOBIG_BYTES_MAX];
	const uint8_t at = entry->ip_at;
	struct entry answer;
	struct estab_passage passage;

	pass(world, entry, &passage);
	if ((passage.fate & ESTAB_FATE_TOO_BIG) == 0)
		return;
	/* Its entry cannot ask for another one: no message about a message. */
	memset(&answer, 0, sizeof answer);
	answer.packet = message;
	answer.bytes =
	    toobig_build(&world->direction[entry->direction].wire.impairment,
	        entry->packet + at, entry->bytes - at, message + at);
	if (answer.bytes == 0)
		return;
	if (at > 0)
		turn_round(entry->packet, message);
	answer.bytes += at;
	answer.ip_at = at;
	answer.largest_bytes = answer.bytes;
	answer.direction = entry->direction ^ 1;
	answer.from_host = world->direction[answer.direction].from_host;
	answer.forged = true;
	pass(world, &answer, &passage);
}

/* Segment by segment, each with a fate of its own; what stands before the
 * first is put before each, over what is gone by then. */
static void
enter_cut(struct estab_world *world, struct entry *entry, struct cut *cut)
{
	uint8_t *const super = entry->packet + entry->ip_at;
	uint8_t header[ETHERNET_HEADER], *segment;
	uint32_t bytes;

	memcpy(header, entry->packet, entry->ip_at);
	while ((bytes = cut_next(cut, super, &segment)) > 0) {
		entry->packet = segment - entry->ip_at;
		memcpy(entry->packet, header, entry->ip_at);
		entry->bytes = entry->largest_bytes = bytes + entry->ip_at;
		enter_packet(world, entry);
	}
}

void
enter_frame(struct estab_world *world, uint8_t host,
    const struct estab_frame *frame)
{
	const uint32_t bytes = estab_frame_bytes(frame);
	struct entry entry;
	struct cut cut;

	if (bytes == 0 || bytes > sizeof world->packet) {
		world->counts.frames++;
		world->counts.lost++;
		return;
	}
	memset(&entry, 0, sizeof entry);
	entry.packet = world->packet;
	entry.bytes = entry.largest_bytes =
	    estab_frame_gather(frame, world->packet);
	entry.from_host = host;
	entry.direction = frame->link < WORLD_LINKS_MAX ?
	    world->leaves[host][frame->link] :
	    WORLD_NO_DIRECTION;
	entry.ip_at = world_ip_at(world, entry.direction);
	if (frame->segment_count == 0 || bytes <= entry.ip_at ||
	    !cut_begin(&cut, entry.packet + entry.ip_at, bytes - entry.ip_at,
	        frame->segment_bytes)) {
		enter_packet(world, &entry);
	} else if (entry.direction != WORLD_NO_DIRECTION &&
	    world->direction[entry.direction].wire.impairment.super) {
		entry.segment_bytes = frame->segment_bytes;
		entry.segment_count = (uint16_t)cut_count(&cut);
		entry.largest_bytes =
		    entry.ip_at + cut.header_bytes + cut.segment_bytes;
		enter_packet(world, &entry);
	} else {
		enter_cut(world, &entry, &cut);
	}
}
