/* SPDX-License-Identifier: BSD-2-Clause
 *
 * rtt.h - round-trip time and the retransmission time-out (RFC 6298).
 */
#ifndef TCP_RTT_H
#define TCP_RTT_H

#include <estab/estab.h>

struct rtt {
	int64_t srtt_ns; /* 0: no sample yet */
	int64_t rttvar_ns;
};

/* Take a sample (2.2, 2.3).  A sample below a microsecond counts as one. */
void rtt_sample(struct rtt *rtt, int64_t sample_ns);

/* RTO before back-off: initial without a sample, within [min, max]. */
int64_t rtt_rto(const struct rtt *rtt, const struct estab_config *config);

/* RTO doubled backoff times, at most max_ns (5.5). */
int64_t rtt_backed_off(int64_t rto_ns, unsigned backoff, int64_t max_ns);

#endif
