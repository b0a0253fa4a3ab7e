/* SPDX-License-Identifier: BSD-2-Clause
 *
 * field.c - the table behind "expect A SND.UNA = x+1".
 */
#include "scenario/field.h"

#include <string.h>

#define STATUS(name, type, member)                                             \
	{                                                                      \
		name, type, false,                                             \
		    (uint32_t)offsetof(struct estab_status, member),           \
		    (uint32_t)sizeof((struct estab_status *)0)->member         \
	}
#define MEMORY(name, member)                                                   \
	{                                                                      \
		name, FIELD_COUNT, true,                                       \
		    (uint32_t)offsetof(struct estab_memory, member),           \
		    (uint32_t)sizeof((struct estab_memory *)0)->member         \
	}

const struct field field_table[] = {
	STATUS("ISS", FIELD_POSITION, iss),
	STATUS("SND.UNA", FIELD_POSITION, snd_una),
	STATUS("SND.NXT", FIELD_POSITION, snd_nxt),
	STATUS("SND.MAX", FIELD_POSITION, snd_max),
	STATUS("SND.WND", FIELD_COUNT, snd_wnd),
	STATUS("SND.WL1", FIELD_POSITION, snd_wl1),
	STATUS("SND.WL2", FIELD_POSITION, snd_wl2),
	STATUS("IRS", FIELD_POSITION, irs),
	STATUS("RCV.NXT", FIELD_POSITION, rcv_nxt),
	STATUS("RCV.WND", FIELD_COUNT, rcv_wnd),
	STATUS("mss", FIELD_COUNT, mss),
	STATUS("mss-of-peer", FIELD_COUNT, mss_peer),
	STATUS("path-mtu", FIELD_COUNT, path_mtu),
	STATUS("timestamps", FIELD_YES, timestamps),
	STATUS("window-scale", FIELD_YES, window_scale),
	STATUS("fin-sent", FIELD_YES, fin_sent),
	STATUS("fin-acked", FIELD_YES, fin_acked),
	STATUS("fin-taken", FIELD_YES, fin_taken),
	STATUS("orphan", FIELD_YES, orphan),
	STATUS("error", FIELD_ERROR, error),
	STATUS("cwnd", FIELD_COUNT, cwnd_bytes),
	STATUS("ssthresh", FIELD_COUNT, ssthresh_bytes),
	STATUS("srtt", FIELD_TIME, srtt_ns),
	STATUS("rto", FIELD_TIME, rto_ns),
	STATUS("backoff", FIELD_COUNT, backoff),
	STATUS("queued", FIELD_COUNT, send_queued_bytes),
	STATUS("unsent", FIELD_COUNT, send_unsent_bytes),
	STATUS("unread", FIELD_COUNT, receive_queued_bytes),
	STATUS("out-of-order", FIELD_COUNT, receive_reorder_bytes),
	STATUS("retransmission-queue", FIELD_COUNT, retransmit_records),
	STATUS("memory", FIELD_COUNT, memory_bytes),
	STATUS("bytes-sent", FIELD_COUNT, bytes_sent),
	STATUS("bytes-received", FIELD_COUNT, bytes_received),
	STATUS("retransmits", FIELD_COUNT, retransmits),
	STATUS("half-open-queue", FIELD_COUNT, half_open_count),
	STATUS("accept-queue", FIELD_COUNT, accept_count),
	MEMORY("records-bytes", record_bytes),
	MEMORY("buffers-bytes", buffer_bytes),
	MEMORY("committed-bytes", committed_bytes),
	MEMORY("TCBs", tcb_count),
	MEMORY("half-opens", half_open_count),
	MEMORY("TIME-WAITs", time_wait_count),
	MEMORY("listeners", listener_count),
};
const uint32_t field_count = sizeof field_table / sizeof field_table[0];

static char
lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

static bool
same(const char *a, const char *b)
{
	for (; *a != '\0' && lower(*a) == lower(*b); a++)
		b++;
	return *a == *b;
}

uint32_t
field_find(const char *name)
{
	for (uint32_t i = 0; i < field_count; i++)
		if (same(field_table[i].name, name))
			return i;
	return field_count;
}

int64_t
field_value(const struct field *field, const void *from)
{
	const unsigned char *at = (const unsigned char *)from + field->offset;
	int64_t wide;
	int32_t narrow;
	uint32_t positive;

	if (field->bytes == 1)
		return *at;
	if (field->bytes == 8) {
		memcpy(&wide, at, sizeof wide);
		return wide;
	}
	if (field->type == FIELD_ERROR) {
		memcpy(&narrow, at, sizeof narrow);
		return narrow;
	}
	memcpy(&positive, at, sizeof positive);
	return positive;
}
