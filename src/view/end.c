/* SPDX-License-Identifier: BSD-2-Clause
 *
 * end.c - whose end of a connection a record tells of, and what is
 * remembered of each end from row to row.
 */
#include "view/ladder.h"

#include <string.h>

#include "tcp/seq.h"

/* Whether two hosts have one address: machines that share it. */
static bool
are_twins(const struct view_host *a, const struct view_host *b)
{
	return a->where != NULL && b->where != NULL && a->where[0] != '\0' &&
	    strcmp(a->where, b->where) == 0;
}

enum side
end_home(const struct view_ladder *ladder, uint32_t i)
{
	return i == 1 ||
	        (i > 1 && are_twins(&ladder->host[i], &ladder->host[1])) ?
	    SIDE_RIGHT :
	    SIDE_LEFT;
}

static enum side
home(const struct view_ladder *ladder, uint8_t id)
{
	for (uint32_t i = 0; i < ladder->hosts; i++)
		if (ladder->host[i].id == id && !ladder->host[i].absent)
			return end_home(ladder, i);
	return SIDE_LEFT;
}

const char *
end_twin(const struct view_ladder *ladder, uint8_t id)
{
	for (uint32_t i = 0; i < ladder->hosts; i++)
		for (uint32_t n = 0; n < ladder->hosts; n++)
			if (i != n && ladder->host[i].id == id &&
			    are_twins(&ladder->host[i], &ladder->host[n]))
				return ladder->host[i].name;
	return NULL;
}

struct pair *
end_of(struct view_ladder *ladder, const struct estab_record *record,
    enum side *side)
{
	struct pair *pair;

	*side = home(ladder, record->host);
	pair = pairs_of(&ladder->pairs, record, *side, side);
	/* A wire's record names whose segment it looks like. */
	if (pair != NULL && record->type != ESTAB_RECORD_WIRE) {
		pair->end[*side].host = record->host;
		pair->end[*side].host_known = true;
	}
	return pair;
}

enum side
end_side(struct view_ladder *ladder, const struct estab_record *record)
{
	enum side side;

	end_of(ladder, record, &side);
	return side;
}

const char *
end_name(const struct view_ladder *ladder, enum side side,
    const struct pair *pair)
{
	if (pair != NULL && pair->end[side].host_known)
		for (uint32_t i = 0; i < ladder->hosts; i++)
			if (ladder->host[i].id == pair->end[side].host)
				return ladder->host[i].name;
	return (uint32_t)side < ladder->hosts ? ladder->host[side].name : "?";
}

/* Whether a record tells how much memory its end holds for the pair, and how
 * much.  An arrival that found no connection says that there is none; one at
 * a listener tells of the listener.  A reply without a connection tells
 * nothing. */
static bool
tells_memory(struct pair_end *end, const struct estab_record *record,
    uint32_t *bytes)
{
	const bool state = record->type == ESTAB_RECORD_STATE;
	const bool in = record->type == ESTAB_RECORD_IN;

	*bytes = record->conn == 0 ? 0 : record->memory_bytes;
	if (state)
		end->conn = *bytes == 0 ? 0 : record->conn;
	if (record->type == ESTAB_RECORD_WIRE || (record->conn == 0 && !in))
		return false;
	return !in || record->conn == 0 || end->conn == 0 ||
	    (uint32_t)record->conn == (uint32_t)end->conn;
}

/* Memory changes are told at the next row of their end. */
void
end_memory(struct view_ladder *ladder, const struct estab_record *record)
{
	enum side side;
	struct pair *pair = end_of(ladder, record, &side);
	struct text text;
	uint32_t bytes;

	if (pair == NULL || !tells_memory(&pair->end[side], record, &bytes) ||
	    bytes == pair->end[side].memory_bytes)
		return;
	pair->end[side].memory_bytes = bytes;
	text_clear(&text);
	text_add(text_grouped(&text, bytes), " B");
	if (text.n < sizeof ladder->due[side])
		memcpy(ladder->due[side], text.byte, text.n + 1);
}

/* Whether the segment is one that was sent before. */
void
end_sent(struct pair_end *end, const struct estab_record *segment)
{
	const uint32_t length = segment->text_bytes +
	    ((segment->flags & ESTAB_SYN) != 0) +
	    ((segment->flags & ESTAB_FIN) != 0);
	const uint32_t behind = segment->seq + length;

	end->again = length > 0 && end->sent_known &&
	    seq_le(behind, end->sent_end) &&
	    seq_span(segment->seq, end->sent_end) < 1u << 30;
	if (length > 0 && !end->again) {
		end->sent_end = behind;
		end->sent_known = true;
	}
}
