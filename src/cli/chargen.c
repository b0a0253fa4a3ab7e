/* SPDX-License-Identifier: BSD-2-Clause
 *
 * chargen.c - estab chargen: the Character Generator Protocol (RFC 864).
 */
#include "cli/cli.h"
#include "cli/serve.h"

#include <string.h>

#define LINE_BYTES 74 /* 72 characters, CR, LF */
#define LINE_CHARACTERS 72
#define PRINTABLE 95 /* from space to tilde */

/* The popular pattern comes again after as many lines as it has letters. */
#define PATTERN_BYTES 7030u

_Static_assert(PATTERN_BYTES == LINE_BYTES * PRINTABLE, "as many lines");

static uint8_t pattern[PATTERN_BYTES];

/* Each line begins one character later than the one before. */
static void
make_pattern(void)
{
	for (unsigned n = 0; n < PATTERN_BYTES; n++) {
		const unsigned line = n / LINE_BYTES, column = n % LINE_BYTES;

		pattern[n] = (uint8_t)(' ' + (line + column) % PRINTABLE);
		if (column == LINE_CHARACTERS)
			pattern[n] = '\r';
		if (column == LINE_CHARACTERS + 1)
			pattern[n] = '\n';
	}
}

/* The pattern from byte at of the stream on. */
static void
write_pattern(struct estab_span to, uint64_t at)
{
	uint32_t from = (uint32_t)(at % PATTERN_BYTES);

	while (to.length > 0) {
		const uint32_t left = PATTERN_BYTES - from;
		const uint32_t n = to.length < left ? to.length : left;

		memcpy(to.data, pattern + from, n);
		to.data += n;
		to.length -= n;
		from = 0;
	}
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
		write_pattern(span, call->out_bytes);
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
    "  estab chargen --link tun:estab0 --addr 10.9.0.2/24 \\\n"
    "      --gateway 10.9.0.1\n"
    "  estab chargen --link tun:estab0 --addr 10.9.0.2/24 \\\n"
    "      --gateway 10.9.0.1 --impair loss=5% 1919\n");

int
chargen_main(int argc, char **argv)
{
	static const struct service service = {
		.name = "estab chargen",
		.port = 19,
		.move = move,
	};

	make_pattern();
	return serve_main(&service, &chargen_argp, argc, argv);
}
