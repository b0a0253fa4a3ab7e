/* SPDX-License-Identifier: BSD-2-Clause
 *
 * siege_row.c - what came of a siege, and whether it is what was written.
 */
#include "scenario/stage.h"

#include <stdlib.h>

struct scenario_row *
siege_row_new(struct scenario_run *run, const struct script_defence *d)
{
	struct scenario_row *row;

	if (run->row == NULL)
		run->row = calloc(SCENARIO_ROWS_MAX, sizeof *run->row);
	if (run->row == NULL || run->row_count == SCENARIO_ROWS_MAX)
		return NULL;
	row = &run->row[run->row_count++];
	row->defence = d;
	row->half_open_max =
	    d->config.half_open_max != 0 ? d->config.half_open_max : 4096;
	row->sample_ns = d->attack.span_ns * 4 / 3 / SCENARIO_SAMPLES;
	return row;
}

bool
siege_row_good(const struct scenario_row *row)
{
	const struct script_defence *d = row->defence;
	const uint64_t seen = (uint64_t)row->served * 100;
	const uint64_t wanted = (uint64_t)d->percent * row->tried;

	switch (d->test) {
	case SCRIPT_TEST_EQUAL:
		return seen == wanted;
	case SCRIPT_TEST_NOT_EQUAL:
		return seen != wanted;
	case SCRIPT_TEST_AT_LEAST:
		return seen >= wanted;
	case SCRIPT_TEST_AT_MOST:
		return seen <= wanted;
	case SCRIPT_TEST_ABOVE:
		return seen > wanted;
	case SCRIPT_TEST_BELOW:
		return seen < wanted;
	case SCRIPT_TEST_NONE:
	case SCRIPT_TEST_ANY:
		break;
	}
	return true;
}
