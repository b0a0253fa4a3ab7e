/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Many messages at once have the hashes that libsodium gives each of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <estab/link.h>

#include "sim/random.h"

#define COUNT_MAX 9u
#define BYTES_MAX 60u

/* No byte behind the last stride is read: the heap would notice. */
static void
one_size(const struct estab_crypto *crypto, struct random *random, size_t n)
{
	const size_t stride = n / 8 * 8 + 8;
	uint64_t hash[COUNT_MAX + 1];
	uint8_t key[16];

	random_bytes(random, key, sizeof key);
	for (size_t count = 0; count <= COUNT_MAX; count++) {
		uint8_t *data = malloc(count * stride + 1);
		const struct estab_messages messages = { data, n, stride,
			count };

		assert_non_null(data);
		random_bytes(random, data, count * stride);
		memset(hash, 0, sizeof hash);
		crypto->siphash_many(key, &messages, hash);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(hash[i],
			    crypto->siphash(key, data + i * stride, n));
		assert_int_equal(hash[count], 0);
		free(data);
	}
}

static void
many_are_hashed_as_each_one(void **unused)
{
	const struct estab_crypto crypto = estab_crypto_native();
	struct random random;

	(void)unused;
	if (crypto.siphash_many == NULL) {
		print_message("skipped: no AVX2, hashes are taken one by one\n");
		skip();
	}
	random_seed(&random, 1, RANDOM_HOST, 1);
	for (size_t n = 0; n <= BYTES_MAX; n++)
		one_size(&crypto, &random, n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_are_hashed_as_each_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
