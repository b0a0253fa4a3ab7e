/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lab_play.c - one scenario on the screen: its worlds as ladders, and the
 * sentence that tells what differs.
 *
 * Everything drawn comes from trace records; the scenario adds its title and
 * narration.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/lab.h"

/* A world while it is played. */
struct player {
	struct lab_wish *wish;
	const struct scenario *scenario;
	struct view_out out;
	struct view_host host[SCRIPT_HOSTS_MAX];
	char name[SCRIPT_HOSTS_MAX][2];
	char where[SCRIPT_HOSTS_MAX][ESTAB_ADDRESS_TEXT];
	size_t host_count;
	struct view_ladder *ladder;
	const struct scenario_run *run;
	uint64_t read; /* records shown */
	struct view_walk walk[SCRIPT_HOSTS_MAX];
	uint64_t told; /* of them when control blocks were last printed */
};

static void
write_stdout(void *context, const char *text, size_t n)
{
	(void)context;
	(void)fwrite(text, 1, n, stdout);
}

static const char *
in_language(const struct lab_wish *wish, const struct script_words *words)
{
	return wish->style.zh && words->zh != NULL ? words->zh : words->en;
}

static const char *
either(const struct lab_wish *wish, const char *en, const char *zh)
{
	return wish->style.zh ? zh : en;
}

/* ---- Control blocks ----------------------------------------------------- */

static void
print_block(const struct player *p, size_t host,
    const struct estab_status *status)
{
	struct view_symbols symbols;
	const bool known = view_ladder_symbols(p->ladder, p->host[host].id,
	    &status->local, &status->remote, &symbols);

	view_tcb(&p->out, &p->wish->style, p->host[host].name, status,
	    known ? &symbols : NULL, scenario_run_now(p->run));
}

static void
print_blocks(struct player *p)
{
	if (!p->wish->tcb || p->ladder == NULL || p->told == p->read)
		return;
	p->told = p->read;
	view_ladder_flush(p->ladder);
	for (size_t i = 0; i < p->host_count; i++) {
		const struct estab_host *host =
		    scenario_run_host(p->run, (uint32_t)i);
		struct estab_status status;
		uint64_t cursor = 0;

		while (estab_status_next(host, &cursor, &status) == 1)
			print_block(p, i, &status);
	}
}

/* ---- While it runs ------------------------------------------------------ */

static void
begin_ladder(struct player *p)
{
	for (size_t i = 0; i < p->host_count; i++) {
		p->name[i][0] = (char)('A' + i);
		scenario_run_address(p->run, (uint32_t)i, p->where[i]);
		p->host[i] = (struct view_host){
			.id = (uint8_t)i,
			.name = p->name[i],
			.where = p->where[i],
		};
	}
	if (!p->wish->json)
		p->ladder = view_ladder_new(&p->out, &p->wish->style, p->host,
		    p->host_count);
}

static void
progress(void *context, const struct scenario_run *run)
{
	struct player *p = context;
	const struct estab_trace *trace = scenario_run_trace(run);

	if (p->run == NULL) {
		p->run = run;
		begin_ladder(p);
	}
	for (; p->read < trace->written; p->read++) {
		const struct estab_record *r = estab_trace_get(trace, p->read);

		if (r == NULL)
			continue;
		if (p->wish->json)
			view_json(&p->out, p->host, p->host_count, r);
		else if (p->ladder != NULL)
			view_ladder_record(p->ladder, r);
		if (p->wish->capture != NULL)
			lab_capture_record(p->wish->capture, r);
		if (r->host < SCRIPT_HOSTS_MAX)
			view_walk_record(&p->walk[r->host], r);
	}
}

static void
say(void *context, const struct script_words *words)
{
	struct player *p = context;

	print_blocks(p);
	if (p->ladder != NULL)
		view_ladder_note(p->ladder, in_language(p->wish, words));
}

static void
tap(void *context, int wire, int direction, uint32_t frame, estab_time now,
    estab_time arrival, uint8_t fate, const uint8_t *packet, uint32_t bytes)
{
	struct player *p = context;

	(void)wire;
	(void)direction;
	(void)fate; /* the trace says it, too */
	if (p->wish->capture != NULL)
		lab_capture_packet(p->wish->capture,
		    &(struct lab_packet){ frame, now, arrival, packet, bytes });
}

/* ---- Worlds ------------------------------------------------------------- */

static void
print_heading(const struct lab_wish *wish, const char *text, bool strong)
{
	if (wish->json)
		return;
	if (wish->style.colour)
		(void)fputs(strong ? "\033[1m" : "\033[4m", stdout);
	(void)fputs(text, stdout);
	(void)fputs(wish->style.colour ? "\033[0m\n" : "\n", stdout);
}

static void
print_title(const struct lab_wish *wish, const struct scenario *s)
{
	char text[400];

	(void)snprintf(text, sizeof text, "%s  %s", s->name,
	    in_language(wish, &s->title));
	print_heading(wish, text, true);
}

