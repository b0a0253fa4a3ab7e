/* SPDX-License-Identifier: BSD-2-Clause
 *
 * answer.c - the SYN+ACK to a SYN, as a packet.
 *
 * Addresses and ports change places, which no sum of 16-bit words notices.
 */
#include "wire/answer.h"

#include "wire/bytes.h"

#define SYN_ACK 0x12u

/* Store a word and add it to a sum. */
static inline uint64_t
put_word(uint8_t *at, uint32_t value)
{
	put32(at, value);
	return checksum_word(at);
}

static inline uint64_t
put_options(uint8_t *at, const struct answer *a)
{
	uint64_t sum = put_word(at, UINT32_C(0x02040000) | a->mss);

	at += 4;
	if (a->has_ts) {
		sum += put_word(at, SEGMENT_TS_ALONE);
		sum += put_word(at + 4, a->tsval);
		sum += put_word(at + 8, a->tsecr);
		at += SEGMENT_TS_BYTES;
	}
	if (a->has_wscale)
		sum += put_word(at, UINT32_C(0x01030300) | a->wscale);
	return sum;
}

/* RFC 9293 3.1, the checksum field last: it is in the pseudo-header's words,
 * the length and the protocol being two more. */
static inline void
put_segment(uint8_t *tcp, const uint8_t *syn, uint32_t bytes,
    const struct answer *a)
{
	uint64_t sum = a->addresses;
	uint32_t ports;
	uint8_t tail[4];
	uint16_t field;

	put32(tail, bytes + 6);
	sum += checksum_word(tail);
	field = checksum_fold(checksum_narrow(sum));
	memcpy(&ports, syn, sizeof ports);
	ports = ports << 16 | ports >> 16;
	memcpy(tcp, &ports, sizeof ports);
	sum += ports;
	sum += put_word(tcp + 4, a->seq);
	sum += put_word(tcp + 8, a->ack);
	sum += put_word(tcp + 12, bytes << 26 | SYN_ACK << 16 | a->wnd);
	sum += put_options(tcp + TCP_HEADER_BYTES, a);
	put32(tcp + 16, 0);
	if (!a->partial)
		field = checksum_finish(checksum_narrow(sum));
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof field);
}

static inline void
put_v4(uint8_t *ip, const uint8_t *syn, uint32_t bytes, const struct answer *a)
{
	uint64_t sum = a->addresses, both;
	uint16_t field;

	sum += put_word(ip,
	    UINT32_C(0x45) << 24 | (uint32_t)a->tos << 16 | (20 + bytes));
	sum += put_word(ip + 4, 0x4000); /* not to be cut: RFC 6864 4.1 */
	sum += put_word(ip + 8, (uint32_t)a->ttl << 24 | 6u << 16);
	memcpy(&both, syn + 12, sizeof both);
	both = both << 32 | both >> 32;
	memcpy(ip + 12, &both, sizeof both);
	field = checksum_finish(checksum_narrow(sum));
	memcpy(ip + 10, &field, sizeof field);
}

static inline void
put_v6(uint8_t *ip, const uint8_t *syn, uint32_t bytes, const struct answer *a)
{
	put32(ip, UINT32_C(6) << 28 | (uint32_t)a->tos << 20);
	put32(ip + 4, bytes << 16 | 6u << 8 | a->ttl);
	memcpy(ip + 8, syn + 24, 16);
	memcpy(ip + 24, syn + 8, 16);
}

uint32_t
answer_build(uint8_t *packet, const uint8_t *syn, uint32_t ip_bytes,
    const struct answer *answer)
{
	const uint32_t bytes = TCP_HEADER_BYTES + 4u +
	    (answer->has_ts ? SEGMENT_TS_BYTES : 0) +
	    (answer->has_wscale ? 4u : 0);

	if (ip_bytes == 20)
		put_v4(packet, syn, bytes, answer);
	else
		put_v6(packet, syn, bytes, answer);
	put_segment(packet + ip_bytes, syn + ip_bytes, bytes, answer);
	return ip_bytes + bytes;
}
