/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cut.h - a super-segment becomes its segments, as a device makes them.
 *
 * The cutter works in the buffer of the super-segment: each header is written
 * right before its text, over text that has been handed out already.
 */
#ifndef SIM_CUT_H
#define SIM_CUT_H

#include <estab/estab.h>

#include "wire/ip.h"
#include "wire/segment.h"

#define CUT_HEADER_MAX (IP_HEADER_MAX + TCP_HEADER_MAX)

struct cut {
	uint8_t header[CUT_HEADER_MAX]; /* of the super-segment */
	struct ip_packet ip;
	uint32_t header_bytes; /* IP and TCP */
	uint32_t text_bytes;
	uint32_t segment_bytes;
	uint32_t done_bytes; /* text handed out */
	uint32_t index;      /* of the next segment */
};

/* Look at a packet that is to be cut into segments of segment_bytes text.
 * False when it is no TCP packet, or has no more text than one of them. */
bool cut_begin(struct cut *cut, const uint8_t *packet, uint32_t bytes,
    uint32_t segment_bytes);

/* How many segments it makes. */
uint32_t cut_count(const struct cut *cut);

/* The next segment: its bytes, 0 at the end.  *segment points into packet,
 * the buffer that cut_begin looked at. */
uint32_t cut_next(struct cut *cut, uint8_t *packet, uint8_t **segment);

#endif
