/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Waiting for many sockets: poll, and an eventfd of each beside other
 * descriptors.
 */
#include "loop/sides.h"

#include <sys/epoll.h>

static void
epoll_sees_a_socket_beside_a_pipe(void **unused)
{
	struct epoll_event event = { .events = EPOLLIN }, got[4];
	const int epoll = epoll_create1(0);
	int pipes[2], l, c, s, fd;
	char text[8];

	(void)unused;
	open_pair(&l, &c, &s);
	assert_int_equal(pipe(pipes), 0);
	fd = estab_loop_eventfd(side[0].loop, c, POLLIN);
	assert_true(fd >= 0);
	event.data.fd = fd;
	assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
	event.data.fd = pipes[0];
	assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &event), 0);
	assert_int_equal(epoll_wait(epoll, got, 4, 0), 0);
	assert_int_equal(write(pipes[1], "x", 1), 1);
	assert_int_equal(estab_loop_send(side[1].loop, s, "hello", 5, 0), 5);
	for (int seen = 0, tries = 0; seen != 3 && tries < 1000; tries++) {
		const int n = epoll_wait(epoll, got, 4, 1000);

		for (int i = 0; i < n; i++)
			seen |= got[i].data.fd == fd ? 1 : 2;
		assert_true(tries < 999);
		usleep(1000);
	}
	/* It is a level: half read, it still is; all read, no more. */
	assert_int_equal(estab_loop_recv(side[0].loop, c, text, 3, 0), 3);
	assert_int_equal(epoll_wait(epoll, got, 4, 0), 2);
	assert_int_equal(estab_loop_recv(side[0].loop, c, text, 8, 0), 2);
	assert_int_equal(epoll_wait(epoll, got, 4, 0), 1);
	assert_int_equal(got[0].data.fd, pipes[0]);
	/* Watched for something else it says so at once. */
	assert_int_equal(estab_loop_eventfd(side[0].loop, c, POLLOUT), fd);
	assert_int_equal(epoll_wait(epoll, got, 4, 0), 2);
	fails(EBADF, estab_loop_eventfd(side[0].loop, 63, POLLIN));
	close(epoll);
	close(pipes[0]);
	close(pipes[1]);
}

static void
poll_waits_for_whichever_comes_first(void **unused)
{
	int l, c[2], s[2];
	struct pollfd polled[2];

	(void)unused;
	open_pair(&l, &c[0], &s[0]);
	c[1] = dial();
	s[1] = estab_loop_accept(side[1].loop, l, NULL, NULL, 0);
	for (int i = 0; i < 2; i++)
		polled[i] = (struct pollfd){ .fd = c[i], .events = POLLIN };
	assert_int_equal(estab_loop_poll(side[0].loop, polled, 2, 0), 0);
	assert_int_equal(estab_loop_poll(side[0].loop, polled, 2, 20), 0);
	assert_int_equal(estab_loop_send(side[1].loop, s[1], "x", 1, 0), 1);
	assert_int_equal(estab_loop_poll(side[0].loop, polled, 2, -1), 1);
	assert_int_equal(polled[0].revents, 0);
	assert_int_equal(polled[1].revents, POLLIN);
}

/* ---- Edges --------------------------------------------------------------- */

/* An epoll that watches one descriptor for edges. */
static int
watch_edges(int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	const int epoll = epoll_create1(EPOLL_CLOEXEC);

	assert_true(epoll >= 0);
	assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
	return epoll;
}

static bool
edge_comes(int epoll, int wait_ms)
{
	struct epoll_event got;

	return epoll_wait(epoll, &got, 1, wait_ms) == 1;
}

#define SOON 5000 /* ms; it is here at once, as a rule */

static void
more_text_is_a_new_edge_though_some_was_left(void **unused)
{
	char text[16];
	int l, c, s, epoll;

	(void)unused;
	open_pair(&l, &c, &s);
	epoll = watch_edges(estab_loop_eventfd(side[0].loop, c, POLLIN));
	assert_false(edge_comes(epoll, 0));
	assert_int_equal(estab_loop_send(side[1].loop, s, "hello", 5, 0), 5);
	assert_true(edge_comes(epoll, SOON));
	assert_int_equal(estab_loop_recv(side[0].loop, c, text, 3, 0), 3);
	assert_false(edge_comes(epoll, 20)); /* a read is no news */
	assert_int_equal(estab_loop_send(side[1].loop, s, "again", 5, 0), 5);
	assert_true(edge_comes(epoll, SOON));
	assert_int_equal(estab_loop_recv(side[0].loop, c, text, 16, 0), 7);
	assert_int_equal(estab_loop_shutdown(side[1].loop, s, SHUT_WR), 0);
	assert_true(edge_comes(epoll, SOON));
	assert_int_equal(estab_loop_recv(side[0].loop, c, text, 16, 0), 0);
	assert_int_equal(estab_loop_close(side[1].loop, s), 0);
	close(epoll);
}

