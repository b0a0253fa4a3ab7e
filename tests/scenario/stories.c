/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Every scenario in the program, in each of its cases: v4 and v6, with the
 * ISS the hosts choose and at 0, 2^31-1, 2^31 and 2^32-1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "scenario/scenario.h"
#include "tcp/tcp.h"

static struct scenario *
parsed(const char *name, const char *source)
{
	struct scenario_error e;
	struct scenario *s = scenario_parse(name, source, &e);

	if (s == NULL)
		fail_msg("%s:%u:%u: expected %s, found %s", name,
		    (unsigned)e.line, (unsigned)e.column, e.expected, e.found);
	return s;
}

static struct scenario_run *
played(const struct scenario *s, uint32_t world, uint32_t n)
{
	struct scenario_case how;
	struct scenario_run *run;
	char text[4096];

	assert_true(scenario_case(s, n, &how));
	run = scenario_run_world(s, world, &how, NULL);
	assert_non_null(run);
	if (!scenario_run_passed(run)) {
		scenario_run_failure(run, text, sizeof text);
		fail_msg("case %u, world %u: %s", (unsigned)n, (unsigned)world,
		    text);
	}
	return run;
}

/* Play those whose name begins so, and count. */
static uint32_t
play(const char *prefix, uint32_t *product)
{
	uint32_t played_count = 0;

	*product = 0;
	for (uint32_t i = 0; i < scenario_file_count; i++) {
		const struct scenario_file *f = &scenario_files[i];
		struct scenario *s;
		uint32_t families, iss = 1;

		if (strncmp(f->name, prefix, strlen(prefix)) != 0)
			continue;
		s = parsed(f->name, f->text);
		families = (s->families & SCRIPT_V4 ? 1 : 0) +
		    (s->families & SCRIPT_V6 ? 1 : 0);
		for (uint32_t b = 0; b < SCRIPT_ISS_CASES; b++)
			iss += s->iss_cases >> b & 1;
		*product += families * iss * s->world_count;
		for (uint32_t n = 0; n < scenario_case_count(s); n++) {
			for (uint32_t w = 0; w < s->world_count; w++) {
				scenario_run_free(played(s, w, n));
				played_count++;
			}
		}
		scenario_free(s);
	}
	return played_count;
}

static void
play_item(const char *prefix)
{
	uint32_t product;
	const uint32_t count = play(prefix, &product);

	assert_true(count > 0);
	assert_int_equal(count, product);
	print_message("%s: %u worlds played\n", prefix, (unsigned)count);
}

static void
opening_goes_as_written(void **unused)
{
	(void)unused;
	play_item("o");
}

static void
closing_goes_as_written(void **unused)
{
	(void)unused;
	play_item("c");
}

static void
the_flood_goes_as_written(void **unused)
{
	(void)unused;
	play_item("f");
}

/* What happens between opening and closing. */
static void
the_transfer_goes_as_written(void **unused)
{
	(void)unused;
	play_item("t");
}

/* docs/faults.md */
static void
the_faults_of_others_do_not_occur(void **unused)
{
	(void)unused;
	play_item("w");
}

/* O1..O9, C1..C11 and F1, none left out. */
static void
every_item_has_a_scenario(void **unused)
{
	char item[16];
	uint32_t product;

	(void)unused;
	for (int i = 1; i <= 20; i++) {
		const char letter = i <= 9 ? 'o' : 'c';

		(void)snprintf(item, sizeof item, "%c%d-", letter,
		    i <= 9 ? i : i - 9);
		for (product = 0; product < scenario_file_count; product++)
			if (strncmp(scenario_files[product].name, item,
			        strlen(item)) == 0)
				break;
		if (product == scenario_file_count)
			fail_msg("no scenario for %s", item);
	}
}

static void
what_is_left_open_is_told(void **unused)
{
	uint32_t open = 0, segments = 0;

	(void)unused;
	for (uint32_t i = 0; i < scenario_file_count; i++) {
		struct scenario *s =
		    parsed(scenario_files[i].name, scenario_files[i].text);

		open += s->wildcard_count;
		for (uint32_t w = 0; w < s->world_count; w++)
			for (uint32_t n = 0; n < s->world[w].step_count; n++)
				segments += s->world[w].step[n].kind ==
				    SCRIPT_STEP_SEGMENT;
		scenario_free(s);
	}
	print_message("%u wildcards beside %u segment lines\n", (unsigned)open,
	    (unsigned)segments);
	assert_true(open < segments / 4);
}

/* ---- The edges of the state diagram ------------------------------------- */

static bool taken[ESTAB_STATE_COUNT][ESTAB_STATE_COUNT];

/* Where one segment takes its receiver through two states (ACK and FIN in
 * SYN-RECEIVED or FIN-WAIT-1), figure 5 draws one edge, and the ladder takes
 * two: the arrival as a whole is that edge. */
