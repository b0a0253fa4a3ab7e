/* SPDX-License-Identifier: BSD-2-Clause
 *
 * poll.c - waiting for many sockets, of the loop alone or beside other
 * descriptors.
 */
#include "loop/seat.h"

#include <errno.h>
#include <sys/eventfd.h>

int
estab_loop_poll(struct estab_loop *loop, struct pollfd *polled, nfds_t n,
    int timeout)
{
	const estab_time until =
	    timeout < 0 ? ESTAB_NEVER : estab_clock() + timeout * ESTAB_MS;
	int count;

	if (drive_enter(loop) < 0)
		return -1;
	while ((count = estab_socket_poll(loop->sockets, polled, n)) == 0 &&
	    (timeout != 0 || loop->error)) {
		if (seat_wait(loop, &loop->any, until) == 0)
			continue;
		count = errno == ETIMEDOUT ? 0 : -1;
		break;
	}
	drive_leave(loop);
	return count;
}

int
estab_loop_eventfd(struct estab_loop *loop, int fd, short events)
{
	int result = -1;

	if (drive_enter(loop) < 0)
		return -1;
	if (estab_socket_ready(loop->sockets, fd) == POLLNVAL) {
		errno = EBADF;
	} else {
		struct seat *seat = &loop->seat[fd];

		if (seat->eventfd < 0)
			seat->eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		seat_watch(loop, fd, events);
		result = seat->eventfd;
	}
	drive_leave(loop);
	return result;
}
