/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nc.c - the options of estab nc.
 */
#include "cli/nc.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

enum {
	KEY_LINGER = 0x300,
};

static const struct argp_option option[] = {
	{ "listen", 'l', NULL, 0, "Wait for a connection at PORT", 2 },
	{ "keep", 'k', NULL, 0,
	    "With -l: when a connection has ended, wait for the next", 2 },
	{ "wait", 'w', "SECONDS", 0,
	    "Give up when connecting takes longer, or nothing moves for so "
	    "long",
	    2 },
	{ "linger-time-wait", KEY_LINGER, NULL, 0,
	    "Stay in TIME-WAIT for its 2 MSL instead of one RTO", 2 },
	{ 0 },
};

static const char doc[] =
    "Carry standard input and output over a TCP connection of estab's own.\v"
    "estab sits behind a device with an address of its own; the kernel is the "
    "gateway at the other end of the wire.  The end of input closes our half "
    "of the connection; estab nc leaves when all is acknowledged and the "
    "peer has closed as well.  Ctrl-C resets the connection.  SIGUSR1 prints "
    "the states of all connections.\n\n"
    "Exit status: 0 all went well, 1 it failed, 2 wrong usage, 128 + N ended "
    "by signal N.\n\n"
    "Examples:\n"
    "  estab nc -l --link tun:estab0 --addr 10.9.0.2/24 \\\n"
    "      --gateway 10.9.0.1 8080 <page.http\n"
    "  echo hello | estab nc -v --trace --link tun:estab0 \\\n"
    "      --addr 10.9.0.2/24 --gateway 10.9.0.1 10.9.0.1 7\n";

static void
take_argument(struct nc_wish *wish, const char *text, struct argp_state *state)
{
	struct estab_endpoint *const to =
	    wish->listen ? &wish->local : &wish->peer;

	if (state->arg_num == 0 && !wish->listen) {
		session_address(text, &wish->peer.address, state);
		return;
	}
	cli_argument(state, text, wish->listen ? 1 : 2);
	to->port = (uint16_t)cli_number(state, "port", text, 1, 65535);
}

static void
check_peer(const struct nc_wish *wish, struct argp_state *state)
{
	const bool v4 = estab_address_is_v4(&wish->peer.address);
	char text[ESTAB_ADDRESS_TEXT];

	estab_address_text(&wish->peer.address, text);
	if (wish->session.family != 0 && (wish->session.family == 4) != v4)
		argp_error(state, "-%d: %s is IPv%d", wish->session.family,
		    text, v4 ? 4 : 6);
	session_reaches(&wish->session, text, &wish->peer.address, state);
}

static void
check_whole(struct nc_wish *wish, struct argp_state *state)
{
	if (wish->keep && !wish->listen)
		argp_error(state, "-k goes with -l only");
	if (state->arg_num != (wish->listen ? 1u : 2u))
		argp_error(state, "%s",
		    wish->listen ? "-l wants a PORT" :
		                   "HOST and PORT are wanted");
	if (wish->listen)
		wish->local =
		    session_local(&wish->session, wish->local.port, state);
	else
		check_peer(wish, state);
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct nc_wish *const wish = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &wish->session;
		return 0;
	case 'l':
		wish->listen = true;
		return 0;
	case 'k':
		wish->keep = true;
		return 0;
	case 'w':
		wish->wait_ns = ESTAB_SECOND *
		    (int64_t)cli_number(state, "-w", text, 1, 1000000);
		return 0;
	case KEY_LINGER:
		wish->linger = true;
		return 0;
	case ARGP_KEY_ARG:
		take_argument(wish, text, state);
		return 0;
	case ARGP_KEY_SUCCESS:
		check_whole(wish, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp nc_argp = { option, parse, "HOST PORT\n-l PORT", doc,
	session_children, NULL, NULL };

int
nc_main(int argc, char **argv)
{
	struct nc_wish wish = { .session.name = NC_NAME };

	/* Arguments are read after the options, so that -l may stand behind. */
	if (cli_parse(&nc_argp, argc, argv, NULL, &wish) != 0)
		return CLI_USAGE;
	return nc_run(&wish);
}
