/* SPDX-License-Identifier: BSD-2-Clause
 *
 * random.h - a stream of numbers that a seed decides.
 *
 * xoshiro256** by Blackman and Vigna.  Each direction of a wire and each host
 * has a stream of its own, so that one more host, or one more frame on
 * another wire, shifts nobody's luck.  Nothing here is secret.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t s[4];
};

/* What a stream is for; with the number of its owner it names the stream. */
enum random_owner {
	RANDOM_DIRECTION = 1,
	RANDOM_HOST = 2,
};

void random_seed(struct random *random, uint64_t seed, enum random_owner owner,
    uint32_t number);

uint64_t random_next(struct random *random);

/* 0 .. below - 1 (0 when below is 0). */
uint64_t random_below(struct random *random, uint64_t below);

/* True ppm times of a million. */
bool random_chance(struct random *random, uint32_t ppm);

void random_bytes(struct random *random, void *bytes, size_t n);

#endif
