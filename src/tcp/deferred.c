/* SPDX-License-Identifier: BSD-2-Clause
 *
 * deferred.c - a SYN that is not answered before the program says how: a
 * half-open record whose SYN+ACK has not left (ESTAB_DEFER).
 *
 * RFC 9293 3.10.7.2 sends the SYN+ACK at once.  Whoever joins two connections
 * must know first whether the far side takes its half; the SYN, which its
 * sender repeats, waits meanwhile.  As nothing of ours has left, nothing of
 * ours can be acknowledged, and what arrives is judged as in LISTEN, but for
 * the SYN itself and a reset of it.
 */
#include "tcp/judge.h"
#include "tcp/tcp.h"

#define REPEATS_MAX (HALF_OPEN_TRIES - 1)

/* Who still wants an answer sends his SYN again after an RTO that doubles
 * (RFC 6298 5.5).  Four of them without one, and he has given up. */
int64_t
deferred_patience(const struct tcp *tcp, const struct half_open *h)
{
	return 4 *
	    rtt_backed_off(tcp->config.rto_initial_ns, h->tries,
	        tcp->config.rto_max_ns);
}

/* The SYN again: its sender lives.  There is one opening, as before. */
static void
wait_anew(struct tcp *tcp, struct half_open *h)
{
	half_open_unqueue(tcp, h);
	if (h->tries < REPEATS_MAX)
		h->tries = (h->tries + 1u) & 0xfu;
	half_open_queue(tcp, h);
}

static bool
resets(const struct half_open *h, const struct segment *seg)
{
	const struct expectation e = { .nxt = h->irs + 1, .wnd = UINT16_MAX };

	return judge_reset(&e, seg) == ESTAB_REASON_RST_TAKEN;
}

void
deferred_arrives(struct tcp *tcp, struct half_open *h, struct arrival *a)
{
	const struct segment *seg = &a->seg;

	a->reason = ESTAB_REASON_DEFERRED_IGNORED;
	if (seg->rst) {
		if (resets(h, seg)) {
			a->reason = ESTAB_REASON_HALF_OPEN_RST;
			half_open_end(tcp, h, a->reason);
			arrive_trace(tcp, a, NULL, ESTAB_SYN_RECEIVED);
			return;
		}
	} else if (seg->has_ack) {
		a->reason = ESTAB_REASON_HALF_OPEN_ACK_BAD;
		(void)arrive_reset(tcp, a);
	} else if (seg->syn && seg->seq == h->irs) {
		a->reason = ESTAB_REASON_DEFERRED_SYN_AGAIN;
		wait_anew(tcp, h);
	}
	arrive_trace(tcp, a, &h->head, ESTAB_SYN_RECEIVED);
}

/* ---- What the program hears --------------------------------------------- */

static enum estab_error
error_of(enum estab_reason reason)
{
	if (reason == ESTAB_REASON_HALF_OPEN_RST)
		return ESTAB_ECONNRESET;
	if (reason == ESTAB_REASON_TIMEOUT_DEFERRED ||
	    reason == ESTAB_REASON_TIMEOUT_HALF_OPEN)
		return ESTAB_ETIMEDOUT;
	return ESTAB_ECONNABORTED;
}

/* It goes on to count as half-open: a program that does not listen must not
 * make these grow without bound. */
void
deferred_ended(struct tcp *tcp, struct half_open *h, enum estab_reason reason)
{
	table_remove(&tcp->arena, &tcp->table, arena_ref(&tcp->arena, h));
	h->mss = (uint16_t)-error_of(reason);
	h->deferred = 1;
	h->told = 0;
	half_open_queue(tcp, h);
	tcp->half_open_count++;
}

bool
deferred_event(struct tcp *tcp, struct estab_event *event)
{
	const uint32_t ref = tcp->half_opens[HALF_OPEN_EVENTS].head;
	struct half_open *h = arena_at(&tcp->arena, ref);

	if (!ref)
		return false;
	half_open_unqueue(tcp, h);
	event->conn = conn_handle(tcp, &h->head);
	event->ready = ESTAB_PENDING;
	event->error = 0;
	if (h->head.in_table) {
		h->told = 1;
		half_open_queue(tcp, h);
		return true;
	}
	event->ready = ESTAB_ERROR | ESTAB_ENDED;
	event->error = -h->mss;
	tcp->half_open_count--;
	conn_free(tcp, &h->head);
	return true;
}

/* ---- What the program says ---------------------------------------------- */

/* RFC 9293 3.5.2, group 1: the only reset a SYN-SENT believes. */
static void
reset(struct tcp *tcp, const struct half_open *h)
{
	struct reply *r;

	if (!reply_allowed(tcp, &h->head.remote)) {
		count(tcp, ESTAB_COUNT_TCPRstRateLimited);
		return;
	}
	r = reply_from(tcp, &h->head, ESTAB_REASON_OUT_RST_REPLY);
	if (!r)
		return; /* the SYN comes again, and with it the question */
	r->flags = ESTAB_RST | ESTAB_ACK;
	r->ack = h->irs + 1;
}

static void
take(struct tcp *tcp, struct half_open *h)
{
	half_open_unqueue(tcp, h);
	h->deferred = 0;
	h->told = 1;
	h->tries = 0;
	conn_record(tcp, ESTAB_RECORD_CALL, &h->head,
	    ESTAB_REASON_CALL_ANSWER_ACCEPT);
	syn_ack_send(tcp, h, ESTAB_REASON_OUT_SYN_ACK);
	half_open_queue(tcp, h);
}

/* Who gave the answer need not be told that it has ended. */
static void
turn_away(struct tcp *tcp, struct half_open *h, enum estab_reason reason)
{
	half_open_unqueue(tcp, h);
	h->told = 0;
	half_open_queue(tcp, h);
	half_open_end(tcp, h, reason);
}

void
deferred_answer(struct tcp *tcp, struct half_open *h, enum estab_answer answer)
{
	switch (answer) {
	case ESTAB_ANSWER_ACCEPT:
		take(tcp, h);
		return;
	case ESTAB_ANSWER_REFUSE:
		reset(tcp, h);
		turn_away(tcp, h, ESTAB_REASON_CALL_ANSWER_REFUSE);
		return;
	case ESTAB_ANSWER_UNREACHABLE:
		turn_away(tcp, h, ESTAB_REASON_CALL_ANSWER_UNREACHABLE);
		return;
	case ESTAB_ANSWER_NONE:
		turn_away(tcp, h, ESTAB_REASON_CALL_ANSWER_NONE);
		return;
	}
}
