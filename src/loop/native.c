/* SPDX-License-Identifier: BSD-2-Clause
 *
 * native.c - clock, hash and randomness of this machine.
 */
#include <estab/link.h>

#include <sodium.h>
#include <time.h>

static uint64_t
siphash(const uint8_t key[16], const void *data, size_t n)
{
	uint8_t out[crypto_shorthash_BYTES];
	uint64_t value = 0;

	(void)crypto_shorthash(out, data, n, key);
	for (int i = 7; i >= 0; i--)
		value = value << 8 | out[i];
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
