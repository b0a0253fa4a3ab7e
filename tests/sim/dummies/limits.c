/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a world has no room for, and what it refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/dummies/stage.h"
#include "sim/world.h"

static void
a_link_without_a_wire_loses_frames(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	send_at(s->host[0], 0, 1, 10, 0);
	send_at(s->host[0], 0, 1, 10, 0);
	s->host[0]->send[0].link = 4;
	s->host[0]->send[1].link = 200;
	run(s);
	assert_int_equal(counts(s).lost, 2);
	assert_int_equal(s->host[1]->got_count, 0);
	assert_int_equal(estab_trace_get(&s->trace, 1)->fate, ESTAB_FATE_LOST);
	free_stage(s);
}

static void
full_memory_is_a_full_queue(void **unused)
{
	struct stage *s = new_stage(1);
	const struct estab_record *last;

	(void)unused;
	for (uint32_t i = 0; i < 900; i++)
		send_at(s->host[0], 0, i, 10, 0);
	run(s);
	assert_in_range(s->host[1]->got_count, 150, 256);
	assert_int_equal(counts(s).no_memory, 900 - s->host[1]->got_count);
	assert_int_equal(counts(s).queue_full, counts(s).no_memory);
	last = estab_trace_get(&s->trace, s->trace.written - 1);
	assert_int_equal(last->fate, ESTAB_FATE_QUEUE_FULL);
	assert_int_equal(last->arrival, ESTAB_NEVER);
	free_stage(s);
}

static void
no_number_of_copies_is_too_much(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1,
		.fate = { .duplicates = UINT32_MAX } };

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	send_at(s->host[0], 0, 1, 10, 0);
	run(s);
	assert_int_equal(counts(s).no_memory, 1);
	assert_int_equal(s->host[1]->got_count, 0);
	free_stage(s);
}

static void
a_world_needs_its_memory_but_no_alignment(void **unused)
{
	const size_t bytes = ESTAB_WORLD_BYTES_MIN;
	uint8_t *memory = malloc(bytes + 32);
	struct estab_world *world;

	(void)unused;
	assert_non_null(memory);
	assert_int_equal(estab_world_create(&world, memory, bytes - 1, 1),
	    ESTAB_EMSGSIZE);
	assert_int_equal(estab_world_create(&world, NULL, bytes, 1),
	    ESTAB_EMSGSIZE);
	for (size_t skip = 0; skip < 17; skip++) {
		memset(memory, 0x5a, bytes + 32);
		assert_int_equal(estab_world_create(&world, memory + skip,
		                     bytes, 1),
		    0);
		assert_true((uint8_t *)world >= memory + skip);
		assert_int_equal((uintptr_t)world % WORLD_ALIGN, 0);
		while (flights_room(&world->flights, 2048, 1)) {
			const struct flight form = { .bytes = 2048 };
			static uint8_t packet[2048];

			assert_true(flight_launch(&world->flights, &form,
			    packet));
		}
		assert_in_range(world->flights.cell_count, 64, 128);
		for (size_t i = 0; i < 32 - skip; i++)
			assert_int_equal(memory[bytes + skip + i], 0x5a);
	}
	free(memory);
}

static void
a_world_says_what_it_cannot_join(void **unused)
{
	struct stage *s = new_stage(1);
	const struct estab_impairment bad = { .delay_ns = -1 };
	struct estab_host *more[ESTAB_WORLD_HOSTS_MAX];

	(void)unused;
	assert_int_equal(estab_world_attach(s->world, NULL), ESTAB_EINVAL);
	for (int i = 2; i < ESTAB_WORLD_HOSTS_MAX; i++) {
		more[i] = new_dummy(NULL);
		assert_int_equal(estab_world_attach(s->world, more[i]), i);
	}
	assert_int_equal(estab_world_attach(s->world, s->host[0]),
	    ESTAB_ENOMEM);
	assert_null(estab_world_host(s->world, -1));
	assert_null(estab_world_host(s->world, ESTAB_WORLD_HOSTS_MAX));

	assert_int_equal(estab_world_wire(s->world, 0, 3, 2, 0, NULL, NULL),
	    ESTAB_EINVAL); /* in use */
	assert_int_equal(estab_world_wire(s->world, 2, 0, 1, 5, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, 0, 2, 0, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, 8, 3, 0, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, -1, 3, 0, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 16, 0, 3, 0, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, 0, 3, 0, &bad, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, 0, 3, 0, NULL, &bad),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_impair(s->world, 0, 0, &bad),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_impair(s->world, 1, 0, &bad),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_lead(s->world, 1, 0, 2, 0), ESTAB_EINVAL);
	assert_int_equal(estab_world_lead(s->world, 0, 0, 16, 0), ESTAB_EINVAL);
	assert_int_equal(estab_world_lead(s->world, 0, 0, 2, -1), ESTAB_EINVAL);
	assert_int_equal(estab_world_lead(s->world, 0, 0, 2, 8), ESTAB_EINVAL);
	for (int i = 1; i < ESTAB_WORLD_WIRES_MAX; i++)
		assert_int_equal(estab_world_wire(s->world, 2 + (i - 1) / 7,
		                     (i - 1) % 7, 8 + (i - 1) / 7, (i - 1) % 7,
		                     NULL, NULL),
		    i);
	assert_int_equal(estab_world_wire(s->world, 14, 0, 15, 0, NULL, NULL),
	    ESTAB_ENOMEM);
	for (int i = 2; i < ESTAB_WORLD_HOSTS_MAX; i++)
		free(more[i]);
	free_stage(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_without_a_wire_loses_frames),
		cmocka_unit_test(full_memory_is_a_full_queue),
		cmocka_unit_test(no_number_of_copies_is_too_much),
		cmocka_unit_test(a_world_needs_its_memory_but_no_alignment),
		cmocka_unit_test(a_world_says_what_it_cannot_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
