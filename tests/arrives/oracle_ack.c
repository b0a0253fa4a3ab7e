/* SPDX-License-Identifier: BSD-2-Clause
 *
 * oracle_ack.c - RFC 9293 3.10.7.4, fifth: the ACK field, with RFC 5961 5.2.
 */
#include "oracle.h"

/* Fifth: whether SND.WND becomes SEG.WND. */
static unsigned
window_update(const struct oracle_connection *c, const struct segment *seg)
{
	const int32_t wl1 = oracle_distance(c->snd_wl1, seg->seq);

	if (oracle_distance(c->snd_una, seg->ack) < 0)
		return ORACLE_OLD;
	if (oracle_distance(c->rcv_nxt, seg->seq) < 0)
		/* Trimmed, it begins at RCV.NXT; as sent, before. */
		return ORACLE_EITHER;
	if (wl1 > 0 || (wl1 == 0 && oracle_distance(c->snd_wl2, seg->ack) >= 0))
		return ORACLE_NEW;
	return ORACLE_OLD;
}

/* Fifth, SYN-RECEIVED.  True: go on. */
bool
oracle_fifth_syn_received(const struct oracle_connection *c,
    const struct segment *seg, struct oracle_outcome *o)
{
	if (oracle_distance(c->snd_una, seg->ack) <= 0 ||
	    oracle_distance(c->snd_nxt, seg->ack) > 0) {
		o->clause = "3.10.7.4 fifth: ACK not of our SYN";
		o->replies = ORACLE_RST;
		return false;
	}
	o->clause = "3.10.7.4 fifth: our SYN is acknowledged";
	o->state = ESTAB_ESTABLISHED;
	o->snd_una = seg->ack;
	o->snd_wnd = ORACLE_NEW;
	o->dropped = false;
	return true;
}

/* Where an acknowledgment of our FIN leads. */
static enum estab_state
after_ack_of_fin(enum estab_state state)
{
	if (state == ESTAB_FIN_WAIT_1)
		return ESTAB_FIN_WAIT_2;
	if (state == ESTAB_CLOSING)
		return ESTAB_TIME_WAIT;
	if (state == ESTAB_LAST_ACK)
		return ESTAB_CLOSED;
	return state;
}

/* Fifth, synchronized states, with 5961 5.2.  True: go on. */
bool
oracle_fifth(const struct oracle_connection *c, const struct segment *seg,
    struct oracle_outcome *o)
{
	const int32_t at = oracle_distance(c->snd_una, seg->ack);
	const int32_t iss = oracle_distance(c->snd_una, c->iss + 1);

	if (oracle_distance(c->snd_nxt, seg->ack) > 0) {
		o->clause = "3.10.7.4 fifth: ACK of what was never sent";
		o->replies = ORACLE_ACK;
		return false;
	}
	if (at < 0 && (at < iss || -(int64_t)at > c->max_snd_wnd)) {
		o->clause = "5961 5.2: ACK of long ago";
		o->replies = ORACLE_ACK;
		return false;
	}
	o->clause = "3.10.7.4 fifth: ACK";
	o->snd_wnd = window_update(c, seg);
	o->dropped = false;
	if (at > 0)
		o->snd_una = seg->ack;
	if (c->fin_sent && o->snd_una == c->snd_nxt)
		o->state = after_ack_of_fin(c->state);
	if (o->state == ESTAB_TIME_WAIT)
		o->restart = ORACLE_NEW;
	return true;
}
