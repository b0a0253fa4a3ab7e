/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What one direction of a wire does to frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sim/wire.h"

static const struct estab_fate nothing;

static struct estab_direction
new_wire(uint64_t seed, const struct estab_impairment *impairment)
{
	struct estab_direction wire;

	memset(&wire, 0, sizeof wire);
	wire_seed(&wire, seed, 0);
	wire_impair(&wire, impairment);
	return wire;
}

static struct estab_passage
pass(struct estab_direction *wire, estab_time now, uint32_t bytes)
{
	struct estab_passage passage;

	memset(&passage, 0xa5, sizeof passage);
	wire_pass(wire, now, bytes, bytes, &nothing, &passage);
	return passage;
}

static struct estab_passage
pass_picked(struct estab_direction *wire, estab_time now,
    const struct estab_fate *picked)
{
	struct estab_passage passage;

	memset(&passage, 0xa5, sizeof passage);
	wire_pass(wire, now, 100, 100, picked, &passage);
	return passage;
}

static void
a_perfect_wire_delivers_at_once(void **unused)
{
	struct estab_direction wire =
	    new_wire(1, &(struct estab_impairment){ .delay_ns = 0 });

	(void)unused;
	for (estab_time now = 0; now < 1000; now++) {
		const struct estab_passage p = pass(&wire, now, 1500);

		assert_int_equal(p.fate, 0);
		assert_int_equal(p.arrival, now);
		assert_int_equal(p.copies, 0);
	}
}

static void
delay_is_added(void **unused)
{
	struct estab_direction wire = new_wire(1,
	    &(struct estab_impairment){ .delay_ns = 20 * ESTAB_MS });

	(void)unused;
	assert_int_equal(pass(&wire, 5, 1500).arrival, 20 * ESTAB_MS + 5);
	assert_int_equal(wire_release(&wire, 7), 20 * ESTAB_MS + 7);
}

static void
delay_does_not_run_over_the_end_of_time(void **unused)
{
	struct estab_direction wire =
	    new_wire(1, &(struct estab_impairment){ .delay_ns = 100 });

	(void)unused;
	assert_int_equal(pass(&wire, ESTAB_NEVER - 50, 10).arrival,
	    ESTAB_NEVER - 1);
}

static void
jitter_varies_the_delay_but_keeps_the_order(void **unused)
{
	struct estab_direction wire = new_wire(1,
	    &(struct estab_impairment){ .delay_ns = 1000, .jitter_ns = 500 });
	estab_time last = 0, least = ESTAB_NEVER, most = 0;

	(void)unused;
	for (estab_time now = 0; now < 200000; now += 100) {
		const estab_time arrival = pass(&wire, now, 60).arrival;

		assert_true(arrival >= last);
		assert_in_range(arrival - now, 1000, 1499);
		last = arrival;
		least = arrival - now < least ? arrival - now : least;
		most = arrival - now > most ? arrival - now : most;
	}
	assert_in_range(least, 1000, 1050);
	assert_in_range(most, 1450, 1499);
}

static void
rate_spaces_frames_to_the_nanosecond(void **unused)
{
	/* 100 bytes at 3 bit/us take 266.67 us. */
	struct estab_direction wire = new_wire(1,
	    &(struct estab_impairment){ .rate_bits_per_s = 3000000 });

	(void)unused;
	assert_int_equal(pass(&wire, 0, 100).arrival, 266666);
	assert_int_equal(pass(&wire, 0, 100).arrival, 533333);
	assert_int_equal(pass(&wire, 500000, 100).arrival, 800000);
	assert_int_equal(pass(&wire, 800000, 100).arrival, 1066666);
	/* Idle: it begins anew, and what was left of a nanosecond is gone. */
	assert_int_equal(pass(&wire, 2000000, 200).arrival, 2533333);
	assert_int_equal(pass(&wire, 3000000, 100).arrival, 3266666);
}

static void
rate_is_exact_over_a_second(void **unused)
{
	struct estab_direction wire = new_wire(1,
	    &(struct estab_impairment){
	        .rate_bits_per_s = UINT64_C(9999999999) });
	struct estab_passage p = { 0 };

	(void)unused;
	for (int i = 0; i < 833333; i++)
		p = pass(&wire, 0, 1500);
	/* 9,999,996,000 bits */
	assert_int_equal(p.arrival, 999999600);
}

