/* SPDX-License-Identifier: BSD-2-Clause
 *
 * checksum.c - the Internet checksum in portable C (RFC 1071; RFC 9293 3.1).
 *
 * One's complement addition does not care how wide its words are, so eight
 * bytes are added at a time with the carry brought around.  Loads and stores
 * go through memcpy: any alignment will do.
 */
#include "wire/checksum.h"

#include "base/mem.h"

/* Compilers see an add with carry here. */
static inline uint64_t
add_around(uint64_t sum, uint64_t word)
{
	sum += word;
	return sum + (sum < word);
}

static inline uint32_t
fold_to_32(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (uint32_t)((sum & 0xffffffff) + (sum >> 32));
}

/* Add (and copy, if asked) one word of size bytes, at most eight. */
static inline uint64_t
take(uint64_t sum, uint8_t *to, const uint8_t *from, size_t size, bool copy)
{
	uint64_t w8;
	uint32_t w4;
	uint16_t w2 = 0;

	switch (size) {
	case 8:
		memcpy(&w8, from, 8);
		if (copy)
			memcpy(to, &w8, 8);
		return add_around(sum, w8);
	case 4:
		memcpy(&w4, from, 4);
		if (copy)
			memcpy(to, &w4, 4);
		return add_around(sum, w4);
	default: /* 2, or an odd last byte with a zero behind it */
		memcpy(&w2, from, size);
		if (copy)
			memcpy(to, &w2, size);
		return add_around(sum, w2);
	}
}

/* copy is known where this is inlined. */
static inline uint32_t
sum_and_copy(uint8_t *to, const uint8_t *from, size_t n, bool copy)
{
	const size_t step = copy ? 1 : 0; /* to is not moved when it is NULL */
	uint64_t sum = 0;

	for (; n >= 32; n -= 32) {
		for (size_t i = 0; i < 32; i += 8)
			sum = take(sum, to + i * step, from + i, 8, copy);
		from += 32;
		to += 32 * step;
	}
	for (; n >= 8; n -= 8) {
		sum = take(sum, to, from, 8, copy);
		from += 8;
		to += 8 * step;
	}
	for (size_t size = 4; size > 0; size /= 2) {
		if ((n & size) == 0)
			continue;
		sum = take(sum, to, from, size, copy);
		from += size;
		to += size * step;
	}
	return fold_to_32(sum);
}

uint32_t
checksum_bytes(const void *data, size_t n)
{
	return sum_and_copy(NULL, data, n, false);
}

uint32_t
checksum_copy(void *to, const void *from, size_t n)
{
	if (to == NULL)
		return checksum_bytes(from, n);
	return sum_and_copy(to, from, n, true);
}

uint32_t
checksum_add(uint32_t sum, uint32_t piece, size_t offset)
{
	/* To swap the bytes of all words is to multiply by 256, and that is a
	 * rotation where 2^32 counts as one. */
	if (offset % 2 == 1)
		piece = piece << 8 | piece >> 24;
	sum += piece;
	return sum + (sum < piece);
}

/* An IPv4 address needs no case of its own: the ffff in front of it is zero
 * in this arithmetic. */
uint32_t
checksum_pseudo(const struct estab_address *from,
    const struct estab_address *to, uint8_t protocol, uint32_t length)
{
	const uint8_t tail[8] = { (uint8_t)(length >> 24),
		(uint8_t)(length >> 16), (uint8_t)(length >> 8),
		(uint8_t)length, 0, 0, 0, protocol };
	uint64_t sum = 0;

	for (size_t i = 0; i < 16; i += 8) {
		sum = take(sum, NULL, from->byte + i, 8, false);
		sum = take(sum, NULL, to->byte + i, 8, false);
	}
	return fold_to_32(take(sum, NULL, tail, 8, false));
}

uint16_t
checksum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)(sum + (sum >> 16));
}

uint16_t
checksum_finish(uint32_t sum)
{
	return (uint16_t)~checksum_fold(sum);
}

/* Zero has two forms; which one a sum took depends on who added it up. */
bool
checksum_good(uint32_t sum)
{
	const uint16_t folded = checksum_fold(sum);

	return folded == 0xffff || folded == 0;
}
