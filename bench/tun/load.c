/* SPDX-License-Identifier: BSD-2-Clause
 *
 * load.c - the kernel's TCP as the peer of a stack that is measured.
 *
 *     load send    ADDRESS PORT SECONDS        text to a discard server
 *     load receive ADDRESS PORT SECONDS        text of a chargen server
 *     load echo    ADDRESS PORT SECONDS CONNS  64 bytes there and back
 *     load open    ADDRESS PORT SECONDS CONNS  open, a byte each way, close
 *
 * It prints one JSON object: seconds, bytes or count, what failed, and the
 * median and 99th percentile of a round trip or a connection's life.  Bytes
 * that were sent count when they are acknowledged.  The kernel's congestion
 * control is CUBIC, whatever its default is.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNS_MAX 1024
#define SLOTS 1000000u /* of a microsecond each */
#define ECHO_BYTES 64
#define SOURCES 64 /* addresses to open from, so that ports suffice */

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

struct conn {
	int fd;
	bool open;
	double began;
};

static struct sockaddr_in server;
static uint8_t buffer[256 * 1024];
static uint32_t *slot;
static uint64_t count, failed;
static struct conn conn[CONNS_MAX];

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
note(double seconds)
{
	const double us = seconds * 1e6;

	slot[us < SLOTS ? (uint32_t)us : SLOTS - 1]++;
	count++;
}

static uint32_t
percentile(double part)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < SLOTS; i++) {
		seen += slot[i];
		if ((double)seen >= part * (double)count)
			return i;
	}
	return SLOTS;
}

static int
make_socket(bool blocking)
{
	const int fd =
	    socket(AF_INET, SOCK_STREAM | (blocking ? 0 : SOCK_NONBLOCK), 0);
	const int on = 1;

	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) {
		perror("load: socket");
		exit(1);
	}
	return fd;
}

/* ---- Bulk ---- */

static uint64_t
acknowledged(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof info;

	(void)getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n);
	return info.tcpi_bytes_acked;
}

static int
bulk(bool sends, double seconds)
{
	const int fd = make_socket(true);
	const struct timeval patience = { .tv_sec = 1 };
	uint64_t bytes = 0;
	double began, took;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof patience);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
	    sizeof patience);
	if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0) {
		perror("load: connect");
		return 1;
	}
	began = now();
	while ((took = now() - began) < seconds) {
		const ssize_t n = sends ?
		    send(fd, buffer, sizeof buffer / 2, 0) :
		    recv(fd, buffer, sizeof buffer, 0);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			perror("load: the connection broke");
			return 1;
		}
		bytes += n > 0 ? (uint64_t)n : 0;
	}
	if (sends)
		bytes = acknowledged(fd);
	printf("{\"seconds\": %.6f, \"bytes\": %llu, \"failed\": 0}\n", took,
	    (unsigned long long)bytes);
	return 0;
}

/* ---- Many small ones ---- */

static void
watch(int poll, int fd, uint32_t i, uint32_t events, int how)
{
	struct epoll_event event = { .events = events, .data.u32 = i };

	(void)epoll_ctl(poll, how, fd, &event);
}

/* From one of many addresses of ours: the kernel's search for a free port
 * would else be what is measured. */
static void
open_one(int poll, uint32_t i)
{
	static uint32_t source;
	const int on = 1;
	struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr.s_addr =
		    htonl(UINT32_C(0x0a080001) + source++ % SOURCES),
	};
	struct conn *const c = &conn[i];

	c->fd = make_socket(false);
	c->open = false;
	c->began = now();
	(void)setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
	    sizeof on);
	if (bind(c->fd, (struct sockaddr *)&from, sizeof from) < 0 ||
	    (connect(c->fd, (struct sockaddr *)&server, sizeof server) < 0 &&
	        errno != EINPROGRESS)) {
		perror("load: open");
		exit(1);
	}
	watch(poll, c->fd, i, EPOLLOUT, EPOLL_CTL_ADD);
}

static void
open_again(int poll, uint32_t i)
{
	(void)close(conn[i].fd);
	open_one(poll, i);
}

/* A connection has something to say.  False: it failed. */
static bool
serve(int poll, uint32_t i, bool echo)
{
	const size_t bytes = echo ? ECHO_BYTES : 1;
	struct conn *const c = &conn[i];
	int error = 0;
	socklen_t n = sizeof error;

	if (!c->open) {
		(void)getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n);
		if (error)
			return false;
		c->open = true;
		if (echo)
			c->began = now();
		watch(poll, c->fd, i, EPOLLIN, EPOLL_CTL_MOD);
		return send(c->fd, buffer, bytes, MSG_NOSIGNAL) ==
		    (ssize_t)bytes;
	}
	if (recv(c->fd, buffer, sizeof buffer, 0) <= 0)
		return errno == EAGAIN;
	note(now() - c->began);
	if (!echo) {
		open_again(poll, i);
		return true;
	}
	c->began = now();
	return send(c->fd, buffer, bytes, MSG_NOSIGNAL) == (ssize_t)bytes;
}

static int
many(bool echo, double seconds, uint32_t conns)
{
	const int poll = epoll_create1(0);
	struct epoll_event event[64];
	double began, took;

	slot = calloc(SLOTS, sizeof *slot);
	if (poll < 0 || slot == NULL)
		return 1;
	began = now();
	for (uint32_t i = 0; i < conns; i++)
		open_one(poll, i);
	while ((took = now() - began) < seconds) {
		const int n = epoll_wait(poll, event, 64, 100);

		for (int j = 0; j < n; j++) {
			const uint32_t i = event[j].data.u32;

			errno = 0;
			if (!serve(poll, i, echo)) {
				failed++;
				open_again(poll, i);
			}
		}
	}
	printf("{\"seconds\": %.6f, \"count\": %llu, \"failed\": %llu, "
	       "\"p50_us\": %u, \"p99_us\": %u}\n",
	    took, (unsigned long long)count, (unsigned long long)failed,
	    percentile(0.5), percentile(0.99));
	return 0;
}

int
main(int argc, char **argv)
{
	const char *const what = argc > 1 ? argv[1] : "";
	const bool small =
	    strcmp(what, "echo") == 0 || strcmp(what, "open") == 0;
	const unsigned long conns = argc > 5 ? strtoul(argv[5], NULL, 10) : 0;

	server.sin_family = AF_INET;
	if (argc != (small ? 6 : 5) ||
	    inet_pton(AF_INET, argv[2], &server.sin_addr) != 1 ||
	    (small && (conns == 0 || conns > CONNS_MAX))) {
		(void)fprintf(stderr,
		    "usage: load send|receive|echo|open "
		    "ADDRESS PORT SECONDS [CONNS]\n");
		return 2;
	}
	server.sin_port = htons((uint16_t)strtoul(argv[3], NULL, 10));
	if (small)
		return many(what[0] == 'e', strtod(argv[4], NULL),
		    (uint32_t)conns);
	return bulk(what[0] == 's', strtod(argv[4], NULL));
}
