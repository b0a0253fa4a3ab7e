/* SPDX-License-Identifier: BSD-2-Clause
 *
 * kernel.c - sockets of the Linux kernel.
 */
#include "net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in6
endpoint(const char *address, uint16_t port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, address, &to.sin6_addr), 1);
	return to;
}

static void
set(int fd, int level, int option, const void *value, socklen_t size)
{
	assert_int_equal(setsockopt(fd, level, option, value, size), 0);
}

static int
make_socket(void)
{
	const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int on = 1, off = 0;

	assert_true(fd >= 0);
	set(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
	set(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	set(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	return fd;
}

int
kernel_listen(bool v6)
{
	/* The address does not exist before estab has made the device. */
	const struct sockaddr_in6 here =
	    endpoint(v6 ? "::" : "::ffff:0.0.0.0", PORT);
	const int fd = make_socket();

	assert_int_equal(bind(fd, (const void *)&here, sizeof here), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

int
kernel_accept(int listener)
{
	struct pollfd wait = { .fd = listener, .events = POLLIN };
	int fd;

	assert_int_equal(poll(&wait, 1, 30000), 1);
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(fd >= 0);
	(void)close(listener);
	return fd;
}

int
kernel_connect(bool v6)
{
	const struct sockaddr_in6 to =
	    endpoint(v6 ? ESTAB_V6 : "::ffff:" ESTAB_V4, PORT);
	const int fd = make_socket();

	if (connect(fd, (const void *)&to, sizeof to) != 0) {
		const int error = errno;

		(void)close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static int
current_state(int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof info;

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size),
	    0);
	return info.tcpi_state;
}

void
kernel_await(int fd, int state)
{
	const double until = net_seconds() + 2;

	while (current_state(fd) != state) {
		if (net_seconds() > until)
			fail_msg("the kernel is in state %d, not %d",
			    current_state(fd), state);
		(void)usleep(1000);
	}
}

int
kernel_count(const char *state)
{
	char command[128];
	FILE *ss;
	int count = -1;

	(void)snprintf(command, sizeof command, "ss -Htan state %s | wc -l",
	    state);
	ss = popen(command, "r");
	assert_non_null(ss);
	assert_int_equal(fscanf(ss, "%d", &count), 1);
	(void)pclose(ss);
	return count;
}
