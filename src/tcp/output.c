/* SPDX-License-Identifier: BSD-2-Clause
 *
 * output.c - what leaves (RFC 9293 3.8; 3.10.2 for new text).
 *
 * Arrivals, calls and time-outs note what is owed; here it is decided, a
 * segment at a time: first replies, in order; then each connection of the
 * output list: what was lost, new text and the FIN, probes, and an ACK when
 * no text took it along.
 */
#include "tcp/usable.h"

#define TURN 32u /* segments of one connection before the next has its turn */

/* What every segment of a connection has. */
static void
begin(struct tcp *tcp, struct tcb *t, struct departure *out,
    enum estab_reason reason)
{
	struct segment *seg = &out->seg;

	segment_clear(seg);
	conn_tuple(&t->head, &out->tuple);
	out->text_count = 0;
	out->train = 0;
	out->again = false;
	out->link = t->head.link;
	out->ttl = t->options.ttl;
	out->tos = t->options.tos;
	out->state = t->head.state;
	out->reason = (uint16_t)reason;
	out->conn = conn_handle(tcp, &t->head);
	out->conn_ref = tcb_ref(tcp, t);
	seg->from_port = t->head.local_port;
	seg->to_port = t->head.remote_port;
	seg->segment_count = 1;
}

/* The ACK that every segment after the SYN carries, and time stamps. */
static void
acknowledge(struct tcp *tcp, struct tcb *t, struct segment *seg)
{
	if (t->head.state != ESTAB_SYN_SENT) {
		seg->has_ack = true;
		seg->ack = t->rcv.nxt;
		if (!seg->syn)
			seg->wnd = ack_window_field(tcp, t, false);
		t->rcv.acked = t->rcv.nxt;
		t->ack_now = t->window_owed = false;
		tcb_timer(t, TIMER_ACK, ESTAB_NEVER);
	}
	if (t->ts_on) {
		seg->options.has_ts = true;
		seg->options.tsval = tcb_tsval(tcp, t);
		seg->options.tsecr = t->ts_recent;
	}
	t->segments_out += seg->segment_count;
}

/* ---- SYN ---- */

static void
syn_options(struct tcp *tcp, const struct tcb *t, struct tcp_options *o)
{
	const bool answers = t->head.state == ESTAB_SYN_RECEIVED;

	o->has_mss = true;
	o->mss = tcb_mss_offer(tcp, t->head.link, conn_ip_bytes(&t->head),
	    &t->options);
	o->has_wscale = answers ? t->wscale_on : tcp->config.window_scale > 0;
	o->wscale = t->rcv.wnd_shift;
	if (!answers && tcp->config.timestamps > 0) {
		o->has_ts = true;
		o->tsval = tcb_tsval(tcp, t);
	}
}

static bool
send_syn(struct tcp *tcp, struct tcb *t, struct departure *out)
{
	struct segment *seg = &out->seg;
	struct sent *s;

	if (t->snd.sent_first) {
		s = sent_first_lost(tcp, t);
		if (!s || !s->syn)
			return false;
		begin(tcp, t, out,
		    s->times > 0 || t->why ? (enum estab_reason)t->why :
		                             ESTAB_REASON_OUT_SYN);
		if (s->times > 0 && t->why != ESTAB_REASON_OUT_SYN_ACK) {
			out->again = true;
			t->retransmits++;
		}
		sent_again(tcp, t, s);
	} else {
		begin(tcp, t, out, ESTAB_REASON_OUT_SYN);
		s = sent_push(tcp, t, t->snd.iss + 1);
		if (!s)
			return false;
		s->syn = true;
		t->snd.nxt = t->snd.iss + 1;
		t->progress = tcp->now;
	}
	seg->syn = true;
	seg->seq = t->snd.iss;
	seg->len = 1;
	seg->wnd = t->options.receive_limit < UINT16_MAX ?
	    t->options.receive_limit :
	    UINT16_MAX;
	acknowledge(tcp, t, seg);
	syn_options(tcp, t, &seg->options);
	/* Who makes us answer SYNs does not put off the time-out of ours. */
	if (t->timer[TIMER_RETRANSMIT] == ESTAB_NEVER ||
	    out->reason != ESTAB_REASON_OUT_SYN_ACK)
		timeout_restart(tcp, t);
	return true;
}