static void
queue_takes_its_bytes_and_no_more(void **unused)
{
	struct estab_direction wire = new_wire(1,
	    &(struct estab_impairment){ .rate_bits_per_s = 8000000,
	        .queue_bytes = 3000 });

	(void)unused;
	/* 1 byte a microsecond: what waits is what is not sent yet. */
	assert_int_equal(pass(&wire, 0, 1000).fate, 0);
	assert_int_equal(pass(&wire, 0, 1000).fate, 0);
	assert_int_equal(pass(&wire, 0, 1000).fate, 0);
	assert_int_equal(pass(&wire, 0, 1).fate, ESTAB_FATE_QUEUE_FULL);
	assert_int_equal(pass(&wire, 999, 1).fate, ESTAB_FATE_QUEUE_FULL);
	assert_int_equal(pass(&wire, 1000, 1).fate, 0);
	assert_int_equal(pass(&wire, 1000, 1).fate, ESTAB_FATE_QUEUE_FULL);
	assert_int_equal(pass(&wire, 1000, 1).arrival, ESTAB_NEVER);
	/* An idle wire takes a frame larger than its queue; a busy one not. */
	assert_int_equal(pass(&wire, ESTAB_SECOND, 9000).fate, 0);
	assert_int_equal(pass(&wire, ESTAB_SECOND, 9000).fate,
	    ESTAB_FATE_QUEUE_FULL);
}

static void
a_packet_above_the_mtu_is_too_big(void **unused)
{
	struct estab_direction wire =
	    new_wire(1, &(struct estab_impairment){ .mtu = 1280 });
	struct estab_passage p;

	(void)unused;
	assert_int_equal(pass(&wire, 0, 1280).fate, 0);
	p = pass(&wire, 0, 1281);
	assert_int_equal(p.fate, ESTAB_FATE_TOO_BIG);
	assert_int_equal(p.arrival, ESTAB_NEVER);
	/* A super-segment is as large as its segments will be. */
	wire_pass(&wire, 0, 65535, 1280, &nothing, &p);
	assert_int_equal(p.fate, 0);
	wire_pass(&wire, 0, 65535, 1281, &nothing, &p);
	assert_int_equal(p.fate, ESTAB_FATE_TOO_BIG);
}

/* How often a fate befalls 100,000 frames. */
static uint32_t
frequency(const struct estab_impairment *impairment, uint8_t fate)
{
	struct estab_direction wire = new_wire(3, impairment);
	uint32_t hits = 0;

	for (int i = 0; i < 100000; i++) {
		const struct estab_passage p = pass(&wire, i, 1000);

		assert_true((p.fate & ~fate) == 0);
		hits += (p.fate & fate) != 0;
	}
	return hits;
}

static void
each_chance_comes_as_often_as_it_says(void **unused)
{
	(void)unused;
	assert_in_range(frequency(&(struct estab_impairment){ .loss_ppm =
	                                                          50000 },
	                    ESTAB_FATE_LOST),
	    4650, 5350);
	assert_in_range(frequency(&(struct estab_impairment){ .duplicate_ppm =
	                                                          20000 },
	                    ESTAB_FATE_DUPLICATED),
	    1780, 2220);
	assert_in_range(frequency(&(struct estab_impairment){ .reorder_ppm =
	                                                          50000 },
	                    ESTAB_FATE_REORDERED),
	    4650, 5350);
	assert_in_range(frequency(&(struct estab_impairment){ .corrupt_ppm =
	                                                          10000 },
	                    ESTAB_FATE_CORRUPTED),
	    840, 1160);
	assert_int_equal(frequency(&(struct estab_impairment){ .loss_ppm =
	                                                           1000000 },
	                     ESTAB_FATE_LOST),
	    100000);
}

static void
a_lost_frame_is_lost_with_its_copies(void **unused)
{
	struct estab_direction wire = new_wire(1,
	    &(struct estab_impairment){ .loss_ppm = 1000000,
	        .duplicate_ppm = 1000000,
	        .corrupt_ppm = 1000000 });
	const struct estab_passage p = pass(&wire, 0, 100);

	(void)unused;
	assert_int_equal(p.fate, ESTAB_FATE_LOST);
	assert_int_equal(p.arrival, ESTAB_NEVER);
	assert_int_equal(p.copies, 0);
}

static void
corruption_reaches_every_bit_of_a_packet(void **unused)
{
	struct estab_direction wire =
	    new_wire(1, &(struct estab_impairment){ .corrupt_ppm = 1000000 });
	bool seen[160] = { false };
	uint32_t count = 0;

	(void)unused;
	for (int i = 0; i < 10000; i++) {
		const struct estab_passage p = pass(&wire, i, 20);

		assert_in_range(p.corrupt_bit, 0, 159);
		count += !seen[p.corrupt_bit];
		seen[p.corrupt_bit] = true;
	}
	assert_int_equal(count, 160);
}

