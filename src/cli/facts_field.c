/* SPDX-License-Identifier: BSD-2-Clause
 *
 * facts_field.c - the plain fields of struct estab_status: numbers, truths and
 * instants, each by its name.
 */
#include "cli/facts.h"

#include <stddef.h>

enum type {
	TYPE_BOOL,
	TYPE_U8,
	TYPE_U32,
	TYPE_INT,
	TYPE_I64,
	TYPE_U64,
	TYPE_INSTANT,
};

struct fact {
	const char *name;
	size_t offset;
	enum type type;
};

/* The type is the field's own; an instant must be told from a duration. */
#define TYPE_OF(field)                                                         \
	_Generic(((struct estab_status *)NULL)->field, bool                    \
	         : TYPE_BOOL, uint8_t                                          \
	         : TYPE_U8, uint32_t                                           \
	         : TYPE_U32, int                                               \
	         : TYPE_INT, int64_t                                           \
	         : TYPE_I64, uint64_t                                          \
	         : TYPE_U64)
#define FACT(field)                                                            \
	{                                                                      \
#field, offsetof(struct estab_status, field), TYPE_OF(field)   \
	}
#define INSTANT(field)                                                         \
	{                                                                      \
#field, offsetof(struct estab_status, field), TYPE_INSTANT     \
	}

static const struct fact fact[] = {
	FACT(table_bucket),
	FACT(error),
	FACT(iss),
	FACT(snd_una),
	FACT(snd_nxt),
	FACT(snd_max),
	FACT(snd_wnd),
	FACT(snd_up),
	FACT(snd_wl1),
	FACT(snd_wl2),
	FACT(irs),
	FACT(rcv_nxt),
	FACT(rcv_wnd),
	FACT(rcv_up),
	FACT(mss),
	FACT(mss_peer),
	FACT(mss_own),
	FACT(mss_received),
	FACT(path_mtu),
	FACT(snd_wnd_shift),
	FACT(rcv_wnd_shift),
	FACT(timestamps),
	FACT(window_scale),
	FACT(fin_sent),
	FACT(fin_acked),
	FACT(fin_taken),
	FACT(orphan),
	FACT(cwnd_bytes),
	FACT(ssthresh_bytes),
	FACT(duplicate_acks),
	FACT(in_recovery),
	FACT(srtt_ns),
	FACT(rttvar_ns),
	FACT(rto_ns),
	FACT(ack_delay_ns),
	INSTANT(heard_at),
	FACT(backoff),
	FACT(send_queued_bytes),
	FACT(send_unsent_bytes),
	FACT(receive_queued_bytes),
	FACT(receive_reorder_bytes),
	FACT(retransmit_records),
	FACT(lost_records),
	FACT(resent_records),
	FACT(reorder_ranges),
	FACT(memory_bytes),
	INSTANT(retransmit_at),
	INSTANT(persist_at),
	INSTANT(ack_at),
	INSTANT(keepalive_at),
	INSTANT(time_wait_at),
	INSTANT(user_timeout_at),
	FACT(bytes_sent),
	FACT(bytes_retransmitted),
	FACT(bytes_acked),
	FACT(bytes_received),
	FACT(segments_out),
	FACT(segments_in),
	FACT(retransmits),
	FACT(half_open_count),
	FACT(accept_count),
	FACT(backlog),
	FACT(half_open_max),
};
#define FACT_COUNT (sizeof fact / sizeof fact[0])

static json_t *
pack_field(const struct fact *f, const struct estab_status *status)
{
	const void *const at = (const char *)status + f->offset;
	int64_t value;

	switch (f->type) {
	case TYPE_BOOL:
		return json_boolean(*(const bool *)at);
	case TYPE_U8:
		return json_integer(*(const uint8_t *)at);
	case TYPE_U32:
		return json_integer(*(const uint32_t *)at);
	case TYPE_INT:
		return json_integer(*(const int *)at);
	case TYPE_U64: /* counts that do not reach 2^63 */
		return json_integer((json_int_t) * (const uint64_t *)at);
	case TYPE_I64:
		return json_integer(*(const int64_t *)at);
	case TYPE_INSTANT:
		value = *(const int64_t *)at;
		return value == ESTAB_NEVER ? NULL : json_integer(value);
	}
	return NULL;
}

static void
unpack_field(const struct fact *f, const json_t *value,
    struct estab_status *status)
{
	void *const at = (char *)status + f->offset;
	const int64_t number = json_integer_value(value);

	switch (f->type) {
	case TYPE_BOOL:
		*(bool *)at = json_is_true(value);
		return;
	case TYPE_U8:
		*(uint8_t *)at = (uint8_t)number;
		return;
	case TYPE_U32:
		*(uint32_t *)at = (uint32_t)number;
		return;
	case TYPE_INT:
		*(int *)at = (int)number;
		return;
	case TYPE_U64:
		*(uint64_t *)at = (uint64_t)number;
		return;
	case TYPE_I64:
		*(int64_t *)at = number;
		return;
	case TYPE_INSTANT:
		*(int64_t *)at = value != NULL ? number : ESTAB_NEVER;
		return;
	}
}

/* ---- All of them --------------------------------------------------------- */

void
facts_fields_pack(const struct estab_status *status, json_t *object)
{
	for (size_t i = 0; i < FACT_COUNT; i++) {
		json_t *const value = pack_field(&fact[i], status);

		if (value != NULL)
			(void)json_object_set_new(object, fact[i].name, value);
	}
}

void
facts_fields_unpack(const json_t *object, struct estab_status *status)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		unpack_field(&fact[i], json_object_get(object, fact[i].name),
		    status);
}
