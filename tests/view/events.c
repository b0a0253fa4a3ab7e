/* SPDX-License-Identifier: BSD-2-Clause
 *
 * events.c - what a ladder makes of records: numbers named, segments lost
 * and held, nonsense drawn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"

/* The five numbers of the lesson, at the segments they belong to. */
static void
a_whole_life_is_told_in_x_y_u_v_and_w(void **unused)
{
	static const char *const segments[] = {
		" SYN=1 seq=x ",
		" SYN=1 ACK=1 seq=y ack=x+1 ",
		" ACK=1 seq=x+1 ack=y+1 ",
		" FIN=1 ACK=1 seq=u ack=y+1 ",
		" ACK=1 seq=v ack=u+1 ",
		" FIN=1 ACK=1 seq=w ack=u+1 ",
		" ACK=1 seq=u+1 ack=w+1 ",
	};
	const struct view_style style = { .fold = false };
	struct look look;
	const char *at;

	(void)unused;
	look_at_story(&look, story_teardown, &style);
	at = look.text;
	for (size_t i = 0; i < sizeof segments / sizeof segments[0]; i++) {
		at = strstr(at, segments[i]);
		if (at == NULL)
			fail_msg("no %s in its order", segments[i]);
		at++;
	}
	look_free(&look);
}

static void
lost_segments_do_not_arrive_and_held_ones_do(void **unused)
{
	const struct view_style style = { .ascii = true };
	struct look look;

	(void)unused;
	look_at_story(&look, story_last_ack_lost, &style);
	assert_int_equal(look_count(look.text, "--X lost"), 1);
	look_free(&look);
	look_at_story(&look, story_stale_syn, &style);
	assert_int_equal(look_count(look.text, "# held "), 1);
	assert_int_equal(look_count(look.text, " held until now "), 1);
	look_free(&look);
}

static void
raw_shows_numbers_and_no_symbol(void **unused)
{
	const struct view_style style = { .raw = true };
	struct look look;

	(void)unused;
	look_at_story(&look, story_handshake, &style);
	assert_non_null(strstr(look.text, "seq=4294967295 ack=1000001 "));
	assert_null(strstr(look.text, "seq=x"));
	assert_null(strstr(look.text, "ack=y"));
	look_free(&look);
}

static void
symbols_are_given_as_each_end_sees_them(void **unused)
{
	const struct view_style style = { .zh = false };
	struct story *story = story_new(story_teardown);
	const struct estab_record *last =
	    &story->record[story->trace.written - 1];
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);
	struct view_symbols a, b;

	(void)unused;
	for (uint64_t n = 0; n < story->trace.written; n++)
		view_ladder_record(ladder, &story->record[n]);
	assert_true(view_ladder_symbols(ladder, 1, &last->local, &last->remote,
	    &a));
	assert_true(view_ladder_symbols(ladder, 2, &last->remote, &last->local,
	    &b));
	assert_string_equal(a.own.symbol[0].name, "x");
	assert_int_equal(a.own.symbol[0].value, STORY_X);
	assert_string_equal(a.own.symbol[1].name, "u");
	assert_int_equal(a.own.symbol[1].value, STORY_X + 101);
	assert_memory_equal(&a.own, &b.peer, sizeof a.own);
	assert_memory_equal(&a.peer, &b.own, sizeof a.own);
	assert_false(view_ladder_symbols(ladder, 1, &last->local, &last->local,
	    &a));
	view_ladder_free(ladder);
	look_free(&look);
	free(story);
}

/* What nobody sent is not said to be A's. */
static void
forged_numbers_are_nobodys(void **unused)
{
	const struct view_style style = { .zh = false };
	struct story *story = story_new(story_flood);
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);

	(void)unused;
	for (uint64_t n = 0; n < 12; n++)
		view_ladder_record(ladder, &story->record[n]);
	view_ladder_end(ladder);
	assert_non_null(strstr(look.text, " of a forged segment\n"));
	assert_null(strstr(look.text, "A's"));
	assert_non_null(strstr(look.text, "B's initial sequence number"));
	view_ladder_free(ladder);
	look_free(&look);
	free(story);
}

/* Whatever is in a record, a picture of it comes out and nothing breaks. */
static void
nonsense_is_drawn_within_the_columns(void **unused)
{
	const struct view_style style = { .fold = true, .raw = true };
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);
	uint32_t state = 1;

	(void)unused;
	for (int n = 0; n < 4000; n++) {
		struct estab_record record;
		uint8_t *byte = (uint8_t *)&record;

		for (size_t i = 0; i < sizeof record; i++) {
			state = state * 1664525 + 1013904223;
			byte[i] = (uint8_t)(state >> 24);
		}
		record.type %= ESTAB_RECORD_NEIGHBOUR + 2;
		record.host %= 3;
		record.reason %= ESTAB_REASON_COUNT;
		record.time = n * ESTAB_MS;
		if (n % 2 == 0) {
			record.local.port %= 4;
			record.remote.port %= 4;
			memset(&record.local.address, 1, 16);
			memset(&record.remote.address, 2, 16);
		}
		view_ladder_record(ladder, &record);
	}
	view_ladder_end(ladder);
	assert_in_range(look_columns(look.text), 60, 100);
	view_ladder_free(ladder);
	look_free(&look);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_life_is_told_in_x_y_u_v_and_w),
		cmocka_unit_test(lost_segments_do_not_arrive_and_held_ones_do),
		cmocka_unit_test(raw_shows_numbers_and_no_symbol),
		cmocka_unit_test(symbols_are_given_as_each_end_sees_them),
		cmocka_unit_test(forged_numbers_are_nobodys),
		cmocka_unit_test(nonsense_is_drawn_within_the_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
