/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ss_record.c - a record of ours in the kernel's words.
 */
#include "cli/ss.h"

static uint8_t
kernel_state(enum estab_state state)
{
	switch (state) {
	case ESTAB_ESTABLISHED:
		return 1;
	case ESTAB_SYN_SENT:
		return 2;
	case ESTAB_SYN_RECEIVED:
		return 3;
	case ESTAB_FIN_WAIT_1:
		return 4;
	case ESTAB_FIN_WAIT_2:
		return 5;
	case ESTAB_TIME_WAIT:
		return 6;
	case ESTAB_CLOSED:
		return 7;
	case ESTAB_CLOSE_WAIT:
		return 8;
	case ESTAB_LAST_ACK:
		return 9;
	case ESTAB_LISTEN:
		return 10;
	case ESTAB_CLOSING:
		return 11;
	}
	return 7;
}

static uint32_t
us(int64_t ns)
{
	return (uint32_t)(ns / ESTAB_US);
}

/* What the kernel counts in segments we count in bytes. */
static uint32_t
segments(uint32_t bytes, uint32_t mss)
{
	return mss == 0 ? 0 : bytes / mss;
}

static void
fill_timer(struct ss_record *record, const struct estab_status *s,
    estab_time now)
{
	const struct {
		enum ss_timer_kind kind;
		estab_time at;
	} timer[] = {
		{ SS_TIMER_TIMEWAIT, s->time_wait_at },
		{ SS_TIMER_ON, s->retransmit_at },
		{ SS_TIMER_PERSIST, s->persist_at },
		{ SS_TIMER_KEEPALIVE, s->keepalive_at },
	};

	for (size_t i = 0; i < sizeof timer / sizeof timer[0]; i++) {
		if (timer[i].at == ESTAB_NEVER)
			continue;
		record->timer = timer[i].kind;
		record->expires_ms = timer[i].at <= now ?
		    0 :
		    (uint32_t)((timer[i].at - now) / ESTAB_MS);
		return;
	}
}

static void
fill_queues(struct ss_record *record, const struct facts *facts)
{
	const struct estab_status *const s = &facts->status;

	record->receive_memory =
	    s->receive_queued_bytes + s->receive_reorder_bytes;
	record->receive_queue = s->receive_queued_bytes;
	record->send_queue = s->send_queued_bytes;
	record->receive_limit =
	    facts->receive_limit > 0 ? (uint32_t)facts->receive_limit : 0;
	record->send_limit =
	    facts->send_limit > 0 ? (uint32_t)facts->send_limit : 0;
	if (s->kind != ESTAB_KIND_LISTENER)
		return;
	record->receive_queue = s->accept_count;
	record->send_queue = s->backlog;
	record->half_open = s->half_open_count;
}

static void
fill_path(struct tcp_info *info, const struct estab_status *s)
{
	info->tcpi_options =
	    (uint8_t)((s->timestamps ? TCPI_OPT_TIMESTAMPS : 0) |
	        (s->window_scale ? TCPI_OPT_WSCALE : 0));
	info->tcpi_snd_wscale = s->snd_wnd_shift & 0xfu;
	info->tcpi_rcv_wscale = s->rcv_wnd_shift & 0xfu;
	info->tcpi_rto = us(s->rto_ns);
	info->tcpi_rtt = us(s->srtt_ns);
	info->tcpi_rttvar = us(s->rttvar_ns);
	info->tcpi_snd_mss = s->mss;
	info->tcpi_pmtu = s->path_mtu;
	info->tcpi_snd_cwnd = segments(s->cwnd_bytes, s->mss);
	info->tcpi_snd_ssthresh = segments(s->ssthresh_bytes, s->mss);
	info->tcpi_snd_wnd = s->snd_wnd;
	info->tcpi_reordering = 3; /* duplicate ACKs that mean loss */
}

/* bytes_sent counts what went out again, too; ours does not. */
static void
fill_counts(struct tcp_info *info, const struct estab_status *s)
{
	/* seq: una <= nxt in one status */
	const uint32_t flight = s->snd_nxt - s->snd_una;

	info->tcpi_retransmits = (uint8_t)s->backoff;
	info->tcpi_backoff = (uint8_t)s->backoff;
	info->tcpi_unacked = s->mss == 0 ? 0 : (flight + s->mss - 1) / s->mss;
	info->tcpi_total_retrans = s->retransmits;
	info->tcpi_bytes_sent = s->bytes_sent + s->bytes_retransmitted;
	info->tcpi_bytes_retrans = s->bytes_retransmitted;
	info->tcpi_bytes_acked = s->bytes_acked;
	info->tcpi_bytes_received = s->bytes_received;
	info->tcpi_segs_out = s->segments_out;
	info->tcpi_segs_in = s->segments_in;
	info->tcpi_notsent_bytes = s->send_unsent_bytes;
}

struct ss_record
ss_record_of(const struct facts_who *who, const struct facts *facts)
{
	const struct estab_status *const s = &facts->status;
	struct ss_record record = {
		.who = who,
		.local = s->local,
		.remote = s->remote,
		.state = kernel_state(s->state),
		.retransmits = s->backoff,
		.whole =
		    s->kind == ESTAB_KIND_TCB && s->state != ESTAB_TIME_WAIT,
	};

	fill_timer(&record, s, who->now);
	fill_queues(&record, facts);
	if (record.whole) {
		fill_path(&record.info, s);
		fill_counts(&record.info, s);
		record.info.tcpi_state = record.state;
	}
	return record;
}
