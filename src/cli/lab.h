/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lab.h - what estab lab was asked for, and playing one scenario so.
 */
#ifndef CLI_LAB_H
#define CLI_LAB_H

#include <stdio.h>

#include "scenario/scenario.h"
#include "view/view.h"

struct lab_wish {
	struct view_style style;
	bool list, json, tcb, diagram, v6;
	uint64_t seed;   /* 0: the scenario's */
	const char *svg; /* a picture of floods; NULL: none */
	struct lab_picture *picture;
	const char *pcap; /* a capture file; NULL: none */
	struct lab_capture *capture;
};

/* ---- lab_capture.c ---- */
struct lab_capture;
struct lab_packet {
	uint32_t frame;
	estab_time time, arrival;
	const uint8_t *data;
	uint32_t bytes;
};
/* NULL: it has said why. */
struct lab_capture *lab_capture_open(const char *path);
/* A packet enters a wire; a record is written, in the order of all; a world
 * has ended. */
void lab_capture_packet(struct lab_capture *capture,
    const struct lab_packet *seen);
void lab_capture_record(struct lab_capture *capture,
    const struct estab_record *record);
void lab_capture_world(struct lab_capture *capture);
/* False: not all is written; it has said so. */
bool lab_capture_close(struct lab_capture *capture);

/* ---- lab_play.c, lab_flood.c ---- */

/* Play all worlds of a scenario.  False: it did not go as written (said on
 * stderr). */
bool lab_play(struct lab_wish *wish, const struct scenario *scenario);

/* What came of the defences of a run, if it had any: a table, and part of the
 * picture. */
void lab_flood(const struct lab_wish *wish, const struct scenario *scenario,
    const struct scenario_run *run);

/* ---- lab_picture.c ---- */
struct lab_picture;
/* NULL: it has said why. */
struct lab_picture *lab_picture_open(const char *path, bool zh);
/* What a scenario of this title saw, below what is drawn already. */
void lab_picture_add(struct lab_picture *picture, const char *title,
    const struct scenario_row *row, uint32_t count);
/* False: not all is written, or nothing was seen; it has said so. */
bool lab_picture_close(struct lab_picture *picture);

#endif
