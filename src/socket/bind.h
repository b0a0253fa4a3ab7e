/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bind.h - which port is whose, the host's records and our sockets together.
 */
#ifndef SOCKET_BIND_H
#define SOCKET_BIND_H

#include "socket/sockets.h"

/* Whether a bound socket but k, which has no connection and so is known to
 * nobody but us, stands in the way. */
bool bind_is_taken(const struct estab_sockets *sockets, const struct socket *k,
    const struct estab_binding *asks);

/* The same, or somebody of the host.  Returns 0 or ESTAB_E... */
int bind_check(const struct estab_sockets *sockets, const struct socket *k,
    const struct estab_binding *asks);

/* Any port that is free, of the host's and of ours. */
int bind_choose(const struct estab_sockets *sockets, const struct socket *k,
    struct estab_binding *asks);

/* Bind k, to any free port where local's is 0.  Returns 0, or -1. */
int bind_to(struct estab_sockets *sockets, struct socket *k,
    const struct estab_endpoint *local);

#endif
