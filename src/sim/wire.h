/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wire.h - what one direction of a wire does to the frames that enter it.
 *
 * struct estab_direction is public (sim.h).  It knows their sizes and the
 * time, not their bytes.  A frame waits in the queue, is sent at the rate, and
 * is then lost, or travels for the delay.
 */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include <estab/sim.h>

/* Good luck or bad: the stream of this number of a world's. */
void wire_seed(struct estab_direction *wire, uint64_t seed, uint32_t number);

/* A frame of bytes enters at now; its largest packet, once cut, has
 * packet_bytes.  picked is what the picker said, or all zero. */
void wire_pass(struct estab_direction *wire, estab_time now, uint32_t bytes,
    uint32_t packet_bytes, const struct estab_fate *picked,
    struct estab_passage *out);

/* When a held frame arrives that is let go at now. */
estab_time wire_release(const struct estab_direction *wire, estab_time now);

/* Impair it from now on. */
void wire_impair(struct estab_direction *wire,
    const struct estab_impairment *impairment);

#endif
