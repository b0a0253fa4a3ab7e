/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ack.c - acknowledgments: what one that arrives does to the send half, and
 * when we send one for what the receive half took.
 */
#include "tcp/tcp.h"

/* ---- Arriving ---- */

static struct congestion_event
event_of(const struct tcp *tcp, const struct tcb *t, uint32_t flight,
    uint32_t acked)
{
	return (struct congestion_event){
		.now = tcp->now,
		.mss = t->snd.mss,
		.flight = flight,
		.acked = acked,
		.limited = flight + t->snd.mss > t->congestion.cwnd ||
		    (t->congestion.cwnd < t->congestion.ssthresh &&
		        2 * flight > t->congestion.cwnd),
	};
}

static void
loss_record(struct tcp *tcp, struct tcb *t, enum estab_reason reason)
{
	conn_record(tcp, ESTAB_RECORD_LOSS, &t->head, reason);
}

/* Only a round trip that was measured ends the back-off (RFC 6298 5, after
 * 5.7): on a path that has become longer than the RTO nothing ever would be,
 * if each ACK of text sent twice brought the short RTO back.
 *
 * RFC 6298 3 (Karn) from the retransmission queue; where only text sent
 * twice was acknowledged, the echo tells which copy (RFC 7323 4). */
static void
sample(struct tcp *tcp, struct tcb *t, const struct segment *seg,
    int64_t sample_ns)
{
	if (sample_ns == 0 && t->ts_on && seg->options.has_ts &&
	    seg->options.tsecr != 0) {
		const uint32_t ms =
		    seq_span(seg->options.tsecr, tcb_tsval(tcp, t));

		if (ms < 600000)
			sample_ns = (int64_t)(ms ? ms : 1) * ESTAB_MS;
	}
	if (sample_ns > 0) {
		rtt_sample(&t->rtt, sample_ns);
		t->backoff = 0;
	}
}

/* RFC 6582 3.2 step 3: an ACK in fast recovery ends it, or tells of the next
 * hole.  SACK will say more; until then one hole a round trip. */
static void
recovery_advance(struct tcp *tcp, struct tcb *t, uint32_t acked)
{
	const struct congestion_event event =
	    event_of(tcp, t, t->snd.flight, acked);

	if (seq_ge(t->snd.una, t->recover)) {
		t->in_recovery = false;
		t->duplicate_acks = 0;
		congestion_hooks_of(&t->congestion)
		    ->recovered(&t->congestion, &event);
		loss_record(tcp, t, ESTAB_REASON_LOSS_RECOVERED);
		return;
	}
	t->congestion.cwnd -=
	    acked < t->congestion.cwnd ? acked : t->congestion.cwnd;
	if (acked >= t->snd.mss || t->congestion.cwnd < t->snd.mss)
		t->congestion.cwnd += t->snd.mss;
	sent_mark_first_lost(tcp, t);
	t->why = ESTAB_REASON_OUT_PARTIAL;
}

/* Every second segment brings one: all it calls is inlined. */
__attribute__((flatten)) void
ack_advance(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	const uint32_t acked = seq_span(t->snd.una, seg->ack);
	const uint32_t flight = t->snd.flight;
	int64_t sample_ns;

	t->snd.una = seg->ack;
	sent_acked(tcp, t, t->snd.una, &sample_ns);
	send_buffer_acked(tcp, t);
	sample(tcp, t, seg, sample_ns);
	t->bytes_acked += acked;
	t->progress = tcp->now;
	t->tries = 0;
	if (t->snd.urgent && seq_ge(t->snd.una, t->snd.up))
		t->snd.urgent = false;
	if (t->in_recovery) {
		recovery_advance(tcp, t, acked);
	} else {
		const struct congestion_event event =
		    event_of(tcp, t, flight, acked);

		t->duplicate_acks = 0;
		congestion_hooks_of(&t->congestion)
		    ->acked(&t->congestion, &event);
	}
	timeout_restart(tcp, t);
	if (tcb_unsent(t) || t->lost_count || t->snd.fin_queued)
		tcb_owes(tcp, t);
	if (!t->snd.fin_queued)
		event_tell(tcp, t, ESTAB_WRITABLE);
}

