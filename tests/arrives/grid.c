/* SPDX-License-Identifier: BSD-2-Clause
 *
 * grid.c - every kind of segment at every place, in one state.
 *
 * The loops count the rows they ran; grid_run compares the number with the
 * product of the tables, so that a loop that is left early is seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "words.h"

#define LINES_MAX 60  /* of mismatches printed in a run */
#define ALIKE_MAX 2   /* of one setting, one kind and one complaint */
#define SORTS_MAX 60  /* of complaints told apart */
#define LIFE_EVERY 17 /* one case of so many goes on to its end */
#define FAR (1 << 30)

#define F ESTAB_FIN
#define S ESTAB_SYN
#define R ESTAB_RST
#define P ESTAB_PSH
#define A ESTAB_ACK
#define U ESTAB_URG

static const struct kind {
	uint8_t flags;
	bool text;
} kinds[] = {
	{ S, false },
	{ S, true },
	{ S | A, false },
	{ S | A, true },
	{ A, false },
	{ A, true },
	{ A | P, true },
	{ A | F, false },
	{ A | F, true },
	{ F, false },
	{ F, true },
	{ R, false },
	{ R | A, false },
	{ R | A, true },
	{ 0, false },
	{ 0, true },
	{ S | F, false },
	{ S | R, false },
	{ S | F | A, false },
	{ A | U, true },
	{ A | U | P | F, true },
	{ S | ESTAB_ECE | ESTAB_CWR, false },
	{ F | S | R | P | A | U, true },
};

/* SEQ relative to RCV.NXT: a number, plus edge (RCV.WND), plus so much of the
 * segment's own length. */
static const struct place_seq {
	const char *name;
	int32_t by;
	uint8_t edges;  /* halves of RCV.WND */
	int8_t lengths; /* halves of SEG.LEN */
} places_seq[] = {
	{ "far left", -FAR, 0, 0 },
	{ "old, ending at RCV.NXT", 0, 0, -2 },
	{ "old but for the last number", 1, 0, -2 },
	{ "RCV.NXT-1", -1, 0, 0 },
	{ "over the left edge", 0, 0, -1 },
	{ "RCV.NXT", 0, 0, 0 },
	{ "RCV.NXT+1", 1, 0, 0 },
	{ "inside", 0, 1, 0 },
	{ "over the right edge", 0, 2, -1 },
	{ "up to the right edge", 0, 2, -2 },
	{ "one over the right edge", 1, 2, -2 },
	{ "right edge-1", -1, 2, 0 },
	{ "right edge", 0, 2, 0 },
	{ "beyond", 1000, 2, 0 },
	{ "far right", FAR, 2, 0 },
	{ "opposite", INT32_MIN, 0, 0 },
};

/* ACK relative to one of four numbers. */
static const struct place_ack {
	const char *name;
	enum { FROM_ISS, FROM_UNA, FROM_MIDDLE, FROM_NXT, FROM_WINDOW } from;
	int32_t by;
} places_ack[] = {
	{ "far old", FROM_UNA, -FAR },
	{ "ISS", FROM_ISS, 0 },
	{ "ISS+1", FROM_ISS, 1 },
	{ "SND.UNA-MAX.SND.WND-1", FROM_WINDOW, -1 },
	{ "SND.UNA-MAX.SND.WND", FROM_WINDOW, 0 },
	{ "SND.UNA-1", FROM_UNA, -1 },
	{ "SND.UNA", FROM_UNA, 0 },
	{ "inside", FROM_MIDDLE, 0 },
	{ "SND.NXT-1", FROM_NXT, -1 },
	{ "SND.NXT", FROM_NXT, 0 },
	{ "SND.NXT+1", FROM_NXT, 1 },
	{ "far beyond", FROM_NXT, FAR },
	{ "opposite", FROM_UNA, INT32_MIN },
};

/* Where the numbers of both sides begin, and which family carries them. */
static const struct origin {
	int family;
	uint32_t base, irs;
} origins[] = {
	{ 4, 0, UINT32_C(0xffffffff) },
	{ 6, UINT32_C(0x7fffffff), 0 },
	{ 4, UINT32_C(0x80000000), UINT32_C(0x7fffffff) },
	{ 6, UINT32_C(0xffffffff), UINT32_C(0x80000000) },
	{ 6, 0, UINT32_C(0xffffffff) },
	{ 4, UINT32_C(0x7fffffff), 0 },
	{ 6, UINT32_C(0x80000000), UINT32_C(0x7fffffff) },
	{ 4, UINT32_C(0xffffffff), UINT32_C(0x80000000) },
};

