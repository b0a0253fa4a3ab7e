/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Options: each is effective, or ENOPROTOOPT.
 */
#include "socket/twin.h"

#include <netinet/tcp.h>

static void
options_have_the_values_they_were_given(void **unused)
{
	static const struct {
		int level, name, value, got;
	} row[] = {
		{ SOL_SOCKET, SO_REUSEADDR, 7, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1, 1 },
		{ SOL_SOCKET, SO_OOBINLINE, 1, 1 },
		{ IPPROTO_TCP, TCP_NODELAY, 3, 1 },
		{ IPPROTO_TCP, TCP_CORK, 1, 1 },
		{ IPPROTO_TCP, TCP_QUICKACK, 1, 1 },
		{ IPPROTO_TCP, TCP_MAXSEG, 1000, 1000 },
		{ IPPROTO_TCP, TCP_MAXSEG, 0, 536 },
		{ IPPROTO_TCP, TCP_LINGER2, 30, 30 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 11, 11 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 12, 12 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 13, 13 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, 1234, 1234 },
		{ IPPROTO_IP, IP_TTL, 33, 33 },
		{ IPPROTO_IP, IP_TOS, 0x28, 0x28 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		const int fd = twin->socket(CLIENT, AF_INET);

		set_option(fd, row[i].level, row[i].name, row[i].value);
		assert_int_equal(option_of(fd, row[i].level, row[i].name),
		    row[i].got);
		wants(0, twin->close(fd));
	}
}

static void
values_out_of_range_are_refused(void **unused)
{
	static const struct {
		int level, name, value;
	} row[] = {
		{ IPPROTO_TCP, TCP_MAXSEG, 87 },
		{ IPPROTO_TCP, TCP_MAXSEG, 1 },
		{ IPPROTO_TCP, TCP_MAXSEG, -1 },
		{ IPPROTO_TCP, TCP_MAXSEG, 40000 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 0 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 32768 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 0 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 128 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, -1 },
		{ IPPROTO_IP, IP_TTL, 0 },
		{ IPPROTO_IP, IP_TTL, 256 },
	};
	const int fd = twin->socket(CLIENT, AF_INET);

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		fails(EINVAL,
		    twin->setsockopt(fd, row[i].level, row[i].name,
		        &row[i].value, sizeof row[i].value));
	fails(EINVAL, twin->setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, "", 1));
	fails(EINVAL, twin->setsockopt(fd, SOL_SOCKET, SO_LINGER, "abcd", 4));
	wants(0, twin->close(fd));
}

static void
what_there_is_not_is_no_option(void **unused)
{
	const int fd = twin->socket(CLIENT, AF_INET);
	const int one = 1;
	int value;
	socklen_t length = sizeof value;

	(void)unused;
	fails(ENOPROTOOPT,
	    twin->setsockopt(fd, SOL_SOCKET, SO_TYPE, &one, sizeof one));
	fails(ENOPROTOOPT,
	    twin->setsockopt(fd, SOL_SOCKET, SO_ERROR, &one, sizeof one));
	fails(ENOPROTOOPT,
	    twin->setsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &one, sizeof one));
	fails(ENOPROTOOPT,
	    twin->setsockopt(fd, IPPROTO_TCP, 12345, &one, sizeof one));
	fails(ENOPROTOOPT,
	    twin->getsockopt(fd, IPPROTO_TCP, 12345, &value, &length));
	fails(ENOENT,
	    twin->setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "nobody", 6));
	wants(0, twin->close(fd));
}

static void
what_a_socket_is(void **unused)
{
	const int fd = twin->socket(CLIENT, AF_INET6);
	char name[16] = "";
	socklen_t length = sizeof name;
	char byte;

	(void)unused;
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_DOMAIN), AF_INET6);
	assert_int_equal(option_of(fd, SOL_SOCKET, SO_ACCEPTCONN), 0);
	wants(0, twin->setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
	wants(0,
	    twin->getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &length));
	assert_string_equal(name, "reno");
	length = 1; /* what does not fit is cut */
	wants(0, twin->getsockopt(fd, SOL_SOCKET, SO_TYPE, &byte, &length));
	assert_int_equal(length, 1);
	assert_int_equal(byte, SOCK_STREAM);
	wants(0, twin->close(fd));
}

