/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames under way: their order, their bytes, their memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/flight.h"
#include "sim/random.h"

#define BYTES_MAX 66000u

static struct flights *
new_flights(size_t bytes)
{
	struct flights *f = malloc(bytes);

	assert_non_null(f);
	memset(f, 0xa5, bytes); /* the creator's memory holds anything */
	assert_true(flights_init(f, bytes) > 0);
	return f;
}

/* Bytes that tell which frame they belong to. */
static void
paint(uint8_t *packet, uint32_t bytes, uint32_t frame)
{
	for (uint32_t i = 0; i < bytes; i++)
		packet[i] = (uint8_t)(i * 7 + i / 251 + frame * 31);
}

static bool
launch(struct flights *f, estab_time arrival, uint32_t frame, uint32_t bytes)
{
	static uint8_t packet[BYTES_MAX];
	const struct flight form = { .arrival = arrival,
		.frame = frame,
		.bytes = bytes,
		.direction = (uint8_t)(frame & 63) };

	paint(packet, bytes, frame);
	return flight_launch(f, &form, packet);
}

/* The next one is this frame, whole; it lands. */
static void
land(struct flights *f, estab_time arrival, uint32_t frame, uint32_t bytes)
{
	static uint8_t room[BYTES_MAX], expected[BYTES_MAX];
	const struct flight *next = flight_next(f);

	assert_non_null(next);
	assert_int_equal(next->frame, frame);
	assert_int_equal(next->arrival, arrival);
	assert_int_equal(next->bytes, bytes);
	assert_int_equal(next->direction, frame & 63);
	paint(expected, bytes, frame);
	assert_memory_equal(flight_packet(f, room), expected, bytes);
	flight_land(f);
}

static void
frames_arrive_in_time_and_then_in_number(void **unused)
{
	struct flights *f = new_flights(100000);

	(void)unused;
	assert_null(flight_next(f));
	launch(f, 30, 1, 100);
	launch(f, 10, 2, 100);
	launch(f, 20, 3, 100);
	launch(f, 10, 4, 100);
	launch(f, 10, 5, 100);
	land(f, 10, 2, 100);
	land(f, 10, 4, 100);
	launch(f, 5, 6, 100);
	land(f, 5, 6, 100);
	land(f, 10, 5, 100);
	land(f, 20, 3, 100);
	land(f, 30, 1, 100);
	assert_null(flight_next(f));
	free(f);
}

static void
a_frame_keeps_its_bytes_whatever_its_size(void **unused)
{
	static const uint32_t sizes[] = { 1, 2, 2047, 2048, 2049, 4095, 4096,
		4097, 65535, 65575 };
	struct flights *f = new_flights(200000);

	(void)unused;
	for (uint32_t i = 0; i < 10; i++)
		for (uint32_t k = 0; k < 10; k++) {
			assert_true(launch(f, 1, i, sizes[i]));
			assert_true(launch(f, 2, k, sizes[k]));
			land(f, 1, i, sizes[i]);
			land(f, 2, k, sizes[k]);
		}
	assert_int_equal(f->cells_used, 0);
	free(f);
}

static void
full_memory_refuses_and_takes_again_once_something_landed(void **unused)
{
	struct flights *f = new_flights(60000);
	uint32_t n = 0;

	(void)unused;
	while (launch(f, 100 - n, n, 1500))
		n++;
	assert_int_equal(n, f->cell_count);
	assert_false(flights_room(f, 1, 1));
	land(f, 100 - (n - 1), n - 1, 1500);
	assert_true(flights_room(f, 2048, 1));
	assert_false(flights_room(f, 2049, 1));
	assert_false(flights_room(f, 1, 2));
	assert_false(flights_room(f, 1, (uint64_t)UINT32_MAX + 2));
	assert_false(launch(f, 1, n, 2049));
	assert_true(launch(f, 1, n, 2048));
	assert_false(launch(f, 1, n, 1));
	free(f);
}

static void
a_frame_of_no_bytes_does_not_fly(void **unused)
{
	struct flights *f = new_flights(60000);

	(void)unused;
	assert_false(launch(f, 1, 1, 0));
	assert_int_equal(f->cells_used, 0);
	free(f);
}

