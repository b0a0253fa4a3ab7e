/* SPDX-License-Identifier: BSD-2-Clause
 *
 * facts.c - struct estab_status to JSON and back.
 */
#include "cli/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	FACT(backoff),
	FACT(send_queued_bytes),
	FACT(send_unsent_bytes),
	FACT(receive_queued_bytes),
	FACT(receive_reorder_bytes),
	FACT(retransmit_records),
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
	FACT(pressure),
};
#define FACT_COUNT (sizeof fact / sizeof fact[0])

static const char *const kind_word[] = {
	[ESTAB_KIND_NONE] = "none",
	[ESTAB_KIND_LISTENER] = "listener",
	[ESTAB_KIND_HALF_OPEN] = "half-open",
	[ESTAB_KIND_TCB] = "tcb",
	[ESTAB_KIND_TIME_WAIT] = "time-wait",
};
#define KIND_COUNT (sizeof kind_word / sizeof kind_word[0])

/* ---- Out ---------------------------------------------------------------- */

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

static json_t *
pack_endpoint(const struct estab_endpoint *endpoint)
{
	static const struct estab_address any;
	char text[ESTAB_ADDRESS_TEXT + 10], address[ESTAB_ADDRESS_TEXT];
	char port[8] = "*";

	if (endpoint->port != 0)
		(void)snprintf(port, sizeof port, "%u", endpoint->port);
	estab_address_text(&endpoint->address, address);
	if (memcmp(&endpoint->address, &any, sizeof any) == 0)
		(void)snprintf(text, sizeof text, "*:%s", port);
	else
		(void)snprintf(text, sizeof text,
		    estab_address_is_v4(&endpoint->address) ? "%s:%s" :
		                                              "[%s]:%s",
		    address, port);
	return json_string(text);
}

json_t *
facts_pack(const struct facts *facts)
{
	const struct estab_status *const s = &facts->status;
	char handle[24];
	json_t *object;

	/* As a number it would not survive a reader that knows doubles. */
	(void)snprintf(handle, sizeof handle, "0x%llx",
	    (unsigned long long)s->conn);
	object = json_pack("{s:s, s:s, s:s, s:o, s:o}", "conn", handle, "kind",
	    kind_word[s->kind], "state", estab_state_name(s->state), "local",
	    pack_endpoint(&s->local), "remote", pack_endpoint(&s->remote));
	if (object == NULL)
		return NULL;
	for (size_t i = 0; i < FACT_COUNT; i++) {
		json_t *const value = pack_field(&fact[i], s);

		if (value != NULL)
			(void)json_object_set_new(object, fact[i].name, value);
	}
	if (facts->send_limit >= 0)
		(void)json_object_set_new(object, "send_limit",
		    json_integer(facts->send_limit));
	if (facts->receive_limit >= 0)
		(void)json_object_set_new(object, "receive_limit",
		    json_integer(facts->receive_limit));
	return object;
}

json_t *
facts_pack_who(const struct facts_who *who)
{
	return json_pack("{s:s, s:I, s:s, s:I}", "estab", "process", "pid",
	    (json_int_t)who->pid, "command", who->command, "now_ns",
	    (json_int_t)who->now);
}

json_t *
facts_pack_counters(const struct estab_host *host)
{
	json_t *const counters = json_object();

	for (int i = 0; i < ESTAB_COUNTER_COUNT; i++)
		(void)json_object_set_new(counters,
		    estab_counter_name((enum estab_counter)i),
		    json_integer((json_int_t)estab_counter(host,
		        (enum estab_counter)i)));
	return counters;
}

/* ---- In ----------------------------------------------------------------- */

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

/* Split "[address]:port" and read both. */
static bool
unpack_endpoint(const char *text, struct estab_endpoint *endpoint)
{
	const char *const colon = text != NULL ? strrchr(text, ':') : NULL;
	char address[ESTAB_ADDRESS_TEXT + 2];
	char *bare = address;
	size_t n;

	if (colon == NULL || (size_t)(colon - text) >= sizeof address)
		return false;
	n = (size_t)(colon - text);
	memcpy(address, text, n);
	address[n] = '\0';
	endpoint->port = (uint16_t)strtoul(colon + 1, NULL, 10);
	if (strcmp(address, "*") == 0) {
		memset(&endpoint->address, 0, sizeof endpoint->address);
		return true;
	}
	if (n > 2 && bare[0] == '[' && bare[n - 1] == ']') {
		bare[n - 1] = '\0';
		bare++;
	}
	return estab_address_parse(bare, &endpoint->address) == 0;
}

static const char *
word(const json_t *object, const char *name)
{
	const char *const value =
	    json_string_value(json_object_get(object, name));

	return value != NULL ? value : "";
}

static bool
unpack_words(const json_t *object, struct estab_status *s)
{
	size_t kind = 0, state = 0;

	while (kind < KIND_COUNT &&
	    strcmp(kind_word[kind], word(object, "kind")) != 0)
		kind++;
	while (state < ESTAB_STATE_COUNT &&
	    strcmp(estab_state_name((enum estab_state)state),
	        word(object, "state")) != 0)
		state++;
	if (kind == KIND_COUNT || state == ESTAB_STATE_COUNT)
		return false;
	s->kind = (enum estab_kind)kind;
	s->state = (enum estab_state)state;
	s->conn = strtoull(word(object, "conn"), NULL, 16);
	return unpack_endpoint(word(object, "local"), &s->local) &&
	    unpack_endpoint(word(object, "remote"), &s->remote);
}

static int64_t
limit(const json_t *object, const char *name)
{
	const json_t *const value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

bool
facts_unpack(const json_t *object, struct facts *facts)
{
	*facts = (struct facts){ 0 };
	if (!json_is_object(object) || !unpack_words(object, &facts->status))
		return false;
	for (size_t i = 0; i < FACT_COUNT; i++)
		unpack_field(&fact[i], json_object_get(object, fact[i].name),
		    &facts->status);
	facts->send_limit = limit(object, "send_limit");
	facts->receive_limit = limit(object, "receive_limit");
	return true;
}

bool
facts_unpack_who(const json_t *object, struct facts_who *who)
{
	*who = (struct facts_who){ 0 };
	if (strcmp(word(object, "estab"), "process") != 0)
		return false;
	who->pid = (long)json_integer_value(json_object_get(object, "pid"));
	who->now = json_integer_value(json_object_get(object, "now_ns"));
	(void)snprintf(who->command, sizeof who->command, "%s",
	    word(object, "command"));
	return true;
}
