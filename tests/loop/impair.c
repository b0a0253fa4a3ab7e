/* SPDX-License-Identifier: BSD-2-Clause
 *
 * impair.c - a real link made bad: how often, how late, how damaged, and the
 * same for the same seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "loop/impair.h"

#define FRAMES 20000
#define BYTES 100

/* What came of FRAMES frames, all sent at once. */
struct outcome {
	struct impair impair;
	uint32_t arrived;       /* packets in the pen */
	uint32_t times[FRAMES]; /* each frame arrived */
	uint32_t overtaken;     /* frames that came behind a later one */
	uint32_t bits;          /* differ from what was sent, in all */
	uint32_t packets_damaged;
	estab_time first, last;
};

static uint32_t
bits_between(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint32_t count = 0;

	for (size_t i = 0; i < n; i++)
		for (unsigned int bit = 0; bit < 8; bit++)
			count += ((unsigned int)(a[i] ^ b[i]) >> bit) & 1;
	return count;
}

static void
fill(uint8_t *packet, uint32_t number)
{
	memset(packet, 0x5a, BYTES);
	for (size_t i = 0; i < 25; i++) /* many times: damage hits few */
		memcpy(packet + 4 * i, &number, 4);
}

/* The number most copies agree on. */
static uint32_t
number_of(const uint8_t *packet)
{
	uint32_t first, second, third;

	memcpy(&first, packet, 4);
	memcpy(&second, packet + 4, 4);
	memcpy(&third, packet + 8, 4);
	return first == second || first == third ? first : second;
}

static void
look(struct outcome *outcome, const struct pen_packet *packet, uint32_t *newest)
{
	const uint32_t number = number_of(packet->data);
	uint8_t sent[BYTES];

	fill(sent, number);
	assert_int_equal(packet->bytes, BYTES);
	assert_in_range(number, 0, FRAMES - 1);
	const uint32_t bits = bits_between(sent, packet->data, BYTES);

	outcome->bits += bits;
	outcome->packets_damaged += bits > 0;
	outcome->overtaken += number < *newest;
	if (number > *newest)
		*newest = number;
	outcome->times[number]++;
	if (outcome->arrived++ == 0)
		outcome->first = packet->due;
	outcome->last = packet->due;
}

static struct outcome *
send_all(const struct estab_impairment *how, uint64_t seed)
{
	struct outcome *const outcome = calloc(1, sizeof *outcome);
	struct pen pen = { .bytes_max = 64 << 20 };
	uint32_t newest = 0;
	uint8_t packet[BYTES], sent[BYTES];
	const struct estab_frame frame = { .span = { { packet, BYTES } },
		.span_count = 1 };

	assert_non_null(outcome);
	impair_begin(&outcome->impair, how, seed);
	for (uint32_t i = 0; i < FRAMES; i++) {
		fill(packet, i);
		fill(sent, i);
		impair_frame(&outcome->impair, &frame, 1000 * (estab_time)i,
		    &pen);
		assert_memory_equal(packet, sent, BYTES); /* never written */
	}
	while (pen.count > 0) {
		struct pen_packet *const arrived = pen_take(&pen);

		look(outcome, arrived, &newest);
		free(arrived);
	}
	pen_empty(&pen);
	return outcome;
}

/* Whether a count is what ppm of FRAMES promise, six deviations about. */
static void
assert_about(uint64_t count, uint32_t ppm)
{
	const double mean = FRAMES * (ppm / 1e6);
	const double off = (double)count - mean;

	assert_true(off * off <= 36 * mean);
}

static void
nothing_asked_nothing_done(void **unused)
{
	struct outcome *const outcome =
	    send_all(&(struct estab_impairment){ 0 }, 1);

	(void)unused;
	assert_int_equal(outcome->arrived, FRAMES);
	assert_int_equal(outcome->bits, 0);
	assert_int_equal(outcome->overtaken, 0);
	assert_int_equal(outcome->first, 0);
	assert_int_equal(outcome->last, 1000 * (FRAMES - 1));
	free(outcome);
}

static void
the_seed_decides_and_nothing_else(void **unused)
{
	const struct estab_impairment how = { .loss_ppm = 50000,
		.reorder_ppm = 50000,
		.duplicate_ppm = 20000,
		.corrupt_ppm = 10000,
		.jitter_ns = 5000 };
	struct outcome *const a = send_all(&how, 7);
	struct outcome *const b = send_all(&how, 7);
	struct outcome *const c = send_all(&how, 8);

	(void)unused;
	assert_memory_equal(a, b, sizeof *a);
	assert_memory_not_equal(a->times, c->times, sizeof a->times);
	free(a);
	free(b);
	free(c);
}

