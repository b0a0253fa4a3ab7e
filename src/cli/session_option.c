/* SPDX-License-Identifier: BSD-2-Clause
 *
 * session_option.c - the options that every command with a host has.
 */
#include "cli/session.h"

#include "cli/cli.h"

enum {
	KEY_PCAP = 0x200,
	KEY_TRACE,
};

static const struct argp_option option[] = {
	{ NULL, '4', NULL, 0, "IPv4 only", 2 },
	{ NULL, '6', NULL, 0, "IPv6 only", 2 },
	{ "verbose", 'v', NULL, 0, "Say on stderr what happens", 2 },
	{ "trace", KEY_TRACE, NULL, 0, "Draw a live ladder on stderr", 3 },
	{ "pcap", KEY_PCAP, "FILE", 0, "Write every packet to a capture file",
	    3 },
	{ 0 },
};

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct session_wish *const wish = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &wish->uplink;
		return 0;
	case '4':
	case '6':
		wish->family = key - '0';
		return 0;
	case 'v':
		wish->verbose = true;
		return 0;
	case KEY_PCAP:
		wish->capture = text;
		return 0;
	case KEY_TRACE:
		wish->ladder = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &uplink_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp session_argp = { option, parse, NULL, NULL, children,
	NULL, NULL };

const struct argp_child session_children[] = {
	{ &session_argp, 0, NULL, 0 },
	{ 0 },
};

/* ---- Many connections ---------------------------------------------------- */

#define CONNECTIONS_DEFAULT 10000
#define CONNECTIONS_MAX 16000 /* of those the host has records for */

static const struct argp_option resident_option[] = {
	{ "connections", 'n', "N", 0,
	    "At most so many at a time (default 10000); others wait", 2 },
	{ 0 },
};

static error_t
parse_resident(int key, char *text, struct argp_state *state)
{
	struct session_wish *const wish = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		wish->resident = true;
		wish->connections_max = CONNECTIONS_DEFAULT;
		state->child_inputs[0] = wish;
		return 0;
	case 'n':
		wish->connections_max =
		    (uint32_t)cli_number(state, "-n", text, 1, CONNECTIONS_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp resident_argp = { resident_option, parse_resident,
	NULL, NULL, session_children, NULL, NULL };

const struct argp_child resident_children[] = {
	{ &resident_argp, 0, NULL, 0 },
	{ 0 },
};

/* ---- Whom to call -------------------------------------------------------- */

void
session_address(const char *text, struct estab_address *address,
    struct argp_state *state)
{
	if (estab_address_parse(text, address) < 0)
		argp_error(state,
		    "%s is not an address; names are not looked up", text);
}

void
session_reaches(const struct session_wish *wish, const char *what,
    const struct estab_address *peer, struct argp_state *state)
{
	const bool v4 = estab_address_is_v4(peer);

	if (uplink_own(&wish->uplink, v4) == NULL)
		argp_error(state, "%s is IPv%d, and no --addr is", what,
		    v4 ? 4 : 6);
}

/* ---- Where to listen ----------------------------------------------------- */

struct estab_endpoint
session_local(const struct session_wish *wish, uint16_t port,
    struct argp_state *state)
{
	struct estab_endpoint local = { .port = port };
	const struct estab_address *own;

	if (wish->family == 0)
		return local; /* unspecified: both */
	own = uplink_own(&wish->uplink, wish->family == 4);
	if (own == NULL)
		argp_error(state, "-%d: no --addr is IPv%d", wish->family,
		    wish->family);
	else
		local.address = *own;
	return local;
}
