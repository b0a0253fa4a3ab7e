/* SPDX-License-Identifier: BSD-2-Clause
 *
 * facts.c - what is known of a connection, to JSON and back.
 */
#include "cli/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_word[] = {
	[ESTAB_KIND_NONE] = "none",
	[ESTAB_KIND_LISTENER] = "listener",
	[ESTAB_KIND_HALF_OPEN] = "half-open",
	[ESTAB_KIND_TCB] = "tcb",
	[ESTAB_KIND_TIME_WAIT] = "time-wait",
};
#define KIND_COUNT (sizeof kind_word / sizeof kind_word[0])

const char *
facts_pressure(enum estab_pressure pressure)
{
	static const char *const word[] = {
		[ESTAB_CALM] = "calm",
		[ESTAB_PRESSED] = "pressed",
		[ESTAB_FLOODED] = "flooded",
	};

	return word[pressure];
}

const char *
facts_defence(uint32_t n)
{
	static const char *const word[] = { "syncookies", "always",
		"half-open-evict", "syn-ack-adaptive", "source-demote",
		"source-drop", "syn-ack-limit", "source-connections",
		"syns-last" };

	return n < sizeof word / sizeof word[0] ? word[n] : NULL;
}

/* ---- Out ---------------------------------------------------------------- */

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

static void
pack_flood(const struct estab_status *s, json_t *object)
{
	json_t *const defences = json_array();

	for (uint32_t n = 0; facts_defence(n) != NULL; n++)
		if ((s->defences & 1u << n) != 0)
			(void)json_array_append_new(defences,
			    json_string(facts_defence(n)));
	(void)json_object_set_new(object, "pressure",
	    json_string(facts_pressure(s->pressure)));
	(void)json_object_set_new(object, "defences", defences);
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
	facts_fields_pack(s, object);
	if (s->kind == ESTAB_KIND_LISTENER)
		pack_flood(s, object);
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

static void
unpack_flood(const json_t *object, struct estab_status *s)
{
	const json_t *const defences = json_object_get(object, "defences");
	const char *const pressure = word(object, "pressure");
	const json_t *each;
	size_t i;

	for (int p = ESTAB_CALM; p <= ESTAB_FLOODED; p++)
		if (strcmp(pressure, facts_pressure((enum estab_pressure)p)) ==
		    0)
			s->pressure = (enum estab_pressure)p;
	json_array_foreach(defences, i, each)
	{
		const char *const name = json_string_value(each);

		for (uint32_t n = 0; name != NULL && facts_defence(n); n++)
			if (strcmp(name, facts_defence(n)) == 0)
				s->defences |= 1u << n;
	}
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
	facts_fields_unpack(object, &facts->status);
	unpack_flood(object, &facts->status);
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
