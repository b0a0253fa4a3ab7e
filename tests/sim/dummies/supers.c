/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Super-segments on a wire: cut, or whole.
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
a_super_segment_is_cut_and_each_segment_has_its_own_fate(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 2, .fate = { .lost = true } };
	struct ip_packet ip;
	struct segment segment;

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	send_at(s->host[0], 0, 1000, 3500, 1000);
	run(s);
	assert_int_equal(counts(s).frames, 4);
	assert_int_equal(s->trace.written, 5);
	assert_int_equal(s->host[1]->got_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const uint32_t n = i == 0 ? 0 : i + 1;

		assert_int_equal(s->host[1]->got[i].frame, n + 1);
		assert_int_equal(s->host[1]->got[i].segment_count, 0);
		assert_true(is_intact(s->host[1]->got[i].packet,
		    s->host[1]->got[i].bytes, &ip, &segment));
		assert_int_equal(segment.seq, 1000 + 1000 * n);
		assert_int_equal(segment.text_len, n == 3 ? 500 : 1000);
	}
	free_stage(s);
}

static void
a_super_segment_may_pass_whole(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 2,
		.fate = { .corrupt = true, .corrupt_bit = 5000 } };

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	impair(s, 0, (struct estab_impairment){ .super = true, .mtu = 1044 });
	send_at(s->host[0], 0, 1000, 3500, 1000);
	send_at(s->host[0], 1, 1000, 3500, 1000);
	run(s);
	assert_int_equal(s->host[1]->got_count, 2);
	assert_int_equal(s->host[1]->got[0].bytes, 3544);
	assert_int_equal(s->host[1]->got[0].segment_bytes, 1000);
	assert_int_equal(s->host[1]->got[0].segment_count, 4);
	assert_int_equal(s->host[1]->got[0].checksum, ESTAB_CHECKSUM_VERIFIED);
	assert_int_equal(estab_trace_get(&s->trace, 1)->segment_count, 4);
	/* Nobody vouches for what was damaged on the way. */
	assert_int_equal(s->host[1]->got[1].checksum,
	    ESTAB_CHECKSUM_UNVERIFIED);
	free_stage(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_super_segment_is_cut_and_each_segment_has_its_own_fate),
		cmocka_unit_test(a_super_segment_may_pass_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
