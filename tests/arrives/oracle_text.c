/* SPDX-License-Identifier: BSD-2-Clause
 *
 * oracle_text.c - RFC 9293 3.10.7.4, sixth to eighth: URG, text, FIN.
 *
 * Positions here are offsets from RCV.NXT, wide enough not to wrap.
 */
#include "oracle.h"

/* The part of a segment's text that is new: 0 <= first < end <= RCV.WND. */
struct extent {
	int64_t first, end;
};

static struct extent
text_in_window(const struct oracle_connection *c, const struct segment *seg)
{
	const int64_t at = oracle_distance(c->rcv_nxt, seg->seq);
	struct extent e = { at, at + seg->text_len };

	if (e.first < 0)
		e.first = 0;
	if (e.end > c->rcv_wnd)
		e.end = c->rcv_wnd;
	return e;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Bytes held beyond a hole once text e, itself beyond it, is held too. */
static uint32_t
held_with(const struct oracle_connection *c, struct extent e)
{
	int64_t sum = e.end - e.first, first, end;

	if (c->held) {
		first = oracle_distance(c->rcv_nxt, c->held_first);
		end = oracle_distance(c->rcv_nxt, c->held_end);
		sum += end - first;
		sum -= larger(0, smaller(end, e.end) - larger(first, e.first));
	}
	return (uint32_t)sum;
}

static enum estab_state
after_fin(enum estab_state state, bool our_fin_acknowledged)
{
	if (state == ESTAB_ESTABLISHED)
		return ESTAB_CLOSE_WAIT;
	if (state == ESTAB_FIN_WAIT_2 || our_fin_acknowledged)
		return ESTAB_TIME_WAIT;
	return ESTAB_CLOSING;
}

static void
take_fin(struct oracle_outcome *o)
{
	o->clause = "3.10.7.4 eighth: FIN";
	o->replies = ORACLE_ACK;
	o->rcv_nxt++;
	o->state = after_fin(o->state, false);
	o->restart = ORACLE_NEW;
	o->dropped = false;
}

/* Seventh: text, in a state that takes text.  Returns how far the stream is
 * complete now. */
static int64_t
take_text(const struct oracle_connection *c, struct extent e,
    struct oracle_outcome *o)
{
	int64_t complete = e.end;

	if (e.first > 0) {
		o->clause = "3.10.7.4 seventh: text beyond a hole (SHLD-31)";
		o->replies = ORACLE_ACK; /* 5681 4.2 */
		o->held_bytes = held_with(c, e);
		return 0;
	}
	o->clause = "3.10.7.4 seventh: text";
	o->replies = c->held ? ORACLE_ACK : ORACLE_ACK | ORACLE_OWED;
	if (c->held && oracle_distance(c->rcv_nxt, c->held_first) <= e.end) {
		complete =
		    larger(e.end, oracle_distance(c->rcv_nxt, c->held_end));
		o->held_bytes = 0;
	}
	o->rcv_nxt += (uint32_t)complete;
	return complete;
}

/* Eighth: a FIN inside the window at offset fin, the stream being complete
 * up to offset complete. */
static void
fin_in_window(const struct oracle_connection *c, int64_t fin, int64_t complete,
    struct oracle_outcome *o, struct oracle_answer *answer)
{
	struct oracle_outcome other;
	const bool below_held_text =
	    c->held && oracle_distance(c->rcv_nxt, c->held_end) > fin;

	if (below_held_text) {
		/* The peer contradicts itself.  The FIN may count as if the
		 * text were not there, or not at all. */
		o->contradicts = true;
		other = *o;
		other.replies |= ORACLE_ACK;
		oracle_add(answer, &other);
		if (complete < fin)
			return;
		o->rcv_nxt = c->rcv_nxt + (uint32_t)fin;
		take_fin(o);
	} else if (complete == fin) {
		take_fin(o);
	} else {
		o->clause = "3.10.7.4 eighth: FIN beyond a hole (SHLD-31)";
		o->replies = ORACLE_ACK;
		o->fin_held = true;
		o->dropped = false;
	}
}

static bool
takes_text(enum estab_state state)
{
	return state == ESTAB_ESTABLISHED || state == ESTAB_FIN_WAIT_1 ||
	    state == ESTAB_FIN_WAIT_2;
}

/* RFC 9293 3.6.1, RFC 1122 4.2.2.13: new text, in order or not, for which
 * there is no reader any more. */
static void
reset_for_orphan(const struct oracle_connection *c, struct oracle_outcome *o)
{
	o->clause = "1122 4.2.2.13: text for an orphan";
	o->state = ESTAB_CLOSED;
	o->replies = ORACLE_RST_ACK;
	o->resets = true;
	o->rcv_nxt = c->rcv_nxt;
	o->dropped = false;
}

void
oracle_text_and_fin(const struct oracle_connection *c,
    const struct segment *seg, const struct oracle_outcome *before,
    struct oracle_answer *answer)
{
	struct oracle_outcome o = *before;
	const int64_t at = oracle_distance(c->rcv_nxt, seg->seq);
	const int64_t fin = at + seg->text_len;
	const struct extent e = text_in_window(c, seg);
	int64_t complete = 0;

	if (!takes_text(o.state)) {
		/* After the peer's FIN there is nothing to take. */
		if (seg->len > 0)
			o.replies |= ORACLE_ACK;
		oracle_add(answer, &o);
		return;
	}
	if (seg->urg)
		o.urgent = at == 0 ? seg->up : -1;
	o.echo = at <= 0 ? ORACLE_NEW : ORACLE_OLD; /* 7323 4.3 */
	if (seg->len == 0 && at > 0)
		o.replies |= ORACLE_ACK; /* MAY-13 */
	if (e.first < e.end && c->orphan) {
		reset_for_orphan(c, &o);
		oracle_add(answer, &o);
		return;
	}
	if (e.first < e.end) {
		o.dropped = false;
		complete = take_text(c, e, &o);
	}
	if (seg->fin && fin >= 0 && fin < c->rcv_wnd)
		fin_in_window(c, fin, complete, &o, answer);
	oracle_add(answer, &o);
}
