/* SPDX-License-Identifier: BSD-2-Clause
 *
 * mould_know.c - what an observer knows of a connection, and whether the host
 * agrees.
 */
#include "mould.h"

/* What an observer knows.  Nothing is asked of the host here, but which
 * segments it last took for its window. */
static struct oracle_connection
know(const struct mould *m, const struct mould_setting *s,
    enum estab_state state, const struct mould_peer *p)
{
	const struct bench *b = m->bench;
	struct oracle_connection c = {
		.state = state,
		.passive = s->passive,
		.listener = b->listener != 0,
		.orphan = s->released,
		.syn_again = s->stranger || s->timed_out,
		.iss = b->iss,
		.snd_una = p->acked,
		.snd_wnd = BENCH_PEER_WND,
		.snd_wl1 = m->status.snd_wl1,
		.snd_wl2 = m->status.snd_wl2,
		.max_snd_wnd = b->max_wnd,
		.snd_wnd_shift = b->shift,
		.irs = b->irs,
		.rcv_nxt = p->nxt,
		.rcv_wnd = b->right_edge - p->nxt,
		.held = s->hole,
		.held_first = p->nxt + MOULD_HOLE,
		.held_end = p->nxt + MOULD_HOLE + MOULD_HELD,
		.timestamps = b->timestamps,
		.ts_recent = b->tsval,
		.fin_sent = state == ESTAB_FIN_WAIT_1 ||
		    state == ESTAB_FIN_WAIT_2 || state == ESTAB_CLOSING ||
		    state == ESTAB_LAST_ACK || state == ESTAB_TIME_WAIT,
	};

	c.snd_nxt = b->iss + 1 + b->sent_bytes + (c.fin_sent ? 1 : 0);
	if (s->unsent)
		c.snd_nxt -= 2000;
	if (state == ESTAB_CLOSED || state == ESTAB_LISTEN ||
	    state == ESTAB_SYN_SENT)
		c.rcv_wnd = BENCH_RECEIVE_BYTES;
	return c;
}

/* The host itself must say the same. */
static void
compare(struct bench *b, const struct oracle_connection *c,
    const struct estab_status *status)
{
	if (status->state != c->state)
		bench_fault(b, "the host is not in the state");
	if (status->kind == ESTAB_KIND_NONE)
		return;
	if (status->snd_max != c->snd_nxt)
		bench_fault(b, "SND.NXT is not as on the wire");
	if (status->kind != ESTAB_KIND_TIME_WAIT && status->iss != c->iss)
		bench_fault(b, "ISS is not as chosen");
	if (c->state == ESTAB_SYN_SENT)
		return;
	if (status->rcv_nxt != c->rcv_nxt)
		bench_fault(b, "RCV.NXT is not as on the wire");
	if (status->kind != ESTAB_KIND_TCB)
		return;
	if (status->irs != c->irs || status->snd_una != c->snd_una)
		bench_fault(b, "IRS or SND.UNA are not as on the wire");
	if (status->snd_wnd != c->snd_wnd)
		bench_fault(b, "SND.WND is not as on the wire");
	if (status->rcv_wnd != c->rcv_wnd || status->rcv_wnd_shift != 0)
		bench_fault(b, "RCV.WND is not as on the wire");
	if (status->ack_at != ESTAB_NEVER)
		bench_fault(b, "an ACK is still owed");
	if (status->timestamps != c->timestamps)
		bench_fault(b, "time stamps are not as agreed");
}

void
mould_know(struct mould *m, const struct mould_setting *setting,
    enum estab_state state, const struct mould_peer *peer)
{
	m->status = bench_status(m->bench);
	m->known = know(m, setting, state, peer);
	compare(m->bench, &m->known, &m->status);
}
