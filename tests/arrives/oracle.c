/* SPDX-License-Identifier: BSD-2-Clause
 *
 * oracle.c - RFC 9293 3.10.7.1 to 3.10.7.3: CLOSED, LISTEN, SYN-SENT.
 */
#include "oracle.h"

int32_t
oracle_distance(uint32_t from, uint32_t to)
{
	return (int32_t)(to - from);
}

bool
oracle_in_window(const struct oracle_connection *c, uint32_t number)
{
	const int32_t at = oracle_distance(c->rcv_nxt, number);

	return at >= 0 && (uint32_t)at < c->rcv_wnd;
}

/* Table 6 of 3.10.7.4. */
bool
oracle_acceptable(const struct oracle_connection *c, const struct segment *seg)
{
	if (seg->len == 0 && c->rcv_wnd == 0)
		return seg->seq == c->rcv_nxt;
	if (seg->len == 0)
		return oracle_in_window(c, seg->seq);
	if (c->rcv_wnd == 0)
		return false;
	return oracle_in_window(c, seg->seq) ||
	    oracle_in_window(c, seg->seq + seg->len - 1);
}

struct oracle_outcome
oracle_unchanged(const struct oracle_connection *c, const char *clause,
    unsigned replies)
{
	return (struct oracle_outcome){
		.clause = clause,
		.state = c->state,
		.replies = replies,
		.snd_una = c->snd_una,
		.rcv_nxt = c->rcv_nxt,
		.held_bytes = c->held ? c->held_end - c->held_first : 0,
		.snd_wnd = ORACLE_OLD,
		.echo = ORACLE_EITHER,
		.restart = ORACLE_OLD,
		.dropped = true,
	};
}

void
oracle_add(struct oracle_answer *answer, const struct oracle_outcome *outcome)
{
	if (answer->count < ORACLE_OUTCOMES)
		answer->outcome[answer->count++] = *outcome;
}

static void
add_unchanged(const struct oracle_connection *c, const char *clause,
    unsigned replies, struct oracle_answer *answer)
{
	const struct oracle_outcome o = oracle_unchanged(c, clause, replies);

	oracle_add(answer, &o);
}

/* 3.10.7.1 */
static void
closed(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	if (seg->rst)
		add_unchanged(c, "3.10.7.1: RST is discarded", ORACLE_QUIET,
		    answer);
	else if (seg->has_ack)
		add_unchanged(c, "3.10.7.1: ACK, so SEQ=SEG.ACK", ORACLE_RST,
		    answer);
	else
		add_unchanged(c, "3.10.7.1: no ACK, so SEQ=0", ORACLE_RST_ACK,
		    answer);
}

/* 3.10.7.2.  The text of a SYN is not taken, nor a SYN with FIN
 * (deviations). */
static void
listen(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	struct oracle_outcome o;

	if (seg->rst) {
		add_unchanged(c, "3.10.7.2 first: RST ignored", ORACLE_QUIET,
		    answer);
	} else if (seg->has_ack) {
		add_unchanged(c, "3.10.7.2 second: any ACK is bad", ORACLE_RST,
		    answer);
	} else if (!seg->syn) {
		add_unchanged(c, "3.10.7.2 fourth: dropped", ORACLE_QUIET,
		    answer);
	} else if (seg->fin) {
		add_unchanged(c, "deviations: SYN with FIN", ORACLE_QUIET,
		    answer);
	} else {
		o = oracle_unchanged(c, "3.10.7.2 third: SYN", ORACLE_SYN_ACK);
		o.state = ESTAB_SYN_RECEIVED;
		o.snd_una = c->iss;
		o.rcv_nxt = seg->seq + 1;
		o.snd_wnd = ORACLE_EITHER;
		o.echo = ORACLE_NEW;
		o.synchronizes = true;
		o.dropped = false;
		oracle_add(answer, &o);
	}
}

void
oracle_no_record(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	if (c->state == ESTAB_LISTEN)
		listen(c, seg, answer);
	else
		closed(c, seg, answer);
}

