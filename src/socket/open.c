/* SPDX-License-Identifier: BSD-2-Clause
 *
 * open.c - socket, listen, accept, and the names of both ends.
 */
#include "socket/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>

#include "socket/bind.h"
#include "socket/connect.h"

#define BACKLOG_MAX 4096u /* as deployed hosts have it */

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
	error = bind_check(sockets, k, &k->binding);
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
	connect_name_ends(sockets, child);
	if (address)
		(void)sockaddr_give(child->family, &child->remote, address,
		    length);
	return n;
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
