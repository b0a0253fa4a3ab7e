/* SPDX-License-Identifier: BSD-2-Clause
 *
 * watch.h - what a person can see of a live host: the ladder, a capture, and
 * the states of its connections.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <stdio.h>

#include <estab/estab.h>
#include <estab/trace.h>

#include "cli/capture.h"
#include "loop/loop.h"
#include "view/view.h"

struct watch {
	struct estab_trace trace;
	uint64_t shown;   /* records the ladder has been given */
	estab_time began; /* its time 0 */
	struct view_ladder *ladder;
	char heading[2][ESTAB_ADDRESS_TEXT + 16];
	struct capture all, sent; /* packets both ways; the host's alone */
};

/* Draw a live ladder on stderr from now on: give watch->trace to the host.
 * own and peer stand under the names.  False: no memory. */
bool watch_ladder_begin(struct watch *watch, const char *own, const char *peer);
/* Draw what happened since the last call. */
void watch_ladder_show(struct watch *watch);

/* Write packets of the loop into a capture file, watch->all or watch->sent;
 * pcapng needs watch->trace, too.  False: errno says why. */
bool watch_capture_open(struct watch *watch, struct capture *capture,
    const char *path);
void watch_capture_tap(struct watch *watch, struct loop *loop);

/* End it all.  Returns NULL, or the path of a capture that is not whole; errno
 * says why. */
const char *watch_end(struct watch *watch);

/* Print every connection of a host, one a line, as ss does, and an empty
 * line. */
void watch_states(const struct estab_host *host, FILE *to);

#endif
