/* SPDX-License-Identifier: BSD-2-Clause
 *
 * forward_move.c - bytes between the two ends of a pair, and their ends.
 *
 * Text lies in estab's buffers alone: it is read from the kernel into the
 * send buffer, and written to the kernel from the receive buffer.
 */
#include "cli/forward.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define SPANS 16

enum moved {
	MOVED_ALL,    /* there is no more */
	MOVED_FULL,   /* who takes it takes no more now */
	MOVED_HUNGRY, /* there is room and no memory for it */
	MOVED_BROKEN, /* the kernel's end has failed: errno */
};

/* ---- From the kernel to estab ------------------------------------------- */

/* The kernel's FIN: ours goes behind what was read. */
static enum moved
fd_ends(struct forward *forward, struct pair *pair)
{
	pair->fd_ended = true;
	(void)estab_close(forward->session.uplink.host, pair->conn);
	return MOVED_ALL;
}

/* Nothing is there to be read: an end, a failure, or nothing yet. */
static enum moved
look_for_end(struct forward *forward, struct pair *pair)
{
	char byte;
	const ssize_t got = recv(pair->fd, &byte, 1, MSG_PEEK);

	if (got == 0)
		return fd_ends(forward, pair);
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		return MOVED_BROKEN;
	pair->readable = got > 0;
	return MOVED_ALL;
}

/* Read what there is, at most n bytes.  Room is reserved for what is there
 * and no more, so that a pair that waits holds none. */
static enum moved
read_some(struct forward *forward, struct pair *pair, size_t n)
{
	struct estab_host *const host = forward->session.uplink.host;
	struct estab_span span;
	ssize_t got;

	if (estab_send_reserve(host, pair->conn, n, &span) <= 0 ||
	    span.length == 0)
		return (estab_ready(host, pair->conn) & (int)ESTAB_WRITABLE) !=
		        0 ?
		    MOVED_HUNGRY :
		    MOVED_FULL;
	got = read(pair->fd, span.data, span.length);
	if (got < 0)
		return errno == EINTR ? MOVED_ALL : MOVED_BROKEN;
	(void)estab_send_commit(host, pair->conn, (size_t)got);
	pair->to_conn += (uint64_t)got;
	/* If that was all, epoll says when there is more. */
	pair->readable = (size_t)got < n;
	return MOVED_ALL;
}

static enum moved
move_in(struct forward *forward, struct pair *pair)
{
	enum moved moved = MOVED_ALL;

	while (moved == MOVED_ALL && pair->readable && !pair->fd_ended) {
		int n = 0;

		(void)ioctl(pair->fd, FIONREAD, &n);
		moved = n > 0 ? read_some(forward, pair, (size_t)n) :
		                look_for_end(forward, pair);
	}
	return moved;
}

/* ---- From estab to the kernel ------------------------------------------- */

/* Returns bytes written, -1 with errno. */
static ssize_t
write_some(const struct pair *pair, const struct estab_span *span, int n)
{
	struct iovec iov[SPANS];
	const struct msghdr message = { .msg_iov = iov,
		.msg_iovlen = (size_t)n };

	for (int i = 0; i < n; i++)
		iov[i] = (struct iovec){ span[i].data, span[i].length };
	return sendmsg(pair->fd, &message, MSG_NOSIGNAL);
}

static enum moved
move_out(struct forward *forward, struct pair *pair)
{
	struct estab_host *const host = forward->session.uplink.host;
	struct estab_span span[SPANS];
	int n;

	while ((n = estab_receive_peek(host, pair->conn, span, SPANS)) > 0) {
		const ssize_t put = write_some(pair, span, n);

		if (put < 0)
			return errno == EAGAIN || errno == EINTR ? MOVED_FULL :
			                                           MOVED_BROKEN;
		(void)estab_receive_consume(host, pair->conn, (size_t)put);
		pair->to_fd += (uint64_t)put;
	}
	return MOVED_ALL;
}

/* estab's peer has sent its FIN, and all before it is written. */
static void
pass_end(struct forward *forward, struct pair *pair)
{
	const int ready = estab_ready(forward->session.uplink.host, pair->conn);

	if (pair->conn_ended || ready < 0 || (ready & (int)ESTAB_EOF) == 0 ||
	    (ready & (int)ESTAB_READABLE) != 0)
		return;
	pair->conn_ended = true;
	(void)shutdown(pair->fd, SHUT_WR);
}

/* ---- Both --------------------------------------------------------------- */

void
pair_move(struct forward *forward, struct pair *pair)
{
	enum moved in, out;
	int error;

	if (pair->state == PAIR_DIALS &&
	    (estab_ready(forward->session.uplink.host, pair->conn) &
	        (int)ESTAB_CONNECTED) != 0)
		pair->state = PAIR_OPEN;
	if (pair->state != PAIR_OPEN)
		return;
	out = move_out(forward, pair);
	error = errno;
	in = out == MOVED_BROKEN ? MOVED_BROKEN : move_in(forward, pair);
	if (in == MOVED_BROKEN) {
		error = out == MOVED_BROKEN ? error : errno;
		pair_move_last(forward, pair);
		pair_end(forward, pair, PAIR_RESET, strerror(error));
		return;
	}
	pass_end(forward, pair);
	if (pair->fd_ended && pair->conn_ended) {
		/* Both have said all; what is on its way goes on without us. */
		pair_end(forward, pair, PAIR_WELL, "closed");
		return;
	}
	pair_set_hungry(forward, pair, in == MOVED_HUNGRY);
	if (!pair_watch(forward, pair,
	        (in == MOVED_ALL && !pair->fd_ended ? EPOLLIN : 0u) |
	            (out == MOVED_FULL ? EPOLLOUT : 0u)))
		pair_end(forward, pair, PAIR_RESET, strerror(errno));
}

void
pair_move_last(struct forward *forward, struct pair *pair)
{
	int n;

	if (pair->state != PAIR_OPEN)
		return;
	(void)move_out(forward, pair);
	/* Not move_in: what looks like the end of its text is none. */
	while (ioctl(pair->fd, FIONREAD, &n) == 0 && n > 0 &&
	    read_some(forward, pair, (size_t)n) == MOVED_ALL)
		;
	(void)loop_flush(&forward->session.uplink.loop);
}
