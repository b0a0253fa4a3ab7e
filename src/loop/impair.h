/* SPDX-License-Identifier: BSD-2-Clause
 *
 * impair.h - one direction of a real link, made bad on purpose.
 *
 * The words of estab_impairment mean here what they mean on a simulated
 * wire, with one difference: a packet above mtu is lost without ICMP.
 */
#ifndef LOOP_IMPAIR_H
#define LOOP_IMPAIR_H

#include <estab/sim.h>

#include "loop/pen.h"

struct impair {
	struct estab_direction direction;
	/* What was done */
	uint64_t frames, lost, duplicated, reordered, corrupted;
};

void impair_begin(struct impair *impair, const struct estab_impairment *how,
    uint64_t seed);

/* Put a frame into the pen as often, as late and as damaged as chance will
 * have it.  Never reports a loss: that is its point. */
void impair_frame(struct impair *impair, const struct estab_frame *frame,
    estab_time now, struct pen *pen);

#endif
