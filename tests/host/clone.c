/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A copy of a host is a second host: both go on alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "host/two.h"

#define RECORDS (1u << 16)

static const struct estab_impairment bad = {
	.delay_ns = 5 * ESTAB_MS,
	.loss_ppm = 20000,
	.reorder_ppm = 20000,
	.duplicate_ppm = 10000,
	.corrupt_ppm = 10000,
};

static struct two *
in_mid_transfer(uint8_t version, uint64_t seed, estab_time then)
{
	struct two *two = two_create(&(struct two_setup){ .version = version,
	    .seed = seed,
	    .there = bad,
	    .back = bad,
	    .records = RECORDS });

	two->to_send = 300000;
	two->closes = true;
	two_open(two);
	two_run(two, estab_world_now(two->world) + then);
	return two;
}

static void
is_same_trace(const struct two *a, const struct two *b)
{
	assert_int_equal(a->trace.written, b->trace.written);
	assert_in_range(a->trace.written, 100, RECORDS);
	for (uint64_t i = 0; i < a->trace.written; i++)
		assert_memory_equal(estab_trace_get(&a->trace, i),
		    estab_trace_get(&b->trace, i), sizeof(struct estab_record));
}

static void
a_world_cloned_in_mid_transfer_ends_alike(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 12; seed++) {
		struct two *a = in_mid_transfer(seed % 2 == 0 ? 4 : 6, seed,
		    (estab_time)seed * 7 * ESTAB_MS);
		struct two *b = two_clone(a, TWO_ARENA);
		const uint64_t written = a->trace.written;

		assert_false(two_is_done(a));
		two_run(a, 900 * ESTAB_SECOND);
		assert_int_equal(b->trace.written, written); /* untouched */
		two_run(b, 900 * ESTAB_SECOND);
		assert_true(two_is_done(a));
		assert_true(two_is_done(b));
		is_same_trace(a, b);
		two_free(a);
		two_free(b);
	}
}

static void
a_copy_in_a_smaller_arena_works(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 4; seed++) {
		struct two *a = in_mid_transfer(4, seed, 20 * ESTAB_MS);
		const size_t u0 = estab_host_used(a->host[0]);
		const size_t u1 = estab_host_used(a->host[1]);
		const size_t used = u0 > u1 ? u0 : u1;
		const size_t tight = (used + 65536 + 63) / 64 * 64;
		struct two *b = two_clone(a, tight);
		struct estab_memory memory;

		estab_memory(b->host[0], &memory);
		assert_int_equal(memory.arena_bytes, tight);
		two_run(b, 1800 * ESTAB_SECOND);
		assert_false(b->wrong);
		assert_int_equal(b->got, b->to_send);
		assert_true(estab_host_used(b->host[0]) <= tight);
		assert_true(estab_host_used(b->host[1]) <= tight);
		two_free(a);
		two_free(b);
	}
}

/* No byte beyond what is used need be there; without any more, memory is
 * short at once, and nothing worse. */
static void
a_copy_in_no_more_than_is_used_is_short_of_memory(void **unused)
{
	struct two *a = in_mid_transfer(4, 3, 20 * ESTAB_MS);
	const size_t u0 = estab_host_used(a->host[0]);
	const size_t u1 = estab_host_used(a->host[1]);
	const size_t used = ((u0 > u1 ? u0 : u1) + 63) / 64 * 64;
	struct two *b = two_clone(a, used);
	struct estab_host *host;
	_Alignas(64) static uint8_t small[64];

	(void)unused;
	two_run(b, 1800 * ESTAB_SECOND);
	assert_false(b->wrong);
	assert_true(estab_host_used(b->host[0]) <= used);
	assert_int_equal(estab_host_clone(&host, small, sizeof small,
	                     a->host[0], NULL),
	    ESTAB_EMSGSIZE);
	assert_int_equal(estab_host_clone(&host, small + 1, 1 << 20, a->host[0],
	                     NULL),
	    ESTAB_EMSGSIZE);
	two_free(a);
	two_free(b);
}

static void
handles_mean_the_same_in_the_copy(void **unused)
{
	struct two *a = in_mid_transfer(4, 8, 30 * ESTAB_MS);
	struct two *b = two_clone(a, TWO_ARENA);
	const struct estab_status one = two_status(a, 0);
	const struct estab_status two = two_status(b, 0);

	(void)unused;
	assert_memory_equal(&one, &two, sizeof one);
	assert_int_equal(estab_abort(b->host[0], b->conn[0]), 0);
	assert_int_equal(two_status(b, 0).state, ESTAB_CLOSED);
	assert_int_equal(two_status(a, 0).state, one.state);
	assert_int_not_equal(one.state, ESTAB_CLOSED);
	two_free(a);
	two_free(b);
}

static void
open_more(struct two *two)
{
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint remote = { .address = two_address(two, 2),
		.port = TWO_PORT };
	estab_conn conn;

	assert_int_equal(estab_connect(two->host[0], &conn, &any, &remote), 0);
}

/* They share no generator: what one draws for a port is not lost to the
 * other. */
static void
copies_that_run_in_turns_and_open_more_end_alike(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 6; seed++) {
		struct two *a =
		    in_mid_transfer(seed % 2 == 0 ? 4 : 6, seed, 20 * ESTAB_MS);
		struct two *b = two_clone(a, TWO_ARENA);

		for (estab_time ms = 30; ms < 2000; ms += 97) {
			two_run(a, ms * ESTAB_MS);
			open_more(a);
			two_run(b, ms * ESTAB_MS);
			open_more(b);
		}
		is_same_trace(a, b);
		two_free(a);
		two_free(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_world_cloned_in_mid_transfer_ends_alike),
		cmocka_unit_test(copies_that_run_in_turns_and_open_more_end_alike),
		cmocka_unit_test(a_copy_in_a_smaller_arena_works),
		cmocka_unit_test(a_copy_in_no_more_than_is_used_is_short_of_memory),
		cmocka_unit_test(handles_mean_the_same_in_the_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
