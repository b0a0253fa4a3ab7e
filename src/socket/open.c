/* SPDX-License-Identifier: BSD-2-Clause
 *
 * open.c - socket, bind, listen, accept, connect, and the names of both ends.
 */
#include "socket/sockaddr.h"
#include "socket/open.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define BACKLOG_MAX 4096u /* as deployed hosts have it */
#define CONNECT_TRIES 16  /* to find a port that no socket is bound to */

int
estab_socket_open(struct estab_sockets *sockets, int domain, int type,
    int protocol)
{
	int fd;

	if (domain != AF_INET && domain != AF_INET6)
		return sockets_fail(EAFNOSUPPORT);
	if ((type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != SOCK_STREAM)
		return sockets_fail(ESOCKTNOSUPPORT);
	if (protocol != 0 && protocol != IPPROTO_TCP)
		return sockets_fail(EPROTONOSUPPORT);
	fd = sockets_take(sockets);
	if (fd < 0)
		return -1;
	sockets->socket[fd].family = (uint16_t)domain;
	sockets->socket[fd].binding.local.address = sockaddr_any(domain);
	sockets->socket[fd].remote.address = sockaddr_any(domain);
	return fd;
}

/* ---- bind --------------------------------------------------------------- */

/* A bound socket without a connection is known to nobody but us. */
static bool
is_taken(const struct estab_sockets *sockets, const struct socket *k,
    const struct estab_binding *asks)
{
	for (uint32_t i = 0; sockets->bound_count && i < sockets->pristine;
	     i++) {
		const struct socket *other = &sockets->socket[i];

		if (other != k && other->state == SOCKET_FRESH &&
		    other->bound &&
		    estab_binding_conflicts(asks, &other->binding))
			return true;
	}
	return false;
}

static int
check(struct estab_sockets *sockets, const struct socket *k,
    const struct estab_binding *asks)
{
	const int error = estab_binding_check(sockets->host, asks);

	if (error)
		return error;
	return is_taken(sockets, k, asks) ? ESTAB_EADDRINUSE : 0;
}

/* Any port that is free, of the host's and of ours. */
static int
choose(struct estab_sockets *sockets, const struct socket *k,
    struct estab_binding *asks)
{
	for (uint32_t tries = 0; tries <= 2 * sockets->bound_count + 64;
	     tries++) {
		const int error = estab_binding_choose(sockets->host, asks);

		if (error || !is_taken(sockets, k, asks))
			return error;
	}
	return ESTAB_EADDRINUSE;
}

static int
bind_to(struct estab_sockets *sockets, struct socket *k,
    const struct estab_endpoint *local)
{
	struct estab_binding asks = { .local = *local };
	int error;

	asks.reuse = k->settings.value[SETTING_REUSEADDR];
	asks.v6only = k->settings.value[SETTING_V6ONLY];
	error = check(sockets, k, &asks); /* port 0: only the address */
	if (!error && local->port == 0)
		error = choose(sockets, k, &asks);
	if (error)
		return sockets_errno(error);
	k->binding = asks;
	k->bound = true;
	sockets->bound_count++;
	return 0;
}

int
estab_socket_bind(struct estab_sockets *sockets, int fd,
    const struct sockaddr *address, socklen_t length)
{
	struct socket *k = sockets_find(sockets, fd);
	struct estab_endpoint local;
	int error;

	if (!k)
		return -1;
	error = sockaddr_take(k->family, address, length, &local);
	if (error)
		return sockets_fail(error);
	if (k->state != SOCKET_FRESH || k->bound)
		return sockets_fail(EINVAL);
	if (k->settings.value[SETTING_V6ONLY] &&
	    estab_address_is_v4(&local.address))
		return sockets_fail(EINVAL);
	return bind_to(sockets, k, &local);
}

/* ---- listen and accept -------------------------------------------------- */

/* A queue of backlog, and the one that is being taken. */
static uint32_t
room(int backlog)
{
	return (uint32_t)backlog < BACKLOG_MAX ? (uint32_t)backlog + 1 :
	                                         BACKLOG_MAX + 1;
}

int
estab_socket_listen(struct estab_sockets *sockets, int fd, int backlog)
{
	struct socket *k = sockets_find(sockets, fd);
	estab_conn conn;
	int error;

	if (!k)
		return -1;
	if (k->state == SOCKET_LISTENING) {
		(void)estab_set(sockets->host, k->conn, ESTAB_BACKLOG,
		    room(backlog));
		return 0;
	}
	if (k->state != SOCKET_FRESH)
		return sockets_fail(EINVAL);
	if (!k->bound && bind_to(sockets, k, &k->binding.local) < 0)
		return -1;
	/* Another that shares the port may have begun to listen since. */
	error = check(sockets, k, &k->binding);
	if (!error)
		error = estab_listen(sockets->host, &conn, &k->binding.local,
		    room(backlog));
	if (error)
		return sockets_errno(error);
	sockets_set_conn(sockets, k, conn);
	setting_apply_all(&k->settings, sockets->host, conn);
	k->state = SOCKET_LISTENING;
	return 0;
}

static void
name_ends(const struct estab_sockets *sockets, struct socket *k)
{
	struct estab_status status;

	if (estab_status(sockets->host, k->conn, &status) != 0)
		return;
	k->binding.local = status.local;
	k->remote = status.remote;
}

int
estab_socket_accept(struct estab_sockets *sockets, int fd,
    struct sockaddr *address, socklen_t *length, int flags)
{
	struct socket *k = sockets_find(sockets, fd), *child;
	estab_conn conn;
	int n, error;

	if (!k)
		return -1;
	if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != 0 ||
	    k->state != SOCKET_LISTENING)
		return sockets_fail(EINVAL);
	n = sockets_take(sockets);
	if (n < 0)
		return -1;
	child = &sockets->socket[n];
	error = estab_accept(sockets->host, k->conn, &conn);
	if (error) {
		sockets_give(sockets, child);
		return sockets_errno(error);
	}
	child->family = k->family;
	child->settings = k->settings;
	child->binding.reuse = k->binding.reuse;
	child->state = SOCKET_CONNECTED;
	sockets_set_conn(sockets, child, conn);
	name_ends(sockets, child);
	if (address)
		(void)sockaddr_give(child->family, &child->remote, address,
		    length);
	return n;
}

