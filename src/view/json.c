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
#include "view/text.h"

/* An object being written. */
struct object {
	const struct view_out *out;
	bool begun;
};

/* \u001b */
static void
escape_control(struct text *text, uint32_t code)
{
	static const char hex[] = "0123456789abcdef";

	text_add(text, "\\u00");
	text_code(text, (uint32_t)hex[code >> 4]);
	text_code(text, (uint32_t)hex[code & 15]);
}

/* Write text as a JSON string. */
static void
write_string(const struct view_out *out, const char *text)
{
	struct text piece;

	out_text(out, "\"");
	while (*text != '\0') {
		const uint32_t code = text_next(&text);

		text_clear(&piece);
		if (code == '"' || code == '\\') {
			text_code(text_add(&piece, "\\"), code);
		} else if (code < 0x20 || code == 0x7f) {
			escape_control(&piece, code);
		} else {
			text_code(&piece, code);
		}
		out_text(out, piece.byte);
	}
	out_text(out, "\"");
}

static void
key(struct object *object, const char *name)
{
	out_text(object->out, object->begun ? "," : "{");
	object->begun = true;
	write_string(object->out, name);
	out_text(object->out, ":");
}

static void
put_string(struct object *object, const char *name, const char *value)
{
	key(object, name);
	write_string(object->out, value);
}

static void
put_number(struct object *object, const char *name, int64_t value)
{
	struct text text;

	key(object, name);
	text_clear(&text);
	out_text(object->out, text_signed(&text, value)->byte);
}

static void
put_true(struct object *object, const char *name)
{
	key(object, name);
	out_text(object->out, "true");
}

static void
put_endpoint(struct object *object, const char *name,
    const struct estab_endpoint *endpoint)
{
	struct text text;

	text_clear(&text);
	put_string(object, name, text_endpoint(&text, endpoint)->byte);
}

struct bit {
	uint8_t bit;
	const char *name;
};

/* An array of the names of the bits that are set. */
static void
put_bits(struct object *object, const char *name, uint8_t bits,
    const struct bit *table, size_t n)
{
	const char *comma = "";

	key(object, name);
	out_text(object->out, "[");
	for (size_t i = 0; i < n; i++) {
		if ((bits & table[i].bit) == 0)
			continue;
		out_text(object->out, comma);
		write_string(object->out, table[i].name);
		comma = ",";
	}
	out_text(object->out, "]");
}

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
	}
	return "unknown";
}

static void
put_options(struct object *object, const struct estab_record *record)
{
	const uint8_t has = record->options;

	if ((has & ESTAB_HAS_MSS) != 0)
		put_number(object, "mss", record->mss);
	if ((has & ESTAB_HAS_WSCALE) != 0)
		put_number(object, "ws", record->wscale);
	if ((has & ESTAB_HAS_SACK_OK) != 0)
		put_true(object, "sack_permitted");
	if ((has & ESTAB_HAS_SACK) != 0)
		put_true(object, "sack");
	if ((has & ESTAB_HAS_TS) != 0) {
		put_number(object, "tsval", record->tsval);
		put_number(object, "tsecr", record->tsecr);
	}
	if ((has & ESTAB_HAS_OTHER) != 0)
		put_true(object, "other_options");
}

static void
put_segment(struct object *object, const struct estab_record *record)
{
	static const struct bit flags[] = {
		{ ESTAB_SYN, "SYN" },
		{ ESTAB_ACK, "ACK" },
		{ ESTAB_FIN, "FIN" },
		{ ESTAB_RST, "RST" },
		{ ESTAB_PSH, "PSH" },
		{ ESTAB_URG, "URG" },
		{ ESTAB_ECE, "ECE" },
		{ ESTAB_CWR, "CWR" },
	};

	put_bits(object, "flags", record->flags, flags,
	    sizeof flags / sizeof flags[0]);
	put_number(object, "seq", record->seq);
	if ((record->flags & ESTAB_ACK) != 0)
		put_number(object, "ack", record->ack);
	put_number(object, "wnd", record->wnd);
	put_number(object, "len", record->text_bytes);
	if ((record->flags & ESTAB_URG) != 0)
		put_number(object, "up", record->up);
	if (record->segment_count > 1)
		put_number(object, "segments", record->segment_count);
	put_options(object, record);
}

static void
put_wire(struct object *object, const struct estab_record *record)
{
	static const struct bit fates[] = {
		{ ESTAB_FATE_LOST, "lost" },
		{ ESTAB_FATE_QUEUE_FULL, "queue_full" },
		{ ESTAB_FATE_TOO_BIG, "too_big" },
		{ ESTAB_FATE_DUPLICATED, "duplicated" },
		{ ESTAB_FATE_REORDERED, "reordered" },
		{ ESTAB_FATE_CORRUPTED, "corrupted" },
		{ ESTAB_FATE_HELD, "held" },
		{ ESTAB_FATE_FORGED, "forged" },
	};

	put_bits(object, "fate", record->fate, fates,
	    sizeof fates / sizeof fates[0]);
	if (record->arrival != ESTAB_NEVER)
		put_number(object, "arrival_ns", record->arrival);
}

static void
put_host(struct object *object, const struct view_host *hosts, size_t n,
    uint8_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (hosts[i].id == id && !hosts[i].absent) {
			put_string(object, "host", hosts[i].name);
			return;
		}
	}
	put_number(object, "host", id);
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
		put_string(object, "conn",
		    text_hex(&text, record->conn, 16)->byte);
	if (record->local.port != 0) {
		put_endpoint(object, "local", &record->local);
		put_endpoint(object, "remote", &record->remote);
	}
	if (!wire && (record->conn != 0 || record->before != record->after)) {
		put_string(object, "before",
		    estab_state_name((enum estab_state)record->before));
		put_string(object, "after",
		    estab_state_name((enum estab_state)record->after));
	}
	if (reason == ESTAB_REASON_NONE)
		return;
	put_string(object, "reason", estab_reason_name(reason));
	put_string(object, "clause", estab_reason_clause(reason));
	put_string(object, "text", estab_reason_text(reason));
}

void
view_json(const struct view_out *out, const struct view_host *hosts, size_t n,
    const struct estab_record *record)
{
	struct object object = { .out = out };
	const bool wire = record->type == ESTAB_RECORD_WIRE;
	const bool in = record->type == ESTAB_RECORD_IN;

	put_number(&object, "time_ns", record->time);
	put_string(&object, "type", type_name(record->type));
	put_host(&object, hosts, n, record->host);
	put_common(&object, record);
	if (in || wire || record->type == ESTAB_RECORD_OUT)
		put_segment(&object, record);
	if (in || wire)
		put_number(&object, "frame", record->frame);
	if (wire)
		put_wire(&object, record);
	if (record->conn != 0)
		put_number(&object, "memory_bytes", record->memory_bytes);
	if (record->type == ESTAB_RECORD_LOSS) {
		put_number(&object, "cwnd_bytes", record->cwnd_bytes);
		put_number(&object, "ssthresh_bytes", record->ssthresh_bytes);
	}
	out_text(out, "}\n");
}
