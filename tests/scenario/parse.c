/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is a scenario, and how it is said where one is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "scenario/scenario.h"

/* Each row is a text that is wrong in one place. */
static const struct {
	const char *text;
	uint32_t line, column;
	const char *expected, *found;
} wrong[] = {
	{ "title t\nfoo\n", 2, 1, "a statement", "'foo'" },
	{ "title\n", 1, 6, "a text", "the end of the line" },
	{ "title zh 题\ntitle zh 题\n", 2, 10, "no second text", "'题'" },
	{ "title t\n", 1, 8, "a story", "the end of the line" },
	{ "A connect B\n", 1, 12, "a title", "the end of the line" },
	{ "hosts A C\n", 1, 9, "in order", "'C'" },
	{ "hosts A\n", 1, 8, "two hosts", "the end of the line" },
	{ "seed 0\n", 1, 6, "above 0", "'0'" },
	{ "cases v5\n", 1, 7, "v4, v6", "'v5'" },
	{ "cases iss 7\n", 1, 11, "2^31", "'7'" },
	{ "wire A A\n", 1, 8, "another host", "'A'" },
	{ "wire A B loss=ten\n", 1, 15, "what a wire does", "'ten'" },
	{ "twins A B\n", 1, 9, "joined by wires above", "'B'" },
	{ "wire A B\ntwins A B\n", 2, 9, "another host", "'B'" },
	{ "hosts A B C\nwire A B\ntwins B C\n", 3, 9, "joined by wires above",
	    "'C'" },
	{ "hosts A B C\nwire A B\nwire A C\ntwins B C\nwire B C\n", 5, 9,
	    "the wires of twins", "the end of the line" },
	{ "route B\n", 1, 7, "one of twins", "'B'" },
	{ "B keys add\n", 1, 8, "none of twins", "'add'" },
	{ "hosts A B C\nwire A B\nwire A C\ntwins B C\nC keys new\n", 5, 8,
	    "add, promote or remove", "'new'" },
	{ "iss A x\n", 1, 7, "a sequence number", "'x'" },
	{ "config A msk 3s\n", 1, 10, "a tunable", "'msk'" },
	{ "config msl 3\n", 1, 12, "a duration", "'3'" },
	{ "config msl 2 MSL\n", 1, 12, "in seconds", "'2'" },
	{ "config timestamps maybe\n", 1, 19, "'on' or 'off'", "'maybe'" },
	{ "given A FIN-WAIT-3\n", 1, 9, "a state", "'FIN-WAIT-3'" },
	{ "given A CLOSING, B LISTEN\n", 1, 7, "a pair of states", "'A'" },
	{ "B listen\nconfig msl 3s\n", 2, 1, "before the story", "'config'" },
	{ "beside zh x\n", 1, 8, "beside without zh", "'zh'" },
	{ "A jump\n", 1, 3, "a call", "'jump'" },
	{ "A listen 0\n", 1, 10, "a port", "'0'" },
	{ "A connect A\n", 1, 11, "the host to connect to", "'A'" },
	{ "A send\n", 1, 7, "a number of bytes", "the end of the line" },
	{ "A send \"open\n", 1, 8, "ends with a double quote", "'\"open'" },
	{ "A send 1 -> EFOO\n", 1, 13, "an error such as EPIPE", "'EFOO'" },
	{ "A set colour on\n", 1, 7, "an option", "'colour'" },
	{ "A close now\n", 1, 9, "the end of the line", "'now'" },
	{ "nobody.1 close\n", 1, 10, "makes no calls", "'close'" },
	{ "A > C SYN seq=x\n", 1, 5, "the end it goes to", "'C'" },
	{ "A > B seq=x\n", 1, 7, "flags", "'seq'" },
	{ "A > B SYN seq=X\n", 1, 15, "a number or a name", "'X'" },
	{ "A > B SYN seq=x+\n", 1, 16, "a number after the sign", "'+'" },
	{ "A > B SYN win~3\n", 1, 14, "'=', '>='", "'~3'" },
	{ "A > B SYN <mss 1460; ws>\n", 1, 20, "','", "';'" },
	{ "A > B SYN <foo>\n", 1, 12, "an option", "'foo'" },
	{ "A > B SYN options=0204zz\n", 1, 23, "bytes in hex", "'zz'" },
	{ "A > B SYN seq=x B FOO\n", 1, 19, "a state", "'FOO'" },
	{ "hosts A B C\nA > B SYN seq=x C CLOSED\n", 2, 17,
	    "one of these two ends", "'C'" },
	{ "A > B SYN seq=x verdict FOO\n", 1, 25, "a reason", "'FOO'" },
	{ "A > B SYN seq=x lost B CLOSED\n", 1, 30, "no state of the receiver",
	    "the end of the line" },
	{ "A > B SYN seq=x held\n", 1, 21, "'as'", "the end of the line" },
	{ "A > B SYN seq=x late 3\n", 1, 22, "a duration", "'3'" },
	{ "forged A > B SYN\n", 1, 17, "seq= of the forged",
	    "the end of the line" },
	{ "forged A > B SYN seq=1 lost\n", 1, 24, "seq=, ack=", "'lost'" },
	{ "after A's hat\n", 1, 7, "a duration", "'A'" },
	{ "+A's RTO A > B SYN seq=x\n", 1, 2, "a plain duration", "'A'" },
	{ "nothing here\n", 1, 9, "'for' or 'until'", "'here'" },
	{ "release\n", 1, 8, "the name", "the end of the line" },
	{ "title t\n...\nA close\n", 2, 1, "a segment line", "'...'" },
	{ "expect A FOO\n", 1, 10, "a state", "'FOO'" },
	{ "expect A SND.UNA x\n", 1, 18, "a comparison", "'x'" },
	{ "expect A counter Foo = 1\n", 1, 18, "a counter", "'Foo'" },
	{ "expect A CLOSED B CLOSED\n", 1, 17, "the end of the line", "'B'" },
	{ "expect all good\n", 1, 8, "a host, or", "'all'" },
	{ "attack from one\n", 1, 8, "where SYNs come from", "'from'" },
	{ "attack one at fast/s for 1s\n", 1, 15, "a number a second",
	    "'fast'" },
	{ "attack one at 5/s for 2 MSL\n", 1, 23, "in seconds", "'2'" },
	{ "attack one at 5/s for 1s, foo\n", 1, 27, "honest N/s", "'foo'" },
	{ "defend \"x\" : honest >= 9%\n", 1, 8, "an attack line", "'\"x\"'" },
	{ "attack one at 5/s for 1s\ndefend \"x\" : honest 9%\n", 2, 21,
	    "a comparison", "'9'" },
	{ "attack one at 5/s for 1s\ndefend \"x\" foo on : honest > 9%\n", 2,
	    12, "a tunable", "'foo'" },
	{ "attack one at 5/s for 1s\ndefend \"x\" : honest > 101%\n", 2, 26,
	    "a percentage", "'%'" },
	{ "expect nothing there\n", 1, 16, "'left'", "'there'" },
	{ "# 注释 # x\n  expect  A 的\n", 2, 13, "a state", "'的'" },
};

