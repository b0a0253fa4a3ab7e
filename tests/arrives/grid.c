/* SPDX-License-Identifier: BSD-2-Clause
 *
 * grid.c - every kind of segment at every place, in one state.
 *
 * The loops count the rows they ran; grid_run compares the number with the
 * product of the tables, so that a loop that is left early is seen.
 */
#include <stdio.h>
#include <stdlib.h>

#include "grid.h"
#include "place.h"
#include "words.h"

#define LINES_MAX 60  /* of mismatches printed in a run */
#define ALIKE_MAX 2   /* of one setting, one kind and one complaint */
#define SORTS_MAX 60  /* of complaints told apart */
#define LIFE_EVERY 17 /* one case of so many goes on to its end */

/* Mismatches of one sort; a line or two of each are enough. */
struct complaint {
	const struct mould_setting *setting;
	const struct place_kind *kind;
	const char *wrong;
	size_t count;
};

struct run {
	const struct grid *grid;
	const struct mould_setting *setting;
	struct mould mould;
	struct bench *cast, *twin;
	size_t rows, mismatches, lives;
	size_t lines; /* printed */
	struct complaint complaints[SORTS_MAX];
	size_t complaint_count;
};

/* The same case once more, with a trace: why the host did what it did. */
static const char *
reason(struct run *r, const struct segment *seg)
{
	struct estab_record records[64];
	struct estab_trace trace = { .record = records, .capacity = 64 };
	struct seen seen;
	const char *why = "nothing in the trace";

	bench_cast(r->cast, r->mould.bench, &trace);
	judge_watch(r->cast, &r->mould, seg, &seen);
	for (uint64_t n = 0; n < trace.written; n++) {
		const struct estab_record *record = estab_trace_get(&trace, n);

		if (record != NULL &&
		    (record->type == ESTAB_RECORD_IN ||
		        record->type == ESTAB_RECORD_DROP))
			why = estab_reason_name(record->reason);
	}
	return why;
}

static struct complaint *
complaint(struct run *r, const struct place_kind *kind, const char *wrong)
{
	struct complaint *c = r->complaints;

	for (size_t i = 0; i < r->complaint_count; i++, c++)
		if (c->setting == r->setting && c->kind == kind &&
		    c->wrong == wrong)
			return c;
	if (r->complaint_count < SORTS_MAX) {
		r->complaint_count++;
		*c = (struct complaint){ r->setting, kind, wrong, 0 };
	} else {
		c--;
	}
	return c;
}

static void
report(struct run *r, const struct place_kind *kind, struct words_case *w)
{
	struct complaint *c = complaint(r, kind, w->wrong);

	r->mismatches++;
	if (c->count++ >= ALIKE_MAX || r->lines >= LINES_MAX)
		return;
	r->lines++;
	w->reason = reason(r, w->seg);
	words_print(w);
}

/* The cast goes on.  What was dropped must leave no mark: a twin that never
 * saw it sends the same from then on. */
static const char *
go_on(struct run *r, const struct segment *seg,
    const struct oracle_outcome *outcome)
{
	const char *wrong;

	r->lives++;
	r->cast->log = 0;
	wrong = life_goes_on(r->cast, &r->mould, seg, outcome);
	if (wrong != NULL || !outcome->dropped)
		return wrong;
	bench_cast(r->twin, r->mould.bench, NULL);
	bench_drain(r->twin);
	r->twin->log = 0;
	wrong = life_goes_on(r->twin, &r->mould, seg, outcome);
	if (wrong == NULL && r->twin->log != r->cast->log)
		wrong = "later: what was dropped left a mark";
	return wrong;
}

/* After a contradiction of the peer's, or a window closed by a number yet to
 * come (SND.WL1 then keeps it closed), there is no telling how it goes on. */
