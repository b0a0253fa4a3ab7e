/* SPDX-License-Identifier: BSD-2-Clause
 *
 * twin.c - the two implementations.
 */
#include "socket/twin.h"

#include <estab/link.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

const struct twin *twin;
uint16_t twin_port = 5000;

/* ---- The kernel --------------------------------------------------------- */

static int
kernel_socket(enum end end, int domain)
{
	(void)end;
	return socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int
kernel_accept(int fd, struct sockaddr *address, socklen_t *length)
{
	return accept4(fd, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static int
kernel_poll(struct pollfd *polled, nfds_t n)
{
	return poll(polled, n, 0);
}

static int
kernel_ioctl(int fd, unsigned long request, int *value)
{
	return ioctl(fd, request, value);
}

/* On the loopback device everything is done when the call returns, but for
 * what a timer or a softirq of another processor still holds. */
static void
kernel_settle(void)
{
	usleep(15000);
}

static ssize_t
kernel_send(int fd, const void *data, size_t n, int flags)
{
	return send(fd, data, n, flags | MSG_NOSIGNAL);
}

static int
kernel_bind(int fd, const struct sockaddr *address, socklen_t length)
{
	return bind(fd, address, length);
}

static int
kernel_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	return connect(fd, address, length);
}

static int
kernel_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
	return getsockname(fd, address, length);
}

static int
kernel_getpeername(int fd, struct sockaddr *address, socklen_t *length)
{
	return getpeername(fd, address, length);
}

static const struct twin of_kernel = {
	.name = "the kernel",
	.is_kernel = true,
	.socket = kernel_socket,
	.bind = kernel_bind,
	.listen = listen,
	.accept = kernel_accept,
	.connect = kernel_connect,
	.send = kernel_send,
	.recv = recv,
	.writev = writev,
	.readv = readv,
	.shutdown = shutdown,
	.close = close,
	.poll = kernel_poll,
	.getsockname = kernel_getsockname,
	.getpeername = kernel_getpeername,
	.getsockopt = getsockopt,
	.setsockopt = setsockopt,
	.ioctl = kernel_ioctl,
	.settle = kernel_settle,
};

static struct estab_address
address_of(const char *text)
{
	struct estab_address address;

	assert_int_equal(estab_address_parse(text, &address), 0);
	return address;
}

/* A namespace without a name: it ends with the program. */
static bool
enter_namespace(void)
{
	static const char *const addresses[] = { "10.0.0.1", "10.0.0.2",
		"fd00::1", "fd00::2" };

	if (unshare(CLONE_NEWNET) != 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	for (size_t i = 0; i < 4; i++) {
		const struct estab_address address = address_of(addresses[i]);

		if (estab_device_configure("lo", &address, i < 2 ? 24 : 64, 0,
		        0) != 0)
			return false;
	}
	return true;
}

/* ---- estab -------------------------------------------------------------- */

#define ARENA ((size_t)16 * 1024 * 1024)
#define WORLD ((size_t)16 * 1024 * 1024)
#define SOCKETS 64u
#define HANDLES 4096 /* of an end; handle = end * HANDLES + descriptor */

static struct {
	struct estab_world *world;
	struct estab_host *host[2];
	struct estab_sockets *sockets[2];
	void *arena[2], *memory, *table[2];
} sim;

struct estab_host *
twin_host(enum end end)
{
	return twin->is_kernel ? NULL : sim.host[end];
}

struct estab_world *
twin_world(void)
{
	return twin->is_kernel ? NULL : sim.world;
}

static void
make_host(enum end end)
{
	struct estab_config config = {
		.crypto = estab_world_crypto(sim.world),
		.send_bytes = 256 * 1024,
		.receive_bytes = 256 * 1024,
	};
	const struct estab_link link = { .mtu = 1500 };
	const struct estab_address v4 =
	    address_of(end == CLIENT ? "10.0.0.1" : "10.0.0.2");
	const struct estab_address v6 =
	    address_of(end == CLIENT ? "fd00::1" : "fd00::2");

	sim.arena[end] = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA);
	sim.table[end] = malloc(estab_sockets_bytes(SOCKETS));
	assert_int_equal(estab_host_create(&sim.host[end], sim.arena[end],
	                     ARENA, &config, 0),
	    0);
	assert_int_equal(estab_link_add(sim.host[end], &link), 0);
	assert_int_equal(estab_address_add(sim.host[end], 0, &v4, 24), 0);
	assert_int_equal(estab_address_add(sim.host[end], 0, &v6, 64), 0);
	assert_int_equal(estab_world_attach(sim.world, sim.host[end]), end);
	assert_int_equal(estab_sockets_create(&sim.sockets[end], sim.table[end],
	                     estab_sockets_bytes(SOCKETS), sim.host[end]),
	    0);
}

static struct estab_sockets *
table_of(int *fd)
{
	const int end = *fd >= 0 ? *fd / HANDLES : 0;

	*fd = *fd >= 0 ? *fd % HANDLES : *fd;
	return sim.sockets[end == SERVER ? SERVER : CLIENT];
}

static int
handle(enum end end, int fd)
{
	return fd < 0 ? fd : (int)end * HANDLES + fd;
}

estab_conn
twin_conn(int fd)
{
	const struct estab_sockets *s = table_of(&fd);

	return estab_socket_conn(s, fd);
}

void
twin_wait(int64_t ns)
{
	const estab_time until =
	    twin->is_kernel ? 0 : estab_world_now(sim.world) + ns;

	while (!twin->is_kernel && estab_world_step(sim.world, until) == 1)
		;
}

void
twin_soon(void)
{
	if (twin->is_kernel)
		usleep(1000);
	twin_wait(5 * ESTAB_MS);
}

void
twin_pass(int64_t ns)
{
	if (twin->is_kernel)
		usleep((useconds_t)(ns / 1000));
	else
		twin_wait(ns);
}

estab_time
twin_now(void)
{
	return twin->is_kernel ? estab_clock() : estab_world_now(sim.world);
}

static bool kernel_is_cut;

static void
cut_kernel(bool cut)
{
	const char *const command = cut ?
	    "nft 'add table inet t; add chain inet t c { type filter hook "
	    "input priority 0; policy drop; }'" :
	    "nft delete table inet t";

	assert_int_equal(system(command), 0);
	kernel_is_cut = cut;
}

void
twin_cut(bool cut)
{
	const struct estab_impairment wire = { .delay_ns = ESTAB_MS,
		.loss_ppm = cut ? 1000000 : 0 };

	if (twin->is_kernel) {
		cut_kernel(cut);
		return;
	}
	for (int direction = 0; direction < 2; direction++)
		assert_int_equal(estab_world_impair(sim.world, 0, direction,
		                     &wire),
		    0);
}

static int
sim_socket(enum end end, int domain)
{
	return handle(end,
	    estab_socket_open(sim.sockets[end], domain, SOCK_STREAM, 0));
}

static int
sim_bind(int fd, const struct sockaddr *address, socklen_t length)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_bind(s, fd, address, length);
}

