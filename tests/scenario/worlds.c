/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Several hosts, wires and connections; hosts that forget; two worlds and
 * the sentence made from both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "scenario/scenario.h"

static struct scenario *
parsed(const char *text)
{
	struct scenario_error e;
	struct scenario *s = scenario_parse("story", text, &e);

	if (s == NULL)
		fail_msg("%u:%u: expected %s, found %s", (unsigned)e.line,
		    (unsigned)e.column, e.expected, e.found);
	return s;
}

static struct scenario_run *
played(const struct scenario *s, uint32_t world,
    const struct scenario_case *how)
{
	struct scenario_run *run = scenario_run_world(s, world, how, NULL);
	char text[4096];

	assert_non_null(run);
	if (!scenario_run_passed(run)) {
		scenario_run_failure(run, text, sizeof text);
		fail_msg("%s", text);
	}
	return run;
}

static void
play_all(const char *text)
{
	struct scenario *s = parsed(text);
	struct scenario_case how;

	for (uint32_t n = 0; scenario_case(s, n, &how); n++)
		for (uint32_t w = 0; w < s->world_count; w++)
			scenario_run_free(played(s, w, &how));
	scenario_free(s);
}

static void
three_hosts_talk_over_wires_of_their_own(void **unused)
{
	(void)unused;
	play_all("title t\nhosts A B C\nwire A B delay=1ms\n"
	         "wire B C delay=5ms\n"
	         "B listen 80\n"
	         "A connect B\nC connect B\n"
	         "A > B SYN seq=x\nC > B.2 SYN seq=z\n"
	         "+1ms B > A SYN ACK seq=y ack=x+1\n"
	         "A > B ACK seq=x+1 ack=y+1 B ESTABLISHED\n"
	         "at 5ms B.2 > C SYN ACK seq=w ack=z+1 C ESTABLISHED\n"
	         "C > B.2 ACK seq=z+1 ack=w+1\n"
	         "B accept\nB.2 accept\n"
	         "A send \"from A\"\nC send \"from C\"\n"
	         "B receive \"from A\"\nB.2 receive \"from C\"\n"
	         "... until quiet\n"
	         "expect B TCBs = 2, B received 6, B.2 received 6\n");
}

static void
one_host_keeps_its_connections_apart(void **unused)
{
	(void)unused;
	play_all("title t\nB listen\nA connect B\n"
	         "A > B SYN seq=x\nB > A SYN ACK seq=y ack=x+1\n"
	         "A > B ACK seq=x+1 ack=y+1\nB accept\n"
	         "A.2 connect B\n"
	         "A.2 > B.2 SYN seq=p\nB.2 > A.2 SYN ACK seq=q ack=p+1\n"
	         "A.2 > B.2 ACK seq=p+1 ack=q+1\nB.2 accept\n"
	         "A.2 send 500\nA send 700\n"
	         "B receive 700\nB.2 receive 500\n... until quiet\n"
	         "A close\nA > B FIN ACK seq=u ack=y+1 B CLOSE-WAIT\n"
	         "B > A ACK seq=y+1 ack=u+1\n"
	         "expect A FIN-WAIT-2, A.2 ESTABLISHED, B.2 ESTABLISHED\n");
}

static void
a_host_that_restarts_has_forgotten_all(void **unused)
{
	(void)unused;
	play_all("title t\ngiven A ESTABLISHED, B ESTABLISHED\n"
	         "expect B TCBs = 1, B listeners = 1\nB restart\n"
	         "expect B TCBs = 0, B listeners = 0, B CLOSED, "
	         "A ESTABLISHED\n"
	         "B listen\nexpect B LISTEN\n");
}

static void
a_host_that_vanished_answers_nothing(void **unused)
{
	(void)unused;
	play_all("title t\nconfig syn-tries 1\nB listen\nB vanish\n"
	         "A connect B\nA > B SYN seq=x lost\n"
	         "+1s A > B SYN seq=x lost\n"
	         "after 2s\nexpect A CLOSED, A error = ETIMEDOUT\n");
}

static void
a_lossy_wire_loses_and_the_bytes_arrive_all_the_same(void **unused)
{
	(void)unused;
	play_all("title t\nwire A B loss=5%,dup=2%,reorder=5%,corrupt=1%\n"
	         "B listen\nA connect B\n... until quiet\nB accept\n"
	         "A send 200 KiB\nB receive 200 KiB\n... until quiet\n"
	         "A close\nB receive end\nB close\nA receive end\n"
	         "... until quiet\nexpect B received 204800\n");
}

static void
a_wire_changes_in_the_middle_of_a_story(void **unused)
{
	(void)unused;
	play_all("title t\nB listen\nA connect B\nA > B SYN seq=x\n"
	         "+10ms B > A SYN ACK seq=y ack=x+1\n"
	         "wire A > B delay=70ms\n"
	         "+10ms A > B ACK seq=x+1 ack=y+1\n"
	         "nothing until 89ms\nexpect B ESTABLISHED\nB accept\n"
	         "B send 1\n"
	         "at 90ms B > A ACK seq=y+1 ack=x+1 len=1\nA receive 1\n"
	         "... until quiet\n");
}

