/* SPDX-License-Identifier: BSD-2-Clause
 *
 * record.h - what a wire did, as a record of the trace.
 */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include "sim/enter.h"

/* Into world->trace, which is not NULL.  The packet is shown as it was sent,
 * before a bit of it was flipped. */
void record_wire(const struct estab_world *world, const struct entry *entry,
    uint32_t frame, const struct estab_passage *passage);

#endif
