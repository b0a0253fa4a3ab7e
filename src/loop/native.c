/* SPDX-License-Identifier: BSD-2-Clause
 *
 * native.c - clock, hash and randomness of this machine.
 */
#include <estab/link.h>

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "loop/siphash.h"

static uint64_t
siphash(const uint8_t key[16], const void *data, size_t n)
{
	uint8_t out[crypto_shorthash_siphash24_BYTES];
	uint64_t value;

	(void)crypto_shorthash_siphash24(out, data, n, key);
	memcpy(&value, out, sizeof value); /* it is written low byte first */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap64(value);
#endif
	return value;
}

static void
random_bytes(void *context, void *bytes, size_t n)
{
	(void)context;
	randombytes_buf(bytes, n);
}

struct estab_crypto
estab_crypto_native(void)
{
	if (sodium_init() < 0) /* nothing good can be made without it */
		return (struct estab_crypto){ 0 };
	return (struct estab_crypto){
		.siphash = siphash,
		.siphash_many = siphash_many_best(),
		.random = random_bytes,
	};
}

estab_time
estab_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (estab_time)now.tv_sec * ESTAB_SECOND + now.tv_nsec;
}