static void
an_error_says_the_line_the_column_and_what_was_expected(void **unused)
{
	struct scenario_error e;
	unsigned bad = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct scenario *s;

		s = scenario_parse("wrong", wrong[i].text, &e);
		if (s != NULL || e.line != wrong[i].line ||
		    e.column != wrong[i].column ||
		    strstr(e.expected, wrong[i].expected) == NULL ||
		    strcmp(e.found, wrong[i].found) != 0)
			print_error("row %zu: %s%u:%u: expected %s, found %s\n",
			    i, s != NULL ? "was taken; " : "", (unsigned)e.line,
			    (unsigned)e.column, e.expected, e.found),
			    bad++;
		scenario_free(s);
	}
	assert_int_equal(bad, 0);
}

static void
an_error_reads_as_one_line(void **unused)
{
	struct scenario_error e;
	char text[300];

	(void)unused;
	assert_null(scenario_parse("x", "title t\ngiven A FOO\n", &e));
	scenario_error_text("x.scenario", &e, text, sizeof text);
	assert_string_equal(text,
	    "x.scenario:2:9: expected a state such as FIN-WAIT-1, "
	    "found 'FOO'");
}

/* Each line of a story, and what is said of it. */
static void
a_wrong_word_is_told_what_may_stand_there(void **unused)
{
	static const struct {
		const char *line, *expected;
	} row[] = {
		{ "A set ack-policy off", "'second', 'batch' or 'every'" },
		{ "A set nodelay 1", "'on' or 'off'" },
		{ "expect A foo = 1",
		    "a state such as FIN-WAIT-1, or a field such as SND.NXT" },
		{ "expect A fin-sent = 1", "'yes' or 'no'" },
	};
	char text[100];

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct scenario_error e;

		(void)snprintf(text, sizeof text, "title t\n%s\n", row[i].line);
		assert_null(scenario_parse("t", text, &e));
		assert_int_equal(e.line, 2);
		assert_string_equal(e.expected, row[i].expected);
	}
}

