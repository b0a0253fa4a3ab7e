/* SPDX-License-Identifier: BSD-2-Clause
 *
 * symbols.h - names for sequence numbers: x and y the initial ones of the
 * left and right end, u and w the numbers of their FINs, v the right end's
 * SND.NXT when it acknowledges u.  A second number of a kind has a prime: the
 * x of a connection that took the place of an ended one is x'.
 */
#ifndef VIEW_SYMBOLS_H
#define VIEW_SYMBOLS_H

#include "view/text.h"

enum side {
	SIDE_LEFT,
	SIDE_RIGHT,
};

static inline enum side
side_other(enum side side)
{
	return side == SIDE_LEFT ? SIDE_RIGHT : SIDE_LEFT;
}

/* Learn from a segment that the end called side sent: own is its sequence
 * space, peer the one it acknowledges. */
void symbols_learn(struct view_space *own, const struct view_space *peer,
    enum side side, const struct estab_record *segment);

/* Which symbols may tell a number, as bits.  A segment's numbers are told by
 * what it could know when it left, so that it arrives under the name it left
 * with: v means something only behind u, and what stands before a FIN is not
 * told by the FIN. */
#define SYMBOLS_NONE 0u    /* the plain number */
#define SYMBOLS_OPENING 1u /* x and y */
#define SYMBOLS_V 2u
#define SYMBOLS_FIN 4u    /* u and w, for numbers behind them */
#define SYMBOLS_AT_FIN 8u /* u and w themselves */
#define SYMBOLS_ALL 15u

/* Those for a segment that the end called side sent: of its own numbers. */
unsigned symbols_for(const struct view_space *own,
    const struct view_space *peer, enum side side,
    const struct estab_record *segment);

/* Append a number as the nearest symbol at or before it plus an offset; as it
 * is where no symbol is near. */
void symbols_express(struct text *text, const struct view_space *space,
    uint32_t number, unsigned use);

#endif