/* RFC 5681 3.2: the third in a row means loss, unless an earlier recovery
 * has not been passed yet (6582 3.2 step 2); each further one means that
 * another segment has arrived. */
void
ack_duplicate(struct tcp *tcp, struct tcb *t)
{
	if (t->duplicate_acks < UINT8_MAX)
		t->duplicate_acks++;
	tcb_owes(tcp, t);
	if (t->in_recovery) { /* no more of them than was in flight (5681 3.2),
	                       * at most twice ssthresh */
		if (t->congestion.cwnd < 3 * t->congestion.ssthresh)
			t->congestion.cwnd += t->snd.mss;
		return;
	}
	if (t->duplicate_acks == 3 && seq_gt(t->snd.una, t->recover) &&
	    t->snd.sent_first) {
		const struct congestion_event event =
		    event_of(tcp, t, t->snd.flight, 0);

		t->in_recovery = true;
		t->recover = t->snd.nxt;
		congestion_hooks_of(&t->congestion)->lost(&t->congestion, &event);
		sent_mark_first_lost(tcp, t);
		t->why = ESTAB_REASON_OUT_FAST_RETRANSMIT;
		count(tcp, ESTAB_COUNT_TCPFastRetrans);
		loss_record(tcp, t, ESTAB_REASON_LOSS_FAST);
	}
}

void
ack_window_moved(struct tcp *tcp, struct tcb *t, uint32_t wnd)
{
	if (t->snd.wnd == 0) { /* what was sent into it was not taken */
		t->backoff = t->tries = 0;
		sent_mark_all_lost(tcp, t);
		timeout_restart(tcp, t);
	}
	t->snd.wnd = wnd;
	if (wnd > t->snd.wnd_max)
		t->snd.wnd_max = wnd;
	if (tcb_unsent(t) || t->snd.fin_queued || t->lost_count)
		tcb_owes(tcp, t);
}

/* ---- Sending ---- */

/* The right edge moves when the program has read enough to make it worth a
 * segment (3.8.6.2.2), and stays where it was promised otherwise.  A window
 * is rounded down to its scale, but never to less than promised. */
static void
move_edge(struct tcp *tcp, struct tcb *t)
{
	const uint32_t want = t->rcv.read + t->options.receive_limit;
	const uint32_t half = t->options.receive_limit / 2;
	const uint32_t worth = t->rcv.mss < half ? t->rcv.mss : half;

	if (!seq_gt(want, t->rcv.edge) || seq_span(t->rcv.edge, want) < worth ||
	    tcp->buffer_bytes >= tcp->config.buffer_bytes_max)
		return;
	t->rcv.edge = seq_max(t->rcv.edge,
	    t->rcv.nxt +
	        (seq_span(t->rcv.nxt, want) >> t->rcv.wnd_shift
	                << t->rcv.wnd_shift));
}

static uint16_t
field(const struct tcb *t, uint32_t ack)
{
	const uint32_t open =
	    seq_lt(ack, t->rcv.edge) ? seq_span(ack, t->rcv.edge) : 0;
	const uint32_t unit = 1u << t->rcv.wnd_shift;
	const uint32_t wnd = (open + unit - 1) >> t->rcv.wnd_shift;

	return (uint16_t)(wnd < UINT16_MAX ? wnd : UINT16_MAX);
}

uint16_t
ack_window_field(struct tcp *tcp, struct tcb *t, bool syn)
{
	uint32_t open;

	if (syn) { /* never scaled (RFC 7323 2.2) */
		open = t->options.receive_limit < UINT16_MAX ?
		    t->options.receive_limit :
		    UINT16_MAX;
		t->rcv.edge = seq_max(t->rcv.edge, t->rcv.nxt + open);
		return (uint16_t)open;
	}
	move_edge(tcp, t);
	return field(t, t->rcv.nxt);
}

static struct reply *
push(struct tcp *tcp, struct tcb *t, uint32_t ack, enum estab_reason reason)
{
	struct reply *r = reply_from_open(tcp, &t->head, reason);

	if (!r) {
		t->ack_now = true;
		tcb_owes(tcp, t);
		return NULL;
	}
	move_edge(tcp, t);
	r->flags = ESTAB_ACK;
	r->seq = t->snd.nxt;
	r->ack = ack;
	r->wnd = field(t, ack);
	r->ttl = t->options.ttl;
	r->tos = t->options.tos;
	r->has_ts = t->ts_on;
	r->tsval = tcb_tsval(tcp, t);
	r->tsecr = t->ts_recent;
	t->rcv.acked = ack;
	t->segments_out++;
	return r;
}

