/* SPDX-License-Identifier: BSD-2-Clause
 *
 * scarce.c - what there is only so much of: TIME-WAIT records, ports.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)4 * 1024 * 1024)

/* Open, and close from this side first. */
static void
into_time_wait(struct lone *l, estab_conn listener, uint16_t port)
{
	struct peer p;

	lone_open(l, listener, port, &p);
	assert_int_equal(estab_close(l->host, p.conn), 0);
	lone_run(l, 0);
	p.ack++;
	lone_fin(l, &p);
	assert_int_equal(estab_release(l->host, p.conn), 0);
}

static void
the_oldest_time_wait_makes_room(void **unused)
{
	const struct estab_config config = { .time_wait_max = 8 };
	struct lone *l = lone_create(4, ARENA, &config);
	const estab_conn listener = lone_listen(l, 4);
	struct estab_memory memory;
	struct estab_status status;
	uint64_t cursor = 0;

	(void)unused;
	for (uint16_t i = 0; i < 20; i++) {
		into_time_wait(l, listener, (uint16_t)(2000 + i));
		lone_run(l, ESTAB_MS);
	}
	estab_memory(l->host, &memory);
	assert_int_equal(memory.time_wait_count, 8);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPTimeWaitOverflow), 12);
	while (estab_status_next(l->host, &cursor, &status) == 1)
		if (status.state == ESTAB_TIME_WAIT)
			assert_true(status.remote.port >= 2012);
	lone_free(l);
}

static void
without_a_free_port_nobody_waits(void **unused)
{
	const struct estab_config config = { .port_first = 50000,
		.port_last = 50003 };
	struct lone *l = lone_create(4, ARENA, &config);
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint remote = { lone_address(4, 1), 7 };
	estab_conn conn;

	(void)unused;
	for (int i = 0; i < 4; i++)
		assert_int_equal(estab_connect(l->host, &conn, &any, &remote),
		    0);
	assert_int_equal(estab_connect(l->host, &conn, &any, &remote),
	    ESTAB_EADDRNOTAVAIL);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPNoPort), 1);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_time_wait_makes_room),
		cmocka_unit_test(without_a_free_port_nobody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