/* A SYN with an acceptable ACK.  Text in it may be taken or left. */
void
oracle_syn_ack(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	struct oracle_outcome o = oracle_unchanged(c,
	    "3.10.7.3 fourth: our SYN is acknowledged", ORACLE_ACK);
	const uint32_t text =
	    seg->text_len < c->rcv_wnd ? seg->text_len : c->rcv_wnd;

	o.state = ESTAB_ESTABLISHED;
	o.snd_una = seg->ack;
	o.rcv_nxt = seg->seq + 1;
	o.snd_wnd = ORACLE_NEW;
	o.echo = ORACLE_NEW;
	o.synchronizes = true;
	o.dropped = false;
	o.urgent = seg->urg ? -1 : 0;
	oracle_add(answer, &o);
	if (text == 0)
		return;
	o.clause = "3.10.7.3 fourth: and its text is taken";
	o.replies = ORACLE_ACK | ORACLE_OWED;
	o.rcv_nxt += text;
	oracle_add(answer, &o);
}

static void
bad_ack(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	struct oracle_outcome o =
	    oracle_unchanged(c, "3.10.7.3 first: ACK not of our SYN",
	        seg->rst ? ORACLE_QUIET : ORACLE_RST);

	o.opens_again = !seg->rst; /* deviations */
	oracle_add(answer, &o);
	/* At most once an opening, so it need not. */
	o.opens_again = false;
	if (c->syn_again)
		oracle_add(answer, &o);
}

void
oracle_syn_sent(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	struct oracle_outcome o;

	if (seg->has_ack &&
	    (oracle_distance(c->iss, seg->ack) <= 0 ||
	        oracle_distance(c->snd_nxt, seg->ack) > 0)) {
		bad_ack(c, seg, answer);
		return;
	}
	if (seg->rst) {
		o = oracle_unchanged(c, "3.10.7.3 second: RST", ORACLE_QUIET);
		if (seg->has_ack) {
			o.clause = "3.10.7.3 second: refused";
			o.state = ESTAB_CLOSED;
			o.error = ESTAB_ECONNREFUSED;
			o.dropped = false;
		}
		oracle_add(answer, &o);
		return;
	}
	if (seg->syn && seg->fin) {
		add_unchanged(c, "deviations: SYN with FIN", ORACLE_QUIET,
		    answer);
		return;
	}
	if (seg->syn && seg->has_ack) {
		oracle_syn_ack(c, seg, answer);
		return;
	}
	if (seg->syn) {
		o = oracle_unchanged(c, "3.10.7.3 fourth: simultaneous open",
		    ORACLE_SYN_ACK);
		o.state = ESTAB_SYN_RECEIVED;
		o.rcv_nxt = seg->seq + 1;
		o.snd_wnd = ORACLE_NEW;
		o.echo = ORACLE_NEW;
		o.synchronizes = true;
		o.dropped = false;
		oracle_add(answer, &o);
		return;
	}
	add_unchanged(c, "3.10.7.3 fifth: neither SYN nor RST", ORACLE_QUIET,
	    answer);
}

void
oracle_arrives(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_answer *answer)
{
	answer->count = 0;
	switch (c->state) {
	case ESTAB_CLOSED:
	case ESTAB_LISTEN:
		oracle_no_record(c, seg, answer);
		break;
	case ESTAB_SYN_SENT:
		oracle_syn_sent(c, seg, answer);
		break;
	case ESTAB_SYN_RECEIVED:
	case ESTAB_ESTABLISHED:
	case ESTAB_FIN_WAIT_1:
	case ESTAB_FIN_WAIT_2:
	case ESTAB_CLOSE_WAIT:
	case ESTAB_CLOSING:
	case ESTAB_LAST_ACK:
		oracle_other(c, seg, answer);
		break;
	case ESTAB_TIME_WAIT:
		oracle_time_wait(c, seg, answer);
		break;
	}
}
