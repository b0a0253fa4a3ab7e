/* SPDX-License-Identifier: BSD-2-Clause
 *
 * seat.c - who waits, and who wakes him.
 */
#include "loop/seat.h"

#include <errno.h>
#include <linux/futex.h>
#include <limits.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
ring(struct bell *bell)
{
	atomic_fetch_add(&bell->rung, 1);
	if (bell->sleepers > 0)
		(void)syscall(SYS_futex, &bell->rung, FUTEX_WAKE_PRIVATE,
		    INT_MAX, NULL, NULL, 0);
}

/* When a device has failed everyone is to look. */
static bool
is_ready(const struct estab_loop *loop, int fd)
{
	const short asked = (short)(loop->seat[fd].events | POLLERR | POLLHUP);

	return loop->error != 0 ||
	    (estab_socket_ready(loop->sockets, fd) & asked) != 0;
}

/* Readable is a level; where one who waits for edges must hear of it, it is
 * written once more. */
static void
tell_eventfd(struct estab_loop *loop, int fd, bool again)
{
	struct seat *seat = &loop->seat[fd];
	const int error = errno;
	uint64_t count = 1;
	bool ready;

	if (seat->eventfd < 0)
		return;
	ready = is_ready(loop, fd);
	if (ready && (again || !seat->raised))
		(void)!write(seat->eventfd, &count, sizeof count);
	else if (!ready && seat->raised)
		(void)!read(seat->eventfd, &count, sizeof count);
	seat->raised = ready;
	errno = error;
}

void
seat_ring(struct estab_loop *loop, int fd)
{
	ring(&loop->seat[fd].bell);
	ring(&loop->any);
	tell_eventfd(loop, fd, true);
}

void
seat_ring_all(struct estab_loop *loop)
{
	for (uint32_t i = 0; i < loop->seat_count; i++)
		seat_ring(loop, (int)i);
}

void
seat_refresh(struct estab_loop *loop, int fd)
{
	tell_eventfd(loop, fd, false);
}

void
seat_watch(struct estab_loop *loop, int fd, short events)
{
	loop->seat[fd].events = events;
	tell_eventfd(loop, fd, true);
}

void
seat_take(struct estab_loop *loop, int fd, bool nonblocking)
{
	struct seat *seat = &loop->seat[fd];

	seat->eventfd = -1;
	seat->raised = false;
	seat->nonblocking = nonblocking;
}

void
seat_give(struct estab_loop *loop, int fd)
{
	struct seat *seat = &loop->seat[fd];

	if (seat->eventfd >= 0)
		(void)close(seat->eventfd);
	seat->eventfd = -1;
	seat->generation++;
	ring(&seat->bell);
	ring(&loop->any);
}

/* Sleep until *number is not seen any more. */
static int
sleep_on(_Atomic uint32_t *number, uint32_t seen, estab_time until)
{
	const estab_time now = until == ESTAB_NEVER ? 0 : estab_clock();
	const int64_t wait_ns = until > now ? until - now : 0;
	const struct timespec wait = { wait_ns / ESTAB_SECOND,
		wait_ns % ESTAB_SECOND };

	if (syscall(SYS_futex, number, FUTEX_WAIT_PRIVATE, seen,
	        until == ESTAB_NEVER ? NULL : &wait, NULL, 0) == 0 ||
	    errno == EAGAIN)
		return 0;
	return -1;
}

int
seat_wait(struct estab_loop *loop, struct bell *bell, estab_time until)
{
	const uint32_t seen = atomic_load(&bell->rung);
	int result, error;

	if (loop->error) {
		errno = ENETDOWN;
		return -1;
	}
	if (!loop->threaded) {
		if (estab_clock() < until)
			return drive_step(loop, until);
		errno = ETIMEDOUT;
		return -1;
	}
	bell->sleepers++;
	drive_leave(loop);
	result = sleep_on(&bell->rung, seen, until);
	error = errno;
	(void)drive_enter(loop);
	bell->sleepers--;
	errno = error;
	return result;
}
