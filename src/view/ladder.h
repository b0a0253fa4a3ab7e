/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ladder.h - the inside of a ladder.
 *
 *     records -> gather.c  which belong together: events
 *             -> fold.c    which events are drawn, which only counted (kind.c
 *                          says which are alike)
 *             -> draw.c    an event as rows, segment.c its segment; legend.c
 *                          what stands below
 *             -> row.c     a row: time, states, lifelines
 *             -> arrow.c   what is between them; label.c the segment in words
 */
#ifndef VIEW_LADDER_H
#define VIEW_LADDER_H

#include "view/line.h"
#include "view/pair.h"
#include "view/words.h"

#define EVENT_CHANGES_MAX 6

/* What is drawn together: a segment leaves, something happens at an end, or
 * both, when a segment's arrival is the next thing after its departure. */
struct event {
	bool departs;
	struct estab_record out; /* OUT, or WIRE for a forged one */
	bool wired;              /* fate, frame and arrival are known */
	uint8_t fate;
	uint32_t frame;
	estab_time arrival;

	bool happens; /* at one end, at one instant: */
	struct estab_record change[EVENT_CHANGES_MAX]; /* STATE and LOSS */
	uint32_t changes;
	bool ended;              /* and what brought them about: IN, CALL, */
	struct estab_record end; /* TIMER, ICMP, DROP */
	bool end_first;          /* its record stood before the changes */
};

/* Frames whose arrival deserves a word. */
#define ODD_MAX 64
struct odd_frame {
	struct estab_record wire;
	uint8_t arrivals;
	bool used;
};

/* Events that were seen before, and the run of those not drawn. */
#define FOLD_KINDS_MAX 128
#define FOLD_REASONS_MAX 8
#define FOLD_DRAWN 3 /* so many of a kind are drawn */
#define FOLD_KEPT 8  /* a run this short is drawn after all */
#define FOLD_PAUSE_NS (ESTAB_SECOND / 2)
struct fold {
	struct {
		uint64_t kind;
		uint32_t count;
	} seen[FOLD_KINDS_MAX];
	uint32_t kinds;
	struct event kept[FOLD_KEPT];
	uint64_t events;
	struct {
		uint64_t segments, text_bytes, acks, lost;
	} sent[3]; /* by enum side; and forged, which nobody sent */
	struct {
		enum side side;
		uint16_t reason;
		uint64_t count;
	} reason[FOLD_REASONS_MAX];
	uint32_t reasons;
	estab_time last;
};

/* Columns: time, left state | middle | right state. */
struct layout {
	int columns;
	int left, right; /* the lifelines */
};

struct view_ladder {
	struct view_out out;
	struct view_style style;
	struct view_host host[VIEW_HOSTS_MAX];
	uint32_t hosts;
	struct layout layout;

	struct pairs pairs;
	struct odd_frame odd[ODD_MAX];
	uint32_t odd_next;

	struct event event; /* being put together */
	struct fold fold;

	/* How far the picture is. */
	bool headed;
	bool begun[2]; /* a state has been told at that side */
	bool timed;    /* time has been told */
	estab_time time;
	bool wires;      /* a wire has said what it does */
	char due[2][16]; /* memory to be told at the next row */
	struct {
		uint8_t type; /* of the record it was made from */
		uint16_t reason;
		estab_time time;
	} said[2]; /* the last sentence at each end */
};

/* gather.c */
void gather_record(struct view_ladder *ladder,
    const struct estab_record *record);
/* What has been gathered is whole: on with it. */
void gather_end(struct view_ladder *ladder);

/* row.c: a row begins at an instant and is written once its cells are put. */
struct row {
	struct line line;
	bool state[2]; /* that side's cell is taken */
};
void row_begin(struct view_ladder *ladder, struct row *row, estab_time time);
/* One without time. */
void row_bare(struct view_ladder *ladder, struct row *row);
void row_state(struct view_ladder *ladder, struct row *row, enum side side,
    const char *text, enum paint paint);
