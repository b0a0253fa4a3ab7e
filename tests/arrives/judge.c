/* SPDX-License-Identifier: BSD-2-Clause
 *
 * judge.c - what was seen after a segment, held against the oracle's answer.
 */
#include <string.h>

#include "judge.h"

/* What a control segment is by its flags; its numbers are checked later. */
static unsigned
form(const struct segment *seg)
{
	if (seg->fin || seg->urg || seg->psh)
		return 0;
	if (seg->rst)
		return seg->syn  ? 0 :
		    seg->has_ack ? ORACLE_RST_ACK :
		                   ORACLE_RST;
	if (!seg->has_ack)
		return 0;
	return seg->syn ? ORACLE_SYN_ACK : ORACLE_ACK;
}

static void
watch_output(struct bench *b, struct seen *seen)
{
	struct bench_sent sent[BENCH_SENT_MAX];
	const int n = bench_leaves(b, sent);

	for (int i = 0; i < n; i++) {
		if (sent[i].seg.text_len > 0) {
			seen->text_count++;
			seen->snd_end = sent[i].seg.seq + sent[i].seg.len;
			continue;
		}
		seen->control_count++;
		seen->control = sent[i];
		seen->reply = form(&sent[i].seg);
		if (seen->reply == 0)
			bench_fault(b, "a reply with strange flags");
	}
}

static void
watch_events(struct bench *b, struct seen *seen)
{
	struct estab_event event;
	struct estab_status status;

	while (estab_event(b->host, &event) > 0) {
		seen->event = true;
		if (event.conn != b->conn)
			continue;
		seen->events |= event.ready;
		seen->error = event.error;
	}
	if (b->conn != 0 && seen->error == 0 &&
	    estab_status(b->host, b->conn, &status) >= 0)
		seen->error = status.error;
}

void
judge_watch(struct bench *b, const struct mould *m, const struct segment *seg,
    struct seen *seen)
{
	const struct oracle_connection *c = &m->known;
	const struct bench_genuine genuine = {
		.first = c->rcv_nxt,
		.end = c->rcv_nxt + c->rcv_wnd,
		.held_first = c->held ? c->held_first : 0,
		.held_end = c->held ? c->held_end : 0,
	};
	const bool known_text =
	    c->state != ESTAB_SYN_SENT && c->state != ESTAB_LISTEN;

	memset(seen, 0, sizeof(*seen));
	if (!known_text && seg->syn)
		b->irs = seg->seq; /* this is where its stream begins */
	bench_arrives(b, seg, known_text ? &genuine : NULL);
	watch_output(b, seen);
	seen->after = bench_status(b);
	seen->ack_owed = seen->after.kind == ESTAB_KIND_TCB &&
	    seen->after.ack_at != ESTAB_NEVER;
	if (seen->control_count == 0)
		seen->reply = seen->ack_owed ? ORACLE_OWED : ORACLE_QUIET;
	watch_events(b, seen);
	if (b->conn == 0 && seen->after.state != ESTAB_SYN_RECEIVED &&
	    bench_accept(b))
		seen->events = (unsigned)estab_ready(b->host, b->conn);
	if (b->conn != 0 && seen->after.state != ESTAB_CLOSED)
		seen->urgent = estab_urgent(b->host, b->conn);
	bench_read(b);
	seen->read_bytes = (uint32_t)b->received_bytes;
}

static bool
fin_taken(enum estab_state state)
{
	return state == ESTAB_CLOSE_WAIT || state == ESTAB_CLOSING ||
	    state == ESTAB_LAST_ACK || state == ESTAB_TIME_WAIT;
}

