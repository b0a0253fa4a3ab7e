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
#define LATER 100u /* text of the peer's, after the case */
#define OURS 50u   /* and of the host's */

struct life {
	struct bench *b;
	uint32_t target; /* where text or a FIN is held beyond a hole */
	uint32_t held;   /* and where the mould's own text is */
	bool has_target, has_held;
	bool sent; /* OURS has been sent */
};

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
		life_say(l->b, ESTAB_ACK, gap(l, s->rcv_nxt));
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
		life_say(b, ESTAB_ACK, 0);
	} else if (our_turn(s.state) && !l->sent) {
		l->sent = true;
		bench_send(b, OURS);
		bench_drain(b);
	} else if (our_turn(s.state)) {
		estab_close(b->host, b->conn);
		bench_drain(b);
	} else if (s.state == ESTAB_FIN_WAIT_2) {
		life_say(b, ESTAB_FIN | ESTAB_ACK, 0);
	} else {
		life_say(b, ESTAB_ACK, 0);
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

/* From what the case left to a connection that is open.  NULL, or what went
 * wrong. */
static const char *
begins(struct bench *b, const struct mould *m, const struct segment *seg,
    const struct oracle_outcome *outcome)
{
	const char *wrong = NULL;

	if (outcome->state == ESTAB_SYN_SENT && !outcome->dropped)
		wrong = life_syn_goes_again(b, m);
	if (wrong != NULL)
		return wrong;
	if (outcome->synchronizes)
		synchronize(b, seg);
	if (outcome->reused)
		forget(b, seg);
	else if (m->known.state == ESTAB_TIME_WAIT)
		fin_again(b, m);
	life_opens(b, m);
	return is_open(bench_status(b).state) ? NULL :
	                                        "later: it does not open";
}

const char *
life_goes_on(struct bench *b, const struct mould *m, const struct segment *seg,
    const struct oracle_outcome *outcome)
{
	struct life l = { .b = b };
	struct estab_status s;
	const char *wrong;
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
	wrong = begins(b, m, seg, outcome);
	if (wrong != NULL)
		return wrong;
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
		life_say(b, ESTAB_ACK, LATER);
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