static void
a_copy_arrives_with_its_frame(void **unused)
{
	struct estab_direction wire = new_wire(1,
	    &(struct estab_impairment){ .delay_ns = 10,
	        .duplicate_ppm = 1000000 });
	const struct estab_passage p = pass(&wire, 5, 100);

	(void)unused;
	assert_int_equal(p.fate, ESTAB_FATE_DUPLICATED);
	assert_int_equal(p.copies, 1);
	assert_int_equal(p.arrival, 15);
	assert_int_equal(p.copy_arrival, 15);
}

static void
reordering_holds_a_frame_back_and_no_other(void **unused)
{
	/* By default four times as long as a frame takes ... */
	struct estab_impairment how = { .rate_bits_per_s = 800000,
		.reorder_ppm = 1000000 };
	struct estab_direction wire = new_wire(1, &how);

	(void)unused;
	assert_int_equal(pass(&wire, 0, 100).arrival, 5 * ESTAB_MS);
	how.reorder_ppm = 0;
	wire.impairment = how;
	assert_int_equal(pass(&wire, 0, 100).arrival, 2 * ESTAB_MS);

	/* ... a millisecond at least ... */
	how = (struct estab_impairment){ .reorder_ppm = 1000000 };
	wire = new_wire(1, &how);
	assert_int_equal(pass(&wire, 7, 1500).arrival, ESTAB_MS + 7);

	/* ... or as long as one says. */
	how.reorder_ns = 50;
	wire_impair(&wire, &how);
	assert_int_equal(pass(&wire, 7, 1500).arrival, 57);
}

static void
a_bad_spell_loses_in_bursts(void **unused)
{
	/* In a bad spell one frame in eleven; spells of ten frames. */
	struct estab_direction wire = new_wire(5,
	    &(struct estab_impairment){ .burst_enter_ppm = 10000,
	        .burst_leave_ppm = 100000,
	        .burst_loss_ppm = 1000000 });
	uint32_t lost = 0, bursts = 0;
	bool last = false;

	(void)unused;
	for (int i = 0; i < 200000; i++) {
		const bool now =
		    (pass(&wire, i, 100).fate & ESTAB_FATE_LOST) != 0;

		lost += now;
		bursts += now && !last;
		last = now;
	}
	assert_in_range(lost, 200000 / 11 * 85 / 100, 200000 / 11 * 115 / 100);
	assert_in_range(lost * 10 / bursts, 85, 115);
}

static void
inside_a_bad_spell_some_may_get_through(void **unused)
{
	struct estab_direction wire = new_wire(5,
	    &(struct estab_impairment){ .burst_enter_ppm = 1000000,
	        .burst_leave_ppm = 0,
	        .burst_loss_ppm = 300000 });
	uint32_t lost = 0;

	(void)unused;
	for (int i = 0; i < 100000; i++)
		lost += (pass(&wire, i, 100).fate & ESTAB_FATE_LOST) != 0;
	assert_in_range(lost, 29200, 30800);
}

static void
the_picker_decides_on_a_frame(void **unused)
{
	struct estab_direction wire =
	    new_wire(1, &(struct estab_impairment){ .delay_ns = 10 });
	struct estab_passage p;

	(void)unused;
	p = pass_picked(&wire, 0, &(struct estab_fate){ .lost = true });
	assert_int_equal(p.fate, ESTAB_FATE_LOST);
	assert_int_equal(p.arrival, ESTAB_NEVER);

	p = pass_picked(&wire, 0, &(struct estab_fate){ .delay_ns = 500 });
	assert_int_equal(p.arrival, 510);
	p = pass_picked(&wire, 1, &nothing);
	assert_int_equal(p.arrival, 11); /* and overtakes */

	p = pass_picked(&wire, 0,
	    &(struct estab_fate){ .corrupt = true, .corrupt_bit = 803 });
	assert_int_equal(p.fate, ESTAB_FATE_CORRUPTED);
	assert_int_equal(p.corrupt_bit, 3); /* 100 bytes have 800 bits */

	p = pass_picked(&wire, 5, &(struct estab_fate){ .duplicates = 3 });
	assert_int_equal(p.fate, ESTAB_FATE_DUPLICATED);
	assert_int_equal(p.copies, 3);
}

static void
a_held_frame_waits_while_its_copies_travel(void **unused)
{
	struct estab_direction wire =
	    new_wire(1, &(struct estab_impairment){ .delay_ns = 10 });
	struct estab_passage p;

	(void)unused;
	p = pass_picked(&wire, 0, &(struct estab_fate){ .held = true });
	assert_int_equal(p.fate, ESTAB_FATE_HELD);
	assert_int_equal(p.arrival, ESTAB_NEVER);
	p = pass_picked(&wire, 0,
	    &(struct estab_fate){ .held = true, .duplicates = 1 });
	assert_int_equal(p.fate, ESTAB_FATE_HELD | ESTAB_FATE_DUPLICATED);
	assert_int_equal(p.arrival, ESTAB_NEVER);
	assert_int_equal(p.copy_arrival, 10);
}

