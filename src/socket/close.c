/* SPDX-License-Identifier: BSD-2-Clause
 *
 * close.c - shutdown and close.
 */
#include "socket/sockets.h"

#include <errno.h>

#include "socket/connect.h"

int
estab_socket_shutdown(struct estab_sockets *sockets, int fd, int how)
{
	struct socket *k = sockets_find(sockets, fd);
	uint32_t ready;

	if (!k)
		return -1;
	if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR)
		return sockets_fail(EINVAL);
	ready = sockets_look(sockets, k);
	/* A listener's reading is to listen; an opening is given up. */
	if ((k->state == SOCKET_LISTENING && how != SHUT_WR) ||
	    (k->state == SOCKET_CONNECTING && !sockets_is_closed(k, ready) &&
	        (ready & ESTAB_CONNECTED) == 0)) {
		connect_dissolve(sockets, k);
		return 0;
	}
	if (k->state == SOCKET_LISTENING)
		return 0;
	k->shut_read |= how != SHUT_WR;
	if (how != SHUT_RD && !k->shut_write) {
		k->shut_write = true;
		if (k->conn)
			(void)estab_close(sockets->host, k->conn);
	}
	return sockets_is_closed(k, ready) ? sockets_fail(ENOTCONN) : 0;
}

int
estab_socket_close(struct estab_sockets *sockets, int fd)
{
	struct socket *k = sockets_find(sockets, fd);
	estab_conn conn;

	if (!k)
		return -1;
	conn = k->conn;
	if (conn && k->settings.linger && k->settings.linger_s == 0)
		(void)estab_abort(sockets->host, conn);
	sockets_give(sockets, k);
	if (conn)
		(void)estab_release(sockets->host, conn);
	return 0;
}
