/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wire.c - a host of ours on a device, with the kernel at the other end.
 */
#include "kernel/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#define PORT 7777
#define KERNELS "kernel0" /* interface, where it has one of its own */

static bool permitted;
static struct wire *open_wire; /* for the teardown */

void
wire_shell(const char *command)
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

struct estab_address
wire_own(int family)
{
	return address(family == AF_INET ? "10.9.0.2" : "fd00:9::2");
}

static struct estab_address
kernels(int family)
{
	return address(family == AF_INET ? "10.9.0.1" : "fd00:9::1");
}

int
wire_leave(void **unused)
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
	if (w->kind == WIRE_PACKET)
		(void)!system("ip link delete " WIRE_NAME " 2>/dev/null");
	free(w->arena);
	free(w);
	return 0;
}

void
wire_turn_until(struct wire *w, estab_time until)
{
	const int result = loop_turn(&w->loop, NULL, 0, until);
	struct estab_event event;

	if (result < 0)
		w->failure = result;
	while (estab_event(w->host, &event) == 1)
		if (w->conn == 0 && (event.ready & ESTAB_ACCEPTABLE) != 0)
			(void)estab_accept(w->host, event.conn, &w->conn);
}

void
wire_turn(struct wire *w)
{
	wire_turn_until(w, estab_clock() + 5 * ESTAB_MS);
}

/* ---- The device ---------------------------------------------------------- */

/* Frames into a pair whose carrier is not yet known are lost. */
static void
make_pair(void)
{
	wire_shell("ip link del " WIRE_NAME
	           " 2>/dev/null; set -e; ip link add " WIRE_NAME " type veth "
	           "peer name " KERNELS "; "
	           "ip link set " KERNELS " up; ip link set " WIRE_NAME " up; "
	           "ip addr add 10.9.0.1/24 dev " KERNELS "; "
	           "ip addr add fd00:9::1/64 dev " KERNELS " nodad; "
	           "until ip link show " WIRE_NAME " | grep -q 'state UP' && "
	           "ip link show " KERNELS " | grep -q 'state UP'; "
	           "do sleep 0.01; done");
}

static void
open_device(struct wire *w)
{
	const struct estab_address theirs = kernels(w->family);
	const uint8_t bits = w->family == AF_INET ? 24 : 64;

	if (w->kind == WIRE_PACKET) {
		make_pair();
		assert_int_equal(estab_device_packet(&w->device, WIRE_NAME), 0);
		return;
	}
	assert_int_equal(w->kind == WIRE_TUN ?
	        estab_device_tun(&w->device, WIRE_NAME) :
	        estab_device_tap(&w->device, WIRE_NAME),
	    0);
	assert_int_equal(estab_device_configure(WIRE_NAME, &theirs, bits, 1500,
	                     0),
	    0);
}

struct wire *
wire_create(enum wire_kind kind, int family, const struct estab_config *given)
{
	struct estab_config config = { .ttl = 0 };
	const struct estab_address ours = wire_own(family),
	                           theirs = kernels(family);
	struct wire *w;

	if (!permitted) {
		print_message("SKIP: no network namespace of our own with a "
		              "TUN device in it (root is needed)\n");
		skip();
	}
	(void)wire_leave(NULL); /* of the test before */
	if (given != NULL)
		config = *given;
	config.crypto = estab_crypto_native();
	w = calloc(1, sizeof *w);
	assert_non_null(w);
	w->kind = kind;
	w->family = family;
	w->fd = -1;
	open_device(w);
	w->arena = aligned_alloc(ESTAB_ARENA_ALIGN, 8u << 20);
	assert_non_null(w->arena);
	assert_int_equal(estab_host_create(&w->host, w->arena, 8u << 20,
	                     &config, estab_clock()),
	    0);
	loop_begin(&w->loop, w->host);
	assert_int_equal(loop_add(&w->loop, &w->device, NULL, 0), 0);
	open_wire = w;
	assert_int_equal(estab_address_add(w->host, 0, &ours,
	                     family == AF_INET ? 24 : 64),
	    0);
	assert_int_equal(kind == WIRE_TUN ?
	        estab_route_default(w->host, 0) :
	        estab_route_gateway(w->host, 0, &theirs),
	    0);
	return w;
}