static void
each_connection_is_a_new_edge_of_its_listener(void **unused)
{
	const int l = listener();
	const int epoll =
	    watch_edges(estab_loop_eventfd(side[1].loop, l, POLLIN));

	(void)unused;
	for (int i = 0; i < 3; i++) { /* none of them is accepted */
		(void)dial();
		assert_true(edge_comes(epoll, SOON));
	}
	close(epoll);
}

static void
to_watch_for_something_else_is_an_edge(void **unused)
{
	int l, c, s, fd, epoll;

	(void)unused;
	open_pair(&l, &c, &s);
	fd = estab_loop_eventfd(side[0].loop, c, POLLOUT);
	epoll = watch_edges(fd);
	assert_true(edge_comes(epoll, 0));
	assert_false(edge_comes(epoll, 0));
	/* As EPOLL_CTL_MOD is: ready before and now, it says so anew. */
	assert_int_equal(estab_loop_eventfd(side[0].loop, c, POLLIN | POLLOUT),
	    fd);
	assert_true(edge_comes(epoll, 0));
	close(epoll);
}

/* ---- What an eventfd does not say ---------------------------------------- */

/* A program that reads its eventfds, as many do, finds a level that is gone;
 * but errno is still the call's. */
static void
errno_is_the_calls_whatever_became_of_the_eventfd(void **unused)
{
	const struct sockaddr_in nobody = address_of(8, PORT);
	const int c = estab_loop_socket(side[0].loop, AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK, 0);
	const int fd = estab_loop_eventfd(side[0].loop, c, POLLOUT);
	uint64_t count;

	(void)unused;
	assert_true(fd >= 0);
	assert_int_equal(read(fd, &count, sizeof count), sizeof count);
	fails(EINPROGRESS,
	    estab_loop_connect(side[0].loop, c,
	        (const struct sockaddr *)&nobody, sizeof nobody));
}

/* One eventfd, EPOLLIN of it; which bits it was, the socket says. */
static void
poll_says_why_an_eventfd_is_readable(void **unused)
{
	struct pollfd all = { .events = POLLIN | POLLOUT | POLLRDHUP }, one;
	int l, c, s;

	(void)unused;
	open_pair(&l, &c, &s);
	one = (struct pollfd){ .events = POLLIN };
	one.fd = estab_loop_eventfd(side[0].loop, c, POLLRDHUP);
	assert_int_equal(poll(&one, 1, 0), 0);
	assert_int_equal(estab_loop_shutdown(side[1].loop, s, SHUT_WR), 0);
	assert_int_equal(poll(&one, 1, SOON), 1);
	assert_int_equal(one.revents, POLLIN);
	all.fd = c;
	assert_int_equal(estab_loop_poll(side[0].loop, &all, 1, 0), 1);
	assert_int_equal(all.revents, POLLIN | POLLOUT | POLLRDHUP);
	assert_int_equal(estab_loop_setsockopt(side[1].loop, s, SOL_SOCKET,
	                     SO_LINGER, &(struct linger){ 1, 0 },
	                     sizeof(struct linger)),
	    0);
	assert_int_equal(estab_loop_eventfd(side[0].loop, c, 0), one.fd);
	assert_int_equal(poll(&one, 1, 0), 0);
	assert_int_equal(estab_loop_close(side[1].loop, s), 0);
	assert_int_equal(poll(&one, 1, SOON), 1);
	assert_int_equal(estab_loop_poll(side[0].loop, &all, 1, 0), 1);
	assert_int_equal(all.revents & (POLLERR | POLLHUP), POLLERR | POLLHUP);
}

static void
a_device_that_fails_wakes_who_polls(void **unused)
{
	struct pollfd asked = { .events = POLLIN }, one = asked;
	int l, c, s;

	(void)unused;
	open_pair(&l, &c, &s);
	asked.fd = c;
	one.fd = estab_loop_eventfd(side[0].loop, c, POLLIN);
	assert_int_equal(poll(&one, 1, 0), 0);
	side[0].wire.fails = true;
	assert_int_equal(estab_loop_send(side[0].loop, c, "x", 1, 0), 1);
	assert_int_equal(poll(&one, 1, SOON), 1);
	fails(ENETDOWN, estab_loop_poll(side[0].loop, &asked, 1, 0));
	fails(ENETDOWN, estab_loop_poll(side[0].loop, &asked, 1, -1));
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(epoll_sees_a_socket_beside_a_pipe),
		T(poll_waits_for_whichever_comes_first),
		T(more_text_is_a_new_edge_though_some_was_left),
		T(each_connection_is_a_new_edge_of_its_listener),
		T(to_watch_for_something_else_is_an_edge),
		T(errno_is_the_calls_whatever_became_of_the_eventfd),
		T(poll_says_why_an_eventfd_is_readable),
		T(a_device_that_fails_wakes_who_polls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