/* ---- Text and FIN ---- */

/* Fill a segment with [first, first + n) of the buffer and, when wanted, the
 * FIN behind it.  Returns the number behind what fitted. */
static uint32_t
fill(struct tcp *tcp, struct tcb *t, struct departure *out, uint32_t first,
    uint32_t n, bool fin)
{
	struct segment *seg = &out->seg;
	uint32_t covered = 0;

	if (n > 0)
		out->text_count = send_buffer_spans(tcp, t, first, n, out->text,
		    ESTAB_SPANS_MAX - 1, &covered);
	seg->seq = first;
	seg->text_len = covered;
	seg->fin = fin && covered == n;
	seg->len = covered + (seg->fin ? 1 : 0);
	seg->psh = covered > 0 && first + covered == t->snd.buffer_end;
	if (t->snd.urgent && seq_gt(t->snd.up, first)) {
		const uint32_t up = seq_span(first, t->snd.up);

		seg->urg = true;
		seg->up = (uint16_t)(up < UINT16_MAX ? up : UINT16_MAX);
	}
	if (covered > t->snd.mss) {
		seg->segment_bytes = t->snd.mss;
		seg->segment_count =
		    (uint16_t)((covered + t->snd.mss - 1) / t->snd.mss);
	}
	acknowledge(tcp, t, seg);
	return first + seg->len;
}

static enum estab_reason
why_again(const struct tcb *t, const struct sent *s)
{
	if (s->times == 0)
		return ESTAB_REASON_OUT_TEXT;
	return t->why ? (enum estab_reason)t->why : ESTAB_REASON_OUT_RETRANSMIT;
}

/* Send the first lost record again, a segment of it.  The very first in the
 * queue always may: it is what the peer waits for. */
static bool
send_lost(struct tcp *tcp, struct tcb *t, struct departure *out)
{
	struct sent *s = sent_first_lost(tcp, t);
	uint32_t text, end;

	if (!s || (usable_congestion(t) < t->snd.mss && s->first != t->snd.una))
		return false;
	if (t->snd.wnd == 0) { /* it would not be taken; a probe will ask */
		if (t->timer[TIMER_RETRANSMIT] == ESTAB_NEVER)
			timeout_restart(tcp, t);
		return false;
	}
	if (seq_span(s->first, s->end) > t->snd.mss &&
	    !(s->fin && seq_span(s->first, s->end) == t->snd.mss + 1u))
		sent_split(tcp, t, s, s->first + t->snd.mss);
	text = seq_span(s->first, s->end) - (s->fin ? 1 : 0);
	if (text > t->snd.mss) /* no memory to cut it: its front alone */
		text = t->snd.mss;
	begin(tcp, t, out, why_again(t, s));
	end = fill(tcp, t, out, s->first, text,
	    s->fin && s->first + text + 1 == s->end);
	if (end != s->end && end != s->first)
		sent_split(tcp, t, s, end);
	if (s->times > 0) {
		out->again = true;
		t->retransmits++;
		t->bytes_retransmitted += out->seg.text_len;
	}
	sent_again(tcp, t, s);
	if (t->timer[TIMER_RETRANSMIT] == ESTAB_NEVER)
		timeout_restart(tcp, t);
	return true;
}

static bool
may_send_text(enum estab_state state)
{
	switch (state) {
	case ESTAB_ESTABLISHED:
	case ESTAB_CLOSE_WAIT:
	case ESTAB_FIN_WAIT_1:
	case ESTAB_CLOSING:
	case ESTAB_LAST_ACK:
		return true;
	case ESTAB_CLOSED:
	case ESTAB_LISTEN:
	case ESTAB_SYN_SENT:
	case ESTAB_SYN_RECEIVED:
	case ESTAB_FIN_WAIT_2:
	case ESTAB_TIME_WAIT:
		return false;
	}
	return false;
}

