/* SPDX-License-Identifier: BSD-2-Clause
 *
 * config.c - the defaults (docs/defaults.md), and what a tunable may be.
 */
#include "tcp/tcp.h"
#include "wire/checksum.h"

static bool
set64(int64_t *value, int64_t unset, int64_t least, int64_t most)
{
	if (*value == 0)
		*value = unset;
	else if (*value == ESTAB_OFF)
		*value = 0;
	return *value >= least && *value <= most;
}

static bool
set32(int32_t *value, int32_t unset, int32_t least, int32_t most)
{
	int64_t wide = *value;
	const bool good = set64(&wide, unset, least, most);

	*value = (int32_t)wide;
	return good;
}

static bool
set_limit(uint32_t *value, uint32_t unset, uint32_t most)
{
	if (*value == 0)
		*value = unset;
	return *value <= most;
}

static bool
limits(struct estab_config *c, uint64_t arena_bytes)
{
	const int64_t arena =
	    (int64_t)(arena_bytes < INT64_MAX ? arena_bytes : INT64_MAX);

	return set_limit(&c->connections_max, 1000000, UINT32_MAX) &&
	    set_limit(&c->half_open_max, 4096, UINT32_MAX) &&
	    set_limit(&c->neighbours_max, 512, 65536) &&
	    c->neighbours_max >= 16 &&
	    set_limit(&c->time_wait_max, 262144, UINT32_MAX) &&
	    set_limit(&c->reorder_ranges_max, 64, 64) &&
	    set_limit(&c->retransmit_records_max, 1024, 65536) &&
	    set64(&c->buffer_bytes_max, arena / 2, 0, INT64_MAX) &&
	    set64(&c->send_bytes, 1 << 20, 1, 1 << 29) &&
	    set64(&c->receive_bytes, 1 << 20, 1, 1 << 29);
}

static bool
times(struct estab_config *c)
{
	const int64_t hour = 60 * ESTAB_MINUTE;

	return set64(&c->msl_ns, 2 * ESTAB_MINUTE, 0, hour) &&
	    set64(&c->rto_initial_ns, ESTAB_SECOND, ESTAB_MS, hour) &&
	    set64(&c->rto_min_ns, 200 * ESTAB_MS, ESTAB_MS, hour) &&
	    set64(&c->rto_max_ns, 60 * ESTAB_SECOND, c->rto_min_ns, hour) &&
	    set64(&c->ack_delay_ns, 40 * ESTAB_MS, 0, 500 * ESTAB_MS) &&
	    set64(&c->persist_max_ns, 60 * ESTAB_SECOND, c->rto_min_ns, hour) &&
	    set64(&c->user_timeout_ns, 5 * ESTAB_MINUTE, 0, 24 * hour) &&
	    set64(&c->fin_wait_2_ns, 60 * ESTAB_SECOND, 0, 24 * hour) &&
	    set64(&c->keepalive_idle_ns, 2 * hour, ESTAB_MS, 24 * hour) &&
	    set64(&c->keepalive_interval_ns, 75 * ESTAB_SECOND, ESTAB_MS,
	        24 * hour) &&
	    set64(&c->challenge_interval_ns, 500 * ESTAB_MS, 0, hour);
}

static bool
tries(struct estab_config *c)
{
	return set32(&c->keepalive_probes_max, 9, 0, 255) &&
	    set32(&c->syn_tries_max, 7, 0, 127) &&
	    set32(&c->syn_ack_tries_max, 5, 0, HALF_OPEN_TRIES - 1) &&
	    set32(&c->orphan_tries_max, 8, 0, 127);
}

static bool
speech(struct estab_config *c)
{
	return set32(&c->timestamps, 1, 0, 1) &&
	    set32(&c->window_scale, 1, 0, 1) &&
	    (c->mss_max == 0 || (c->mss_max >= 88 && c->mss_max <= 65495)) &&
	    set32(&c->initial_window, 10, 1, 1000) &&
	    set32(&c->ttl, 64, 1, 255) &&
	    set32(&c->header_prediction, 1, 0, 1) &&
	    set32(&c->port_first, 49152, 1, 65535) &&
	    set32(&c->port_last, 65535, c->port_first, 65535) &&
	    set32(&c->icmp_per_second, 1000, 1, UINT16_MAX) &&
	    set32(&c->time_wait_reuse, 1, 0, 1) &&
	    set32(&c->address_probes, 1, 0, 15);
}

static bool
flood(struct estab_config *c)
{
	const int32_t most = UINT16_MAX; /* what a sketch can tell */

	return set32(&c->syn_cookies, ESTAB_COOKIES_WHEN_FULL, 0,
	           ESTAB_COOKIES_ALWAYS) &&
	    set32(&c->half_open_evict, 1, 0, 1) &&
	    set32(&c->syn_ack_adaptive, 1, 0, 1) &&
	    set32(&c->source_policy, ESTAB_SOURCE_DEMOTE, 0,
	        ESTAB_SOURCE_DROP) &&
	    set32(&c->source_syns_per_second, 64, 1, most) &&
	    set32(&c->source_connections_max, 0, 0, 65535) &&
	    set32(&c->syn_acks_per_second, 10000, 0, most) &&
	    set32(&c->syns_last, 1, 0, 1);
}

static bool
keys(const struct estab_config *c)
{
	const struct estab_cookie_keys *k = c->cookie_keys;

	return c->cookie_label <= UINT16_MAX &&
	    (k == NULL ||
	        (k->use[0] == ESTAB_KEY_SIGN) != (k->use[1] == ESTAB_KEY_SIGN));
}

int
config_fill(struct estab_config *config, uint64_t arena_bytes)
{
	if (!config->crypto.siphash || !config->crypto.random)
		return ESTAB_EINVAL;
	if (!config->copy_sum)
		config->copy_sum = checksum_copy;
	if (config->trace &&
	    (!config->trace->record || config->trace->capacity == 0 ||
	        (config->trace->capacity & (config->trace->capacity - 1))))
		return ESTAB_EINVAL;
	return limits(config, arena_bytes) && times(config) && tries(config) &&
	        speech(config) && flood(config) && keys(config) ?
	    0 :
	    ESTAB_EINVAL;
}
