/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tap.c - a host on a TAP device in a network namespace of this test's own,
 * with the kernel as its neighbour: ARP and discovery on a real wire.
 */
#include <estab/link.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/loop.h"

#define NAME "estabtap0"
#define PORT 7777
#define BYTES 300000u
#define PATIENCE (20 * ESTAB_SECOND)

static bool permitted;

struct wire {
	struct estab_device device;
	struct estab_host *host;
	struct loop loop;
	void *arena;
	int family;
	int fd;          /* the kernel's socket, or -1 */
	estab_conn conn; /* ours */
	uint32_t sent, echoed;
	int failure; /* what loop_turn said */
};

static struct wire *open_wire; /* for the teardown */

static void
shell(const char *command)
{
	assert_int_equal(system(command), 0);
}

static struct estab_address
address(const char *text)
{
	struct estab_address parsed;

	assert_int_equal(estab_address_parse(text, &parsed), 0);
	return parsed;
}

static struct estab_address
own(int family)
{
	return address(family == AF_INET ? "10.9.0.2" : "fd00:9::2");
}

static struct estab_address
kernels(int family)
{
	return address(family == AF_INET ? "10.9.0.1" : "fd00:9::1");
}

static int
close_wire(void **unused)
{
	struct wire *w = open_wire;

	(void)unused;
	open_wire = NULL;
	if (w == NULL)
		return 0;
	loop_end(&w->loop);
	w->device.close(&w->device);
	if (w->fd >= 0)
		(void)close(w->fd);
	free(w->arena);
	free(w);
	return 0;
}

static void
turn(struct wire *w)
{
	const int result =
	    loop_turn(&w->loop, NULL, 0, estab_clock() + 5 * ESTAB_MS);
	struct estab_event event;

	if (result < 0)
		w->failure = result;
	while (estab_event(w->host, &event) == 1)
		if (w->conn == 0 && (event.ready & ESTAB_ACCEPTABLE) != 0)
			(void)estab_accept(w->host, event.conn, &w->conn);
}

/* A host whose first address is being asked for. */
static struct wire *
create(int family, int32_t probes)
{
	const struct estab_config config = { .crypto = estab_crypto_native(),
		.address_probes = probes };
	struct wire *w = calloc(1, sizeof *w);
	struct estab_address ours = own(family), theirs = kernels(family);
	const uint8_t bits = family == AF_INET ? 24 : 64;

	if (!permitted) {
		print_message("SKIP: no network namespace of our own with a "
		              "TAP device in it (root is needed)\n");
		skip();
	}
	(void)close_wire(NULL); /* of the test before */
	assert_non_null(w);
	w->family = family;
	w->fd = -1;
	assert_int_equal(estab_device_tap(&w->device, NAME), 0);
	assert_true(w->device.link.ethernet);
	assert_int_equal(w->device.link.mtu, 1500);
	assert_int_equal(w->device.link.mac[0] & 3, 2);
	assert_int_equal(estab_device_configure(NAME, &theirs, bits, 1500, 0),
	    0);
	w->arena = aligned_alloc(ESTAB_ARENA_ALIGN, 8u << 20);
	assert_non_null(w->arena);
	assert_int_equal(estab_host_create(&w->host, w->arena, 8u << 20,
	                     &config, estab_clock()),
	    0);
	loop_begin(&w->loop, w->host);
	assert_int_equal(loop_add(&w->loop, &w->device, NULL, 0), 0);
	open_wire = w;
	assert_int_equal(estab_address_add(w->host, 0, &ours, bits), 0);
	assert_int_equal(estab_route_gateway(w->host, 0, &theirs), 0);
	return w;
}

static int
address_state(struct wire *w)
{
	const struct estab_address ours = own(w->family);
	const estab_time until = estab_clock() + PATIENCE;
	int state;

	do {
		turn(w);
		state = estab_address_state(w->host, &ours);
	} while (state == ESTAB_ADDRESS_TENTATIVE && estab_clock() < until);
	return state;
}

