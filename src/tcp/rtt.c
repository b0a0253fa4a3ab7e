/* SPDX-License-Identifier: BSD-2-Clause
 *
 * rtt.c - round-trip time and the retransmission time-out (RFC 6298).
 */
#include "tcp/rtt.h"

#define SAMPLE_MIN_NS ESTAB_US
#define SAMPLE_MAX_NS (10 * ESTAB_MINUTE)

/* G: our clock ticks in nanoseconds, but time-outs are looked at in
 * milliseconds by most who drive a host. */
#define GRANULARITY_NS ESTAB_MS

void
rtt_sample(struct rtt *rtt, int64_t sample_ns)
{
	int64_t error;

	if (sample_ns < SAMPLE_MIN_NS)
		sample_ns = SAMPLE_MIN_NS;
	if (sample_ns > SAMPLE_MAX_NS)
		sample_ns = SAMPLE_MAX_NS;
	if (rtt->srtt_ns == 0) {
		rtt->srtt_ns = sample_ns;
		rtt->rttvar_ns = sample_ns / 2;
		return;
	}
	error = sample_ns - rtt->srtt_ns;
	rtt->rttvar_ns += ((error < 0 ? -error : error) - rtt->rttvar_ns) / 4;
	rtt->srtt_ns += error / 8;
}

int64_t
rtt_rto(const struct rtt *rtt, const struct estab_config *config)
{
	int64_t spread, rto;

	if (rtt->srtt_ns == 0)
		return config->rto_initial_ns;
	spread = 4 * rtt->rttvar_ns;
	rto =
	    rtt->srtt_ns + (spread > GRANULARITY_NS ? spread : GRANULARITY_NS);
	if (rto < config->rto_min_ns)
		return config->rto_min_ns;
	return rto > config->rto_max_ns ? config->rto_max_ns : rto;
}

int64_t
rtt_backed_off(int64_t rto_ns, unsigned backoff, int64_t max_ns)
{
	while (backoff-- > 0 && rto_ns < max_ns)
		rto_ns *= 2;
	return rto_ns < max_ns ? rto_ns : max_ns;
}
