/* SPDX-License-Identifier: BSD-2-Clause
 *
 * scenario.h - parse a scenario, run it, look at what happened.
 *
 * A scenario is a text (estab-scenario(5)).  Running it makes its hosts
 * through estab.h and its wires through sim.h, tells the story step by step
 * in virtual time, and compares what comes with what was written.
 */
#ifndef SCENARIO_SCENARIO_H
#define SCENARIO_SCENARIO_H

#include "scenario/script.h"

/* ---- Parsing ------------------------------------------------------------ */

/* Where a text is not a scenario, and what would have been. */
struct scenario_error {
	uint32_t line, column; /* from 1; a column is a character */
	char expected[160];
	char found[48];
};

/* Parse a text.  name is the file's without folder and ending.  Returns NULL
 * and fills error when it cannot be understood (expected: "memory" when that
 * was short). */
struct scenario *scenario_parse(const char *name, const char *text,
    struct scenario_error *error);
void scenario_free(struct scenario *scenario);

/* Write "c7.scenario:3:9: expected a state, found 'CLOSE-WIAT'". */
void scenario_error_text(const char *file, const struct scenario_error *error,
    char *text, size_t room);

/* ---- Cases -------------------------------------------------------------- */

/* One way to run a scenario. */
struct scenario_case {
	uint8_t family; /* 4 or 6 */
	bool iss_given; /* both ends begin at iss; else each host chooses */
	uint32_t iss;
	uint64_t seed; /* 0: the scenario's */
};

/* How many cases a file asks for, the product of its families and its ISS
 * (and the hosts' own choice); and the n-th of them. */
uint32_t scenario_case_count(const struct scenario *scenario);
bool scenario_case(const struct scenario *scenario, uint32_t n,
    struct scenario_case *out);

/* ---- Running ------------------------------------------------------------ */

struct scenario_run;

/* Told while it runs; each may be NULL. */
struct scenario_watch {
	void *context;
	/* A narration line is reached. */
	void (*say)(void *context, const struct script_words *words);
	/* Something happened: new records may stand in the trace. */
	void (*progress)(void *context, const struct scenario_run *run);
	/* A packet entered a wire. */
	estab_tap tap;
};

/* Run one world of a scenario.  NULL: no memory. */
struct scenario_run *scenario_run_world(const struct scenario *scenario,
    uint32_t world, const struct scenario_case *how,
    const struct scenario_watch *watch);
void scenario_run_free(struct scenario_run *run);

bool scenario_run_passed(const struct scenario_run *run);
/* The failure: "FILE:LINE: expected ..., seen ...", the line itself and the
 * last ten records.  Written to text, cut to fit. */
void scenario_run_failure(const struct scenario_run *run, char *text,
    size_t room);

const struct estab_trace *scenario_run_trace(const struct scenario_run *run);
/* A host of the run, for STATUS; alive until the run is freed. */
const struct estab_host *scenario_run_host(const struct scenario_run *run,
    uint32_t host);
estab_time scenario_run_now(const struct scenario_run *run);
/* The address a host has on its first wire, as text. */
void scenario_run_address(const struct scenario_run *run, uint32_t host,
    char text[ESTAB_ADDRESS_TEXT]);

/* ---- Defences that stood an attack -------------------------------------- */

#define SCENARIO_ROWS_MAX 16
#define SCENARIO_SAMPLES 60

/* What came of one "defend" line. */
struct scenario_row {
	const struct script_defence *defence;
	uint32_t tried, served;     /* honest clients */
	int64_t median_ns, late_ns; /* to connect: half of them, 99 % */
	uint64_t memory_bytes;      /* records of the server, at most */
	uint32_t half_opens, half_open_max;
	uint64_t syns, syn_acks; /* forged and honest; sent in answer */
	bool good;               /* as the line says */
	/* Over the time of the attack and a third more. */
	struct {
		uint32_t half_opens, tried, served;
	} sample[SCENARIO_SAMPLES];
	int64_t sample_ns;
	uint32_t sample_count; /* of them there was something to see */
};

uint32_t scenario_run_rows(const struct scenario_run *run,
    const struct scenario_row **rows);

/* ---- Two worlds --------------------------------------------------------- */

/* The sentence that tells how two runs differ, made from what happened in
 * both: states, bytes of memory held, bytes delivered, times of closing,
 * errors.  Written to text, cut to fit; returns the bytes it wanted. */
size_t scenario_closing(const struct scenario_run *first,
    const struct scenario_run *second, bool zh, char *text, size_t room);

/* ---- Scenarios in the program ------------------------------------------- */

struct scenario_file {
	const char *name; /* "c7-last-ack-lost" */
	const char *text;
};
/* In the order of the mission; generated from scenarios/ by the build. */
extern const struct scenario_file scenario_files[];
extern const uint32_t scenario_file_count;

/* Whether a connection may go from a state to another (RFC 9293 3.3.2 and
 * docs/deviations.md): what view_diagram() draws. */
bool scenario_edge_legal(enum estab_state from, enum estab_state to);

#endif
