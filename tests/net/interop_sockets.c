/* SPDX-License-Identifier: BSD-2-Clause
 *
 * interop_sockets.c - every way to open and to close, from the socket layer,
 * with the kernel at the other end of a TUN device and of a veth pair; at each
 * step the kernel's ss and what estab ss reads name the states that fit.
 * test-timeout: 300
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <estab/loop.h>

#include "net/net.h"

#define ARENA ((size_t)32 << 20)
#define BULK ((size_t)1 << 20)
#define SOON 5.0

static struct estab_device device;
static struct estab_loop *loop;
static struct estab_host *host;
static void *arena;
static bool v6;
static uint16_t port = 1000; /* of the listener, or of both; used once */

/* A connection; by whom it was opened. */
struct both {
	int estab, kernel;
};

/* ---- A host on a wire ----------------------------------------------------- */

static void
add_address(const char *own, const char *kernel, uint8_t prefix_bits, bool tun)
{
	struct estab_address address;

	assert_int_equal(estab_address_parse(own, &address), 0);
	assert_int_equal(estab_address_add(host, 0, &address, prefix_bits), 0);
	assert_int_equal(estab_address_parse(kernel, &address), 0);
	if (tun)
		assert_int_equal(estab_device_configure("estab0", &address,
		                     prefix_bits, 0, 0),
		    0);
}

static void
begin(bool tun)
{
	const struct estab_config config = { .crypto = estab_crypto_native(),
		.copy_sum = estab_copy_sum_best() };

	net_need();
	if (!tun)
		net_make_pair();
	assert_int_equal(tun ? estab_device_tun(&device, "estab0") :
	                       estab_device_packet(&device, "estab0"),
	    0);
	arena = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA);
	assert_non_null(arena);
	assert_int_equal(estab_host_create(&host, arena, ARENA, &config,
	                     estab_clock()),
	    0);
	assert_int_equal(estab_loop_create(&loop, host, 64), 0);
	assert_true(estab_loop_add(loop, &device) >= 0);
	add_address(ESTAB_V4, KERNEL_V4, 24, tun);
	add_address(ESTAB_V6, KERNEL_V6, 64, tun);
	assert_int_equal(estab_loop_start(loop), 0);
}

static void
end(void)
{
	estab_loop_free(loop, estab_clock() + ESTAB_SECOND);
	device.close(&device);
	free(arena);
}

/* ---- States --------------------------------------------------------------- */

static const char *
own_state(void)
{
	static const char *const word[] = { "-", "LISTEN", "SYN-SENT",
		"SYN-RECV", "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
		"CLOSING", "LAST-ACK", "TIME-WAIT" };
	struct estab_status status;
	uint64_t cursor = 0;
	const char *found = "-";

	(void)estab_loop_lock(loop);
	while (estab_status_next(host, &cursor, &status) == 1)
		if (status.state != ESTAB_LISTEN &&
		    (status.local.port == port || status.remote.port == port))
			found = word[status.state];
	estab_loop_unlock(loop);
	return found;
}

static void
kernel_state(char found[16])
{
	char command[160];
	FILE *ss;

	(void)snprintf(command, sizeof command,
	    "ss -Htan exclude listening '( sport = :%u or dport = :%u )'",
	    (unsigned)port, (unsigned)port);
	ss = popen(command, "r");
	assert_non_null(ss);
	if (fscanf(ss, "%15s", found) != 1)
		(void)strcpy(found, "-");
	(void)pclose(ss);
}

/* Both come to these states, in the words of ss. */
static void
states(const char *estab, const char *kernel)
{
	const double until = net_seconds() + SOON;
	char seen[16];

	do {
		kernel_state(seen);
		if (strcmp(own_state(), estab) == 0 && strcmp(seen, kernel) == 0)
			return;
		(void)usleep(2000);
	} while (net_seconds() < until);
	fail_msg("port %u, IPv%d: %s and %s, not %s and %s", (unsigned)port,
	    v6 ? 6 : 4, own_state(), seen, estab, kernel);
}

/* ---- Opening -------------------------------------------------------------- */

static struct sockaddr_in6
at(const char *v4_text, const char *v6_text)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };
	char mapped[64];

	(void)snprintf(mapped, sizeof mapped, "::ffff:%s", v4_text);
	assert_int_equal(inet_pton(AF_INET6, v6 ? v6_text : mapped,
	                     &address.sin6_addr),
	    1);
	return address;
}

