/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tcb.c - a control block as people read it (RFC 9293 3.3.1): its place in
 * the connection table, its send and receive space, buffers and queues,
 * timers, round-trip time, congestion.  A listener, a half-open and a
 * TIME-WAIT record show what they hold and nothing else.
 */
#include "view/group.h"

#define COLUMNS_DEFAULT 100

static enum word
kind_word(enum estab_kind kind)
{
	switch (kind) {
	case ESTAB_KIND_NONE:
		return WORD_NOTHING;
	case ESTAB_KIND_LISTENER:
		return WORD_LISTENER;
	case ESTAB_KIND_HALF_OPEN:
		return WORD_HALF_OPEN;
	case ESTAB_KIND_TCB:
		return WORD_TCB;
	case ESTAB_KIND_TIME_WAIT:
		return WORD_TIME_WAIT_RECORD;
	}
	return WORD_NOTHING;
}

/* "A  ESTABLISHED  TCB  10.0.0.1:49152 - 10.0.0.2:80" */
static void
title(struct sheet *sheet, const char *name)
{
	const struct estab_status *s = sheet->status;
	struct line line;
	struct text text;
	int at;

	line_clear(&line, sheet->columns);
	at = line_put(&line, 0, name, PAINT_BOLD) + 2;
	at = line_put(&line, at, estab_state_name(s->state), PAINT_STATE) + 2;
	at = line_put(&line, at, sheet_label(sheet, kind_word(s->kind)),
	         PAINT_PLAIN) +
	    2;
	text_clear(&text);
	if (s->kind != ESTAB_KIND_NONE)
		text_endpoint(&text, &s->local);
	if (s->kind != ESTAB_KIND_NONE && s->kind != ESTAB_KIND_LISTENER)
		text_endpoint(text_add(&text, " - "), &s->remote);
	/* Two IPv6 addresses may need a line of their own. */
	if (at + view_width(text.byte) > sheet->columns) {
		line_write(&line, sheet->out, sheet->style->colour);
		line_clear(&line, sheet->columns);
		at = SHEET_INDENT;
	}
	line_put(&line, at, text.byte, PAINT_PLAIN);
	line_write(&line, sheet->out, sheet->style->colour);
}

static void
add_noted(struct sheet *sheet, struct text *text, bool holds, enum word what)
{
	if (!holds)
		return;
	if (text->n > 0)
		text_add(text, sheet->style->zh ? "；" : "; ");
	text_add(text, sheet_label(sheet, what));
}

static void
place(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;
	struct text text;

	sheet_count(sheet, WORD_BUCKET, s->table_bucket);
	sheet_bytes(sheet, sheet_label(sheet, WORD_MEMORY), s->memory_bytes);
	text_clear(&text);
	sheet_word(sheet, WORD_HANDLE, text_hex(&text, s->conn, 1)->byte);
	sheet_group(sheet, WORD_GROUP_PLACE);

	text_clear(&text);
	add_noted(sheet, &text, s->fin_sent, WORD_FIN_SENT);
	add_noted(sheet, &text, s->fin_acked, WORD_FIN_ACKED);
	add_noted(sheet, &text, s->fin_taken, WORD_FIN_TAKEN);
	add_noted(sheet, &text, s->in_recovery, WORD_IN_RECOVERY);
	add_noted(sheet, &text, s->orphan, WORD_ORPHAN);
	if (text.n > 0) {
		sheet_put(sheet, text.byte, "");
		sheet_group(sheet, WORD_FLAGS);
	}
	if (s->error != 0) {
		sheet_put(sheet, view_error_text(s->error, sheet->style->zh),
		    "");
		sheet_group(sheet, WORD_ERROR);
	}
}

/* ---- What each kind shows ------------------------------------------------ */

static void
listener(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;

	place(sheet);
	sheet_count(sheet, WORD_HALF_OPEN_COUNT, s->half_open_count);
	sheet_count(sheet, WORD_ACCEPT_COUNT, s->accept_count);
	sheet_count(sheet, WORD_BACKLOG, s->backlog);
	sheet_word(sheet, WORD_PRESSURE,
	    word(s->pressure == ESTAB_FLOODED    ? WORD_FLOODED :
	            s->pressure == ESTAB_PRESSED ? WORD_PRESSED :
	                                           WORD_CALM,
	        sheet->style->zh));
	sheet_group(sheet, WORD_GROUP_QUEUE);
}

static void
half_open(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;

	place(sheet);
	sheet_position(sheet, "ISS", s->iss, false);
	sheet_position(sheet, "SND.NXT", s->snd_nxt, false);
	sheet_group(sheet, WORD_GROUP_SEND);
	sheet_position(sheet, "IRS", s->irs, true);
	sheet_position(sheet, "RCV.NXT", s->rcv_nxt, true);
	sheet_group(sheet, WORD_GROUP_RECEIVE);
	group_agreed(sheet);
	group_timers(sheet);
}

static void
time_wait(struct sheet *sheet)
{
	const struct estab_status *s = sheet->status;

	place(sheet);
	sheet_position(sheet, "SND.NXT", s->snd_nxt, false);
	sheet_group(sheet, WORD_GROUP_SEND);
	sheet_position(sheet, "RCV.NXT", s->rcv_nxt, true);
	sheet_group(sheet, WORD_GROUP_RECEIVE);
	group_timers(sheet);
}

static void
whole(struct sheet *sheet)
{
	place(sheet);
	group_send_space(sheet);
	group_receive_space(sheet);
	group_buffers(sheet);
	group_agreed(sheet);
	group_timers(sheet);
	group_round_trip(sheet);
	group_congestion(sheet);
	group_counts(sheet);
}

void
view_tcb(const struct view_out *out, const struct view_style *style,
    const char *name, const struct estab_status *status,
    const struct view_symbols *symbols, estab_time now)
{
	struct sheet sheet = {
		.out = out,
		.style = style,
		.status = status,
		.symbols = symbols,
		.now = now,
		.columns =
		    style->columns == 0 ? COLUMNS_DEFAULT : style->columns,
	};

	if (sheet.columns < 80)
		sheet.columns = 80;
	title(&sheet, name);
	switch (status->kind) {
	case ESTAB_KIND_NONE:
		return;
	case ESTAB_KIND_LISTENER:
		listener(&sheet);
		return;
	case ESTAB_KIND_HALF_OPEN:
		half_open(&sheet);
		return;
	case ESTAB_KIND_TCB:
		whole(&sheet);
		return;
	case ESTAB_KIND_TIME_WAIT:
		time_wait(&sheet);
		return;
	}
}
