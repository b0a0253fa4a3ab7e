/* SPDX-License-Identifier: BSD-2-Clause
 *
 * main.c - the program estab: which subcommand is meant.
 */
#include "cli/cli.h"

#include <argp.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef ESTAB_VERSION
#define ESTAB_VERSION "0.1.0"
#endif

const struct command cli_command[] = {
	{ "chargen", "estab chargen", chargen_main, &chargen_argp,
	    "send lines of characters without end (RFC 864)" },
	{ "completion", "estab completion", completion_main, &completion_argp,
	    "print a completion script for bash or zsh" },
	{ "discard", "estab discard", discard_main, &discard_argp,
	    "read what peers send, count it, throw it away (RFC 863)" },
	{ "echo", "estab echo", echo_main, &echo_argp,
	    "send back to each peer what it sends (RFC 862)" },
	{ "forward", "estab forward", forward_main, &forward_argp,
	    "carry connections between estab and the kernel" },
	{ "keys", "estab keys", keys_main, &keys_argp,
	    "make and change keys of SYN cookies" },
	{ "lab", "estab lab", lab_main, &lab_argp,
	    "play a scenario in the simulated world and draw what happens" },
	{ "nc", "estab nc", nc_main, &nc_argp,
	    "carry standard input and output over a TCP connection" },
	{ "nstat", "estab nstat", nstat_main, &nstat_argp,
	    "print the counters of running estab processes" },
	{ "ss", "estab ss", ss_main, &ss_argp,
	    "list the connections of running estab processes" },
	{ "tour", "estab tour", tour_main, &tour_argp,
	    "see a whole life, simulated and then with the kernel" },
};

#define COMMAND_COUNT (sizeof cli_command / sizeof cli_command[0])

const size_t cli_command_count = COMMAND_COUNT;

static void
help(FILE *to)
{
	(void)fputs("Usage: estab COMMAND [ARGUMENTS]\n"
	            "A TCP you can run, watch and trust.\n\n",
	    to);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(to, "  %-10s  %s\n", cli_command[i].name,
		    cli_command[i].does);
	(void)fputs("  help        explain a command: estab help COMMAND\n\n"
	            "      --help     this\n"
	            "      --version  print the version\n\n"
	            "Examples:\n"
	            "  estab lab c7          why TIME-WAIT lasts 2 MSL\n"
	            "  estab nc -l --link tun:estab0 --addr 10.9.0.2/24 \\\n"
	            "      --gateway 10.9.0.1 8080 <page.http\n",
	    to);
}

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(cli_command[i].name, name) == 0)
			return &cli_command[i];
	return NULL;
}

static int
unknown(const char *word)
{
	const char *names[COMMAND_COUNT + 1];
	const char *meant;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = cli_command[i].name;
	names[COMMAND_COUNT] = "help";
	meant = suggest(word, names, COMMAND_COUNT + 1);
	if (meant != NULL)
		cli_say("estab", "there is no command \"%s\"; is \"%s\" meant?",
		    word, meant);
	else
		cli_say("estab",
		    "there is no command \"%s\"; estab --help lists them",
		    word);
	return CLI_USAGE;
}

static int
run(const struct command *chosen, int argc, char **argv)
{
	char called[32];

	(void)snprintf(called, sizeof called, "%s", chosen->called);
	argv[0] = called;
	return chosen->run(argc, argv);
}

static int
help_on(int argc, char **argv)
{
	static char option[] = "--help";
	char *asked[] = { NULL, option, NULL };

	if (argc < 2) {
		help(stdout);
		return CLI_DONE;
	}
	const struct command *const chosen = find(argv[1]);

	return chosen == NULL ? unknown(argv[1]) : run(chosen, 2, asked);
}

/* A device that is opened must not become what we take for stdout.  What is
 * written to one that was closed is an error still: it opens for reading. */
static void
fill_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY);
}

int
main(int argc, char **argv)
{
	fill_standard_descriptors();
	(void)atexit(cli_output_end);
	argp_err_exit_status = CLI_USAGE;
	if (argc < 2) {
		help(stderr);
		return CLI_USAGE;
	}
	const char *const word = argv[1];

	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
		(void)puts("estab " ESTAB_VERSION);
		return CLI_DONE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		help(stdout);
		return CLI_DONE;
	}
	if (strcmp(word, "help") == 0)
		return help_on(argc - 1, argv + 1);
	const struct command *const chosen = find(word);

	if (chosen == NULL)
		return unknown(word);
	return run(chosen, argc - 1, argv + 1);
}
