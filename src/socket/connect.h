/* SPDX-License-Identifier: BSD-2-Clause
 *
 * connect.h - what other calls need of connecting.
 */
#ifndef SOCKET_CONNECT_H
#define SOCKET_CONNECT_H

#include "socket/sockets.h"

/* Note the ends its connection has. */
void connect_name_ends(const struct estab_sockets *sockets, struct socket *k);

/* Back to a socket that was never connected; its connection is aborted.  A
 * port of the program's choice stays its own. */
void connect_dissolve(struct estab_sockets *sockets, struct socket *k);

#endif
