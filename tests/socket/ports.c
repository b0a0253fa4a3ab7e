/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sockets that are bound and have no connection yet, in numbers: each port is
 * one socket's, whether it was asked for or chosen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

#include <estab/link.h>
#include <estab/socket.h>

#define ARENA ((size_t)1024 * 1024)
#define FIRST 20000
#define SOCKETS 10000u

static void *arena, *memory;
static struct estab_sockets *sockets;

static void
make(uint16_t first, uint16_t last)
{
	const struct estab_config config = { .crypto = estab_crypto_native(),
		.port_first = first,
		.port_last = last };
	const struct estab_address own = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1 }
	};
	const struct estab_link link = { .mtu = 1500 };
	const size_t bytes = estab_sockets_bytes(SOCKETS + 1);
	struct estab_host *host;

	arena = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA);
	memory = malloc(bytes);
	assert_int_equal(estab_host_create(&host, arena, ARENA, &config, 0), 0);
	assert_int_equal(estab_link_add(host, &link), 0);
	assert_int_equal(estab_address_add(host, 0, &own, 24), 0);
	assert_int_equal(estab_sockets_create(&sockets, memory, bytes, host),
	    0);
}

static int
drop(void **unused)
{
	(void)unused;
	free(arena);
	free(memory);
	return 0;
}

static int
opened(void)
{
	const int fd = estab_socket_open(sockets, AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	return fd;
}

static int
bind_to(int fd, uint16_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	errno = 0;
	return estab_socket_bind(sockets, fd, (const struct sockaddr *)&at,
	    sizeof at);
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_in at;
	socklen_t length = sizeof at;

	assert_int_equal(estab_socket_getsockname(sockets, fd,
	                     (struct sockaddr *)&at, &length),
	    0);
	return ntohs(at.sin_port);
}

static void
ten_thousand_sockets_have_a_port_each(void **unused)
{
	static int holder[SOCKETS];
	int fd;

	(void)unused;
	make(FIRST, FIRST + SOCKETS - 1);
	for (uint32_t n = 0; n < SOCKETS; n++) {
		fd = opened();
		assert_int_equal(bind_to(fd, 0), 0);
		assert_in_range(port_of(fd), FIRST, FIRST + SOCKETS - 1);
		assert_int_equal(holder[port_of(fd) - FIRST], 0);
		holder[port_of(fd) - FIRST] = fd + 1;
	}
	fd = opened();
	assert_int_equal(bind_to(fd, 0), -1);
	assert_int_equal(errno, EADDRINUSE);
	for (uint32_t n = 0; n < SOCKETS; n += 7) {
		const uint16_t port = (uint16_t)(FIRST + n);

		assert_int_equal(bind_to(fd, port), -1);
		assert_int_equal(errno, EADDRINUSE);
		assert_int_equal(estab_socket_close(sockets, holder[n] - 1), 0);
		assert_int_equal(bind_to(fd, port), 0);
		assert_int_equal(estab_socket_close(sockets, fd), 0);
		fd = opened();
		assert_int_equal(bind_to(fd, port), 0);
		fd = opened();
	}
}

/* Four ports, three of them bound: who connects from any gets the other. */
static void
a_connection_is_not_made_from_a_bound_port(void **unused)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(7),
		.sin_addr.s_addr = htonl(0x0a000002) };
	int fd;

	(void)unused;
	make(FIRST, FIRST + 3);
	for (uint16_t n = 0; n < 3; n++)
		assert_int_equal(bind_to(opened(), (uint16_t)(FIRST + n)), 0);
	fd = opened();
	assert_int_equal(estab_socket_connect(sockets, fd,
	                     (const struct sockaddr *)&to, sizeof to),
	    -1);
	assert_int_equal(errno, EINPROGRESS);
	assert_int_equal(port_of(fd), FIRST + 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(ten_thousand_sockets_have_a_port_each,
		    drop),
		cmocka_unit_test_teardown(a_connection_is_not_made_from_a_bound_port,
		    drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