static bool
fin_unsent(const struct tcb *t)
{
	return t->snd.fin_queued && seq_le(t->snd.nxt, t->snd.buffer_end);
}

/* The probe timer runs when something waits and nothing is outstanding whose
 * ACK would bring news of the window. */
static void
arm_probe(struct tcp *tcp, struct tcb *t)
{
	if (t->snd.sent_first || t->timer[TIMER_RETRANSMIT] != ESTAB_NEVER)
		return;
	tcb_timer(t, TIMER_RETRANSMIT,
	    tcp->now +
	        rtt_backed_off(rtt_rto(&t->rtt, &tcp->config), t->backoff,
	            tcp->config.persist_max_ns));
}

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* How many whole segments may follow the one just sent, in this turn and
 * noted by the same record.  The end of the text takes the long way, for PSH
 * and FIN. */
static uint32_t
train_length(const struct tcp *tcp, const struct tcb *t, const struct sent *s)
{
	const uint32_t unsent = tcb_unsent(t);
	uint32_t bytes = least(usable_window(t), usable_congestion(t));

	if (unsent <= t->snd.mss || t->snd.urgent ||
	    tcp->link[t->head.link].segment_bytes_max > 0)
		return 0;
	bytes = least(least(bytes, unsent - 1), sent_room(tcp, s));
	return least(bytes / t->snd.mss, TURN - 1 - tcp->turn);
}

/* What nearly every segment is: all it calls is inlined. */
__attribute__((flatten)) static bool
send_new(struct tcp *tcp, struct tcb *t, struct departure *out)
{
	const uint32_t unsent = tcb_unsent(t);
	const uint32_t usable = usable_window(t);
	bool fin = fin_unsent(t);
	struct sent *s;
	uint32_t n, end;

	if (!may_send_text(t->head.state) || (unsent == 0 && !fin))
		return false;
	n = usable_text(tcp, t, usable);
	fin = fin && n == unsent && n < usable;
	if (n == 0 && !fin) {
		arm_probe(tcp, t);
		return false;
	}
	begin(tcp, t, out,
	    fin              ? ESTAB_REASON_OUT_FIN :
	        t->silly_now ? ESTAB_REASON_TIMEOUT_SILLY :
	                       ESTAB_REASON_OUT_TEXT);
	end = fill(tcp, t, out, t->snd.nxt, n, fin);
	if (!t->snd.sent_first)
		t->progress = tcp->now;
	t->silly_now = false;
	s = sent_push(tcp, t, end);
	if (!s) {
		t->ack_now = true; /* no memory to note the text by */
		return false;
	}
	s->fin = out->seg.fin;
	t->snd.nxt = end;
	t->bytes_sent += out->seg.text_len;
	if (out->seg.len == t->snd.mss && !fin)
		out->train = train_length(tcp, t, s);
	if (t->timer[TIMER_RETRANSMIT] == ESTAB_NEVER)
		timeout_restart(tcp, t);
	return true;
}

/* ---- Probes ---- */

/* One octet beyond the closed window (3.8.6.1): new text or the FIN, or,
 * where some is outstanding, the oldest octet again. */
static bool
send_probe(struct tcp *tcp, struct tcb *t, struct departure *out)
{
	const bool again = t->snd.sent_first != 0;
	const uint32_t first = again ? t->snd.una : t->snd.nxt;
	uint32_t end;

	t->probe_owed = false;
	if (!again && tcb_unsent(t) == 0 && !fin_unsent(t))
		return false;
	count(tcp, ESTAB_COUNT_TCPZeroWindowProbe);
	begin(tcp, t, out, ESTAB_REASON_OUT_PROBE);
	end = first == t->snd.buffer_end ? fill(tcp, t, out, first, 0, true) :
	                                   fill(tcp, t, out, first, 1, false);
	if (!again) {
		if (!sent_push(tcp, t, end))
			return false;
		if (out->seg.fin)
			((struct sent *)arena_at(&tcp->arena, t->snd.sent_last))
			    ->fin = true;
		t->snd.nxt = end;
	}
	timeout_restart(tcp, t);
	return true;
}

