/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse_config.c - "config A msl 30s, timestamps off" and "A set keepalive
 * on": tunables of hosts and of connections, by name.
 */
#include "scenario/parse.h"

#include <stdio.h>
#include <string.h>

enum value_type {
	VALUE_TIME,    /* 30s, off */
	VALUE_COUNT,   /* 4, 64 KiB, off */
	VALUE_SWITCH,  /* on, off */
	VALUE_COOKIES, /* on, always, off */
	VALUE_POLICY,  /* demote, drop, off */
	VALUE_ACKS,    /* second, batch, every */
};

struct tunable {
	const char *name;
	enum value_type type;
	uint32_t offset, bytes; /* in struct estab_config */
};

#define TUNABLE(name, type, member)                                            \
	{                                                                      \
		name, type, (uint32_t)offsetof(struct estab_config, member),   \
		    (uint32_t)sizeof((struct estab_config *)0)->member         \
	}

static const struct tunable tunables[] = {
	TUNABLE("msl", VALUE_TIME, msl_ns),
	TUNABLE("rto-initial", VALUE_TIME, rto_initial_ns),
	TUNABLE("rto-min", VALUE_TIME, rto_min_ns),
	TUNABLE("rto-max", VALUE_TIME, rto_max_ns),
	TUNABLE("ack-delay", VALUE_TIME, ack_delay_ns),
	TUNABLE("persist-max", VALUE_TIME, persist_max_ns),
	TUNABLE("user-timeout", VALUE_TIME, user_timeout_ns),
	TUNABLE("fin-wait-2", VALUE_TIME, fin_wait_2_ns),
	TUNABLE("keepalive-idle", VALUE_TIME, keepalive_idle_ns),
	TUNABLE("keepalive-interval", VALUE_TIME, keepalive_interval_ns),
	TUNABLE("challenge-interval", VALUE_TIME, challenge_interval_ns),
	TUNABLE("keepalive-probes", VALUE_COUNT, keepalive_probes_max),
	TUNABLE("syn-tries", VALUE_COUNT, syn_tries_max),
	TUNABLE("syn-ack-tries", VALUE_COUNT, syn_ack_tries_max),
	TUNABLE("orphan-tries", VALUE_COUNT, orphan_tries_max),
	TUNABLE("connections-max", VALUE_COUNT, connections_max),
	TUNABLE("half-open-max", VALUE_COUNT, half_open_max),
	TUNABLE("time-wait-max", VALUE_COUNT, time_wait_max),
	TUNABLE("send-buffer", VALUE_COUNT, send_bytes),
	TUNABLE("receive-buffer", VALUE_COUNT, receive_bytes),
	TUNABLE("clock", VALUE_TIME, wall_ns),
	TUNABLE("mss-max", VALUE_COUNT, mss_max),
	TUNABLE("initial-window", VALUE_COUNT, initial_window),
	TUNABLE("ttl", VALUE_COUNT, ttl),
	TUNABLE("timestamps", VALUE_SWITCH, timestamps),
	TUNABLE("window-scale", VALUE_SWITCH, window_scale),
	TUNABLE("header-prediction", VALUE_SWITCH, header_prediction),
	TUNABLE("time-wait-reuse", VALUE_SWITCH, time_wait_reuse),
	TUNABLE("syn-cookies", VALUE_COOKIES, syn_cookies),
	TUNABLE("half-open-evict", VALUE_SWITCH, half_open_evict),
	TUNABLE("syn-ack-adaptive", VALUE_SWITCH, syn_ack_adaptive),
	TUNABLE("source-policy", VALUE_POLICY, source_policy),
	TUNABLE("source-rate", VALUE_COUNT, source_syns_per_second),
	TUNABLE("source-connections", VALUE_COUNT, source_connections_max),
	TUNABLE("syn-ack-rate", VALUE_COUNT, syn_acks_per_second),
	TUNABLE("syns-last", VALUE_SWITCH, syns_last),
};

static const struct {
	const char *name;
	enum value_type type;
	enum estab_option option;
} settings[] = {
	{ "nodelay", VALUE_SWITCH, ESTAB_NODELAY },
	{ "ack-policy", VALUE_ACKS, ESTAB_ACK_POLICY },
	{ "send-buffer", VALUE_COUNT, ESTAB_SEND_BYTES },
	{ "receive-buffer", VALUE_COUNT, ESTAB_RECEIVE_BYTES },
	{ "keepalive", VALUE_SWITCH, ESTAB_KEEPALIVE },
	{ "keepalive-idle", VALUE_TIME, ESTAB_KEEPALIVE_IDLE_NS },
	{ "keepalive-interval", VALUE_TIME, ESTAB_KEEPALIVE_INTERVAL_NS },
	{ "keepalive-probes", VALUE_COUNT, ESTAB_KEEPALIVE_PROBES },
	{ "user-timeout", VALUE_TIME, ESTAB_USER_TIMEOUT_NS },
	{ "mss", VALUE_COUNT, ESTAB_MSS },
	{ "ttl", VALUE_COUNT, ESTAB_TTL },
	{ "tos", VALUE_COUNT, ESTAB_TOS },
	{ "fin-wait-2", VALUE_TIME, ESTAB_FIN_WAIT_2_NS },
};