static int
sim_listen(int fd, int backlog)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_listen(s, fd, backlog);
}

static int
sim_accept(int fd, struct sockaddr *address, socklen_t *length)
{
	const enum end end = fd / HANDLES == SERVER ? SERVER : CLIENT;
	struct estab_sockets *s = table_of(&fd);

	return handle(end, estab_socket_accept(s, fd, address, length, 0));
}

static int
sim_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_connect(s, fd, address, length);
}

static ssize_t
sim_send(int fd, const void *data, size_t n, int flags)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_send(s, fd, data, n, flags);
}

static ssize_t
sim_recv(int fd, void *data, size_t n, int flags)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_recv(s, fd, data, n, flags);
}

static ssize_t
sim_writev(int fd, const struct iovec *vector, int count)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_writev(s, fd, vector, count);
}

static ssize_t
sim_readv(int fd, const struct iovec *vector, int count)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_readv(s, fd, vector, count);
}

static int
sim_shutdown(int fd, int how)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_shutdown(s, fd, how);
}

static int
sim_close(int fd)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_close(s, fd);
}

static int
sim_poll(struct pollfd *polled, nfds_t n)
{
	int any = 0, count = 0;

	if (!polled)
		return estab_socket_poll(table_of(&any), NULL, n);
	for (nfds_t i = 0; i < n; i++) {
		struct pollfd one = polled[i];
		struct estab_sockets *s = table_of(&one.fd);

		count += estab_socket_poll(s, &one, 1);
		polled[i].revents = one.revents;
	}
	return count;
}

static int
sim_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_getsockname(s, fd, address, length);
}

static int
sim_getpeername(int fd, struct sockaddr *address, socklen_t *length)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_getpeername(s, fd, address, length);
}

static int
sim_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_getsockopt(s, fd, level, name, value, length);
}

static int
sim_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_setsockopt(s, fd, level, name, value, length);
}

static int
sim_ioctl(int fd, unsigned long request, int *value)
{
	struct estab_sockets *s = table_of(&fd);

	return estab_socket_ioctl(s, fd, request, value);
}

static void
sim_settle(void)
{
	twin_wait(100 * ESTAB_MS);
}

