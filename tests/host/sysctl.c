/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Tunables by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <estab/estab.h>

static void
linux_names_have_linux_units(void **unused)
{
	struct estab_config c = { 0 };

	(void)unused;
	assert_int_equal(estab_config_set(&c, "tcp_syn_retries", "4"), 0);
	assert_int_equal(c.syn_tries_max, 4);
	assert_int_equal(estab_config_set(&c, "tcp_fin_timeout", "30\n"), 0);
	assert_int_equal(c.fin_wait_2_ns, 30 * ESTAB_SECOND);
	assert_int_equal(estab_config_set(&c, "tcp_rto_min_us", "5000"), 0);
	assert_int_equal(c.rto_min_ns, 5 * ESTAB_MS);
	assert_int_equal(estab_config_set(&c, "tcp_timestamps", "0"), 0);
	assert_int_equal(c.timestamps, ESTAB_OFF);
	assert_int_equal(estab_config_set(&c, "tcp_max_tw_buckets", "10"), 0);
	assert_int_equal(c.time_wait_max, 10);
	assert_int_equal(estab_config_set(&c, "tcp_rmem", "4096 1 6291456"), 0);
	assert_int_equal(c.receive_bytes, 6291456);
	assert_int_equal(estab_config_set(&c, "ip_local_port_range",
	                     "32768\t60999"),
	    0);
	assert_int_equal(c.port_first, 32768);
	assert_int_equal(c.port_last, 60999);
}

static void
fields_have_their_own_names(void **unused)
{
	struct estab_config c = { 0 };

	(void)unused;
	assert_int_equal(estab_config_set(&c, "msl_ns", "1000"), 0);
	assert_int_equal(c.msl_ns, 1000);
	assert_int_equal(estab_config_set(&c, "port_last", "50000"), 0);
	assert_int_equal(c.port_last, 50000);
	assert_int_equal(estab_config_set(&c, "connections_max", "7"), 0);
	assert_int_equal(c.connections_max, 7);
}

static void
what_makes_no_sense_changes_nothing(void **unused)
{
	const struct estab_config before = { .ttl = 9 };
	struct estab_config c = before;

	(void)unused;
	assert_int_equal(estab_config_set(&c, "tcp_nonsense", "4"),
	    ESTAB_EOPNOTSUPP);
	assert_int_equal(estab_config_set(&c, "", "4"), ESTAB_EOPNOTSUPP);
	assert_int_equal(estab_config_set(&c, "ttl", ""), ESTAB_EINVAL);
	assert_int_equal(estab_config_set(&c, "ttl", "-1"), ESTAB_EINVAL);
	assert_int_equal(estab_config_set(&c, "ttl", "5 6"), ESTAB_EINVAL);
	assert_int_equal(estab_config_set(&c, "ttl", "5000000000"),
	    ESTAB_EINVAL);
	assert_int_equal(estab_config_set(&c, "msl_ns",
	                     "99999999999999999999999"),
	    ESTAB_EINVAL);
	assert_int_equal(estab_config_set(&c, "tcp_fin_timeout",
	                     "9223372036854775800"),
	    ESTAB_EINVAL);
	assert_int_equal(estab_config_set(&c, "half_open_max", "0"),
	    ESTAB_EINVAL);
	assert_int_equal(estab_config_set(&c, "ip_local_port_range", "9"),
	    ESTAB_EINVAL);
	assert_int_equal(estab_config_set(&c, "tcp_wmem", "1 2 3 4"),
	    ESTAB_EINVAL);
	assert_memory_equal(&c, &before, sizeof c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linux_names_have_linux_units),
		cmocka_unit_test(fields_have_their_own_names),
		cmocka_unit_test(what_makes_no_sense_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
