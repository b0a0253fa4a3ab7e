/* SPDX-License-Identifier: BSD-2-Clause
 *
 * drive.c - a loop as a value: made, and driven by a thread of its own or by
 * the program's.
 */
#include "loop/seat.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- After a fork -------------------------------------------------------- */

/* A child has a copy of the loop, but not its thread; the lock may be held by
 * one who is not there, and the devices are its parent's too.  So it can do
 * nothing with it but free it. */
static _Atomic uint32_t forks;

static void
note_fork(void)
{
	forks++;
}

static void
watch_forks(void)
{
	(void)pthread_atfork(NULL, NULL, note_fork);
}

int
drive_check(const struct estab_loop *loop)
{
	if (loop->forks == forks)
		return 0;
	errno = ENETDOWN;
	return -1;
}

/* ---- Under the lock ------------------------------------------------------ */

static void
lock(struct estab_loop *loop)
{
	(void)pthread_mutex_lock(&loop->lock);
	(void)estab_input(loop->loop.host, NULL, 0, estab_clock());
}

int
drive_enter(struct estab_loop *loop)
{
	if (drive_check(loop) < 0)
		return -1;
	lock(loop);
	return 0;
}

/* A device failed: nobody may wait for it. */
static void
fail(struct estab_loop *loop, int error)
{
	if (!loop->error)
		loop->error = error;
	seat_ring_all(loop);
}

void
drive_wake(const struct estab_loop *loop)
{
	const uint64_t one = 1;

	(void)!write(loop->wake, &one, sizeof one);
}

void
drive_work(struct estab_loop *loop)
{
	struct estab_socket_event event;
	int result;

	if (loop->error)
		return;
	result = loop_flush(&loop->loop);
	while (estab_sockets_event(loop->sockets, &event) == 1)
		seat_ring(loop, event.fd);
	if (result < 0)
		fail(loop, -result);
}

void
drive_leave(struct estab_loop *loop)
{
	const int error = errno;

	drive_work(loop);
	if (loop->threaded && loop_next(&loop->loop) < loop->sleeps_until) {
		loop->sleeps_until = INT64_MIN;
		drive_wake(loop);
	}
	(void)pthread_mutex_unlock(&loop->lock);
	errno = error;
}

/* ---- A turn -------------------------------------------------------------- */

/* With the lock, which is given away while it sleeps if it has a thread. */
static int
turn(struct estab_loop *loop, estab_time until)
{
	struct pollfd fds[LOOP_LINES_MAX + 1];
	const size_t lines = loop->loop.line_count;
	uint64_t count;
	int result;

	drive_work(loop);
	loop->sleeps_until = loop_ask(&loop->loop, fds);
	if (until < loop->sleeps_until)
		loop->sleeps_until = until;
	until = loop->sleeps_until;
	fds[lines] = (struct pollfd){ .fd = loop->wake, .events = POLLIN };
	if (loop->threaded)
		(void)pthread_mutex_unlock(&loop->lock);
	result = loop_wait(fds, lines + 1, until);
	if (loop->threaded)
		(void)pthread_mutex_lock(&loop->lock);
	loop->sleeps_until = INT64_MIN;
	if (fds[lines].revents != 0)
		(void)!read(loop->wake, &count, sizeof count);
	if (result == 0)
		result = loop_told(&loop->loop, fds);
	drive_work(loop);
	if (result < 0 && result != -EINTR)
		fail(loop, -result);
	return result;
}

int
drive_step(struct estab_loop *loop, estab_time until)
{
	const int result = turn(loop, until);

	if (result >= 0 && !loop->error)
		return 0;
	errno = result == -EINTR ? EINTR : ENETDOWN;
	return -1;
}

static void *
drive(void *context)
{
	struct estab_loop *loop = context;

	(void)pthread_mutex_lock(&loop->lock);
	while (!loop->stop && !loop->error)
		(void)turn(loop, ESTAB_NEVER);
	(void)pthread_mutex_unlock(&loop->lock);
	return NULL;
}

/* ---- Made, started ------------------------------------------------ */

static struct estab_loop *
allocate(uint32_t sockets_max)
{
	struct estab_loop *loop = calloc(1, sizeof *loop);

	if (!loop)
		return NULL;
	loop->seat = calloc(sockets_max, sizeof *loop->seat);
	loop->sockets = malloc(estab_sockets_bytes(sockets_max));
	loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->seat && loop->sockets && loop->wake >= 0)
		return loop;
	if (loop->wake >= 0)
		(void)close(loop->wake);
	free(loop->sockets);
	free(loop->seat);
	free(loop);
	return NULL;
}

int
estab_loop_create(struct estab_loop **loop, struct estab_host *host,
    uint32_t sockets_max)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct estab_loop *l;

	(void)pthread_once(&once, watch_forks);
	if (!host || sockets_max == 0) {
		errno = EINVAL;
		return -1;
	}
	l = allocate(sockets_max);
	if (!l)
		return -1;
	(void)estab_sockets_create(&l->sockets, l->sockets,
	    estab_sockets_bytes(sockets_max), host);
	l->forks = forks;
	l->seat_count = sockets_max;
	for (uint32_t i = 0; i < sockets_max; i++)
		l->seat[i].eventfd = -1;
	l->sleeps_until = INT64_MIN;
	loop_begin(&l->loop, host);
	(void)pthread_mutex_init(&l->lock, NULL);
	*loop = l;
	return 0;
}

int
estab_loop_add(struct estab_loop *loop, struct estab_device *device)
{
	int link;

	if (loop->threaded || device->next != NULL)
		return ESTAB_EINVAL;
	link = loop_add(&loop->loop, device, NULL, 0);
	return link;
}

int
estab_loop_start(struct estab_loop *loop)
{
	sigset_t all, before;
	int error;

	if (drive_check(loop) < 0)
		return -1;
	if (loop->threaded) {
		errno = EALREADY;
		return -1;
	}
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	loop->threaded = true;
	error = pthread_create(&loop->thread, NULL, drive, loop);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error)
		return 0;
	loop->threaded = false;
	errno = error;
	return -1;
}

int
estab_loop_step(struct estab_loop *loop, estab_time until)
{
	int result;

	if (loop->threaded && drive_check(loop) == 0)
		errno = EBUSY;
	if (loop->threaded || drive_enter(loop) < 0)
		return -1;
	result = loop->error ? -1 : turn(loop, until);
	if (result < 0)
		errno = loop->error ? loop->error : -result;
	drive_leave(loop);
	return result < 0 ? -1 : 0;
}

int
estab_loop_error(struct estab_loop *loop)
{
	int error;

	if (drive_check(loop) < 0)
		return ENETDOWN;
	(void)pthread_mutex_lock(&loop->lock);
	error = loop->error;
	(void)pthread_mutex_unlock(&loop->lock);
	return error;
}

struct estab_sockets *
estab_loop_lock(struct estab_loop *loop)
{
	return drive_enter(loop) < 0 ? NULL : loop->sockets;
}

void
estab_loop_unlock(struct estab_loop *loop)
{
	drive_leave(loop);
}
