/* SPDX-License-Identifier: BSD-2-Clause
 *
 * mould_open.c - the ways that connections open (RFC 9293 3.5).
 */
#include "mould.h"

#define STRANGER UINT32_C(0x12345678) /* how far its ISS is from the peer's */

void
mould_say(struct mould_peer *p, uint8_t flags, uint32_t text_len)
{
	struct segment seg =
	    bench_segment(p->b, flags, p->nxt, p->acked, text_len);

	bench_arrives(p->b, &seg, NULL);
	p->nxt += seg.len;
}

/* A SYN forged by somebody who knows the ports; nothing in it is as the
 * peer's.  Its window is not the peer's either, so MAX.SND.WND is not. */
static void
a_stranger_calls(struct mould_peer *p)
{
	const uint32_t max_wnd = p->b->max_wnd;
	struct segment seg =
	    bench_segment(p->b, ESTAB_SYN, p->nxt + STRANGER, 0, 0);

	seg.wnd = UINT16_MAX;
	seg.options.mss = BENCH_MSS / 2;
	seg.options.has_wscale = !seg.options.has_wscale;
	seg.options.wscale = 5;
	seg.options.has_ts = !seg.options.has_ts;
	seg.options.tsval = p->b->tsval + 5000;
	bench_arrives(p->b, &seg, NULL);
	bench_drain(p->b);
	p->b->max_wnd = max_wnd;
}

static void
the_stranger_is_reset(struct mould_peer *p)
{
	const struct segment seg =
	    bench_segment(p->b, ESTAB_RST, p->nxt + STRANGER + 1, 0, 0);

	bench_arrives(p->b, &seg, NULL);
	bench_drain(p->b);
}

void
mould_open_active(struct mould_peer *p, const struct mould_setting *s,
    enum estab_state state)
{
	const bool opening =
	    state == ESTAB_SYN_SENT || state == ESTAB_SYN_RECEIVED;

	bench_connect(p->b);
	bench_drain(p->b);
	if (opening && s->timed_out)
		bench_wait(p->b, MOULD_RTO_WAIT);
	if (s->stranger)
		a_stranger_calls(p);
	if (s->stranger && opening)
		the_stranger_is_reset(p);
	if (state == ESTAB_SYN_SENT)
		return;
	if (state == ESTAB_SYN_RECEIVED) {
		mould_say(p, ESTAB_SYN, 0);
		return;
	}
	p->acked = p->b->iss + 1;
	mould_say(p, ESTAB_SYN | ESTAB_ACK, 0);
	bench_drain(p->b);
}

void
mould_open_passive(struct mould_peer *p, enum estab_state state)
{
	bench_listen(p->b);
	if (state == ESTAB_LISTEN)
		return;
	mould_say(p, ESTAB_SYN, 0);
	bench_drain(p->b);
	if (state == ESTAB_SYN_RECEIVED)
		return;
	p->acked = p->b->iss + 1;
	mould_say(p, ESTAB_ACK, 0);
	bench_drain(p->b);
	if (!bench_accept(p->b))
		bench_fault(p->b, "no connection to accept");
}
