/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Faults by hand: pickers, held frames, copies, flipped bits, injections.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/dummies/stage.h"
#include "sim/making.h"

static void
the_picker_is_asked_for_every_frame(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 2, .fate = { .lost = true } };

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	for (uint32_t i = 0; i < 3; i++)
		send_at(s->host[0], 0, i, 10, 0);
	run(s);
	assert_int_equal(script.asked, 3);
	assert_int_equal(s->host[1]->got_count, 2);
	assert_int_equal(s->host[1]->got[0].frame, 1);
	assert_int_equal(s->host[1]->got[1].frame, 3);
	assert_int_equal(estab_trace_get(&s->trace, 3)->fate, ESTAB_FATE_LOST);
	assert_int_equal(estab_trace_get(&s->trace, 3)->arrival, ESTAB_NEVER);
	free_stage(s);
}

static void
a_held_frame_arrives_when_it_is_released(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1, .fate = { .held = true } };

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .delay_ns = 5 });
	estab_world_set_picker(s->world, pick_one, &script);
	send_at(s->host[0], 0, 1, 10, 0);
	assert_int_equal(estab_world_step(s->world, 1000), 0);
	assert_int_equal(counts(s).held, 1);
	assert_int_equal(estab_world_release(s->world, 2), ESTAB_ESTALE);
	assert_int_equal(estab_world_release(s->world, 1), 0);
	assert_int_equal(estab_world_release(s->world, 1), ESTAB_ESTALE);
	run(s);
	assert_int_equal(s->host[1]->got_count, 1);
	assert_int_equal(s->host[1]->got[0].at, 1005);
	assert_int_equal(s->host[1]->got[0].frame, 1);
	assert_int_equal(estab_trace_get(&s->trace, 1)->fate, ESTAB_FATE_HELD);
	free_stage(s);
}

static void
copies_are_arrivals_of_the_same_frame(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1, .fate = { .duplicates = 2 } };

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	send_at(s->host[0], 0, 1, 10, 0);
	send_at(s->host[0], 0, 2, 10, 0);
	run(s);
	assert_int_equal(s->host[1]->got_count, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(s->host[1]->got[i].frame, i < 3 ? 1 : 2);
	assert_int_equal(counts(s).duplicated, 2);
	assert_int_equal(s->trace.written, 4);
	free_stage(s);
}

static void
a_corrupted_bit_is_flipped_for_tap_and_host(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1,
		.fate = { .corrupt = true, .corrupt_bit = 163 } };
	static struct seen seen;
	const uint8_t *packet;

	(void)unused;
	memset(&seen, 0, sizeof seen);
	estab_world_set_picker(s->world, pick_one, &script);
	estab_world_set_tap(s->world, see, &seen);
	packet = send_at(s->host[0], 0, 1, 10, 0);
	run(s);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.fate[0], ESTAB_FATE_CORRUPTED);
	assert_memory_equal(seen.packet[0], s->host[1]->got[0].packet, 54);
	/* Bit 163 is the fourth of byte 20. */
	assert_int_equal(seen.packet[0][20], packet[20] ^ 0x10);
	seen.packet[0][20] ^= 0x10;
	assert_memory_equal(seen.packet[0], packet, 54);
	/* The record shows what was sent. */
	assert_int_equal(estab_trace_get(&s->trace, 1)->local.port, 1025);
	free_stage(s);
}

static void
the_tap_sees_what_is_lost_and_each_copy(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 2,
		.fate = { .duplicates = 1, .held = true } };
	static struct seen seen;

	(void)unused;
	memset(&seen, 0, sizeof seen);
	estab_world_set_picker(s->world, pick_one, &script);
	estab_world_set_tap(s->world, see, &seen);
	impair(s, 0, (struct estab_impairment){ .loss_ppm = 1000000 });
	send_at(s->host[0], 0, 1, 10, 0);
	assert_int_equal(estab_world_step(s->world, 9), 0);
	impair(s, 0, (struct estab_impairment){ .delay_ns = 4 });
	send_at(s->host[0], 9, 2, 10, 0);
	(void)estab_world_step(s->world, ESTAB_NEVER);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.fate[0], ESTAB_FATE_LOST);
	assert_int_equal(seen.arrival[0], ESTAB_NEVER);
	assert_int_equal(seen.fate[1], ESTAB_FATE_HELD | ESTAB_FATE_DUPLICATED);
	assert_int_equal(seen.arrival[1], ESTAB_NEVER);
	assert_int_equal(seen.arrival[2], 13);
	free_stage(s);
}

static void
an_injected_packet_travels_as_if_its_sender_had_sent_it(void **unused)
{
	struct stage *s = new_stage(1);
	static uint8_t huge[65600];
	const struct segment segment = { .from_port = 80,
		.to_port = 1025,
		.seq = 9,
		.rst = true };
	uint8_t packet[60];
	const uint32_t bytes = made_packet(packet, 4, 2, 1, &segment);
	const struct estab_record *r;

	(void)unused;
	impair(s, 1, (struct estab_impairment){ .delay_ns = 5 });
	assert_int_equal(estab_world_inject(s->world, 0, 1, packet, bytes), 0);
	run(s);
	assert_int_equal(s->host[0]->got_count, 1);
	assert_int_equal(s->host[0]->got[0].at, 5);
	assert_int_equal(s->host[0]->got[0].link, 3);
	assert_memory_equal(s->host[0]->got[0].packet, packet, bytes);
	assert_int_equal(counts(s).injected, 1);
	r = estab_trace_get(&s->trace, 0);
	assert_int_equal(r->fate, ESTAB_FATE_FORGED);
	assert_int_equal(r->host, 1);
	assert_int_equal(r->flags, ESTAB_RST);

	assert_int_equal(estab_world_inject(s->world, 1, 0, packet, bytes),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_inject(s->world, 0, 2, packet, bytes),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_inject(s->world, -1, 0, packet, bytes),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_inject(s->world, 0, 0, packet, 0),
	    ESTAB_EMSGSIZE);
	assert_int_equal(estab_world_inject(s->world, 0, 0, huge, 65576),
	    ESTAB_EMSGSIZE);
	assert_int_equal(estab_world_inject(s->world, 0, 0, huge, 65575), 0);
	free_stage(s);
}

static void
nonsense_may_be_injected(void **unused)
{
	struct stage *s = new_stage(1);
	uint8_t bytes[64];

	(void)unused;
	for (uint32_t n = 1; n <= sizeof bytes; n++)
		for (int fill = 0; fill < 256; fill += 3) {
			memset(bytes, fill, n);
			assert_int_equal(estab_world_inject(s->world, 0, 0,
			                     bytes, n),
			    0);
			s->host[1]->got_count = 0;
			run(s);
			assert_int_equal(s->host[1]->got_count, 1);
			assert_int_equal(s->host[1]->got[0].bytes, n);
		}
	free_stage(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_picker_is_asked_for_every_frame),
		cmocka_unit_test(a_held_frame_arrives_when_it_is_released),
		cmocka_unit_test(copies_are_arrivals_of_the_same_frame),
		cmocka_unit_test(a_corrupted_bit_is_flipped_for_tap_and_host),
		cmocka_unit_test(the_tap_sees_what_is_lost_and_each_copy),
		cmocka_unit_test(
		    an_injected_packet_travels_as_if_its_sender_had_sent_it),
		cmocka_unit_test(nonsense_may_be_injected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
