/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sockaddr.h - struct sockaddr and struct estab_endpoint.
 */
#ifndef SOCKET_SOCKADDR_H
#define SOCKET_SOCKADDR_H

#include <sys/socket.h>

#include <estab/estab.h>

/* Take an address of a socket's family.  An IPv4 socket's 0.0.0.0 becomes
 * ::ffff:0.0.0.0.  Returns 0, or an errno: EINVAL, EAFNOSUPPORT, EFAULT. */
int sockaddr_take(int family, const struct sockaddr *from, socklen_t length,
    struct estab_endpoint *endpoint);

/* Give as much of an address as *length allows, and put what it would take.
 * Returns 0, or -1 with EINVAL or EFAULT. */
int sockaddr_give(int family, const struct estab_endpoint *endpoint,
    struct sockaddr *to, socklen_t *length);

/* The address that means any of a family. */
struct estab_address sockaddr_any(int family);

#endif
