/* SPDX-License-Identifier: BSD-2-Clause
 *
 * predict.c - header prediction: the fast path before the ladder.
 *
 * On an open connection with nothing unusual going on, nearly every segment
 * is the next text or a plain ACK of new data.  Such a segment passes all
 * eight checks; what they would do is done here at once, and only here may
 * text be summed while it is copied: it lands beyond RCV.NXT, where nothing
 * means anything until RCV.NXT moves.  A test runs the same worlds with and
 * without, and the traces must be equal.
 */
#include "tcp/tcp.h"
#include "wire/checksum.h"

/* ACK and nothing else that would mean something; PSH means nothing. */
static bool
plain(const struct segment *seg)
{
	const uint8_t told =
	    ESTAB_ACK | ESTAB_SYN | ESTAB_FIN | ESTAB_RST | ESTAB_URG;

	return (seg->flags & told) == ESTAB_ACK && !seg->options.bad;
}

/* As judge_timestamp(): what is 2^31 away is old. */
static bool
timestamp_fits(const struct tcb *t, const struct segment *seg)
{
	if (!t->ts_on)
		return true;
	return seg->options.has_ts && !seq_lt(seg->options.tsval, t->ts_recent);
}

/* Nothing is being repaired on either side, nobody is leaving. */
static bool
undisturbed(const struct tcb *t)
{
	return t->head.state == ESTAB_ESTABLISHED &&
	    (t->in_recovery | t->duplicate_acks | t->rcv.fin_known |
	        t->snd.fin_queued | t->orphan) == 0 &&
	    (t->lost_count | t->rcv.held) == 0 && t->snd.wnd != 0;
}

/* Distances, not two comparisons: what is 2^31 away lies on either side. */
static bool
expected(const struct tcb *t, const struct segment *seg)
{
	const uint32_t acked = seq_span(t->snd.una, seg->ack);
	const uint32_t room = seq_span(t->rcv.nxt, t->rcv.edge);

	if (seg->seq != t->rcv.nxt || acked > seq_span(t->snd.una, t->snd.nxt))
		return false;
	if (seg->text_len == 0)
		return acked > 0 && room > 0;
	return seg->text_len <= room;
}

/* RFC 7323 4.3; the age of TS.Recent is renewed by the ladder alone, which
 * a connection idle for 24 days climbs. */
static void
take_timestamp(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	if (!t->ts_on || seq_gt(seg->seq, t->rcv.acked))
		return;
	t->ts_recent = seg->options.tsval;
	t->ts_recent_ms = tcp->now_ms;
}

static void
take_text(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	const struct segment *seg = &a->seg;

	t->rcv.nxt += seg->text_len;
	t->bytes_received += seg->text_len;
	a->reason = ESTAB_REASON_TEXT_TAKEN;
	event_tell(tcp, t, ESTAB_READABLE);
	ack_text(tcp, t, seg);
}

enum prediction
predict(struct tcp *tcp, struct tcb *t, struct arrival *a)
{
	const struct segment *seg = &a->seg;
	const enum estab_state before = t->head.state;
	uint32_t sum = 0;

	if (!plain(seg) || !undisturbed(t) || !timestamp_fits(t, seg) ||
	    !expected(t, seg))
		return PREDICT_NO;
	if (seg->text_len > 0 &&
	    !receive_buffer_put_next(tcp, t, seg->text_len, seg->frame,
	        seg->text_offset, a->summed ? NULL : &sum)) {
		receive_buffer_cancel(tcp, t);
		return PREDICT_NO;
	}
	if (!a->summed &&
	    !checksum_good(checksum_add(a->sum, sum, seg->header_bytes))) {
		receive_buffer_cancel(tcp, t);
		return PREDICT_CORRUPT;
	}

	count(tcp, ESTAB_COUNT_TCPHPHits);
	t->segments_in += seg->segment_count;
	t->heard = tcp->now;
	take_timestamp(tcp, t, seg);
	a->reason = ESTAB_REASON_ACK_REPEATED;
	if (seg->ack != t->snd.una) {
		a->reason = ESTAB_REASON_ACK_ADVANCES;
		ack_advance(tcp, t, seg);
	}
	ack_window(tcp, t, seg);
	if (seg->text_len > 0)
		take_text(tcp, t, a);
	if (tcp->config.trace)
		arrive_trace(tcp, a, &t->head, before);
	tcb_settle_later(tcp, t);
	return PREDICT_DONE;
}
