/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wire.h - what one direction of a wire does to the frames that enter it.
 *
 * It knows their sizes and the time, not their bytes.  A frame waits in the
 * queue, is sent at the rate, and is then lost, or travels for the delay.
 */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include <estab/sim.h>

#include "sim/random.h"

struct wire {
	struct estab_impairment impairment;
	struct random luck;
	estab_time busy_until;   /* the rate: when the last bit will be sent */
	uint64_t busy_rest;      /* and what division left of it */
	estab_time last_arrival; /* frames that nothing befalls stay in order */
	bool bad_spell;          /* of Gilbert and Elliott */
};

/* How a frame comes through. */
struct passage {
	uint8_t fate;            /* ESTAB_FATE_... */
	estab_time arrival;      /* ESTAB_NEVER: it does not, or is held */
	estab_time copy_arrival; /* of each copy, held or not */
	uint32_t copies;         /* besides the frame itself */
	uint32_t corrupt_bit;    /* when fate has ESTAB_FATE_CORRUPTED */
};

/* A frame of bytes enters at now; its largest packet, once cut, has
 * packet_bytes.  picked is what the picker said, or all zero. */
void wire_pass(struct wire *wire, estab_time now, uint32_t bytes,
    uint32_t packet_bytes, const struct estab_fate *picked,
    struct passage *out);

/* When a held frame arrives that is let go at now. */
estab_time wire_release(const struct wire *wire, estab_time now);

/* Impair it from now on. */
void wire_impair(struct wire *wire, const struct estab_impairment *impairment);

#endif
