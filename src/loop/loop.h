/* SPDX-License-Identifier: BSD-2-Clause
 *
 * loop.h - drives one host over its devices, in the caller's thread.
 *
 * Nothing is called back but a tap.  A program's life is:
 *
 *     loop_begin(&loop, host);
 *     loop_add(&loop, &device, NULL, 0);
 *     while (... && loop_turn(&loop, own, n, until) == 0) {
 *             while (estab_event(host, &event)) ...
 *             ... look at own[].revents, estab_send, estab_receive ...
 *     }
 *     loop_settle(&loop, estab_clock() + ESTAB_SECOND);
 *     loop_end(&loop);
 *
 * It waits in ppoll(2): a host's deadlines are nanoseconds, and a handful of
 * descriptors needs no more than that.
 *
 * With a device that plays a recording nobody waits: time is the recording's,
 * and jumps to the next thing that happens as soon as no descriptor of the
 * caller's is ready.
 */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <estab/estab.h>
#include <estab/link.h>

#include <poll.h>

#include "loop/line.h"

#define LOOP_LINES_MAX 8
#define LOOP_OWN_MAX 16

/* Sees every packet the host got (out false) or gave, with all headers and
 * its checksum complete, when the host has just done so: what its trace has
 * gained since the call before belongs to this packet. */
typedef void (*loop_tap)(void *context, bool out, estab_time now,
    const uint8_t *packet, uint32_t bytes);

struct loop {
	struct estab_host *host;
	struct line line[LOOP_LINES_MAX];
	size_t line_count;
	loop_tap tap;
	void *tap_context;
	struct estab_device *recording; /* that time comes from, or NULL */
	estab_time now;                 /* of it */
	struct line *failed;            /* the line an error came from */
	estab_time refused_until; /* what was refused is not tried before */
	uint64_t frames_in, frames_out, frames_refused;
};

void loop_begin(struct loop *loop, struct estab_host *host);

/* Add a device and make it known to the host.  One that plays a recording
 * stands alone.  With an impairment (NULL:
 * none) both directions suffer it, each with luck of its own from seed.
 * Returns the host's number of the link, or a negative ESTAB_E... */
int loop_add(struct loop *loop, struct estab_device *device,
    const struct estab_impairment *impairment, uint64_t seed);

/* Now, as the host is to know it: estab_clock(), or the recording's time. */
estab_time loop_now(const struct loop *loop);

/* Send what the host owes, wait until something happens (a frame, a deadline
 * of the host, one of the caller's n descriptors, the instant until), and
 * give the host what arrived.  own[].revents are filled as by poll(2).
 * Returns 0, or a negative errno; then failed says whose: ENODATA when the
 * recording has ended and nothing is due any more. */
int loop_turn(struct loop *loop, struct pollfd *own, size_t n,
    estab_time until);

/* When the host or a line has something to do. */
estab_time loop_next(const struct loop *loop);

/* A turn in two halves, for who waits by himself: what the devices are to be
 * asked (loop->line_count of them), and until when; and give the host what
 * they have.  told returns 0 or a negative errno. */
estab_time loop_ask(const struct loop *loop, struct pollfd *fds);
int loop_told(struct loop *loop, const struct pollfd *fds);
/* ppoll until an instant.  Returns 0 or a negative errno, EINTR too. */
int loop_wait(struct pollfd *fds, size_t n, estab_time until);

/* Send what the host owes without waiting for anything.  Returns 0 or a
 * negative errno. */
int loop_flush(struct loop *loop);

/* Let everything that is to leave really leave, at most until that instant.
 * False: something is still here. */
bool loop_settle(struct loop *loop, estab_time until);

/* Free what waits.  Host and devices are the caller's. */
void loop_end(struct loop *loop);

#endif
