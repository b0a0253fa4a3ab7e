/* SPDX-License-Identifier: BSD-2-Clause
 *
 * answer.h - the SYN+ACK to a SYN, as a packet, made from the SYN's own words.
 *
 * It is what ip_build() and segment_build() would make, checksums and all, bit
 * for bit.
 */
#ifndef WIRE_ANSWER_H
#define WIRE_ANSWER_H

#include "wire/checksum.h"
#include "wire/segment.h"

#define ANSWER_BYTES_MAX 80u /* IPv6, MSS, time stamps, window scale */

struct answer {
	uint32_t seq, ack;
	uint32_t tsval, tsecr;
	uint16_t wnd, mss;
	uint8_t ttl, tos, wscale;
	bool has_ts, has_wscale;
	bool partial;       /* the checksum is completed elsewhere */
	uint64_t addresses; /* the sum of both, as words */
};

/* Their sum, for struct answer. */
static inline uint64_t
answer_addresses(const uint8_t *ip, uint32_t ip_bytes)
{
	return ip_bytes == 20 ? checksum_words(ip + 12, 8) :
	                        checksum_words(ip + 8, 32);
}

/* Write the answer to syn, a packet with an IP header of ip_bytes (20 or 40);
 * returns its bytes. */
uint32_t answer_build(uint8_t *packet, const uint8_t *syn, uint32_t ip_bytes,
    const struct answer *answer);

#endif
