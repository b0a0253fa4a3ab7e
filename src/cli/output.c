/* SPDX-License-Identifier: BSD-2-Clause
 *
 * output.c - standard output, to its last byte: what did not arrive there was
 * not done; and where colours may go.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* stdio remembers that it failed, not why. */
static int reason;

bool
cli_output_flush(void)
{
	errno = 0;
	if (fflush(stdout) != 0 && reason == 0)
		reason = errno;
	return ferror(stdout) == 0;
}

void
cli_output_end(void)
{
	if (cli_output_flush())
		return;
	/* A reader who has left needs no words. */
	if (reason != EPIPE)
		cli_say("estab", "standard output: %s",
		    reason != 0 ? strerror(reason) : "not all was written");
	_exit(CLI_FAILED);
}

bool
cli_colour(int fd)
{
	const char *const no = getenv("NO_COLOR");
	const char *const terminal = getenv("TERM");

	return isatty(fd) != 0 && (no == NULL || *no == '\0') &&
	    (terminal == NULL || strcmp(terminal, "dumb") != 0);
}
