/* SPDX-License-Identifier: BSD-2-Clause
 *
 * talk.c - the programs at either end of a connection.
 */
#include "talk.h"

#include "measure.h"
#include "pair.h"

static uint8_t source[BENCH_WRITE_BYTES]; /* what is in it does not matter */
static uint8_t sink[1 << 17];

static void
accept_one(struct talk *talk, struct estab_host *host, estab_conn listener)
{
	estab_conn conn;

	pair_must(estab_accept(host, listener, &conn), "accept");
	pair_must(estab_set(host, conn, ESTAB_NODELAY, 1), "option");
	talk->accepted++;
}

static size_t
read_all(struct estab_host *host, estab_conn conn)
{
	return (size_t)pair_must(estab_receive(host, conn, sink, sizeof sink),
	    "receive");
}

static void
write_all(struct estab_host *host, estab_conn conn, size_t n)
{
	const int64_t taken =
	    pair_must(estab_send(host, conn, source, n), "send");

	measure_must(taken == (int64_t)n, "the send buffer is full");
}

void
talk_bulk_client(struct talk *talk, struct estab_host *host,
    const struct estab_event *event)
{
	int64_t taken = BENCH_WRITE_BYTES;

	while (taken == BENCH_WRITE_BYTES && talk->written < talk->goal) {
		const uint64_t left = talk->goal - talk->written;

		taken =
		    pair_must(estab_send(host, event->conn, source,
		                  left < BENCH_WRITE_BYTES ? (size_t)left :
		                                             BENCH_WRITE_BYTES),
		        "send");
		talk->written += (uint64_t)taken;
	}
}

void
talk_bulk_server(struct talk *talk, struct estab_host *host,
    const struct estab_event *event)
{
	if (event->ready & ESTAB_ACCEPTABLE)
		accept_one(talk, host, event->conn);
	else if (event->ready & ESTAB_READABLE)
		talk->done += read_all(host, event->conn);
}

/* The first event is the end of the handshake; then only answers make some,
 * because the send buffer is never full. */
void
talk_rr_client(struct talk *talk, struct estab_host *host,
    const struct estab_event *event)
{
	if (event->ready & ESTAB_READABLE) {
		(void)read_all(host, event->conn);
		talk->done++;
	}
	if (talk->done < talk->goal)
		write_all(host, event->conn, BENCH_RR_BYTES);
}

void
talk_conn_client(struct talk *talk, struct estab_host *host,
    const struct estab_event *event)
{
	if (event->ready & ESTAB_READABLE) {
		(void)read_all(host, event->conn);
		pair_must(estab_close(host, event->conn), "close");
	} else if (event->ready & ESTAB_ENDED) {
		pair_must(estab_release(host, event->conn), "release");
		talk->done++;
	} else if (talk->written < talk->goal) {
		talk->written++;
		write_all(host, event->conn, 1);
	}
}

void
talk_echo_server(struct talk *talk, struct estab_host *host,
    const struct estab_event *event)
{
	if (event->ready & ESTAB_ACCEPTABLE) {
		accept_one(talk, host, event->conn);
		return;
	}
	if (event->ready & ESTAB_READABLE)
		write_all(host, event->conn, read_all(host, event->conn));
	if (event->ready & ESTAB_EOF)
		pair_must(estab_release(host, event->conn), "release");
}

void
talk_idle_client(struct talk *talk, struct estab_host *host,
    const struct estab_event *event)
{
	(void)host;
	talk->done += (event->ready & ESTAB_CONNECTED) != 0;
}
