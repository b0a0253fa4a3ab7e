/* SPDX-License-Identifier: BSD-2-Clause
 *
 * walk.c - which edges of the state diagram a trace has passed.
 */
#include "view/view.h"

void
view_walk_record(struct view_walk *walk, const struct estab_record *record)
{
	if (record->type != ESTAB_RECORD_STATE ||
	    record->before >= ESTAB_STATE_COUNT ||
	    record->after >= ESTAB_STATE_COUNT)
		return;
	walk->to[record->before] |= (uint16_t)(1u << record->after);
	walk->visited |= (uint16_t)(1u << record->before);
	walk->visited |= (uint16_t)(1u << record->after);
}

bool
view_walk_took(const struct view_walk *walk, enum estab_state from,
    enum estab_state to)
{
	return (walk->to[from] >> to & 1) != 0;
}
