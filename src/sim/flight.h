/* SPDX-License-Identifier: BSD-2-Clause
 *
 * flight.h - the frames that are under way, in order of arrival.
 *
 * A frame is copied into a chain of cells.  Its record has the number of its
 * first cell, and a heap orders the records by arrival and, at one instant,
 * by the order in which they were launched.  Held frames keep their cells and
 * stand outside the heap.
 *
 * Everything lies behind struct flights in the same memory and is named by
 * number or distance: a copy of that memory is a second set of flights.
 */
#ifndef SIM_FLIGHT_H
#define SIM_FLIGHT_H

#include <estab/estab.h>

#define FLIGHT_CELL_BYTES 2048u

struct flight {
	estab_time arrival; /* ESTAB_NEVER: held */
	uint64_t number;    /* order of launch */
	uint32_t frame;     /* the frame's number in the world */
	uint32_t bytes;
	uint16_t segment_bytes; /* of a super-segment, else 0 */
	uint16_t segment_count;
	uint8_t direction; /* which it travels, 2 * wire + 0 or 1 */
	bool damaged;      /* nobody may vouch for its checksum */
	bool held;
};

struct flights {
	uint32_t cell_count;    /* there are */
	uint32_t cell_frontier; /* ever used; beyond is untouched memory */
	uint32_t cell_free;     /* head of the list of given back; NONE */
	uint32_t cells_used;
	uint32_t heap_count;
	uint64_t launched; /* ever */
	/* distances from this struct */
	size_t records, links, heap, cells;
};

/* Lay flights out in bytes of memory that begin at f; how many cells. */
uint32_t flights_init(struct flights *f, size_t bytes);

/* Bytes from f on that a copy must take along. */
size_t flights_used(const struct flights *f);

/* Whether count frames of bytes could be launched now. */
bool flights_room(const struct flights *f, uint32_t bytes, uint64_t count);

/* Copy a packet of form->bytes and let it fly; form->number is given here.
 * False when there is no room. */
bool flight_launch(struct flights *f, const struct flight *form,
    const uint8_t *packet);

/* The next to arrive, or NULL. */
const struct flight *flight_next(const struct flights *f);

/* The bytes of the next to arrive, in one piece: in place when one cell holds
 * them, else copied to room. */
uint8_t *flight_packet(const struct flights *f, uint8_t *room);

/* The next to arrive has arrived. */
void flight_land(struct flights *f);

/* The frame that is held under this number, or NULL; and let it go. */
struct flight *flight_held(const struct flights *f, uint32_t frame);
void flight_release(struct flights *f, struct flight *flight,
    estab_time arrival);

#endif
