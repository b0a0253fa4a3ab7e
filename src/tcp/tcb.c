/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tcb.c - a TCB as a whole: made, its timers, its segment size, and what is
 * done after each event.
 */
#include "tcp/tcp.h"

#define TS_BYTES 12u /* NOP NOP TS */

uint8_t
tcb_window_shift(uint32_t limit)
{
	const uint32_t shift =
	    limit > UINT16_MAX ? 16 - (uint32_t)__builtin_clz(limit) : 0;

	return (uint8_t)(shift < WSCALE_MAX ? shift : WSCALE_MAX);
}

void
tcb_set_receive_limit(struct tcb *t)
{
	t->wnd_shift_offered = tcb_window_shift(t->options.receive_limit);
	t->rcv.wnd_shift = t->wnd_shift_offered;
}

static uint16_t
mss_default(const struct tcb *t)
{
	return ip_is_v4(&t->head.remote) ? MSS_DEFAULT_V4 : MSS_DEFAULT_V6;
}

/* NULL: there are as many as there may be, or no memory. */
static struct tcb *
birth(struct tcp *tcp, enum estab_state state, const struct tuple *tuple,
    uint8_t link)
{
	if (tcp->arena.slab[SLAB_TCB].count >= tcp->config.connections_max)
		return NULL;
	return (struct tcb *)(void *)conn_birth(tcp, SLAB_TCB, state, tuple,
	    link);
}

struct tcb *
tcb_new(struct tcp *tcp, enum estab_state state, const struct tuple *tuple,
    uint8_t link, const struct conn_options *options)
{
	struct tcb *t = birth(tcp, state, tuple, link);

	if (!t && squeeze_place(tcp))
		t = birth(tcp, state, tuple, link);
	if (!t)
		return NULL;
	t->options = *options;
	ports_set_reuse(tcp, &t->head, false, options->reuse);
	for (int i = 0; i < TIMER_COUNT; i++)
		t->timer[i] = ESTAB_NEVER;
	t->wheel.at = ESTAB_NEVER;
	t->challenged = tcp->now - tcp->config.challenge_interval_ns;
	t->progress = t->heard = tcp->now;
	t->path_mtu =
	    (uint16_t)(tcp->link[link].mtu < UINT16_MAX ? tcp->link[link].mtu :
	                                                  UINT16_MAX);
	t->ts_offset = isn_ts_offset(tcp, tuple);
	tcb_set_receive_limit(t);
	t->rcv.mss = MSS_DEFAULT_V4;
	t->snd.mss_peer = mss_default(t);
	return t;
}

void
tcb_set_iss(struct tcb *t, uint32_t iss)
{
	t->snd.iss = t->snd.una = t->snd.nxt = iss;
	t->snd.wl2 = iss;
	t->snd.buffer_end = iss + 1;
	t->recover = iss;
}

void
tcb_owes(struct tcp *tcp, struct tcb *t)
{
	if (t->in_output || !t->head.in_table)
		return;
	t->in_output = true;
	t->gate = 0;
	list_push(&tcp->arena, &tcp->output[0], tcb_ref(tcp, t),
	    offsetof(struct tcb, output_link));
}

uint16_t
tcb_mss_offer(const struct tcp *tcp, uint8_t link, uint32_t ip_bytes,
    const struct conn_options *options)
{
	const uint32_t limit =
	    options && options->mss_limit ? options->mss_limit : UINT16_MAX;
	const uint32_t most =
	    tcp->config.mss_max > 0 && (uint32_t)tcp->config.mss_max < limit ?
	    (uint32_t)tcp->config.mss_max :
	    limit;
	const uint32_t mss = tcp->link[link].mtu - ip_bytes - TCP_HEADER_BYTES;

	return (uint16_t)(mss < most ? mss : most);
}

/* Eff.snd.MSS (RFC 9293 3.7.1): what the peer takes, the path carries and
 * the program allows, less the options each segment has. */
void
tcb_set_mss(struct tcp *tcp, struct tcb *t)
{
	const uint32_t header = conn_ip_bytes(&t->head) + TCP_HEADER_BYTES;
	uint32_t mss = t->path_mtu - header;

	if (mss > t->snd.mss_peer)
		mss = t->snd.mss_peer;
	if (t->options.mss_limit && mss > t->options.mss_limit)
		mss = t->options.mss_limit;
	if (tcp->config.mss_max > 0 && mss > (uint32_t)tcp->config.mss_max)
		mss = (uint32_t)tcp->config.mss_max;
	if (t->ts_on)
		mss -= TS_BYTES;
	t->snd.mss = (uint16_t)mss;
}

/* RFC 9293 3.7.1, RFC 7323 2.2 and 3.2: an option holds when both sides sent
 * it.  We sent ours as the configuration says. */
