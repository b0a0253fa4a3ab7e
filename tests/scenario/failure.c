/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A story that does not go as written fails, at the line where it leaves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "scenario/scenario.h"

#define OPEN                                                                   \
	"A > B SYN seq=x\nB > A SYN ACK seq=y ack=x+1\n"                       \
	"A > B ACK seq=x+1 ack=y+1\n"

/* Each row is a story behind "title t, B listen, A connect B" (lines 1 to 3),
 * the line where it fails, and words of the complaint. */
static const struct {
	const char *story;
	unsigned line;
	const char *words;
} wrong[] = {
	/* segments */
	{ "A > B SYN ACK seq=x\n", 4, "its flags" },
	{ "B > A SYN seq=x\n", 4, "its ends" },
	{ "A > B SYN seq=7\n", 4, "its seq" },
	{ "A > B SYN seq=x\nB > A SYN ACK seq=y ack=x\n", 5, "its ack" },
	{ "A > B SYN seq=x len=1\n", 4, "its length" },
	{ "A > B SYN seq=x win=3\n", 4, "its window" },
	{ "A > B SYN seq=x win<=65534\n", 4, "its window" },
	{ "A > B SYN seq=x <mss, ws>\n", 4, "its options" },
	{ "A > B SYN seq=x <mss 1, ws, ts>\n", 4, "its options" },
	{ "A > B SYN seq=x <mss, ws, ts, sack-ok>\n", 4, "its options" },
	{ "A > B SYN seq=x options=020405b4\n", 4, "its options" },
	{ "A > B SYN seq=x A LISTEN\n", 4, "its sender's state" },
	{ "A > B SYN seq=x because OUT_FIN\n", 4, "why it was sent" },
	{ "A > B SYN seq=x B ESTABLISHED\n", 4,
	    "B ESTABLISHED after this segment, seen SYN-RECEIVED" },
	{ "A > B SYN seq=x verdict LISTEN_RST\n", 4,
	    "verdict LISTEN_RST, seen LISTEN_SYN" },
	{ "A > B SYN seq=x corrupted B SYN-RECEIVED\n", 4,
	    "seen that it does not" },
	{ OPEN "A > B ACK seq=x+1 ack=y+1\n", 7, "seen nothing" },
	{ OPEN "A send 1\n", 7, "the end of the story, seen A > B ACK" },
	{ "A > B SYN seq=x\n", 4, "the end of the story, seen B > A SYN ACK" },
	/* time */
	{ "+1ms A > B SYN seq=x\n", 4, "in time" },
	{ "A > B SYN seq=x lost\nat 2s..3s A > B SYN seq=x\n", 5, "in time" },
	{ "after 1s\n", 4, "nothing is sent until then" },
	{ "A > B SYN seq=x lost\nnothing for 1001ms\n", 5,
	    "nothing is sent until then" },
	{ "A > B SYN seq=x lost\nafter A's keepalive\n", 5, "timer" },
	{ OPEN "nothing until 1ms\n", 7, "past" },
	/* fates */
	{ "A > B SYN seq=x\nafter 10ms\nexpect A SYN-SENT\n"
	  "... for 1ms\nrelease old\n",
	    8, "a held segment" },
	/* calls */
	{ OPEN "A send 1 -> 2\n", 7, "result 2, seen 1" },
	{ OPEN "A receive 1 -> 0\n", 7, "result 0, seen EAGAIN" },
	{ OPEN "A connect B port 80 from 70 -> EPIPE\n", 7,
	    "result EPIPE, seen 0" },
	{ OPEN "B accept\nB accept -> 0\n", 8, "seen EAGAIN" },
	{ OPEN "B accept\nA receive end\n", 8, "every call to return" },
	{ OPEN "B accept\nA receive end\nA close\n", 8, "waits for ever" },
	{ OPEN "B accept\nA send \"abc\"\nB receive \"abd\"\n... until quiet\n",
	    9, "the bytes that were sent, seen others: \"abc\"" },
	{ OPEN "B accept\nA send 10\nA close\nB receive 11\n... until quiet\n",
	    10, "more bytes, seen 0" },
	/* forgeries and expectations */
	{ OPEN "forged A > B ACK seq=q\n", 7, "names that stand for numbers" },
	{ OPEN "expect A LISTEN\n", 7, "A LISTEN, seen ESTABLISHED" },
	{ OPEN "expect A SND.UNA = x\n", 7, "A SND.UNA = x, seen" },
	{ OPEN "expect A SND.NXT = q\n", 7, "a name that stands for a number" },
	{ OPEN "expect A TCBs > 1, B CLOSED\n", 7, "A TCBs > 1, seen 1" },
	{ OPEN "expect A error = EPIPE\n", 7, "seen 0" },
	{ OPEN "expect B counter InSegs >= 9\n", 7, "seen 2" },
	{ OPEN "expect nothing left\n", 7, "nothing left, seen 1 TCBs" },
	{ OPEN "expect A rto != 200ms\n", 7, "A rto != 200ms, seen" },
};

static bool
play(const char *text, char *complaint, size_t room)
{
	const struct scenario_case how = { .family = 4 };
	struct scenario_error e;
	struct scenario *s = scenario_parse("story", text, &e);
	struct scenario_run *run;
	bool passed;

	if (s == NULL)
		fail_msg("%s\n%u:%u: expected %s, found %s", text,
		    (unsigned)e.line, (unsigned)e.column, e.expected, e.found);
	run = scenario_run_world(s, 0, &how, NULL);
	assert_non_null(run);
	passed = scenario_run_passed(run);
	scenario_run_failure(run, complaint, room);
	scenario_run_free(run);
	scenario_free(s);
	return passed;
}

