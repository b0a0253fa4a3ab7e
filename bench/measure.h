/* SPDX-License-Identifier: BSD-2-Clause
 *
 * measure.h - what both stacks' programs ask of the machine, and say.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdint.h>

#define BENCH_WRITE_BYTES 16384 /* of a bulk program at once */
#define BENCH_RR_BYTES 64       /* a question, and its answer */
#define BENCH_PORT 80

/* Ends the program, saying what, unless it went well. */
void measure_must(int good, const char *what);

/* Seconds of a clock that never runs back. */
double measure_clock(void);
/* Bytes of this process that are in memory. */
long measure_resident(void);

/* "units N seconds S packets P" on standard output: P a unit. */
void measure_say(double units, double began, uint64_t packets);

enum measure_mode { MEASURE_BULK, MEASURE_RR, MEASURE_CONN, MEASURE_IDLE };

/* What the words of a command line say: MODE COUNT [CONNS] [ts]. */
struct measure {
	enum measure_mode mode;
	uint64_t count, conns;
	int ts;
};

/* Ends the program when it is none; before is what stands in front. */
struct measure measure_arguments(int argc, char **argv, const char *before);

#endif