static int
kernel_socket(void)
{
	const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int off = 0;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
	                     sizeof off),
	    0);
	return fd;
}

static void
set_nonblocking(int fd, bool on)
{
	assert_int_equal(fcntl(fd, F_SETFL, on ? O_NONBLOCK : 0), 0);
}

static int
own_socket(void)
{
	const int fd = estab_loop_socket(loop, AF_INET6, SOCK_STREAM, 0);
	const int off = 0;

	assert_true(fd >= 0);
	assert_int_equal(estab_loop_setsockopt(loop, fd, IPPROTO_IPV6,
	                     IPV6_V6ONLY, &off, sizeof off),
	    0);
	return fd;
}

/* Neither has used this port before. */
static struct both
estab_opens(void)
{
	const int listener = kernel_socket();
	struct both b = { .estab = own_socket() };
	struct sockaddr_in6 there;

	port++;
	there = at(KERNEL_V4, KERNEL_V6);
	assert_int_equal(bind(listener, (void *)&there, sizeof there), 0);
	assert_int_equal(listen(listener, 8), 0);
	there = at(KERNEL_V4, KERNEL_V6);
	assert_int_equal(estab_loop_connect(loop, b.estab, (void *)&there,
	                     sizeof there),
	    0);
	b.kernel = accept(listener, NULL, NULL);
	assert_true(b.kernel >= 0);
	(void)close(listener);
	states("ESTAB", "ESTAB");
	return b;
}

static struct both
kernel_opens(void)
{
	const int listener = own_socket();
	struct both b = { .kernel = kernel_socket() };
	struct sockaddr_in6 there;

	port++;
	there = at(ESTAB_V4, ESTAB_V6);
	assert_int_equal(estab_loop_bind(loop, listener, (void *)&there,
	                     sizeof there),
	    0);
	assert_int_equal(estab_loop_listen(loop, listener, 8), 0);
	assert_int_equal(connect(b.kernel, (void *)&there, sizeof there), 0);
	b.estab = estab_loop_accept(loop, listener, NULL, NULL, 0);
	assert_true(b.estab >= 0);
	(void)estab_loop_close(loop, listener);
	states("ESTAB", "ESTAB");
	return b;
}

/* Both bind, both connect, and neither listens: while the loop is held, the
 * kernel's SYN waits on the wire. */
static struct both
both_open(void)
{
	struct both b = { own_socket(), kernel_socket() };
	struct sockaddr_in6 own, kernel;
	struct estab_sockets *sockets;
	char byte;

	port++;
	own = at(ESTAB_V4, ESTAB_V6);
	kernel = at(KERNEL_V4, KERNEL_V6);
	assert_int_equal(bind(b.kernel, (void *)&kernel, sizeof kernel), 0);
	assert_int_equal(estab_loop_bind(loop, b.estab, (void *)&own,
	                     sizeof own),
	    0);
	sockets = estab_loop_lock(loop);
	assert_int_equal(estab_socket_connect(sockets, b.estab, (void *)&kernel,
	                     sizeof kernel),
	    -1);
	assert_int_equal(errno, EINPROGRESS);
	set_nonblocking(b.kernel, true);
	assert_int_equal(connect(b.kernel, (void *)&own, sizeof own), -1);
	assert_int_equal(errno, EINPROGRESS);
	estab_loop_unlock(loop);
	states("ESTAB", "ESTAB");
	set_nonblocking(b.kernel, false);
	assert_int_equal(estab_loop_send(loop, b.estab, "x", 1, 0), 1);
	assert_int_equal(recv(b.kernel, &byte, 1, 0), 1);
	return b;
}

static void
refused(void)
{
	const int own = own_socket(), fd = kernel_socket();
	struct sockaddr_in6 there;

	port++;
	there = at(KERNEL_V4, KERNEL_V6);
	assert_int_equal(estab_loop_connect(loop, own, (void *)&there,
	                     sizeof there),
	    -1);
	assert_int_equal(errno, ECONNREFUSED);
	there = at(ESTAB_V4, ESTAB_V6);
	assert_int_equal(connect(fd, (void *)&there, sizeof there), -1);
	assert_int_equal(errno, ECONNREFUSED);
	states("-", "-");
	(void)estab_loop_close(loop, own);
	(void)close(fd);
}

