/* SPDX-License-Identifier: BSD-2-Clause
 *
 * forward_open.c - how a pair comes about: one end is asked for, the other is
 * dialled, and the first is answered by what came of it.
 */
#include "cli/forward.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/cli.h"

/* As somaxconn of Linux: a turn of the loop may end a thousand handshakes
 * beside those that wait, and one that finds no place is lost if it had a
 * cookie for a record and the client leaves the first word to the server. */
#define BACKLOG 4096
#define BUFFER_BYTES ((int64_t)256 * 1024) /* each way; used as needed */

struct kernel_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t size;
};

static struct kernel_address
kernel_address(const struct estab_endpoint *endpoint)
{
	struct kernel_address address = { .size = sizeof address.v6 };

	if (estab_address_is_v4(&endpoint->address)) {
		address.size = sizeof address.v4;
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons(endpoint->port);
		memcpy(&address.v4.sin_addr, endpoint->address.byte + 12, 4);
	} else {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons(endpoint->port);
		memcpy(&address.v6.sin6_addr, endpoint->address.byte, 16);
	}
	return address;
}

static int
kernel_socket(const struct kernel_address *address, bool listens)
{
	const int fd = socket(address->any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int on = 1;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, listens ? SOL_SOCKET : IPPROTO_TCP,
	    listens ? SO_REUSEADDR : TCP_NODELAY, &on, sizeof on);
	return fd;
}

/* ---- Listening ---------------------------------------------------------- */

static int
fail(const struct forward *forward, const char *why)
{
	char text[ENDPOINT_TEXT];

	cli_say(FORWARD_NAME, "LISTEN %s: %s",
	    session_endpoint(&forward->wish->listen.endpoint, text), why);
	return CLI_FAILED;
}

/* What errno of a listener means, and what to do. */
static const char *
listen_error(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "another program listens there: end that program, or "
		       "take another port";
	case EADDRNOTAVAIL:
		return "no address of this machine; 0.0.0.0 and [::] are all "
		       "it has";
	case EACCES:
		return "ports below 1024 need root: run as root, or take a "
		       "higher one";
	default:
		return strerror(error);
	}
}

static int
listen_estab(struct forward *forward)
{
	struct estab_host *const host = forward->session.uplink.host;
	const int result = estab_listen(host, &forward->listener,
	    &forward->wish->listen.endpoint, BACKLOG);

	if (result < 0)
		return fail(forward, estab_strerror(result));
	forward_defer(forward);
	(void)estab_set(host, forward->listener, ESTAB_NODELAY, 1);
	(void)estab_set(host, forward->listener, ESTAB_KEEPALIVE, 1);
	(void)estab_set(host, forward->listener, ESTAB_SEND_BYTES,
	    BUFFER_BYTES);
	(void)estab_set(host, forward->listener, ESTAB_RECEIVE_BYTES,
	    BUFFER_BYTES);
	return SESSION_GOING;
}

static int
listen_kernel(struct forward *forward)
{
	const struct kernel_address here =
	    kernel_address(&forward->wish->listen.endpoint);
	struct epoll_event event = { .events = EPOLLIN };
	const int fd = kernel_socket(&here, true);

	forward->kernel_listener = fd;
	if (fd < 0 || bind(fd, &here.any, here.size) < 0 ||
	    listen(fd, BACKLOG) < 0 ||
	    epoll_ctl(forward->poll, EPOLL_CTL_ADD, fd, &event) < 0)
		return fail(forward, listen_error(errno));
	return SESSION_GOING;
}

int
forward_listen(struct forward *forward)
{
	const int result = forward->wish->listen.kernel ?
	    listen_kernel(forward) :
	    listen_estab(forward);
	char text[ENDPOINT_TEXT];

	if (result == SESSION_GOING && forward->wish->session.verbose)
		cli_say(FORWARD_NAME, "listening at %s",
		    session_endpoint(&forward->wish->listen.endpoint, text));
	return result;
}

/* ---- Asked at estab, dialled by the kernel ------------------------------- */

/* How a SYN is answered when the kernel's connect came to this error. */
static enum estab_answer
answer_of(int error)
{
	switch (error) {
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
		return ESTAB_ANSWER_UNREACHABLE;
	case ETIMEDOUT: /* nobody answers: nor do we */
	case EMFILE:    /* no room now: the SYN comes again */
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EAGAIN:
	case EADDRNOTAVAIL:
		return ESTAB_ANSWER_NONE;
	default:
		return ESTAB_ANSWER_REFUSE;
	}
}

static void
tell_failure(const struct forward *forward, int error)
{
	char text[ENDPOINT_TEXT];

	if (forward->wish->session.verbose)
		cli_say(FORWARD_NAME, "TARGET %s: %s",
		    session_endpoint(&forward->wish->target.endpoint, text),
		    strerror(error));
}

static void
turn_away(const struct forward *forward, estab_conn pending, int error)
{
	(void)estab_answer(forward->session.uplink.host, pending,
	    answer_of(error));
}

/* Returns a descriptor that connects, or a negative errno. */
static int
dial_kernel(const struct forward *forward)
{
	const struct kernel_address to =
	    kernel_address(&forward->wish->target.endpoint);
	const int fd = kernel_socket(&to, false);
	int error;

	if (fd < 0)
		return -errno;
	if (connect(fd, &to.any, to.size) == 0 || errno == EINPROGRESS)
		return fd;
	error = errno;
	(void)close(fd);
	return -error;
}

static bool
is_full(const struct forward *forward)
{
	return forward->pair_count >= forward->wish->session.connections_max;
}

