/* SPDX-License-Identifier: BSD-2-Clause
 *
 * visit.c - who opens, has 64 KiB echoed and closes.
 */
#include "flood/visit.h"

#include <search.h>
#include <stdlib.h>

#include "measure.h"

struct visit {
	estab_conn conn;
	estab_time began;
	bool connected;
	uint32_t received;
	TAILQ_ENTRY(visit) link;
};

/* A full queue is passed in less. */
#define SOON_NS (250 * ESTAB_US)

static uint8_t sink[1 << 17];

static int
by_conn(const void *a, const void *b)
{
	const estab_conn x = ((const struct visit *)a)->conn;
	const estab_conn y = ((const struct visit *)b)->conn;

	return (x > y) - (x < y);
}

static struct visit *
find(const struct honest *h, estab_conn conn)
{
	const struct visit key = { .conn = conn };
	void *const *const found = tfind(&key, &h->by_conn, by_conn);

	return found != NULL ? *found : NULL;
}

static void
open_one(struct honest *h)
{
	static const struct estab_endpoint any;
	struct visit *const v = calloc(1, sizeof *v);

	measure_must(v != NULL, "no memory for a visitor");
	h->opened++;
	v->began = h->now;
	if (estab_connect(h->end.host, &v->conn, &any, &h->server) < 0) {
		h->failed++;
		free(v);
		return;
	}
	measure_must(tsearch(v, &h->by_conn, by_conn) != NULL,
	    "no memory for a visitor");
	TAILQ_INSERT_TAIL(&h->visits, v, link);
}

static void
leave(struct honest *h, struct visit *v, bool served)
{
	if (v->began > h->counted_since) {
		h->served += served;
		h->failed += !served;
	}
	if (!served)
		(void)estab_abort(h->end.host, v->conn);
	(void)estab_release(h->end.host, v->conn);
	(void)tdelete(v, &h->by_conn, by_conn);
	TAILQ_REMOVE(&h->visits, v, link);
	free(v);
}

static void
note_connected(struct honest *h, struct visit *v)
{
	v->connected = true;
	if (v->began > h->counted_since && h->took.count < h->took.room)
		h->took.took[h->took.count++] =
		    (struct took){ v->began, h->now - v->began };
	(void)estab_send(h->end.host, v->conn, honest_text, h->visit_bytes);
}

void
visit_event(struct honest *h, const struct estab_event *event)
{
	struct visit *const v = find(h, event->conn);
	const uint32_t ready = event->ready;
	int64_t n;

	if (v == NULL)
		return;
	if ((ready & ESTAB_CONNECTED) != 0 && !v->connected)
		note_connected(h, v);
	if ((ready & ESTAB_READABLE) != 0)
		while ((n = estab_receive(h->end.host, v->conn, sink,
		            sizeof sink)) > 0)
			v->received += (uint32_t)n;
	if (v->received >= h->visit_bytes)
		leave(h, v, true);
	else if ((ready & (ESTAB_ERROR | ESTAB_ENDED | ESTAB_EOF)) != 0)
		leave(h, v, false);
}

void
visit_lose_patience(struct honest *h)
{
	struct visit *first;

	while ((first = TAILQ_FIRST(&h->visits)) != NULL &&
	    h->now - first->began > HONEST_PATIENCE_NS)
		leave(h, first, false);
}

void
visit_come(struct honest *h)
{
	while (h->opens_due <
	    honest_due(h->opens_per_second, h->opens_since, h->now)) {
		h->opens_due++;
		open_one(h);
	}
}

void
honest_visit(struct honest *honest, double per_second)
{
	honest->opens_per_second = per_second;
	honest->opens_since = honest->now;
	honest->opens_due = 0;
}

bool
honest_is_alone(const struct honest *honest)
{
	return TAILQ_EMPTY(&honest->visits);
}

void
visit_end(struct honest *h)
{
	struct visit *v;

	while ((v = TAILQ_FIRST(&h->visits)) != NULL)
		leave(h, v, false);
}

/* ---- How long it took --------------------------------------------------- */

static int
by_time(const void *a, const void *b)
{
	const int64_t x = ((const struct took *)a)->ns;
	const int64_t y = ((const struct took *)b)->ns;

	return (x > y) - (x < y);
}

int64_t
honest_percentile(struct honest *honest, double part)
{
	const uint32_t n = honest->took.count;

	if (n == 0)
		return 0;
	qsort(honest->took.took, n, sizeof *honest->took.took, by_time);
	return honest->took.took[(uint32_t)(part * (double)(n - 1))].ns;
}

void
honest_leave_out(struct honest *honest, const struct stops *stops)
{
	const uint32_t n = honest->took.count;

	honest->took.count = 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct took took = honest->took.took[i];

		if (!stop_within(stops, took.began, took.began + SOON_NS))
			honest->took.took[honest->took.count++] = took;
	}
}
