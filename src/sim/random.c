/* SPDX-License-Identifier: BSD-2-Clause
 *
 * random.c - xoshiro256**, seeded by splitmix64 as its authors advise.
 */
#include "sim/random.h"

static uint64_t
splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t
rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

void
random_seed(struct random *random, uint64_t seed, enum random_owner owner,
    uint32_t number)
{
	uint64_t name = (uint64_t)owner << 32 | number;
	uint64_t state = seed ^ splitmix(&name);

	for (size_t i = 0; i < 4; i++)
		random->s[i] = splitmix(&state);
}

uint64_t
random_next(struct random *random)
{
	uint64_t *s = random->s;
	const uint64_t result = rotate(s[1] * 5, 7) * 9;
	const uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t
random_below(struct random *random, uint64_t below)
{
	const uint64_t x = random_next(random);

	return below > 0 ? x % below : 0;
}

bool
random_chance(struct random *random, uint32_t ppm)
{
	return random_below(random, 1000000) < ppm;
}

void
random_bytes(struct random *random, void *bytes, size_t n)
{
	uint8_t *to = bytes;
	uint64_t x = 0;

	/* Byte by byte, so that every machine gives the same ones. */
	for (size_t i = 0; i < n; i++) {
		if (i % 8 == 0)
			x = random_next(random);
		to[i] = (uint8_t)(x >> (i % 8 * 8));
	}
}
