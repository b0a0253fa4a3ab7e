/* SPDX-License-Identifier: BSD-2-Clause
 *
 * life_open.c - after a case, what is not open yet opens.
 */
#include "judge.h"

#define ANOTHER 7777777u /* from a stranger's IRS to the peer's */

void
life_say(struct bench *b, uint8_t flags, uint32_t text_len)
{
	const struct estab_status s = bench_status(b);
	struct segment seg;

	b->tsval += 2000;
	seg = bench_segment(b, flags, s.rcv_nxt, s.snd_max, text_len);
	bench_arrives(b, &seg, NULL);
	bench_drain(b);
	bench_read(b);
	bench_wait(b, 50 * ESTAB_MS);
}

const char *
life_syn_goes_again(struct bench *b, const struct mould *m)
{
	const struct tcp_options *first = &m->bench->syn;
	struct bench_sent sent[BENCH_SENT_MAX];

	b->now = m->status.retransmit_at - ESTAB_MS;
	if (bench_leaves(b, sent) != 0)
		return "later: something leaves before our SYN is due";
	b->now += 10 * ESTAB_MS;
	if (bench_leaves(b, sent) != 1 || sent[0].seg.flags != ESTAB_SYN ||
	    sent[0].seg.seq != m->known.iss)
		return "later: our SYN does not go again when it is due";
	if (b->syn.has_mss != first->has_mss || b->syn.mss != first->mss ||
	    b->syn.has_wscale != first->has_wscale ||
	    b->syn.wscale != first->wscale || b->syn.has_ts != first->has_ts ||
	    b->syn.sack_permitted != first->sack_permitted)
		return "later: our SYN again offers something else";
	return NULL;
}

/* The peer's own SYN+ACK, of which the SYN that was forgotten said nothing. */
static void
another_peer(struct bench *b, const struct mould *m)
{
	b->irs = m->known.irs + ANOTHER;
	b->timestamps = !b->timestamps;
	b->shift = b->shift > 0 ? 0 : 1;
}

void
life_opens(struct bench *b, const struct mould *m)
{
	struct segment seg;
	struct estab_status s = bench_status(b);

	b->tsval += 2000;
	if (s.state == ESTAB_SYN_SENT || s.state == ESTAB_LISTEN)
		b->irs = m->known.irs;
	if (s.state == ESTAB_SYN_SENT && m->known.state == ESTAB_SYN_RECEIVED)
		another_peer(b, m);
	if (s.state == ESTAB_SYN_SENT) {
		seg = bench_segment(b, ESTAB_SYN | ESTAB_ACK, b->irs,
		    m->known.iss + 1, 0);
		bench_arrives(b, &seg, NULL);
		bench_drain(b);
	} else if (s.state == ESTAB_LISTEN) {
		seg = bench_segment(b, ESTAB_SYN, m->known.irs, 0, 0);
		bench_arrives(b, &seg, NULL);
		bench_drain(b);
	}
	s = bench_status(b);
	if (s.state == ESTAB_SYN_RECEIVED) {
		b->iss = s.iss;
		life_say(b, ESTAB_ACK, 0);
	}
	if (b->conn == 0)
		bench_accept(b);
	bench_read(b);
	bench_drain(b);
}
