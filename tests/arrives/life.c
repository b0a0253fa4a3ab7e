/* SPDX-License-Identifier: BSD-2-Clause
 *
 * life.c - after a case, the connection goes on to a regular end.
 *
 * The peer fills what holes there are, sends text where it may, acknowledges
 * what it gets, and both close.  What the program reads and what the host
 * sends is compared byte for byte on the way (bench.h).
 */
#include "judge.h"

#define STEPS_MAX 40
#define LATER 100u       /* text of the peer's, after the case */
#define OURS 50u         /* and of the host's */
#define ANOTHER 7777777u /* from a stranger's IRS to the peer's */

struct life {
	struct bench *b;
	uint32_t target; /* where text or a FIN is held beyond a hole */
	uint32_t held;   /* and where the mould's own text is */
	bool has_target, has_held;
	bool sent; /* OURS has been sent */
};

static void
say(struct bench *b, uint8_t flags, uint32_t text_len)
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

/* Back in SYN-SENT, our SYN goes again as it left first, when the timer it
 * had before says so and no sooner (6298 5.4).  NULL, or what went wrong. */
static const char *
syn_goes_again(struct bench *b, const struct mould *m)
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
		say(b, ESTAB_ACK, 0);
	}
	if (b->conn == 0)
		bench_accept(b);
	bench_read(b);
	bench_drain(b);
}

/* How much text may come before what is held. */
static uint32_t
gap(const struct life *l, uint32_t rcv_nxt)
{
	uint32_t bytes = 1000;

	if (l->has_held && l->held - rcv_nxt < bytes)
		bytes = l->held - rcv_nxt;
	if (l->has_target && l->target - rcv_nxt < bytes)
		bytes = l->target - rcv_nxt;
	return bytes > 0 ? bytes : 1;
}

static bool
fill(struct life *l, struct estab_status *s)
{
	for (int i = 0; i < STEPS_MAX; i++) {
		*s = bench_status(l->b);
		if (s->state != ESTAB_ESTABLISHED &&
		    s->state != ESTAB_FIN_WAIT_1 &&
		    s->state != ESTAB_FIN_WAIT_2)
			return true;
		if (l->has_held && oracle_distance(l->held, s->rcv_nxt) >= 0)
			l->has_held = false;
		if (oracle_distance(l->target, s->rcv_nxt) >= 0)
			l->has_target = false;
		if (!l->has_held && !l->has_target)
			return s->receive_reorder_bytes == 0;
		say(l->b, ESTAB_ACK, gap(l, s->rcv_nxt));
	}
	return false;
}

static bool
our_turn(enum estab_state state)
{
	return state == ESTAB_ESTABLISHED || state == ESTAB_CLOSE_WAIT;
}

/* One step towards the end.  False: it is reached. */
static bool
step(struct life *l)
{
	struct bench *b = l->b;
	const struct estab_status s = bench_status(b);

	if (s.state == ESTAB_CLOSED || s.state == ESTAB_LISTEN ||
	    s.state == ESTAB_TIME_WAIT)
		return false;
	if (s.snd_una != s.snd_max || s.send_unsent_bytes > 0) {
		say(b, ESTAB_ACK, 0);
	} else if (our_turn(s.state) && !l->sent) {
		l->sent = true;
		bench_send(b, OURS);
		bench_drain(b);
	} else if (our_turn(s.state)) {
		estab_close(b->host, b->conn);
		bench_drain(b);
	} else if (s.state == ESTAB_FIN_WAIT_2) {
		say(b, ESTAB_FIN | ESTAB_ACK, 0);
	} else {
		say(b, ESTAB_ACK, 0);
	}
	return true;
}

/* The peer's stream begins with this SYN, and its options hold. */
static void
synchronize(struct bench *b, const struct segment *seg)
{
	b->irs = seg->seq;
	b->timestamps = seg->options.has_ts;
	if (b->timestamps)
		b->tsval = seg->options.tsval;
	b->shift = seg->options.has_wscale ? seg->options.wscale : 0;
}

/* TIME-WAIT gave way to a new connection: what was known is no more. */
static void
forget(struct bench *b, const struct segment *seg)
{
	synchronize(b, seg);
	b->sent_bytes = 0;
	b->received_bytes = 0;
	b->conn = 0;
}

/* In TIME-WAIT nothing but the peer's FIN is to be expected. */
static void
fin_again(struct bench *b, const struct mould *m)
{
	struct segment seg;

	b->tsval += 2000;
	seg = bench_segment(b, ESTAB_FIN | ESTAB_ACK, m->known.rcv_nxt - 1,
	    m->known.snd_nxt, 0);
	bench_arrives(b, &seg, NULL);
	bench_drain(b);
}

static bool
is_open(enum estab_state state)
{
	return state != ESTAB_CLOSED && state != ESTAB_LISTEN &&
	    state != ESTAB_SYN_RECEIVED && state != ESTAB_SYN_SENT;
}

const char *
life_goes_on(struct bench *b, const struct mould *m, const struct segment *seg,
    const struct oracle_outcome *outcome)
{
	struct life l = { .b = b };
	struct estab_status s;
	const char *wrong = NULL;
	uint64_t before;
	int steps = 0;

	if (m->known.held) {
		l.has_held = true;
		l.held = m->known.held_first;
	}
	if (!outcome->dropped &&
	    (outcome->fin_held || outcome->held_bytes > 0)) {
		l.has_target = true;
		l.target = seg->seq;
	}
	if (outcome->state == ESTAB_CLOSED)
		return b->fault;
	if (outcome->state == ESTAB_SYN_SENT && !outcome->dropped)
		wrong = syn_goes_again(b, m);
	if (wrong != NULL)
		return wrong;
	if (outcome->synchronizes)
		synchronize(b, seg);
	if (outcome->reused)
		forget(b, seg);
	else if (m->known.state == ESTAB_TIME_WAIT)
		fin_again(b, m);
	life_opens(b, m);
	if (!is_open(bench_status(b).state))
		return "later: it does not open";
	bench_wait(b, 600 * ESTAB_MS);
	if (!fill(&l, &s))
		return "later: a hole is filled, what was held is not taken";
	if (outcome->fin_held &&
	    (s.state == ESTAB_ESTABLISHED || s.state == ESTAB_FIN_WAIT_1 ||
	        s.state == ESTAB_FIN_WAIT_2))
		return "later: the FIN held is not taken";
	before = b->received_bytes;
	if (s.state == ESTAB_ESTABLISHED || s.state == ESTAB_FIN_WAIT_1 ||
	    s.state == ESTAB_FIN_WAIT_2) {
		say(b, ESTAB_ACK, LATER);
		if (b->received_bytes - before != LATER)
			return "later: text is not delivered";
	}
	while (step(&l))
		if (++steps > STEPS_MAX)
			return "later: no regular end is reached";
	if (b->conn != 0 && outcome->error == 0 &&
	    estab_status(b->host, b->conn, &s) >= 0 && s.error != 0)
		return "later: an error at the end";
	return b->fault;
}
