/* SPDX-License-Identifier: BSD-2-Clause
 *
 * forward.c - the loop of estab forward.
 */
#include "cli/forward.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/cli.h"

#define FDS_BESIDE 64 /* what the process needs beside the pairs' */
#define EVENTS 256
#define HUNGRY_NS (ESTAB_SECOND / 20)

/* An end of estab's has something. */
static void
take_event(struct forward *forward, const struct estab_event *event)
{
	struct pair *pair;

	if ((event->ready & ESTAB_PENDING) != 0) {
		forward_asked(forward, event->conn);
		return;
	}
	pair = pair_find(forward, event->conn);
	if (pair == NULL)
		return; /* the listener's: forward_accept() */
	if ((event->ready & ESTAB_ERROR) != 0) {
		pair_move_last(forward, pair);
		pair_end(forward, pair, PAIR_RESET,
		    estab_strerror(event->error));
	} else {
		pair_move(forward, pair);
	}
}

static void
take_estab(struct forward *forward)
{
	struct estab_event event;

	while (estab_event(forward->session.uplink.host, &event) == 1)
		take_event(forward, &event);
	if (forward->listener != 0)
		forward_accept(forward);
}

static void
fail_pair(struct forward *forward, struct pair *pair)
{
	int error = 0;
	socklen_t size = sizeof error;

	(void)getsockopt(pair->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	pair_move_last(forward, pair);
	pair_end(forward, pair, PAIR_RESET, strerror(error));
}

/* Ends of the kernel's have something.  A pair that has ended is no longer
 * in epoll, and within a batch each has one event. */
static void
take_kernel(struct forward *forward)
{
	struct epoll_event event[EVENTS];
	const int n = epoll_wait(forward->poll, event, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		struct pair *const pair = event[i].data.ptr;

		if (pair == NULL) {
			forward_admit(forward);
		} else if (!pair->connected) {
			forward_dialled(forward, pair);
		} else if ((event[i].events & EPOLLERR) != 0) {
			fail_pair(forward, pair);
		} else {
			pair->readable = true;
			pair_move(forward, pair);
		}
	}
}

static void
feed_hungry(struct forward *forward)
{
	struct pair *pair = LIST_FIRST(&forward->hungry);

	while (pair != NULL) {
		struct pair *const next = LIST_NEXT(pair, hungry_link);

		pair_move(forward, pair);
		pair = next;
	}
}

static int
turn(struct forward *forward)
{
	struct pollfd own = { .fd = forward->poll, .events = POLLIN };
	const int result = session_turn(&forward->session, &own, 1,
	    LIST_EMPTY(&forward->hungry) ?
	        ESTAB_NEVER :
	        loop_now(&forward->session.uplink.loop) + HUNGRY_NS);

	take_estab(forward);
	if (own.revents != 0)
		take_kernel(forward);
	feed_hungry(forward);
	forward_defer(forward);
	return result;
}

static int
live(struct forward *forward)
{
	int result = forward_listen(forward);
	char counted[CLI_COUNTED];

	while (result == SESSION_GOING)
		result = forward->session.caught != 0 ?
		    128 + forward->session.caught :
		    turn(forward);
	if (forward->wish->session.verbose)
		cli_say(FORWARD_NAME, "%s%s",
		    cli_counted(forward->served, "connection", counted),
		    forward->pair_count > 0 ? "; those still open are reset" :
		                              "");
	pair_end_all(forward);
	if (forward->listener != 0)
		(void)estab_release(forward->session.uplink.host,
		    forward->listener);
	if (forward->kernel_listener >= 0)
		(void)close(forward->kernel_listener);
	return result;
}

/* A descriptor a pair. */
static void
raise_limit(const struct forward_wish *wish)
{
	const rlim_t want = wish->session.connections_max + FDS_BESIDE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < want)
		cli_say(FORWARD_NAME,
		    "-n %u: the system allows this process %llu descriptors "
		    "(ulimit -n)",
		    wish->session.connections_max,
		    (unsigned long long)limit.rlim_cur);
}

int
forward_main(int argc, char **argv)
{
	struct forward_wish wish = {
		.session.name = FORWARD_NAME,
	};
	struct forward forward = { .wish = &wish, .kernel_listener = -1 };
	int result;

	if (cli_parse(&forward_argp, argc, argv, NULL, &wish) != 0)
		return CLI_USAGE;
	raise_limit(&wish);
	if (!session_begin(&forward.session, &wish.session, NULL))
		return CLI_FAILED;
	forward.poll = epoll_create1(EPOLL_CLOEXEC);
	result = live(&forward);
	(void)close(forward.poll);
	return session_end(&forward.session, result);
}
