/* SPDX-License-Identifier: BSD-2-Clause
 *
 * child.h - a program started by ours, which ends when ours ends.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid; /* 0: none */
	int in;    /* to its standard input */
	int out;   /* from its standard output */
	int err;   /* from its standard error; -1 where that is ours */
};

/* How its standard error is had. */
enum child_err {
	CHILD_ERR_OURS,
	CHILD_ERR_PIPE,
	CHILD_ERR_TERMINAL, /* what it writes there may have colours */
};

/* Start argv[0], found by PATH, in a process group of its own.  All our ends
 * are non-blocking.  False: errno says why; a program that is not there ends
 * with status 127. */
bool child_start(struct child *child, char *const argv[], enum child_err err);

/* Whether it has ended, and how: its exit status, or 128 + the signal. */
bool child_ended(struct child *child, int *status);

/* End it at once, if it still runs, and close what is open. */
void child_stop(struct child *child);

#endif
