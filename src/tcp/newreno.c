/* SPDX-License-Identifier: BSD-2-Clause
 *
 * newreno.c - slow start, congestion avoidance, and the windows of fast
 * recovery (RFC 5681 3.1, 3.2; RFC 6582 3.2).
 */
#include "tcp/congestion.h"

static void
open_window(struct congestion *c, const struct congestion_event *event)
{
	c->cwnd = event->acked;
	c->ssthresh = CWND_MAX;
	c->acked = 0;
}

static void
grow(struct congestion *c, uint32_t bytes)
{
	c->cwnd = bytes < CWND_MAX - c->cwnd ? c->cwnd + bytes : CWND_MAX;
}

/* Slow start adds what was acknowledged, at most two segments an ACK before
 * the first loss and one after it (L of RFC 3465 2.2, 2.3); avoidance a
 * segment for each window (3.1). */
static void
acked(struct congestion *c, const struct congestion_event *event)
{
	const uint32_t most =
	    c->ssthresh == CWND_MAX ? 2 * event->mss : event->mss;

	if (!event->limited)
		return;
	if (c->cwnd < c->ssthresh) {
		grow(c, event->acked < most ? event->acked : most);
		return;
	}
	c->acked += event->acked;
	if (c->acked >= c->cwnd) {
		c->acked -= c->cwnd;
		grow(c, event->mss);
	}
}

static uint32_t
half_of_flight(const struct congestion_event *event)
{
	const uint32_t least = 2 * event->mss;

	return event->flight / 2 > least ? event->flight / 2 : least;
}

/* 5681 3.2 steps 2 and 3: three segments have left the network. */
static void
lost(struct congestion *c, const struct congestion_event *event)
{
	c->ssthresh = half_of_flight(event);
	c->cwnd = c->ssthresh + 3 * event->mss;
	c->acked = 0;
}

static void
timed_out(struct congestion *c, const struct congestion_event *event)
{
	c->ssthresh = half_of_flight(event);
	c->cwnd = event->mss;
	c->acked = 0;
}

/* 6582 3.2 step 3, the choice that does not burst. */
static void
recovered(struct congestion *c, const struct congestion_event *event)
{
	const uint32_t flight =
	    event->flight > event->mss ? event->flight : event->mss;

	c->cwnd = flight + event->mss < c->ssthresh ? flight + event->mss :
	                                              c->ssthresh;
	if (c->cwnd < event->mss)
		c->cwnd = event->mss;
}

const struct congestion_hooks newreno_hooks = {
	open_window,
	acked,
	lost,
	timed_out,
	recovered,
};