static const struct twin of_estab = {
	.name = "estab",
	.socket = sim_socket,
	.bind = sim_bind,
	.listen = sim_listen,
	.accept = sim_accept,
	.connect = sim_connect,
	.send = sim_send,
	.recv = sim_recv,
	.writev = sim_writev,
	.readv = sim_readv,
	.shutdown = sim_shutdown,
	.close = sim_close,
	.poll = sim_poll,
	.getsockname = sim_getsockname,
	.getpeername = sim_getpeername,
	.getsockopt = sim_getsockopt,
	.setsockopt = sim_setsockopt,
	.ioctl = sim_ioctl,
	.settle = sim_settle,
};

/* ---- Running ------------------------------------------------------------ */

int
twin_setup(void **state)
{
	const struct estab_impairment wire = { .delay_ns = ESTAB_MS };

	(void)state;
	twin_port++;
	if (twin->is_kernel)
		return 0;
	sim.memory = malloc(WORLD);
	assert_int_equal(estab_world_create(&sim.world, sim.memory, WORLD, 7),
	    0);
	make_host(CLIENT);
	make_host(SERVER);
	assert_int_equal(estab_world_wire(sim.world, 0, 0, 1, 0, &wire, &wire),
	    0);
	return 0;
}

int
twin_teardown(void **state)
{
	(void)state;
	if (twin->is_kernel) {
		/* Whatever a failed test left. */
		if (kernel_is_cut)
			cut_kernel(false);
		for (int fd = 3; fd < 256; fd++) {
			int type;
			socklen_t length = sizeof type;

			if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type,
			        &length) == 0)
				close(fd);
		}
		return 0;
	}
	for (enum end end = CLIENT; end <= SERVER; end++) {
		assert_int_equal(estab_counter(sim.host[end],
		                     ESTAB_COUNT_TCPInvariant),
		    0);
		free(sim.table[end]);
		free(sim.arena[end]);
	}
	free(sim.memory);
	return 0;
}

int
twin_run(const struct CMUnitTest *tests, size_t n)
{
	int failed;

	twin = &of_estab;
	failed = _cmocka_run_group_tests("estab", tests, n, NULL, NULL);
	if (!enter_namespace()) {
		printf("the kernel is not asked: no network namespace: %s\n",
		    strerror(errno));
		return failed;
	}
	twin = &of_kernel;
	return failed +
	    _cmocka_run_group_tests("the kernel", tests, n, NULL, NULL);
}

/* ---- Small things ------------------------------------------------------- */

struct sockaddr_in
v4_of(enum end end, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	a.sin_addr.s_addr = htonl(end == CLIENT ? 0x0a000001 : 0x0a000002);
	return a;
}

struct sockaddr_in6
v6_of(enum end end, uint16_t port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6,
	                     end == CLIENT ? "fd00::1" : "fd00::2",
	                     &a.sin6_addr),
	    1);
	return a;
}

short
bits_of(int fd)
{
	struct pollfd one = { .fd = fd,
		.events = POLLIN | POLLOUT | POLLPRI | POLLRDHUP };

	assert_true(twin->poll(&one, 1) >= 0);
	return one.revents;
}

int
option_of(int fd, int level, int name)
{
	int value = -1;
	socklen_t length = sizeof value;

	wants(0, twin->getsockopt(fd, level, name, &value, &length));
	assert_int_equal(length, sizeof value);
	return value;
}

void
set_option(int fd, int level, int name, int value)
{
	wants(0, twin->setsockopt(fd, level, name, &value, sizeof value));
}

int
listen_at(uint16_t port, int backlog)
{
	const struct sockaddr_in at = v4_of(SERVER, port);
	const int l = twin->socket(SERVER, AF_INET);

	assert_true(l >= 0);
	set_option(l, SOL_SOCKET, SO_REUSEADDR, 1);
	wants(0, twin->bind(l, AT(at)));
	wants(0, twin->listen(l, backlog));
	return l;
}

void
connect_pair(int listener, int *c, int *s)
{
	struct sockaddr_in at;
	socklen_t length = sizeof at;

	wants(0, twin->getsockname(listener, (struct sockaddr *)&at, &length));
	*c = twin->socket(CLIENT, AF_INET);
	assert_true(*c >= 0);
	fails(EINPROGRESS, twin->connect(*c, AT(at)));
	twin->settle();
	wants(0, option_of(*c, SOL_SOCKET, SO_ERROR));
	*s = twin->accept(listener, NULL, NULL);
	assert_true(*s >= 0);
}

struct pair
pair_open(void)
{
	struct pair p;

	p.l = listen_at(PORT, 8);
	connect_pair(p.l, &p.c, &p.s);
	return p;
}

void
pair_close(struct pair *p)
{
	wants(0, twin->close(p->c));
	wants(0, twin->close(p->s));
	wants(0, twin->close(p->l));
	twin->settle();
}
