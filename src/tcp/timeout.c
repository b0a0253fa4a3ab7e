/* SPDX-License-Identifier: BSD-2-Clause
 *
 * timeout.c - time-outs (RFC 9293 3.10.8; RFC 6298; 3.8.3, 3.8.4, 3.8.6).
 */
#include "tcp/tcp.h"

estab_time
timeout_next(const struct tcb *t)
{
	estab_time soonest = t->timer[0];

	for (int i = 1; i < TIMER_COUNT; i++)
		if (t->timer[i] < soonest)
			soonest = t->timer[i];
	return soonest;
}

/* RFC 6298 5.1 to 5.3: the timer runs while anything is outstanding, and
 * starts anew when new data is acknowledged.  With nothing outstanding but
 * text that may not leave, it is output.c that arms it, to probe. */
void
timeout_restart(struct tcp *tcp, struct tcb *t)
{
	int64_t rto;

	if (!t->snd.sent_first) {
		tcb_timer(t, TIMER_RETRANSMIT, ESTAB_NEVER);
		return;
	}
	rto = rtt_backed_off(rtt_rto(&t->rtt, &tcp->config), t->backoff,
	    t->snd.wnd == 0 ? tcp->config.persist_max_ns :
	                      tcp->config.rto_max_ns);
	tcb_timer(t, TIMER_RETRANSMIT, tcp->now + rto);
}

static void
note(struct tcp *tcp, const struct tcb *t, enum estab_reason reason)
{
	conn_record(tcp, ESTAB_RECORD_TIMER, &t->head, reason);
}

static void
give_up(struct tcp *tcp, struct tcb *t, enum estab_reason reason)
{
	note(tcp, t, reason);
	count(tcp, ESTAB_COUNT_TCPAbortOnTimeout);
	conn_end(tcp, t, reason, ESTAB_ETIMEDOUT);
}

/* R2 of 9293 3.8.3, counted in tries where nobody waits for the outcome and
 * where no outcome was ever seen. */
static bool
too_many_tries(struct tcp *tcp, struct tcb *t)
{
	if (tcb_opening(t)) {
		if ((int32_t)t->tries < tcp->config.syn_tries_max)
			return false;
		give_up(tcp, t, ESTAB_REASON_TIMEOUT_SYN_TRIES);
		return true;
	}
	if (t->orphan && (int32_t)t->tries >= tcp->config.orphan_tries_max) {
		give_up(tcp, t, ESTAB_REASON_TIMEOUT_ORPHAN);
		return true;
	}
	return false;
}

/* RFC 5681 3.1, equation 4: ssthresh is kept when the same segment times out
 * again. */
static void
collapse(struct tcp *tcp, struct tcb *t)
{
	const struct congestion_event event = {
		.now = tcp->now,
		.mss = t->snd.mss,
		.flight =
		    t->tries == 0 ? t->snd.flight : 2 * t->congestion.ssthresh,
	};

	t->in_recovery = false;
	t->duplicate_acks = 0;
	t->recover = t->snd.nxt;
	congestion_hooks_of(&t->congestion)->timed_out(&t->congestion, &event);
	conn_record(tcp, ESTAB_RECORD_LOSS, &t->head,
	    ESTAB_REASON_LOSS_TIMEOUT);
}

/* What is outstanding was not acknowledged in time: all of it counts as lost
 * and goes out again as the window opens, first things first. */
static void
retransmit(struct tcp *tcp, struct tcb *t)
{
	const bool opening = tcb_opening(t);

	note(tcp, t,
	    opening ? ESTAB_REASON_TIMEOUT_SYN :
	              ESTAB_REASON_TIMEOUT_RETRANSMIT);
	count(tcp, ESTAB_COUNT_TCPTimeouts);
	if (!opening)
		collapse(tcp, t);
	sent_mark_all_lost(tcp, t);
	t->why =
	    opening ? ESTAB_REASON_TIMEOUT_SYN : ESTAB_REASON_OUT_RETRANSMIT;
}

