/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pen.h - packets that wait for their time, copied, earliest first.
 *
 * Packets of one instant leave in the order they came.
 */
#ifndef LOOP_PEN_H
#define LOOP_PEN_H

#include <estab/estab.h>

struct pen_packet {
	estab_time due;
	uint64_t order;
	uint32_t bytes;
	uint8_t data[];
};

/* Zero it but for bytes_max. */
struct pen {
	struct pen_packet **heap; /* no packet is due before its parent */
	size_t count, room;
	uint64_t order;          /* packets ever put in */
	size_t bytes, bytes_max; /* packets and what the pen adds to each */
};

/* Copy a frame in.  False: the pen is full, or memory is. */
bool pen_put(struct pen *pen, const struct estab_frame *frame, estab_time due);

/* The first packet, if it is due by now; it stays until pen_drop. */
struct pen_packet *pen_first(const struct pen *pen, estab_time now);

/* Take the first packet out; the caller frees it. */
struct pen_packet *pen_take(struct pen *pen);

/* When the first is due, or ESTAB_NEVER. */
estab_time pen_next(const struct pen *pen);

/* Free all that is in it. */
void pen_empty(struct pen *pen);

#endif