void
tcb_take_syn_options(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	const struct tcp_options *o = &seg->options;

	if (o->has_mss && o->mss > 0)
		t->snd.mss_peer = o->mss < MSS_MIN ? MSS_MIN : o->mss;
	t->wscale_on = o->has_wscale && tcp->config.window_scale > 0;
	t->snd.wnd_shift = 0;
	if (t->wscale_on)
		t->snd.wnd_shift =
		    o->wscale < WSCALE_MAX ? o->wscale : WSCALE_MAX;
	else
		t->rcv.wnd_shift = 0;
	t->ts_on = o->has_ts && tcp->config.timestamps > 0;
	if (t->ts_on) {
		t->ts_recent = o->tsval;
		t->ts_recent_ms = tcp->now_ms;
	}
	tcb_set_mss(tcp, t);
}

void
tcb_forget_syn(struct tcp *tcp, struct tcb *t)
{
	t->rcv.irs = t->rcv.nxt = t->rcv.read = t->rcv.acked = 0;
	t->rcv.edge = 0;
	t->rcv.wnd_shift = t->wnd_shift_offered;
	t->snd.wnd = t->snd.wnd_max = t->snd.wl1 = 0;
	t->snd.wnd_shift = 0;
	t->snd.mss_peer = mss_default(t);
	t->ts_on = t->wscale_on = false;
	tcb_set_mss(tcp, t);
}

/* CLOSE was called while the handshake ran, and text waited: its FIN is
 * queued now. */
static void
close_late(struct tcp *tcp, struct tcb *t)
{
	if (t->snd.fin_queued && t->head.state == ESTAB_ESTABLISHED)
		conn_enter(tcp, &t->head, ESTAB_FIN_WAIT_1,
		    ESTAB_REASON_CALL_CLOSE_UNSENT);
}

/* The handshake has ended, by SYN+ACK in SYN-SENT or ACK in SYN-RECEIVED. */
void
tcb_established(struct tcp *tcp, struct tcb *t, const struct segment *seg,
    enum estab_reason reason)
{
	const struct congestion_event event = {
		.now = tcp->now,
		.mss = t->snd.mss,
		.acked = (uint32_t)tcp->config.initial_window * t->snd.mss,
	};

	congestion_hooks_of(&t->congestion)->open(&t->congestion, &event);
	t->recover = t->snd.iss;
	t->tries = 0;
	t->backoff = 0;
	t->snd.wnd = seg->syn ? seg->wnd : seg->wnd << t->snd.wnd_shift;
	t->snd.wnd_max = t->snd.wnd;
	t->snd.wl1 = seg->seq;
	t->snd.wl2 = seg->ack;
	if (t->options.keepalive)
		tcb_timer(t, TIMER_KEEPALIVE,
		    tcp->now + t->options.keepalive_idle_ms * ESTAB_MS);
	if (t->head.state != ESTAB_FIN_WAIT_1) /* closed in SYN-RECEIVED */
		conn_enter(tcp, &t->head, ESTAB_ESTABLISHED, reason);
	close_late(tcp, t);
	event_tell(tcp, t, ESTAB_CONNECTED);
}

/* Runs while something waits to be acknowledged; when it fires too early,
 * because there was progress since, it is set again (timeout.c). */
static void
arm_user_timeout(struct tcb *t)
{
	if (t->timer[TIMER_USER] == ESTAB_NEVER && t->options.user_timeout_ms &&
	    (tcb_outstanding(t) || tcb_unsent(t) > 0))
		tcb_timer(t, TIMER_USER,
		    t->progress + t->options.user_timeout_ms * ESTAB_MS);
}

static void
invariant_failed(struct tcp *tcp, struct tcb *t)
{
	count(tcp, ESTAB_COUNT_TCPInvariant);
	conn_reset(tcp, t, ESTAB_REASON_INVARIANT, ESTAB_EINTERNAL);
}

/* After any arrival, call or time-out: an ended TCB nobody holds is freed;
 * of a live one the invariants are checked and the next deadline is set. */
static void
settle(struct tcp *tcp, struct tcb *t)
{
	estab_time next;

	if (t->head.in_table && check_tcb(tcp, t))
		invariant_failed(tcp, t);
	if (!t->head.in_table) {
		if (t->orphan && !t->listener) {
			conn_drop_receive(tcp, t); /* left unread */
			conn_free(tcp, &t->head);
		}
		return;
	}
	arm_user_timeout(t);
	next = timeout_next(t);
	if (next != t->wheel.at)
		wheel_set(&tcp->arena, &tcp->wheel, tcb_ref(tcp, t), next);
}

void
tcb_settle_pending(struct tcp *tcp)
{
	const uint32_t ref = tcp->unsettled;

	tcp->unsettled = 0;
	if (ref)
		settle(tcp, tcb_at(tcp, ref));
}

/* One that waits was first, and what falls due at one time keeps its order. */
void
tcb_settle(struct tcp *tcp, struct tcb *t)
{
	if (tcp->unsettled == tcb_ref(tcp, t))
		tcp->unsettled = 0;
	tcb_settle_pending(tcp);
	settle(tcp, t);
}

void
tcb_settle_later(struct tcp *tcp, struct tcb *t)
{
	const uint32_t ref = tcb_ref(tcp, t);

	if (tcp->unsettled == ref)
		return;
	tcb_settle_pending(tcp);
	tcp->unsettled = ref;
}
