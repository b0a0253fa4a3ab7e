/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Two real hosts in worlds of every kind: both streams arrive, both ends
 * close, nothing is left, and the same seed tells the same story.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pair.h"

#define MIB ((uint64_t)1024 * 1024)

static const struct estab_impairment bad = {
	.delay_ns = 5 * ESTAB_MS,
	.loss_ppm = 50000,
	.reorder_ppm = 50000,
	.duplicate_ppm = 20000,
	.corrupt_ppm = 10000,
};

/* A whole life: handshake, both streams, both closes. */
static void
live(const struct pair_setup *setup)
{
	struct pair *pair = pair_create(setup);

	pair_open(pair);
	assert_true(pair_run(pair, 3600 * ESTAB_SECOND));
	pair_check_ended(pair);
	pair_free(pair);
}

static void
a_mebibyte_crosses_a_perfect_wire(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2)
		live(&(struct pair_setup){ .version = version,
		    .seed = 1,
		    .to_send = { MIB, 0 } });
}

static void
a_mebibyte_crosses_each_way(void **unused)
{
	const struct estab_impairment far = { .delay_ns = 10 * ESTAB_MS,
		.rate_bits_per_s = 100000000 };

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2)
		live(&(struct pair_setup){
		    .version = version,
		    .seed = 1,
		    .there = far,
		    .back = far,
		    .to_send = { MIB, MIB },
		});
}

static void
streams_cross_a_bad_wire(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 6; seed++)
		live(&(struct pair_setup){
		    .version = seed % 2 == 0 ? 4 : 6,
		    .seed = seed,
		    .there = bad,
		    .back = bad,
		    .to_send = { MIB / 4, seed % 3 == 0 ? 0 : MIB / 4 },
		});
}

static struct pair *
story(uint64_t seed)
{
	const struct pair_setup setup = {
		.version = 4,
		.seed = seed,
		.there = bad,
		.back = bad,
		.to_send = { MIB / 8, MIB / 8 },
		.records = 1 << 14,
	};
	struct pair *pair = pair_create(&setup);

	pair_open(pair);
	assert_true(pair_run(pair, 3600 * ESTAB_SECOND));
	pair_check_ended(pair);
	return pair;
}

static bool
same_story(const struct pair *a, const struct pair *b)
{
	return a->trace.written == b->trace.written &&
	    memcmp(a->trace.record, b->trace.record,
	        a->trace.capacity * sizeof *a->trace.record) == 0;
}

static void
the_same_seed_tells_the_same_story_and_another_another(void **unused)
{
	struct pair *a = story(5), *b = story(5), *c = story(6);

	(void)unused;
	assert_true(a->trace.written > 500);
	assert_true(a->trace.written < a->trace.capacity);
	assert_true(same_story(a, b));
	assert_false(same_story(a, c));
	pair_free(a);
	pair_free(b);
	pair_free(c);
}

/* What arrived on the wire follows what left the host. */
static void
each_segment_out_is_followed_by_its_wire(void **unused)
{
	struct pair *pair = story(7);
	const struct estab_trace *trace = &pair->trace;
	uint32_t out = 0, in = 0;

	(void)unused;
	for (uint64_t n = 0; n + 1 < trace->written; n++) {
		const struct estab_record *r = estab_trace_get(trace, n);
		const struct estab_record *next = estab_trace_get(trace, n + 1);

		assert_non_null(r);
		in += r->type == ESTAB_RECORD_IN && r->frame > 0;
		if (r->type != ESTAB_RECORD_OUT)
			continue;
		out++;
		assert_int_equal(next->type, ESTAB_RECORD_WIRE);
		assert_int_equal(next->host, r->host);
		assert_int_equal(next->seq, r->seq);
		assert_int_equal(next->ack, r->ack);
		assert_int_equal(next->flags, r->flags);
		assert_int_equal(next->wnd, r->wnd);
		assert_int_equal(next->text_bytes, r->text_bytes);
		assert_int_equal(next->options, r->options);
		assert_int_equal(next->tsval, r->tsval);
		assert_int_equal(next->time, r->time);
		assert_memory_equal(&next->local, &r->local, sizeof r->local);
		assert_memory_equal(&next->remote, &r->remote,
		    sizeof r->remote);
	}
	assert_true(out > 100);
	assert_true(in > 100);
	pair_free(pair);
}

