/* SPDX-License-Identifier: BSD-2-Clause
 *
 * judge.c - what was seen after a segment, held against the oracle's answer.
 */
#include "judge.h"

static bool
fin_taken(enum estab_state state)
{
	return state == ESTAB_CLOSE_WAIT || state == ESTAB_CLOSING ||
	    state == ESTAB_LAST_ACK || state == ESTAB_TIME_WAIT;
}

static const char *
window(const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const struct oracle_connection *c = &m->known;
	const uint32_t given =
	    seg->syn ? seg->wnd : seg->wnd << c->snd_wnd_shift;

	if ((o->snd_wnd & ORACLE_OLD) != 0 && seen->after.snd_wnd == c->snd_wnd)
		return NULL;
	if ((o->snd_wnd & ORACLE_NEW) != 0 && seen->after.snd_wnd == given)
		return NULL;
	return "SND.WND";
}

/* What a SYN, this one or one before, agreed on. */
static const char *
agreed(const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const struct oracle_connection *c = &m->known;
	const struct tcp_options *options = &seg->options;
	const struct estab_status *s = &seen->after;

	if (!o->synchronizes)
		return s->irs != c->irs            ? "IRS" :
		    s->timestamps != c->timestamps ? "time stamps or not" :
		                                     NULL;
	if (s->irs != seg->seq)
		return "IRS";
	if (s->timestamps != options->has_ts)
		return "time stamps or not";
	if (s->snd_wnd_shift != (options->has_wscale ? options->wscale : 0))
		return "the window scale";
	if (s->mss_peer != options->mss)
		return "the MSS option";
	if (o->state == ESTAB_ESTABLISHED &&
	    (s->snd_wl1 != seg->seq || s->snd_wl2 != seg->ack))
		return "SND.WL1 or SND.WL2";
	return NULL;
}

/* Until it is acknowledged, our SYN keeps its timer and the count of its
 * time-outs, whatever crosses it (6298 5.1 starts one that is not running):
 * who forges SYNs and resets cannot make an opening wait for ever. */
static bool
syn_timer_moved(const struct mould *m, const struct seen *seen,
    const struct oracle_outcome *o)
{
	const struct estab_status *s = &seen->after;

	return !o->opens_again &&
	    (o->state == ESTAB_SYN_SENT || o->state == ESTAB_SYN_RECEIVED) &&
	    (s->retransmit_at != m->status.retransmit_at ||
	        s->backoff != m->status.backoff);
}

static const char *
tcb(const struct mould *m, const struct segment *seg, const struct seen *seen,
    const struct oracle_outcome *o)
{
	const struct oracle_connection *c = &m->known;
	const struct estab_status *s = &seen->after;
	const char *wrong;

	if (s->iss != c->iss)
		return "ISS";
	if (s->snd_una != o->snd_una)
		return "SND.UNA";
	if (syn_timer_moved(m, seen, o))
		return "the timer of our SYN";
	if (o->state == ESTAB_SYN_SENT)
		return NULL; /* there is no receive space yet */
	wrong = agreed(m, seg, seen, o);
	if (wrong != NULL)
		return wrong;
	if (s->rcv_nxt != o->rcv_nxt)
		return "RCV.NXT";
	if (!o->contradicts && s->receive_reorder_bytes != o->held_bytes)
		return "text held beyond a hole";
	if (seen->text_count == 0 && s->snd_max != c->snd_nxt)
		return "SND.NXT";
	if (seen->text_count > 0 &&
	    (o->dropped ||
	        oracle_distance(s->snd_una + s->snd_wnd, seen->snd_end) > 0))
		return "text released";
	return window(m, seg, seen, o);
}

static const char *
time_wait(const struct bench *b, const struct mould *m, const struct seen *seen,
    const struct oracle_outcome *o)
{
	const struct oracle_connection *c = &m->known;
	const struct estab_status *s = &seen->after;
	const bool restarted = s->time_wait_at == b->now + 4 * ESTAB_MINUTE;

	if (s->rcv_nxt != o->rcv_nxt)
		return "RCV.NXT";
	if (s->snd_nxt != c->snd_nxt)
		return "SND.NXT";
	if (restarted ? (o->restart & ORACLE_NEW) == 0 :
	                (o->restart & ORACLE_OLD) == 0)
		return restarted ? "2 MSL was restarted" :
		                   "2 MSL was not restarted";
	if (!restarted && s->time_wait_at != m->status.time_wait_at)
		return "2 MSL moved";
	return NULL;
}

static const char *
record(const struct bench *b, const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	switch (seen->after.kind) {
	case ESTAB_KIND_TCB:
		return tcb(m, seg, seen, o);
	case ESTAB_KIND_TIME_WAIT:
		return time_wait(b, m, seen, o);
	case ESTAB_KIND_HALF_OPEN:
		if (seen->after.rcv_nxt != o->rcv_nxt)
			return "RCV.NXT";
		if (!o->reused && seen->after.iss != m->known.iss)
			return "ISS";
		return NULL;
	case ESTAB_KIND_NONE:
	case ESTAB_KIND_LISTENER:
		return NULL;
	}
	return NULL;
}

/* What the program got, and was told. */
static const char *
program(const struct bench *b, const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const enum estab_state state = o->state;
	uint32_t all;

	if (b->conn == 0 || o->reused)
		return NULL;
	if (seen->error != o->error)
		return "the error";
	if (o->error != 0 && (seen->events & ESTAB_ERROR) == 0)
		return "no event tells of the error";
	if ((o->dropped || state == ESTAB_SYN_SENT) && seen->event)
		return "an event without a cause";
	if (state == ESTAB_CLOSED || state == ESTAB_SYN_SENT ||
	    state == ESTAB_SYN_RECEIVED)
		return NULL;
	all = o->rcv_nxt - (o->synchronizes ? seg->seq : m->known.irs) - 1 -
	    (fin_taken(state) ? 1 : 0);
	if (seen->read_bytes != all)
		return "the bytes delivered";
	if (fin_taken(state) && !fin_taken(m->known.state) &&
	    (seen->events & ESTAB_EOF) == 0)
		return "no event tells of the FIN";
	if (o->urgent >= 0 && seen->urgent != o->urgent)
		return "the urgent bytes ahead";
	return NULL;
}

/* What is left of a pair that is closed, listener or not. */
static bool
no_record(enum estab_state state)
{
	return state == ESTAB_CLOSED || state == ESTAB_LISTEN;
}

static const char *
against(const struct bench *b, const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const char *wrong;

	if (seen->after.state != o->state &&
	    !(no_record(seen->after.state) && no_record(o->state)))
		return "the state";
	wrong = judge_replies(m, seg, seen, o);
	if (wrong == NULL)
		wrong = record(b, m, seg, seen, o);
	if (wrong == NULL)
		wrong = program(b, m, seg, seen, o);
	return wrong;
}

const char *
judge_compare(const struct bench *b, const struct mould *m,
    const struct segment *seg, const struct seen *seen,
    const struct oracle_answer *answer, const struct oracle_outcome **match)
{
	const char *wrong = "no outcome is right";

	*match = &answer->outcome[0];
	if (b->fault != NULL)
		return b->fault;
	for (int i = 0; i < answer->count; i++) {
		const char *here =
		    against(b, m, seg, seen, &answer->outcome[i]);

		if (here == NULL) {
			*match = &answer->outcome[i];
			return NULL;
		}
		if (i == 0)
			wrong = here;
	}
	return wrong;
}
