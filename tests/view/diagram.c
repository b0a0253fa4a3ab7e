/* SPDX-License-Identifier: BSD-2-Clause
 *
 * diagram.c - the state diagram: every legal edge is in it, once, and what a
 * trace passed is lit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"

/* Figure 5 of RFC 9293, its notes, any state to CLOSED, and back to SYN-SENT. */
static const struct view_edge legal[] = {
	{ ESTAB_CLOSED, ESTAB_LISTEN },
	{ ESTAB_CLOSED, ESTAB_SYN_SENT },
	{ ESTAB_LISTEN, ESTAB_CLOSED },
	{ ESTAB_LISTEN, ESTAB_SYN_SENT },
	{ ESTAB_LISTEN, ESTAB_SYN_RECEIVED },
	{ ESTAB_SYN_SENT, ESTAB_CLOSED },
	{ ESTAB_SYN_SENT, ESTAB_SYN_RECEIVED },
	{ ESTAB_SYN_SENT, ESTAB_ESTABLISHED },
	{ ESTAB_SYN_RECEIVED, ESTAB_CLOSED },
	{ ESTAB_SYN_RECEIVED, ESTAB_LISTEN },
	{ ESTAB_SYN_RECEIVED, ESTAB_SYN_SENT },
	{ ESTAB_SYN_RECEIVED, ESTAB_ESTABLISHED },
	{ ESTAB_SYN_RECEIVED, ESTAB_FIN_WAIT_1 },
	{ ESTAB_ESTABLISHED, ESTAB_CLOSED },
	{ ESTAB_ESTABLISHED, ESTAB_FIN_WAIT_1 },
	{ ESTAB_ESTABLISHED, ESTAB_CLOSE_WAIT },
	{ ESTAB_FIN_WAIT_1, ESTAB_CLOSED },
	{ ESTAB_FIN_WAIT_1, ESTAB_FIN_WAIT_2 },
	{ ESTAB_FIN_WAIT_1, ESTAB_CLOSING },
	{ ESTAB_FIN_WAIT_1, ESTAB_TIME_WAIT },
	{ ESTAB_FIN_WAIT_2, ESTAB_CLOSED },
	{ ESTAB_FIN_WAIT_2, ESTAB_TIME_WAIT },
	{ ESTAB_CLOSE_WAIT, ESTAB_CLOSED },
	{ ESTAB_CLOSE_WAIT, ESTAB_LAST_ACK },
	{ ESTAB_CLOSING, ESTAB_CLOSED },
	{ ESTAB_CLOSING, ESTAB_TIME_WAIT },
	{ ESTAB_LAST_ACK, ESTAB_CLOSED },
	{ ESTAB_TIME_WAIT, ESTAB_CLOSED },
	{ ESTAB_TIME_WAIT, ESTAB_SYN_RECEIVED },
};
#define LEGAL (sizeof legal / sizeof legal[0])
#define DRAWN 21

static struct view_walk
walk_of(story_teller tell)
{
	struct story *story = story_new(tell);
	struct view_walk walk = { .visited = 0 };

	assert_non_null(story);
	for (uint64_t n = 0; n < story->trace.written; n++)
		view_walk_record(&walk, &story->record[n]);
	free(story);
	return walk;
}

static void
draw(struct look *look, struct view_style style, const struct view_edge *edges,
    size_t n, const struct view_walk *walk)
{
	const struct view_out out = look_out(look);

	view_diagram(&out, &style, edges, n, walk);
}

static void
check_golden(struct view_style style, const struct view_walk *walk,
    const char *name)
{
	struct look look;

	draw(&look, style, legal, LEGAL, walk);
	look_is_golden(&look, name);
	assert_in_range(look_columns(look.text), 80, 100);
	look_free(&look);
}

