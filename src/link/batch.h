/* SPDX-License-Identifier: BSD-2-Clause
 *
 * batch.h - frames read one by one into one piece of memory, one behind the
 * other, so that 64 small ones stay in the cache and yet the largest has room.
 */
#ifndef LINK_BATCH_H
#define LINK_BATCH_H

#include <estab/link.h>

#define BATCH_FRAMES 64
#define BATCH_FRAME_MAX (65536 + 14) /* with an Ethernet header */

struct batch {
	uint8_t room[BATCH_FRAMES * 2048 + BATCH_FRAME_MAX];
};

/* Reads one frame, of at most BATCH_FRAME_MAX bytes, to a place.  Returns 1,
 * 0 for one that is passed over, or a negative errno. */
typedef int (*batch_read)(struct estab_device *device, uint8_t *to,
    struct estab_frame *frame);

/* Read until nothing is there (-EAGAIN), or max, or the room is full.
 * Returns how many, or a negative errno: at once, because some devices tell
 * it only once; what was read before it is lost, unless all that the kernel
 * wants is memory. */
int batch_receive(struct batch *batch, struct estab_device *device,
    batch_read read, struct estab_frame *frames, size_t max);

#endif
