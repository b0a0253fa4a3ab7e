/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cli.h - the program estab: one thin file a subcommand.
 *
 * Data goes to stdout, words to stderr.  A complaint says what failed, on
 * which object, and what to do about it.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>

enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1, /* it was asked rightly and did not come about */
	CLI_USAGE = 2,  /* it was asked wrongly */
};

/* A subcommand.  argv[0] is "estab NAME"; returns the exit status. */
int lab_main(int argc, char **argv);
int nc_main(int argc, char **argv);
int tour_main(int argc, char **argv);

/* "estab nc: " and a sentence on stderr; command names the speaker. */
void cli_say(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The word of words (n of them) that was probably meant, or NULL when none
 * is near. */
const char *suggest(const char *word, const char *const *words, size_t n);

#endif
