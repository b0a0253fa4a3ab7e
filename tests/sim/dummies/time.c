/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Time in a world: who is run when, and what arrives when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/dummies/stage.h"

static void
a_frame_arrives_after_the_delay(void **unused)
{
	struct stage *s = new_stage(1);
	const uint8_t *packet;

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .delay_ns = 30 });
	packet = send_at(s->host[0], 0, 5, 100, 0);
	assert_int_equal(estab_world_step(s->world, 29), 0);
	assert_int_equal(estab_world_now(s->world), 29);
	assert_int_equal(s->host[1]->got_count, 0);
	assert_int_equal(estab_world_step(s->world, 100), 1);
	assert_int_equal(estab_world_now(s->world), 30);
	assert_int_equal(s->host[1]->got_count, 1);
	assert_int_equal(s->host[1]->got[0].at, 30);
	assert_int_equal(s->host[1]->got[0].link, 5);
	assert_int_equal(s->host[1]->got[0].bytes, 20 + 24 + 100);
	assert_int_equal(s->host[1]->got[0].checksum,
	    ESTAB_CHECKSUM_UNVERIFIED);
	assert_int_equal(s->host[1]->got[0].segment_count, 0);
	assert_memory_equal(s->host[1]->got[0].packet, packet, 144);
	assert_int_equal(estab_world_step(s->world, 100), 0);
	assert_int_equal(estab_world_now(s->world), 100);
	free_stage(s);
}

static void
all_clocks_are_the_worlds_after_every_step(void **unused)
{
	struct stage *s = new_stage(1);
	struct estab_host *late;

	(void)unused;
	s->host[0]->timer = 50;
	assert_int_equal(estab_world_step(s->world, 70), 1);
	assert_int_equal(s->host[0]->now, 50);
	assert_int_equal(s->host[1]->now, 50);
	assert_int_equal(estab_world_step(s->world, 70), 0);
	assert_int_equal(s->host[0]->now, 70);
	assert_int_equal(s->host[1]->now, 70);
	late = new_dummy(NULL);
	assert_int_equal(estab_world_attach(s->world, late), 2);
	assert_int_equal(late->now, 70);
	assert_ptr_equal(estab_world_host(s->world, 2), late);
	free(late);
	free_stage(s);
}

static void
time_stands_still_when_nothing_will_happen(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	assert_int_equal(estab_world_step(s->world, 7), 0);
	assert_int_equal(estab_world_step(s->world, ESTAB_NEVER), 0);
	assert_int_equal(estab_world_now(s->world), 7);
	assert_int_equal(estab_world_step(s->world, 3), 0);
	assert_int_equal(estab_world_now(s->world), 7);
	free_stage(s);
}

static void
a_host_that_is_due_is_run_at_its_instant(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	s->host[1]->timer = 50;
	assert_int_equal(estab_world_step(s->world, 49), 0);
	assert_int_equal(s->host[1]->timer_runs, 0);
	assert_int_equal(estab_world_step(s->world, 50), 1);
	assert_int_equal(s->host[1]->timer_runs, 1);
	assert_int_equal(estab_world_now(s->world), 50);
	free_stage(s);
}

static void
what_is_owed_now_leaves_before_time_moves(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	send_at(s->host[0], 0, 1, 10, 0);
	send_at(s->host[0], 0, 2, 10, 0);
	s->host[1]->timer = 50;
	assert_int_equal(estab_world_step(s->world, ESTAB_NEVER), 1);
	assert_int_equal(estab_world_now(s->world), 0);
	assert_int_equal(s->host[1]->got_count, 2);
	run(s);
	assert_int_equal(estab_world_now(s->world), 50);
	free_stage(s);
}

static void
an_answer_leaves_with_the_next_step(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	send_at(s->host[0], 5, 1, 10, 0);
	send_at(s->host[1], ESTAB_NEVER, 1, 10, 0);
	s->host[1]->send[0].link = 5;
	s->host[1]->replies = true;
	assert_int_equal(estab_world_step(s->world, 9), 1);
	assert_int_equal(s->host[1]->got_count, 0);
	assert_int_equal(estab_world_step(s->world, 9), 1);
	assert_int_equal(s->host[1]->got_count, 1);
	assert_int_equal(s->host[1]->sent_count, 0);
	s->host[1]->replies = false;
	assert_int_equal(estab_world_step(s->world, 9), 1);
	assert_int_equal(s->host[1]->sent_count, 1);
	assert_int_equal(s->host[0]->got_count, 1);
	assert_int_equal(s->host[0]->got[0].at, 5);
	free_stage(s);
}

static void
frames_of_one_instant_arrive_in_their_order(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	for (uint32_t i = 0; i < 50; i++)
		send_at(s->host[0], 10, i, i, 0);
	run(s);
	assert_int_equal(s->host[1]->got_count, 50);
	for (uint32_t i = 0; i < 50; i++) {
		assert_int_equal(s->host[1]->got[i].frame, i + 1);
		assert_int_equal(s->host[1]->got[i].bytes, 44 + i);
	}
	free_stage(s);
}

static void
a_host_that_runs_wild_stops_nobody(void **unused)
{
	struct stage *s = new_stage(1);
	int steps = 0;

	(void)unused;
	s->host[0]->wild = true;
	s->host[1]->timer = 50;
	while (estab_world_step(s->world, 100) == 1)
		assert_true(++steps < 10);
	assert_int_equal(s->host[1]->timer_runs, 1);
	assert_int_equal(estab_world_now(s->world), 100);
	assert_in_range(counts(s).spins, 2, 6);
	free_stage(s);
}

static void
a_host_that_never_ends_is_cut_short(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	send_at(s->host[0], 0, 1, 10, 0);
	estab_world_set_trace(s->world, NULL);
	impair(s, 0, (struct estab_impairment){ .loss_ppm = 1000000 });
	s->host[0]->endless = true;
	s->host[0]->trace = NULL;
	assert_int_equal(estab_world_step(s->world, 1), 0);
	assert_int_equal(counts(s).spins, 1);
	assert_in_range(counts(s).frames, 100000, 10000000);
	free_stage(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_arrives_after_the_delay),
		cmocka_unit_test(all_clocks_are_the_worlds_after_every_step),
		cmocka_unit_test(time_stands_still_when_nothing_will_happen),
		cmocka_unit_test(a_host_that_is_due_is_run_at_its_instant),
		cmocka_unit_test(what_is_owed_now_leaves_before_time_moves),
		cmocka_unit_test(an_answer_leaves_with_the_next_step),
		cmocka_unit_test(frames_of_one_instant_arrive_in_their_order),
		cmocka_unit_test(a_host_that_runs_wild_stops_nobody),
		cmocka_unit_test(a_host_that_never_ends_is_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
