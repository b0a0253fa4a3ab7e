/* SPDX-License-Identifier: BSD-2-Clause
 *
 * connect, listen and accept: what POSIX and Linux say of each, of estab and
 * of the kernel.
 */
#include "socket/twin.h"

static void
a_fresh_socket_hangs_and_may_be_written_to_no_end(void **unused)
{
	const int fd = twin->socket(CLIENT, AF_INET);
	char byte = 0;

	(void)unused;
	assert_int_equal(bits_of(fd), POLLOUT | POLLHUP);
	fails(ENOTCONN, twin->recv(fd, &byte, 1, 0));
	fails(EPIPE, twin->send(fd, &byte, 1, 0));
	fails(ENOTCONN, twin->shutdown(fd, SHUT_WR));
	fails(EINVAL, twin->accept(fd, NULL, NULL));
	fails(EINVAL, twin->shutdown(fd, 7));
	wants(0, twin->close(fd));
	fails(EBADF, twin->close(fd));
	fails(EBADF, twin->send(fd, &byte, 1, 0));
}

static void
connect_says_in_progress_already_and_then_connected(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int l = listen_at(PORT, 1);
	const int fd = twin->socket(CLIENT, AF_INET);
	char byte;

	(void)unused;
	fails(EINPROGRESS, twin->connect(fd, AT(at)));
	if (!twin->is_kernel) { /* there the handshake has ended by now */
		assert_int_equal(bits_of(fd), 0);
		fails(EALREADY, twin->connect(fd, AT(at)));
		fails(EAGAIN, twin->recv(fd, &byte, 1, 0));
		fails(EAGAIN, twin->send(fd, "x", 1, 0));
	}
	twin->settle();
	assert_int_equal(bits_of(fd), POLLOUT);
	wants(0, twin->connect(fd, AT(at))); /* how it went, once */
	fails(EISCONN, twin->connect(fd, AT(at)));
	fails(EISCONN, twin->connect(l, AT(at)));
	wants(0, twin->close(fd));
	wants(0, twin->close(l));
}

static void
a_refused_connect_is_said_once_and_may_be_tried_again(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int fd = twin->socket(CLIENT, AF_INET);
	char byte;
	int l;

	(void)unused;
	fails(EINPROGRESS, twin->connect(fd, AT(at)));
	twin->settle();
	assert_int_equal(bits_of(fd),
	    POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP);
	wants(ECONNREFUSED, option_of(fd, SOL_SOCKET, SO_ERROR));
	wants(0, option_of(fd, SOL_SOCKET, SO_ERROR));
	assert_int_equal(bits_of(fd), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	wants(0, twin->recv(fd, &byte, 1, 0));
	fails(EPIPE, twin->send(fd, "x", 1, 0));
	fails(ECONNABORTED, twin->connect(fd, AT(at)));
	fails(EINPROGRESS, twin->connect(fd, AT(at)));
	twin->settle();
	fails(ECONNREFUSED, twin->connect(fd, AT(at)));
	l = listen_at(PORT, 1);
	fails(EINPROGRESS, twin->connect(fd, AT(at)));
	twin->settle();
	wants(0, twin->connect(fd, AT(at)));
	wants(0, twin->close(l));
	wants(0, twin->close(fd));
}

static void
receive_and_send_say_the_error_of_a_connect_too(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	char byte;
	int fd = twin->socket(CLIENT, AF_INET);

	(void)unused;
	fails(EINPROGRESS, twin->connect(fd, AT(at)));
	twin->settle();
	fails(ECONNREFUSED, twin->recv(fd, &byte, 1, 0));
	wants(0, twin->recv(fd, &byte, 1, 0));
	wants(0, twin->close(fd));
	fd = twin->socket(CLIENT, AF_INET);
	fails(EINPROGRESS, twin->connect(fd, AT(at)));
	twin->settle();
	fails(ECONNREFUSED, twin->send(fd, "x", 1, 0));
	fails(EPIPE, twin->send(fd, "x", 1, 0));
	wants(0, twin->close(fd));
}

static void
a_connect_may_be_dissolved(void **unused)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct pair p = pair_open();
	char byte;

	(void)unused;
	wants(0, twin->connect(p.c, &none, sizeof none));
	twin->settle();
	fails(ECONNRESET, twin->recv(p.s, &byte, 1, 0));
	assert_int_equal(bits_of(p.c), POLLOUT | POLLHUP | POLLERR);
	fails(ECONNRESET, twin->recv(p.c, &byte, 1, 0));
	fails(ENOTCONN, twin->recv(p.c, &byte, 1, 0));
	pair_close(&p);
}