static void
note_edges(const struct estab_trace *trace)
{
	for (uint64_t n = 0; n < trace->written; n++) {
		const struct estab_record *r = estab_trace_get(trace, n);

		if (r == NULL)
			continue;
		if (r->type == ESTAB_RECORD_STATE) {
			assert_true(conn_edge_legal((enum estab_state)r->before,
			    (enum estab_state)r->after));
			taken[r->before][r->after] = true;
		} else if (r->type == ESTAB_RECORD_IN) {
			taken[r->before][r->after] = true;
		}
	}
}

static void
every_legal_edge_occurs_in_some_scenario(void **unused)
{
	uint32_t count = 0, missing = 0;

	(void)unused;
	for (uint32_t i = 0; i < scenario_file_count; i++) {
		struct scenario *s =
		    parsed(scenario_files[i].name, scenario_files[i].text);

		for (uint32_t w = 0; w < s->world_count; w++) {
			struct scenario_run *run = played(s, w, 0);

			note_edges(scenario_run_trace(run));
			scenario_run_free(run);
		}
		scenario_free(s);
	}
	for (uint32_t from = 0; from < ESTAB_STATE_COUNT; from++) {
		for (uint32_t to = 0; to < ESTAB_STATE_COUNT; to++) {
			if (!conn_edge_legal((enum estab_state)from,
			        (enum estab_state)to))
				continue;
			count++;
			if (taken[from][to])
				continue;
			missing++;
			print_error("no scenario takes %s to %s\n",
			    estab_state_name((enum estab_state)from),
			    estab_state_name((enum estab_state)to));
		}
	}
	print_message("%u legal edges\n", (unsigned)count);
	assert_true(count >= 28);
	assert_int_equal(missing, 0);
}

/* ---- Narration ---------------------------------------------------------- */

/* The text of a scenario without its narration. */
static char *
silent(const char *text)
{
	char *copy = malloc(strlen(text) + 1), *to = copy;

	assert_non_null(copy);
	while (*text != '\0') {
		const char *end = strchr(text, '\n');
		const size_t n =
		    end == NULL ? strlen(text) : (size_t)(end - text) + 1;

		if (strncmp(text, "say ", 4) != 0) {
			memcpy(to, text, n);
			to += n;
		}
		text += n;
	}
	*to = '\0';
	return copy;
}

static void
without_narration_a_story_goes_the_same_way(void **unused)
{
	uint64_t records = 0;

	(void)unused;
	for (uint32_t i = 0; i < scenario_file_count; i++) {
		const struct scenario_file *f = &scenario_files[i];
		char *text = silent(f->text);
		struct scenario *told = parsed(f->name, f->text);
		struct scenario *mute = parsed(f->name, text);

		for (uint32_t w = 0; w < told->world_count; w++) {
			struct scenario_run *a = played(told, w, 0);
			struct scenario_run *b = played(mute, w, 0);
			const struct estab_trace *x = scenario_run_trace(a);
			const struct estab_trace *y = scenario_run_trace(b);

			assert_int_equal(x->written, y->written);
			for (uint64_t n = 0; n < x->written; n++)
				if (estab_trace_get(x, n) != NULL)
					assert_memory_equal(estab_trace_get(x,
					                        n),
					    estab_trace_get(y, n),
					    sizeof(struct estab_record));
			records += x->written;
			scenario_run_free(a);
			scenario_run_free(b);
		}
		scenario_free(told);
		scenario_free(mute);
		free(text);
	}
	assert_true(records > 1000);
}

static void
every_text_is_there_in_both_languages(void **unused)
{
	(void)unused;
	for (uint32_t i = 0; i < scenario_file_count; i++) {
		struct scenario *s =
		    parsed(scenario_files[i].name, scenario_files[i].text);

		assert_non_null(s->title.zh);
		for (uint32_t w = 0; w < s->world_count; w++) {
			const struct script_world *world = &s->world[w];

			assert_true(w == 0 || world->title.zh != NULL);
			for (uint32_t n = 0; n < world->step_count; n++) {
				const struct script_step *step =
				    &world->step[n];

				if (step->kind != SCRIPT_STEP_SAY)
					continue;
				if (step->u.say.en == NULL ||
				    step->u.say.zh == NULL)
					fail_msg("%s:%u", s->name,
					    (unsigned)step->line);
			}
		}
		scenario_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening_goes_as_written),
		cmocka_unit_test(closing_goes_as_written),
		cmocka_unit_test(the_transfer_goes_as_written),
		cmocka_unit_test(the_flood_goes_as_written),
		cmocka_unit_test(the_faults_of_others_do_not_occur),
		cmocka_unit_test(every_item_has_a_scenario),
		cmocka_unit_test(what_is_left_open_is_told),
		cmocka_unit_test(every_legal_edge_occurs_in_some_scenario),
		cmocka_unit_test(without_narration_a_story_goes_the_same_way),
		cmocka_unit_test(every_text_is_there_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
