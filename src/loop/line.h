/* SPDX-License-Identifier: BSD-2-Clause
 *
 * line.h - a device, and what lies between it and the host: packets the
 * device did not take, and impairment.
 */
#ifndef LOOP_LINE_H
#define LOOP_LINE_H

#include <estab/link.h>

#include "loop/impair.h"
#include "loop/pen.h"

#define LINE_BATCH 64

struct line {
	struct estab_device *device;
	int link;     /* what the host calls it */
	uint32_t mtu; /* of the device, as the host knows it */
	bool down; /* it takes and gives nothing, and is asked now and then */
	bool impaired;
	struct impair in, out;
	struct pen inbound;  /* frames that impairment holds back */
	struct pen outbound; /* and those the device did not take */
	estab_time retry_at; /* when to offer it frames again */
	int64_t retry_ns;    /* after the next refusal */
	/* When to read again a device for which the kernel had no memory;
	 * ESTAB_NEVER: as soon as it is readable */
	estab_time deaf_until;
	uint8_t turns_short; /* in a row, that left SYNs in the device */
	estab_time short_at; /* the last one */
	struct pen_packet *given[LINE_BATCH]; /* by the last line_receive */
	size_t given_count;
};

void line_begin(struct line *line, struct estab_device *device, int link,
    const struct estab_impairment *impairment, uint64_t seed);
void line_end(struct line *line);

/* Send frames behind those that wait.  The first *kept of them left or wait
 * in copies; the others found no place, or the device's MTU has sunk and they
 * are for the host to cut anew.  Returns 0 or a negative errno. */
int line_send(struct line *line, const struct estab_frame *frames, size_t n,
    size_t *kept, estab_time now);

/* Send what waits and is due, up to a frame that is longer than the device
 * takes now.  Returns 0 or a negative errno. */
int line_drain(struct line *line, estab_time now);

/* That frame, for the host to cut anew, and away with it.  False: there is
 * none. */
bool line_too_long(const struct line *line, estab_time now,
    struct estab_frame *frame);
void line_drop(struct line *line);

/* Frames that have come through, at most LINE_BATCH; their spans are good
 * until the next call.  The device is read only if readable.  Returns how
 * many, or a negative errno. */
int line_receive(struct line *line, struct estab_frame *frames, bool readable,
    estab_time now);

/* When line_drain has something to do, and when line_receive has, without
 * the device being readable. */
estab_time line_drain_at(const struct line *line);
estab_time line_receive_at(const struct line *line);

#endif
