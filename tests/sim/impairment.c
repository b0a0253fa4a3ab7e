/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The text form of a wire's impairments.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sim/impairment.h"

static struct estab_impairment
read_good(const char *text)
{
	struct estab_impairment wire;
	const char *where = NULL;

	memset(&wire, 0xa5, sizeof wire);
	if (estab_impairment_parse(text, &wire, &where) != 0)
		fail_msg("\"%s\": wrong at \"%s\"", text, where);
	assert_ptr_equal(where, text + strlen(text));
	assert_true(impairment_valid(&wire));
	return wire;
}

static void
every_word_finds_its_field(void **unused)
{
	const struct estab_impairment w =
	    read_good("delay=10ms,jitter=250us,rate=10mbit,queue=64KiB,"
	              "mtu=1280,"
	              "loss=5%,burst=1%/20%/50%,dup=2%,reorder=5%,"
	              "reorder-by=3ms,corrupt=1%,silent,super");

	(void)unused;
	assert_int_equal(w.delay_ns, 10 * ESTAB_MS);
	assert_int_equal(w.jitter_ns, 250 * ESTAB_US);
	assert_int_equal(w.rate_bits_per_s, 10000000);
	assert_int_equal(w.queue_bytes, 65536);
	assert_int_equal(w.mtu, 1280);
	assert_int_equal(w.loss_ppm, 50000);
	assert_int_equal(w.burst_enter_ppm, 10000);
	assert_int_equal(w.burst_leave_ppm, 200000);
	assert_int_equal(w.burst_loss_ppm, 500000);
	assert_int_equal(w.duplicate_ppm, 20000);
	assert_int_equal(w.reorder_ppm, 50000);
	assert_int_equal(w.reorder_ns, 3 * ESTAB_MS);
	assert_int_equal(w.corrupt_ppm, 10000);
	assert_true(w.too_big_silent);
	assert_true(w.super);
}

static void
what_is_not_named_stays_perfect(void **unused)
{
	static const struct estab_impairment perfect;
	struct estab_impairment w;

	(void)unused;
	w = read_good("");
	assert_memory_equal(&w, &perfect, sizeof w);
	w = read_good("loss=0,delay=0,rate=0,queue=0,burst=0/0/0");
	assert_memory_equal(&w, &perfect, sizeof w);
}

static void
units_and_fractions_are_exact(void **unused)
{
	static const struct {
		const char *text;
		uint64_t value;
	} row[] = {
		{ "delay=7ns", 7 },
		{ "delay=1.5us", 1500 },
		{ "delay=0.000001ms", 1 },
		{ "delay=1.25s", 1250000000 },
		{ "delay=2S", 2000000000 },
		{ "rate=1bit", 1 },
		{ "rate=56kbit", 56000 },
		{ "rate=1.544Mbit", 1544000 },
		{ "rate=400Gbit", UINT64_C(400000000000) },
		{ "queue=1500", 1500 },
		{ "queue=12B", 12 },
		{ "queue=2kB", 2000 },
		{ "queue=1MB", 1000000 },
		{ "queue=0.5KiB", 512 },
		{ "queue=1MiB", 1048576 },
		{ "loss=100%", 1000000 },
		{ "loss=0.0001%", 1 },
		{ "loss=20ppm", 20 },
	};
	struct estab_impairment w;

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		const char first = row[i].text[0];

		w = read_good(row[i].text);
		assert_true(row[i].value ==
		    (first == 'd'        ? (uint64_t)w.delay_ns :
		            first == 'r' ? w.rate_bits_per_s :
		            first == 'q' ? w.queue_bytes :
		                           w.loss_ppm));
	}
	w = read_good("burst=1%/50%");
	assert_int_equal(w.burst_loss_ppm, 1000000);
	w = read_good("loss=1%, dup=2%");
	assert_int_equal(w.duplicate_ppm, 20000);
}

/* A ^ in the text below stands before the offending character. */
static void
a_mistake_is_shown_where_it_stands(void **unused)
{
	static const char *const row[] = {
		"^lost=5%",
		"loss=5%,^delai=1ms",
		"loss=5%,^loss=6%",
		"loss^",
		"loss^ =5%",
		"loss=^",
		"loss=^x",
		"loss=^%",
		"loss=^-1%",
		"loss=5^",
		"loss=5^ms",
		"loss=^101%",
		"loss=^1000001ppm",
		"loss=^0.5ppm",
		"loss=5.^%",
		"loss=5.123456789^01%",
		"loss=0^ms",
		"loss=5%^ ",
		"loss=5%^;dup=1%",
		"loss=5%,^",
		"loss=5%,^,dup=1%",
		"delay=1^",
		"delay=1^m",
		"delay=^0.5ns",
		"delay=^9999999999s",
		"delay=^99999999999999999999999999s",
		"rate=1^",
		"rate=10^Mb",
		"rate=^1000001gbit",
		"queue=^2GiB",
		"queue=1^KiBB",
		"mtu=^1.5",
		"burst=1%^",
		"burst=1%/^",
		"burst=1%/2%/^",
		"burst=1%/2%/3%^/4%",
		"silent^=1",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct estab_impairment w, before;
		const char *const caret = strchr(row[i], '^');
		const size_t at = (size_t)(caret - row[i]);
		const char *where = NULL;
		char text[80];

		strcpy(text, row[i]);
		memmove(text + at, caret + 1, strlen(caret));
		memset(&w, 0x5a, sizeof w);
		before = w;
		if (estab_impairment_parse(text, &w, &where) != ESTAB_EINVAL ||
		    where != text + at)
			fail_msg("\"%s\": at %td", row[i],
			    where == NULL ? -1 : where - text);
		assert_memory_equal(&w, &before, sizeof w);
		assert_int_equal(estab_impairment_parse(text, &w, NULL),
		    ESTAB_EINVAL);
	}
}

static void
a_struct_out_of_range_is_not_valid(void **unused)
{
	static const struct estab_impairment bad[] = {
		{ .delay_ns = -1 },
		{ .jitter_ns = -1 },
		{ .reorder_ns = -1 },
		{ .delay_ns = INT64_MAX },
		{ .rate_bits_per_s = UINT64_MAX },
		{ .queue_bytes = UINT32_MAX },
		{ .loss_ppm = 1000001 },
		{ .burst_enter_ppm = 1000001 },
		{ .burst_leave_ppm = 1000001 },
		{ .burst_loss_ppm = 1000001 },
		{ .duplicate_ppm = 1000001 },
		{ .reorder_ppm = 1000001 },
		{ .corrupt_ppm = 1000001 },
	};
	const struct estab_impairment perfect = { 0 };

	(void)unused;
	assert_true(impairment_valid(&perfect));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(impairment_valid(&bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_finds_its_field),
		cmocka_unit_test(what_is_not_named_stays_perfect),
		cmocka_unit_test(units_and_fractions_are_exact),
		cmocka_unit_test(a_mistake_is_shown_where_it_stands),
		cmocka_unit_test(a_struct_out_of_range_is_not_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
