/* SPDX-License-Identifier: BSD-2-Clause
 *
 * echo.c - the server's program.
 */
#include "flood/echo.h"

#define SPANS 16

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

static void
converse(struct estab_host *host, estab_conn conn)
{
	int ready;

	while (send_back(host, conn) > 0)
		;
	ready = estab_ready(host, conn);
	if (ready < 0)
		return;
	if ((ready & (int)(ESTAB_ERROR | ESTAB_ENDED)) != 0 ||
	    (ready & (int)(ESTAB_EOF | ESTAB_READABLE)) == (int)ESTAB_EOF)
		(void)estab_release(host, conn);
}

void
echo_events(struct estab_host *host, estab_conn listener)
{
	struct estab_event event;
	estab_conn conn;

	while (estab_event(host, &event) == 1) {
		if (event.conn != listener) {
			converse(host, event.conn);
			continue;
		}
		while (estab_accept(host, listener, &conn) == 0) {
			(void)estab_set(host, conn, ESTAB_NODELAY, 1);
			converse(host, conn);
		}
	}
}
