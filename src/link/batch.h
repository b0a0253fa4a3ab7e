/* SPDX-License-Identifier: BSD-2-Clause
 *
 * batch.h - frames read one by one into one piece of memory, one behind the
 * other, so that 64 small ones stay in the cache and yet the largest has room;
 * and frames written one by one.
 */
#ifndef LINK_BATCH_H
#define LINK_BATCH_H

#include <sys/uio.h>

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

/* Where the bytes of a frame are that leaves whole: its spans, or, where its
 * checksum is to be completed, a copy at flat, of BATCH_FRAME_MAX bytes.
 * Returns how many places; 0: it is larger than that. */
int batch_places(const struct estab_frame *frame, uint8_t *flat,
    struct iovec place[ESTAB_SPANS_MAX]);

/* Writes one frame.  Returns 0 or an errno. */
typedef int (*batch_write)(struct estab_device *device,
    const struct estab_frame *frame);

/* Write frames to the interface of that index until the kernel takes no more
 * now.  What it says is no frame, or too large, is lost.  Returns how many are
 * gone, or a negative errno; without frames 0, or why the interface is not to
 * be used. */
int batch_transmit(struct estab_device *device, unsigned int interface,
    batch_write write, const struct estab_frame *frames, size_t n);

#endif
