/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fold.c - long runs become few rows, and nothing remarkable is in them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"

/* 1 MiB of segments alike is a screen, not a book; what differs stays. */
static void
a_long_transfer_folds_whole(void **unused)
{
	struct view_style style = { .fold = true };
	struct look look;

	(void)unused;
	look_at_story(&look, story_transfer, &style);
	assert_in_range(look_count(look.text, "\n"), 20, 60);
	assert_int_equal(look_count(look.text,
	                     "A: 712 segments, 1,039,520 bytes"),
	    1);
	assert_int_equal(look_count(look.text,
	                     "B: 356 segments, 356 plain ACKs"),
	    1);
	assert_int_equal(look_count(look.text, "FIN=1"), 1);
	look_free(&look);
	style.fold = false;
	look_at_story(&look, story_transfer, &style);
	assert_int_equal(look_count(look.text, "len=1460"), 2 * 718);
	look_free(&look);
}

/* Of many segments alike, those that were lost are another kind. */
static void
a_lost_segment_is_drawn_amid_a_run(void **unused)
{
	const struct view_style style = { .fold = true, .ascii = true };
	struct story *story = story_new(story_transfer);
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);
	int wires = 0;

	(void)unused;
	for (uint64_t n = 0; n < story->trace.written; n++) {
		struct estab_record *record = &story->record[n];

		if (record->type == ESTAB_RECORD_WIRE && ++wires == 500)
			record->fate = ESTAB_FATE_LOST;
		view_ladder_record(ladder, record);
	}
	view_ladder_end(ladder);
	assert_int_equal(look_count(look.text, "--X lost"), 1);
	view_ladder_free(ladder);
	look_free(&look);
	free(story);
}

/* Somebody types a line a second: each is drawn when the next one comes,
 * however many were drawn before. */
static void
a_run_with_pauses_is_not_folded(void **unused)
{
	const struct view_style style = { .fold = true, .ascii = true };
	struct story *story = story_new(story_live);
	struct estab_record *text = NULL;
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);

	(void)unused;
	for (uint64_t n = 0; n < story->trace.written && text == NULL; n++)
		if (story->record[n].type == ESTAB_RECORD_OUT &&
		    story->record[n].text_bytes > 0)
			text = &story->record[n];
	assert_non_null(text);
	for (int n = 0; n < 30; n++) {
		text->time += ESTAB_SECOND;
		text->seq += 100;
		view_ladder_record(ladder, text);
		view_ladder_flush(ladder);
	}
	view_ladder_end(ladder);
	assert_int_equal(look_count(look.text, " len=100 "), 30);
	assert_null(strstr(look.text, "segments"));
	view_ladder_free(ladder);
	look_free(&look);
	free(story);
}

/* What is printed after a flush belongs behind what was seen before it. */
static void
a_flush_between_watched_wires_ends_a_run(void **unused)
{
	const struct view_style style = { .fold = true, .ascii = true };
	struct story *story = story_new(story_transfer);
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);

	(void)unused;
	for (uint64_t n = 0; n < 1000; n++)
		view_ladder_record(ladder, &story->record[n]);
	assert_null(strstr(look.text, "segments"));
	view_ladder_flush(ladder);
	assert_non_null(strstr(look.text, "A: "));
	assert_non_null(strstr(look.text, " segments"));
	view_ladder_end(ladder);
	view_ladder_free(ladder);
	look_free(&look);
	free(story);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_transfer_folds_whole),
		cmocka_unit_test(a_lost_segment_is_drawn_amid_a_run),
		cmocka_unit_test(a_run_with_pauses_is_not_folded),
		cmocka_unit_test(a_flush_between_watched_wires_ends_a_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
