/* SPDX-License-Identifier: BSD-2-Clause
 *
 * symbols.c - which numbers get a name, and how others are told by them.
 */
#include "view/symbols.h"

#include <string.h>

#include "tcp/seq.h"

/* How far left of the first symbol a number is still told by it. */
#define BEFORE_MAX 65536u

static uint32_t
count_letter(const struct view_space *space, char letter)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < space->count; i++)
		n += space->symbol[i].name[0] == letter;
	return n;
}

static bool
has(const struct view_space *space, char letter, uint32_t value)
{
	for (uint32_t i = 0; i < space->count; i++)
		if (space->symbol[i].name[0] == letter &&
		    space->symbol[i].value == value)
			return true;
	return false;
}

/* x, x', x'', x''', then x'4, x'5, ... */
static void
name_symbol(char name[8], char letter, uint32_t before)
{
	struct text text;

	text_clear(&text);
	text_code(&text, (uint32_t)letter);
	if (before > 3) {
		text_number(text_add(&text, "'"), before);
	} else {
		while (before-- > 0)
			text_add(&text, "'");
	}
	if (text.n < 8)
		memcpy(name, text.byte, text.n + 1);
}

static void
add(struct view_space *space, char letter, uint32_t value)
{
	struct view_symbol *symbol;

	if (has(space, letter, value))
		return;
	const uint32_t before = count_letter(space, letter);
	if (space->count == VIEW_SYMBOLS_MAX) {
		memmove(&space->symbol[0], &space->symbol[1],
		    (VIEW_SYMBOLS_MAX - 1) * sizeof space->symbol[0]);
		space->count--;
	}
	symbol = &space->symbol[space->count++];
	memset(symbol, 0, sizeof *symbol);
	name_symbol(symbol->name, letter, before);
	symbol->value = value;
}

void
symbols_learn(struct view_space *own, const struct view_space *peer,
    enum side side, const struct estab_record *segment)
{
	const bool left = side == SIDE_LEFT;
	const bool syn = (segment->flags & ESTAB_SYN) != 0;
	const bool fin = (segment->flags & ESTAB_FIN) != 0;

	if ((segment->flags & ESTAB_RST) != 0)
		return;
	if (syn)
		add(own, left ? 'x' : 'y', segment->seq);
	/* v is of use until w is known: a FIN that acknowledges u is w. */
	if (!left && !fin && (segment->flags & ESTAB_ACK) != 0) {
		const uint32_t n = count_letter(own, 'v');

		if (n < count_letter(peer, 'u') &&
		    n == count_letter(own, 'w') &&
		    has(peer, 'u', segment->ack - 1))
			add(own, 'v', segment->seq);
	}
	if (fin)
		add(own, left ? 'u' : 'w',
		    segment->seq + segment->text_bytes + (syn ? 1 : 0));
}

static bool
usable(const struct view_symbol *symbol, uint32_t number, unsigned use)
{
	switch (symbol->name[0]) {
	case 'v':
		return (use & SYMBOLS_V) != 0;
	case 'u':
	case 'w':
		return (use &
		           (number == symbol->value ? SYMBOLS_AT_FIN :
		                                      SYMBOLS_FIN)) != 0;
	default:
		return (use & SYMBOLS_OPENING) != 0;
	}
}

/* Whether a number lies behind a FIN of that space. */
static bool
behind_fin(const struct view_space *space, char letter, uint32_t number)
{
	for (uint32_t i = 0; i < space->count; i++)
		if (space->symbol[i].name[0] == letter &&
		    seq_gt(number, space->symbol[i].value))
			return true;
	return false;
}

unsigned
symbols_for(const struct view_space *own, const struct view_space *peer,
    enum side side, const struct estab_record *segment)
{
	const bool ack = (segment->flags & ESTAB_ACK) != 0;
	unsigned use = SYMBOLS_OPENING | SYMBOLS_FIN;

	if ((segment->flags & ESTAB_SYN) != 0)
		return SYMBOLS_OPENING;
	if ((segment->flags & ESTAB_FIN) != 0)
		use |= SYMBOLS_AT_FIN;
	if (side == SIDE_LEFT ? behind_fin(own, 'u', segment->seq) :
	                        ack && behind_fin(peer, 'u', segment->ack))
		use |= SYMBOLS_V;
	return use;
}

/* The symbol nearest before number, of equals the newest; NULL: none. */
static const struct view_symbol *
nearest(const struct view_space *space, uint32_t number, unsigned use)
{
	const struct view_symbol *best = NULL;

	for (uint32_t i = 0; i < space->count; i++) {
		const struct view_symbol *symbol = &space->symbol[i];

		if (usable(symbol, number, use) &&
		    seq_le(symbol->value, number) &&
		    (best == NULL || seq_le(best->value, symbol->value)))
			best = symbol;
	}
	return best;
}

/* The first symbol that number lies a little before; NULL: none. */
static const struct view_symbol *
nearest_after(const struct view_space *space, uint32_t number, unsigned use)
{
	for (uint32_t i = 0; i < space->count; i++) {
		const struct view_symbol *symbol = &space->symbol[i];

		if (usable(symbol, number, use) &&
		    seq_span(number, symbol->value) <= BEFORE_MAX)
			return symbol;
	}
	return NULL;
}

void
symbols_express(struct text *text, const struct view_space *space,
    uint32_t number, unsigned use)
{
	const struct view_symbol *symbol = nearest(space, number, use);

	if (symbol != NULL) {
		const uint32_t offset = seq_span(symbol->value, number);

		text_add(text, symbol->name);
		if (offset > 0)
			text_number(text_add(text, "+"), offset);
		return;
	}
	symbol = nearest_after(space, number, use);
	if (symbol != NULL) {
		text_add(text_add(text, symbol->name), "-");
		text_number(text, seq_span(number, symbol->value));
		return;
	}
	text_number(text, number);
}