/* ---- The kernel's sockets ----------------------------------------------- */

static socklen_t
sockaddr_of(const struct wire *w, const char *v4, const char *v6,
    struct sockaddr_storage *at)
{
	struct sockaddr_in *in = (void *)at;
	struct sockaddr_in6 *in6 = (void *)at;

	memset(at, 0, sizeof *at);
	at->ss_family = (sa_family_t)w->family;
	if (w->family == AF_INET) {
		in->sin_port = htons(PORT);
		assert_int_equal(inet_pton(AF_INET, v4, &in->sin_addr), 1);
		return sizeof *in;
	}
	in6->sin6_port = htons(PORT);
	assert_int_equal(inet_pton(AF_INET6, v6, &in6->sin6_addr), 1);
	return sizeof *in6;
}

static int
socket_of(const struct wire *w)
{
	const int fd =
	    socket(w->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	return fd;
}

static void
kernel_calls(struct wire *w)
{
	const struct estab_endpoint local = { .port = PORT };
	struct sockaddr_storage to;
	const socklen_t size = sockaddr_of(w, "10.9.0.2", "fd00:9::2", &to);
	estab_conn listener;

	assert_int_equal(estab_listen(w->host, &listener, &local, 4), 0);
	w->fd = socket_of(w);
	assert_int_equal(connect(w->fd, (struct sockaddr *)&to, size), -1);
	assert_int_equal(errno, EINPROGRESS);
	for (int i = 0; w->conn == 0 && i < 2000; i++)
		turn(w);
	assert_true(w->conn != 0);
}

static void
host_calls(struct wire *w)
{
	const struct estab_endpoint local = { .port = 0 };
	const struct estab_endpoint remote = { .address = kernels(w->family),
		.port = PORT };
	struct sockaddr_storage at;
	const socklen_t size = sockaddr_of(w, "10.9.0.1", "fd00:9::1", &at);
	const int listener = socket_of(w), on = 1;

	assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on,
	                     sizeof on),
	    0);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(estab_connect(w->host, &w->conn, &local, &remote), 0);
	for (int i = 0; w->fd < 0 && i < 2000; i++) {
		turn(w);
		w->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	}
	(void)close(listener);
	assert_true(w->fd >= 0);
}

static uint8_t
byte_at(uint32_t n)
{
	return (uint8_t)(n * 2654435761u >> 24);
}

/* The host sends back what it gets. */
static void
echo(struct wire *w)
{
	struct estab_span span;
	int64_t took;

	if (estab_receive_peek(w->host, w->conn, &span, 1) < 1)
		return;
	took = estab_send(w->host, w->conn, span.data, span.length);
	if (took > 0)
		(void)estab_receive_consume(w->host, w->conn, (size_t)took);
}

/* The kernel sends, and checks what comes back. */
static void
send_and_check(struct wire *w)
{
	uint8_t piece[4096];
	ssize_t n = 0;

	for (size_t i = 0; i < sizeof piece; i++)
		piece[i] = byte_at(w->sent + (uint32_t)i);
	if (w->sent < BYTES)
		n = send(w->fd, piece, sizeof piece, MSG_NOSIGNAL);
	w->sent += n > 0 ? (uint32_t)n : 0;
	n = recv(w->fd, piece, sizeof piece, 0);
	for (ssize_t i = 0; i < n; i++)
		assert_int_equal(piece[i], byte_at(w->echoed++));
}

/* All there and back, or until so many are. */
static void
carry(struct wire *w, uint32_t bytes)
{
	const estab_time until = estab_clock() + PATIENCE;

	while (w->echoed < bytes && w->failure == 0) {
		assert_true(estab_clock() < until);
		send_and_check(w);
		echo(w);
		turn(w);
	}
}