/* ---- connect ------------------------------------------------------------ */

void
open_dissolve(struct estab_sockets *sockets, struct socket *k)
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
	open_dissolve(sockets, k);
	return sockets_fail(error ? error : ECONNABORTED);
}

/* The host chooses ports without knowing of sockets that are only bound. */
static int
connect_from_any(struct estab_sockets *sockets, struct socket *k,
    const struct estab_endpoint *remote, estab_conn *conn)
{
	for (int tries = 0;; tries++) {
		const int error = estab_connect(sockets->host, conn,
		    k->bound ? &k->binding.local : NULL, remote);
		struct estab_status status;
		struct estab_binding asks = { 0 };

		if (error || k->bound || sockets->bound_count == 0 ||
		    tries == CONNECT_TRIES)
			return error;
		(void)estab_status(sockets->host, *conn, &status);
		asks.local = status.local;
		if (!is_taken(sockets, k, &asks))
			return 0;
		(void)estab_release(sockets->host, *conn);
	}
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
	name_ends(sockets, k);
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
		open_dissolve(sockets, k);
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

/* ---- Names -------------------------------------------------------------- */

int
estab_socket_getsockname(struct estab_sockets *sockets, int fd,
    struct sockaddr *address, socklen_t *length)
{
	const struct socket *k = sockets_find(sockets, fd);

	if (!k)
		return -1;
	return sockaddr_give(k->family, &k->binding.local, address, length);
}

int
estab_socket_getpeername(struct estab_sockets *sockets, int fd,
    struct sockaddr *address, socklen_t *length)
{
	struct socket *k = sockets_find(sockets, fd);
	uint32_t ready;

	if (!k)
		return -1;
	ready = sockets_look(sockets, k);
	if (k->state == SOCKET_LISTENING || sockets_is_closed(k, ready) ||
	    (ready & ESTAB_CONNECTED) == 0)
		return sockets_fail(ENOTCONN);
	return sockaddr_give(k->family, &k->remote, address, length);
}
