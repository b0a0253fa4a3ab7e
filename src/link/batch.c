/* SPDX-License-Identifier: BSD-2-Clause
 *
 * batch.c - frames read into one piece of memory.
 */
#include "link/batch.h"

#include <errno.h>

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
