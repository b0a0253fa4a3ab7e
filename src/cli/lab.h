/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lab.h - what estab lab was asked for, and playing one scenario so.
 */
#ifndef CLI_LAB_H
#define CLI_LAB_H

#include <stdio.h>

#include "scenario/scenario.h"
#include "view/view.h"

struct lab_wish {
	struct view_style style;
	bool list, json, tcb, diagram, v6;
	uint64_t seed;       /* 0: the scenario's */
	const char *picture; /* an SVG of a flood; NULL: none */
	const char *capture; /* NULL: none */
	FILE *capture_file;
	struct view_pcap pcap;
};

/* Play all worlds of a scenario.  False: it did not go as written (said on
 * stderr). */
bool lab_play(struct lab_wish *wish, const struct scenario *scenario);

/* What came of the defences of a run, if it had any.  False: the picture
 * cannot be written (said on stderr). */
bool lab_flood(const struct lab_wish *wish, const struct scenario_run *run);

#endif
