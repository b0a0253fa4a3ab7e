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
#include <stdint.h>

enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1, /* it was asked rightly and did not come about */
	CLI_USAGE = 2,  /* it was asked wrongly */
};

/* A subcommand.  argv[0] is "estab NAME"; returns the exit status. */
int lab_main(int argc, char **argv);
int nc_main(int argc, char **argv);
int tour_main(int argc, char **argv);

/* "estab nc: " and a sentence on stderr. */
void cli_say(const char *speaker, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A decimal number of an option or argument called name; what is none, or out
 * of range, is said and ends the program. */
struct argp_state;
uint64_t cli_number(struct argp_state *state, const char *name,
    const char *text, uint64_t least, uint64_t most);

/* The word of words (n of them) that was probably meant, or NULL when none
 * is near. */
const char *suggest(const char *word, const char *const *words, size_t n);

#endif