static void
a_life_is_lit_as_its_golden_file_shows(void **unused)
{
	const struct view_walk walk = walk_of(story_teardown);

	(void)unused;
	check_golden((struct view_style){ .zh = false }, &walk, "diagram");
	check_golden((struct view_style){ .ascii = true }, &walk,
	    "diagram.ascii");
	check_golden((struct view_style){ .zh = true }, NULL, "diagram.zh");
}

/* Each edge alone: it is drawn with one head, or named below. */
static void
every_legal_edge_is_drawn_or_named_once(void **unused)
{
	size_t drawn = 0;

	(void)unused;
	for (size_t i = 0; i < LEGAL; i++) {
		const struct view_style style = { .zh = false };
		struct look look;
		size_t heads;

		draw(&look, style, &legal[i], 1, NULL);
		heads = look_count(look.text, "►") +
		    look_count(look.text, "◄") + look_count(look.text, "▲") +
		    look_count(look.text, "▼");
		assert_int_equal(heads, 1);
		drawn += strstr(look.text, "edges not drawn") == NULL;
		look_free(&look);
	}
	assert_int_equal(drawn, DRAWN);
}

/* Each edge walked alone lights itself and its two ends, nothing else. */
static void
every_edge_can_be_lit_alone(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < LEGAL; i++) {
		const struct view_style style = { .ascii = true };
		struct view_walk walk = { .visited = 0 };
		const struct estab_record record = {
			.type = ESTAB_RECORD_STATE,
			.before = legal[i].from,
			.after = legal[i].to,
		};
		struct look on, off;

		for (int from = 0; from < ESTAB_STATE_COUNT; from++)
			for (int to = 0; to < ESTAB_STATE_COUNT; to++)
				assert_false(view_walk_took(&walk,
				    (enum estab_state)from,
				    (enum estab_state)to));
		draw(&off, style, legal, LEGAL, &walk);
		assert_null(strchr(off.text, '#'));
		view_walk_record(&walk, &record);
		assert_true(view_walk_took(&walk,
		    (enum estab_state)legal[i].from,
		    (enum estab_state)legal[i].to));
		assert_int_equal(walk.visited,
		    1u << legal[i].from | 1u << legal[i].to);
		draw(&on, style, legal, LEGAL, &walk);
		/* A straight edge is lit by "=" and "#" beside two boxes, of
		 * which CLOSED is drawn twice. */
		assert_true(look_count(on.text, "#") >= 12);
		assert_true(strcmp(on.text, off.text) != 0);
		look_free(&on);
		look_free(&off);
	}
}

/* Were the core ever to take a wrong edge, the picture would not hide it. */
static void
an_illegal_edge_that_was_taken_is_named(void **unused)
{
	struct view_walk walk = { .visited = 0 };
	const struct estab_record record = {
		.type = ESTAB_RECORD_STATE,
		.before = ESTAB_LISTEN,
		.after = ESTAB_TIME_WAIT,
	};
	struct look look;

	(void)unused;
	view_walk_record(&walk, &record);
	draw(&look, (struct view_style){ .ascii = true }, legal, LEGAL, &walk);
	assert_non_null(strstr(look.text, "LISTEN       ==> TIME-WAIT"));
	look_free(&look);
}

static void
only_changes_of_state_are_steps(void **unused)
{
	struct view_walk walk = { .visited = 0 };
	const struct estab_record in = { .type = ESTAB_RECORD_IN,
		.before = ESTAB_LISTEN,
		.after = ESTAB_SYN_RECEIVED };
	const struct estab_record nonsense = { .type = ESTAB_RECORD_STATE,
		.before = 200,
		.after = 11 };

	(void)unused;
	view_walk_record(&walk, &in);
	view_walk_record(&walk, &nonsense);
	assert_int_equal(walk.visited, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_life_is_lit_as_its_golden_file_shows),
		cmocka_unit_test(every_legal_edge_is_drawn_or_named_once),
		cmocka_unit_test(every_edge_can_be_lit_alone),
		cmocka_unit_test(an_illegal_edge_that_was_taken_is_named),
		cmocka_unit_test(only_changes_of_state_are_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