static void
addresses_are_looked_at(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const struct sockaddr_in6 six = v6_of(SERVER, PORT);
	const int fd = twin->socket(CLIENT, AF_INET);

	(void)unused;
	fails(EINVAL, twin->connect(fd, (const struct sockaddr *)&at, 1));
	fails(EINVAL, twin->connect(fd, (const struct sockaddr *)&at, 8));
	fails(EAFNOSUPPORT, twin->connect(fd, AT(six)));
	fails(EINVAL, twin->bind(fd, (const struct sockaddr *)&at, 8));
	fails(EAFNOSUPPORT, twin->bind(fd, AT(six)));
	fails(EAFNOSUPPORT, twin->socket(CLIENT, AF_UNIX + 100));
	wants(0, twin->close(fd));
}

static void
names_of_both_ends(void **unused)
{
	struct pair p = pair_open();
	struct sockaddr_in own, peer;
	socklen_t length = sizeof own;

	(void)unused;
	wants(0, twin->getsockname(p.c, (struct sockaddr *)&own, &length));
	assert_int_equal(length, sizeof own);
	assert_int_equal(own.sin_family, AF_INET);
	assert_true(own.sin_port != 0);
	wants(0, twin->getpeername(p.s, (struct sockaddr *)&peer, &length));
	if (!twin->is_kernel) /* which takes the destination for its own */
		assert_memory_equal(&own, &peer, sizeof own);
	assert_int_equal(own.sin_port, peer.sin_port);
	length = 4; /* what does not fit is cut */
	wants(0, twin->getpeername(p.c, (struct sockaddr *)&peer, &length));
	assert_int_equal(length, sizeof peer);
	fails(ENOTCONN,
	    twin->getpeername(p.l, (struct sockaddr *)&peer, &length));
	pair_close(&p);
}

static void
names_before_there_is_a_connection(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int fd = twin->socket(CLIENT, AF_INET);
	struct sockaddr_in own;
	socklen_t length = sizeof own;

	(void)unused;
	wants(0, twin->getsockname(fd, (struct sockaddr *)&own, &length));
	assert_int_equal(own.sin_port, 0);
	assert_int_equal(own.sin_addr.s_addr, 0);
	fails(ENOTCONN,
	    twin->getpeername(fd, (struct sockaddr *)&own, &length));
	fails(EINPROGRESS, twin->connect(fd, AT(at)));
	twin->settle(); /* refused */
	fails(ENOTCONN,
	    twin->getpeername(fd, (struct sockaddr *)&own, &length));
	wants(0, twin->close(fd));
}

static void
an_unbound_listener_gets_a_port(void **unused)
{
	const int l = twin->socket(SERVER, AF_INET);
	struct sockaddr_in own;
	socklen_t length = sizeof own;

	(void)unused;
	wants(0, twin->listen(l, 0));
	wants(0, twin->listen(l, 5)); /* once more: another backlog */
	wants(0, twin->getsockname(l, (struct sockaddr *)&own, &length));
	assert_true(own.sin_port != 0);
	assert_int_equal(bits_of(l), 0);
	fails(EAGAIN, twin->accept(l, NULL, NULL));
	wants(0, twin->close(l));
}

