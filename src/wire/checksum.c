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

/* Constants handed down must arrive as such. */
#define INLINE static inline __attribute__((always_inline))

/* Compilers see an add with carry here. */
INLINE uint64_t
add_around(uint64_t sum, uint64_t word)
{
	const bool carry = __builtin_add_overflow(sum, word, &sum);

	return sum + carry;
}

INLINE uint32_t
fold_to_32(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (uint32_t)((sum & 0xffffffff) + (sum >> 32));
}

/* Where we are; to is NULL when nothing is copied. */
struct cursor {
	uint8_t *to;
	const uint8_t *from;
	uint64_t sum;
};

/* Add a word of size bytes, and copy it.  Wherever these are inlined, size and
 * copy are constants. */
INLINE void
take_at(struct cursor *c, size_t at, size_t size, bool copy)
{
	uint64_t w8 = 0;
	uint32_t w4 = 0;
	uint16_t w2 = 0; /* an odd last byte has a zero behind it */
	void *word = size == 8 ? (void *)&w8 : size == 4 ? (void *)&w4 : &w2;

	memcpy(word, c->from + at, size);
	if (copy)
		memcpy(c->to + at, word, size);
	c->sum = add_around(c->sum, size == 8 ? w8 : size == 4 ? w4 : w2);
}

INLINE void
advance(struct cursor *c, size_t bytes, bool copy)
{
	c->from += bytes;
	if (copy)
		c->to += bytes;
}

INLINE void
take_32_at(struct cursor *c, size_t at, bool copy)
{
	take_at(c, at, 8, copy);
	take_at(c, at + 8, 8, copy);
	take_at(c, at + 16, 8, copy);
	take_at(c, at + 24, 8, copy);
}

/* The last seven bytes or fewer. */
INLINE void
take_rest(struct cursor *c, size_t n, bool copy)
{
	if (n & 4) {
		take_at(c, 0, 4, copy);
		advance(c, 4, copy);
	}
	if (n & 2) {
		take_at(c, 0, 2, copy);
		advance(c, 2, copy);
	}
	if (n & 1)
		take_at(c, 0, 1, copy);
}

INLINE uint32_t
sum_and_copy(uint8_t *to, const uint8_t *from, size_t n, bool copy)
{
	struct cursor c = { to, from, 0 };

	for (; n >= 64; n -= 64) {
		take_32_at(&c, 0, copy);
		take_32_at(&c, 32, copy);
		advance(&c, 64, copy);
	}
	if (n >= 32) {
		take_32_at(&c, 0, copy);
		advance(&c, 32, copy);
		n -= 32;
	}
	for (; n >= 8; n -= 8) {
		take_at(&c, 0, 8, copy);
		advance(&c, 8, copy);
	}
	take_rest(&c, n, copy);
	return fold_to_32(c.sum);
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
estab_copy_sum_portable(void *to, const void *from, size_t n)
{
	return checksum_copy(to, from, n);
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
	struct cursor c = { NULL, from->byte, 0 };

	take_at(&c, 0, 8, false);
	take_at(&c, 8, 8, false);
	c.from = to->byte;
	take_at(&c, 0, 8, false);
	take_at(&c, 8, 8, false);
	c.from = tail;
	take_at(&c, 0, 8, false);
	return fold_to_32(c.sum);
}