void
wire_kernel_repeats_after(const struct wire *w, uint32_t ms)
{
	const char *device = w->kind == WIRE_PACKET ? KERNELS : WIRE_NAME;
	char command[240];

	(void)snprintf(command, sizeof command,
	    "set -e; echo %u >/proc/sys/net/ipv%d/neigh/%s/retrans_time_ms; "
	    "ip route change %s dev %s proto kernel rto_min %ums",
	    ms, w->family == AF_INET ? 4 : 6, device,
	    w->family == AF_INET ? "10.9.0.0/24 src 10.9.0.1" :
	                           "fd00:9::/64 metric 256",
	    device, ms);
	wire_shell(command);
}

int
wire_address_state(struct wire *w)
{
	const struct estab_address ours = wire_own(w->family);
	const estab_time until = estab_clock() + WIRE_PATIENCE;
	int state;

	do {
		wire_turn(w);
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

void
wire_kernel_calls(struct wire *w)
{
	const struct estab_endpoint local = { .port = PORT };
	struct sockaddr_storage to;
	const socklen_t size = sockaddr_of(w, "10.9.0.2", "fd00:9::2", &to);

	if (w->listener == 0)
		assert_int_equal(estab_listen(w->host, &w->listener, &local, 4),
		    0);
	w->fd = socket_of(w);
	assert_int_equal(connect(w->fd, (struct sockaddr *)&to, size), -1);
	assert_int_equal(errno, EINPROGRESS);
	for (int i = 0; w->conn == 0 && i < 2000; i++)
		wire_turn(w);
	assert_true(w->conn != 0);
}

void
wire_host_calls(struct wire *w)
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
		wire_turn(w);
		w->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	}
	(void)close(listener);
	assert_true(w->fd >= 0);
}

void
wire_hang_up(struct wire *w)
{
	const struct linger at_once = { .l_onoff = 1 };

	(void)estab_abort(w->host, w->conn);
	(void)setsockopt(w->fd, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof at_once);
	(void)close(w->fd);
	w->fd = -1;
	w->conn = 0;
	w->sent = w->echoed = 0;
	wire_turn(w);
}

/* ---- Bytes --------------------------------------------------------------- */

static uint8_t
byte_at(uint32_t n)
{
	return (uint8_t)(n * 2654435761u >> 24);
}

/* The host sends back what it gets. */
void
wire_echo(struct wire *w)
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
void
wire_send_and_check(struct wire *w, uint32_t bytes)
{
	uint8_t piece[4096];
	ssize_t n = 0;

	for (size_t i = 0; i < sizeof piece; i++)
		piece[i] = byte_at(w->sent + (uint32_t)i);
	if (w->sent < bytes)
		n = send(w->fd, piece,
		    bytes - w->sent < sizeof piece ? bytes - w->sent :
		                                     sizeof piece,
		    MSG_NOSIGNAL);
	w->sent += n > 0 ? (uint32_t)n : 0;
	n = recv(w->fd, piece, sizeof piece, 0);
	for (ssize_t i = 0; i < n; i++)
		assert_int_equal(piece[i], byte_at(w->echoed++));
}

/* All there and back, or until so many are. */
void
wire_carry(struct wire *w, uint32_t bytes)
{
	const estab_time until = estab_clock() + WIRE_PATIENCE;

	while (w->echoed < bytes && w->failure == 0) {
		assert_true(estab_clock() < until);
		wire_send_and_check(w, bytes);
		wire_echo(w);
		wire_turn(w);
	}
}

struct wire *
wire_carrying(enum wire_kind kind, int family, bool by_kernel,
    const struct estab_config *config)
{
	struct wire *w = wire_create(kind, family, config);

	assert_int_equal(wire_address_state(w), ESTAB_ADDRESS_OURS);
	if (by_kernel)
		wire_kernel_calls(w);
	else
		wire_host_calls(w);
	return w;
}

int
wire_enter(void **unused)
{
	(void)unused;
	/* An address of the kernel's outlives that its device is down. */
	permitted = unshare(CLONE_NEWNET) == 0 &&
	    access("/dev/net/tun", R_OK | W_OK) == 0 &&
	    system("ip link set lo up && cd /proc/sys/net/ipv6/conf/default && "
	           "echo 1 >keep_addr_on_down && echo 1 >addr_gen_mode && "
	           "echo 0 >router_solicitations") == 0;
	return 0;
}
