/* SPDX-License-Identifier: BSD-2-Clause
 *
 * siphash.c - SipHash-2-4 (Aumasson and Bernstein, 2012) of four messages at
 * once, one in each 64-bit lane.  A test holds it to libsodium's.
 */
#include "loop/siphash.h"

#include <stddef.h>

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define LANES 4u
#define INLINE static inline __attribute__((target("avx2"), always_inline))

struct lanes {
	__m256i v0, v1, v2, v3;
};

INLINE __m256i
all(uint64_t word)
{
	return _mm256_set1_epi64x((long long)word);
}

INLINE __m256i
rotate(__m256i x, int bits)
{
	return _mm256_or_si256(_mm256_slli_epi64(x, bits),
	    _mm256_srli_epi64(x, 64 - bits));
}

/* By whole bytes and words one instruction does it. */
INLINE __m256i
rotate_16(__m256i x)
{
	return _mm256_shuffle_epi8(x,
	    _mm256_setr_epi8(6, 7, 0, 1, 2, 3, 4, 5, 14, 15, 8, 9, 10, 11, 12,
	        13, 6, 7, 0, 1, 2, 3, 4, 5, 14, 15, 8, 9, 10, 11, 12, 13));
}

INLINE __m256i
rotate_32(__m256i x)
{
	return _mm256_shuffle_epi32(x, _MM_SHUFFLE(2, 3, 0, 1));
}

INLINE void
mix_rounds(struct lanes *s, int count)
{
	for (int i = 0; i < count; i++) {
		s->v0 = _mm256_add_epi64(s->v0, s->v1);
		s->v2 = _mm256_add_epi64(s->v2, s->v3);
		s->v1 = _mm256_xor_si256(rotate(s->v1, 13), s->v0);
		s->v3 = _mm256_xor_si256(rotate_16(s->v3), s->v2);
		s->v0 = rotate_32(s->v0);
		s->v2 = _mm256_add_epi64(s->v2, s->v1);
		s->v0 = _mm256_add_epi64(s->v0, s->v3);
		s->v1 = _mm256_xor_si256(rotate(s->v1, 17), s->v2);
		s->v3 = _mm256_xor_si256(rotate(s->v3, 21), s->v0);
		s->v2 = rotate_32(s->v2);
	}
}

INLINE void
take(struct lanes *s, __m256i word)
{
	s->v3 = _mm256_xor_si256(s->v3, word);
	mix_rounds(s, 2);
	s->v0 = _mm256_xor_si256(s->v0, word);
}

INLINE long long
word_of(const uint8_t *at)
{
	long long word;

	memcpy(&word, at, sizeof word); /* little-endian, as all of x86 */
	return word;
}

/* The word at the same place of four messages. */
INLINE __m256i
words_at(const uint8_t *const message[LANES], size_t at)
{
	return _mm256_set_epi64x(word_of(message[3] + at),
	    word_of(message[2] + at), word_of(message[1] + at),
	    word_of(message[0] + at));
}

INLINE struct lanes
begin(const uint8_t key[16])
{
	const uint64_t k0 = (uint64_t)word_of(key);
	const uint64_t k1 = (uint64_t)word_of(key + 8);

	return (struct lanes){
		all(k0 ^ UINT64_C(0x736f6d6570736575)),
		all(k1 ^ UINT64_C(0x646f72616e646f6d)),
		all(k0 ^ UINT64_C(0x6c7967656e657261)),
		all(k1 ^ UINT64_C(0x7465646279746573)),
	};
}

/* The last word: what is left, and the length in its top byte. */
INLINE __m256i
last_words(const uint8_t *const message[LANES], size_t n)
{
	const uint64_t left = (UINT64_C(1) << n % 8 * 8) - 1;

	return _mm256_or_si256(_mm256_and_si256(words_at(message, n / 8 * 8),
	                           all(left)),
	    all((uint64_t)n << 56));
}

INLINE __m256i
four(struct lanes s, const uint8_t *const message[LANES], size_t n)
{
	for (size_t at = 0; at + 8 <= n; at += 8)
		take(&s, words_at(message, at));
	take(&s, last_words(message, n));
	s.v2 = _mm256_xor_si256(s.v2, all(0xff));
	mix_rounds(&s, 4);
	return _mm256_xor_si256(_mm256_xor_si256(s.v0, s.v1),
	    _mm256_xor_si256(s.v2, s.v3));
}

/* Of a message and those behind it. */
INLINE __m256i
four_from(struct lanes begun, const uint8_t *first, size_t step, size_t n)
{
	const uint8_t *const message[LANES] = { first, first + step,
		first + 2 * step, first + 3 * step };

	return four(begun, message, n);
}

__attribute__((target("avx2"))) static void
siphash_many(const uint8_t key[16], const struct estab_messages *messages,
    uint64_t *hash)
{
	const struct lanes begun = begin(key);
	const size_t stride = messages->stride;
	const uint8_t *first = messages->data;
	size_t left = messages->count;

	for (; left >= LANES; left -= LANES, first += LANES * stride) {
		_mm256_storeu_si256((void *)hash,
		    four_from(begun, first, stride, messages->n));
		hash += LANES;
	}
	for (; left > 0; left--, first += stride) /* all lanes the same */
		*hash++ = (uint64_t)
		    _mm_cvtsi128_si64(_mm256_castsi256_si128(four_from(begun,
		        first, 0, messages->n)));
}
#endif

estab_siphash_many
siphash_many_best(void)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2"))
		return siphash_many;
#endif
	return NULL;
}
