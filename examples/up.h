/* SPDX-License-Identifier: BSD-2-Clause
 *
 * up.h - a host on a TUN device, its loop on a thread of its own.
 */
#include <arpa/inet.h>
#include <estab/loop.h>
#include <stdio.h>

/* Needs CAP_NET_ADMIN; the kernel's end becomes 10.9.0.1/24. */
struct estab_loop *host_up(const char *device, const char *address);
