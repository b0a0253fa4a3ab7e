/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ladder.c - ladders of hand-made traces: as the golden files show them, and
 * what holds of every one.
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
check_golden(story_teller tell, const char *name, struct view_style style)
{
	struct look look;

	look_at_story(&look, tell, &style);
	look_is_golden(&look, name);
	look_free(&look);
}

static void
every_story_looks_as_its_golden_file(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < STORY_COUNT; i++) {
		const struct view_style style = { .fold = true };

		check_golden(stories[i].tell, stories[i].name, style);
	}
}

static void
chinese_ascii_colour_and_raw_look_as_their_golden_files(void **unused)
{
	(void)unused;
	check_golden(story_teardown, "teardown.zh",
	    (struct view_style){ .zh = true });
	check_golden(story_mishaps, "mishaps.ascii",
	    (struct view_style){ .ascii = true });
	check_golden(story_lost_text, "lost-text.colour",
	    (struct view_style){ .colour = true });
	check_golden(story_handshake, "handshake.raw",
	    (struct view_style){ .raw = true });
}

/* Every style: the bits of k. */
static struct view_style
style_of(unsigned k)
{
	return (struct view_style){
		.colour = (k & 1) != 0,
		.ascii = (k & 2) != 0,
		.zh = (k & 4) != 0,
		.raw = (k & 8) != 0,
		.fold = (k & 16) != 0,
	};
}

static void
no_line_is_wider_than_it_was_asked_to_be(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < STORY_COUNT; i++) {
		for (unsigned k = 0; k < 32; k++) {
			struct view_style style = style_of(k);
			struct look look;

			look_at_story(&look, stories[i].tell, &style);
			assert_in_range(look_columns(look.text), 60, 100);
			look_free(&look);
			style.columns = 80;
			look_at_story(&look, stories[i].tell, &style);
			assert_in_range(look_columns(look.text), 60, 80);
			look_free(&look);
		}
	}
}

static void
ascii_is_ascii(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < STORY_COUNT; i++) {
		const struct view_style style = { .ascii = true };
		struct look look;

		look_at_story(&look, stories[i].tell, &style);
		for (size_t n = 0; n < look.n; n++)
			if ((unsigned char)look.text[n] >= 0x80)
				fail_msg("%s: byte %zu is %#x", stories[i].name,
				    n, (unsigned char)look.text[n]);
		look_free(&look);
	}
}

static void
only_colour_writes_escapes(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < STORY_COUNT; i++) {
		for (unsigned k = 0; k < 32; k++) {
			const struct view_style style = style_of(k);
			struct look look;

			look_at_story(&look, stories[i].tell, &style);
			assert_int_equal(strchr(look.text, '\033') != NULL,
			    style.colour);
			look_free(&look);
		}
	}
}

/* Taken out, the escapes leave what stands there without them. */
static void
colour_changes_nothing_but_colour(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < STORY_COUNT; i++) {
		struct view_style style = { .fold = true };
		struct look plain, colour;
		size_t n = 0;

		look_at_story(&plain, stories[i].tell, &style);
		style.colour = true;
		look_at_story(&colour, stories[i].tell, &style);
		for (const char *at = colour.text; *at != '\0'; at++) {
			if (*at == '\033')
				at += strcspn(at, "m");
			else
				colour.text[n++] = *at;
		}
		colour.text[n] = '\0';
		assert_string_equal(colour.text, plain.text);
		look_free(&plain);
		look_free(&colour);
	}
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* The five numbers of the lesson, at the segments they belong to. */
static void
the_life_of_a_connection_is_told_in_x_y_u_v_and_w(void **unused)
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
lost_and_held_segments_do_not_arrive_and_late_ones_do(void **unused)
{
	const struct view_style style = { .ascii = true };
	struct look look;

	(void)unused;
	look_at_story(&look, story_last_ack_lost, &style);
	assert_int_equal(count(look.text, "--X lost"), 1);
	look_free(&look);
	look_at_story(&look, story_stale_syn, &style);
	assert_int_equal(count(look.text, "# held "), 1);
	assert_int_equal(count(look.text, " held until now "), 1);
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

/* 1 MiB of segments alike is a screen, not a book; what differs stays. */
static void
a_long_transfer_folds_and_loses_no_segment(void **unused)
{
	struct view_style style = { .fold = true };
	struct look look;

	(void)unused;
	look_at_story(&look, story_transfer, &style);
	assert_in_range(count(look.text, "\n"), 20, 60);
	assert_int_equal(count(look.text, "A: 712 segments, 1,039,520 bytes"),
	    1);
	assert_int_equal(count(look.text, "B: 356 segments, 356 plain ACKs"),
	    1);
	assert_int_equal(count(look.text, "FIN=1"), 1);
	look_free(&look);
	style.fold = false;
	look_at_story(&look, story_transfer, &style);
	assert_int_equal(count(look.text, "len=1460"), 2 * 718);
	look_free(&look);
}

static void
symbols_of_a_connection_are_given_to_each_end_its_own_way(void **unused)
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
		assert_true(count(live.text, "=1 seq") >=
		    count(once.text, "=1 seq"));
		assert_true(count(live.text, "\n") >= count(once.text, "\n"));
		view_ladder_free(ladder);
		look_free(&once);
		look_free(&live);
		free(story);
	}
}

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
	assert_int_equal(count(look.text, "\n"), 5);
	view_ladder_free(ladder);
	look_free(&look);
}

