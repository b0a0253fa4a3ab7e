/* SPDX-License-Identifier: BSD-2-Clause
 *
 * run.c - a world of a scenario is run and looked at; the cases of a scenario.
 */
#include "scenario/stage.h"

#include <stdlib.h>
#include <string.h>

static void
note_fates(struct scenario_run *run)
{
	for (uint8_t i = 0; i < run->script->host_count; i++) {
		struct stage_fate *f = &run->fate[i];
		struct script_end who = { .host = i };
		const struct stage_slot *slot = run->host[i].slot;
		struct estab_memory memory;

		/* The last of its connections is what the story leads to. */
		for (uint8_t n = 1; n < SCRIPT_SLOTS_MAX; n++)
			if (slot[n].used)
				who.slot = n;
		slot += who.slot;

		estab_memory(run->host[i].host, &memory);
		f->state = check_state(run, &who);
		f->tcb_count = memory.tcb_count;
		f->half_open_count = memory.half_open_count;
		f->time_wait_count = memory.time_wait_count;
		f->memory_bytes = memory.record_bytes + memory.buffer_bytes;
		f->received = slot->received;
		memcpy(f->first, slot->first, sizeof f->first);
	}
}

struct scenario_run *
scenario_run_world(const struct scenario *scenario, uint32_t world,
    const struct scenario_case *how, const struct scenario_watch *watch)
{
	struct scenario_run *run = calloc(1, sizeof *run);

	if (run == NULL)
		return NULL;
	run->scenario = scenario;
	run->script = &scenario->world[world];
	run->how = *how;
	if (watch != NULL)
		run->watch = *watch;
	if (!stage_build(run)) {
		scenario_run_free(run);
		return NULL;
	}
	story_tell(run);
	story_finish(run);
	stage_say(run);
	note_fates(run);
	stage_progress(run);
	return run;
}

void
scenario_run_free(struct scenario_run *run)
{
	if (run == NULL)
		return;
	stage_strike(run);
	free(run);
}

bool
scenario_run_passed(const struct scenario_run *run)
{
	return !run->failed;
}

const struct estab_trace *
scenario_run_trace(const struct scenario_run *run)
{
	return &run->trace;
}

const struct estab_host *
scenario_run_host(const struct scenario_run *run, uint32_t host)
{
	return run->host[host].host;
}

uint32_t
scenario_run_rows(const struct scenario_run *run,
    const struct scenario_row **rows)
{
	*rows = run->row;
	return run->row_count;
}

estab_time
scenario_run_now(const struct scenario_run *run)
{
	return estab_world_now(run->world);
}

void
scenario_run_address(const struct scenario_run *run, uint32_t host,
    char text[ESTAB_ADDRESS_TEXT])
{
	struct estab_address address;

	for (int i = 0; i < run->script->wire_count; i++) {
		const struct script_wire *w = &run->script->wire[i];

		if (w->a != host && w->b != host)
			continue;
		stage_address(run, i, (uint8_t)host, 0, &address);
		estab_address_text(&address, text);
		return;
	}
	text[0] = '\0';
}

/* ---- Cases -------------------------------------------------------------- */

static uint32_t
bits(uint32_t set)
{
	uint32_t n = 0;

	for (; set != 0; set &= set - 1)
		n++;
	return n;
}

uint32_t
scenario_case_count(const struct scenario *s)
{
	return bits(s->families) * (1 + bits(s->iss_cases));
}

bool
scenario_case(const struct scenario *s, uint32_t n, struct scenario_case *out)
{
	static const uint32_t iss[SCRIPT_ISS_CASES] = { 0, 0x7fffffff,
		0x80000000, 0xffffffff };
	const uint32_t each = 1 + bits(s->iss_cases);
	uint32_t which = n % each;

	if (n >= scenario_case_count(s))
		return false;
	*out = (struct scenario_case){ .family = 4 };
	if (n >= each || (s->families & SCRIPT_V4) == 0)
		out->family = 6;
	if (which == 0)
		return true;
	for (uint32_t i = 0; i < SCRIPT_ISS_CASES; i++) {
		if ((s->iss_cases & 1u << i) == 0 || --which > 0)
			continue;
		out->iss_given = true;
		out->iss = iss[i];
		break;
	}
	return true;
}
