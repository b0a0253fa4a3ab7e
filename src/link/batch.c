/* SPDX-License-Identifier: BSD-2-Clause
 *
 * batch.c - frames read into one piece of memory, and written.
 */
#include "link/batch.h"

#include <errno.h>

#include "link/interface.h"

#define LINE_BYTES 64u /* of the cache: frames begin on one */

/* The kernel has no memory for the next frame now.  That is no reason to lose
 * those before it: it says so again when it is asked again. */
static bool
passes(int error)
{
	return error == -ENOBUFS || error == -ENOMEM;
}

int
batch_receive(struct batch *batch, struct estab_device *device, batch_read read,
    struct estab_frame *frames, size_t max)
{
	size_t used = 0;
	int n = 0;

	if (max > BATCH_FRAMES)
		max = BATCH_FRAMES;
	/* What is passed over counts too: a flood of it must not hold us. */
	for (size_t reads = 0; (size_t)n < max && reads < BATCH_FRAMES &&
	     used + BATCH_FRAME_MAX <= sizeof batch->room;
	     reads++) {
		const int result = read(device, batch->room + used, &frames[n]);

		if (result == 0 || result == -EINTR)
			continue;
		if (result < 0)
			return result == -EAGAIN || (n > 0 && passes(result)) ?
			    n :
			    result;
		used += (frames[n++].span[0].length + LINE_BYTES - 1) &
		    ~(LINE_BYTES - 1);
	}
	return n;
}

int
batch_places(const struct estab_frame *frame, uint8_t *flat,
    struct iovec place[ESTAB_SPANS_MAX])
{
	if (frame->checksum == ESTAB_CHECKSUM_PARTIAL) {
		if (estab_frame_bytes(frame) > BATCH_FRAME_MAX)
			return 0;
		place[0] =
		    (struct iovec){ flat, estab_frame_gather(frame, flat) };
		return 1;
	}
	for (int i = 0; i < frame->span_count; i++)
		place[i] = (struct iovec){ frame->span[i].data,
			frame->span[i].length };
	return frame->span_count;
}

int
batch_transmit(struct estab_device *device, unsigned int interface,
    batch_write write, const struct estab_frame *frames, size_t n)
{
	if (n == 0)
		return interface_state(interface);
	for (size_t i = 0; i < n; i++) {
		const int error = write(device, &frames[i]);

		switch (error) {
		case 0:
		case EINVAL:
		case EMSGSIZE:
			break;
		case EAGAIN:
		case ENOBUFS:
		case ENOMEM:
			return (int)i;
		default:
			return i > 0 ? (int)i :
			               interface_error(interface, error);
		}
	}
	return (int)n;
}
