/* SPDX-License-Identifier: BSD-2-Clause
 *
 * connect.c - connect, and what makes a socket fresh again.
 */
#include "socket/connect.h"

#include <errno.h>

#include "socket/bind.h"
#include "socket/sockaddr.h"

#define CONNECT_TRIES 16 /* at ports of which a bound socket has most */

void
connect_name_ends(const struct estab_sockets *sockets, struct socket *k)
{
	struct estab_status status;

	if (estab_status(sockets->host, k->conn, &status) != 0)
		return;
	k->binding.local = status.local;
	k->remote = status.remote;
}

void
connect_dissolve(struct estab_sockets *sockets, struct socket *k)
{
	if (k->conn) {
		const estab_conn conn = k->conn;

		if (k->state != SOCKET_LISTENING &&
		    !sockets_is_closed(k, sockets_look(sockets, k)))
			k->error = ECONNRESET; /* so does Linux */
		sockets_set_conn(sockets, k, 0);
		(void)estab_abort(sockets->host, conn);
		(void)estab_release(sockets->host, conn);
	}
	if (!k->bound)
		k->binding.local =
		    (struct estab_endpoint){ .address =
			                         sockaddr_any(k->family) };
	k->remote =
	    (struct estab_endpoint){ .address = sockaddr_any(k->family) };
	k->state = SOCKET_FRESH;
	k->failed = k->shut_read = k->shut_write = false;
	k->urgent_taken = k->more = false;
	k->read_bytes = 0;
}

/* What became of a connect: 0, or -1. */
static int
outcome(struct estab_sockets *sockets, struct socket *k)
{
	const uint32_t ready = sockets_look(sockets, k);
	int error;

	if (!sockets_is_closed(k, ready)) {
		if ((ready & ESTAB_CONNECTED) == 0)
			return sockets_fail(EALREADY);
		k->state = SOCKET_CONNECTED;
		return 0;
	}
	error = sockets_take_error(k);
	connect_dissolve(sockets, k);
	return sockets_fail(error ? error : ECONNABORTED);
}

/* The host chooses ports without knowing of sockets that are only bound. */
static int
connect_from_any(struct estab_sockets *sockets, struct socket *k,
    const struct estab_endpoint *remote, estab_conn *conn)
{
	struct estab_binding asks = { 0 };

	for (int tries = 0; tries < CONNECT_TRIES; tries++) {
		const int error = estab_connect(sockets->host, conn,
		    k->bound ? &k->binding.local : NULL, remote);
		struct estab_status status;

		if (error || k->bound)
			return error;
		(void)estab_status(sockets->host, *conn, &status);
		asks.local = status.local;
		if (!bind_is_taken(sockets, k, &asks))
			return 0;
		(void)estab_release(sockets->host, *conn);
	}
	asks.local.address = sockaddr_any(k->family);
	if (bind_choose(sockets, k, &asks) != 0)
		return ESTAB_EADDRNOTAVAIL;
	return estab_connect(sockets->host, conn, &asks.local, remote);
}

static int
begin(struct estab_sockets *sockets, struct socket *k,
    const struct estab_endpoint *remote)
{
	estab_conn conn;
	int error;

	if (estab_address_is_v4(&remote->address) &&
	    k->settings.value[SETTING_V6ONLY])
		return sockets_fail(ENETUNREACH);
	if (remote->port == 0)
		return sockets_fail(EADDRNOTAVAIL);
	error = connect_from_any(sockets, k, remote, &conn);
	if (error == ESTAB_EINVAL) /* for many, or for nobody but us */
		error = ESTAB_ENETUNREACH;
	if (error == ESTAB_EADDRINUSE)
		error = ESTAB_EADDRNOTAVAIL;
	if (error)
		return sockets_errno(error);
	sockets_set_conn(sockets, k, conn);
	setting_apply_all(&k->settings, sockets->host, conn);
	k->state = SOCKET_CONNECTING;
	connect_name_ends(sockets, k);
	return sockets_fail(EINPROGRESS);
}

int
estab_socket_connect(struct estab_sockets *sockets, int fd,
    const struct sockaddr *address, socklen_t length)
{
	struct socket *k = sockets_find(sockets, fd);
	struct estab_endpoint remote;
	int error;

	if (!k)
		return -1;
	if (!address)
		return sockets_fail(EFAULT);
	if (length < sizeof address->sa_family)
		return sockets_fail(EINVAL);
	if (address->sa_family == AF_UNSPEC) {
		connect_dissolve(sockets, k);
		return 0;
	}
	switch ((enum socket_state)k->state) {
	case SOCKET_CONNECTED:
	case SOCKET_LISTENING:
		return sockets_fail(EISCONN);
	case SOCKET_CONNECTING:
		return outcome(sockets, k);
	case SOCKET_FRESH:
	case SOCKET_FREE:
		break;
	}
	error = sockaddr_take(k->family, address, length, &remote);
	if (error)
		return sockets_fail(error);
	return begin(sockets, k, &remote);
}
