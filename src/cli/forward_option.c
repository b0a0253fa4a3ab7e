/* SPDX-License-Identifier: BSD-2-Clause
 *
 * forward_option.c - the options of estab forward, and its two ends.
 */
#include "cli/forward.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const char doc[] =
    "Carry connections from LISTEN to TARGET: one of the two is a port of "
    "estab's own address, the other one of the kernel's.\v"
    "LISTEN is estab:PORT, estab:ADDR:PORT or kernel:ADDR:PORT; TARGET is "
    "kernel:ADDR:PORT, or estab:ADDR:PORT for a host beyond the device.  An "
    "IPv6 address stands in brackets: kernel:[::1]:80.\n\n"
    "A SYN that comes to estab is answered as the target answers: SYN+ACK, a "
    "reset where it refuses, ICMP where it cannot be reached, silence where "
    "nobody answers.  (The kernel accepts for itself; there a failure is a "
    "reset.)  While 1024 openings are under way, or half of -n, a SYN is "
    "accepted first and the target asked when the handshake has ended, so "
    "that forged SYNs neither reach it nor take all places; a refusal is a "
    "reset then.  Each direction ends alone, and a reset is handed on.  Ctrl-C "
    "resets what is open.\n\n"
    "Exit status: 1 it failed, 2 wrong usage, 128 + N ended by signal N.\n\n"
    "Examples:\n"
    "  estab forward --link tun:estab0 --addr 10.9.0.2/24 \\\n"
    "      --gateway 10.9.0.1 estab:80 kernel:127.0.0.1:8080\n"
    "  estab forward --link tun:estab0 --addr 10.9.0.2/24 \\\n"
    "      --gateway 10.9.0.1 \\\n"
    "      kernel:127.0.0.1:2222 estab:10.9.0.1:22\n";

/* "ADDR:PORT", "[ADDR]:PORT" or "PORT" */
static void
take_endpoint(const char *text, struct estab_endpoint *endpoint,
    struct argp_state *state)
{
	const char *const colon = strrchr(text, ':');
	char address[ESTAB_ADDRESS_TEXT + 2];
	char *bare = address;
	size_t n = colon != NULL ? (size_t)(colon - text) : 0;

	endpoint->port = (uint16_t)cli_number(state, "port",
	    colon != NULL ? colon + 1 : text, 1, 65535);
	if (colon == NULL)
		return;
	if (n >= sizeof address)
		n = sizeof address - 1;
	memcpy(address, text, n);
	address[n] = '\0';
	if (n > 1 && address[0] == '[' && address[n - 1] == ']') {
		address[n - 1] = '\0';
		bare++;
	}
	session_address(bare, &endpoint->address, state);
}

static void
take_place(const char *text, struct forward_place *place,
    struct argp_state *state)
{
	static const char *const kinds[] = { "estab", "kernel" };
	const size_t n = strcspn(text, ":");
	char kind[16];
	const char *meant;

	if (strncmp(text, "estab:", 6) == 0 ||
	    strncmp(text, "kernel:", 7) == 0) {
		place->kernel = text[0] == 'k';
		place->named = strchr(text + n + 1, ':') != NULL;
		take_endpoint(text + n + 1, &place->endpoint, state);
		return;
	}
	(void)snprintf(kind, sizeof kind, "%.*s", (int)n, text);
	meant = suggest(kind, kinds, 2);
	argp_error(state,
	    "%s: an end is written estab:PORT, estab:ADDR:PORT or "
	    "kernel:ADDR:PORT%s%s",
	    text, meant != NULL ? "; is this meant: " : "",
	    meant != NULL ? meant : "");
}

static void
check_whole(struct forward_wish *wish, struct argp_state *state)
{
	if (state->arg_num != 2)
		argp_error(state, "LISTEN and TARGET are wanted");
	if (wish->listen.kernel == wish->target.kernel)
		argp_error(state,
		    "one of LISTEN and TARGET must be estab's, the other the "
		    "kernel's");
	if (!wish->target.named)
		argp_error(state, "TARGET needs an address, as in %s",
		    wish->target.kernel ? "kernel:127.0.0.1:80" :
		                          "estab:10.9.0.1:80");
	if (wish->listen.kernel && !wish->listen.named)
		argp_error(state,
		    "LISTEN needs an address, as in kernel:127.0.0.1:80 (all: "
		    "kernel:0.0.0.0:80)");
	if (!wish->target.kernel)
		session_reaches(&wish->session, "TARGET",
		    &wish->target.endpoint.address, state);
	if (!wish->listen.kernel && !wish->listen.named)
		wish->listen.endpoint = session_local(&wish->session,
		    wish->listen.endpoint.port, state);
}

static error_t
parse(int key, char *text, struct argp_state *state)
{
	struct forward_wish *const wish = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &wish->session;
		return 0;
	case ARGP_KEY_ARG:
		cli_argument(state, text, 2);
		take_place(text,
		    state->arg_num == 0 ? &wish->listen : &wish->target, state);
		return 0;
	case ARGP_KEY_SUCCESS:
		check_whole(wish, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp forward_argp = { NULL, parse, "LISTEN TARGET", doc,
	resident_children, NULL, NULL };