static const struct script_step *
only_step(const struct scenario *s)
{
	assert_non_null(s);
	assert_int_equal(s->world[0].step_count, 1);
	return &s->world[0].step[0];
}

static struct scenario *
parsed(const char *line)
{
	struct scenario_error e;
	struct scenario *s;
	char text[400];

	(void)snprintf(text, sizeof text, "title t\n%s\n", line);
	s = scenario_parse("t", text, &e);
	if (s == NULL)
		fail_msg("%u:%u: expected %s, found %s", (unsigned)e.line,
		    (unsigned)e.column, e.expected, e.found);
	return s;
}

static void
a_segment_line_says_all_it_can(void **unused)
{
	static const char line[] =
	    "+1s..1.5s  A.2 > B  FIN ACK PSH  seq=u-1 ack=0x10  len>=3 win=0 "
	    "<mss 1460, ts 5 6, ...>  A.2 FIN-WAIT-1, B CLOSING  because "
	    "OUT_FIN verdict FIN_TAKEN  duplicated late 20ms # so it is";
	struct scenario *s = parsed(line);
	const struct script_step *step = only_step(s);
	const struct script_segment *m = &step->u.segment;

	(void)unused;
	assert_int_equal(step->kind, SCRIPT_STEP_SEGMENT);
	assert_int_equal(step->line, 2);
	assert_int_equal(step->when.kind, SCRIPT_WHEN_LATER);
	assert_int_equal(step->when.from.ns, ESTAB_SECOND);
	assert_int_equal(step->when.to.ns, 1500 * ESTAB_MS);
	assert_int_equal(m->from.host, 0);
	assert_int_equal(m->from.slot, 1);
	assert_int_equal(m->to.host, 1);
	assert_int_equal(m->flags, ESTAB_FIN | ESTAB_ACK | ESTAB_PSH);
	assert_true(m->psh_given);
	assert_string_equal(m->seq.symbol, "u");
	assert_int_equal(m->seq.offset, -1);
	assert_string_equal(m->ack.symbol, "");
	assert_int_equal(m->ack.offset, 16);
	assert_int_equal(m->len_test, SCRIPT_TEST_AT_LEAST);
	assert_int_equal(m->len, 3);
	assert_int_equal(m->wnd_test, SCRIPT_TEST_EQUAL);
	assert_int_equal(m->wnd, 0);
	assert_int_equal(m->options.test, SCRIPT_OPTIONS_SOME);
	assert_int_equal(m->options.count, 2);
	assert_int_equal(m->options.option[1].value[1], 6);
	assert_int_equal(m->from_state, ESTAB_FIN_WAIT_1);
	assert_int_equal(m->to_state, ESTAB_CLOSING);
	assert_int_equal(m->because, ESTAB_REASON_OUT_FIN);
	assert_int_equal(m->verdict, ESTAB_REASON_FIN_TAKEN);
	assert_true(m->fate.duplicated && m->fate.late && !m->fate.lost);
	assert_int_equal(m->fate.delay.ns, 20 * ESTAB_MS);
	assert_int_equal(s->wildcard_count, 0);
	scenario_free(s);
}

static void
an_option_takes_the_words_of_its_kind(void **unused)
{
	static const struct {
		const char *line;
		enum estab_option option;
		int64_t value;
	} row[] = {
		{ "A set ack-policy second", ESTAB_ACK_POLICY,
		    ESTAB_ACK_SECOND },
		{ "A set ack-policy batch", ESTAB_ACK_POLICY, ESTAB_ACK_BATCH },
		{ "A set ack-policy every", ESTAB_ACK_POLICY, ESTAB_ACK_EVERY },
		{ "A set nodelay off", ESTAB_NODELAY, 0 },
		{ "A set ttl 9", ESTAB_TTL, 9 },
		{ "A set fin-wait-2 off", ESTAB_FIN_WAIT_2_NS, ESTAB_OFF },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct scenario *s = parsed(row[i].line);
		const struct script_call *call = &only_step(s)->u.call;

		assert_int_equal(call->option, row[i].option);
		assert_int_equal(call->value, row[i].value);
		scenario_free(s);
	}
}

