/* SPDX-License-Identifier: BSD-2-Clause
 *
 * twin.h - one test program for two implementations: the kernel's sockets, in
 * a network namespace of the program's own, and estab's, on two hosts in a
 * simulated world.
 *
 * A test uses the calls of *twin and runs once with each; what it expects is
 * what both do.  Where they differ it asks twin->is_kernel, and the
 * difference stands in docs/sockets.md.
 *
 * Options of TCP are in <netinet/tcp.h>, but for all of struct tcp_info, which
 * is in <linux/tcp.h>; the two do not go together.
 */
#ifndef TESTS_SOCKET_TWIN_H
#define TESTS_SOCKET_TWIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <estab/sim.h>
#include <estab/socket.h>

/* Two hosts; the kernel has both addresses. */
enum end { CLIENT, SERVER };

struct twin {
	const char *name;
	bool is_kernel;
	int (*socket)(enum end end, int domain);
	int (*bind)(int fd, const struct sockaddr *, socklen_t);
	int (*listen)(int fd, int backlog);
	int (*accept)(int fd, struct sockaddr *, socklen_t *);
	int (*connect)(int fd, const struct sockaddr *, socklen_t);
	ssize_t (*send)(int fd, const void *, size_t, int flags);
	ssize_t (*recv)(int fd, void *, size_t, int flags);
	ssize_t (*writev)(int fd, const struct iovec *, int);
	ssize_t (*readv)(int fd, const struct iovec *, int);
	int (*shutdown)(int fd, int how);
	int (*close)(int fd);
	int (*poll)(struct pollfd *, nfds_t);
	int (*getsockname)(int fd, struct sockaddr *, socklen_t *);
	int (*getpeername)(int fd, struct sockaddr *, socklen_t *);
	int (*getsockopt)(int fd, int, int, void *, socklen_t *);
	int (*setsockopt)(int fd, int, int, const void *, socklen_t);
	int (*ioctl)(int fd, unsigned long, int *);
	void (*settle)(void); /* what is under way arrives */
};
extern const struct twin *twin;

/* The hosts of the simulated world, or NULL with the kernel. */
struct estab_host *twin_host(enum end end);
struct estab_world *twin_world(void);
estab_conn twin_conn(int fd);
/* What is sent now arrives, and what answers at once; what waits for a timer
 * does not. */
void twin_soon(void);
/* Time goes on by so much; with the kernel not at all. */
void twin_wait(int64_t ns);
/* The same, with the kernel too: seconds pass.  What the clock says then. */
void twin_pass(int64_t ns);
estab_time twin_now(void);
/* From now on nothing gets through, or everything again. */
void twin_cut(bool cut);

/* Run all tests with both; returns how many failed. */
int twin_run(const struct CMUnitTest *tests, size_t n);
#define TWIN_RUN(tests) twin_run(tests, sizeof(tests) / sizeof *(tests))
#define twin_test(function)                                                    \
	cmocka_unit_test_setup_teardown(function, twin_setup, twin_teardown)
int twin_setup(void **state);
int twin_teardown(void **state);

/* A call's result and, where it is -1, errno. */
#define wants(result, call) assert_int_equal((call), (result))
#define fails(error, call)                                                     \
	do {                                                                   \
		errno = 0;                                                     \
		assert_int_equal((call), -1);                                  \
		assert_int_equal(errno, (error));                              \
	} while (0)

/* Addresses: 10.0.0.1 and fd00::1 the client's, .2 the server's. */
struct sockaddr_in v4_of(enum end end, uint16_t port);
struct sockaddr_in6 v6_of(enum end end, uint16_t port);
#define AT(a) (const struct sockaddr *)&(a), sizeof(a)

/* Poll bits now. */
short bits_of(int fd);
int option_of(int fd, int level, int name);
void set_option(int fd, int level, int name, int value);

/* Each test has one of its own: the kernel remembers. */
extern uint16_t twin_port;
#define PORT twin_port
/* A listener at the server's port, any address. */
int listen_at(uint16_t port, int backlog);
/* A connection: *c the client's, *s the server's. */
void connect_pair(int listener, int *c, int *s);
struct pair {
	int l, c, s;
};
struct pair pair_open(void);
void pair_close(struct pair *p);

#endif
