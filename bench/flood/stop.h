/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stop.h - when the machine took its core from one of two threads.
 *
 * Nobody is served by a thread that does not run, and what comes meanwhile
 * fills the queue in a quarter of a millisecond.  Other work on the machine
 * stops a thread so; a figure with and without those moments tells what is the
 * server's and what the machine's.
 */
#ifndef FLOOD_STOP_H
#define FLOOD_STOP_H

#include <sys/types.h>

#include <estab/estab.h>

#include "flood/queue.h"

struct stops {
	struct stop {
		estab_time from, to;
	} * stop; /* in order */
	uint32_t count;
	int64_t ns; /* all together */
	estab_time now, looked, moved;
	uint32_t tail;
};

void stop_begin(struct stops *stops, estab_time now);
/* The caller's thread runs, and the queue's reader does if it moves: to be
 * called all the time. */
void stop_look(struct stops *stops, struct queue *queue, estab_time now);
/* Whether one of them stood in that time. */
bool stop_within(const struct stops *stops, estab_time from, estab_time to);
void stop_end(struct stops *stops);

/* Seconds that a thread has waited for a core so far, while others ran. */
double stop_waited(pid_t thread);

/* Of cores 0 and 1 that from which less is taken now. */
int stop_quieter_core(double seconds);

#endif