static bool
ack_policy(struct cursor *c, int64_t *out)
{
	*out = cursor_take(c, "second") ? ESTAB_ACK_SECOND :
	    cursor_take(c, "batch")     ? ESTAB_ACK_BATCH :
	                                  ESTAB_ACK_EVERY;
	return *out != ESTAB_ACK_EVERY || cursor_take(c, "every") ||
	    cursor_fail(c, "'second', 'batch' or 'every'");
}

/* on: 1.  off: what the two sides call off. */
static bool
value(struct parser *p, enum value_type type, int64_t off, int64_t *out)
{
	struct script_duration duration;
	const char *start = p->c.at;
	uint64_t bytes;

	if (type != VALUE_ACKS && cursor_take(&p->c, "off")) {
		*out = off;
		return true;
	}
	switch (type) {
	case VALUE_SWITCH:
		*out = 1;
		return cursor_take(&p->c, "on") ||
		    cursor_fail(&p->c, "'on' or 'off'");
	case VALUE_COOKIES:
		*out = cursor_take(&p->c, "always") ? ESTAB_COOKIES_ALWAYS :
		                                      ESTAB_COOKIES_WHEN_FULL;
		return *out == ESTAB_COOKIES_ALWAYS ||
		    cursor_take(&p->c, "on") ||
		    cursor_fail(&p->c, "'on', 'always' or 'off'");
	case VALUE_POLICY:
		*out = cursor_take(&p->c, "drop") ? ESTAB_SOURCE_DROP :
		                                    ESTAB_SOURCE_DEMOTE;
		return *out == ESTAB_SOURCE_DROP ||
		    cursor_take(&p->c, "demote") ||
		    cursor_fail(&p->c, "'demote', 'drop' or 'off'");
	case VALUE_ACKS:
		return ack_policy(&p->c, out);
	case VALUE_COUNT:
		if (!cursor_want_bytes(&p->c, &bytes))
			return false;
		*out = (int64_t)bytes;
		return true;
	case VALUE_TIME:
		if (!cursor_want_duration(&p->c, p->world->host_count,
		        &duration))
			return false;
		*out = duration.ns;
		return (duration.msl_count == 0 &&
		           duration.timer == SCRIPT_TIMER_NONE) ||
		    cursor_fail_at(&p->c, start, "a duration in seconds");
	}
	return false;
}

static bool
tunable_set(struct parser *p, const struct tunable *t,
    struct estab_config *config, int64_t v)
{
	unsigned char *at = (unsigned char *)config + t->offset;
	const int32_t narrow = (int32_t)v;

	if (t->bytes == 8) {
		memcpy(at, &v, 8);
		return true;
	}
	if (v > INT32_MAX)
		return cursor_fail(&p->c, "a smaller number");
	memcpy(at, &narrow, 4);
	return true;
}

static const struct tunable *
tunable(struct parser *p)
{
	const char *start;
	char word[32];

	cursor_space(&p->c);
	start = p->c.at;
	if (cursor_word(&p->c, word, sizeof word))
		for (size_t i = 0; i < sizeof tunables / sizeof tunables[0];
		     i++)
			if (strcmp(word, tunables[i].name) == 0)
				return &tunables[i];
	p->c.at = start;
	(void)cursor_fail(&p->c, "a tunable such as msl or timestamps");
	return NULL;
}

bool
parse_tunable(struct parser *p, struct estab_config *config)
{
	const struct tunable *t = tunable(p);
	int64_t v;

	return t != NULL && value(p, t->type, ESTAB_OFF, &v) &&
	    tunable_set(p, t, config, v);
}

/* For one host if it is named, else for all. */
bool
parse_config(struct parser *p)
{
	struct script_world *w = p->world;
	struct script_end end;
	uint8_t first = 0, last = SCRIPT_HOSTS_MAX - 1;
	int64_t v;

	if (cursor_end_of_conn(&p->c, w->host_count, &end) && end.nobody == 0)
		first = last = end.host;
	do {
		const struct tunable *t = tunable(p);

		if (t == NULL || !value(p, t->type, ESTAB_OFF, &v))
			return false;
		for (unsigned h = first; h <= last; h++)
			if (!tunable_set(p, t, &w->host[h].config, v))
				return false;
	} while (cursor_take(&p->c, ","));
	return true;
}

bool
parse_set(struct parser *p, struct script_call *call)
{
	const char *start;
	char word[32];

	cursor_space(&p->c);
	start = p->c.at;
	if (cursor_word(&p->c, word, sizeof word)) {
		for (size_t i = 0; i < sizeof settings / sizeof settings[0];
		     i++) {
			const enum value_type type = settings[i].type;

			if (strcmp(word, settings[i].name) != 0)
				continue;
			call->option = settings[i].option;
			return value(p, type,
			    type == VALUE_SWITCH ? 0 : ESTAB_OFF, &call->value);
		}
	}
	p->c.at = start;
	return cursor_fail(&p->c, "an option such as keepalive or nodelay");
}
