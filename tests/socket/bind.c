/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who may bind what, with and without SO_REUSEADDR and IPV6_V6ONLY.
 */
#include "socket/twin.h"

static int
bound(int reuse, const struct sockaddr *at, socklen_t length)
{
	const int fd = twin->socket(SERVER, at->sa_family);

	assert_true(fd >= 0);
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, reuse);
	wants(0, twin->bind(fd, at, length));
	return fd;
}

static void
is_in_use(int reuse, const struct sockaddr *at, socklen_t length)
{
	const int fd = twin->socket(SERVER, at->sa_family);

	set_option(fd, SOL_SOCKET, SO_REUSEADDR, reuse);
	fails(EADDRINUSE, twin->bind(fd, at, length));
	wants(0, twin->close(fd));
}

static void
a_bound_port_is_in_use(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	struct sockaddr_in any = at;
	const int fd = bound(0, AT(at));

	(void)unused;
	any.sin_addr.s_addr = 0;
	is_in_use(0, AT(at));
	is_in_use(1, AT(at));
	is_in_use(0, AT(any));
	fails(EINVAL, twin->bind(fd, AT(at))); /* once is enough */
	wants(0, twin->close(fd));
	wants(0, twin->close(bound(0, AT(at))));
}

static void
two_that_do_not_mind_share_until_one_listens(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int one = bound(1, AT(at)), two = bound(1, AT(at));

	(void)unused;
	is_in_use(0, AT(at));
	wants(0, twin->listen(one, 1));
	fails(EADDRINUSE, twin->listen(two, 1));
	is_in_use(1, AT(at));
	wants(0, twin->close(one));
	wants(0, twin->listen(two, 1));
	wants(0, twin->close(two));
}

static void
an_address_must_be_ours(void **unused)
{
	struct sockaddr_in at = v4_of(SERVER, PORT);
	const int fd = twin->socket(SERVER, AF_INET);

	(void)unused;
	at.sin_addr.s_addr = htonl(0x0a090909);
	fails(EADDRNOTAVAIL, twin->bind(fd, AT(at)));
	at = v4_of(SERVER, PORT);
	wants(0, twin->bind(fd, AT(at))); /* nothing was spoilt */
	wants(0, twin->close(fd));
}

static void
port_0_is_a_port_nobody_has(void **unused)
{
	struct sockaddr_in at = v4_of(SERVER, 0), own;
	socklen_t length = sizeof own;
	const int one = bound(0, AT(at)), two = bound(0, AT(at));
	uint16_t first;

	(void)unused;
	wants(0, twin->getsockname(one, (struct sockaddr *)&own, &length));
	first = own.sin_port;
	assert_true(first != 0);
	assert_int_equal(own.sin_addr.s_addr, at.sin_addr.s_addr);
	wants(0, twin->getsockname(two, (struct sockaddr *)&own, &length));
	assert_true(own.sin_port != first);
	wants(0, twin->listen(one, 1));
	wants(0, twin->close(one));
	wants(0, twin->close(two));
}

static void
connections_keep_a_port_from_those_who_mind(void **unused)
{
	struct pair p = pair_open();
	const struct sockaddr_in at = v4_of(SERVER, PORT);

	(void)unused;
	wants(0, twin->close(p.l));
	is_in_use(0, AT(at));
	wants(0, twin->close(bound(1, AT(at)))); /* p.s inherited it */
	set_option(p.s, SOL_SOCKET, SO_REUSEADDR, 0);
	is_in_use(1, AT(at));
	wants(0, twin->close(p.c));
	wants(0, twin->close(p.s));
}

static void
time_wait_keeps_a_port_from_those_who_mind(void **unused)
{
	struct pair p = pair_open();
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	int l;

	(void)unused;
	wants(0, twin->close(p.s)); /* first: it has the TIME-WAIT */
	twin->settle();
	wants(0, twin->close(p.c));
	wants(0, twin->close(p.l));
	twin->settle();
	is_in_use(0, AT(at));
	l = bound(1, AT(at));
	wants(0, twin->listen(l, 1));
	wants(0, twin->close(l));
}

static void
a_connection_may_be_made_from_a_bound_port(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const struct sockaddr_in from = v4_of(CLIENT, 7777);
	const int l = listen_at(PORT, 2);
	const int c = twin->socket(CLIENT, AF_INET);
	const int d = twin->socket(CLIENT, AF_INET);
	struct sockaddr_in peer;
	socklen_t length = sizeof peer;
	int s;

	(void)unused;
	set_option(c, SOL_SOCKET, SO_REUSEADDR, 1);
	set_option(d, SOL_SOCKET, SO_REUSEADDR, 1);
	wants(0, twin->bind(c, AT(from)));
	wants(0, twin->bind(d, AT(from)));
	fails(EINPROGRESS, twin->connect(c, AT(at)));
	fails(EADDRNOTAVAIL, twin->connect(d, AT(at))); /* the same pair */
	twin->settle();
	s = twin->accept(l, (struct sockaddr *)&peer, &length);
	assert_true(s >= 0);
	assert_int_equal(peer.sin_port, htons(7777));
	assert_int_equal(peer.sin_addr.s_addr, from.sin_addr.s_addr);
	wants(0, twin->close(c));
	wants(0, twin->close(d));
	wants(0, twin->close(s));
	wants(0, twin->close(l));
}