/* Whatever is in a record, a picture of it comes out and nothing breaks. */
static void
nonsense_is_drawn_within_the_columns(void **unused)
{
	const struct view_style style = { .fold = true };
	struct look look;
	const struct view_out out = look_out(&look);
	struct view_ladder *ladder =
	    view_ladder_new(&out, &style, story_hosts, 2);
	uint32_t state = 1;

	(void)unused;
	for (int n = 0; n < 20000; n++) {
		struct estab_record record;
		uint8_t *byte = (uint8_t *)&record;

		for (size_t i = 0; i < sizeof record; i++) {
			state = state * 1664525 + 1013904223;
			byte[i] = (uint8_t)(state >> 24);
		}
		record.type %= ESTAB_RECORD_DROP + 2;
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

static void
two_worlds_stand_under_their_headings(void **unused)
{
	const struct view_style style = { .ascii = true };
	struct story *story[2] = { story_new(story_teardown),
		story_new(story_last_ack_lost) };
	const struct view_world world[2] = {
		{ "the last ACK arrives", story_hosts, 2, &story[0]->trace },
		{ "the last ACK is lost", story_hosts, 2, &story[1]->trace },
	};
	struct look look;
	const struct view_out out = look_out(&look);
	const char *second;

	(void)unused;
	view_beside(&out, &style, &world[0], &world[1],
	    "Both ends are CLOSED in both worlds.");
	assert_ptr_equal(strstr(look.text, "== the last ACK arrives ==\n"),
	    look.text);
	second = strstr(look.text, "\n\n== the last ACK is lost ==\n");
	assert_non_null(second);
	assert_null(strstr(second + 30, "=="));
	assert_non_null(strstr(second, "--X lost"));
	assert_non_null(strstr(second,
	    "\n\nBoth ends are CLOSED in both worlds.\n"));
	look_free(&look);
	free(story[0]);
	free(story[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_story_looks_as_its_golden_file),
		cmocka_unit_test(
		    chinese_ascii_colour_and_raw_look_as_their_golden_files),
		cmocka_unit_test(no_line_is_wider_than_it_was_asked_to_be),
		cmocka_unit_test(ascii_is_ascii),
		cmocka_unit_test(only_colour_writes_escapes),
		cmocka_unit_test(colour_changes_nothing_but_colour),
		cmocka_unit_test(the_life_of_a_connection_is_told_in_x_y_u_v_and_w),
		cmocka_unit_test(
		    lost_and_held_segments_do_not_arrive_and_late_ones_do),
		cmocka_unit_test(raw_shows_numbers_and_no_symbol),
		cmocka_unit_test(a_long_transfer_folds_and_loses_no_segment),
		cmocka_unit_test(
		    symbols_of_a_connection_are_given_to_each_end_its_own_way),
		cmocka_unit_test(flushing_after_each_record_loses_nothing),
		cmocka_unit_test(remarks_are_wrapped_between_the_lifelines),
		cmocka_unit_test(nonsense_is_drawn_within_the_columns),
		cmocka_unit_test(three_hosts_are_told_apart_by_name),
		cmocka_unit_test(two_worlds_stand_under_their_headings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
