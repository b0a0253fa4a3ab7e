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

/* Every style: the bits of k.  The long stories are folded in all. */
static struct view_style
style_of(unsigned k, story_teller tell)
{
	const bool is_long = tell == story_transfer || tell == story_flood;

	return (struct view_style){
		.colour = (k & 1) != 0,
		.ascii = (k & 2) != 0,
		.zh = (k & 4) != 0,
		.raw = (k & 8) != 0,
		.fold = is_long || (k & 16) != 0,
	};
}

static void
no_line_is_wider_than_it_was_asked_to_be(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < STORY_COUNT; i++) {
		for (unsigned k = 0; k < 32; k++) {
			struct view_style style = style_of(k, stories[i].tell);
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
			const struct view_style style =
			    style_of(k, stories[i].tell);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
