/* SPDX-License-Identifier: BSD-2-Clause
 *
 * open.h - what other calls need of opening.
 */
#ifndef SOCKET_OPEN_H
#define SOCKET_OPEN_H

#include "socket/sockets.h"

/* Back to a socket that was never connected; its connection is aborted.  A
 * port of the program's choice stays its own. */
void open_dissolve(struct estab_sockets *sockets, struct socket *k);

#endif
