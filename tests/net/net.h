/* SPDX-License-Identifier: BSD-2-Clause
 *
 * net.h - estab nc at one end of a TUN device, the Linux kernel at the other,
 * in a network namespace of the test program's own.
 *
 * The namespace has no name and ends with the program, however that ends.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/types.h>

#define ESTAB_V4 "10.9.0.2"
#define ESTAB_V6 "fd00:9::2"
#define KERNEL_V4 "10.9.0.1"
#define KERNEL_V6 "fd00:9::1"
#define PORT 5000
#define PORT_TEXT "5000"

/* ---- The namespace ------------------------------------------------------ */

/* Group setup and teardown: enter a namespace; leave nothing behind. */
int net_enter(void **state);
int net_leave(void **state);
/* First line of each test: skip it where there is no namespace; end what a
 * test that failed half way has left. */
void net_need(void);

/* A veth pair: estab0, and kernel0 with the kernel's addresses. */
void net_make_pair(void);

/* Run a command of the shell; returns its exit status. */
int net_shell(const char *command);

double net_seconds(void); /* of a clock that only rises */

/* ---- estab nc ----------------------------------------------------------- */

struct nc {
	pid_t pid; /* 0: none runs */
	int in;    /* what we write here it reads from standard input */
	int out;   /* what it writes to standard output; non-blocking */
	int words; /* its standard error: a file in memory */
};

/* How estab is reached: nc's options of link, addresses and gateways.  A TUN
 * device, unless a test says otherwise. */
extern const char *nc_link;

/* Start "estab nc LINK OPTIONS".  The program with sanitizers unless
 * fast. */
struct nc nc_start(bool fast, const char *options);

/* End all that run. */
void nc_kill_all(void);

/* Wait until it has said something; fails the test after five seconds. */
void nc_await(const struct nc *nc, const char *words);
bool nc_said(const struct nc *nc, const char *words);

/* For half a second it uses next to no processor time; fails the test if it
 * does. */
void nc_sleeps(const struct nc *nc);

/* Wait for its end.  Returns its exit status, or 128 + the signal. */
int nc_wait(struct nc *nc, double seconds);
/* The same, and fail with its words unless the status is as expected. */
void nc_ends(struct nc *nc, int status, double seconds);

/* ---- The kernel --------------------------------------------------------- */

/* Sockets that use CUBIC, whatever the machine's default is. */
int kernel_listen(bool v6);
int kernel_accept(int listener);
/* Returns -1 with errno when the connection does not come about. */
int kernel_connect(bool v6);

/* Wait for a state of <netinet/tcp.h>; fails the test after two seconds. */
void kernel_await(int fd, int state);
/* How many TCP connections of the namespace are in this state (ss's word). */
int kernel_count(const char *state);

/* ---- Bytes -------------------------------------------------------------- */

/* Byte n of every stream is known, so the first wrong one is found; the
 * SHA-256 of what was sent and of what came are compared besides. */
struct end {
	const char *name;
	int to, from;        /* descriptors: the same for a socket */
	uint64_t send_bytes; /* to be sent */
	bool answers;        /* sends only when the other has ended */
	uint64_t sent, received;
	bool closed;        /* we have ended our sending */
	bool ended;         /* the other's end has been read */
	uint8_t digest[32]; /* of what was received */
	struct hash *hash;
};

struct end end_of_nc(const struct nc *nc, uint64_t send_bytes);
struct end end_of_socket(int fd, uint64_t send_bytes);

/* Send what is to be sent both ways, close each direction after its last
 * byte, read to both ends, compare all.  Fails the test after seconds. */
void carry_both(struct end *a, struct end *b, double seconds);

/* Only send, or only receive to the end, a few bytes. */
void send_some(struct end *end, uint64_t bytes);
void receive_some(struct end *end, uint64_t bytes, double seconds);
void close_sending(struct end *end);
/* Read until the end of the stream. */
void receive_end(struct end *end, double seconds);
void end_release(struct end *end);

#endif