static void
a_story_fails_at_the_line_where_it_leaves(void **unused)
{
	char text[600], complaint[4096], place[64];
	unsigned bad = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		(void)snprintf(text, sizeof text,
		    "title t\nB listen\nA connect B\n%s", wrong[i].story);
		(void)snprintf(place, sizeof place,
		    "story.scenario:%u: expected ", wrong[i].line);
		if (!play(text, complaint, sizeof complaint) &&
		    strncmp(complaint, place, strlen(place)) == 0 &&
		    strstr(complaint, wrong[i].words) != NULL)
			continue;
		print_error("row %zu: %s\n%s\n", i, wrong[i].story, complaint);
		bad++;
	}
	assert_int_equal(bad, 0);
}

static void
a_complaint_shows_the_line_and_ten_records(void **unused)
{
	char complaint[4096];
	const char *line = complaint;
	unsigned lines = 0;

	(void)unused;
	assert_false(play("title t\nB listen\nA connect B\n" OPEN
	                  "expect A CLOSED # no\n",
	    complaint, sizeof complaint));
	assert_non_null(strstr(complaint, "\n    expect A CLOSED # no\n"));
	while ((line = strchr(line, '\n')) != NULL) {
		line++;
		lines++;
	}
	assert_int_equal(lines, 12);
	assert_non_null(strstr(complaint,
	    "0.030000 B state SYN-RECEIVED -> ESTABLISHED ACK_OF_SYN"));
}

static void
a_complaint_is_cut_to_fit(void **unused)
{
	char complaint[4096];

	(void)unused;
	memset(complaint, 'z', sizeof complaint);
	assert_false(play("title t\nB listen\nexpect A LISTEN\n", complaint,
	    20));
	assert_string_equal(complaint, "story.scenario:3: e");
	assert_int_equal(complaint[20], 'z');
}

static void
a_line_of_given_is_named_as_such(void **unused)
{
	char complaint[4096];

	(void)unused;
	assert_false(play("title t\nconfig B half-open-max 1\n"
	                  "wire A > B loss=100%\n"
	                  "given A ESTABLISHED, B ESTABLISHED\n",
	    complaint, sizeof complaint));
	assert_non_null(strstr(complaint, "story.scenario:4: expected"));
	assert_non_null(strstr(complaint, "(a line of given's)"));
}

/* ---- What a story may leave open, or say in another way ----------------- */

static const char *const right[] = {
	OPEN,
	"A > B any\nB > A any\nA > B any\n",
	"... until quiet\n",
	"...\nA > B ACK seq=x+1 ack=y+1\n",
	"at 0ms A > B SYN seq=x\n+10ms B > A SYN ACK seq=y ack=x+1\n"
	"at 20ms A > B ACK seq=x+1 ack=y+1\n",
	"A > B SYN seq=x <mss 1460, ts, ws 5>\n... until quiet\n",
	"A > B SYN seq=x <mss, ...> win=65535\n... until quiet\n",
	"A > B SYN seq=x win>=1\n... until quiet\n",
	/* an optional segment that comes, and one that does not */
	OPEN
	"B accept\nA send 5\nA > B ACK seq=x+1 ack=y+1 len=5\nB receive 5\n"
	"within 500ms maybe B > A ACK seq=y+1 ack=x+6\n"
	"within 500ms maybe B > A ACK seq=y+1 ack=x+6\nexpect A queued = 0\n",
	/* duplicated, late, held and released */
	"A > B SYN seq=x duplicated\nB > A SYN ACK seq=y ack=x+1\n"
	"B > A SYN ACK seq=y ack=x+1\n... until quiet\n",
	"A > B SYN seq=x late 90ms\n+100ms B > A SYN ACK seq=y ack=x+1\n"
	"... until quiet\n",
	"A > B SYN seq=x held as it\nafter 500ms\n"
	"release it B SYN-RECEIVED verdict LISTEN_SYN\n"
	"+10ms B > A SYN ACK seq=y ack=x+1\n... until quiet\n",
	/* raw and symbolic numbers meet */
	"A > B SYN seq=x\nB > A SYN ACK seq=y ack=x+1\n"
	"A > B ACK seq=x+1 ack=y+1\nexpect A ISS = x, B IRS = x\n",
	/* calls that wait while the story goes on */
	"B accept\nB receive 3\n" OPEN
	"A send 3\nA > B ACK seq=x+1 ack=y+1 len=3\n"
	"within 500ms B > A ACK seq=y+1 ack=x+4\nexpect B received 3\n",
	OPEN "B accept\nA receive 1 -> EAGAIN\nA send 4 -> 4\nB receive 4\n"
	     "... until quiet\n",
};

static void
what_a_story_leaves_open_does_not_fail(void **unused)
{
	char text[800], complaint[4096];
	unsigned bad = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		(void)snprintf(text, sizeof text,
		    "title t\nB listen\nA connect B\n%s", right[i]);
		if (play(text, complaint, sizeof complaint))
			continue;
		print_error("row %zu: %s\n%s\n", i, right[i], complaint);
		bad++;
	}
	assert_int_equal(bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_story_fails_at_the_line_where_it_leaves),
		cmocka_unit_test(a_complaint_shows_the_line_and_ten_records),
		cmocka_unit_test(a_complaint_is_cut_to_fit),
		cmocka_unit_test(a_line_of_given_is_named_as_such),
		cmocka_unit_test(what_a_story_leaves_open_does_not_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
