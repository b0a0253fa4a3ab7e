/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ip_address.c - what an address is.
 */
#include "exact.h"

#include <setjmp.h>

#include <cmocka.h>

static void
addresses_are_what_the_standards_say(void **unused)
{
	enum { V4 = 1, NONE = 2, MANY = 4, LOOP = 8 };
	static const struct {
		const char *text;
		int is;
	} row[] = {
		{ "::", NONE },
		{ "0.0.0.0", V4 | NONE },
		{ "::fffe:0.0.0.0", 0 },
		{ "0.0.0.1", V4 },
		{ "::1", LOOP },
		{ "::2", 0 },
		{ "1::1", 0 },
		{ "::ffff:0:0:1", 0 },
		{ "127.0.0.1", V4 | LOOP },
		{ "127.255.255.254", V4 | LOOP },
		{ "126.255.255.255", V4 },
		{ "128.0.0.0", V4 },
		{ "223.255.255.255", V4 },
		{ "224.0.0.0", V4 | MANY },
		{ "239.255.255.255", V4 | MANY },
		{ "240.0.0.0", V4 },
		{ "255.255.255.254", V4 },
		{ "255.255.255.255", V4 | MANY },
		{ "ff00::", MANY },
		{ "ff02::1", MANY },
		{ "feff::1", 0 },
		{ "fe80::1", 0 },
		{ "::ff02:1", 0 },
		{ "::7f00:1", 0 },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(row); i++) {
		const struct estab_address a = address(row[i].text);

		assert_int_equal(ip_is_v4(&a), (row[i].is & V4) != 0);
		assert_int_equal(ip_is_unspecified(&a),
		    (row[i].is & NONE) != 0);
		assert_int_equal(ip_is_multicast(&a), (row[i].is & MANY) != 0);
		assert_int_equal(ip_is_loopback(&a), (row[i].is & LOOP) != 0);
	}
}

static void
any_byte_makes_an_address_specified(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < 16; i++) {
		struct estab_address v6 = { { 0 } }, v4 = address("0.0.0.0");

		v6.byte[i] = 1;
		v4.byte[i] ^= 1;
		assert_false(ip_is_unspecified(&v6));
		assert_false(ip_is_unspecified(&v4));
		assert_false(ip_same(&v6, &v4));
		assert_true(ip_same(&v6, &v6));
	}
}

/* Two addresses that differ in one bit, for every bit and prefix length. */
static void
prefixes_agree_up_to_the_first_difference(void **unused)
{
	const struct estab_address v6 = address("2001:db8::ff:ff");
	const struct estab_address v4 = address("192.168.77.1");

	(void)unused;
	for (uint32_t bit = 0; bit < 128; bit++) {
		struct estab_address other = v6;

		other.byte[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		for (uint32_t bits = 0; bits <= 128; bits++)
			assert_int_equal(ip_same_prefix(&v6, &other,
			                     (uint8_t)bits),
			    bits <= bit);
	}
	for (uint32_t bit = 0; bit < 32; bit++) {
		struct estab_address other = v4;

		other.byte[12 + bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		for (uint32_t bits = 0; bits <= 32; bits++)
			assert_int_equal(ip_same_prefix(&v4, &other,
			                     (uint8_t)bits),
			    bits <= bit);
		assert_false(ip_same_prefix(&v4, &other, 255));
	}
	assert_true(ip_same_prefix(&v4, &v4, 255));
	assert_true(ip_same_prefix(&v6, &v6, 255));
}

static void
the_empty_prefix_is_still_of_its_family(void **unused)
{
	const struct estab_address v6 = address("::"), v4 = address("1.2.3.4");

	(void)unused;
	assert_true(ip_same_prefix(&v4,
	    &(struct estab_address){ { [10] = 0xff, [11] = 0xff } }, 0));
	assert_false(ip_same_prefix(&v4, &v6, 0));
	assert_false(ip_same_prefix(&v6, &v4, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_what_the_standards_say),
		cmocka_unit_test(any_byte_makes_an_address_specified),
		cmocka_unit_test(prefixes_agree_up_to_the_first_difference),
		cmocka_unit_test(the_empty_prefix_is_still_of_its_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
