/* SPDX-License-Identifier: BSD-2-Clause
 *
 * chargen.c - estab chargen: the Character Generator Protocol (RFC 864).
 */
#include "cli/cli.h"
#include "cli/serve.h"

#define LINE_BYTES 74 /* 72 characters, CR, LF */
#define LINE_CHARACTERS 72
#define PRINTABLE 95 /* from space to tilde */

/* Byte n of the popular pattern: each line begins one character later. */
static uint8_t
character(uint64_t n)
{
	const uint64_t line = n / LINE_BYTES, column = n % LINE_BYTES;

	if (column == LINE_CHARACTERS)
		return '\r';
	if (column == LINE_CHARACTERS + 1)
		return '\n';
	return (uint8_t)(' ' + (line + column) % PRINTABLE);
}

/* Write into the send buffer itself until it is full. */
static bool
move(struct estab_host *host, struct serve_call *call, int ready)
{
	struct estab_span span;

	call->in_bytes += serve_drop_input(host, call->conn);
	if (call->closed || (ready & (int)ESTAB_EOF) != 0)
		return true;
	while (estab_send_reserve(host, call->conn, SIZE_MAX, &span) > 0) {
		for (uint32_t i = 0; i < span.length; i++)
			span.data[i] = character(call->out_bytes + i);
		if (estab_send_commit(host, call->conn, span.length) <= 0)
			break;
		call->out_bytes += span.length;
	}
	ready = estab_ready(host, call->conn);
	return ready < 0 || (ready & (int)ESTAB_WRITABLE) == 0;
}

const struct argp chargen_argp = SERVE_ARGP(
    "Send lines of characters without end (RFC 864).\v"
    "Listens at PORT, 19 unless told.  The lines are the popular pattern, 72 "
    "characters each, one further than the line before; what a peer sends is "
    "thrown away.  It ends when the peer closes.  Ctrl-C resets what is "
    "open.\n\n"
    "Exit status: 1 it failed, 2 wrong usage, 128 + N ended by signal N.\n\n"
    "Examples:\n"
    "  estab chargen --link tun:estab0 --addr 10.9.0.2/24 --gateway "
    "10.9.0.1\n"
    "  estab chargen --impair loss=5% --link tun:estab0 --addr 10.9.0.2/24 "
    "--gateway 10.9.0.1 1919\n");

int
chargen_main(int argc, char **argv)
{
	static const struct service service = {
		.name = "estab chargen",
		.port = 19,
		.move = move,
	};

	return serve_main(&service, &chargen_argp, argc, argv);
}
