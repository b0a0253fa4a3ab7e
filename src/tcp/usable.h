/* SPDX-License-Identifier: BSD-2-Clause
 *
 * usable.h - how much new text may leave now: the peer's window, the
 * congestion window, Nagle (RFC 9293 3.7.4) and the avoidance of silly windows
 * (3.8.6.2.1).  Every segment asks: inline.
 */
#ifndef TCP_USABLE_H
#define TCP_USABLE_H

#include "tcp/tcp.h"

/* What the peer's window has room for. */
static inline uint32_t
usable_window(const struct tcb *t)
{
	const uint32_t edge = t->snd.una + t->snd.wnd;

	return seq_gt(edge, t->snd.nxt) ? seq_span(t->snd.nxt, edge) : 0;
}

/* What counts as being in the network may be two segments more while the
 * first duplicate ACKs come in (RFC 3042). */
static inline uint32_t
usable_congestion(const struct tcb *t)
{
	const uint32_t extra = t->in_recovery ?
	    0 :
	    (t->duplicate_acks < 2 ? t->duplicate_acks : 2u) * t->snd.mss;
	const uint32_t most = t->congestion.cwnd + extra;

	return most > t->snd.flight ? most - t->snd.flight : 0;
}

/* How much new text may leave in one segment now (3.8.6.2.1 and Nagle, 3.7.4)
 * into the usable window; 0: none. */
static inline uint32_t
usable_text(const struct tcp *tcp, const struct tcb *t, uint32_t window)
{
	const uint32_t unsent = tcb_unsent(t);
	const uint32_t room = usable_congestion(t);
	const uint32_t super = tcp->link[t->head.link].segment_bytes_max;
	uint32_t most = t->snd.mss, n = unsent;

	if (super > most && most > 0)
		most = super / most * most;
	if (n > window)
		n = window;
	if (n > room)
		n = room;
	if (n > most)
		n = most;
	if (n >= t->snd.mss && t->snd.mss > 0)
		return n == unsent ? n : n / t->snd.mss * t->snd.mss;
	if (n == 0)
		return 0;
	if (t->options.cork && !t->snd.fin_queued && !t->silly_now)
		return 0;
	if (n == unsent &&
	    (t->options.nodelay || t->snd.fin_queued ||
	        t->snd.sent_first == 0 || t->snd.urgent))
		return n;
	if (n == window && n >= t->snd.wnd_max / 2)
		return n;
	return t->silly_now ? n : 0;
}

#endif
