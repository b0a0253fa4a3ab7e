/* SPDX-License-Identifier: BSD-2-Clause
 *
 * call.c - socket calls that wait: each is one of socket.h, tried until it
 * says something else than "not now".
 */
#include "loop/seat.h"

#include <errno.h>

#define VECTOR_MAX 64 /* pieces a blocking writev takes at a time */

/* A call under way. */
struct call {
	int fd, flags;
	int option; /* which time-out it heeds: SO_RCVTIMEO, SO_SNDTIMEO */
	bool nonblocking; /* MSG_DONTWAIT */
	struct iovec *vector;
	int count;
	ssize_t done; /* bytes so far */
	const struct sockaddr *remote;
	struct sockaddr *address;
	socklen_t *length;
	ssize_t (*attempt)(struct estab_sockets *, struct call *);
};

/* ---- Trying and waiting -------------------------------------------------- */

static bool
says_not_now(int error)
{
	return error == EAGAIN || error == EINPROGRESS || error == EALREADY;
}

/* Until when a call may wait. */
static estab_time
patience(struct estab_loop *loop, const struct call *call)
{
	struct timeval wait = { 0, 0 };
	socklen_t length = sizeof wait;

	if (estab_socket_getsockopt(loop->sockets, call->fd, SOL_SOCKET,
	        call->option, &wait, &length) < 0 ||
	    (wait.tv_sec == 0 && wait.tv_usec == 0) || wait.tv_sec > INT32_MAX)
		return ESTAB_NEVER;
	return estab_clock() + wait.tv_sec * ESTAB_SECOND +
	    wait.tv_usec * ESTAB_US;
}

/* The socket may be closed while we sleep, and its number be another's. */
static int
wait_for(struct estab_loop *loop, int fd, estab_time until)
{
	const uint32_t generation = loop->seat[fd].generation;
	const int not_now = errno;
	int result;

	result = seat_wait(loop, &loop->seat[fd].bell, until);
	if (loop->seat[fd].generation != generation) {
		errno = EBADF;
		return -1;
	}
	if (result < 0 && errno == ETIMEDOUT)
		errno = not_now;
	return result;
}

static ssize_t
until_done(struct estab_loop *loop, struct call *call)
{
	const estab_time until = patience(loop, call);
	const bool waits =
	    !call->nonblocking && !loop->seat[call->fd].nonblocking;
	ssize_t result;
	int not_now = 0; /* the first: a connect's second try says EALREADY */

	for (;;) {
		result = call->attempt(loop->sockets, call);
		if (result >= 0 || !says_not_now(errno) ||
		    (!waits && !loop->error))
			break;
		not_now = not_now == 0 ? errno : not_now;
		drive_work(loop); /* send what it asked for */
		errno = not_now;
		if (wait_for(loop, call->fd, until) < 0)
			break;
	}
	return result < 0 && call->done > 0 ? call->done : result;
}

static ssize_t
run(struct estab_loop *loop, struct call *call)
{
	ssize_t result;

	if (call->fd < 0 || (uint32_t)call->fd >= loop->seat_count) {
		errno = EBADF;
		return -1;
	}
	if (drive_enter(loop) < 0)
		return -1;
	result = until_done(loop, call);
	seat_refresh(loop, call->fd);
	drive_leave(loop);
	return result;
}

/* ---- Opening ------------------------------------------------------------- */

static ssize_t
try_connect(struct estab_sockets *sockets, struct call *call)
{
	return estab_socket_connect(sockets, call->fd, call->remote,
	    *call->length);
}

int
estab_loop_connect(struct estab_loop *loop, int fd,
    const struct sockaddr *address, socklen_t length)
{
	struct call call = { .fd = fd,
		.option = SO_SNDTIMEO,
		.remote = address,
		.length = &length,
		.attempt = try_connect };

	return (int)run(loop, &call);
}

static ssize_t
try_accept(struct estab_sockets *sockets, struct call *call)
{
	return estab_socket_accept(sockets, call->fd, call->address,
	    call->length, call->flags);
}

int
estab_loop_accept(struct estab_loop *loop, int fd, struct sockaddr *address,
    socklen_t *length, int flags)
{
	struct call call = { .fd = fd,
		.flags = flags,
		.option = SO_RCVTIMEO,
		.address = address,
		.length = length,
		.attempt = try_accept };
	const int child = (int)run(loop, &call);

	if (child < 0)
		return -1;
	if (drive_enter(loop) < 0)
		return -1;
	/* nobody else knows of it yet */
	seat_take(loop, child, (flags & SOCK_NONBLOCK) != 0);
	drive_leave(loop);
	return child;
}

