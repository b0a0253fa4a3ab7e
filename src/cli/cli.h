/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cli.h - the program estab: one thin file a subcommand.
 *
 * Data goes to stdout, words to stderr.  A complaint says what failed, on
 * which object, and what to do about it.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1, /* it was asked rightly and did not come about */
	CLI_USAGE = 2,  /* it was asked wrongly */
};

/* A subcommand.  argv[0] is "estab NAME"; returns the exit status. */
int chargen_main(int argc, char **argv);
int completion_main(int argc, char **argv);
int discard_main(int argc, char **argv);
int echo_main(int argc, char **argv);
int forward_main(int argc, char **argv);
int keys_main(int argc, char **argv);
int lab_main(int argc, char **argv);
int nc_main(int argc, char **argv);
int nstat_main(int argc, char **argv);
int ss_main(int argc, char **argv);
int tour_main(int argc, char **argv);

/* What its options are. */
struct argp;
extern const struct argp chargen_argp, completion_argp, discard_argp, echo_argp,
    forward_argp, keys_argp, lab_argp, nc_argp, nstat_argp, ss_argp, tour_argp;

struct command {
	const char *name;
	const char *called; /* its argv[0] */
	int (*run)(int argc, char **argv);
	const struct argp *argp;
	const char *does;
};
extern const struct command cli_command[];
extern const size_t cli_command_count;

/* Read a command's options as argp_parse does; one that is misspelt ends the
 * program with the nearest named.  first (NULL: there are none) becomes the
 * index of the first argument that the parser left. */
int cli_parse(const struct argp *argp, int argc, char **argv, int *first,
    void *input);

/* "estab nc: " and a sentence on stderr. */
void cli_say(const char *speaker, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "1 connection", "2 connections": a noun whose plural ends in s. */
#define CLI_COUNTED 48
const char *cli_counted(uint64_t n, const char *noun, char text[CLI_COUNTED]);

/* Write out what was printed so far.  False: some of it could not be. */
bool cli_output_flush(void);
/* On every way out, as the last thing: if not all arrived on standard output,
 * say so and end with CLI_FAILED. */
void cli_output_end(void);
/* Whether colours are wanted there: on a terminal that is not "dumb", unless
 * NO_COLOR is set (to something). */
bool cli_colour(int fd);

/* An argument has come where n are wanted.  One too many is said and ends the
 * program. */
struct argp_state;
void cli_argument(struct argp_state *state, const char *text, unsigned int n);

/* A decimal number of an option or argument called name; what is none, or out
 * of range, is said and ends the program. */
uint64_t cli_number(struct argp_state *state, const char *name,
    const char *text, uint64_t least, uint64_t most);

/* The word of words (n of them) that was probably meant, or NULL when none
 * is near. */
const char *suggest(const char *word, const char *const *words, size_t n);

#endif
