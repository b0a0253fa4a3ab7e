/* SPDX-License-Identifier: BSD-2-Clause
 *
 * measure.c - what both stacks' programs ask of the machine, and say.
 */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void
measure_must(int good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

double
measure_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The second number of statm (proc(5)), in pages. */
long
measure_resident(void)
{
	char text[128] = "", *second;
	FILE *file = fopen("/proc/self/statm", "r");

	measure_must(file != NULL, "/proc/self/statm");
	(void)fgets(text, sizeof text, file);
	(void)fclose(file);
	second = strchr(text, ' ');
	return second == NULL ?
	    0 :
	    strtol(second, NULL, 10) * sysconf(_SC_PAGESIZE);
}

void
measure_say(double units, double began, uint64_t packets)
{
	printf("units %.3f seconds %.6f packets %.4f\n", units,
	    measure_clock() - began, (double)packets / units);
}

struct measure
measure_arguments(int argc, char **argv, const char *before)
{
	static const char *const name[] = {
		[MEASURE_BULK] = "bulk",
		[MEASURE_RR] = "rr",
		[MEASURE_CONN] = "conn",
		[MEASURE_IDLE] = "idle",
	};
	struct measure m = { .conns = 1 };

	if (argc > 2 && strcmp(argv[argc - 1], "ts") == 0) {
		m.ts = 1;
		argc--;
	}
	for (unsigned i = 0; argc > 2 && i < 4; i++)
		if (strcmp(argv[1], name[i]) == 0) {
			m.mode = (enum measure_mode)i;
			m.count = strtoull(argv[2], NULL, 10);
		}
	if (argc > 3)
		m.conns = strtoull(argv[3], NULL, 10);
	if (m.count > 0)
		return m;
	(void)fprintf(stderr,
	    "usage: %s bulk MIB | rr COUNT CONNS | conn COUNT | idle COUNT "
	    "[ts]\n",
	    before);
	exit(2);
}
