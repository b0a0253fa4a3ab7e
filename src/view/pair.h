/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pair.h - the connections of a picture: for each pair of endpoints what has
 * been seen of it, at its left and at its right end.
 */
#ifndef VIEW_PAIR_H
#define VIEW_PAIR_H

#include "view/symbols.h"

#define PAIRS_MAX 64

/* One end.  memory and state are the last that were told. */
struct pair_end {
	struct estab_endpoint endpoint;
	struct view_space space; /* the numbers it sends */
	uint32_t memory_bytes;
	estab_conn conn; /* that its last change of state named */
	uint8_t state;
	bool state_known;
	/* The rightmost number sent, and whether the last segment sent was
	 * all left of it: sent again. */
	uint32_t sent_end;
	bool sent_known, again;
	uint8_t host; /* its trace id, once it has written a record */
	bool host_known;
};

struct pair {
	struct pair_end end[2]; /* by enum side */
	uint32_t number;        /* 1, 2, ... as they came; 0: a listener */
	uint64_t used; /* when last, for the choice of what to forget */
};

/* The PAIRS_MAX pairs last used; older ones are forgotten. */
struct pairs {
	struct pair pair[PAIRS_MAX];
	uint32_t count;
	uint32_t numbered; /* ever */
	uint64_t clock;
};

/* The pair of a record, made when it is new, and the side of the end that
 * wrote it.  A host whose home is right stands right, unless the pair is
 * known the other way round (two hosts of one side).  NULL: the record names
 * no endpoints. */
struct pair *pairs_of(struct pairs *pairs, const struct estab_record *record,
    enum side home, enum side *side);

/* Look only. */
const struct pair *pairs_find(const struct pairs *pairs,
    const struct estab_endpoint *local, const struct estab_endpoint *remote,
    enum side *side);

#endif