void row_end(struct view_ladder *ladder, struct row *row);
/* Memory not told yet gets rows of its own. */
void row_settle(struct view_ladder *ladder);
/* Rows with a sentence in the middle, at one side; state (may be NULL) is put
 * on the first. */
void row_sentence(struct view_ladder *ladder, estab_time time, enum side side,
    const char *sentence, const char *state, enum paint paint);
/* A row in which time is left out, with a sentence between the lines. */
void row_gap(struct view_ladder *ladder, const char *sentence);
/* The same, and it has become time meanwhile. */
void row_until(struct view_ladder *ladder, estab_time time,
    const char *sentence);

/* arrow.c */
enum arrow {
	ARROW_WHOLE,  /* leaves, and arrives as the next thing */
	ARROW_LEAVES, /* leaves, and arrives later */
	ARROW_LANDS,  /* left before, arrives now */
	ARROW_LOST,   /* ends midway */
	ARROW_HELD,
};
/* from is the sender's side; mark (may be NULL) is a word on its fate. */
void arrow_draw(struct view_ladder *ladder, estab_time time, enum side from,
    enum arrow arrow, const struct estab_record *segment, const char *mark);

/* label.c: a segment sent from a side of a pair (NULL: raw numbers). */
/* Whether a wire carried no segment there but an ICMP message. */
bool label_is_icmp(const struct estab_record *segment);
void label_segment(struct text *text, const struct view_ladder *ladder,
    const struct estab_record *segment, const struct pair *pair,
    enum side from);
/* "mss=1460 ws=7 sack ts", of a SYN; time stamps of others only where all
 * is told. */
void label_options(struct text *text, const struct estab_record *segment,
    bool raw);

/* end.c: the pair a record is of (NULL: it names none), and which side its
 * host is. */
struct pair *end_of(struct view_ladder *ladder,
    const struct estab_record *record, enum side *side);
enum side end_side(struct view_ladder *ladder,
    const struct estab_record *record);
/* Where the i-th host stands: the second at the right, and with it those of
 * its address; the others at the left. */
enum side end_home(const struct view_ladder *ladder, uint32_t i);
/* The name of a host that shares its address with another; else NULL. */
const char *end_twin(const struct view_ladder *ladder, uint8_t id);
/* The name of the host at a side of a pair, which may be NULL. */
const char *end_name(const struct view_ladder *ladder, enum side side,
    const struct pair *pair);
/* Note the memory a record tells of; it is told at the end's next row. */
void end_memory(struct view_ladder *ladder, const struct estab_record *record);
/* Note a segment that this end sent, and whether it did so before. */
void end_sent(struct pair_end *end, const struct estab_record *segment);

/* draw.c */
void draw_event(struct view_ladder *ladder, const struct event *event);
/* A record's reason as a sentence, into text. */
struct text *say_reason(struct text *text, const struct view_ladder *ladder,
    const struct estab_record *record, const struct pair *pair);
/* Remember it as the last of its end; whether it was that already. */
void say_noted(struct view_ladder *ladder, enum side side,
    const struct estab_record *record);
bool say_already(const struct view_ladder *ladder, enum side side,
    const struct estab_record *record);

/* segment.c: an event's departure; its arrival, where that is not drawn with
 * the departure. */
void segment_leaves(struct view_ladder *ladder, const struct event *event);
void segment_lands(struct view_ladder *ladder, const struct event *event,
    const struct odd_frame *odd);
/* NULL: nothing was odd about this frame. */
struct odd_frame *segment_odd(struct view_ladder *ladder, uint32_t frame);
/* The reasons of which a segment itself tells enough. */
bool segment_speaks_for_itself(uint16_t reason);

/* legend.c */
void legend_draw(struct view_ladder *ladder);

/* kind.c */
uint64_t kind_of(struct view_ladder *ladder, const struct event *event);

/* fold.c */
void fold_event(struct view_ladder *ladder, const struct event *event);
void fold_end(struct view_ladder *ladder);

#endif
