/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stories.c - the stories by name.
 */
#include "stories.h"

#include <stdlib.h>

const struct story_entry stories[STORY_COUNT] = {
	{ "handshake", story_handshake },
	{ "teardown", story_teardown },
	{ "three-segments", story_three_segments },
	{ "lost-syn-ack", story_lost_syn_ack },
	{ "lost-text", story_lost_text },
	{ "last-ack-lost", story_last_ack_lost },
	{ "refused", story_refused },
	{ "simultaneous-open", story_simultaneous_open },
	{ "stale-syn", story_stale_syn },
	{ "mishaps", story_mishaps },
	{ "transfer", story_transfer },
	{ "flood", story_flood },
	{ "live", story_live },
};

struct story *
story_new(story_teller tell)
{
	struct story *story = calloc(1, sizeof *story);

	if (story != NULL)
		tell(story);
	return story;
}