static bool
may_go_on(const struct run *r, const struct segment *seg,
    const struct oracle_outcome *match, const struct seen *seen)
{
	const bool ahead = !match->synchronizes &&
	    oracle_distance(r->mould.known.rcv_nxt, seg->seq) > 0;

	/* The next text resets an orphan. */
	return !match->contradicts &&
	    (!r->setting->released || r->grid->state == ESTAB_TIME_WAIT) &&
	    !(ahead && r->setting->wnd == WND_ZERO && seen->after.snd_wnd == 0);
}

static void
one(struct run *r, const struct place_kind *kind, const struct place_seq *at,
    const struct place_ack *acks)
{
	const struct oracle_connection *c = &r->mould.known;
	const uint32_t text_len = r->setting->super ? MOULD_SUPER : MOULD_TEXT;
	struct segment seg = mould_segment(&r->mould, r->setting, kind->flags,
	    0, place_of_ack(c, acks), kind->text ? text_len : 0);
	const struct oracle_outcome *match;
	struct oracle_answer answer;
	struct seen seen;
	struct words_case w = {
		.mould = &r->mould,
		.setting = r->setting,
		.seg = &seg,
		.seen = &seen,
		.answer = &answer,
		.place_seq = at->name,
		.place_ack = acks->name,
	};

	r->rows++;
	seg.seq = place_of_seq(c, at, seg.len);
	bench_cast(r->cast, r->mould.bench, NULL);
	oracle_arrives(c, &seg, &answer);
	judge_watch(r->cast, &r->mould, &seg, &seen);
	w.wrong =
	    judge_compare(r->cast, &r->mould, &seg, &seen, &answer, &match);
	if (w.wrong == NULL && r->rows % LIFE_EVERY == 0 &&
	    may_go_on(r, &seg, match, &seen))
		w.wrong = go_on(r, &seg, match);
	if (w.wrong != NULL)
		report(r, kind, &w);
}

static void
every_place(struct run *r)
{
	for (size_t i = 0; i < place_kind_count; i++)
		for (size_t j = 0; j < place_seq_count; j++)
			for (size_t k = 0; k < place_ack_count; k++)
				one(r, &place_kinds[i], &places_seq[j],
				    &places_ack[k]);
}

/* The first setting of a state begins at every number, the others at two, in
 * turn: one of each family.  With ARRIVES_WHOLE in the environment all begin
 * everywhere. */
static size_t
origin_count(size_t setting)
{
	if (getenv("ARRIVES_WHOLE") != NULL)
		return place_origin_count;
	return setting == 0 ? 4 : 2;
}

static void
every_origin(struct run *r, size_t setting)
{
	for (size_t i = 0; i < origin_count(setting); i++) {
		const struct place_origin *o =
		    &place_origins[(i + 2 * setting) % place_origin_count];

		mould_make(&r->mould, r->setting, r->grid->state, o->family,
		    o->base, o->irs);
		if (r->mould.bench->fault != NULL) {
			printf("%s (%s) v%d base=%u: not reached: %s\n",
			    estab_state_name(r->grid->state), r->setting->name,
			    o->family, o->base, r->mould.bench->fault);
			r->mismatches++;
		} else {
			r->cast = bench_new_cast(r->mould.bench);
			r->twin = bench_new_cast(r->mould.bench);
			every_place(r);
			bench_free(r->cast);
			bench_free(r->twin);
		}
		mould_break(&r->mould);
	}
}

void
grid_run(const struct grid *grid)
{
	struct run r = { .grid = grid };
	const size_t places =
	    place_kind_count * place_seq_count * place_ack_count;
	size_t product = 0;

	for (size_t i = 0; i < grid->setting_count; i++) {
		r.setting = &grid->settings[i];
		every_origin(&r, i);
		product += origin_count(i) * places;
	}
	printf("%s: %zu segments, %zu lives to their end, %zu mismatches\n",
	    estab_state_name(grid->state), r.rows, r.lives, r.mismatches);
	fflush(stdout);
	assert_int_equal(r.mismatches, 0);
	assert_int_equal(r.rows, product);
}
