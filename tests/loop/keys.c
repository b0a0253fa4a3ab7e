/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Cookie keys from a file: what is taken, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <estab/link.h>

#define STAMP "stamp 000102030405060708090a0b0c0d0e0f\n"
#define SIGN "sign ffeeddccbbaa99887766554433221100\n"
#define VERIFY "verify\t0123456789abcdef0123456789ABCDEF \n"

static int
read_text(const char *text, struct estab_cookie_keys *keys)
{
	FILE *file = tmpfile();
	int result;

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fflush(file), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	result = estab_cookie_keys_read(fileno(file), keys);
	(void)fclose(file);
	return result;
}

static void
two_slots_a_stamp_and_whether_it_is_shared(void **unused)
{
	struct estab_cookie_keys keys;

	(void)unused;
	assert_int_equal(read_text("# ours\nshared\n" STAMP VERIFY SIGN, &keys),
	    0);
	assert_true(keys.shared);
	assert_int_equal(keys.stamp[15], 0x0f);
	assert_int_equal(keys.use[0], ESTAB_KEY_VERIFY);
	assert_int_equal(keys.key[0][15], 0xef);
	assert_int_equal(keys.use[1], ESTAB_KEY_SIGN);
	assert_int_equal(keys.key[1][0], 0xff);
	assert_int_equal(read_text(STAMP SIGN, &keys), 0);
	assert_false(keys.shared);
	assert_int_equal(keys.use[1], ESTAB_KEY_NONE);
}

static void
what_is_no_file_of_keys_changes_nothing(void **unused)
{
	static const char *const wrong[] = { "", STAMP, SIGN, STAMP VERIFY,
		STAMP SIGN SIGN, STAMP SIGN VERIFY VERIFY, STAMP SIGN "foo\n",
		"stamp 00\n" SIGN, STAMP "sign 0g\n", SIGN "stamp\n",
		STAMP "sign ffeeddccbbaa99887766554433221100ff\n",
		STAMP "sign ffeeddccbbaa99887766554433221100 x\n",
		STAMP SIGN "sharedd\n" };
	struct estab_cookie_keys keys = { .stamp = { 7 } };
	char large[2000];

	(void)unused;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (read_text(wrong[i], &keys) != -EINVAL)
			fail_msg("taken: %s", wrong[i]);
		assert_int_equal(keys.stamp[0], 7);
	}
	memset(large, '#', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	assert_int_equal(read_text(large, &keys), -EINVAL);
	assert_int_equal(estab_cookie_keys_read(-1, &keys), -EBADF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_slots_a_stamp_and_whether_it_is_shared),
		cmocka_unit_test(what_is_no_file_of_keys_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