/* ---- Carrying ------------------------------------------------------------ */

/* What was done of a vector is cut off its front. */
static void
advance(struct call *call, size_t n)
{
	call->done += (ssize_t)n;
	while (call->count > 0 && n >= call->vector->iov_len) {
		n -= call->vector->iov_len;
		call->vector++;
		call->count--;
	}
	if (call->count > 0) {
		call->vector->iov_base = (char *)call->vector->iov_base + n;
		call->vector->iov_len -= n;
	}
}

/* Send the pieces one after the other: with flags, which writev has not. */
static ssize_t
try_send(struct estab_sockets *sockets, struct call *call)
{
	ssize_t sent;

	do {
		sent = estab_socket_send(sockets, call->fd,
		    call->vector->iov_base, call->vector->iov_len, call->flags);
		if (sent < 0)
			return -1;
		advance(call, (size_t)sent);
	} while (call->count > 0);
	return call->done;
}

static ssize_t
try_receive(struct estab_sockets *sockets, struct call *call)
{
	const bool all = (call->flags & MSG_WAITALL) != 0 &&
	    (call->flags & (MSG_PEEK | MSG_OOB)) == 0;
	ssize_t got;

	do {
		got = call->count > 1 ?
		    estab_socket_readv(sockets, call->fd, call->vector,
		        call->count) :
		    estab_socket_recv(sockets, call->fd, call->vector->iov_base,
		        call->vector->iov_len, call->flags);
		if (got < 0)
			return -1;
		if (got == 0)
			return call->done;
		advance(call, (size_t)got);
	} while (all && call->count > 0);
	return call->done;
}

ssize_t
estab_loop_send(struct estab_loop *loop, int fd, const void *data, size_t n,
    int flags)
{
	/* A vector is for both directions; nothing is written here. */
	struct iovec one = { (void *)(uintptr_t)data, n };
	struct call call = { .fd = fd,
		.flags = flags,
		.option = SO_SNDTIMEO,
		.nonblocking = (flags & MSG_DONTWAIT) != 0,
		.vector = &one,
		.count = 1,
		.attempt = try_send };

	return run(loop, &call);
}

ssize_t
estab_loop_recv(struct estab_loop *loop, int fd, void *data, size_t n,
    int flags)
{
	struct iovec one = { data, n };
	struct call call = { .fd = fd,
		.flags = flags,
		.option = SO_RCVTIMEO,
		.nonblocking = (flags & (MSG_DONTWAIT | MSG_OOB)) != 0,
		.vector = &one,
		.count = 1,
		.attempt = try_receive };

	return run(loop, &call);
}

static int
check_vector(const struct iovec *vector, int count)
{
	if (count >= 0 && count <= 1024 && (vector || count == 0))
		return 0;
	errno = count >= 0 && count <= 1024 ? EFAULT : EINVAL;
	return -1;
}

/* A vector is cut while it is sent, so it is copied, a part at a time. */
ssize_t
estab_loop_writev(struct estab_loop *loop, int fd, const struct iovec *vector,
    int count)
{
	ssize_t done = 0;

	if (check_vector(vector, count) < 0)
		return -1;
	do {
		struct iovec part[VECTOR_MAX] = { { 0 } };
		const int n = count < VECTOR_MAX ? count : VECTOR_MAX;
		size_t whole = 0;
		struct call call = { .fd = fd,
			.option = SO_SNDTIMEO,
			.vector = part,
			.count = n > 0 ? n : 1,
			.attempt = try_send };
		ssize_t sent;

		for (int i = 0; i < n; i++) {
			part[i] = vector[i];
			whole += vector[i].iov_len;
		}
		sent = run(loop, &call);
		if (sent < 0)
			return done > 0 ? done : -1;
		done += sent;
		if ((size_t)sent < whole)
			break;
		vector += n;
		count -= n;
	} while (count > 0);
	return done;
}

ssize_t
estab_loop_readv(struct estab_loop *loop, int fd, const struct iovec *vector,
    int count)
{
	struct iovec part[VECTOR_MAX] = { { 0 } };
	const int n = count < VECTOR_MAX ? count : VECTOR_MAX;
	struct call call = { .fd = fd,
		.option = SO_RCVTIMEO,
		.vector = part,
		.count = n > 0 ? n : 1,
		.attempt = try_receive };

	if (check_vector(vector, count) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		part[i] = vector[i];
	return run(loop, &call);
}