static void
filter(bool output)
{
	char command[200];

	(void)snprintf(command, sizeof command,
	    "nft 'add table inet t; add chain inet t c { type filter hook %s "
	    "priority 0; }; add rule inet t c tcp dport %u drop'",
	    output ? "output" : "input", (unsigned)port);
	assert_int_equal(net_shell(command), 0);
}

/* Who calls waits in SYN-SENT, the other knows nothing of it. */
static void
filtered(void)
{
	const struct timeval patience = { .tv_usec = 300000 };
	const int own = own_socket(), fd = kernel_socket();
	struct sockaddr_in6 there;

	port++;
	filter(false);
	there = at(KERNEL_V4, KERNEL_V6);
	assert_int_equal(estab_loop_setsockopt(loop, own, SOL_SOCKET,
	                     SO_SNDTIMEO, &patience, sizeof patience),
	    0);
	assert_int_equal(estab_loop_connect(loop, own, (void *)&there,
	                     sizeof there),
	    -1);
	assert_int_equal(errno, EINPROGRESS);
	states("SYN-SENT", "-");
	assert_int_equal(estab_loop_close(loop, own), 0);
	states("-", "-");
	assert_int_equal(net_shell("nft delete table inet t"), 0);
	filter(true);
	there = at(ESTAB_V4, ESTAB_V6);
	set_nonblocking(fd, true);
	assert_int_equal(connect(fd, (void *)&there, sizeof there), -1);
	assert_int_equal(errno, EINPROGRESS);
	states("-", "SYN-SENT");
	(void)close(fd);
	states("-", "-");
	assert_int_equal(net_shell("nft delete table inet t"), 0);
}

/* ---- Closing -------------------------------------------------------------- */

static void
release(struct both b)
{
	(void)estab_loop_close(loop, b.estab);
	(void)close(b.kernel);
}

static void
estab_closes_first(struct both b)
{
	char byte;

	assert_int_equal(estab_loop_shutdown(loop, b.estab, SHUT_WR), 0);
	states("FIN-WAIT-2", "CLOSE-WAIT");
	assert_int_equal(recv(b.kernel, &byte, 1, 0), 0);
	(void)close(b.kernel);
	states("TIME-WAIT", "-");
	assert_int_equal(estab_loop_recv(loop, b.estab, &byte, 1, 0), 0);
	(void)estab_loop_close(loop, b.estab);
	states("TIME-WAIT", "-");
}

static void
kernel_closes_first(struct both b)
{
	char byte;

	assert_int_equal(shutdown(b.kernel, SHUT_WR), 0);
	states("CLOSE-WAIT", "FIN-WAIT-2");
	assert_int_equal(estab_loop_recv(loop, b.estab, &byte, 1, 0), 0);
	(void)estab_loop_close(loop, b.estab);
	states("-", "TIME-WAIT");
	assert_int_equal(recv(b.kernel, &byte, 1, 0), 0);
	(void)close(b.kernel);
}

/* The FINs cross: neither could be in TIME-WAIT beside the other else. */
static void
both_close(struct both b)
{
	struct estab_sockets *const sockets = estab_loop_lock(loop);

	assert_int_equal(estab_socket_shutdown(sockets, b.estab, SHUT_WR), 0);
	assert_int_equal(shutdown(b.kernel, SHUT_WR), 0);
	estab_loop_unlock(loop);
	states("TIME-WAIT", "TIME-WAIT");
	release(b);
}

/* A process of its own writes BULK bytes to fd, or reads them up to the
 * end. */
static pid_t
kernel_carries(int fd, bool writes)
{
	static uint8_t text[65536];
	const pid_t pid = fork();
	size_t total = 0;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	while (!writes || total < BULK) {
		const ssize_t n = writes ? write(fd, text, sizeof text) :
		                           read(fd, text, sizeof text);

		if (n <= 0)
			break;
		total += (size_t)n;
	}
	_exit(total == BULK ? 0 : 1);
}

