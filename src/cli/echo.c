/* SPDX-License-Identifier: BSD-2-Clause
 *
 * echo.c - estab echo: the Echo Protocol (RFC 862).
 */
#include "cli/cli.h"
#include "cli/serve.h"

#define SPANS 16

/* Send the text back from where it lies.  What the send buffer has no room
 * for stays unread, and closes the peer's window in time. */
static uint64_t
send_back(struct estab_host *host, estab_conn conn)
{
	struct estab_span span[SPANS];
	const int n = estab_receive_peek(host, conn, span, SPANS);
	uint64_t total = 0;

	for (int i = 0; i < n; i++) {
		const int64_t took =
		    estab_send(host, conn, span[i].data, span[i].length);

		if (took > 0)
			total += (uint64_t)took;
		if (took != (int64_t)span[i].length)
			break;
	}
	(void)estab_receive_consume(host, conn, total);
	return total;
}

static bool
move(struct estab_host *host, struct serve_call *call, int ready)
{
	uint64_t moved;

	if ((ready & (int)ESTAB_READABLE) == 0)
		return true;
	do {
		moved = send_back(host, call->conn);
		call->in_bytes += moved;
		call->out_bytes += moved;
	} while (moved > 0);
	ready = estab_ready(host, call->conn);
	return ready < 0 || (ready & (int)ESTAB_READABLE) == 0 ||
	    (ready & (int)ESTAB_WRITABLE) == 0;
}

const struct argp echo_argp = SERVE_ARGP(
    "Send back to each peer what it sends (RFC 862).\v"
    "Listens at PORT, 7 unless told.  The end of a peer's text is answered "
    "by the end of ours, behind all that came.  Ctrl-C resets what is "
    "open.\n\n"
    "Exit status: 1 it failed, 2 wrong usage, 128 + N ended by signal N.\n\n"
    "Examples:\n"
    "  estab echo --link tun:estab0 --addr 10.9.0.2/24 \\\n"
    "      --gateway 10.9.0.1\n"
    "  estab echo -v --json --link tun:estab0 --addr fd00:9::2/64 \\\n"
    "      --gateway fd00:9::1 7007\n");

int
echo_main(int argc, char **argv)
{
	static const struct service service = {
		.name = "estab echo",
		.port = 7,
		.move = move,
	};

	return serve_main(&service, &echo_argp, argc, argv);
}
