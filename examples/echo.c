/* SPDX-License-Identifier: BSD-2-Clause
 *
 * echo.c - an echo server for 10,000 connections on a TUN device: one thread
 * that asks epoll, and an eventfd of each socket.
 */
#include "up.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>

static struct estab_loop *loop;
static int epoll;

static void
watch(int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD,
	        estab_loop_eventfd(loop, fd, POLLIN), &event) != 0) {
		perror("no descriptor for a connection");
		exit(1);
	}
}

/* What the peer leaves unread stays in our socket, until there is room to send
 * more of it. */
static void
echo(int fd)
{
	char text[4096];
	ssize_t n, sent = 1;

	while (sent > 0 &&
	    (n = estab_loop_recv(loop, fd, text, sizeof text, MSG_PEEK)) > 0) {
		sent = estab_loop_send(loop, fd, text, (size_t)n, 0);
		if (sent > 0)
			estab_loop_recv(loop, fd, text, (size_t)sent,
			    MSG_TRUNC);
	}
	if (n == 0 || errno != EAGAIN)
		estab_loop_close(loop, fd); /* its eventfd goes with it */
	else
		estab_loop_eventfd(loop, fd, sent > 0 ? POLLIN : POLLOUT);
}

int
main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7) };
	struct epoll_event event[256];
	struct rlimit files;
	int listener, fd;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	epoll = epoll_create1(0);
	loop = host_up("estab0", "10.9.0.2");
	listener =
	    estab_loop_socket(loop, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	estab_loop_bind(loop, listener, (void *)&at, sizeof at);
	estab_loop_listen(loop, listener, 4096);
	watch(listener);
	for (;;) {
		const int n = epoll_wait(epoll, event, 256, -1);

		for (int i = 0; i < n; i++)
			if (event[i].data.fd != listener)
				echo(event[i].data.fd);
			else
				while ((fd = estab_loop_accept(loop, listener,
				            NULL, NULL, SOCK_NONBLOCK)) >= 0)
					watch(fd);
	}
}