static void
carried(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
estab_half_closes(struct both b)
{
	static uint8_t text[BULK];
	pid_t child;

	assert_int_equal(estab_loop_shutdown(loop, b.estab, SHUT_WR), 0);
	states("FIN-WAIT-2", "CLOSE-WAIT");
	child = kernel_carries(b.kernel, true);
	assert_int_equal(estab_loop_recv(loop, b.estab, text, BULK, MSG_WAITALL),
	    BULK);
	carried(child);
	states("FIN-WAIT-2", "CLOSE-WAIT");
	(void)close(b.kernel);
	states("TIME-WAIT", "-");
	(void)estab_loop_close(loop, b.estab);
}

static void
kernel_half_closes(struct both b)
{
	static const uint8_t text[BULK];
	pid_t child;

	assert_int_equal(shutdown(b.kernel, SHUT_WR), 0);
	states("CLOSE-WAIT", "FIN-WAIT-2");
	child = kernel_carries(b.kernel, false);
	assert_int_equal(estab_loop_send(loop, b.estab, text, BULK, 0), BULK);
	states("CLOSE-WAIT", "FIN-WAIT-2");
	(void)estab_loop_close(loop, b.estab);
	carried(child);
	states("-", "TIME-WAIT");
	(void)close(b.kernel);
}

/* SO_LINGER of no time: RST at once, and no TIME-WAIT. */
static void
estab_resets(struct both b)
{
	const struct linger none = { .l_onoff = 1 };
	char byte;

	assert_int_equal(estab_loop_setsockopt(loop, b.estab, SOL_SOCKET,
	                     SO_LINGER, &none, sizeof none),
	    0);
	assert_int_equal(estab_loop_close(loop, b.estab), 0);
	assert_int_equal(recv(b.kernel, &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	states("-", "-");
	(void)close(b.kernel);
}

static void
kernel_resets(struct both b)
{
	const struct linger none = { .l_onoff = 1 };
	char byte;

	assert_int_equal(setsockopt(b.kernel, SOL_SOCKET, SO_LINGER, &none,
	                     sizeof none),
	    0);
	(void)close(b.kernel);
	assert_int_equal(estab_loop_recv(loop, b.estab, &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	(void)estab_loop_close(loop, b.estab);
	states("-", "-");
}

/* Text unread is a reset, whoever leaves it. */
static void
unread(struct both b, bool estab_leaves)
{
	char byte;

	if (estab_leaves) {
		assert_int_equal(send(b.kernel, "text", 4, 0), 4);
		assert_int_equal(estab_loop_recv(loop, b.estab, &byte, 1, 0),
		    1);
		(void)estab_loop_close(loop, b.estab);
		assert_int_equal(recv(b.kernel, &byte, 1, 0), -1);
	} else {
		assert_int_equal(estab_loop_send(loop, b.estab, "text", 4, 0),
		    4);
		assert_int_equal(recv(b.kernel, &byte, 1, 0), 1);
		(void)close(b.kernel);
		assert_int_equal(estab_loop_recv(loop, b.estab, &byte, 1, 0),
		    -1);
	}
	assert_int_equal(errno, ECONNRESET);
	if (estab_leaves)
		(void)close(b.kernel);
	else
		(void)estab_loop_close(loop, b.estab);
	states("-", "-");
}

/* ---- Each opening with each closing ---------------------------------------- */

static struct both (*const openings[])(void) = { estab_opens, kernel_opens,
	both_open };
static void (*const closings[])(struct both) = { estab_closes_first,
	kernel_closes_first, both_close, estab_half_closes, kernel_half_closes,
	estab_resets, kernel_resets };

static void
all_of(bool tun)
{
	for (int family = 4; family <= 6; family += 2) {
		v6 = family == 6;
		begin(tun);
		for (size_t o = 0; o < sizeof openings / sizeof *openings; o++)
			for (size_t c = 0;
			     c < sizeof closings / sizeof *closings; c++)
				closings[c](openings[o]());
		unread(estab_opens(), true);
		unread(kernel_opens(), false);
		refused();
		filtered();
		end();
	}
}

static void
every_opening_and_closing_over_tun(void **unused)
{
	(void)unused;
	all_of(true);
}

static void
every_opening_and_closing_over_veth(void **unused)
{
	(void)unused;
	all_of(false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_opening_and_closing_over_tun),
		cmocka_unit_test(every_opening_and_closing_over_veth),
	};

	return cmocka_run_group_tests(tests, net_enter, net_leave);
}
