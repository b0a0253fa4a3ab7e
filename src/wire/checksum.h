/* SPDX-License-Identifier: BSD-2-Clause
 *
 * checksum.h - the Internet checksum (RFC 1071; RFC 9293 3.1).
 *
 * A running sum is a 32-bit number whose value mod 0xffff counts; words are
 * taken in memory order, so nothing is swapped until the field is stored.
 */
#ifndef WIRE_CHECKSUM_H
#define WIRE_CHECKSUM_H

#include <estab/estab.h>

#include "base/mem.h"

/* Sum of n bytes; an odd last byte counts as if a zero followed. */
uint32_t checksum_bytes(const void *data, size_t n);

/* The portable estab_copy_sum, for callers inside the core. */
uint32_t checksum_copy(void *to, const void *from, size_t n);

/* Pseudo-header of IPv4 or IPv6 (9293 3.1); length is the transport's bytes. */
uint32_t checksum_pseudo(const struct estab_address *from,
    const struct estab_address *to, uint8_t protocol, uint32_t length);

static inline uint64_t
checksum_word(const uint8_t *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof word);
	return word;
}

/* Add eight bytes with the carry brought around: the sum counts modulo 2^64 - 1
 * then, of which 0xffff is a divisor. */
static inline uint64_t
checksum_eight(uint64_t sum, const uint8_t *at)
{
	uint64_t word;
	bool carry;

	memcpy(&word, at, sizeof word);
	carry = __builtin_add_overflow(sum, word, &sum);
	return sum + carry;
}

/* checksum_good() of what checksum_eight() added up.  Of 0xffff a multiple is
 * what its inverse modulo 2^64 makes a small number of; compilers know it, but
 * not always when to use it. */
static inline bool
checksum_good_wide(uint64_t sum)
{
	return sum * UINT64_C(0xfffefffefffeffff) <= UINT64_MAX / 0xffff;
}

/* Sum of whole words, few enough that nothing is carried. */
static inline uint64_t
checksum_words(const uint8_t *at, uint32_t bytes)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < bytes; i += 4)
		sum += checksum_word(at + i);
	return sum;
}

/* Of a header; two lengths are nearly all there are. */
static inline uint64_t
checksum_header(const uint8_t *at, uint32_t bytes)
{
	if (bytes == 20)
		return checksum_words(at, 20);
	if (bytes == 32)
		return checksum_words(at, 32);
	return checksum_words(at, bytes);
}

/* Add a piece's sum to a running sum; offset is how many bytes came before
 * the piece.  After an odd number its bytes change places: that multiplies
 * every word by 256, which is a rotation where 2^32 counts as one. */
static inline uint32_t
checksum_add(uint32_t sum, uint32_t piece, size_t offset)
{
	if (offset % 2 == 1)
		piece = piece << 8 | piece >> 24;
	sum += piece;
	return sum + (sum < piece);
}

/* checksum_pseudo() of TCP, from an IP header of 20 or 40 bytes as it stands
 * in a packet, as a sum of words. */
static inline uint64_t
checksum_tcp_pseudo(const uint8_t *ip, uint32_t ip_bytes, uint32_t length)
{
	const uint8_t tail[8] = { (uint8_t)(length >> 24),
		(uint8_t)(length >> 16), (uint8_t)(length >> 8),
		(uint8_t)length, 0, 0, 0, 6 };

	return checksum_words(tail, 8) +
	    (ip_bytes == 20 ? checksum_words(ip + 12, 8) :
	                      checksum_words(ip + 8, 32));
}

/* A sum of words as a running sum. */
static inline uint32_t
checksum_narrow(uint64_t sum)
{
	return checksum_add((uint32_t)sum, (uint32_t)(sum >> 32), 0);
}

/* Folded to 16 bits, not complemented: what a partial checksum field holds. */
static inline uint16_t
checksum_fold(uint32_t sum)
{
	/* The lower half's carry comes into the upper half. */
	return (uint16_t)((sum + (sum << 16 | sum >> 16)) >> 16);
}

/* 16 bits to store as they are in memory (by memcpy), complemented. */
static inline uint16_t
checksum_finish(uint32_t sum)
{
	return (uint16_t)~checksum_fold(sum);
}

/* Whether a sum that included the checksum field says "intact".  Zero has two
 * forms; which one a sum took depends on who added it up. */
static inline bool
checksum_good(uint32_t sum)
{
	return sum % 0xffff == 0;
}

#endif
