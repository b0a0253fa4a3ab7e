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

/* Sum of exactly 20 bytes, the IPv4 header without options. */
static inline uint32_t
checksum_20(const uint8_t *data)
{
	uint32_t word[5];
	uint64_t sum;

	memcpy(word, data, sizeof word);
	sum = (uint64_t)word[0] + word[1] + word[2] + word[3] + word[4];
	return (uint32_t)(sum & 0xffff) + (uint32_t)(sum >> 16);
}

/* Add a piece's sum to a running sum; offset is how many bytes came before
 * the piece (after an odd number its bytes change places). */
uint32_t checksum_add(uint32_t sum, uint32_t piece, size_t offset);

/* Pseudo-header of IPv4 or IPv6 (9293 3.1); length is the transport's bytes. */
uint32_t checksum_pseudo(const struct estab_address *from,
    const struct estab_address *to, uint8_t protocol, uint32_t length);

/* 16 bits to store as they are in memory (by memcpy), complemented. */
uint16_t checksum_finish(uint32_t sum);

/* Folded to 16 bits, not complemented: what a partial checksum field holds. */
uint16_t checksum_fold(uint32_t sum);

/* Whether a sum that included the checksum field says "intact". */
bool checksum_good(uint32_t sum);

#endif
