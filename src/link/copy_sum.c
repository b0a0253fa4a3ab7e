/* SPDX-License-Identifier: BSD-2-Clause
 *
 * copy_sum.c - the Internet checksum, while copying or alone, 32 bytes at a
 * time where the processor has AVX2 (RFC 1071).
 *
 * vpmaddwd adds neighbouring 16-bit words into 32-bit lanes in one
 * instruction, but takes them as signed.  A word with its top bit flipped is,
 * signed, the word less 32768; so the bits are flipped before, and 32768 a
 * word is added at the end.  All is modulo 2^32, and no piece is so long that
 * its true sum would not fit.
 */
#include <estab/link.h>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#include <string.h>

#define STEP sizeof(__m256i)
#define PIECE_MAX 65536 /* 2^15 words of less than 2^16 */

#define INLINE static inline __attribute__((target("avx2"), always_inline))

struct cursor {
	uint8_t *to; /* NULL: sum only */
	const uint8_t *from;
	size_t n;    /* left of this piece */
	__m256i sum; /* of words less 32768 */
	__m256i flip, ones;
};

/* A constant that stays in its register: left to themselves, compilers make
 * it anew in every branch. */
INLINE __m256i
keep(__m256i constant)
{
	__asm__("" : "+x"(constant));
	return constant;
}

/* Wherever these are inlined, copy and bytes are constants. */
INLINE void
advance(struct cursor *c, size_t bytes, bool copy)
{
	if (copy)
		c->to += bytes;
	c->from += bytes;
	c->n -= bytes;
}

INLINE void
add_words(struct cursor *c, __m256i words)
{
	words = _mm256_xor_si256(words, c->flip);
	c->sum = _mm256_add_epi32(c->sum, _mm256_madd_epi16(words, c->ones));
}

INLINE void
take_at(struct cursor *c, size_t at, bool copy)
{
	const __m256i v = _mm256_loadu_si256((const void *)(c->from + at));

	if (copy)
		_mm256_storeu_si256((void *)(c->to + at), v);
	add_words(c, v);
}

INLINE void
take_4_at(struct cursor *c, size_t at, bool copy)
{
	take_at(c, at, copy);
	take_at(c, at + STEP, copy);
	take_at(c, at + 2 * STEP, copy);
	take_at(c, at + 3 * STEP, copy);
}

INLINE void
take_steps(struct cursor *c, bool copy)
{
	while (c->n >= 8 * STEP) {
		take_4_at(c, 0, copy);
		take_4_at(c, 4 * STEP, copy);
		advance(c, 8 * STEP, copy);
	}
	if (c->n >= 4 * STEP) {
		take_4_at(c, 0, copy);
		advance(c, 4 * STEP, copy);
	}
	if (c->n >= 2 * STEP) {
		take_at(c, 0, copy);
		take_at(c, STEP, copy);
		advance(c, 2 * STEP, copy);
	}
	if (c->n >= STEP) {
		take_at(c, 0, copy);
		advance(c, STEP, copy);
	}
}

/* The whole 32-bit words of a rest shorter than a step; lanes beyond them are
 * neither read nor written, and count as zero. */
INLINE void
take_rest(struct cursor *c, bool copy)
{
	static const int32_t sliding[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };
	const int32_t *lanes = sliding + 8 - c->n / 4;
	const __m256i mask = _mm256_loadu_si256((const void *)lanes);
	const __m256i v = _mm256_maskload_epi32((const void *)c->from, mask);

	if (copy)
		_mm256_maskstore_epi32((void *)c->to, mask, v);
	add_words(c, v);
	advance(c, c->n / 4 * 4, copy);
}

/* The last three bytes or fewer. */
INLINE uint32_t
take_bytes(struct cursor *c, bool copy)
{
	uint16_t word = 0, odd = 0;

	if (c->n & 2) {
		memcpy(&word, c->from, 2);
		if (copy)
			memcpy(c->to, &word, 2);
		advance(c, 2, copy);
	}
	if (c->n & 1) {
		memcpy(&odd, c->from, 1);
		if (copy)
			memcpy(c->to, &odd, 1);
	}
	return (uint32_t)word + odd;
}

INLINE uint32_t
add_lanes(__m256i sum)
{
	__m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum),
	    _mm256_extracti128_si256(sum, 1));

	four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
	four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1));
	return (uint32_t)_mm_cvtsi128_si32(four);
}

/* The exact sum of n <= PIECE_MAX bytes. */
INLINE uint32_t
take_piece(uint8_t *to, const uint8_t *from, size_t n, bool copy)
{
	struct cursor c = { .to = to, .from = from, .n = n };
	uint32_t steps = (uint32_t)(n / STEP);
	uint32_t total;

	c.sum = _mm256_setzero_si256();
	c.flip = keep(_mm256_set1_epi16(INT16_MIN));
	c.ones = keep(_mm256_set1_epi16(1));
	take_steps(&c, copy);
	if (c.n >= 4) {
		take_rest(&c, copy);
		steps++;
	}
	total = add_lanes(c.sum) + (uint32_t)(steps * (STEP / 2) * 32768);
	return c.n > 0 ? total + take_bytes(&c, copy) : total;
}

INLINE uint32_t
take_either(uint8_t *to, const uint8_t *from, size_t n)
{
	return to == NULL ? take_piece(NULL, from, n, false) :
	                    take_piece(to, from, n, true);
}

/* Apart, so that the common case saves no registers. */
__attribute__((target("avx2"), noinline)) static uint32_t
copy_sum_long(uint8_t *to, const uint8_t *from, size_t n)
{
	uint64_t total = 0;

	while (n > 0) {
		const size_t bytes = n < PIECE_MAX ? n : PIECE_MAX;

		total += take_either(to, from, bytes);
		to = to == NULL ? NULL : to + bytes;
		from += bytes;
		n -= bytes;
	}
	/* 2^32 counts as one, and so does 2^16. */
	total = (total & 0xffffffff) + (total >> 32);
	return (uint32_t)((total & 0xffff) + (total >> 16));
}

__attribute__((target("avx2"))) static uint32_t
copy_sum_avx2(void *to, const void *from, size_t n)
{
	if (n > PIECE_MAX)
		return copy_sum_long(to, from, n);
	return take_either(to, from, n);
}
#endif

estab_copy_sum
estab_copy_sum_best(void)
{
#if defined(__x86_64__) || defined(__i386__)
	if (__builtin_cpu_supports("avx2"))
		return copy_sum_avx2;
#endif
	return estab_copy_sum_portable;
}