/* Mismatches of one sort; a line or two of each are enough. */
struct complaint {
	const struct mould_setting *setting;
	const struct kind *kind;
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

static uint32_t
seq_at(const struct oracle_connection *c, const struct place_seq *p,
    uint32_t len)
{
	return c->rcv_nxt + (uint32_t)p->by + c->rcv_wnd / 2 * p->edges +
	    (p->edges == 2 ? c->rcv_wnd % 2 : 0) +
	    (uint32_t)((int32_t)len * p->lengths / 2);
}

static uint32_t
ack_at(const struct oracle_connection *c, const struct place_ack *p)
{
	uint32_t from = 0;

	switch (p->from) {
	case FROM_ISS:
		from = c->iss;
		break;
	case FROM_UNA:
		from = c->snd_una;
		break;
	case FROM_MIDDLE:
		from = c->snd_una + (c->snd_nxt - c->snd_una) / 2;
		break;
	case FROM_NXT:
		from = c->snd_nxt;
		break;
	case FROM_WINDOW:
		from = c->snd_una - c->max_snd_wnd;
		break;
	}
	return from + (uint32_t)p->by;
}

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
complaint(struct run *r, const struct kind *kind, const char *wrong)
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
report(struct run *r, const struct kind *kind, struct words_case *w)
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

static void
one(struct run *r, const struct kind *kind, const struct place_seq *at,
    const struct place_ack *acks)
{
	const struct oracle_connection *c = &r->mould.known;
	struct segment seg = mould_segment(&r->mould, r->setting, kind->flags,
	    0, ack_at(c, acks), kind->text ? MOULD_TEXT : 0);
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
	seg.seq = seq_at(c, at, seg.len);
	bench_cast(r->cast, r->mould.bench, NULL);
	oracle_arrives(c, &seg, &answer);
	judge_watch(r->cast, &r->mould, &seg, &seen);
	w.wrong =
	    judge_compare(r->cast, &r->mould, &seg, &seen, &answer, &match);
	if (w.wrong == NULL && r->rows % LIFE_EVERY == 0 && !match->contradicts)
		w.wrong = go_on(r, &seg, match);
	if (w.wrong != NULL)
		report(r, kind, &w);
}

static void
every_place(struct run *r)
{
	for (size_t i = 0; i < GRID_COUNT(kinds); i++)
		for (size_t j = 0; j < GRID_COUNT(places_seq); j++)
			for (size_t k = 0; k < GRID_COUNT(places_ack); k++)
				one(r, &kinds[i], &places_seq[j],
				    &places_ack[k]);
}

/* The first setting of a state begins at every number, the others at two, in
 * turn: one of each family.  With ARRIVES_WHOLE in the environment all begin
 * everywhere. */
static size_t
origin_count(size_t setting)
{
	if (getenv("ARRIVES_WHOLE") != NULL)
		return GRID_COUNT(origins);
	return setting == 0 ? 4 : 2;
}

static void
every_origin(struct run *r, size_t setting)
{
	for (size_t i = 0; i < origin_count(setting); i++) {
		const struct origin *o =
		    &origins[(i + 2 * setting) % GRID_COUNT(origins)];

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
	    GRID_COUNT(kinds) * GRID_COUNT(places_seq) * GRID_COUNT(places_ack);
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

void
grid_watch(struct mould *m, const struct mould_setting *setting,
    struct bench *b, const struct grid_row *row, struct seen *seen)
{
	const struct segment seg = mould_segment(m, setting, row->flags,
	    m->known.rcv_nxt + (uint32_t)row->seq,
	    m->known.snd_una + (uint32_t)row->ack, row->text_len);

	judge_watch(b, m, &seg, seen);
	if (b->fault != NULL)
		print_error("%s\n", b->fault);
	assert_null(b->fault);
}

static bool
row_matches(const struct mould *m, const struct grid_row *row,
    const struct seen *seen)
{
	const struct estab_status *s = &seen->after;
	const int32_t taken = (int32_t)(s->rcv_nxt - m->known.rcv_nxt);
	const int32_t acked = (int32_t)(s->snd_una - m->known.snd_una);

	if (s->state != row->after || seen->control_count > 1 ||
	    (seen->reply & row->replies) == 0 || seen->error != row->error) {
		print_error("%s v%d: state %s, reply %#x, error %d\n",
		    estab_state_name(m->known.state), m->bench->family,
		    estab_state_name(s->state), seen->reply, seen->error);
		return false;
	}
	if (s->kind != ESTAB_KIND_TCB || s->state == ESTAB_SYN_SENT ||
	    (taken == row->taken && acked == row->acked))
		return true;
	print_error("%s v%d: RCV.NXT%+d SND.UNA%+d\n",
	    estab_state_name(m->known.state), m->bench->family, (int)taken,
	    (int)acked);
	return false;
}

void
grid_row(enum estab_state state, const struct grid_row *row)
{
	static const struct mould_setting plain = { .name = "plain" };
	const struct mould_setting *setting =
	    row->setting != NULL ? row->setting : &plain;
	struct mould m;
	struct seen seen;
	bool as_expected;

	for (size_t i = 0; i < GRID_COUNT(origins); i++) {
		mould_make(&m, setting, state, origins[i].family,
		    origins[i].base, origins[i].irs);
		grid_watch(&m, setting, m.bench, row, &seen);
		as_expected = row_matches(&m, row, &seen);
		mould_break(&m);
		assert_true(as_expected);
	}
}