static void
what_is_left_open_is_counted(void **unused)
{
	static const struct {
		const char *line;
		uint32_t count;
	} row[] = {
		{ "A > B SYN seq=x", 0 },
		{ "A > B SYN", 1 },
		{ "A > B ACK seq=x", 1 },
		{ "A > B ACK seq=any ack=any", 2 },
		{ "A > B ACK seq=x ack=y win=any", 1 },
		{ "A > B ACK seq=x ack=y len=any", 1 },
		{ "A > B any", 1 },
		{ "... until quiet", 1 },
		{ "... for 3s", 1 },
		{ "forged A > B RST seq=1", 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct scenario *s = parsed(row[i].line);

		if (s->wildcard_count != row[i].count)
			fail_msg("%s: %u", row[i].line,
			    (unsigned)s->wildcard_count);
		scenario_free(s);
	}
}

static void
durations_add_up(void **unused)
{
	static const struct {
		const char *line;
		int64_t ns;
		int32_t msl;
		enum script_timer timer;
	} row[] = {
		{ "after 1ns", 1, 0, SCRIPT_TIMER_NONE },
		{ "after 1.5ms", 1500000, 0, SCRIPT_TIMER_NONE },
		{ "after 2min", 120 * ESTAB_SECOND, 0, SCRIPT_TIMER_NONE },
		{ "after 2 MSL + 10ms", 10 * ESTAB_MS, 2, SCRIPT_TIMER_NONE },
		{ "nothing for 1h", 3600 * ESTAB_SECOND, 0, SCRIPT_TIMER_NONE },
		{ "after B's TIME-WAIT + 1s", ESTAB_SECOND, 0,
		    SCRIPT_TIMER_TIME_WAIT },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct scenario *s = parsed(row[i].line);
		const struct script_step *step = only_step(s);

		assert_int_equal(step->u.span.ns, row[i].ns);
		assert_int_equal(step->u.span.msl_count, row[i].msl);
		assert_int_equal(step->u.span.timer, row[i].timer);
		scenario_free(s);
	}
}

static void
the_world_beside_begins_with_the_same_head(void **unused)
{
	struct scenario_error e;
	struct scenario *s = scenario_parse("t",
	    "title t\ntitle zh 题\nhosts A B C\nconfig msl 3s\nconfig B ttl 9\n"
	    "iss A 7\nwire B C delay=3ms\nseed 5\nA listen\n"
	    "beside other\nbeside zh 另\nconfig A msl off\nB listen\n",
	    &e);

	(void)unused;
	assert_non_null(s);
	assert_int_equal(s->world_count, 2);
	assert_string_equal(s->world[1].title.en, "other");
	assert_string_equal(s->world[1].title.zh, "另");
	assert_int_equal(s->world[1].host_count, 3);
	assert_int_equal(s->world[0].host[0].config.msl_ns, 3 * ESTAB_SECOND);
	assert_int_equal(s->world[1].host[0].config.msl_ns, ESTAB_OFF);
	assert_int_equal(s->world[1].host[1].config.msl_ns, 3 * ESTAB_SECOND);
	assert_int_equal(s->world[1].host[1].config.ttl, 9);
	assert_int_equal(s->world[1].host[0].iss[0], 7);
	assert_int_equal(s->world[1].seed, 5);
	assert_int_equal(s->world[1].wire_count, 1);
	assert_int_equal(s->world[1].wire[0].there.delay_ns, 3 * ESTAB_MS);
	assert_int_equal(s->world[0].step_count, 1);
	assert_int_equal(s->world[1].step_count, 1);
	assert_int_equal(s->world[1].step[0].u.call.who.host, 1);
	scenario_free(s);
}

static void
cases_are_the_product_of_families_and_iss(void **unused)
{
	static const struct {
		const char *line;
		uint32_t count;
	} row[] = {
		{ "B listen", 10 },
		{ "cases v4\nB listen", 5 },
		{ "cases v6 own-iss\nB listen", 1 },
		{ "cases iss 0 2^31\nB listen", 6 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct scenario *s = parsed(row[i].line);
		struct scenario_case one, other;

		assert_int_equal(scenario_case_count(s), row[i].count);
		assert_false(scenario_case(s, row[i].count, &one));
		/* No two are alike. */
		for (uint32_t a = 0; a < row[i].count; a++) {
			assert_true(scenario_case(s, a, &one));
			for (uint32_t b = 0; b < a; b++) {
				assert_true(scenario_case(s, b, &other));
				assert_true(one.family != other.family ||
				    one.iss_given != other.iss_given ||
				    one.iss != other.iss);
			}
		}
		scenario_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    an_error_says_the_line_the_column_and_what_was_expected),
		cmocka_unit_test(an_error_reads_as_one_line),
		cmocka_unit_test(a_wrong_word_is_told_what_may_stand_there),
		cmocka_unit_test(an_option_takes_the_words_of_its_kind),
		cmocka_unit_test(a_segment_line_says_all_it_can),
		cmocka_unit_test(what_is_left_open_is_counted),
		cmocka_unit_test(durations_add_up),
		cmocka_unit_test(the_world_beside_begins_with_the_same_head),
		cmocka_unit_test(cases_are_the_product_of_families_and_iss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
