/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wire.h - a host of ours on a device, and the kernel at the other end, in a
 * network namespace of the test program's own.
 *
 * The host is 10.9.0.2/24 or fd00:9::2/64, the kernel 10.9.0.1 or fd00:9::1.
 * The host sends back what it gets; the kernel's socket sends known bytes and
 * checks each that returns.
 */
#ifndef KERNEL_WIRE_H
#define KERNEL_WIRE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>

#include "loop/loop.h"

#define WIRE_BYTES 300000u
#define WIRE_PATIENCE (20 * ESTAB_SECOND)
#define WIRE_NAME "estab0" /* of our interface */

enum wire_kind { WIRE_TUN, WIRE_TAP, WIRE_PACKET, WIRE_KINDS };

struct wire {
	struct estab_device device;
	struct estab_host *host;
	struct loop loop;
	void *arena;
	enum wire_kind kind;
	int family;
	estab_conn listener;
	int fd;          /* the kernel's socket, or -1 */
	estab_conn conn; /* ours */
	uint32_t sent, echoed;
	int failure; /* what loop_turn said */
};

/* Group setup and teardown. */
int wire_enter(void **unused);
int wire_leave(void **unused);

/* Run a command; it must succeed. */
void wire_shell(const char *command);

struct estab_address wire_own(int family);

/* A host whose first address is being asked for, unless config says not to
 * (NULL: the defaults); the one of the test before ends.  Skips the test where
 * there is no namespace. */
struct wire *wire_create(enum wire_kind kind, int family,
    const struct estab_config *config);
/* Wait until it is known whether the address is ours. */
int wire_address_state(struct wire *w);
/* All of that, and a connection: called by the kernel, or by the host. */
struct wire *wire_carrying(enum wire_kind kind, int family, bool by_kernel,
    const struct estab_config *config);
/* The kernel asks for a neighbour that does not answer, and sends a segment
 * that is not acknowledged, again after ms and not after 1,000 and 200. */
void wire_kernel_repeats_after(const struct wire *w, uint32_t ms);

/* A connection; wire_hang_up ends it at both ends at once. */
void wire_kernel_calls(struct wire *w);
void wire_host_calls(struct wire *w);
void wire_hang_up(struct wire *w);

/* One turn of the loop, of 5 ms at most, or until an instant. */
void wire_turn(struct wire *w);
void wire_turn_until(struct wire *w, estab_time until);

/* What the kernel can send and check now; what the host can send back. */
void wire_send_and_check(struct wire *w, uint32_t bytes);
void wire_echo(struct wire *w);
/* All of that until so many bytes are there and back, or the device fails. */
void wire_carry(struct wire *w, uint32_t bytes);

#endif