/* ---- Two families ------------------------------------------------------- */

static void
knock(const void *at, socklen_t length, int family, int error)
{
	const int c = twin->socket(CLIENT, family);

	fails(EINPROGRESS, twin->connect(c, at, length));
	twin->settle();
	wants(error, option_of(c, SOL_SOCKET, SO_ERROR));
	wants(0, twin->close(c));
}

static void
a_listener_of_both_families_hears_both(void **unused)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6,
		.sin6_port = htons(PORT) };
	const struct sockaddr_in v4 = v4_of(SERVER, PORT);
	const struct sockaddr_in6 v6 = v6_of(SERVER, PORT);
	const struct sockaddr_in any4 = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	const int l = bound(0, AT(any));
	struct sockaddr_in6 peer;
	socklen_t length = sizeof peer;
	int s;

	(void)unused;
	wants(0, option_of(l, IPPROTO_IPV6, IPV6_V6ONLY));
	wants(0, twin->listen(l, 4));
	is_in_use(0, AT(any4));
	knock(&v6, sizeof v6, AF_INET6, 0);
	knock(&v4, sizeof v4, AF_INET, 0);
	s = twin->accept(l, (struct sockaddr *)&peer, &length);
	assert_true(s >= 0);
	assert_false(IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr));
	wants(0, twin->close(s));
	s = twin->accept(l, (struct sockaddr *)&peer, &length);
	assert_true(s >= 0);
	assert_int_equal(length, sizeof peer);
	assert_int_equal(peer.sin6_family, AF_INET6);
	assert_true(IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr));
	wants(0, twin->close(s));
	wants(0, twin->close(l));
}

static void
a_listener_of_ipv6_alone_leaves_ipv4_to_another(void **unused)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6,
		.sin6_port = htons(PORT) };
	const struct sockaddr_in any4 = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	const struct sockaddr_in v4 = v4_of(SERVER, PORT);
	const struct sockaddr_in6 v6 = v6_of(SERVER, PORT);
	const int six = twin->socket(SERVER, AF_INET6);
	int four;

	(void)unused;
	set_option(six, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	wants(0, twin->bind(six, AT(any)));
	fails(EINVAL,
	    twin->setsockopt(six, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 },
	        sizeof(int))); /* too late */
	wants(0, twin->listen(six, 2));
	knock(&v4, sizeof v4, AF_INET, ECONNREFUSED);
	knock(&v6, sizeof v6, AF_INET6, 0);
	four = bound(0, AT(any4));
	wants(0, twin->listen(four, 2));
	knock(&v4, sizeof v4, AF_INET, 0);
	assert_int_equal(bits_of(four), POLLIN);
	wants(0, twin->close(four));
	wants(0, twin->close(six));
}

static void
an_ipv4_listener_does_not_hear_ipv6(void **unused)
{
	const struct sockaddr_in any4 = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };
	const struct sockaddr_in6 v6 = v6_of(SERVER, PORT);
	const int l = bound(0, AT(any4));

	(void)unused;
	wants(0, twin->listen(l, 2));
	knock(&v6, sizeof v6, AF_INET6, ECONNREFUSED);
	fails(ENOPROTOOPT,
	    twin->setsockopt(l, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 1 },
	        sizeof(int)));
	wants(0, twin->close(l));
}

static void
an_ipv6_socket_reaches_ipv4_unless_it_is_that_alone(void **unused)
{
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6,
		.sin6_port = htons(PORT) };
	const int l = listen_at(PORT, 2);
	const int c = twin->socket(CLIENT, AF_INET6);
	const int d = twin->socket(CLIENT, AF_INET6);

	(void)unused;
	wants(1, inet_pton(AF_INET6, "::ffff:10.0.0.2", &mapped.sin6_addr));
	fails(EINPROGRESS, twin->connect(c, AT(mapped)));
	twin->settle();
	wants(0, option_of(c, SOL_SOCKET, SO_ERROR));
	set_option(d, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	fails(ENETUNREACH, twin->connect(d, AT(mapped)));
	fails(EINVAL, twin->bind(d, AT(mapped)));
	wants(0, twin->close(c));
	wants(0, twin->close(d));
	wants(0, twin->close(l));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		twin_test(a_bound_port_is_in_use),
		twin_test(two_that_do_not_mind_share_until_one_listens),
		twin_test(an_address_must_be_ours),
		twin_test(port_0_is_a_port_nobody_has),
		twin_test(connections_keep_a_port_from_those_who_mind),
		twin_test(time_wait_keeps_a_port_from_those_who_mind),
		twin_test(a_connection_may_be_made_from_a_bound_port),
		twin_test(a_listener_of_both_families_hears_both),
		twin_test(a_listener_of_ipv6_alone_leaves_ipv4_to_another),
		twin_test(an_ipv4_listener_does_not_hear_ipv6),
		twin_test(an_ipv6_socket_reaches_ipv4_unless_it_is_that_alone),
	};

	return TWIN_RUN(tests);
}