static void
chance_does_not_touch_what_is_certain(void **unused)
{
	struct estab_direction wire = new_wire(1,
	    &(struct estab_impairment){ .loss_ppm = 1000000,
	        .duplicate_ppm = 1000000,
	        .reorder_ppm = 1000000,
	        .corrupt_ppm = 1000000 });
	const struct estab_passage p =
	    pass_picked(&wire, 3, &(struct estab_fate){ .certain = true });

	(void)unused;
	assert_int_equal(p.fate, 0);
	assert_int_equal(p.arrival, 3);
}

static void
one_frame_picked_by_hand_does_not_shift_the_luck_of_others(void **unused)
{
	const struct estab_impairment how = { .loss_ppm = 300000,
		.burst_enter_ppm = 50000,
		.burst_leave_ppm = 100000,
		.burst_loss_ppm = 800000,
		.duplicate_ppm = 200000,
		.reorder_ppm = 200000,
		.corrupt_ppm = 200000 };
	struct estab_direction a = new_wire(9, &how), b = new_wire(9, &how);

	(void)unused;
	for (int i = 0; i < 1000; i++) {
		const struct estab_passage x = pass(&a, i, 100);
		const struct estab_passage y = i == 7 ?
		    pass_picked(&b, i, &(struct estab_fate){ .lost = true }) :
		    pass(&b, i, 100);

		if (i != 7) {
			assert_int_equal(x.fate, y.fate);
			assert_int_equal(x.corrupt_bit, y.corrupt_bit);
		}
	}
}

static void
more_loss_loses_the_same_frames_and_some_more(void **unused)
{
	struct estab_direction less = new_wire(9,
	                           &(struct estab_impairment){
	                               .loss_ppm = 100000 }),
	                       more = new_wire(9,
	                           &(struct estab_impairment){
	                               .loss_ppm = 200000 });
	uint32_t only_more = 0;

	(void)unused;
	for (int i = 0; i < 10000; i++) {
		const uint8_t x = pass(&less, i, 100).fate;
		const uint8_t y = pass(&more, i, 100).fate;

		assert_true(x == 0 || y == ESTAB_FATE_LOST);
		only_more += x != y;
	}
	assert_in_range(only_more, 800, 1200);
}

static void
a_wire_that_changes_lets_new_frames_overtake(void **unused)
{
	struct estab_direction wire =
	    new_wire(1, &(struct estab_impairment){ .delay_ns = 1000 });

	(void)unused;
	assert_int_equal(pass(&wire, 0, 100).arrival, 1000);
	wire_impair(&wire, &(struct estab_impairment){ .delay_ns = 10 });
	assert_int_equal(pass(&wire, 0, 100).arrival, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_perfect_wire_delivers_at_once),
		cmocka_unit_test(delay_is_added),
		cmocka_unit_test(delay_does_not_run_over_the_end_of_time),
		cmocka_unit_test(jitter_varies_the_delay_but_keeps_the_order),
		cmocka_unit_test(rate_spaces_frames_to_the_nanosecond),
		cmocka_unit_test(rate_is_exact_over_a_second),
		cmocka_unit_test(queue_takes_its_bytes_and_no_more),
		cmocka_unit_test(a_packet_above_the_mtu_is_too_big),
		cmocka_unit_test(each_chance_comes_as_often_as_it_says),
		cmocka_unit_test(a_lost_frame_is_lost_with_its_copies),
		cmocka_unit_test(corruption_reaches_every_bit_of_a_packet),
		cmocka_unit_test(a_copy_arrives_with_its_frame),
		cmocka_unit_test(reordering_holds_a_frame_back_and_no_other),
		cmocka_unit_test(a_bad_spell_loses_in_bursts),
		cmocka_unit_test(inside_a_bad_spell_some_may_get_through),
		cmocka_unit_test(the_picker_decides_on_a_frame),
		cmocka_unit_test(a_held_frame_waits_while_its_copies_travel),
		cmocka_unit_test(chance_does_not_touch_what_is_certain),
		cmocka_unit_test(
		    one_frame_picked_by_hand_does_not_shift_the_luck_of_others),
		cmocka_unit_test(more_loss_loses_the_same_frames_and_some_more),
		cmocka_unit_test(a_wire_that_changes_lets_new_frames_overtake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
