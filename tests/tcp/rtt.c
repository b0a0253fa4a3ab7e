/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The round-trip time and what follows from it (RFC 6298), at its edges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tcp/rtt.h"

static const struct estab_config config = { .rto_initial_ns = ESTAB_SECOND,
	.rto_min_ns = 200 * ESTAB_MS,
	.rto_max_ns = 2 * ESTAB_MINUTE };

#define HOUR (60 * ESTAB_MINUTE)

static void
without_a_sample_the_first_time_out_is_the_initial_one(void **unused)
{
	const struct rtt none = { 0 };

	(void)unused;
	assert_int_equal(rtt_rto(&none, &config), ESTAB_SECOND);
}

/* 2.2: SRTT is the sample, RTTVAR half of it. */
static void
the_first_sample_gives_three_times_itself(void **unused)
{
	struct rtt rtt = { 0 };

	(void)unused;
	rtt_sample(&rtt, 10 * ESTAB_SECOND);
	assert_int_equal(rtt.srtt_ns, 10 * ESTAB_SECOND);
	assert_int_equal(rtt.rttvar_ns, 5 * ESTAB_SECOND);
	assert_int_equal(rtt_rto(&rtt, &config), 30 * ESTAB_SECOND);
}

/* Nothing, less than nothing, an hour, the ends of the type: within limits,
 * nothing overflows (the sanitizers look), and the next is a sample still. */
static void
whatever_is_measured_the_time_out_stays_within_its_limits(void **unused)
{
	static const int64_t samples[] = { 0, -1, 1, 999, ESTAB_US,
		200 * ESTAB_MS, 10 * ESTAB_SECOND, HOUR, 1000 * HOUR, INT64_MIN,
		INT64_MAX };
	const size_t n = sizeof samples / sizeof *samples;

	(void)unused;
	for (size_t i = 0; i < n * n * n; i++) {
		struct rtt rtt = { 0 };

		rtt_sample(&rtt, samples[i % n]);
		assert_true(rtt.srtt_ns > 0); /* 0 would be: none yet */
		rtt_sample(&rtt, samples[i / n % n]);
		rtt_sample(&rtt, samples[i / n / n]);
		assert_true(rtt.srtt_ns > 0);
		assert_true(rtt.rttvar_ns >= 0);
		assert_in_range(rtt_rto(&rtt, &config), config.rto_min_ns,
		    config.rto_max_ns);
	}
}

static void
what_stays_as_it_is_is_learnt(void **unused)
{
	static const int64_t samples[] = { ESTAB_US, 30 * ESTAB_MS,
		10 * ESTAB_SECOND };

	(void)unused;
	for (size_t i = 0; i < 3; i++) {
		struct rtt rtt = { 0 };

		rtt_sample(&rtt, HOUR);
		for (int n = 0; n < 300; n++)
			rtt_sample(&rtt, samples[i]);
		assert_in_range(rtt.srtt_ns, samples[i], samples[i] + 100);
		assert_in_range(rtt.rttvar_ns, 0, 100);
		assert_in_range(rtt_rto(&rtt, &config),
		    samples[i] > config.rto_min_ns ? samples[i] :
		                                     config.rto_min_ns,
		    samples[i] + config.rto_min_ns);
	}
}

static void
backing_off_ends_at_the_limit_however_often(void **unused)
{
	(void)unused;
	assert_int_equal(rtt_backed_off(ESTAB_SECOND, 0, HOUR), ESTAB_SECOND);
	assert_int_equal(rtt_backed_off(ESTAB_SECOND, 3, HOUR),
	    8 * ESTAB_SECOND);
	assert_int_equal(rtt_backed_off(ESTAB_SECOND, 1000000, HOUR), HOUR);
	assert_int_equal(rtt_backed_off(2 * HOUR, 1, HOUR), HOUR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    without_a_sample_the_first_time_out_is_the_initial_one),
		cmocka_unit_test(the_first_sample_gives_three_times_itself),
		cmocka_unit_test(
		    whatever_is_measured_the_time_out_stays_within_its_limits),
		cmocka_unit_test(what_stays_as_it_is_is_learnt),
		cmocka_unit_test(backing_off_ends_at_the_limit_however_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
