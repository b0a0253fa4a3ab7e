/* SPDX-License-Identifier: BSD-2-Clause
 *
 * place.c - the kinds of segment of a grid, and the places of their numbers.
 */
#include <estab/trace.h>

#include "place.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define FAR (1 << 30)

#define F ESTAB_FIN
#define S ESTAB_SYN
#define R ESTAB_RST
#define P ESTAB_PSH
#define A ESTAB_ACK
#define U ESTAB_URG

const struct place_kind place_kinds[] = {
	{ S, false },
	{ S, true },
	{ S | A, false },
	{ S | A, true },
	{ A, false },
	{ A, true },
	{ A | P, true },
	{ A | F, false },
	{ A | F, true },
	{ F, false },
	{ F, true },
	{ R, false },
	{ R | A, false },
	{ R | A, true },
	{ 0, false },
	{ 0, true },
	{ S | F, false },
	{ S | R, false },
	{ S | F | A, false },
	{ A | U, true },
	{ A | U | P | F, true },
	{ S | ESTAB_ECE | ESTAB_CWR, false },
	{ F | S | R | P | A | U, true },
};

const struct place_seq places_seq[] = {
	{ "far left", -FAR, 0, 0 },
	{ "old, ending at RCV.NXT", 0, 0, -2 },
	{ "old but for the last number", 1, 0, -2 },
	{ "RCV.NXT-1", -1, 0, 0 },
	{ "over the left edge", 0, 0, -1 },
	{ "RCV.NXT", 0, 0, 0 },
	{ "RCV.NXT+1", 1, 0, 0 },
	{ "inside", 0, 1, 0 },
	{ "over the right edge", 0, 2, -1 },
	{ "up to the right edge", 0, 2, -2 },
	{ "one over the right edge", 1, 2, -2 },
	{ "right edge-1", -1, 2, 0 },
	{ "right edge", 0, 2, 0 },
	{ "beyond", 1000, 2, 0 },
	{ "far right", FAR, 2, 0 },
	{ "opposite", INT32_MIN, 0, 0 },
};

const struct place_ack places_ack[] = {
	{ "far old", PLACE_FROM_UNA, -FAR },
	{ "ISS", PLACE_FROM_ISS, 0 },
	{ "ISS+1", PLACE_FROM_ISS, 1 },
	{ "SND.UNA-MAX.SND.WND-1", PLACE_FROM_WINDOW, -1 },
	{ "SND.UNA-MAX.SND.WND", PLACE_FROM_WINDOW, 0 },
	{ "SND.UNA-1", PLACE_FROM_UNA, -1 },
	{ "SND.UNA", PLACE_FROM_UNA, 0 },
	{ "inside", PLACE_FROM_MIDDLE, 0 },
	{ "SND.NXT-1", PLACE_FROM_NXT, -1 },
	{ "SND.NXT", PLACE_FROM_NXT, 0 },
	{ "SND.NXT+1", PLACE_FROM_NXT, 1 },
	{ "far beyond", PLACE_FROM_NXT, FAR },
	{ "opposite", PLACE_FROM_UNA, INT32_MIN },
};

const struct place_origin place_origins[] = {
	{ 4, 0, UINT32_C(0xffffffff) },
	{ 6, UINT32_C(0x7fffffff), 0 },
	{ 4, UINT32_C(0x80000000), UINT32_C(0x7fffffff) },
	{ 6, UINT32_C(0xffffffff), UINT32_C(0x80000000) },
	{ 6, 0, UINT32_C(0xffffffff) },
	{ 4, UINT32_C(0x7fffffff), 0 },
	{ 6, UINT32_C(0x80000000), UINT32_C(0x7fffffff) },
	{ 4, UINT32_C(0xffffffff), UINT32_C(0x80000000) },
};

const size_t place_kind_count = COUNT(place_kinds);
const size_t place_seq_count = COUNT(places_seq);
const size_t place_ack_count = COUNT(places_ack);
const size_t place_origin_count = COUNT(place_origins);

uint32_t
place_of_seq(const struct oracle_connection *c, const struct place_seq *p,
    uint32_t len)
{
	return c->rcv_nxt + (uint32_t)p->by + c->rcv_wnd / 2 * p->edges +
	    (p->edges == 2 ? c->rcv_wnd % 2 : 0) +
	    (uint32_t)((int32_t)len * p->lengths / 2);
}

uint32_t
place_of_ack(const struct oracle_connection *c, const struct place_ack *p)
{
	uint32_t from = 0;

	switch (p->from) {
	case PLACE_FROM_ISS:
		from = c->iss;
		break;
	case PLACE_FROM_UNA:
		from = c->snd_una;
		break;
	case PLACE_FROM_MIDDLE:
		from = c->snd_una + (c->snd_nxt - c->snd_una) / 2;
		break;
	case PLACE_FROM_NXT:
		from = c->snd_nxt;
		break;
	case PLACE_FROM_WINDOW:
		from = c->snd_una - c->max_snd_wnd;
		break;
	}
	return from + (uint32_t)p->by;
}
