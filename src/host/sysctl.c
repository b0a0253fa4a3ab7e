/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sysctl.c - tunables by name: Linux's sysctls where the meaning is the same,
 * and the fields of struct estab_config by their own names.
 */
#include "host/host.h"

#define FIELD(name, member, unit)                                              \
	{                                                                      \
		name, (uint32_t)offsetof(struct estab_config, member),         \
		    (uint32_t)sizeof((struct estab_config *)0)->member, unit   \
	}
#define OWN(member) FIELD(#member, member, 1)

static const struct tunable {
	const char *name;
	uint32_t offset, bytes;
	int64_t unit; /* 0: an unsigned limit */
} tunables[] = {
	FIELD("tcp_syn_retries", syn_tries_max, 1),
	FIELD("tcp_synack_retries", syn_ack_tries_max, 1),
	FIELD("tcp_orphan_retries", orphan_tries_max, 1),
	FIELD("tcp_fin_timeout", fin_wait_2_ns, ESTAB_SECOND),
	FIELD("tcp_keepalive_time", keepalive_idle_ns, ESTAB_SECOND),
	FIELD("tcp_keepalive_intvl", keepalive_interval_ns, ESTAB_SECOND),
	FIELD("tcp_keepalive_probes", keepalive_probes_max, 1),
	FIELD("tcp_rto_min_us", rto_min_ns, ESTAB_US),
	FIELD("tcp_rto_max_ms", rto_max_ns, ESTAB_MS),
	FIELD("tcp_invalid_ratelimit", challenge_interval_ns, ESTAB_MS),
	FIELD("tcp_timestamps", timestamps, 1),
	FIELD("tcp_window_scaling", window_scale, 1),
	FIELD("tcp_syncookies", syn_cookies, 1),
	FIELD("tcp_tw_reuse", time_wait_reuse, 1),
	FIELD("tcp_max_tw_buckets", time_wait_max, 0),
	FIELD("tcp_max_syn_backlog", half_open_max, 0),
	FIELD("ip_default_ttl", ttl, 1),
	FIELD("connections_max", connections_max, 0),
	FIELD("half_open_max", half_open_max, 0),
	FIELD("time_wait_max", time_wait_max, 0),
	FIELD("reorder_ranges_max", reorder_ranges_max, 0),
	FIELD("retransmit_records_max", retransmit_records_max, 0),
	OWN(buffer_bytes_max),
	OWN(send_bytes),
	OWN(receive_bytes),
	OWN(msl_ns),
	OWN(rto_initial_ns),
	OWN(rto_min_ns),
	OWN(rto_max_ns),
	OWN(ack_delay_ns),
	OWN(persist_max_ns),
	OWN(user_timeout_ns),
	OWN(fin_wait_2_ns),
	OWN(keepalive_idle_ns),
	OWN(keepalive_interval_ns),
	OWN(keepalive_probes_max),
	OWN(syn_tries_max),
	OWN(syn_ack_tries_max),
	OWN(orphan_tries_max),
	OWN(challenge_interval_ns),
	OWN(timestamps),
	OWN(window_scale),
	OWN(mss_max),
	OWN(initial_window),
	OWN(ttl),
	OWN(header_prediction),
	OWN(port_first),
	OWN(port_last),
	OWN(icmp_per_second),
	OWN(time_wait_reuse),
	OWN(syn_cookies),
	OWN(half_open_evict),
	OWN(syn_ack_adaptive),
	OWN(source_policy),
	OWN(source_syns_per_second),
	OWN(source_connections_max),
	OWN(syn_acks_per_second),
	OWN(syns_last),
	FIELD("cookie_label", cookie_label, 0),
	OWN(wall_ns),
};

static bool
same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* The next decimal number; false: there is none, or it is too large. */
static bool
number(const char **text, int64_t *value)
{
	const char *at = *text;

	while (is_space(*at))
		at++;
	if (*at < '0' || *at > '9')
		return false;
	for (*value = 0; *at >= '0' && *at <= '9'; at++) {
		if (*value > (INT64_MAX - 9) / 10)
			return false;
		*value = *value * 10 + (*at - '0');
	}
	*text = at;
	return true;
}

static bool
ends(const char *text)
{
	while (is_space(*text))
		text++;
	return *text == '\0';
}

/* 0 in a config is the default, so "0" is ESTAB_OFF. */
static int
store(struct estab_config *config, const struct tunable *t, int64_t value)
{
	uint8_t *at = (uint8_t *)config + t->offset;

	if (t->unit == 0) {
		if (value < 1 || value > UINT32_MAX)
			return ESTAB_EINVAL;
		*(uint32_t *)(void *)at = (uint32_t)value;
		return 0;
	}
	if (value > INT64_MAX / t->unit)
		return ESTAB_EINVAL;
	value = value ? value * t->unit : ESTAB_OFF;
	if (t->bytes == sizeof(int64_t))
		*(int64_t *)(void *)at = value;
	else if (value > INT32_MAX)
		return ESTAB_EINVAL;
	else
		*(int32_t *)(void *)at = (int32_t)value;
	return 0;
}

static int
port_range(struct estab_config *config, const char *value)
{
	int64_t first, last;

	if (!number(&value, &first) || !number(&value, &last) || !ends(value) ||
	    first < 1 || last < first || last > UINT16_MAX)
		return ESTAB_EINVAL;
	config->port_first = (int32_t)first;
	config->port_last = (int32_t)last;
	return 0;
}

/* Least, first and largest: ours do not grow, so the largest holds. */
static int
memory(int64_t *bytes, const char *value)
{
	int64_t least, first, most;

	if (!number(&value, &least) || !number(&value, &first) ||
	    !number(&value, &most) || !ends(value) || most < 1)
		return ESTAB_EINVAL;
	*bytes = most;
	return 0;
}

int
estab_config_set(struct estab_config *config, const char *name,
    const char *value)
{
	int64_t n;

	if (same(name, "ip_local_port_range"))
		return port_range(config, value);
	if (same(name, "tcp_rmem"))
		return memory(&config->receive_bytes, value);
	if (same(name, "tcp_wmem"))
		return memory(&config->send_bytes, value);
	for (size_t i = 0; i < sizeof tunables / sizeof *tunables; i++)
		if (same(name, tunables[i].name))
			return number(&value, &n) && ends(value) ?
			    store(config, &tunables[i], n) :
			    ESTAB_EINVAL;
	return ESTAB_EOPNOTSUPP;
}
