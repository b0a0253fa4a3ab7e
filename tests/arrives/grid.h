/* SPDX-License-Identifier: BSD-2-Clause
 *
 * grid.h - every kind of segment at every place, in one state.
 */
#ifndef ARRIVES_GRID_H
#define ARRIVES_GRID_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "judge.h"

struct grid {
	enum estab_state state;
	const struct mould_setting *settings;
	size_t setting_count;
};

/* Run settings x origins (family, place of ISS and IRS) x kinds x places of SEQ
 * x places of ACK; fails unless each was seen right and their number is the
 * product. */
void grid_run(const struct grid *grid);

/* One segment by hand, for rows that do not lean on the oracle.  SEQ and ACK
 * are relative to RCV.NXT and SND.UNA. */
struct grid_row {
	const struct mould_setting *setting; /* NULL: none of its fields set */
	uint8_t flags;
	int32_t seq, ack;
	uint32_t text_len;
	/* expected */
	enum estab_state after;
	unsigned replies; /* ORACLE_ answers */
	int32_t taken;    /* how far RCV.NXT moves */
	int32_t acked;    /* how far SND.UNA moves */
	int error;
};
void grid_row(enum estab_state state, const struct grid_row *row);

/* The same, without the message: what was seen, for a test of its own. */
void grid_watch(struct mould *m, const struct mould_setting *setting,
    struct bench *b, const struct grid_row *row, struct seen *seen);

#define GRID_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
