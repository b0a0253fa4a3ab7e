/* SPDX-License-Identifier: BSD-2-Clause
 *
 * worlds.c - more than one ladder of two hosts: remarks, three hosts, a
 * live one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"

static void
remarks_are_wrapped_between_the_lifelines(void **unused)
{
	const struct view_style style = { .ascii = true };
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);

	(void)unused;
	view_ladder_note(ladder,
	    "the wire is cut for a while, and whatever A sends from here on "
	    "until it is mended is lost without anybody being told");
	view_ladder_end(ladder);
	assert_non_null(strstr(look.text, ": the wire is cut"));
	assert_in_range(look_columns(look.text), 60, 100);
	assert_int_equal(look_count(look.text, "\n"), 3);
	view_ladder_free(ladder);
	look_free(&look);
}

static void
three_hosts_are_told_apart_by_name(void **unused)
{
	const struct view_style style = { .ascii = true };
	struct view_host hosts[3] = { { .id = 9, .name = "C" }, story_hosts[1],
		story_hosts[0] };
	struct story *story = story_new(story_handshake);
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder = view_ladder_new(&out, &style, hosts, 3);

	(void)unused;
	for (uint64_t n = 0; n < story->trace.written; n++)
		view_ladder_record(ladder, &story->record[n]);
	view_ladder_end(ladder);
	assert_non_null(strstr(look.text, " A SYN-SENT |"));
	assert_non_null(strstr(look.text, "| B SYN-RECEIVED\n"));
	assert_in_range(look_columns(look.text), 60, 100);
	view_ladder_free(ladder);
	look_free(&look);
	free(story);
}

/* A live ladder is asked to draw what it has after every record. */
static void
flushing_after_each_record_loses_nothing(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < STORY_COUNT; i++) {
		const struct view_style style = { .fold = false };
		struct story *story = story_new(stories[i].tell);
		struct look once, live;
		const struct view_out out = look_out(&live);
		struct view_ladder *ladder =
		    view_ladder_new(&out, &style, story_hosts, 2);

		for (uint64_t n = 0; n < story->trace.written; n++) {
			view_ladder_record(ladder, &story->record[n]);
			view_ladder_flush(ladder);
		}
		view_ladder_end(ladder);
		look_at_story(&once, stories[i].tell, &style);
		/* What was one arrow is two rows now, at the most. */
		assert_true(look_count(live.text, "=1 seq") >=
		    look_count(once.text, "=1 seq"));
		assert_true(look_count(live.text, "\n") >=
		    look_count(once.text, "\n"));
		view_ladder_free(ladder);
		look_free(&once);
		look_free(&live);
		free(story);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remarks_are_wrapped_between_the_lifelines),
		cmocka_unit_test(three_hosts_are_told_apart_by_name),
		cmocka_unit_test(flushing_after_each_record_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
