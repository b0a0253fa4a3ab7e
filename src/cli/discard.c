/* SPDX-License-Identifier: BSD-2-Clause
 *
 * discard.c - estab discard: the Discard Protocol (RFC 863).
 */
#include "cli/cli.h"
#include "cli/serve.h"

static bool
move(struct estab_host *host, struct serve_call *call, int ready)
{
	(void)ready;
	call->in_bytes += serve_drop_input(host, call->conn);
	return true;
}

const struct argp discard_argp = SERVE_ARGP(
    "Read what peers send, count it and throw it away (RFC 863).\v"
    "Listens at PORT, 9 unless told.  With -v or --json each connection is "
    "told with its bytes when it ends.  Ctrl-C resets what is open.\n\n"
    "Exit status: 1 it failed, 2 wrong usage, 128 + N ended by signal N.\n\n"
    "Examples:\n"
    "  estab discard -v --link tun:estab0 --addr 10.9.0.2/24 \\\n"
    "      --gateway 10.9.0.1\n"
    "  estab discard --json --link tun:estab0 --addr 10.9.0.2/24 \\\n"
    "      --gateway 10.9.0.1 9009 | jq .in_bytes\n");

int
discard_main(int argc, char **argv)
{
	static const struct service service = {
		.name = "estab discard",
		.port = 9,
		.move = move,
	};

	return serve_main(&service, &discard_argp, argc, argv);
}
