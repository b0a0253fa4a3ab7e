/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tour.c - estab tour: a whole life in the simulated world, and then one with
 * the Linux kernel at the other end.
 */
#include "cli/cli.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/kernel.h"
#include "cli/namespace.h"

static const char doc[] =
    "See a connection's whole life: first in the simulated world, then with "
    "the Linux kernel.\v"
    "The second part needs curl, ss and ip (iproute2), and makes a network "
    "namespace of its own that ends with it; whoever is not root gets one in a "
    "user namespace.  estab sits behind a TUN device, or, where /dev/net/tun "
    "does not open, on one end of a veth pair.  It takes a few seconds.\n\n"
    "Exit status: 0 all was seen, 1 something failed, 2 wrong usage, 130 "
    "ended by Ctrl-C.\n\n"
    "Examples:\n"
    "  estab tour\n"
    "  NO_COLOR=1 estab tour | less\n";

static void
heading(const char *text)
{
	(void)printf("\n%s\n", text);
	for (const char *c = text; *c != '\0'; c++)
		(void)fputc('=', stdout);
	(void)puts("\n");
	(void)fflush(stdout);
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	cli_argument(state, text, 0);
	return 0;
}

const struct argp tour_argp = { NULL, parse, NULL, doc, NULL, NULL, NULL };

int
tour_main(int argc, char **argv)
{
	static char lab[] = "estab lab", life[] = "o1-to-c6-a-whole-life";
	char *play[] = { lab, life, NULL };
	char why[400];
	int result;

	if (cli_parse(&tour_argp, argc, argv, NULL, NULL) != 0)
		return CLI_USAGE;
	heading("1. In the simulated world");
	result = lab_main(2, play);
	if (result != CLI_DONE)
		return result;
	heading("2. With the Linux kernel");
	if (!namespace_enter(why, sizeof why)) {
		(void)printf("Not here: %s.\n", why);
		return CLI_DONE;
	}
	result = kernel_tour();
	if (result == CLI_DONE)
		(void)puts("\nestab lab --list names what else there is to "
		           "see; estab help nc is for your own connections.");
	return result;
}