/* 3.8.4: SEQ is one below what the peer expects, so that it must answer. */
static void
send_keepalive(struct tcp *tcp, struct tcb *t, struct departure *out)
{
	t->keepalive_owed = false;
	count(tcp, ESTAB_COUNT_TCPKeepAlive);
	begin(tcp, t, out, ESTAB_REASON_OUT_KEEPALIVE);
	out->seg.seq = t->snd.nxt - 1;
	acknowledge(tcp, t, &out->seg);
}

static void
send_ack(struct tcp *tcp, struct tcb *t, struct departure *out)
{
	begin(tcp, t, out,
	    t->ack_now ? ESTAB_REASON_OUT_ACK : ESTAB_REASON_OUT_WINDOW);
	out->seg.seq = t->snd.nxt;
	acknowledge(tcp, t, &out->seg);
}

/* ---- A connection's turn ---- */

/* Before the peer's SYN there is nothing to acknowledge. */
static bool
owes_ack(const struct tcb *t)
{
	return (t->ack_now || t->window_owed) &&
	    t->head.state != ESTAB_SYN_SENT;
}

static bool
send_from(struct tcp *tcp, struct tcb *t, struct departure *out)
{
	if (tcb_opening(t) && send_syn(tcp, t, out))
		return true;
	if (t->probe_owed && send_probe(tcp, t, out))
		return true;
	if (t->lost_count > 0 ? send_lost(tcp, t, out) : send_new(tcp, t, out))
		return true;
	if (t->keepalive_owed) {
		send_keepalive(tcp, t, out);
		return true;
	}
	if (owes_ack(t)) {
		send_ack(tcp, t, out);
		return true;
	}
	return false;
}

static void
leave_list(struct tcp *tcp, struct tcb *t)
{
	gate_leave(tcp, t);
	tcp->turn = 0;
}

/* Whether it may owe more after a segment.  Text that may not leave now
 * counts too: it may want a probe. */
static bool
owes_more(const struct tcb *t)
{
	return t->ack_now || t->window_owed || t->lost_count > 0 ||
	    t->probe_owed || t->keepalive_owed || tcb_unsent(t) > 0 ||
	    fin_unsent(t);
}

static bool
from_connections(struct tcp *tcp, struct departure *out)
{
	while (tcp->output[0].head) {
		struct tcb *t = tcb_at(tcp, tcp->output[0].head);
		const bool sent = send_from(tcp, t, out);
		const bool more = sent && owes_more(t);

		if (!more || ++tcp->turn >= TURN)
			leave_list(tcp, t);
		if (more)
			tcb_owes(tcp, t); /* at the end, when it left */
		tcb_settle_later(tcp, t);
		if (sent)
			return true;
	}
	return false;
}

bool
output_next(struct tcp *tcp, struct departure *out)
{
	return reply_depart(tcp, out) || from_connections(tcp, out);
}

/* Between two segments of one turn nothing arrives and no time passes: what
 * the last one acknowledged, promised and stamped still holds. */
bool
output_train(struct tcp *tcp, struct departure *out)
{
	struct tcb *t;
	uint32_t mss, covered;

	if (out->train == 0)
		return false;
	t = tcb_at(tcp, out->conn_ref);
	mss = t->snd.mss;
	out->text_count = send_buffer_spans(tcp, t, t->snd.nxt, mss, out->text,
	    ESTAB_SPANS_MAX - 1, &covered);
	if (covered != mss)
		return false;
	out->train--;
	out->seg.seq = t->snd.nxt;
	sent_grow(tcp, t, mss);
	t->snd.nxt += mss;
	t->bytes_sent += mss;
	t->segments_out++;
	tcp->turn++;
	return true;
}

void
output_refused(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	if (seg->len == 0) /* an ACK */
		t->ack_now = true;
	else
		sent_take_back(tcp, t, seg->seq, seg->seq + seg->len);
	if (t->timer[TIMER_RETRANSMIT] == ESTAB_NEVER)
		timeout_restart(tcp, t);
}