static void
print_world_title(const struct lab_wish *wish, const struct scenario *s,
    uint32_t world)
{
	char text[400];

	if (s->world_count < 2)
		return;
	if (world == 0)
		(void)snprintf(text, sizeof text, "%s",
		    either(wish, "As it is", "照规范来"));
	else
		(void)snprintf(text, sizeof text, "%s%s",
		    either(wish, "Beside it: ", "旁边的世界："),
		    in_language(wish, &s->world[world].title));
	print_heading(wish, text, false);
}

/* The state diagram once for each end that went anywhere. */
static void
print_diagrams(const struct player *p)
{
	struct view_edge edge[ESTAB_STATE_COUNT * ESTAB_STATE_COUNT];
	size_t n = 0;

	if (!p->wish->diagram || p->wish->json)
		return;
	for (uint8_t from = 0; from < ESTAB_STATE_COUNT; from++)
		for (uint8_t to = 0; to < ESTAB_STATE_COUNT; to++)
			if (scenario_edge_legal((enum estab_state)from,
			        (enum estab_state)to))
				edge[n++] = (struct view_edge){ from, to };
	for (size_t i = 0; i < p->host_count; i++) {
		char text[80];

		if (p->walk[i].visited == 0)
			continue;
		(void)snprintf(text, sizeof text, "%s%s%s",
		    either(p->wish, "The way ", ""), p->name[i],
		    either(p->wish, " took", " 走过的路"));
		print_heading(p->wish, text, false);
		view_diagram(&p->out, &p->wish->style, edge, n, &p->walk[i]);
	}
}

static struct scenario_run *
play_world(struct player *p, const struct scenario_case *how, uint32_t world)
{
	const struct scenario_watch watch = { p, say, progress, tap };
	struct scenario_run *run;

	p->host_count = p->scenario->world[world].host_count;
	p->run = NULL;
	p->ladder = NULL;
	p->read = p->told = 0;
	memset(p->walk, 0, sizeof p->walk);
	print_world_title(p->wish, p->scenario, world);
	run = scenario_run_world(p->scenario, world, how, &watch);
	if (p->wish->capture != NULL)
		lab_capture_world(p->wish->capture);
	if (run == NULL)
		return NULL;
	print_blocks(p);
	if (p->ladder != NULL) {
		view_ladder_end(p->ladder);
		view_ladder_free(p->ladder);
	}
	print_diagrams(p);
	return run;
}

static bool
complain(const struct scenario_run *run)
{
	char text[4096];

	if (run == NULL) {
		cli_say("estab lab", "not enough memory for this world");
		return false;
	}
	if (scenario_run_passed(run))
		return true;
	scenario_run_failure(run, text, sizeof text);
	(void)fflush(stdout);
	cli_say("estab lab", "%s", text);
	return false;
}

static void
print_result(const struct lab_wish *wish, const struct scenario *s, bool good)
{
	const unsigned open = (unsigned)s->wildcard_count;

	if (wish->json)
		return;
	if (!good) {
		(void)puts(either(wish, "Not as written: see above.",
		    "与剧本不符：见上文。"));
	} else if (open == 0) {
		(void)puts(either(wish, "All went as written.",
		    "一切与剧本相符。"));
	} else if (wish->style.zh) {
		(void)printf("一切与剧本相符；剧本里有 %u 处未作规定。\n",
		    open);
	} else {
		(void)printf("All went as written; %u %s left open.\n", open,
		    open == 1 ? "thing was" : "things were");
	}
	(void)putchar('\n');
}

static void
print_closing(const struct player *p, const struct scenario_run *first,
    const struct scenario_run *second)
{
	char text[1500];
	const int columns =
	    p->wish->style.columns != 0 ? p->wish->style.columns : 100;

	if (p->wish->json)
		return;
	(void)scenario_closing(first, second, p->wish->style.zh, text,
	    sizeof text);
	view_wrap(&p->out, text, columns, 0);
	(void)putchar('\n');
}

bool
lab_play(struct lab_wish *wish, const struct scenario *scenario)
{
	struct player p = {
		.wish = wish,
		.scenario = scenario,
		.out = { write_stdout, NULL },
	};
	struct scenario_run *run[2] = { NULL, NULL };
	struct scenario_case how;
	bool good = true;

	(void)scenario_case(scenario, 0, &how);
	how.seed = wish->seed;
	if (wish->v6)
		how.family = 6;
	print_title(wish, scenario);
	for (uint32_t i = 0; i < scenario->world_count; i++) {
		run[i] = play_world(&p, &how, i);
		if (run[i] != NULL)
			lab_flood(wish, scenario, run[i]);
		good &= complain(run[i]);
	}
	if (good && scenario->world_count == 2)
		print_closing(&p, run[0], run[1]);
	print_result(wish, scenario, good);
	scenario_run_free(run[0]);
	scenario_run_free(run[1]);
	return good;
}
