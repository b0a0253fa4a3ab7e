/* SPDX-License-Identifier: BSD-2-Clause
 *
 * mould.c - the ways into the eleven states (RFC 9293 3.3.2).
 */
#include <string.h>

#include "mould.h"

#define EARLIER 300u          /* text of the peer's that has been read */
#define LONG_LIFE 8000u       /* text of ours that has been acknowledged */
#define WAIT (100 * ESTAB_MS) /* longer than an ACK is delayed */

/* All that we have sent, text bytes and FIN, is acknowledged. */
static void
acknowledge_all(struct mould_peer *p, bool fin)
{
	p->acked = p->b->iss + 1 + p->b->sent_bytes + (fin ? 1 : 0);
	mould_say(p, ESTAB_ACK, 0);
	bench_drain(p->b);
}

/* What came before: text both ways, all acknowledged, the peer's read. */
static void
live(struct mould_peer *p, const struct mould_setting *s, bool peer_fins)
{
	uint32_t fill;

	for (uint32_t n = 0; s->long_life && n < LONG_LIFE; n += 1000) {
		bench_send(p->b, 1000);
		bench_drain(p->b);
		acknowledge_all(p, false);
	}
	mould_say(p, ESTAB_ACK, EARLIER);
	bench_read(p->b);
	bench_wait(p->b, WAIT);
	if (!s->passive)
		mould_say(p, ESTAB_ACK, 0); /* SND.WL1 is RCV.NXT */
	if (s->zero_window) {
		fill = p->b->right_edge - p->nxt - (peer_fins ? 1 : 0);
		for (uint32_t n = 0; n < fill; n += 1000)
			mould_say(p, ESTAB_ACK,
			    fill - n < 1000 ? fill - n : 1000);
		bench_wait(p->b, WAIT);
	}
}

static void
put_in_flight(struct mould_peer *p, const struct mould_setting *s)
{
	const uint32_t bytes = s->unsent ? BENCH_PEER_WND : MOULD_FLIGHT;

	for (uint32_t n = 0; n < bytes; n += 500) {
		bench_send(p->b, 500);
		bench_drain(p->b);
	}
	if (s->unsent) {
		bench_send(p->b, 2000);
		bench_drain(p->b);
	}
}

static void
close_ours(struct mould_peer *p)
{
	if (estab_close(p->b->host, p->b->conn) < 0)
		bench_fault(p->b, "estab_close fails");
	bench_drain(p->b);
}

static void
close_theirs(struct mould_peer *p)
{
	mould_say(p, ESTAB_FIN | ESTAB_ACK, 0);
	bench_drain(p->b);
}

/* From ESTABLISHED onwards. */
static void
go_to(struct mould_peer *p, const struct mould_setting *s,
    enum estab_state state)
{
	const bool first_theirs =
	    state == ESTAB_CLOSE_WAIT || state == ESTAB_LAST_ACK;
	const bool first_ours = state == ESTAB_FIN_WAIT_1 ||
	    state == ESTAB_FIN_WAIT_2 || state == ESTAB_CLOSING ||
	    state == ESTAB_TIME_WAIT;
	const bool all_acked =
	    state == ESTAB_FIN_WAIT_2 || state == ESTAB_TIME_WAIT;

	live(p, s, first_theirs || state == ESTAB_CLOSING);
	if (first_theirs)
		close_theirs(p);
	if (!all_acked)
		put_in_flight(p, s);
	if (first_ours || state == ESTAB_LAST_ACK)
		close_ours(p);
	if (all_acked)
		acknowledge_all(p, true);
	if (state == ESTAB_CLOSING || state == ESTAB_TIME_WAIT)
		close_theirs(p);
	if (s->timed_out)
		bench_wait(p->b, MOULD_RTO_WAIT);
	if (s->hole) {
		p->nxt += MOULD_HOLE;
		mould_say(p, ESTAB_ACK, MOULD_HELD);
		p->nxt -= MOULD_HOLE + MOULD_HELD;
		bench_drain(p->b);
	}
}

static uint32_t
iss_for(const struct mould_setting *s, enum estab_state state, uint32_t base)
{
	if (state == ESTAB_CLOSED || state == ESTAB_LISTEN ||
	    state == ESTAB_SYN_SENT || state == ESTAB_SYN_RECEIVED)
		return base;
	return s->long_life ? base - LONG_LIFE - 1 - MOULD_FLIGHT / 2 : base;
}

void
mould_make(struct mould *m, const struct mould_setting *setting,
    enum estab_state state, int family, uint32_t base, uint32_t irs)
{
	struct bench *b = bench_new(family, iss_for(setting, state, base), irs,
	    !setting->climb);
	struct mould_peer p = { .b = b, .nxt = irs, .acked = b->iss };
	struct estab_event event;

	m->bench = b;
	b->timestamps =
	    setting->stamp != STAMP_NONE && setting->stamp != STAMP_STRAY;
	b->shift = setting->shift;
	if (b->fault != NULL)
		return;
	if (setting->passive)
		mould_open_passive(&p, state);
	else if (state != ESTAB_CLOSED)
		mould_open_active(&p, setting, state);
	if (state != ESTAB_CLOSED && state != ESTAB_LISTEN &&
	    state != ESTAB_SYN_SENT && state != ESTAB_SYN_RECEIVED)
		go_to(&p, setting, state);
	if (setting->released) {
		estab_release(b->host, b->conn);
		b->conn = 0;
	}
	bench_wait(b, ESTAB_SECOND);
	while (estab_event(b->host, &event) > 0)
		;
	mould_know(m, setting, state, &p);
}

void
mould_break(struct mould *m)
{
	bench_free(m->bench);
}

struct segment
mould_segment(const struct mould *m, const struct mould_setting *setting,
    uint8_t flags, uint32_t seq, uint32_t ack, uint32_t text_len)
{
	static const uint32_t window[] = {
		[WND_LARGER] = BENCH_PEER_WND + 1000,
		[WND_SAME] = BENCH_PEER_WND,
		[WND_ZERO] = 0,
	};
	struct segment seg = bench_segment(m->bench, flags, seq, ack, text_len);

	if (setting->super && text_len > 0) {
		seg.segment_count = 2;
		seg.segment_bytes = (uint16_t)(text_len / 2);
	}
	seg.wnd = window[setting->wnd];
	if (!seg.syn)
		seg.wnd >>= m->bench->shift;
	if (seg.syn && setting->unlike) {
		seg.options.mss = BENCH_MSS / 2;
		seg.options.has_wscale = !seg.options.has_wscale;
		seg.options.wscale = 3;
	}
	if (seg.urg)
		seg.up = (uint16_t)(text_len > 0 ? text_len - 15 : 0);
	switch (setting->stamp) {
	case STAMP_NONE:
		break;
	case STAMP_NEWER:
		seg.options.tsval += 1000;
		break;
	case STAMP_OLDER:
		seg.options.tsval -= 1;
		break;
	case STAMP_MISSING:
		seg.options.has_ts = false;
		break;
	case STAMP_STRAY:
		seg.options.has_ts = true;
		seg.options.tsval = 1;
		seg.options.tsecr = seg.has_ack ? m->bench->tsecr : 0;
		break;
	}
	return seg;
}
