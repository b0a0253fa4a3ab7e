/* SPDX-License-Identifier: BSD-2-Clause
 *
 * answer.h - SYN+ACKs as packets, many of one form: what they share is built
 * once, the rest is put in from the SYN's own words.
 *
 * They are what ip_build() and segment_build() would make, checksums and all,
 * bit for bit.
 */
#ifndef WIRE_ANSWER_H
#define WIRE_ANSWER_H

#include "wire/bytes.h"
#include "wire/checksum.h"
#include "wire/segment.h"

#define ANSWER_FORM_BYTES 64u /* IPv6, TCP and MSS */
#define ANSWER_BYTES_MAX 80u  /* with time stamps and window scale */

/* What the answers of one listener by one link share. */
struct answer_form {
	uint8_t packet[ANSWER_FORM_BYTES];
	uint64_t ip_sum, tcp_sum; /* of its words, and the pseudo-header's */
	bool partial;             /* checksums are completed elsewhere */
};

struct answer {
	uint32_t seq, ack;
	uint32_t tsval;
	uint32_t tsecr; /* as the SYN's TSval was stored: answer_word() */
	uint8_t wscale;
	bool has_ts, has_wscale;
};

/* Begin a form: an answer of no options but MSS from nobody to nobody. */
void answer_begin(struct answer_form *form, const struct ip_packet *ip,
    uint32_t wnd, uint16_t mss);

/* The sum of the addresses in an IP header without options. */
static inline uint64_t
answer_addresses(const uint8_t *ip, uint32_t ip_bytes)
{
	return ip_bytes == 20 ? checksum_words(ip + 12, 8) :
	                        checksum_words(ip + 8, 32);
}

/* Write the answer to syn, both with an IP header of ip_bytes (20 or 40);
 * returns its bytes. */
static inline uint32_t answer_fill(uint8_t *packet,
    const struct answer_form *form, const uint8_t *syn, uint32_t ip_bytes,
    const struct answer *answer);

/* ---- How ---- */

/* A word as it is stored, for its sum. */
static inline uint32_t
answer_word(uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap32(value);
#else
	return value;
#endif
}

static inline uint64_t
answer_put(uint8_t *at, uint32_t value)
{
	const uint32_t word = answer_word(value);

	memcpy(at, &word, sizeof word);
	return word;
}

/* Options behind the MSS; returns their sum, and that of what they change in
 * the lengths. */
static inline uint64_t
answer_options(uint8_t *tcp, uint32_t extra, const struct answer *a)
{
	uint8_t *at = tcp + TCP_HEADER_BYTES + 4;
	uint64_t sum = (uint64_t)answer_word(extra) + answer_word(extra << 26);

	tcp[12] = (uint8_t)(tcp[12] + (extra << 2));
	if (a->has_ts) {
		sum += answer_put(at, SEGMENT_TS_ALONE);
		sum += answer_put(at + 4, a->tsval);
		memcpy(at + 8, &a->tsecr, sizeof a->tsecr);
		sum += a->tsecr;
		at += SEGMENT_TS_BYTES;
	}
	if (a->has_wscale)
		sum += answer_put(at, UINT32_C(0x01030300) | a->wscale);
	return sum;
}

/* Addresses change places, which no sum of 16-bit words notices. */
static inline void
answer_v4(uint8_t *ip, const uint8_t *syn, uint64_t sum, uint32_t extra)
{
	uint64_t both;
	uint16_t field;

	memcpy(&both, syn + 12, sizeof both);
	both = both << 32 | both >> 32;
	memcpy(ip + 12, &both, sizeof both);
	if (extra > 0) {
		put16(ip + 2, 20 + TCP_HEADER_BYTES + 4 + extra);
		sum += answer_word(extra);
	}
	field = checksum_finish(checksum_narrow(sum));
	memcpy(ip + 10, &field, sizeof field);
}

static inline void
answer_v6(uint8_t *ip, const uint8_t *syn, uint32_t extra)
{
	memcpy(ip + 8, syn + 24, 16);
	memcpy(ip + 24, syn + 8, 16);
	if (extra > 0)
		put16(ip + 4, TCP_HEADER_BYTES + 4 + extra);
}

static inline uint32_t
answer_fill(uint8_t *packet, const struct answer_form *form, const uint8_t *syn,
    uint32_t ip_bytes, const struct answer *a)
{
	const uint32_t extra =
	    (a->has_ts ? SEGMENT_TS_BYTES : 0) + (a->has_wscale ? 4u : 0);
	const uint32_t bytes = ip_bytes + TCP_HEADER_BYTES + 4;
	const uint64_t addresses = answer_addresses(syn, ip_bytes);
	uint8_t *tcp = packet + ip_bytes;
	uint64_t sum = form->tcp_sum + addresses;
	uint32_t ports;
	uint16_t field;

	memcpy(packet, form->packet, bytes);
	if (ip_bytes == 20)
		answer_v4(packet, syn, form->ip_sum + addresses, extra);
	else
		answer_v6(packet, syn, extra);
	memcpy(&ports, syn + ip_bytes, sizeof ports);
	ports = ports << 16 | ports >> 16;
	memcpy(tcp, &ports, sizeof ports);
	sum += ports;
	sum += answer_put(tcp + 4, a->seq);
	sum += answer_put(tcp + 8, a->ack);
	if (extra > 0)
		sum += answer_options(tcp, extra, a);
	if (form->partial)
		field = checksum_fold(checksum_narrow(addresses +
		    answer_word(TCP_HEADER_BYTES + 4 + extra + 6)));
	else
		field = checksum_finish(checksum_narrow(sum));
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof field);
	return bytes + extra;
}

#endif
