/* SPDX-License-Identifier: BSD-2-Clause
 *
 * info.c - TCP_INFO: a status in Linux's layout.  What is not measured is 0;
 * docs/sockets.md lists it.
 */
#include "socket/option.h"

#include <string.h>

#include <linux/tcp.h>

#define TIMESTAMPS_BYTES 12u

_Static_assert(sizeof(struct tcp_info) <= INFO_BYTES, "it fits");

/* The numbers of <netinet/tcp.h>.  A socket in TIME-WAIT is closed, as Linux
 * sees it: another record waits in its place. */
static const uint8_t state_of[ESTAB_STATE_COUNT] = {
	[ESTAB_ESTABLISHED] = 1,
	[ESTAB_SYN_SENT] = 2,
	[ESTAB_SYN_RECEIVED] = 3,
	[ESTAB_FIN_WAIT_1] = 4,
	[ESTAB_FIN_WAIT_2] = 5,
	[ESTAB_TIME_WAIT] = 7,
	[ESTAB_CLOSED] = 7,
	[ESTAB_CLOSE_WAIT] = 8,
	[ESTAB_LAST_ACK] = 9,
	[ESTAB_LISTEN] = 10,
	[ESTAB_CLOSING] = 11,
};

static uint8_t
control_state(const struct estab_status *s)
{
	if (s->in_recovery)
		return TCP_CA_Recovery;
	if (s->backoff > 0)
		return TCP_CA_Loss;
	return s->duplicate_acks > 0 ? TCP_CA_Disorder : TCP_CA_Open;
}

static uint32_t
us_of(int64_t ns)
{
	return (uint32_t)(ns / ESTAB_US);
}

static void
sending(struct tcp_info *i, const struct estab_status *s)
{
	const uint32_t mss = s->mss ? s->mss : 1;

	i->tcpi_ca_state = control_state(s);
	i->tcpi_backoff = i->tcpi_retransmits =
	    (uint8_t)(s->backoff < UINT8_MAX ? s->backoff : UINT8_MAX);
	i->tcpi_options = (uint8_t)((s->timestamps ? TCPI_OPT_TIMESTAMPS : 0) |
	    (s->window_scale ? TCPI_OPT_WSCALE : 0));
	i->tcpi_snd_wscale = s->snd_wnd_shift & 0xfu;
	i->tcpi_rcv_wscale = s->rcv_wnd_shift & 0xfu;
	i->tcpi_rto = us_of(s->rto_ns);
	i->tcpi_rtt = us_of(s->srtt_ns);
	i->tcpi_rttvar = us_of(s->rttvar_ns);
	i->tcpi_snd_mss = s->mss;
	/* seq: una <= nxt in one status */
	i->tcpi_unacked = (s->snd_nxt - s->snd_una + mss - 1) / mss;
	i->tcpi_lost = s->lost_records;
	i->tcpi_retrans = s->resent_records;
	i->tcpi_reordering = 3; /* duplicate ACKs that mean loss */
	i->tcpi_pmtu = s->path_mtu;
	i->tcpi_snd_cwnd = s->cwnd_bytes / mss;
	i->tcpi_snd_ssthresh = s->ssthresh_bytes >= INT32_MAX ?
	    (uint32_t)INT32_MAX :
	    s->ssthresh_bytes / mss;
	i->tcpi_snd_wnd = s->snd_wnd;
	i->tcpi_notsent_bytes = s->send_unsent_bytes;
}

/* Of what we offer, time stamps take their part of each segment. */
static void
receiving(struct tcp_info *i, const struct estab_status *s)
{
	i->tcpi_advmss = s->mss_own - (s->timestamps ? TIMESTAMPS_BYTES : 0);
	i->tcpi_rcv_mss = s->mss_received;
	i->tcpi_ato = us_of(s->ack_delay_ns);
	i->tcpi_rcv_space = s->rcv_wnd;
}

static void
counting(struct tcp_info *i, const struct estab_status *s)
{
	i->tcpi_total_retrans = s->retransmits;
	i->tcpi_bytes_acked = s->bytes_acked;
	i->tcpi_bytes_received = s->bytes_received;
	i->tcpi_bytes_sent = s->bytes_sent + s->bytes_retransmitted;
	i->tcpi_bytes_retrans = s->bytes_retransmitted;
	i->tcpi_segs_out = s->segments_out;
	i->tcpi_segs_in = s->segments_in;
}

size_t
info_fill(unsigned char info[INFO_BYTES], const struct estab_status *status)
{
	struct tcp_info i;

	memset(&i, 0, sizeof i);
	i.tcpi_state = state_of[status->state];
	if (status->kind == ESTAB_KIND_LISTENER) {
		i.tcpi_unacked = status->accept_count;
		i.tcpi_sacked = status->backlog;
	} else if (status->kind == ESTAB_KIND_TCB) {
		sending(&i, status);
		receiving(&i, status);
		counting(&i, status);
	}
	memcpy(info, &i, sizeof i);
	return sizeof i;
}
