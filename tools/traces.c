/* SPDX-License-Identifier: BSD-2-Clause
 *
 * traces.c - run every scenario in the program, every case and world of it,
 * and print a hash of its trace, a line each.
 *
 *     traces              all
 *     traces NAME CASE    the trace itself, as JSON
 *
 * It is built by several compilers for several machines, and what it prints
 * must not differ (`./x check traces`).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario.h"
#include "view/view.h"

/* FNV-1a of what is written. */
struct sum {
	uint64_t hash;
	FILE *copy; /* NULL: only summed */
};

static void
sum_write(void *context, const char *text, size_t n)
{
	struct sum *sum = context;

	for (size_t i = 0; i < n; i++) {
		sum->hash ^= (uint8_t)text[i];
		sum->hash *= UINT64_C(0x100000001b3);
	}
	if (sum->copy)
		(void)fwrite(text, 1, n, sum->copy);
}

/* False: it could not be run to its end. */
static bool
print_world(const struct scenario *scenario, uint32_t number, uint32_t world,
    bool whole)
{
	struct sum sum = { UINT64_C(0xcbf29ce484222325),
		whole ? stdout : NULL };
	const struct view_out out = { sum_write, &sum };
	struct scenario_case how;
	struct scenario_run *run;
	const struct estab_trace *trace;
	bool passed;

	if (!scenario_case(scenario, number, &how))
		return false;
	run = scenario_run_world(scenario, world, &how, NULL);
	if (!run)
		return false;
	trace = scenario_run_trace(run);
	for (uint64_t n = 0; n < trace->written; n++) {
		const struct estab_record *record = estab_trace_get(trace, n);

		if (record)
			view_json(&out, NULL, 0, record);
	}
	passed = scenario_run_passed(run);
	printf("%s case %" PRIu32 " world %" PRIu32 ": %" PRIu64
	       " records %016" PRIx64 "%s\n",
	    scenario->name, number, world, trace->written, sum.hash,
	    passed ? "" : " FAILED");
	scenario_run_free(run);
	return passed;
}

static bool
print_file(const struct scenario_file *file, const char *only)
{
	struct scenario_error error;
	struct scenario *scenario =
	    scenario_parse(file->name, file->text, &error);
	bool good = true;

	if (!scenario) {
		char text[400];

		scenario_error_text(file->name, &error, text, sizeof(text));
		printf("%s\n", text);
		return false;
	}
	for (uint32_t n = 0; n < scenario_case_count(scenario); n++) {
		if (only && (uint32_t)strtoul(only, NULL, 10) != n)
			continue;
		for (uint32_t w = 0; w < scenario->world_count; w++)
			good &= print_world(scenario, n, w, only != NULL);
	}
	scenario_free(scenario);
	return good;
}

int
main(int argc, char **argv)
{
	bool good = scenario_file_count > 0;

	for (uint32_t i = 0; i < scenario_file_count; i++) {
		if (argc == 3 && strcmp(argv[1], scenario_files[i].name) != 0)
			continue;
		good &=
		    print_file(&scenario_files[i], argc == 3 ? argv[2] : NULL);
	}
	return good ? 0 : 1;
}