static void
a_held_frame_waits_until_it_is_released(void **unused)
{
	struct flights *f = new_flights(100000);
	struct flight *held;

	(void)unused;
	launch(f, ESTAB_NEVER, 1, 5000);
	launch(f, ESTAB_NEVER, 2, 60);
	launch(f, 10, 3, 3000);
	assert_null(flight_held(f, 3));
	assert_null(flight_held(f, 4));
	land(f, 10, 3, 3000);
	assert_null(flight_next(f));

	launch(f, 20, 4, 40);
	held = flight_held(f, 1);
	assert_non_null(held);
	flight_release(f, held, 20);
	assert_null(flight_held(f, 1));
	land(f, 20, 4, 40);
	land(f, 20, 1, 5000);
	assert_null(flight_next(f));
	flight_release(f, flight_held(f, 2), 7);
	land(f, 7, 2, 60);
	assert_int_equal(f->cells_used, 0);
	free(f);
}

/* What is under way, as a list that is searched from end to end. */
struct model {
	struct {
		estab_time arrival;
		uint32_t frame, bytes;
		bool live;
	} row[512];
	uint32_t count;
};

static void
land_the_first(struct model *m, struct flights *f)
{
	uint32_t best = m->count;

	for (uint32_t i = 0; i < m->count; i++)
		if (m->row[i].live &&
		    (best == m->count ||
		        m->row[i].arrival < m->row[best].arrival))
			best = i;
	if (best == m->count) {
		assert_null(flight_next(f));
		return;
	}
	land(f, m->row[best].arrival, m->row[best].frame, m->row[best].bytes);
	m->row[best].live = false;
}

static void
random_flights_agree_with_a_list(void **unused)
{
	struct random random;

	(void)unused;
	for (uint32_t seed = 0; seed < 20; seed++) {
		struct flights *f = new_flights(200000);
		static struct model m;

		m.count = 0;
		random_seed(&random, seed, RANDOM_DIRECTION, 0);
		while (m.count < 512) {
			const estab_time arrival =
			    (estab_time)random_below(&random, 50);
			const uint32_t bytes =
			    1 + (uint32_t)random_below(&random, 9000);

			if (random_below(&random, 3) == 0)
				land_the_first(&m, f);
			if (!launch(f, arrival, m.count, bytes))
				continue;
			m.row[m.count].arrival = arrival;
			m.row[m.count].frame = m.count;
			m.row[m.count].bytes = bytes;
			m.row[m.count++].live = true;
		}
		while (flight_next(f) != NULL)
			land_the_first(&m, f);
		assert_int_equal(f->cells_used, 0);
		free(f);
	}
}

static void
a_copy_of_the_used_memory_flies_alike(void **unused)
{
	struct flights *f = new_flights(300000), *copy;

	(void)unused;
	for (uint32_t i = 0; i < 30; i++)
		launch(f, 100 - i, i, 100 * i + 1);
	launch(f, ESTAB_NEVER, 77, 10);
	for (uint32_t i = 29; i >= 20; i--)
		land(f, 100 - i, i, 100 * i + 1);
	assert_true(flights_used(f) < 150000);
	copy = malloc(300000);
	assert_non_null(copy);
	memset(copy, 0x5a, 300000);
	memcpy(copy, f, flights_used(f));
	memset(f, 0, 300000);
	free(f);
	for (uint32_t i = 19; i != UINT32_MAX; i--)
		land(copy, 100 - i, i, 100 * i + 1);
	flight_release(copy, flight_held(copy, 77), 5);
	land(copy, 5, 77, 10);
	while (launch(copy, 1, 1, 9000))
		;
	free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_arrive_in_time_and_then_in_number),
		cmocka_unit_test(a_frame_keeps_its_bytes_whatever_its_size),
		cmocka_unit_test(
		    full_memory_refuses_and_takes_again_once_something_landed),
		cmocka_unit_test(a_frame_of_no_bytes_does_not_fly),
		cmocka_unit_test(a_held_frame_waits_until_it_is_released),
		cmocka_unit_test(random_flights_agree_with_a_list),
		cmocka_unit_test(a_copy_of_the_used_memory_flies_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
