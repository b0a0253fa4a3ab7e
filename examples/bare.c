/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bare.c - an echo server at port 7 where there is no operating system.  It is
 * linked with libestab, the functions of board.h, memcpy, memmove, memset and
 * memcmp, and with nothing else.
 */
#include "board.h"

#include <estab/estab.h>

#define FRAME_MAX 1514
#define TEXT_BYTES 8192 /* that a connection may hold, each way */

static _Alignas(ESTAB_ARENA_ALIGN) uint8_t arena[ESTAB_ARENA_MIN];
static struct estab_host *host;
static estab_conn listener;

static void
entropy(void *context, void *bytes, size_t n)
{
	(void)context;
	board_entropy(bytes, n);
}

static bool
begin(void)
{
	const struct estab_config config = {
		.crypto = { .siphash = estab_siphash_portable,
		    .random = entropy },
		.connections_max = 16,
		.half_open_max = 16,
		.time_wait_max = 64,
		.neighbours_max = 16,
		.send_bytes = TEXT_BYTES,
		.receive_bytes = TEXT_BYTES,
	};
	const struct estab_link link = { .mtu = 1500,
		.ethernet = true,
		.mac = { 2, 0, 0, 0, 0, 2 } };
	struct estab_endpoint own = { .port = 7 };

	return estab_address_parse("10.0.0.2", &own.address) == 0 &&
	    estab_host_create(&host, arena, sizeof arena, &config,
	        board_clock()) == 0 &&
	    estab_link_add(host, &link) == 0 &&
	    estab_address_add(host, 0, &own.address, 24) == 0 &&
	    estab_listen(host, &listener, &own, 4) == 0;
}

static void
take_in(void)
{
	static uint8_t bytes[FRAME_MAX];
	struct estab_frame frame = { .span_count = 1 };
	size_t n;

	while ((n = board_receive(bytes, sizeof bytes)) > 0) {
		frame.span[0].data = bytes;
		frame.span[0].length = (uint32_t)n;
		(void)estab_input(host, &frame, 1, board_clock());
	}
}

static void
put_out(void)
{
	static uint8_t bytes[FRAME_MAX];
	struct estab_frame frame;

	while (estab_output(host, &frame, 1, board_clock()) == 1) {
		if (board_transmit(bytes, estab_frame_gather(&frame, bytes)))
			continue;
		estab_output_refused(host, &frame);
		return;
	}
}

/* Text goes from one buffer to the other; what finds no room there waits. */
static void
echo(estab_conn conn)
{
	struct estab_span text;
	int64_t sent = 1;
	uint32_t ready;

	while (sent > 0 && estab_receive_peek(host, conn, &text, 1) == 1) {
		sent = estab_send(host, conn, text.data, text.length);
		if (sent > 0)
			(void)estab_receive_consume(host, conn, (size_t)sent);
	}
	ready = (uint32_t)estab_ready(host, conn);
	if ((ready & ESTAB_ERROR) ||
	    ((ready & ESTAB_EOF) && !(ready & ESTAB_READABLE)))
		(void)estab_release(host, conn); /* closes it as well */
}

static void
serve(void)
{
	struct estab_event event;
	estab_conn conn;

	while (estab_event(host, &event) == 1) {
		if (event.conn != listener)
			echo(event.conn);
		else
			while (estab_accept(host, listener, &conn) == 0)
				echo(conn);
	}
}

int
main(void)
{
	if (!begin())
		return 1;
	for (;;) {
		take_in();
		serve();
		put_out();
		if (!estab_event_waits(host))
			board_sleep(estab_deadline(host));
	}
}
