/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stories.h - traces made by hand, as the core and a simulated world write
 * them: what the pictures are tested with.
 */
#ifndef TESTS_VIEW_STORIES_H
#define TESTS_VIEW_STORIES_H

#include "view/view.h"

#define STORY_RECORDS 4096
#define STORY_X UINT32_C(1000000)
#define STORY_Y UINT32_C(4294967295) /* y+1 wraps */

struct story {
	struct estab_record record[STORY_RECORDS];
	struct estab_trace trace;
};

/* Host 1 is A, 10.0.0.1, host 2 is B, 10.0.0.2; one-way delay 10 ms. */
extern const struct view_host story_hosts[2];

typedef void (*story_teller)(struct story *story);
void story_handshake(struct story *story);
void story_teardown(struct story *story);       /* with half-close, 2 MSL */
void story_three_segments(struct story *story); /* FIN and ACK in one */
void story_lost_syn_ack(struct story *story);
void story_lost_text(struct story *story);
void story_last_ack_lost(struct story *story);
void story_refused(struct story *story);
void story_simultaneous_open(struct story *story);
void story_stale_syn(struct story *story); /* held, then late */
void story_mishaps(struct story *story);   /* copies, damage, too big */
void story_transfer(struct story *story);  /* 1 MiB */
void story_flood(struct story *story);     /* forged SYNs */
void story_live(struct story *story);      /* one host, no wires */

struct story_entry {
	const char *name;
	story_teller tell;
};
#define STORY_COUNT 13
extern const struct story_entry stories[STORY_COUNT];

/* Tell a story into fresh memory; free() it. */
struct story *story_new(story_teller tell);

#endif