/* The window is closed, or too small for sense (3.8.6.1, 3.8.6.2.1). */
static void
persist(struct tcp *tcp, struct tcb *t)
{
	const uint32_t edge = t->snd.una + t->snd.wnd;

	if (t->snd.wnd > 0 && seq_gt(edge, t->snd.nxt)) {
		note(tcp, t, ESTAB_REASON_TIMEOUT_SILLY);
		t->silly_now = true;
		return;
	}
	note(tcp, t, ESTAB_REASON_TIMEOUT_PROBE);
	t->probe_owed = true;
}

static void
retransmit_timer(struct tcp *tcp, struct tcb *t)
{
	if (too_many_tries(tcp, t))
		return;
	if (tcb_opening(t) || (t->snd.sent_first && t->snd.wnd > 0))
		retransmit(tcp, t);
	else
		persist(tcp, t);
	if (t->backoff < UINT8_MAX)
		t->backoff++;
	if (t->tries < UINT8_MAX)
		t->tries++;
	timeout_restart(tcp, t);
	tcb_owes(tcp, t);
}

static void
ack_timer(struct tcp *tcp, struct tcb *t)
{
	note(tcp, t, ESTAB_REASON_TIMEOUT_ACK);
	count(tcp, ESTAB_COUNT_DelayedACKs);
	t->ack_now = true;
	tcb_owes(tcp, t);
}

/* 3.8.4: an idle peer is asked; one that never answers is gone. */
static void
keepalive_timer(struct tcp *tcp, struct tcb *t)
{
	const int64_t idle = t->options.keepalive_idle_ms * ESTAB_MS;
	const int64_t interval = t->options.keepalive_interval_ms * ESTAB_MS;

	if (!t->options.keepalive)
		return;
	if (tcp->now - t->heard < idle || tcb_outstanding(t)) {
		t->tries = 0;
		tcb_timer(t, TIMER_KEEPALIVE,
		    (tcb_outstanding(t) ? tcp->now : t->heard) + idle);
		return;
	}
	if (t->tries >= t->options.keepalive_probes) {
		note(tcp, t, ESTAB_REASON_TIMEOUT_KEEPALIVE_DEAD);
		count(tcp, ESTAB_COUNT_TCPAbortOnTimeout);
		conn_reset(tcp, t, ESTAB_REASON_TIMEOUT_KEEPALIVE_DEAD,
		    ESTAB_ETIMEDOUT);
		return;
	}
	note(tcp, t, ESTAB_REASON_TIMEOUT_KEEPALIVE);
	t->tries++;
	t->keepalive_owed = true;
	tcb_timer(t, TIMER_KEEPALIVE, tcp->now + interval);
	tcb_owes(tcp, t);
}

/* tcb_settle() sets it again while anything waits. */
static void
user_timer(struct tcp *tcp, struct tcb *t)
{
	const int64_t limit = t->options.user_timeout_ms * ESTAB_MS;

	if (limit && (tcb_outstanding(t) || tcb_unsent(t) > 0) &&
	    tcp->now - t->progress >= limit)
		give_up(tcp, t, ESTAB_REASON_TIMEOUT_USER);
}

static void
run(struct tcp *tcp, struct tcb *t, enum timer timer)
{
	tcb_timer(t, timer, ESTAB_NEVER);
	switch (timer) {
	case TIMER_RETRANSMIT:
		retransmit_timer(tcp, t);
		return;
	case TIMER_ACK:
		ack_timer(tcp, t);
		return;
	case TIMER_KEEPALIVE:
		keepalive_timer(tcp, t);
		return;
	case TIMER_FIN_WAIT_2:
		give_up(tcp, t, ESTAB_REASON_TIMEOUT_FIN_WAIT_2);
		return;
	case TIMER_USER:
		user_timer(tcp, t);
		return;
	case TIMER_COUNT:
		return;
	}
}

void
timeout_run(struct tcp *tcp, struct tcb *t)
{
	for (enum timer timer = 0; timer < TIMER_COUNT; timer++)
		if (t->head.in_table && t->timer[timer] <= tcp->now)
			run(tcp, t, timer);
	tcb_settle(tcp, t);
}