static void
accepted_sockets_inherit(void **unused)
{
	const struct linger five = { 1, 5 };
	struct linger got;
	socklen_t length = sizeof got;
	const int l = listen_at(PORT, 2);
	int c, s;

	(void)unused;
	set_option(l, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(l, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(l, IPPROTO_TCP, TCP_KEEPIDLE, 77);
	set_option(l, IPPROTO_TCP, TCP_USER_TIMEOUT, 5555);
	set_option(l, IPPROTO_IP, IP_TTL, 12);
	wants(0,
	    twin->setsockopt(l, SOL_SOCKET, SO_LINGER, &five, sizeof five));
	connect_pair(l, &c, &s);
	wants(1, option_of(s, SOL_SOCKET, SO_REUSEADDR));
	wants(1, option_of(s, SOL_SOCKET, SO_KEEPALIVE));
	wants(1, option_of(s, IPPROTO_TCP, TCP_NODELAY));
	wants(77, option_of(s, IPPROTO_TCP, TCP_KEEPIDLE));
	wants(5555, option_of(s, IPPROTO_TCP, TCP_USER_TIMEOUT));
	wants(12, option_of(s, IPPROTO_IP, IP_TTL));
	wants(0, twin->getsockopt(s, SOL_SOCKET, SO_LINGER, &got, &length));
	assert_memory_equal(&got, &five, sizeof five);
	wants(0, option_of(s, SOL_SOCKET, SO_ACCEPTCONN));
	wants(0, twin->close(c));
	wants(0, twin->close(l));
	twin->settle();
	got.l_onoff = 0;
	wants(0, twin->setsockopt(s, SOL_SOCKET, SO_LINGER, &got, sizeof got));
	wants(0, twin->close(s));
}

static void
a_buffer_is_as_large_as_asked(void **unused)
{
	const int fd = twin->socket(CLIENT, AF_INET);
	const int times = twin->is_kernel ? 2 : 1; /* it counts overhead */

	(void)unused;
	set_option(fd, SOL_SOCKET, SO_SNDBUF, 20000);
	set_option(fd, SOL_SOCKET, SO_RCVBUF, 30000);
	wants(times * 20000, option_of(fd, SOL_SOCKET, SO_SNDBUF));
	wants(times * 30000, option_of(fd, SOL_SOCKET, SO_RCVBUF));
	set_option(fd, SOL_SOCKET, SO_SNDBUF, 1); /* raised to the least */
	set_option(fd, SOL_SOCKET, SO_RCVBUF, 1);
	wants(4608, option_of(fd, SOL_SOCKET, SO_SNDBUF));
	wants(2304, option_of(fd, SOL_SOCKET, SO_RCVBUF));
	wants(0, twin->close(fd));
}

/* Less than nothing is read as very much, and cut; the text still passes. */
static void
absurd_values_are_cut_or_refused_and_text_still_passes(void **unused)
{
	static const int sizes[] = { -1, 0, 1, INT32_MIN, INT32_MAX };
	static const int names[] = { SO_SNDBUF, SO_RCVBUF };

	(void)unused;
	for (size_t i = 0; i < 10; i++) {
		struct pair p = pair_open();
		const int size = sizes[i / 2];
		char text[8];
		int value;

		set_option(p.c, SOL_SOCKET, names[i % 2], size);
		set_option(p.s, SOL_SOCKET, names[i % 2], size);
		value = option_of(p.c, SOL_SOCKET, names[i % 2]);
		if (size == 0 || size == 1)
			assert_int_equal(value, i % 2 ? 2304 : 4608);
		else
			assert_true(value > 100000);
		wants(5, twin->send(p.c, "hello", 5, 0));
		twin->settle();
		wants(0, twin->recv(p.s, text, 0, 0));
		wants(5, twin->recv(p.s, text, 8, 0));
		wants(0, twin->send(p.s, text, 0, 0));
		pair_close(&p);
		twin_port++;
	}
}

static void
the_segment_size_is_kept_by_both_ends(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int l = listen_at(PORT, 2);
	const int c = twin->socket(CLIENT, AF_INET);
	int s;

	(void)unused;
	set_option(c, IPPROTO_TCP, TCP_MAXSEG, 600);
	fails(EINPROGRESS, twin->connect(c, AT(at)));
	twin->settle();
	s = twin->accept(l, NULL, NULL);
	/* Less the time stamps' 12 bytes: what a segment carries. */
	wants(588, option_of(s, IPPROTO_TCP, TCP_MAXSEG));
	wants(588, option_of(c, IPPROTO_TCP, TCP_MAXSEG));
	wants(0, twin->close(c));
	wants(0, twin->close(s));
	wants(0, twin->close(l));
}

static void
a_cork_holds_what_is_no_full_segment(void **unused)
{
	struct pair p = pair_open();
	char text[4096];
	int mss = option_of(p.c, IPPROTO_TCP, TCP_MAXSEG);

	(void)unused;
	memset(text, 'x', sizeof text);
	set_option(p.c, IPPROTO_TCP, TCP_CORK, 1);
	wants(10, twin->send(p.c, text, 10, 0));
	twin->settle();
	fails(EAGAIN, twin->recv(p.s, text, sizeof text, 0));
	set_option(p.c, IPPROTO_TCP, TCP_CORK, 0);
	twin->settle();
	wants(10, twin->recv(p.s, text, sizeof text, 0));
	wants(3, twin->send(p.c, "abc", 3, MSG_MORE));
	twin->settle();
	fails(EAGAIN, twin->recv(p.s, text, sizeof text, 0));
	wants(3, twin->send(p.c, "def", 3, 0));
	twin->settle();
	wants(6, twin->recv(p.s, text, sizeof text, 0));
	assert_memory_equal(text, "abcdef", 6);
	set_option(p.c, IPPROTO_TCP, TCP_CORK, 1);
	wants(2, twin->send(p.c, "gh", 2, 0));
	wants(0, twin->shutdown(p.c, SHUT_WR)); /* the end pulls it */
	twin->settle();
	wants(2, twin->recv(p.s, text, sizeof text, 0));
	assert_true(mss > 500);
	pair_close(&p);
}

static void
accept_may_wait_for_text(void **unused)
{
	const int l = listen_at(PORT, 2);
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int c = twin->socket(CLIENT, AF_INET);
	char text[8];
	int s;

	(void)unused;
	set_option(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5);
	wants(7, option_of(l, IPPROTO_TCP, TCP_DEFER_ACCEPT)); /* 1 + 2 + 4 */
	fails(EINPROGRESS, twin->connect(c, AT(at)));
	twin->settle();
	assert_int_equal(bits_of(c), POLLOUT);
	fails(EAGAIN, twin->accept(l, NULL, NULL));
	wants(5, twin->send(c, "hello", 5, 0));
	twin->settle();
	s = twin->accept(l, NULL, NULL);
	assert_true(s >= 0);
	wants(5, twin->recv(s, text, 8, 0));
	wants(0, twin->close(s));
	wants(0, twin->close(c));
	wants(0, twin->close(l));
}

static void
patience_of_accept_ends(void **unused)
{
	const int l = listen_at(PORT, 2);
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int c = twin->socket(CLIENT, AF_INET);

	(void)unused;
	if (!twin->is_kernel) {
		set_option(l, IPPROTO_TCP, TCP_DEFER_ACCEPT, 2);
		fails(EINPROGRESS, twin->connect(c, AT(at)));
		twin_wait(2900 * ESTAB_MS);
		fails(EAGAIN, twin->accept(l, NULL, NULL));
		twin_wait(300 * ESTAB_MS); /* the second time-out: 1 s + 2 s */
		assert_true(twin->accept(l, NULL, NULL) >= 0);
	}
	wants(0, twin->close(c));
	wants(0, twin->close(l));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		twin_test(options_have_the_values_they_were_given),
		twin_test(values_out_of_range_are_refused),
		twin_test(what_there_is_not_is_no_option),
		twin_test(what_a_socket_is),
		twin_test(accepted_sockets_inherit),
		twin_test(a_buffer_is_as_large_as_asked),
		twin_test(absurd_values_are_cut_or_refused_and_text_still_passes),
		twin_test(the_segment_size_is_kept_by_both_ends),
		twin_test(a_cork_holds_what_is_no_full_segment),
		twin_test(accept_may_wait_for_text),
		twin_test(patience_of_accept_ends),
	};

	return TWIN_RUN(tests);
}
