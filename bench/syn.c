/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn.c - SYNs of as many sources as wanted.
 */
#include "syn.h"

#include <string.h>

#define SOURCE_PORT 10000

struct estab_frame
syn_frame(struct syn *syn, uint32_t n, const struct estab_endpoint *to)
{
	const struct segment segment = {
		.from_port = SOURCE_PORT,
		.to_port = to->port,
		.seq = n,
		.wnd = 65535,
		.syn = true,
		.options = {
			.has_mss = true,
			.mss = 1440,
			.has_wscale = true,
			.wscale = 7,
			.has_ts = true,
			.tsval = n,
		},
	};
	struct ip_packet ip = {
		.from = to->address,
		.to = to->address,
		.version = 6,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64,
		.payload_bytes =
		    TCP_HEADER_BYTES + segment_options_bytes(&segment.options),
	};
	uint32_t bytes;

	memcpy(ip.from.byte + 4, &n, sizeof n); /* a network of its own */
	ip.from.byte[15] = 0xff; /* nobody's yet, whatever n is */
	bytes = ip_build(syn->packet, &ip);
	bytes += segment_build(syn->packet + bytes, &segment);
	return (struct estab_frame){
		.span[0] = { syn->packet, bytes },
		.span_count = 1,
		.checksum = ESTAB_CHECKSUM_VERIFIED,
	};
}
