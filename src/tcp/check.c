/* SPDX-License-Identifier: BSD-2-Clause
 *
 * check.c - invariants of a TCB that are checked after every event, in
 * release builds too.  A failed one aborts that connection.
 */
#include "tcp/tcp.h"

/* What follows from the state about the two FINs (RFC 9293 3.3.2). */
static bool
fins_fit_state(const struct tcb *t)
{
	const bool ours = t->snd.fin_queued;
	const bool acked = ours && t->snd.una == t->snd.buffer_end + 1;
	const bool theirs = t->rcv.fin_taken;

	switch ((enum estab_state)t->head.state) {
	case ESTAB_ESTABLISHED:
		return !ours && !theirs;
	case ESTAB_FIN_WAIT_1:
		return ours && !acked && !theirs;
	case ESTAB_FIN_WAIT_2:
		return acked && !theirs;
	case ESTAB_CLOSE_WAIT:
		return !ours && theirs;
	case ESTAB_CLOSING:
	case ESTAB_LAST_ACK:
		return ours && !acked && theirs;
	case ESTAB_SYN_SENT:
	case ESTAB_SYN_RECEIVED:
		return !theirs && t->snd.una == t->snd.iss;
	case ESTAB_CLOSED:
	case ESTAB_LISTEN:
	case ESTAB_TIME_WAIT:
		return false; /* no TCB in the table is in these */
	}
	return false;
}

/* Most events leave a connection ESTABLISHED with no FIN in sight. */
static bool
fins_fit(const struct tcb *t)
{
	if (t->head.state == ESTAB_ESTABLISHED)
		return !t->snd.fin_queued && !t->rcv.fin_taken;
	return fins_fit_state(t);
}

const char *
check_tcb(const struct tcp *tcp, const struct tcb *t)
{
	const struct send_space *snd = &t->snd;
	const struct receive_space *rcv = &t->rcv;
	const uint32_t outstanding = seq_span(snd->una, snd->nxt);

	(void)tcp;
	if (outstanding > 1u << 30)
		return "UNA <= NXT, at most 2^30 apart";
	if (snd->flight > outstanding)
		return "flight <= outstanding";
	if (!seq_le(snd->nxt, snd->buffer_end + 1))
		return "NXT <= end of the buffer and FIN";
	if (!seq_le(rcv->nxt, rcv->edge) && t->head.state != ESTAB_SYN_SENT)
		return "RCV.NXT <= right edge";
	if (!seq_le(rcv->read, rcv->nxt) || !seq_le(rcv->acked, rcv->nxt))
		return "read, acknowledged <= RCV.NXT";
	if (snd->sent_first && t->timer[TIMER_RETRANSMIT] == ESTAB_NEVER &&
	    !(snd->flight == 0 && t->in_output))
		return "outstanding, so the timer runs";
	if (!fins_fit(t))
		return "FINs fit the state";
	return NULL;
}