/* Whatever was owed is said by an ACK that leaves. */
static void
nothing_owed(struct tcb *t)
{
	t->ack_now = t->window_owed = false;
	tcb_timer(t, TIMER_ACK, ESTAB_NEVER);
}

void
ack_reply(struct tcp *tcp, struct tcb *t, enum estab_reason reason)
{
	if (push(tcp, t, t->rcv.nxt, reason))
		nothing_owed(t);
}

void
ack_challenge(struct tcp *tcp, struct tcb *t, struct arrival *a,
    enum estab_reason reason)
{
	a->reason = reason;
	if (tcp->now - t->challenged < tcp->config.challenge_interval_ns) {
		a->reason = ESTAB_REASON_CHALLENGE_LIMITED;
		return;
	}
	t->challenged = tcp->now;
	count(tcp, ESTAB_COUNT_TCPChallengeACK);
	ack_reply(tcp, t, ESTAB_REASON_OUT_CHALLENGE);
}

/* An ACK for each two segments' worth.  A super-segment gets those its
 * segments would have got one by one.  Apart, so that the segments between
 * save no registers. */
__attribute__((noinline)) static bool
ack_each_two(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	const uint32_t two = 2u * t->rcv.mss;

	while (seq_span(t->rcv.acked, t->rcv.nxt) >= two) {
		const bool last = seq_span(t->rcv.acked, t->rcv.nxt) < 2 * two;

		if (!push(tcp, t,
		        last && seg->segment_count <= 1 ? t->rcv.nxt :
		                                          t->rcv.acked + two,
		        ESTAB_REASON_OUT_ACK))
			return false;
		if (t->rcv.acked == t->rcv.nxt)
			nothing_owed(t);
	}
	return true;
}

/* 3.8.6.3: every second full-sized segment at once, the rest after a while. */
void
ack_text(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	const uint32_t size =
	    seg->segment_bytes ? seg->segment_bytes : seg->text_len;

	if (size > t->rcv.mss)
		t->rcv.mss = (uint16_t)(size < UINT16_MAX ? size : UINT16_MAX);
	if (t->options.ack_policy == ESTAB_ACK_BATCH) {
		t->ack_now = true;
		tcb_owes(tcp, t);
		return;
	}
	if (t->options.ack_policy == ESTAB_ACK_EVERY) {
		ack_reply(tcp, t, ESTAB_REASON_OUT_ACK);
		return;
	}
	if (seq_span(t->rcv.acked, t->rcv.nxt) >= 2u * t->rcv.mss &&
	    !ack_each_two(tcp, t, seg))
		return;
	if (t->rcv.acked != t->rcv.nxt && t->timer[TIMER_ACK] == ESTAB_NEVER)
		tcb_timer(t, TIMER_ACK, tcp->now + tcp->config.ack_delay_ns);
}

/* An update is worth a segment of its own when the peer may soon wait for it:
 * little of the window is left and a quarter can be opened, or less than a
 * segment was left.  Otherwise the ACK of what is still to come tells. */
void
ack_room(struct tcp *tcp, struct tcb *t)
{
	const uint32_t limit = t->options.receive_limit;
	const uint32_t low = limit < UINT16_MAX ? limit / 2 : UINT16_MAX / 2;
	const uint32_t want = t->rcv.read + limit;
	const uint32_t open = seq_lt(t->rcv.nxt, t->rcv.edge) ?
	    seq_span(t->rcv.nxt, t->rcv.edge) :
	    0;
	uint32_t gain;

	if (t->rcv.fin_taken || !seq_gt(want, t->rcv.edge))
		return;
	gain = seq_span(t->rcv.edge, want);
	if ((open <= low && gain >= limit / 4) ||
	    (open < t->rcv.mss && gain >= t->rcv.mss)) {
		t->window_owed = true;
		tcb_owes(tcp, t);
	}
}
