/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Opens over a wire that loses one segment in twenty each way, answered by
 * cookies alone: as many succeed as chance allows, no fewer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <estab/sim.h>

#define OPENS 20000u
#define WAVE 100u /* fewer than a host answers at once */
#define ARENA ((size_t)8 << 20)
#define WORLD ((size_t)4 << 20)

static struct estab_world *world;
static struct estab_host *host[2];
static void *memory[3];

static struct estab_address
address_of(uint8_t n)
{
	return (struct estab_address){
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = n }
	};
}

static void
make_host(int n)
{
	const struct estab_link link = { .mtu = 1500 };
	const struct estab_address own = address_of((uint8_t)(n + 1));
	const struct estab_config config = {
		.crypto = estab_world_crypto(world),
		.syn_cookies = ESTAB_COOKIES_ALWAYS,
		.syn_tries_max = 2, /* three SYNs */
		.time_wait_max = 1,
	};

	memory[n] = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA);
	assert_non_null(memory[n]);
	assert_int_equal(estab_host_create(&host[n], memory[n], ARENA, &config,
	                     0),
	    0);
	assert_int_equal(estab_link_add(host[n], &link), 0);
	assert_int_equal(estab_address_add(host[n], 0, &own, 24), 0);
	assert_int_equal(estab_world_attach(world, host[n]), n);
}

static void
make(void)
{
	const struct estab_impairment wire = { .delay_ns = 10 * ESTAB_MS,
		.loss_ppm = 50000 };

	memory[2] = aligned_alloc(ESTAB_ARENA_ALIGN, WORLD);
	assert_int_equal(estab_world_create(&world, memory[2], WORLD, 11), 0);
	make_host(0);
	make_host(1);
	assert_int_equal(estab_world_wire(world, 0, 0, 1, 0, &wire, &wire), 0);
}

/* What has opened is thrown away at once; how many of them there were. */
static uint32_t
drain(int n, estab_conn listener)
{
	struct estab_event e;
	estab_conn conn;
	uint32_t opened = 0;

	while (estab_event(host[n], &e) == 1) {
		if (e.conn == listener) {
			while (estab_accept(host[n], listener, &conn) == 0)
				(void)estab_release(host[n], conn);
			continue;
		}
		opened += (e.ready & ESTAB_CONNECTED) != 0 && e.error == 0;
		(void)estab_abort(host[n], e.conn);
		(void)estab_release(host[n], e.conn);
	}
	return opened;
}

static void
as_many_open_as_chance_allows(void **unused)
{
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint to = { address_of(2), 80 };
	const struct estab_endpoint local = { .port = 80 };
	/* 1 - (1 - 0.95^2)^3 = 0.999073 */
	const uint32_t expected = 19981, tolerance = 20; /* 0.1 points */
	estab_conn listener, conn;
	uint32_t opened = 0;

	(void)unused;
	make();
	assert_int_equal(estab_listen(host[1], &listener, &local, WAVE), 0);
	for (uint32_t n = 0; n < OPENS; n += WAVE) {
		const estab_time until =
		    estab_world_now(world) + 20 * ESTAB_SECOND;

		for (uint32_t i = 0; i < WAVE; i++)
			assert_int_equal(estab_connect(host[0], &conn, &any,
			                     &to),
			    0);
		while (estab_world_step(world, until) == 1) {
			opened += drain(0, 0);
			(void)drain(1, listener);
		}
	}
	print_message("%u of %u opened\n", opened, OPENS);
	assert_in_range(opened, expected - tolerance, expected + tolerance);
	assert_int_equal(estab_counter(host[1], ESTAB_COUNT_TCPInvariant), 0);
	for (int i = 0; i < 3; i++)
		free(memory[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_open_as_chance_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
