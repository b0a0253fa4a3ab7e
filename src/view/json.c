/* SPDX-License-Identifier: BSD-2-Clause
 *
 * json.c - a trace record as one JSON object on one line (RFC 8259).
 *
 * Fields, in this order; one that says nothing in a record of its type is
 * left out:
 *
 *     time_ns      instant, nanoseconds
 *     type         "call" "state" "in" "out" "timer" "loss" "icmp" "wire"
 *                  "drop"
 *     host         the host's name; its number when it was given none
 *     conn         handle, "0x" and 16 hexadecimal digits
 *     local, remote    "10.0.0.1:80", "[2001:db8::1]:80", as the host sees it;
 *                      "*" is an unspecified address or port
 *     before, after    states, as RFC 9293 spells them
 *     reason, clause, text    why: name, RFC clause, sentence
 *   of in, out and wire also
 *     flags        an array of "SYN" "ACK" "FIN" "RST" "PSH" "URG" "ECE" "CWR"
 *     seq, ack (with ACK), wnd (unscaled), len, up (with URG)
 *     segments     of a super-segment
 *     mss, ws, tsval, tsecr, and true where present: sack_permitted, sack,
 *     other_options
 *   of in and wire
 *     frame        number of the frame on its wire
 *   of wire
 *     fate         an array of "lost" "queue_full" "too_big" "duplicated"
 *                  "reordered" "corrupted" "held" "forged"
 *     arrival_ns   left out when it will not arrive, or nobody knows when
 *   and
 *     memory_bytes what the connection holds at that end, where one is named
 *     cwnd_bytes, ssthresh_bytes    of loss
 */
#include "view/object.h"

static const char *
type_name(uint8_t type)
{
	switch ((enum estab_record_type)type) {
	case ESTAB_RECORD_NONE:
		return "none";
	case ESTAB_RECORD_CALL:
		return "call";
	case ESTAB_RECORD_STATE:
		return "state";
	case ESTAB_RECORD_IN:
		return "in";
	case ESTAB_RECORD_OUT:
		return "out";
	case ESTAB_RECORD_TIMER:
		return "timer";
	case ESTAB_RECORD_LOSS:
		return "loss";
	case ESTAB_RECORD_ICMP:
		return "icmp";
	case ESTAB_RECORD_WIRE:
		return "wire";
	case ESTAB_RECORD_DROP:
		return "drop";
	case ESTAB_RECORD_NEIGHBOUR:
		return "neighbour";
	}
	return "unknown";
}

static void
put_options(struct object *object, const struct estab_record *record)
{
	const uint8_t has = record->options;

	if ((has & ESTAB_HAS_MSS) != 0)
		object_number(object, "mss", record->mss);
	if ((has & ESTAB_HAS_WSCALE) != 0)
		object_number(object, "ws", record->wscale);
	if ((has & ESTAB_HAS_SACK_OK) != 0)
		object_true(object, "sack_permitted");
	if ((has & ESTAB_HAS_SACK) != 0)
		object_true(object, "sack");
	if ((has & ESTAB_HAS_TS) != 0) {
		object_number(object, "tsval", record->tsval);
		object_number(object, "tsecr", record->tsecr);
	}
	if ((has & ESTAB_HAS_OTHER) != 0)
		object_true(object, "other_options");
}

static void
put_segment(struct object *object, const struct estab_record *record)
{
	static const struct object_bit flags[] = {
		{ ESTAB_SYN, "SYN" },
		{ ESTAB_ACK, "ACK" },
		{ ESTAB_FIN, "FIN" },
		{ ESTAB_RST, "RST" },
		{ ESTAB_PSH, "PSH" },
		{ ESTAB_URG, "URG" },
		{ ESTAB_ECE, "ECE" },
		{ ESTAB_CWR, "CWR" },
	};

	object_bits(object, "flags", record->flags, flags,
	    sizeof flags / sizeof flags[0]);
	object_number(object, "seq", record->seq);
	if ((record->flags & ESTAB_ACK) != 0)
		object_number(object, "ack", record->ack);
	object_number(object, "wnd", record->wnd);
	object_number(object, "len", record->text_bytes);
	if ((record->flags & ESTAB_URG) != 0)
		object_number(object, "up", record->up);
	if (record->segment_count > 1)
		object_number(object, "segments", record->segment_count);
	put_options(object, record);
}

static void
put_wire(struct object *object, const struct estab_record *record)
{
	static const struct object_bit fates[] = {
		{ ESTAB_FATE_LOST, "lost" },
		{ ESTAB_FATE_QUEUE_FULL, "queue_full" },
		{ ESTAB_FATE_TOO_BIG, "too_big" },
		{ ESTAB_FATE_DUPLICATED, "duplicated" },
		{ ESTAB_FATE_REORDERED, "reordered" },
		{ ESTAB_FATE_CORRUPTED, "corrupted" },
		{ ESTAB_FATE_HELD, "held" },
		{ ESTAB_FATE_FORGED, "forged" },
	};

	object_bits(object, "fate", record->fate, fates,
	    sizeof fates / sizeof fates[0]);
	if (record->arrival != ESTAB_NEVER)
		object_number(object, "arrival_ns", record->arrival);
}

static void
put_host(struct object *object, const struct view_host *hosts, size_t n,
    uint8_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (hosts[i].id == id && !hosts[i].absent) {
			object_string(object, "host", hosts[i].name);
			return;
		}
	}
	object_number(object, "host", id);
}

/* Who, where and why: what records of every type have. */
static void
put_common(struct object *object, const struct estab_record *record)
{
	const enum estab_reason reason = (enum estab_reason)record->reason;
	const bool wire = record->type == ESTAB_RECORD_WIRE;
	struct text text;

	text_clear(&text);
	if (record->conn != 0)
		object_string(object, "conn",
		    text_hex(&text, record->conn, 16)->byte);
	if (record->local.port != 0) {
		object_endpoint(object, "local", &record->local);
		object_endpoint(object, "remote", &record->remote);
	}
	if (!wire && (record->conn != 0 || record->before != record->after)) {
		object_string(object, "before",
		    estab_state_name((enum estab_state)record->before));
		object_string(object, "after",
		    estab_state_name((enum estab_state)record->after));
	}
	if (reason == ESTAB_REASON_NONE)
		return;
	object_string(object, "reason", estab_reason_name(reason));
	object_string(object, "clause", estab_reason_clause(reason));
	object_string(object, "text", estab_reason_text(reason));
}

void
view_json(const struct view_out *out, const struct view_host *hosts, size_t n,
    const struct estab_record *record)
{
	struct object object = { .out = out };
	const bool wire = record->type == ESTAB_RECORD_WIRE;
	const bool in = record->type == ESTAB_RECORD_IN;

	object_number(&object, "time_ns", record->time);
	object_string(&object, "type", type_name(record->type));
	put_host(&object, hosts, n, record->host);
	put_common(&object, record);
	if (in || wire || record->type == ESTAB_RECORD_OUT)
		put_segment(&object, record);
	if (in || wire)
		object_number(&object, "frame", record->frame);
	if (wire)
		put_wire(&object, record);
	if (record->conn != 0)
		object_number(&object, "memory_bytes", record->memory_bytes);
	if (record->type == ESTAB_RECORD_LOSS) {
		object_number(&object, "cwnd_bytes", record->cwnd_bytes);
		object_number(&object, "ssthresh_bytes",
		    record->ssthresh_bytes);
	}
	object_end(&object);
}
