/* SPDX-License-Identifier: BSD-2-Clause
 *
 * impairment.h - which impairments a wire can have.
 */
#ifndef SIM_IMPAIRMENT_H
#define SIM_IMPAIRMENT_H

#include <estab/sim.h>

#define IMPAIRMENT_TIME_MAX (INT64_C(1) << 60)
#define IMPAIRMENT_RATE_MAX UINT64_C(1000000000000000) /* 1 Pbit/s */
#define IMPAIRMENT_QUEUE_MAX (1u << 30)

/* Whether every field is in its range, so that no sum runs over. */
bool impairment_valid(const struct estab_impairment *impairment);

#endif
