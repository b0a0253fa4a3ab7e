/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The same seed, clones, and streams of chance that do not mix.
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

static const struct estab_impairment awful = {
	.delay_ns = 1000,
	.jitter_ns = 3000,
	.rate_bits_per_s = 500000000,
	.queue_bytes = 20000,
	.loss_ppm = 50000,
	.burst_enter_ppm = 10000,
	.burst_leave_ppm = 200000,
	.burst_loss_ppm = 500000,
	.duplicate_ppm = 50000,
	.reorder_ppm = 100000,
	.reorder_ns = 20000,
	.corrupt_ppm = 20000,
};

static void
send_many(struct stage *s)
{
	for (uint32_t i = 0; i < 400; i++)
		send_at(s->host[0], 5000 * i, i, 100, 0);
}

/* Whether two hosts got the same bytes at the same times. */
static bool
got_alike(const struct estab_host *a, const struct estab_host *b)
{
	return a->got_count == b->got_count &&
	    memcmp(a->got, b->got, sizeof a->got[0] * a->got_count) == 0;
}

static void
the_same_seed_makes_the_same_world_and_another_another(void **unused)
{
	struct stage *s[3];

	(void)unused;
	for (int i = 0; i < 3; i++) {
		s[i] = new_stage(i < 2 ? 42 : 43);
		impair(s[i], 0, awful);
		send_many(s[i]);
		run(s[i]);
	}
	assert_true(counts(s[0]).lost > 10);
	assert_true(counts(s[0]).duplicated > 5);
	assert_true(counts(s[0]).reordered > 10);
	assert_true(counts(s[0]).corrupted > 0);
	assert_true(got_alike(s[0]->host[1], s[1]->host[1]));
	assert_int_equal(s[0]->trace.written, s[1]->trace.written);
	assert_memory_equal(s[0]->trace.record, s[1]->trace.record,
	    s[0]->trace.written * sizeof s[0]->trace.record[0]);
	assert_false(got_alike(s[0]->host[1], s[2]->host[1]));
	for (int i = 0; i < 3; i++)
		free_stage(s[i]);
}

static void
another_host_and_wire_do_not_shift_the_luck_of_the_first(void **unused)
{
	struct stage *a = new_stage(42), *b = new_stage(42);
	struct estab_host *third = new_dummy(NULL);

	(void)unused;
	assert_int_equal(estab_world_attach(b->world, third), 2);
	assert_int_equal(estab_world_wire(b->world, 2, 0, 1, 0, &awful, &awful),
	    1);
	for (uint32_t i = 0; i < 400; i++) {
		send_at(third, 5000 * i, i, 100, 0);
		third->send[i].link = 0;
	}
	impair(a, 0, awful);
	impair(b, 0, awful);
	send_many(a);
	send_many(b);
	run(a);
	run(b);
	for (uint32_t i = 0, k = 0; i < a->host[1]->got_count; i++, k++) {
		while (b->host[1]->got[k].link != 5)
			k++;
		assert_true(k < b->host[1]->got_count);
		assert_int_equal(a->host[1]->got[i].at, b->host[1]->got[k].at);
		assert_int_equal(a->host[1]->got[i].sum,
		    b->host[1]->got[k].sum);
	}
	free(third);
	free_stage(a);
	free_stage(b);
}

static void
every_host_has_random_bytes_of_its_own(void **unused)
{
	struct stage *s = new_stage(1), *again = new_stage(1);
	struct estab_crypto crypto[ESTAB_WORLD_HOSTS_MAX], other;
	uint8_t bytes[ESTAB_WORLD_HOSTS_MAX][16], same[16];
	const uint8_t key[16] = { 1 };

	(void)unused;
	for (int i = 0; i < ESTAB_WORLD_HOSTS_MAX; i++) {
		crypto[i] = estab_world_crypto(s->world);
		crypto[i].random(crypto[i].context, bytes[i], 16);
		for (int k = 0; k < i; k++)
			assert_memory_not_equal(bytes[i], bytes[k], 16);
	}
	assert_null(estab_world_crypto(s->world).random);
	assert_null(estab_world_crypto(s->world).siphash);
	other = estab_world_crypto(again->world);
	other.random(other.context, same, 16);
	assert_memory_equal(same, bytes[0], 16);
	assert_true(other.siphash(key, "estab", 5) ==
	    estab_siphash_portable(key, "estab", 5));
	free_stage(s);
	free_stage(again);
}