/* How many forged SYNs may take places and have the target dialled. */
static uint32_t
unproven_max(const struct forward *forward)
{
	const uint32_t half = forward->wish->session.connections_max / 2;

	return half < FORWARD_UNPROVEN ? half : FORWARD_UNPROVEN;
}

/* Where no place is left all wait as SYNs, which then cost no dial. */
void
forward_defer(struct forward *forward)
{
	const uint32_t most = unproven_max(forward);
	bool defers = forward->defers;

	if (forward->listener == 0)
		return;
	if (is_full(forward) ||
	    (forward->unproven < most && forward->unproven <= most / 2))
		defers = true;
	else if (forward->unproven >= most)
		defers = false;
	if (defers != forward->defers)
		(void)estab_set(forward->session.uplink.host, forward->listener,
		    ESTAB_DEFER, defers);
	forward->defers = defers;
}

/* Returns 0, or why not. */
static int
dial_for(struct forward *forward, estab_conn conn, enum pair_state state)
{
	const int fd = dial_kernel(forward);
	struct pair *const pair =
	    fd < 0 ? NULL : pair_new(forward, conn, fd, state);
	const int error = fd < 0 ? -fd : ENOMEM;

	if (pair == NULL) {
		tell_failure(forward, error);
		if (fd >= 0)
			(void)close(fd);
		return error;
	}
	if (!pair_watch(forward, pair, EPOLLOUT))
		pair_end(forward, pair, PAIR_RESET, strerror(errno));
	return 0;
}

/* The SYN again makes no second dial: it is still the same that waits.  One
 * too many is answered before anybody is dialled. */
void
forward_asked(struct forward *forward, estab_conn pending)
{
	int error = EMFILE;

	if (!is_full(forward)) {
		if (forward->unproven >= unproven_max(forward)) {
			(void)estab_answer(forward->session.uplink.host,
			    pending, ESTAB_ANSWER_ACCEPT);
			return;
		}
		error = dial_for(forward, pending, PAIR_ASKED);
	}
	if (error != 0)
		turn_away(forward, pending, error);
}

/* The handshake has ended, and nobody is dialled: dial now. */
static void
forward_proven(struct forward *forward, estab_conn conn)
{
	struct estab_host *const host = forward->session.uplink.host;

	if (!is_full(forward) && dial_for(forward, conn, PAIR_PROVEN) == 0)
		return;
	(void)estab_abort(host, conn);
	(void)estab_release(host, conn);
}

void
forward_dialled(struct forward *forward, struct pair *pair)
{
	struct estab_host *const host = forward->session.uplink.host;
	int error = 0;
	socklen_t size = sizeof error;

	(void)getsockopt(pair->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error != 0) {
		if (pair->state == PAIR_ASKED)
			turn_away(forward, pair->conn, error);
		pair_end(forward, pair, PAIR_RESET, strerror(error));
		return;
	}
	pair->connected = true;
	if (pair->state == PAIR_PROVEN) {
		pair->state = PAIR_OPEN;
		pair_move(forward, pair);
		return;
	}
	/* Until estab's end is open, only a failure is of interest. */
	if (!pair_watch(forward, pair, 0) || !pair_answered(forward, pair) ||
	    estab_answer(host, pair->conn, ESTAB_ANSWER_ACCEPT) < 0)
		pair_end(forward, pair, PAIR_RESET, "the client has left");
}

void
forward_accept(struct forward *forward)
{
	struct estab_host *const host = forward->session.uplink.host;
	estab_conn conn;

	while (estab_accept(host, forward->listener, &conn) == 0) {
		struct pair *const pair = pair_take(forward, conn);

		if (pair != NULL)
			pair_move(forward, pair);
		else
			forward_proven(forward, conn);
	}
}

/* ---- Asked at the kernel, dialled by estab ------------------------------- */

static void
pause_listening(struct forward *forward, bool pause)
{
	struct epoll_event event = { .events = pause ? 0 : EPOLLIN };

	if (forward->kernel_listener < 0 || forward->paused == pause)
		return;
	forward->paused = pause;
	(void)epoll_ctl(forward->poll, EPOLL_CTL_MOD, forward->kernel_listener,
	    &event);
}

void
forward_resume(struct forward *forward)
{
	pause_listening(forward, false);
}

static void
dial_estab(struct forward *forward, int fd)
{
	struct estab_host *const host = forward->session.uplink.host;
	const int on = 1;
	struct pair *pair;
	estab_conn conn;
	const int result =
	    estab_connect(host, &conn, NULL, &forward->wish->target.endpoint);

	if (result < 0) {
		cli_say(FORWARD_NAME, "TARGET: %s", estab_strerror(result));
		pair_reset_fd(fd);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	(void)estab_set(host, conn, ESTAB_NODELAY, 1);
	(void)estab_set(host, conn, ESTAB_KEEPALIVE, 1);
	(void)estab_set(host, conn, ESTAB_SEND_BYTES, BUFFER_BYTES);
	(void)estab_set(host, conn, ESTAB_RECEIVE_BYTES, BUFFER_BYTES);
	pair = pair_new(forward, conn, fd, PAIR_DIALS);
	if (pair == NULL) {
		(void)estab_abort(host, conn);
		(void)estab_release(host, conn);
		pair_reset_fd(fd);
		return;
	}
	pair->connected = true;
	if (!pair_watch(forward, pair, 0))
		pair_end(forward, pair, PAIR_RESET, strerror(errno));
}

void
forward_admit(struct forward *forward)
{
	while (forward->pair_count < forward->wish->session.connections_max) {
		const int fd = accept4(forward->kernel_listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			dial_estab(forward, fd);
			continue;
		}
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return;
		break; /* no descriptor: wait until a pair ends */
	}
	pause_listening(forward, true);
}
