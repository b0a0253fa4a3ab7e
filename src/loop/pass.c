/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pass.c - socket calls that need no waiting, passed on under the lock; and
 * close, which waits for a linger time.
 */
#include "loop/seat.h"

#include <errno.h>
#include <sys/ioctl.h>

/* Whatever a call did to a socket, its eventfd may say something else now. */
static int
leave(struct estab_loop *loop, int fd, int result)
{
	if (fd >= 0 && (uint32_t)fd < loop->seat_count)
		seat_refresh(loop, fd);
	drive_leave(loop);
	return result;
}

int
estab_loop_socket(struct estab_loop *loop, int domain, int type, int protocol)
{
	int fd;

	if (drive_enter(loop) < 0)
		return -1;
	fd = estab_socket_open(loop->sockets, domain, type, protocol);
	if (fd >= 0)
		seat_take(loop, fd, (type & SOCK_NONBLOCK) != 0);
	return leave(loop, fd, fd);
}

int
estab_loop_bind(struct estab_loop *loop, int fd, const struct sockaddr *address,
    socklen_t length)
{
	if (drive_enter(loop) < 0)
		return -1;
	return leave(loop, fd,
	    estab_socket_bind(loop->sockets, fd, address, length));
}

int
estab_loop_listen(struct estab_loop *loop, int fd, int backlog)
{
	if (drive_enter(loop) < 0)
		return -1;
	return leave(loop, fd, estab_socket_listen(loop->sockets, fd, backlog));
}

int
estab_loop_getsockname(struct estab_loop *loop, int fd,
    struct sockaddr *address, socklen_t *length)
{
	if (drive_enter(loop) < 0)
		return -1;
	return leave(loop, fd,
	    estab_socket_getsockname(loop->sockets, fd, address, length));
}

int
estab_loop_getpeername(struct estab_loop *loop, int fd,
    struct sockaddr *address, socklen_t *length)
{
	if (drive_enter(loop) < 0)
		return -1;
	return leave(loop, fd,
	    estab_socket_getpeername(loop->sockets, fd, address, length));
}

int
estab_loop_setsockopt(struct estab_loop *loop, int fd, int level, int name,
    const void *value, socklen_t length)
{
	if (drive_enter(loop) < 0)
		return -1;
	return leave(loop, fd,
	    estab_socket_setsockopt(loop->sockets, fd, level, name, value,
	        length));
}

int
estab_loop_getsockopt(struct estab_loop *loop, int fd, int level, int name,
    void *value, socklen_t *length)
{
	if (drive_enter(loop) < 0)
		return -1;
	return leave(loop, fd,
	    estab_socket_getsockopt(loop->sockets, fd, level, name, value,
	        length));
}

int
estab_loop_ioctl(struct estab_loop *loop, int fd, unsigned long request,
    int *value)
{
	int result;

	if (drive_enter(loop) < 0)
		return -1;
	if (request != FIONBIO) {
		result = estab_socket_ioctl(loop->sockets, fd, request, value);
	} else if (estab_socket_ready(loop->sockets, fd) == POLLNVAL) {
		errno = EBADF;
		result = -1;
	} else {
		loop->seat[fd].nonblocking = *value != 0;
		result = 0;
	}
	return leave(loop, fd, result);
}

/* Whoever waits for it, in another thread, is told too. */
int
estab_loop_shutdown(struct estab_loop *loop, int fd, int how)
{
	int result;

	if (drive_enter(loop) < 0)
		return -1;
	result = estab_socket_shutdown(loop->sockets, fd, how);
	if (result == 0)
		seat_ring(loop, fd);
	return leave(loop, fd, result);
}

/* ---- close --------------------------------------------------------------- */

/* The peer has everything, or never will. */
static bool
is_delivered(const struct estab_loop *loop, int fd)
{
	const estab_conn conn = estab_socket_conn(loop->sockets, fd);
	struct estab_status status;

	return conn == 0 || estab_status(loop->loop.host, conn, &status) != 0 ||
	    status.kind != ESTAB_KIND_TCB || status.fin_acked ||
	    status.state == ESTAB_CLOSED || status.state == ESTAB_TIME_WAIT ||
	    status.state == ESTAB_SYN_SENT;
}

static void
linger(struct estab_loop *loop, int fd)
{
	const uint32_t generation = loop->seat[fd].generation;
	struct linger asked = { 0, 0 };
	socklen_t length = sizeof asked;
	estab_time until;

	if (estab_socket_getsockopt(loop->sockets, fd, SOL_SOCKET, SO_LINGER,
	        &asked, &length) < 0 ||
	    !asked.l_onoff || asked.l_linger <= 0)
		return;
	if (estab_socket_ready(loop->sockets, fd) & POLLIN)
		return; /* text unread: it will be reset */
	(void)estab_socket_shutdown(loop->sockets, fd, SHUT_WR);
	until = estab_clock() + asked.l_linger * ESTAB_SECOND;
	drive_work(loop);
	while (!is_delivered(loop, fd) &&
	    seat_wait(loop, &loop->seat[fd].bell, until) == 0 &&
	    loop->seat[fd].generation == generation)
		;
}

int
estab_loop_close(struct estab_loop *loop, int fd)
{
	int result;

	if (drive_enter(loop) < 0)
		return -1;
	if (fd >= 0 && (uint32_t)fd < loop->seat_count)
		linger(loop, fd);
	result = estab_socket_close(loop->sockets, fd);
	if (result == 0)
		seat_give(loop, fd);
	drive_leave(loop);
	return result;
}
