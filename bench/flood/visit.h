/* SPDX-License-Identifier: BSD-2-Clause
 *
 * visit.h - what honest.c asks of visitors.
 */
#ifndef FLOOD_VISIT_H
#define FLOOD_VISIT_H

#include "flood/honest.h"

/* What is sent; what is in it does not matter. */
extern uint8_t honest_text[HONEST_VISIT_BYTES];

/* How many are due of a rate. */
static inline uint64_t
honest_due(double per_second, estab_time since, estab_time now)
{
	return (uint64_t)(per_second * (double)(now - since) / 1e9);
}

/* Those whose time has come open. */
void visit_come(struct honest *honest);
/* Something happened to a connection; it may be none of a visitor's. */
void visit_event(struct honest *honest, const struct estab_event *event);
/* Those that have waited too long leave. */
void visit_lose_patience(struct honest *honest);
/* All leave. */
void visit_end(struct honest *honest);

#endif