static void
a_clone_goes_on_like_its_original(void **unused)
{
	struct stage *a = new_stage(42), *b = new_stage(7);
	struct estab_world_counts x, y;

	(void)unused;
	impair(a, 0, awful);
	send_many(a);
	/* Half of the way: some frames are in the air. */
	while (a->host[0]->sent_count < 200)
		(void)estab_world_step(a->world, ESTAB_NEVER);
	assert_non_null(flight_next(&a->world->flights));
	memcpy(b->host[0], a->host[0], sizeof *b->host[0]);
	memcpy(b->host[1], a->host[1], sizeof *b->host[1]);
	memcpy(b->trace.record, a->trace.record,
	    RECORDS * sizeof *b->trace.record);
	b->trace.written = a->trace.written;
	b->host[0]->trace = b->host[1]->trace = &b->trace;
	memset(b->memory, 0x5a, WORLD_BYTES);
	assert_int_equal(estab_world_clone(&b->world, b->memory, WORLD_BYTES,
	                     a->world, b->host, &b->trace),
	    0);
	assert_ptr_equal(estab_world_host(b->world, 1), b->host[1]);

	run(a);
	run(b);
	assert_true(a->host[1]->got_count > 300);
	assert_true(got_alike(a->host[1], b->host[1]));
	assert_int_equal(a->trace.written, b->trace.written);
	assert_memory_equal(a->trace.record, b->trace.record,
	    RECORDS * sizeof *a->trace.record);
	x = counts(a);
	y = counts(b);
	assert_memory_equal(&x, &y, sizeof x);
	free_stage(a);
	free_stage(b);
}

static void
a_clone_leaves_taps_and_pickers_behind_and_needs_room(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1, .fate = { .lost = true } };
	static struct seen seen;
	struct estab_host *hosts[2] = { new_dummy(NULL), NULL };
	uint8_t *memory = malloc(WORLD_BYTES + 1);
	struct estab_world *clone;

	(void)unused;
	assert_non_null(memory);
	memset(&seen, 0, sizeof seen);
	estab_world_set_picker(s->world, pick_one, &script);
	estab_world_set_tap(s->world, see, &seen);
	assert_int_equal(estab_world_clone(&clone, memory, WORLD_BYTES,
	                     s->world, hosts, NULL),
	    ESTAB_EINVAL);
	hosts[1] = new_dummy(NULL);
	assert_int_equal(estab_world_clone(&clone, memory, WORLD_BYTES - 1,
	                     s->world, hosts, NULL),
	    ESTAB_EMSGSIZE);
	assert_int_equal(estab_world_clone(&clone, memory + 1, WORLD_BYTES,
	                     s->world, hosts, NULL),
	    0);
	send_at(hosts[0], 0, 1, 10, 0);
	assert_int_equal(estab_world_step(clone, ESTAB_NEVER), 1);
	assert_int_equal(hosts[1]->got_count, 1);
	assert_int_equal(script.asked, 0);
	assert_int_equal(seen.count, 0);
	assert_int_equal(s->trace.written, 0);
	free(hosts[0]);
	free(hosts[1]);
	free(memory);
	free_stage(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_same_seed_makes_the_same_world_and_another_another),
		cmocka_unit_test(
		    another_host_and_wire_do_not_shift_the_luck_of_the_first),
		cmocka_unit_test(every_host_has_random_bytes_of_its_own),
		cmocka_unit_test(a_clone_goes_on_like_its_original),
		cmocka_unit_test(
		    a_clone_leaves_taps_and_pickers_behind_and_needs_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