static void
a_backlog_of_none_takes_one(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int l = listen_at(PORT, 0);
	const int one = twin->socket(CLIENT, AF_INET);
	const int two = twin->socket(CLIENT, AF_INET);

	(void)unused;
	fails(EINPROGRESS, twin->connect(one, AT(at)));
	twin->settle();
	assert_int_equal(bits_of(one), POLLOUT);
	assert_int_equal(bits_of(l), POLLIN);
	fails(EINPROGRESS, twin->connect(two, AT(at)));
	twin->settle();
	assert_int_equal(bits_of(two), 0);
	assert_true(twin->accept(l, NULL, NULL) >= 0);
	fails(EAGAIN, twin->accept(l, NULL, NULL));
	wants(0, twin->close(one));
	wants(0, twin->close(two));
	wants(0, twin->close(l));
}

static void
accept_gives_even_what_was_reset_since(void **unused)
{
	const struct linger now = { 1, 0 };
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int l = listen_at(PORT, 2);
	const int c = twin->socket(CLIENT, AF_INET);
	char byte;
	int s;

	(void)unused;
	fails(EINPROGRESS, twin->connect(c, AT(at)));
	twin->settle();
	wants(0, twin->setsockopt(c, SOL_SOCKET, SO_LINGER, &now, sizeof now));
	wants(0, twin->close(c));
	twin->settle();
	assert_int_equal(bits_of(l), POLLIN);
	s = twin->accept(l, NULL, NULL);
	assert_true(s >= 0);
	fails(ECONNRESET, twin->recv(s, &byte, 1, 0));
	wants(0, twin->recv(s, &byte, 1, 0));
	wants(0, twin->close(s));
	wants(0, twin->close(l));
}

static void
shutting_a_listener_ends_it(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int l = listen_at(PORT, 2);
	const int c = twin->socket(CLIENT, AF_INET);

	(void)unused;
	wants(1, option_of(l, SOL_SOCKET, SO_ACCEPTCONN));
	wants(0, twin->shutdown(l, SHUT_WR)); /* it writes nothing */
	wants(1, option_of(l, SOL_SOCKET, SO_ACCEPTCONN));
	wants(0, twin->shutdown(l, SHUT_RD));
	wants(0, option_of(l, SOL_SOCKET, SO_ACCEPTCONN));
	fails(EINVAL, twin->accept(l, NULL, NULL));
	fails(EINPROGRESS, twin->connect(c, AT(at)));
	twin->settle();
	wants(ECONNREFUSED, option_of(c, SOL_SOCKET, SO_ERROR));
	wants(0, twin->listen(l, 2)); /* its port is its own still */
	fails(ECONNABORTED, twin->connect(c, AT(at)));
	fails(EINPROGRESS, twin->connect(c, AT(at)));
	twin->settle();
	wants(0, twin->connect(c, AT(at)));
	wants(0, twin->close(c));
	wants(0, twin->close(l));
}

static void
what_waits_is_reset_when_the_listener_closes(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int l = listen_at(PORT, 2);
	const int c = twin->socket(CLIENT, AF_INET);
	char byte;

	(void)unused;
	fails(EINPROGRESS, twin->connect(c, AT(at)));
	twin->settle();
	wants(0, twin->close(l));
	twin->settle();
	fails(ECONNRESET, twin->recv(c, &byte, 1, 0));
	wants(0, twin->close(c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		twin_test(a_fresh_socket_hangs_and_may_be_written_to_no_end),
		twin_test(connect_says_in_progress_already_and_then_connected),
		twin_test(a_refused_connect_is_said_once_and_may_be_tried_again),
		twin_test(receive_and_send_say_the_error_of_a_connect_too),
		twin_test(a_connect_may_be_dissolved),
		twin_test(addresses_are_looked_at),
		twin_test(names_of_both_ends),
		twin_test(names_before_there_is_a_connection),
		twin_test(an_unbound_listener_gets_a_port),
		twin_test(a_backlog_of_none_takes_one),
		twin_test(accept_gives_even_what_was_reset_since),
		twin_test(shutting_a_listener_ends_it),
		twin_test(what_waits_is_reset_when_the_listener_closes),
	};

	return TWIN_RUN(tests);
}