static void
super_segments_cut_or_whole_carry_streams(void **unused)
{
	(void)unused;
	for (int super = 0; super < 2; super++)
		for (int worse = 0; worse < 2; worse++) {
			struct estab_impairment how =
			    worse == 1 ? bad : (struct estab_impairment){ 0 };

			how.super = super == 1;
			live(&(struct pair_setup){
			    .version = worse == 1 ? 6 : 4,
			    .seed = 3,
			    .there = how,
			    .back = how,
			    .link = { .mtu = 1500,
			        .segment_bytes_max = 65000,
			        .checksum_out = true },
			    .to_send = { MIB, MIB / 4 },
			});
		}
}

/* The numbers that end 1 acknowledged with pure ACKs. */
static uint32_t
acknowledged(const struct pair *pair, uint32_t *acks, uint32_t max)
{
	uint32_t count = 0;

	for (uint64_t n = 0; n < pair->trace.written; n++) {
		const struct estab_record *r = estab_trace_get(&pair->trace, n);

		if (r->type != ESTAB_RECORD_OUT || r->host != 1 ||
		    r->flags != ESTAB_ACK || r->text_bytes > 0)
			continue;
		assert_true(count < max);
		acks[count++] = r->ack;
	}
	return count;
}

static void
a_super_segment_is_acknowledged_like_its_45_segments(void **unused)
{
	uint32_t acks[2][100], count[2];
	struct estab_status status;

	(void)unused;
	for (int super = 0; super < 2; super++) {
		const struct pair_setup setup = {
			.version = 6,
			.seed = 1,
			.config = { .initial_window = 45 },
			.link = { .mtu = 1500,
			    .segment_bytes_max = 65000,
			    .checksum_out = true },
			.there = { .delay_ns = ESTAB_MS, .super = super == 1 },
			.to_send = { (uint64_t)45 * 1428, 0 },
			.closes_last = { true, false },
			.read_ns = { 0, 10 * ESTAB_SECOND },
			.records = 1024,
		};
		struct pair *pair = pair_create(&setup);

		pair_open(pair);
		(void)pair_run(pair, ESTAB_SECOND);
		count[super] = acknowledged(pair, acks[super], 100);
		assert_int_equal(estab_status(pair->end[1].host,
		                     pair->end[1].conn, &status),
		    0);
		assert_int_equal(status.segments_in, 1 + 45);
		pair_free(pair);
	}
	assert_int_equal(count[1], count[0]);
	assert_in_range(count[0], 22, 24);
	assert_memory_equal(acks[0], acks[1], count[0] * sizeof acks[0][0]);
}

static void
a_clone_in_the_middle_of_a_transfer_tells_the_same_story(void **unused)
{
	const struct pair_setup setup = {
		.version = 6,
		.seed = 9,
		.there = bad,
		.back = bad,
		.to_send = { MIB / 8, MIB / 8 },
		.records = 1 << 14,
	};
	struct pair *a = pair_create(&setup), *b;

	(void)unused;
	pair_open(a);
	while (a->end[1].got < MIB / 20)
		assert_false(pair_run(a, estab_world_now(a->world) + ESTAB_MS));
	b = pair_clone(a);
	assert_true(pair_run(a, 3600 * ESTAB_SECOND));
	pair_check_ended(a);
	assert_true(pair_run(b, 3600 * ESTAB_SECOND));
	pair_check_ended(b);
	assert_true(a->trace.written > 500);
	assert_true(same_story(a, b));
	pair_free(a);
	pair_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mebibyte_crosses_a_perfect_wire),
		cmocka_unit_test(a_mebibyte_crosses_each_way),
		cmocka_unit_test(streams_cross_a_bad_wire),
		cmocka_unit_test(
		    the_same_seed_tells_the_same_story_and_another_another),
		cmocka_unit_test(each_segment_out_is_followed_by_its_wire),
		cmocka_unit_test(super_segments_cut_or_whole_carry_streams),
		cmocka_unit_test(
		    a_super_segment_is_acknowledged_like_its_45_segments),
		cmocka_unit_test(
		    a_clone_in_the_middle_of_a_transfer_tells_the_same_story),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
