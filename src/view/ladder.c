/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ladder.c - a ladder's life: made, fed, ended; remarks between its rows.
 */
#include "view/ladder.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS_DEFAULT 100
#define COLUMNS_MIN 80
#define STATE_COLUMNS 12 /* SYN-RECEIVED */
#define NAME_COLUMNS 2   /* "A ", with more than two hosts */
#define TIME_COLUMNS 10

struct view_ladder *
view_ladder_new(const struct view_out *out, const struct view_style *style,
    const struct view_host *hosts, size_t n)
{
	struct view_ladder *ladder;
	int columns = style->columns == 0 ? COLUMNS_DEFAULT : style->columns;
	int state = STATE_COLUMNS;

	if (n == 0 || n > VIEW_HOSTS_MAX)
		return NULL;
	ladder = calloc(1, sizeof *ladder);
	if (ladder == NULL)
		return NULL;
	ladder->out = *out;
	ladder->style = *style;
	memcpy(ladder->host, hosts, n * sizeof *hosts);
	ladder->hosts = (uint32_t)n;
	if (columns < COLUMNS_MIN)
		columns = COLUMNS_MIN;
	if (columns > LINE_COLUMNS_MAX)
		columns = LINE_COLUMNS_MAX;
	if (n > 2)
		state += NAME_COLUMNS;
	ladder->layout.columns = columns;
	ladder->layout.left = TIME_COLUMNS + 1 + state + 1;
	ladder->layout.right = columns - state - 2;
	return ladder;
}

void
view_ladder_free(struct view_ladder *ladder)
{
	free(ladder);
}

void
view_ladder_record(struct view_ladder *ladder,
    const struct estab_record *record)
{
	gather_record(ladder, record);
}

void
view_ladder_flush(struct view_ladder *ladder)
{
	gather_end(ladder);
	/* Live, a run goes on through every batch of records. */
	if (ladder->wires)
		fold_end(ladder);
}

void
view_ladder_end(struct view_ladder *ladder)
{
	gather_end(ladder);
	fold_end(ladder);
	row_settle(ladder);
	legend_draw(ladder);
}

void
view_ladder_note(struct view_ladder *ladder, const char *text)
{
	const int room = ladder->layout.right - ladder->layout.left - 3;
	struct text piece;

	gather_end(ladder);
	fold_end(ladder);
	row_settle(ladder);
	while (*text != '\0') {
		const char *end = line_break(text, room);

		text_clear(&piece);
		while (text < end && piece.n + 1 < TEXT_MAX)
			text_code(&piece, text_next(&text));
		row_gap(ladder, piece.byte);
		text = end;
		while (*text == ' ')
			text++;
	}
}

bool
view_ladder_symbols(const struct view_ladder *ladder, uint8_t host,
    const struct estab_endpoint *local, const struct estab_endpoint *remote,
    struct view_symbols *symbols)
{
	enum side side;
	const struct pair *pair =
	    pairs_find(&ladder->pairs, local, remote, &side);

	(void)host;
	if (pair == NULL)
		return false;
	symbols->own = pair->end[side].space;
	symbols->peer = pair->end[side_other(side)].space;
	return true;
}
