/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stop.c - a thread that stands still, as seen by who looks all the time.
 */
#include "flood/stop.h"

#include <estab/link.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "flood/server.h"
#include "measure.h"

#define STOPS_MAX 65536u
/* The longest turn of a loop takes less. */
#define STOOD_NS (150 * ESTAB_US)
/* What the reader gives back is not looked at oftener: it would wait. */
#define LOOK_NS (20 * ESTAB_US)
#define TAKEN_NS (20 * ESTAB_US) /* between two readings of a clock */

void
stop_begin(struct stops *stops, estab_time now)
{
	*stops = (struct stops){ .now = now, .looked = now, .moved = now };
	stops->stop = calloc(STOPS_MAX, sizeof *stops->stop);
	measure_must(stops->stop != NULL, "no memory");
}

static void
note(struct stops *stops, estab_time from, estab_time to)
{
	struct stop *const last =
	    stops->count > 0 ? &stops->stop[stops->count - 1] : NULL;

	if (last != NULL && from <= last->to) { /* the other one's too */
		stops->ns += to - last->to;
		last->to = to;
		return;
	}
	measure_must(stops->count < STOPS_MAX, "too many stops");
	stops->stop[stops->count++] = (struct stop){ from, to };
	stops->ns += to - from;
}

void
stop_look(struct stops *stops, struct queue *queue, estab_time now)
{
	const estab_time before = stops->now;
	uint32_t depth;

	stops->now = now;
	if (now - before >= STOOD_NS) { /* who looked stood himself */
		note(stops, before, now);
		stops->moved = now;
	}
	if (now - stops->looked < LOOK_NS)
		return;
	stops->looked = now;
	depth = queue_depth(queue);
	if (depth > 0 && queue->tail_seen == stops->tail)
		return;
	if (depth > 0 && now - stops->moved >= STOOD_NS)
		note(stops, stops->moved, now);
	stops->tail = queue->tail_seen;
	stops->moved = now;
}

bool
stop_within(const struct stops *stops, estab_time from, estab_time to)
{
	uint32_t low = 0, high = stops->count;

	while (low < high) { /* the first that ends after from */
		const uint32_t middle = low + (high - low) / 2;

		if (stops->stop[middle].to < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < stops->count && stops->stop[low].from <= to;
}

void
stop_end(struct stops *stops)
{
	free(stops->stop);
}

double
stop_waited(pid_t thread)
{
	char path[64];
	unsigned long long waited = 0;
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/self/task/%d/schedstat",
	    (int)thread);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%*u %llu", &waited) != 1)
		waited = 0;
	(void)fclose(file);
	return (double)waited / 1e9;
}

/* ---- Cores -------------------------------------------------------------- */

struct watch {
	int core;
	estab_time until;
	int64_t taken_ns;
};

static void *
watch(void *context)
{
	struct watch *const w = context;
	estab_time now, before;

	server_pin(w->core);
	for (before = estab_clock(); before < w->until; before = now) {
		now = estab_clock();
		if (now - before >= TAKEN_NS)
			w->taken_ns += now - before;
	}
	return NULL;
}

int
stop_quieter_core(double seconds)
{
	const estab_time until = estab_clock() + (estab_time)(seconds * 1e9);
	struct watch mine = { 0, until, 0 }, other = { 1, until, 0 };
	pthread_t thread;

	measure_must(pthread_create(&thread, NULL, watch, &other) == 0,
	    "no thread");
	(void)watch(&mine);
	(void)pthread_join(thread, NULL);
	return mine.taken_ns < other.taken_ns ? 0 : 1;
}