static const char *
reply_numbers(const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const struct oracle_connection *c = &m->known;
	const struct segment *r = &seen->control.seg;

	if (seen->reply == ORACLE_RST && (r->seq != seg->ack || r->len != 0))
		return "the RST's SEQ is not SEG.ACK";
	if (seen->reply == ORACLE_RST_ACK &&
	    (r->seq != 0 || r->ack != seg->seq + seg->len))
		return "the RST's numbers are not 0 and SEG.SEQ+SEG.LEN";
	if (seen->reply == ORACLE_SYN_ACK && r->ack != o->rcv_nxt)
		return "the SYN+ACK's ACK is not RCV.NXT";
	if (seen->reply == ORACLE_SYN_ACK && !o->reused && r->seq != c->iss)
		return "the SYN+ACK's SEQ is not ISS";
	if (seen->reply == ORACLE_SYN_ACK && o->reused &&
	    oracle_distance(c->snd_nxt, r->seq) <= 0)
		return "the new ISS is not above the old SND.NXT";
	if (seen->reply != ORACLE_ACK)
		return NULL;
	if (r->ack != o->rcv_nxt)
		return "the ACK's ACK is not RCV.NXT";
	if (r->seq != c->snd_nxt && r->seq != seen->after.snd_nxt)
		return "the ACK's SEQ is not SND.NXT";
	if (o->state != ESTAB_TIME_WAIT &&
	    oracle_distance(c->rcv_nxt + c->rcv_wnd, seen->control.right_edge) <
	        0 &&
	    c->state != ESTAB_SYN_SENT)
		return "the window's right edge went back";
	return NULL;
}

static const char *
reply_stamp(const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const struct oracle_connection *c = &m->known;
	const struct tcp_options *options = &seen->control.seg.options;
	bool recent;

	if (seen->control_count == 0 || !c->timestamps || o->reused ||
	    (seen->reply != ORACLE_ACK && seen->reply != ORACLE_SYN_ACK))
		return NULL;
	if (!options->has_ts)
		return "the reply has no time stamp";
	recent = options->tsecr == c->ts_recent;
	if ((o->echo & ORACLE_OLD) != 0 && recent)
		return NULL;
	if ((o->echo & ORACLE_NEW) != 0 && seg->options.has_ts &&
	    options->tsecr == seg->options.tsval)
		return NULL;
	return "the time stamp echoed is the wrong one";
}

static const char *
replies(const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const char *wrong;

	if (seen->control_count > 1)
		return "more than one reply";
	if ((o->replies & seen->reply) == 0 &&
	    !(seen->text_count > 0 &&
	        (o->replies & (ORACLE_ACK | ORACLE_OWED)) != 0))
		return "the reply";
	if (seen->control_count > 0) {
		if (seen->ack_owed)
			return "an ACK was sent and one is owed";
		wrong = reply_numbers(m, seg, seen, o);
		if (wrong != NULL)
			return wrong;
		wrong = reply_stamp(m, seg, seen, o);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
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

static const char *
tcb(const struct mould *m, const struct segment *seg, const struct seen *seen,
    const struct oracle_outcome *o)
{
	const struct oracle_connection *c = &m->known;
	const struct estab_status *s = &seen->after;

	if (s->iss != c->iss)
		return "ISS";
	if (c->state != ESTAB_SYN_SENT && s->irs != c->irs)
		return "IRS";
	if (s->snd_una != o->snd_una)
		return "SND.UNA";
	if (o->state == ESTAB_SYN_SENT)
		return NULL; /* there is no receive space yet */
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
program(const struct bench *b, const struct mould *m, const struct seen *seen,
    const struct oracle_outcome *o)
{
	const enum estab_state state = o->state;
	uint32_t all;

	if (b->conn == 0 || state == ESTAB_SYN_SENT || o->reused)
		return NULL;
	if (seen->error != o->error)
		return "the error";
	if (o->error != 0 && (seen->events & ESTAB_ERROR) == 0)
		return "no event tells of the error";
	if (o->dropped && seen->event)
		return "an event without a cause";
	if (o->state == ESTAB_CLOSED || o->state == ESTAB_SYN_RECEIVED)
		return NULL;
	all = o->rcv_nxt - m->known.irs - 1 - (fin_taken(state) ? 1 : 0);
	if (m->known.state == ESTAB_SYN_SENT)
		all = o->rcv_nxt - seen->after.irs - 1;
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
	wrong = replies(m, seg, seen, o);
	if (wrong == NULL)
		wrong = record(b, m, seg, seen, o);
	if (wrong == NULL)
		wrong = program(b, m, seen, o);
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
