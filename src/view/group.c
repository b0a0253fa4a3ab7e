/* SPDX-License-Identifier: BSD-2-Clause
 *
 * group.c - what a TCB holds, group by group (RFC 9293 3.3.1; 6298; 5681).
 */
#include "view/group.h"

void
group_send_space(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;

	sheet_position(sheet, "ISS", s->iss, false);
	sheet_position(sheet, "SND.UNA", s->snd_una, false);
	sheet_position(sheet, "SND.NXT", s->snd_nxt, false);
	sheet_position(sheet, "SND.MAX", s->snd_max, false);
	sheet_bytes(sheet, "SND.WND", s->snd_wnd);
	if (s->snd_up != 0)
		sheet_position(sheet, "SND.UP", s->snd_up, false);
	sheet_position(sheet, "SND.WL1", s->snd_wl1, true);
	sheet_position(sheet, "SND.WL2", s->snd_wl2, false);
	sheet_group(sheet, WORD_GROUP_SEND);
}

void
group_receive_space(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;

	sheet_position(sheet, "IRS", s->irs, true);
	sheet_position(sheet, "RCV.NXT", s->rcv_nxt, true);
	sheet_bytes(sheet, "RCV.WND", s->rcv_wnd);
	if (s->rcv_up != 0)
		sheet_position(sheet, "RCV.UP", s->rcv_up, true);
	sheet_group(sheet, WORD_GROUP_RECEIVE);
}

void
group_buffers(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;
	struct text n, ranges, text;

	sheet_bytes(sheet, sheet_label(sheet, WORD_SEND_BUFFER),
	    s->send_queued_bytes);
	sheet_bytes(sheet, sheet_label(sheet, WORD_SEND_UNSENT),
	    s->send_unsent_bytes);
	sheet_bytes(sheet, sheet_label(sheet, WORD_RECEIVE_BUFFER),
	    s->receive_queued_bytes);
	text_clear(&n);
	text_clear(&ranges);
	text_clear(&text);
	text_grouped(&n, s->receive_reorder_bytes);
	text_grouped(&ranges, s->reorder_ranges);
	text_fill(&text, sheet_label(sheet, WORD_RANGES),
	    (const char *[]){ n.byte, ranges.byte }, 2);
	sheet_word(sheet, WORD_REORDER_BUFFER, text.byte);
	sheet_count(sheet, WORD_RETRANSMIT_QUEUE, s->retransmit_records);
	sheet_group(sheet, WORD_GROUP_BUFFERS);
}

void
group_agreed(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;
	const bool tcb = s->kind == ESTAB_KIND_TCB;

	if (tcb)
		sheet_count(sheet, WORD_MSS_NOW, s->mss);
	sheet_count(sheet, WORD_MSS_PEER, s->mss_peer);
	if (tcb)
		sheet_count(sheet, WORD_PATH_MTU, s->path_mtu);
	sheet_word(sheet, WORD_TIMESTAMPS,
	    sheet_label(sheet, s->timestamps ? WORD_ON : WORD_OFF));
	if (s->window_scale) {
		sheet_count(sheet, WORD_SHIFT_SEND, s->snd_wnd_shift);
		sheet_count(sheet, WORD_SHIFT_RECEIVE, s->rcv_wnd_shift);
	}
	sheet_group(sheet, WORD_GROUP_SEGMENT);
}

void
group_timers(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;

	sheet_timer(sheet, WORD_RETRANSMIT_IN, s->retransmit_at);
	sheet_timer(sheet, WORD_PERSIST_IN, s->persist_at);
	sheet_timer(sheet, WORD_ACK_IN, s->ack_at);
	sheet_timer(sheet, WORD_KEEPALIVE_IN, s->keepalive_at);
	sheet_timer(sheet, WORD_TIME_WAIT_IN, s->time_wait_at);
	sheet_timer(sheet, WORD_USER_TIMEOUT_IN, s->user_timeout_at);
	if (sheet->items == 0)
		sheet_word(sheet, WORD_NONE_ARMED, "");
	sheet_group(sheet, WORD_GROUP_TIMERS);
}

void
group_round_trip(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;

	if (s->srtt_ns > 0) {
		sheet_seconds(sheet, "SRTT", s->srtt_ns);
		sheet_seconds(sheet, "RTTVAR", s->rttvar_ns);
	}
	sheet_seconds(sheet, "RTO", s->rto_ns);
	sheet_count(sheet, WORD_BACKOFF, s->backoff);
	sheet_group(sheet, WORD_GROUP_RTT);
}

void
group_congestion(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;

	sheet_bytes(sheet, sheet_label(sheet, WORD_CWND), s->cwnd_bytes);
	if (s->ssthresh_bytes >= INT32_MAX)
		sheet_put(sheet, "ssthresh",
		    sheet_label(sheet, WORD_UNLIMITED));
	else
		sheet_bytes(sheet, sheet_label(sheet, WORD_SSTHRESH),
		    s->ssthresh_bytes);
	sheet_count(sheet, WORD_DUPLICATE_ACKS, s->duplicate_acks);
	sheet_group(sheet, WORD_GROUP_CONGESTION);
}

void
group_counts(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;

	sheet_count(sheet, WORD_BYTES_SENT, s->bytes_sent);
	sheet_count(sheet, WORD_BYTES_RECEIVED, s->bytes_received);
	sheet_count(sheet, WORD_BYTES_ACKED, s->bytes_acked);
	sheet_count(sheet, WORD_BYTES_AGAIN, s->bytes_retransmitted);
	sheet_count(sheet, WORD_SEGMENTS_OUT, s->segments_out);
	sheet_count(sheet, WORD_SEGMENTS_IN, s->segments_in);
	sheet_count(sheet, WORD_RETRANSMITS, s->retransmits);
	sheet_group(sheet, WORD_GROUP_COUNTS);
}
