/* SPDX-License-Identifier: BSD-2-Clause
 *
 * place.h - the kinds of segment of a grid, and the places of their numbers.
 */
#ifndef ARRIVES_PLACE_H
#define ARRIVES_PLACE_H

#include "oracle.h"

struct place_kind {
	uint8_t flags;
	bool text;
};

/* SEQ relative to RCV.NXT: a number, plus halves of RCV.WND, plus halves of
 * the segment's own length. */
struct place_seq {
	const char *name;
	int32_t by;
	uint8_t edges;
	int8_t lengths;
};

/* ACK relative to one of five numbers. */
enum place_from {
	PLACE_FROM_ISS,
	PLACE_FROM_UNA,
	PLACE_FROM_MIDDLE, /* of what is in flight */
	PLACE_FROM_NXT,
	PLACE_FROM_WINDOW, /* SND.UNA - MAX.SND.WND */
};

struct place_ack {
	const char *name;
	enum place_from from;
	int32_t by;
};

/* Where the numbers of both sides begin, and which family carries them. */
struct place_origin {
	int family;
	uint32_t base, irs;
};

extern const struct place_kind place_kinds[];
extern const struct place_seq places_seq[];
extern const struct place_ack places_ack[];
extern const struct place_origin place_origins[];
extern const size_t place_kind_count, place_seq_count, place_ack_count,
    place_origin_count;

uint32_t place_of_seq(const struct oracle_connection *c,
    const struct place_seq *p, uint32_t len);
uint32_t place_of_ack(const struct oracle_connection *c,
    const struct place_ack *p);

#endif