static void
each_chance_is_taken_as_often_as_asked(void **unused)
{
	struct outcome *outcome =
	    send_all(&(struct estab_impairment){ .loss_ppm = 50000 }, 1);

	(void)unused;
	assert_about(FRAMES - outcome->arrived, 50000);
	assert_int_equal(outcome->impair.lost, FRAMES - outcome->arrived);
	free(outcome);

	outcome =
	    send_all(&(struct estab_impairment){ .duplicate_ppm = 20000 }, 1);
	assert_about(outcome->arrived - FRAMES, 20000);
	free(outcome);

	outcome =
	    send_all(&(struct estab_impairment){ .corrupt_ppm = 10000 }, 1);
	assert_about(outcome->packets_damaged, 10000);
	assert_int_equal(outcome->bits, outcome->packets_damaged);
	assert_int_equal(outcome->impair.corrupted, outcome->bits);
	free(outcome);

	outcome = send_all(&(struct estab_impairment){ .reorder_ppm = 50000,
	                       .reorder_ns = 5500 },
	    1);
	assert_about(outcome->overtaken, 50000);
	assert_int_equal(outcome->arrived, FRAMES);
	free(outcome);
}

static void
certain_loss_loses_all_certain_copies_are_two(void **unused)
{
	struct outcome *outcome =
	    send_all(&(struct estab_impairment){ .loss_ppm = 1000000 }, 1);

	(void)unused;
	assert_int_equal(outcome->arrived, 0);
	free(outcome);
	outcome =
	    send_all(&(struct estab_impairment){ .duplicate_ppm = 1000000 }, 1);
	for (size_t i = 0; i < FRAMES; i++)
		assert_int_equal(outcome->times[i], 2);
	free(outcome);
}

static void
bursts_lose_neighbours(void **unused)
{
	const struct estab_impairment how = { .burst_enter_ppm = 1000,
		.burst_leave_ppm = 100000,
		.burst_loss_ppm = 1000000 };
	struct outcome *const outcome = send_all(&how, 3);
	uint32_t lost = 0, neighbours = 0;

	(void)unused;
	for (size_t i = 1; i < FRAMES; i++) {
		lost += outcome->times[i] == 0;
		neighbours +=
		    outcome->times[i] == 0 && outcome->times[i - 1] == 0;
	}
	/* Spells of ten, one in a thousand frames begins: nine of ten lost
	 * frames come right behind another. */
	assert_in_range(lost, 60, 400);
	assert_true(neighbours * 10 > lost * 7);
	free(outcome);
}

static void
delay_moves_all_and_jitter_lets_none_overtake(void **unused)
{
	const struct estab_impairment how = { .delay_ns = ESTAB_MS,
		.jitter_ns = 50000 };
	struct outcome *const outcome = send_all(&how, 1);

	(void)unused;
	assert_int_equal(outcome->overtaken, 0);
	assert_in_range(outcome->first, ESTAB_MS, ESTAB_MS + 50000);
	assert_in_range(outcome->last, ESTAB_MS + 1000 * (FRAMES - 1),
	    ESTAB_MS + 1000 * (FRAMES - 1) + 50000);
	free(outcome);
}

static void
a_rate_spreads_and_its_queue_overflows(void **unused)
{
	struct estab_impairment how = { .rate_bits_per_s = 80 * 1000 * 1000 };
	/* 100 bytes take 10 us, ten times as long as until the next frame. */
	struct outcome *outcome = send_all(&how, 1);

	(void)unused;
	assert_int_equal(outcome->first, 10000);
	assert_int_equal(outcome->last, 10000 * (estab_time)FRAMES);
	free(outcome);

	how.queue_bytes = 10 * BYTES;
	outcome = send_all(&how, 1);
	assert_in_range(outcome->arrived, FRAMES / 10, FRAMES / 10 + 20);
	free(outcome);
}

static void
what_is_larger_than_the_wire_is_lost(void **unused)
{
	struct outcome *outcome =
	    send_all(&(struct estab_impairment){ .mtu = BYTES - 1 }, 1);

	(void)unused;
	assert_int_equal(outcome->arrived, 0);
	free(outcome);
	outcome = send_all(&(struct estab_impairment){ .mtu = BYTES }, 1);
	assert_int_equal(outcome->arrived, FRAMES);
	free(outcome);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_asked_nothing_done),
		cmocka_unit_test(the_seed_decides_and_nothing_else),
		cmocka_unit_test(each_chance_is_taken_as_often_as_asked),
		cmocka_unit_test(certain_loss_loses_all_certain_copies_are_two),
		cmocka_unit_test(bursts_lose_neighbours),
		cmocka_unit_test(delay_moves_all_and_jitter_lets_none_overtake),
		cmocka_unit_test(a_rate_spreads_and_its_queue_overflows),
		cmocka_unit_test(what_is_larger_than_the_wire_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
