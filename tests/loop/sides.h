/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sides.h - two hosts, each with a loop and a thread of its own, joined by a
 * pair of datagram sockets.
 */
#ifndef TESTS_LOOP_SIDES_H
#define TESTS_LOOP_SIDES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <unistd.h>

#include <estab/loop.h>

#define SOCKETS 64 /* of a side */
#define PORT 7
#define MTU 1500

/* A device on a pair of sockets. */
struct wire {
	struct estab_device device;
	uint8_t packet[64][MTU];
	atomic_bool fails;
};

extern struct side {
	struct estab_host *host;
	struct estab_loop *loop;
	struct wire wire;
	void *arena;
} side[2];

/* For cmocka: both sides; with setup_without the first has no thread, its
 * program drives it. */
int setup(void **state);
int setup_without(void **state);
int teardown(void **state);

/* A host's address; that of a number which is no side's has nobody. */
struct sockaddr_in address_of(int i, uint16_t port);

/* A listener of the second side, a connection of the first to it, both of a
 * connection. */
int listener(void);
int dial(void);
void open_pair(int *l, int *c, int *s);

#define fails(error, call)                                                     \
	do {                                                                   \
		errno = 0;                                                     \
		assert_int_equal((call), -1);                                  \
		assert_int_equal(errno, (error));                              \
	} while (0)

#endif
