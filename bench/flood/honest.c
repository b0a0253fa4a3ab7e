/* SPDX-License-Identifier: BSD-2-Clause
 *
 * honest.c - a host of clients: what they have in common, and flows.
 */
#include "flood/visit.h"

#include <estab/link.h>

#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "pair.h"

#define TOOK_ROOM (1u << 17)

uint8_t honest_text[HONEST_VISIT_BYTES];
static uint8_t sink[1 << 17];

/* ---- Flows -------------------------------------------------------------- */

static void
flow_event(struct honest *h, estab_conn conn)
{
	int64_t n;

	while ((n = estab_receive(h->end.host, conn, sink, sizeof sink)) > 0)
		h->echoed_bytes += (uint64_t)n;
}

static bool
is_flow(const struct honest *h, estab_conn conn)
{
	for (uint32_t i = 0; i < h->flow_count; i++)
		if (h->flow[i] == conn)
			return true;
	return false;
}

static void
talk(struct honest *h)
{
	const uint64_t wanted =
	    honest_due(h->messages_per_second, h->messages_since, h->now);

	while (h->messages_due < wanted) {
		const estab_conn conn =
		    h->flow[h->messages_due++ % h->flow_count];

		(void)estab_send(h->end.host, conn, honest_text,
		    h->message_bytes);
	}
}

void
honest_open_flows(struct honest *honest, uint32_t count, uint32_t message_bytes)
{
	static const struct estab_endpoint any;

	measure_must(count <= HONEST_FLOWS_MAX &&
	        message_bytes <= sizeof honest_text,
	    "too many flows");
	honest->message_bytes = message_bytes;
	for (uint32_t i = 0; i < count; i++) {
		estab_conn *const conn = &honest->flow[i];

		pair_must(estab_connect(honest->end.host, conn, &any,
		              &honest->server),
		    "connect");
		pair_must(estab_set(honest->end.host, *conn, ESTAB_NODELAY, 1),
		    "option");
	}
	honest->flow_count = count;
}

void
honest_talk(struct honest *honest, double messages_per_second)
{
	honest->messages_per_second = messages_per_second;
	honest->messages_since = honest->now;
	honest->messages_due = 0;
}

/* ---- A turn ------------------------------------------------------------- */

static bool
take_in(struct honest *h)
{
	struct estab_frame frame[PAIR_BATCH];
	const struct queue_slot *slot;
	size_t n = 0;

	while (n < PAIR_BATCH && (slot = queue_next(h->in)) != NULL)
		frame[n++] = (struct estab_frame){
			.span[0] = { (uint8_t *)(uintptr_t)slot->data,
			    slot->bytes },
			.span_count = 1,
		};
	if (n == 0)
		return false;
	pair_must(estab_input(h->end.host, frame, n, h->now), "input");
	queue_release(h->in);
	return true;
}

static void
give_out(struct honest *h)
{
	struct estab_frame frame[PAIR_BATCH];
	int n;

	while ((n = estab_output(h->end.host, frame, PAIR_BATCH, h->now)) > 0) {
		for (int i = 0; i < n; i++) {
			struct queue_slot *const slot = queue_place(h->out);

			if (slot == NULL) {
				h->lost++;
				continue;
			}
			slot->bytes = estab_frame_gather_with(&frame[i],
			    slot->data, h->copy_sum);
			queue_fill(h->out);
		}
		queue_publish(h->out);
	}
}

static void
take_events(struct honest *h)
{
	struct estab_event event;

	while (estab_event(h->end.host, &event) == 1)
		if (is_flow(h, event.conn))
			flow_event(h, event.conn);
		else
			visit_event(h, &event);
}

/* When nothing came and nothing is due the host is left alone, so that the
 * thread has time for others. */
void
honest_turn(struct honest *honest, estab_time now)
{
	const uint64_t begun = honest->opens_due + honest->messages_due;
	bool busy;

	honest->now = now;
	busy = take_in(honest);
	if (!busy)
		(void)estab_input(honest->end.host, NULL, 0, now);
	take_events(honest);
	visit_lose_patience(honest);
	visit_come(honest);
	talk(honest);
	if (busy || begun != honest->opens_due + honest->messages_due ||
	    estab_deadline(honest->end.host) <= now)
		give_out(honest);
}

/* ---- Begun, counted, ended ---------------------------------------------- */

void
honest_begin_with(struct honest *honest, const struct end *end,
    const struct estab_endpoint *server)
{
	*honest = (struct honest){
		.end = *end,
		.server = *server,
		.visit_bytes = HONEST_VISIT_BYTES,
		.copy_sum = estab_copy_sum_best(),
		.took.room = TOOK_ROOM,
		.took.took = calloc(TOOK_ROOM, sizeof(struct took)),
	};
	measure_must(honest->took.took != NULL, "no memory");
	TAILQ_INIT(&honest->visits);
}

void
honest_begin(struct honest *honest, struct queue *in, struct queue *out,
    const struct estab_endpoint *server)
{
	/* Many short connections of one address: all ports, and its TIME-WAITs
	 * last as long as ever. */
	static const struct estab_config config = { .port_first = 1024,
		.port_last = 65535 };
	const struct estab_link link = { .mtu = BENCH_MTU,
		.checksum_out = true };
	struct end end;

	end_make(&end, 1, &config, estab_clock());
	pair_must(estab_link_add(end.host, &link), "link");
	end_join(&end);
	honest_begin_with(honest, &end, server);
	honest->in = in;
	honest->out = out;
	honest->now = estab_clock();
}

void
honest_count_anew(struct honest *honest)
{
	honest->opened = honest->served = honest->failed = honest->lost = 0;
	honest->took.count = 0;
	honest->counted_since = honest->now;
	honest->echoed_bytes = 0;
}

void
honest_end(struct honest *honest)
{
	visit_end(honest);
	free(honest->took.took);
	end_drop(&honest->end);
}
