/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wheel.c - no timer is early, none is missed, none is late.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/wheel.h"

#define BYTES (1u << 20)
#define TIMERS 500
#define SECOND INT64_C(1000000000)

struct record {
	uint64_t something;
	struct wheel_entry entry;
};

struct clockwork {
	struct arena *arena;
	struct wheel wheel;
	uint32_t ref[TIMERS];
	int64_t at[TIMERS]; /* what a plain list would hold */
	int64_t now;
};

static void
begin(struct clockwork *c, int64_t now)
{
	c->arena = aligned_alloc(64, BYTES);
	assert_true(arena_init(c->arena, BYTES, 4096));
	slab_init(c->arena, 0, sizeof(struct record));
	wheel_init(&c->wheel, offsetof(struct record, entry), now);
	c->now = now;
	for (int i = 0; i < TIMERS; i++) {
		c->ref[i] = slab_take(c->arena, 0);
		((struct record *)arena_at(c->arena, c->ref[i]))->entry.at =
		    INT64_MAX;
		c->at[i] = INT64_MAX;
	}
}

static void
set(struct clockwork *c, int i, int64_t at)
{
	wheel_set(c->arena, &c->wheel, c->ref[i], at);
	c->at[i] = at;
}

static int64_t
earliest(const struct clockwork *c)
{
	int64_t at = INT64_MAX;

	for (int i = 0; i < TIMERS; i++)
		at = c->at[i] < at ? c->at[i] : at;
	return at;
}

static int
index_of(const struct clockwork *c, uint32_t ref)
{
	for (int i = 0; i < TIMERS; i++)
		if (c->ref[i] == ref)
			return i;
	fail();
	return -1;
}

/* All that is due at now comes out, and nothing else. */
static void
expire(struct clockwork *c, int64_t now)
{
	uint32_t ref;

	c->now = now;
	while ((ref = wheel_take_due(c->arena, &c->wheel, now)) != 0) {
		const int i = index_of(c, ref);

		assert_true(c->at[i] <= now);
		c->at[i] = INT64_MAX;
		((struct record *)arena_at(c->arena, ref))->entry.at =
		    INT64_MAX;
	}
	assert_true(earliest(c) > now);
}

static uint64_t
draw(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = *state;

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* From microseconds to a month: every level, and beyond the last. */
static int64_t
some_delay(uint64_t *state)
{
	return (int64_t)(draw(state) >> (12 + draw(state) % 40)) + 1;
}

static void
any_order_of_setting_moving_and_waiting_agrees_with_a_list(void **unused)
{
	static struct clockwork c;
	uint64_t state = 42;

	(void)unused;
	begin(&c, 17 * SECOND);
	for (int step = 0; step < 30000; step++) {
		const int i = (int)(draw(&state) % TIMERS);
		const uint64_t what = draw(&state) % 10;

		if (what < 6)
			set(&c, i, c.now + some_delay(&state));
		else if (what < 7)
			set(&c, i, INT64_MAX);
		else if (what < 9)
			expire(&c, c.now + some_delay(&state) / 1024);
		else if (wheel_next(&c.wheel) != INT64_MAX)
			expire(&c, wheel_next(&c.wheel));
		assert_true(wheel_next(&c.wheel) <= earliest(&c));
	}
	free(c.arena);
}

static void
going_from_deadline_to_deadline_ends_and_misses_nothing(void **unused)
{
	static struct clockwork c;
	uint64_t state = 7;
	int looks = 0;

	(void)unused;
	begin(&c, 0);
	for (int i = 0; i < TIMERS; i++)
		set(&c, i, some_delay(&state));
	while (wheel_next(&c.wheel) != INT64_MAX) {
		assert_true(wheel_next(&c.wheel) > c.now);
		expire(&c, wheel_next(&c.wheel));
		assert_true(++looks < 10 * TIMERS);
	}
	assert_int_equal(earliest(&c), INT64_MAX);
	free(c.arena);
}

static void
a_deadline_that_moves_to_later_is_not_early(void **unused)
{
	static struct clockwork c;

	(void)unused;
	begin(&c, 0);
	set(&c, 0, SECOND);
	for (int64_t at = 0; at < 100 * SECOND; at += SECOND / 4) {
		set(&c, 0, at + SECOND);
		expire(&c, at);
		assert_int_equal(c.at[0], at + SECOND);
	}
	free(c.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    any_order_of_setting_moving_and_waiting_agrees_with_a_list),
		cmocka_unit_test(
		    going_from_deadline_to_deadline_ends_and_misses_nothing),
		cmocka_unit_test(a_deadline_that_moves_to_later_is_not_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
