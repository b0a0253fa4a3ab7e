/* SPDX-License-Identifier: BSD-2-Clause
 *
 * memory.c - the bytes a ladder says each end holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"

/* The half-open record of a connection is not its listener, and when it falls
 * back to LISTEN nothing is left of it. */
static void
memory_is_the_connections_until_it_is_gone(void **unused)
{
	const struct view_style style = { .ascii = true };
	struct story *story = story_new(story_stale_syn);
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);

	(void)unused;
	for (uint64_t n = 0; n < story->trace.written; n++) {
		struct estab_record *record = &story->record[n];

		if (record->reason == ESTAB_REASON_LISTEN_SYN &&
		    record->type == ESTAB_RECORD_IN) {
			record->conn = 99;
			record->memory_bytes = 31337;
			view_ladder_record(ladder, record);
			view_ladder_note(ladder, "and then");
			continue;
		}
		if (record->reason == ESTAB_REASON_HALF_OPEN_RST) {
			record->memory_bytes = 0;
			if (record->type == ESTAB_RECORD_IN)
				record->conn = 0;
		}
		view_ladder_record(ladder, record);
	}
	view_ladder_end(ladder);
	assert_null(strstr(look.text, "31,337 B"));
	assert_int_equal(look_count(look.text, "| 80 B\n"), 2);
	assert_int_equal(look_count(look.text, "| 0 B\n"), 2);
	view_ladder_free(ladder);
	look_free(&look);
	free(story);
}

static void
nothing_is_left_of_a_half_open_that_timed_out(void **unused)
{
	const struct view_style style = { .ascii = true };
	struct story *story = story_new(story_lost_syn_ack);
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);
	struct estab_record record = { .type = ESTAB_RECORD_NONE };

	(void)unused;
	for (uint64_t n = 0; n < 9; n++) {
		if (story->record[n].after == ESTAB_SYN_RECEIVED)
			record = story->record[n];
		view_ladder_record(ladder, &story->record[n]);
	}
	record.type = ESTAB_RECORD_STATE;
	record.time = 15 * ESTAB_SECOND;
	record.before = ESTAB_SYN_RECEIVED;
	record.after = ESTAB_LISTEN;
	record.reason = ESTAB_REASON_TIMEOUT_HALF_OPEN;
	record.memory_bytes = 0;
	view_ladder_record(ladder, &record);
	view_ladder_end(ladder);
	assert_int_equal(look_count(look.text, "| 80 B\n"), 1);
	assert_int_equal(look_count(look.text, "| 0 B\n"), 1);
	view_ladder_free(ladder);
	look_free(&look);
	free(story);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_the_connections_until_it_is_gone),
		cmocka_unit_test(nothing_is_left_of_a_half_open_that_timed_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