static void
options_are_compared_to_the_byte(void **unused)
{
	(void)unused;
	play_all("title t\ncases v4\nconfig timestamps off\n"
	         "config window-scale off\nB listen\nA connect B\n"
	         "A > B SYN seq=x options=020405b4\n"
	         "B > A SYN ACK seq=y ack=x+1 options=020405b4\n"
	         "A > B ACK seq=x+1 ack=y+1 <>\n");
}

/* ---- Two worlds --------------------------------------------------------- */

static void
closing(const char *text, bool zh, char *sentence, size_t room)
{
	const struct scenario_case how = { .family = 4 };
	struct scenario *s = parsed(text);
	struct scenario_run *a = played(s, 0, &how), *b = played(s, 1, &how);

	assert_true(scenario_closing(a, b, zh, sentence, room) < room);
	scenario_run_free(a);
	scenario_run_free(b);
	scenario_free(s);
}

#define SAID(text)                                                             \
	"given A ESTABLISHED, B ESTABLISHED\nA send \"" text "\"\n"            \
	"B receive \"" text "\"\n... until quiet\n"
#define ABORTED SAID("hi") "A abort\nA > B any\n"
#define CLOSED(text) SAID(text) "A close\n... until quiet\n"

static void
the_closing_sentence_tells_what_happened(void **unused)
{
	char text[600];

	(void)unused;
	closing("title t\n" ABORTED "beside other\n" CLOSED("hi"), false, text,
	    sizeof text);
	assert_non_null(strstr(text, "here A is CLOSED after"));
	assert_non_null(strstr(text, "by its own abort, A "));
	assert_non_null(strstr(text, "A sends 1 RST, "));
	assert_non_null(strstr(text, "beside it (other) A ends in FIN-WAIT-2"));
	assert_non_null(strstr(text, "B ends in CLOSE-WAIT"));
	assert_null(strstr(text, "'s program got"));

	closing("title t\n" CLOSED("hi") "beside other\n" CLOSED("ha!"), false,
	    text, sizeof text);
	assert_non_null(strstr(text, "B's program got 2 bytes \"hi\""));
	assert_non_null(strstr(text, "B's program got 3 bytes \"ha!\""));
	assert_null(strstr(text, "RST"));
}

static void
the_closing_sentence_is_there_in_chinese(void **unused)
{
	char text[600];

	(void)unused;
	closing("title t\n" ABORTED
	        "beside other\nbeside zh 另一个\n" CLOSED("hi"),
	    true, text, sizeof text);
	assert_non_null(strstr(text, "旁边的世界（另一个）"));
	assert_non_null(strstr(text, "发出 1 个 RST"));
	assert_null(strstr(text, "other"));
	assert_null(strstr(text, "bytes"));
}

static void
equal_worlds_differ_in_nothing(void **unused)
{
	char text[600];

	(void)unused;
	closing("title t\n" SAID("hi") "beside twin\n" SAID("hi"), false, text,
	    sizeof text);
	assert_string_equal(text,
	    "The difference: here 2 segments; beside it "
	    "(twin) 2 segments.");
}

/* ---- Seeds -------------------------------------------------------------- */

static void
a_seed_gives_the_same_world_and_another_seed_another(void **unused)
{
	struct scenario *s = parsed("title t\nB listen\nA connect B\n"
	                            "... until quiet\n");
	struct scenario_case how = { .family = 6, .seed = 7 };
	struct scenario_run *a = played(s, 0, &how), *b = played(s, 0, &how);
	struct scenario_run *c;
	const struct estab_trace *x = scenario_run_trace(a);
	const struct estab_trace *y = scenario_run_trace(b);

	(void)unused;
	how.seed = 8;
	c = played(s, 0, &how);
	assert_int_equal(x->written, y->written);
	assert_memory_equal(x->record, y->record,
	    x->written * sizeof *x->record);
	assert_memory_not_equal(x->record, scenario_run_trace(c)->record,
	    x->written * sizeof *x->record);
	scenario_run_free(a);
	scenario_run_free(b);
	scenario_run_free(c);
	scenario_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_hosts_talk_over_wires_of_their_own),
		cmocka_unit_test(one_host_keeps_its_connections_apart),
		cmocka_unit_test(a_host_that_restarts_has_forgotten_all),
		cmocka_unit_test(a_host_that_vanished_answers_nothing),
		cmocka_unit_test(
		    a_lossy_wire_loses_and_the_bytes_arrive_all_the_same),
		cmocka_unit_test(a_wire_changes_in_the_middle_of_a_story),
		cmocka_unit_test(options_are_compared_to_the_byte),
		cmocka_unit_test(the_closing_sentence_tells_what_happened),
		cmocka_unit_test(the_closing_sentence_is_there_in_chinese),
		cmocka_unit_test(equal_worlds_differ_in_nothing),
		cmocka_unit_test(
		    a_seed_gives_the_same_world_and_another_seed_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
