/* SPDX-License-Identifier: BSD-2-Clause
 *
 * capture.h - a capture file of a live host: pcap if its name ends so, else
 * pcapng with what happened as comments.
 */
#ifndef CLI_CAPTURE_H
#define CLI_CAPTURE_H

#include <stdio.h>

#include <estab/trace.h>

#include "view/view.h"

struct capture {
	const char *path; /* NULL: not asked for */
	FILE *file;
	struct view_pcap pcap;
	struct view_comment said; /* since the last packet */
	uint64_t noted;           /* records read */
	bool failed;
};

/* Create the file.  False: errno says why. */
bool capture_open(struct capture *capture, const char *path);
/* What its packets are, and what to add to their times. */
void capture_begin(struct capture *capture, bool ethernet, int64_t epoch_ns);
/* Take what the trace says new, for the comment of the next packet. */
void capture_note(struct capture *capture, const struct estab_trace *trace);
void capture_packet(struct capture *capture, estab_time now,
    const uint8_t *packet, uint32_t bytes);
/* False: the file is not whole; errno says why. */
bool capture_close(struct capture *capture);

#endif
