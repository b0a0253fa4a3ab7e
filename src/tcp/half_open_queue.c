/* SPDX-License-Identifier: BSD-2-Clause
 *
 * half_open_queue.c - half-open records that wait: for their SYN+ACK to be
 * sent again, or to make room.
 *
 * Records stand in a queue for each try.  Within one all wait equally long,
 * so the first is due first, and the oldest stand where most tries are.
 */
#include "tcp/tcp.h"

#define LINK offsetof(struct half_open, link)

static struct list *
list_of(struct tcp *tcp, const struct half_open *h)
{
	if (!h->deferred)
		return &tcp->half_opens[h->tries];
	return &tcp->half_opens[h->told ? HALF_OPEN_DEFERRED + h->tries :
	                                  HALF_OPEN_EVENTS];
}

void
half_open_queue(struct tcp *tcp, struct half_open *h)
{
	const int64_t wait = h->deferred ?
	    deferred_patience(tcp, h) :
	    rtt_backed_off(tcp->config.rto_initial_ns, h->tries,
	        tcp->config.rto_max_ns);

	h->due_ms = tcp_ms_of_time(tcp, tcp->now + wait);
	if (tcp->now + wait < tcp->half_open_soonest)
		tcp->half_open_soonest = tcp->now + wait;
	list_push(&tcp->arena, list_of(tcp, h), arena_ref(&tcp->arena, h),
	    LINK);
}

void
half_open_unqueue(struct tcp *tcp, struct half_open *h)
{
	list_remove(&tcp->arena, list_of(tcp, h), arena_ref(&tcp->arena, h),
	    LINK);
}

/* The oldest stands first in the queue of most tries. */
bool
half_open_evict(struct tcp *tcp)
{
	for (uint32_t n = HALF_OPEN_TRIES; n-- > 0;) {
		const uint32_t ref = tcp->half_opens[n].head;

		if (!ref)
			continue;
		count(tcp, ESTAB_COUNT_TCPHalfOpenEvicted);
		half_open_end(tcp, arena_at(&tcp->arena, ref),
		    ESTAB_REASON_HALF_OPEN_EVICTED);
		return true;
	}
	return false;
}

/* ---- Time-outs ---- */

static bool
due(const struct tcp *tcp, const struct half_open *h)
{
	return tcp_time_of_ms(tcp, h->due_ms) <= tcp->now;
}

estab_time
half_open_deadline(const struct tcp *tcp)
{
	int64_t soonest = ESTAB_NEVER;

	if (tcp->half_open_count == 0)
		return ESTAB_NEVER;
	for (uint32_t n = 0; n < HALF_OPEN_EVENTS; n++) {
		const struct half_open *h;
		int64_t at;

		if (!tcp->half_opens[n].head)
			continue;
		h = arena_at(&tcp->arena, tcp->half_opens[n].head);
		at = tcp_time_of_ms(tcp, h->due_ms);
		soonest = at < soonest ? at : soonest;
	}
	return soonest;
}

static void
timed_out(struct tcp *tcp, struct half_open *h)
{
	if (h->deferred) {
		conn_record(tcp, ESTAB_RECORD_TIMER, &h->head,
		    ESTAB_REASON_TIMEOUT_DEFERRED);
		half_open_end(tcp, h, ESTAB_REASON_TIMEOUT_DEFERRED);
		return;
	}
	if ((int32_t)h->tries >= flood_tries(tcp)) {
		conn_record(tcp, ESTAB_RECORD_TIMER, &h->head,
		    ESTAB_REASON_TIMEOUT_HALF_OPEN);
		half_open_end(tcp, h, ESTAB_REASON_TIMEOUT_HALF_OPEN);
		return;
	}
	half_open_unqueue(tcp, h);
	h->tries = (h->tries + 1u) & 0xfu;
	count(tcp, ESTAB_COUNT_TCPTimeouts);
	conn_record(tcp, ESTAB_RECORD_TIMER, &h->head,
	    ESTAB_REASON_TIMEOUT_SYN_ACK);
	if (flood_repeats(tcp, &h->head.remote)) {
		count(tcp, ESTAB_COUNT_RetransSegs);
		syn_ack_send(tcp, h, ESTAB_REASON_TIMEOUT_SYN_ACK);
	}
	half_open_queue(tcp, h);
}

void
half_open_timeouts(struct tcp *tcp)
{
	if (tcp->now < tcp->half_open_soonest)
		return;
	for (uint32_t n = 0; n < HALF_OPEN_EVENTS; n++)
		while (tcp->half_opens[n].head &&
		    due(tcp, arena_at(&tcp->arena, tcp->half_opens[n].head)))
			timed_out(tcp,
			    arena_at(&tcp->arena, tcp->half_opens[n].head));
	tcp->half_open_soonest = half_open_deadline(tcp);
}
