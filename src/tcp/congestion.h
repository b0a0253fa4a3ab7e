/* SPDX-License-Identifier: BSD-2-Clause
 *
 * congestion.h - how much may be in flight: five hooks (RFC 5681).
 *
 * A congestion control is a small value without knowledge of a connection.
 * Each hook takes one event and changes cwnd and ssthresh.
 */
#ifndef TCP_CONGESTION_H
#define TCP_CONGESTION_H

#include <estab/estab.h>

#define CWND_MAX (1u << 30) /* of cwnd; as ssthresh: nothing was lost yet */

struct congestion {
	uint32_t cwnd, ssthresh; /* bytes */
	uint32_t acked;          /* NewReno: bytes counted in avoidance */
	uint8_t control;         /* which table of hooks */
};

struct congestion_event {
	estab_time now;
	uint32_t mss;
	uint32_t flight; /* bytes in flight before the event */
	uint32_t acked;  /* bytes newly acknowledged */
	bool limited;    /* cwnd was what held the sender back */
};

struct congestion_hooks {
	/* A connection opens: event->acked is the initial window in bytes. */
	void (*open)(struct congestion *, const struct congestion_event *);
	/* New data was acknowledged outside recovery. */
	void (*acked)(struct congestion *, const struct congestion_event *);
	/* Loss was found by duplicate ACKs: recovery begins. */
	void (*lost)(struct congestion *, const struct congestion_event *);
	/* The retransmission time-out ran out. */
	void (*timed_out)(struct congestion *, const struct congestion_event *);
	/* Everything outstanding when the loss was found is acknowledged. */
	void (*recovered)(struct congestion *, const struct congestion_event *);
};

extern const struct congestion_hooks newreno_hooks;

static inline const struct congestion_hooks *
congestion_hooks_of(const struct congestion *congestion)
{
	(void)congestion;
	return &newreno_hooks;
}

#endif