static struct wire *
carrying(int family, bool kernel)
{
	struct wire *w = create(family, 1);

	assert_int_equal(address_state(w), ESTAB_ADDRESS_OURS);
	if (kernel)
		kernel_calls(w);
	else
		host_calls(w);
	return w;
}

/* ---- Tests --------------------------------------------------------------- */

static void
the_kernel_learns_our_mac_and_both_streams_arrive(void **unused)
{
	(void)unused;
	for (int i = 0; i < 4; i++) {
		struct wire *w =
		    carrying(i % 2 == 0 ? AF_INET : AF_INET6, i / 2 == 0);
		const uint8_t *mac = w->device.link.mac;
		char command[160];

		carry(w, BYTES);
		assert_int_equal(w->failure, 0);
		(void)snprintf(command, sizeof command,
		    "ip neigh show dev " NAME " | grep -q "
		    "'%s lladdr %02x:%02x:%02x:%02x:%02x:%02x'",
		    i % 2 == 0 ? "10.9.0.2" : "fd00:9::2", mac[0], mac[1],
		    mac[2], mac[3], mac[4], mac[5]);
		shell(command);
	}
}

static void
an_address_that_the_kernel_has_is_refused(void **unused)
{
	const int families[] = { AF_INET, AF_INET6 };

	(void)unused;
	for (int i = 0; i < 2; i++) {
		/* The first may come before the kernel's end listens. */
		struct wire *w = create(families[i], 3);
		const struct estab_address ours = own(families[i]);

		assert_int_equal(estab_device_configure(NAME, &ours,
		                     i == 0 ? 24 : 64, 0, 0),
		    0);
		assert_int_equal(address_state(w), ESTAB_ADDRESS_DUPLICATE);
	}
}

static void
a_device_that_is_removed_says_so_once_and_at_once(void **unused)
{
	struct wire *w;

	(void)unused;
	w = carrying(AF_INET, true);
	carry(w, BYTES / 3);
	shell("ip link del " NAME);
	for (int i = 0; w->failure == 0 && i < 100; i++) {
		send_and_check(w);
		echo(w);
		turn(w);
	}
	assert_string_equal(estab_device_strerror(w->failure),
	    "the device was removed");
}

static void
a_device_that_is_down_says_so_and_carries_again_when_up(void **unused)
{
	struct wire *w;

	(void)unused;
	w = carrying(AF_INET, false);
	carry(w, BYTES / 3);
	send_and_check(w);
	turn(w);
	shell("ip link set " NAME " down");
	for (int i = 0; w->failure == 0 && i < 1000; i++) {
		echo(w);
		turn(w);
	}
	assert_string_equal(estab_device_strerror(w->failure),
	    "the device is down: ip link set it up");
	w->failure = 0;
	shell("ip link set " NAME " up");
	carry(w, BYTES);
	assert_int_equal(w->failure, 0);
}

static void
an_mtu_that_changes_under_way_loses_nothing(void **unused)
{
	struct wire *w;

	(void)unused;
	w = carrying(AF_INET, false);
	carry(w, BYTES / 3);
	shell("ip link set " NAME " mtu 1280");
	carry(w, BYTES * 2 / 3);
	shell("ip link set " NAME " mtu 9000");
	carry(w, BYTES);
	assert_int_equal(w->failure, 0);
}

static int
enter(void **unused)
{
	(void)unused;
	permitted = unshare(CLONE_NEWNET) == 0 &&
	    access("/dev/net/tun", R_OK | W_OK) == 0 &&
	    system("ip link set lo up") == 0;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_learns_our_mac_and_both_streams_arrive),
		cmocka_unit_test(an_address_that_the_kernel_has_is_refused),
		cmocka_unit_test(a_device_that_is_removed_says_so_once_and_at_once),
		cmocka_unit_test(
		    a_device_that_is_down_says_so_and_carries_again_when_up),
		cmocka_unit_test(an_mtu_that_changes_under_way_loses_nothing),
	};

	return cmocka_run_group_tests(tests, enter, close_wire);
}
