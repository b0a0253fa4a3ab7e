/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fold.c - long runs of alike events as a few rows.
 *
 * The first few of a kind (see kind.c) are drawn; later ones are counted
 * until an event of a new kind comes.
 */
#include "view/ladder.h"

#include <string.h>

/* How often this kind has come, this time included. */
static uint32_t
count_kind(struct fold *fold, uint64_t kind)
{
	for (uint32_t i = 0; i < fold->kinds; i++)
		if (fold->seen[i].kind == kind)
			return ++fold->seen[i].count;
	if (fold->kinds < FOLD_KINDS_MAX) {
		fold->seen[fold->kinds].kind = kind;
		fold->seen[fold->kinds++].count = 1;
	}
	return 1;
}

/* What a transfer is made of, and needs no words. */
static bool
ordinary(uint16_t reason)
{
	return reason == ESTAB_REASON_NONE ||
	    reason == ESTAB_REASON_CALL_SEND ||
	    reason == ESTAB_REASON_CALL_RECEIVE ||
	    reason == ESTAB_REASON_TEXT_TAKEN ||
	    reason == ESTAB_REASON_ACK_ADVANCES ||
	    segment_speaks_for_itself(reason);
}

static void
count_reason(struct fold *fold, enum side side, uint16_t reason)
{
	if (ordinary(reason))
		return;
	for (uint32_t i = 0; i < fold->reasons; i++) {
		if (fold->reason[i].side == side &&
		    fold->reason[i].reason == reason) {
			fold->reason[i].count++;
			return;
		}
	}
	if (fold->reasons == FOLD_REASONS_MAX)
		return;
	fold->reason[fold->reasons].side = side;
	fold->reason[fold->reasons].reason = reason;
	fold->reason[fold->reasons++].count = 1;
}

#define FORGED 2 /* behind the sides */

static void
count_segment(struct fold *fold, int sender, const struct estab_record *segment,
    uint8_t fate)
{
	const uint8_t gone =
	    ESTAB_FATE_LOST | ESTAB_FATE_QUEUE_FULL | ESTAB_FATE_TOO_BIG;
	const uint8_t more = ESTAB_SYN | ESTAB_FIN | ESTAB_RST;
	const uint64_t n =
	    segment->segment_count > 1 ? segment->segment_count : 1;

	fold->sent[sender].segments += n;
	fold->sent[sender].text_bytes += segment->text_bytes;
	if (segment->text_bytes == 0 && (segment->flags & more) == 0)
		fold->sent[sender].acks++;
	if ((fate & gone) != 0)
		fold->sent[sender].lost += n;
}

/* Every record of the event that can tell of memory or a reason. */
static void
count_event(struct view_ladder *ladder, const struct event *event)
{
	struct fold *fold = &ladder->fold;
	const bool watched = event->departs || ladder->wires;

	if (event->departs) {
		const enum side side = end_side(ladder, &event->out);

		const bool forged = event->out.type == ESTAB_RECORD_WIRE;

		count_segment(fold, forged ? FORGED : (int)side, &event->out,
		    event->fate);
		count_reason(fold, side, event->out.reason);
		end_memory(ladder, &event->out);
		fold->last = event->out.time;
	}
	for (uint32_t i = 0; i < event->changes; i++)
		end_memory(ladder, &event->change[i]);
	if (event->happens && event->ended) {
		const enum side side = end_side(ladder, &event->end);

		if (event->end.type == ESTAB_RECORD_IN && !watched)
			count_segment(fold, (int)side_other(side), &event->end,
			    0);
		count_reason(fold, side, event->end.reason);
		if (!event->end_first)
			end_memory(ladder, &event->end);
		fold->last = event->end.time;
	}
}

static estab_time
event_time(const struct event *event)
{
	if (event->departs)
		return event->out.time;
	return event->ended ? event->end.time : event->change[0].time;
}

/* A short run ends with a pause: what somebody types is drawn, if late. */
static bool
pauses(const struct fold *fold, const struct event *event)
{
	return fold->events > 0 && fold->events <= FOLD_KEPT &&
	    event_time(event) - event_time(&fold->kept[fold->events - 1]) >=
	    FOLD_PAUSE_NS;
}

void
fold_event(struct view_ladder *ladder, const struct event *event)
{
	struct fold *fold = &ladder->fold;

	if (!ladder->style.fold ||
	    count_kind(fold, kind_of(ladder, event)) <= FOLD_DRAWN) {
		fold_end(ladder);
		draw_event(ladder, event);
		return;
	}
	if (pauses(fold, event))
		fold_end(ladder);
	if (fold->events < FOLD_KEPT) {
		fold->kept[fold->events++] = *event;
		return;
	}
	if (fold->events++ == FOLD_KEPT) {
		for (uint32_t i = 0; i < FOLD_KEPT; i++)
			count_event(ladder, &fold->kept[i]);
	}
	count_event(ladder, event);
}

static struct text *
fill_number(struct text *text, enum word which, uint64_t n, bool zh)
{
	struct text number;

	text_clear(&number);
	text_grouped(&number, n);
	return text_fill(text, word(which, zh), &(const char *){ number.byte },
	    1);
}

/* "A: 718 segments, 1,048,576 bytes of text" */
static void
draw_sent(struct view_ladder *ladder, int sender)
{
	const struct fold *fold = &ladder->fold;
	const bool zh = ladder->style.zh;
	struct text text, number;
	const char *const name = sender == FORGED ?
	    word(WORD_FORGED, zh) :
	    end_name(ladder, (enum side)sender, NULL);
	const char *argument[] = { name, number.byte };

	if (fold->sent[sender].segments == 0)
		return;
	text_clear(&text);
	text_clear(&number);
	text_grouped(&number, fold->sent[sender].segments);
	text_fill(&text, word(WORD_SEGMENTS, zh), argument, 2);
	if (fold->sent[sender].text_bytes > 0)
		fill_number(&text, WORD_WITH_TEXT,
		    fold->sent[sender].text_bytes, zh);
	if (fold->sent[sender].acks > 0)
		fill_number(&text, WORD_WITH_ACKS, fold->sent[sender].acks, zh);
	if (fold->sent[sender].lost > 0)
		fill_number(&text, WORD_WITH_LOST, fold->sent[sender].lost, zh);
	row_until(ladder, fold->last, text.byte);
}

void
fold_end(struct view_ladder *ladder)
{
	struct fold *fold = &ladder->fold;
	const uint64_t events = fold->events;

	if (events == 0)
		return;
	fold->events = 0;
	if (events <= FOLD_KEPT) {
		for (uint32_t i = 0; i < events; i++)
			draw_event(ladder, &fold->kept[i]);
		return;
	}
	draw_sent(ladder, SIDE_LEFT);
	draw_sent(ladder, SIDE_RIGHT);
	draw_sent(ladder, FORGED);
	for (uint32_t i = 0; i < fold->reasons; i++) {
		struct text text;

		text_clear(&text);
		fill_number(&text, WORD_TIMES, fold->reason[i].count,
		    ladder->style.zh);
		words_reason(&text, (enum estab_reason)fold->reason[i].reason,
		    ladder->style.zh);
		row_sentence(ladder, fold->last, fold->reason[i].side,
		    text.byte, NULL, PAINT_DIM);
	}
	memset(fold->sent, 0, sizeof fold->sent);
	fold->reasons = 0;
}
