/* SPDX-License-Identifier: BSD-2-Clause
 *
 * address.c - addresses as text: RFC 4291 2.2 in, RFC 5952 out.
 */
#include <estab/estab.h>

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is read, and how it is written again. */
static const struct {
	const char *in, *out;
	bool v4;
} pair[] = {
	{ "0.0.0.0", "0.0.0.0", true },
	{ "255.255.255.255", "255.255.255.255", true },
	{ "10.20.30.40", "10.20.30.40", true },
	{ "1.10.100.0", "1.10.100.0", true },
	{ "::ffff:1.2.3.4", "1.2.3.4", true },
	{ "::FFFF:0102:0304", "1.2.3.4", true },
	{ "0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4", true },
	{ "::", "::", false },
	{ "::1", "::1", false },
	{ "1::", "1::", false },
	{ "0:0:0:0:0:0:0:0", "::", false },
	{ "0:0:0:0:0:0:0:1", "::1", false },
	{ "2001:db8::", "2001:db8::", false },
	{ "2001:DB8::AbCd", "2001:db8::abcd", false },
	{ "2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1",
	    false }, /* of equals, the first */
	{ "2001:db8:0:0:1:0:0:0", "2001:db8:0:0:1::", false }, /* the longest */
	{ "1:0:0:2:0:0:0:3", "1:0:0:2::3", false },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", false }, /* not one */
	{ "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1", false },
	{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", false },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", false },
	{ "0:0:3:4:5:6:7:8", "::3:4:5:6:7:8", false },
	{ "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::", false },
	{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", false },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	{ "10:200:3000:4:50:600:7000:8", "10:200:3000:4:50:600:7000:8", false },
	{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", false },
	{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221", false },
	{ "::1.2.3.4", "::102:304", false },
	{ "1::5:1.2.3.4", "1::5:102:304", false },
	{ "1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304", false },
	{ "::fffe:1.2.3.4", "::fffe:102:304", false },
	{ "::1:ffff:1.2.3.4", "::1:ffff:102:304", false },
	{ "fe80::1", "fe80::1", false },
};

static const char *const refused[] = { "", " ", ".", ":", ":::", "::::", "1",
	"1.2.3", "1.2.3.", "1.2.3.4.", ".1.2.3.4", "1.2.3.4.5", "1..3.4",
	"256.1.1.1", "1.1.1.256", "1.1.1.1000", "01.2.3.4", "1.2.3.04",
	"00.0.0.0", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "-1.2.3.4", "1.2.3.a",
	"0x1.2.3.4", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
	"1:2:3:4:5:6:7:8:", ":1:2:3:4:5:6:7:8",
	"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "1::2::3",
	"::1::", ":::1", "1:::2", "1:::", "1:", ":1", ":1:2",
	"1:2:", "::1:", "12345::", "::12345", "00001::", "g::", "::g", "::-1",
	"::1 ", " ::1", "fe80::1%eth0", "::/0", "[::1]",
	"1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "::1.2.3.4:5", "::1.2.3",
	"::1.2.3.4.5", "::1.2.3.256", "::01.2.3.4",
	"1.2.3.4::", "1.2.3.4:1::", "::ffff:1.2.3.4.", "1:2:3:4:5:6::1.2.3.4.",
	"1:2:3:4:5:6:7::1.2.3.4", "localhost" };

static void
every_form_is_read_and_written_the_one_way(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(pair); i++) {
		struct estab_address address, again;
		char text[ESTAB_ADDRESS_TEXT];

		assert_int_equal(estab_address_parse(pair[i].in, &address), 0);
		assert_int_equal(estab_address_is_v4(&address), pair[i].v4);
		estab_address_text(&address, text);
		assert_string_equal(text, pair[i].out);
		assert_int_equal(estab_address_parse(text, &again), 0);
		assert_memory_equal(&again, &address, sizeof again);
	}
}

static void
what_is_no_address_is_refused(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct estab_address address;
		struct estab_address before;
		/* Exactly as long as it is: a read beyond the end is seen. */
		char *text = strdup(refused[i]);

		memset(&address, 0x5a, sizeof address);
		before = address;
		if (estab_address_parse(text, &address) != ESTAB_EINVAL)
			fail_msg("\"%s\" was taken", text);
		assert_memory_equal(&address, &before, sizeof address);
		free(text);
	}
}

static void
dotted_bytes_lie_behind_the_mapped_prefix(void **unused)
{
	static const uint8_t wanted[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
		0xff, 1, 20, 3, 250 };
	struct estab_address address;

	(void)unused;
	assert_int_equal(estab_address_parse("1.20.3.250", &address), 0);
	assert_memory_equal(address.byte, wanted, 16);
}

static uint32_t state = 1;

static uint32_t
number_below(uint32_t end)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % end;
}

/* Zeros often, so that runs of all lengths come up at all places. */
static void
random_address(struct estab_address *address)
{
	for (size_t i = 0; i < 16; i += 2) {
		const bool zero = number_below(2) == 0;

		address->byte[i] =
		    zero ? 0 : (uint8_t)number_below(number_below(256) + 1);
		address->byte[i + 1] = zero ? 0 : (uint8_t)number_below(256);
	}
}

static void
the_system_reads_and_writes_alike(void **unused)
{
	(void)unused;
	for (int i = 0; i < 20000; i++) {
		struct estab_address address, again;
		char text[ESTAB_ADDRESS_TEXT], theirs[INET6_ADDRSTRLEN];
		uint8_t read[16];

		random_address(&address);
		estab_address_text(&address, text);
		assert_int_equal(estab_address_parse(text, &again), 0);
		assert_memory_equal(&again, &address, sizeof again);
		if (estab_address_is_v4(&address))
			continue;
		assert_int_equal(inet_pton(AF_INET6, text, read), 1);
		assert_memory_equal(read, address.byte, 16);
		inet_ntop(AF_INET6, address.byte, theirs, sizeof theirs);
		if (strchr(theirs, '.') == NULL) /* it mixes for ::/96 */
			assert_string_equal(text, theirs);
	}
}

/* Sentences of the alphabet of addresses, most of them wrong. */
static void
the_system_takes_and_refuses_the_same(void **unused)
{
	static const char letter[] = "::::::..012aF9";
	size_t taken = 0;

	(void)unused;
	for (int i = 0; i < 300000; i++) {
		char text[24];
		const uint32_t n = number_below(sizeof text - 1);
		struct estab_address ours;
		uint8_t theirs[16] = { [10] = 0xff, [11] = 0xff };
		bool good;

		for (uint32_t j = 0; j < n; j++)
			text[j] = letter[number_below(sizeof letter - 1)];
		text[n] = '\0';
		good = inet_pton(AF_INET, text, theirs + 12) == 1 ||
		    inet_pton(AF_INET6, text, theirs) == 1;
		if ((estab_address_parse(text, &ours) == 0) != good)
			fail_msg("\"%s\": %s", text,
			    good ? "refused" : "taken");
		if (good) {
			assert_memory_equal(ours.byte, theirs, 16);
			taken++;
		}
	}
	assert_true(taken > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_read_and_written_the_one_way),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(dotted_bytes_lie_behind_the_mapped_prefix),
		cmocka_unit_test(the_system_reads_and_writes_alike),
		cmocka_unit_test(the_system_takes_and_refuses_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
