/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ready.c - what a socket is ready for, bit for bit as Linux's poll says it;
 * and how much is queued.
 */
#include "socket/sockets.h"

#include <errno.h>
#include <sys/ioctl.h>

/* The urgent byte is here, and was not read out of line. */
static bool
urgent_waits(struct estab_sockets *sockets, const struct socket *k,
    int64_t urgent)
{
	uint8_t byte;

	if (urgent <= 0 ||
	    (k->urgent_taken &&
	        k->urgent_at == k->read_bytes + (uint64_t)urgent - 1))
		return false;
	return estab_receive_copy(sockets->host, k->conn, (size_t)urgent - 1,
	           &byte, 1) == 1;
}

/* At the mark, out of line, the urgent byte is not one to be read. */
static bool
has_text(struct estab_sockets *sockets, const struct socket *k, uint32_t ready,
    int64_t urgent)
{
	uint8_t byte;

	if ((ready & ESTAB_READABLE) == 0)
		return false;
	if (urgent != 1 || k->settings.value[SETTING_OOBINLINE])
		return true;
	return estab_receive_copy(sockets->host, k->conn, 1, &byte, 1) == 1;
}

static int
of_open(struct estab_sockets *sockets, const struct socket *k, uint32_t ready)
{
	const int64_t urgent = (ready & ESTAB_URGENT) != 0 ?
	    estab_urgent(sockets->host, k->conn) :
	    0;
	int bits = 0;

	if (has_text(sockets, k, ready, urgent))
		bits |= POLLIN | POLLRDNORM;
	if ((ready & ESTAB_WRITABLE) != 0 || k->shut_write ||
	    sockets_is_closed(k, ready))
		bits |= POLLOUT | POLLWRNORM;
	if (urgent_waits(sockets, k, urgent))
		bits |= POLLPRI;
	return bits;
}

static int
ready_of(struct estab_sockets *sockets, struct socket *k)
{
	const uint32_t ready = sockets_look(sockets, k);
	const bool closed = sockets_is_closed(k, ready);
	const bool ended = k->failed || (k->conn && closed);
	const bool no_more = k->shut_read || ended || (ready & ESTAB_EOF) != 0;
	int bits = 0;

	if (k->state == SOCKET_LISTENING)
		return (short)((ready & ESTAB_ACCEPTABLE) != 0 ?
		        POLLIN | POLLRDNORM :
		        0);
	if (closed || (no_more && (k->shut_write || ended)))
		bits |= POLLHUP;
	if (no_more)
		bits |= POLLIN | POLLRDNORM | POLLRDHUP;
	if (closed || (ready & ESTAB_CONNECTED) != 0)
		bits |= of_open(sockets, k, ready);
	if (k->error)
		bits |= POLLERR;
	return bits;
}

short
estab_socket_ready(struct estab_sockets *sockets, int fd)
{
	struct socket *k = sockets_find(sockets, fd);

	return (short)(k ? ready_of(sockets, k) : POLLNVAL);
}

int
estab_socket_poll(struct estab_sockets *sockets, struct pollfd *polled,
    nfds_t n)
{
	int count = 0;

	if (!polled && n > 0)
		return sockets_fail(EFAULT);
	for (nfds_t i = 0; i < n; i++) {
		polled[i].revents = 0;
		if (polled[i].fd < 0)
			continue;
		polled[i].revents =
		    (short)(estab_socket_ready(sockets, polled[i].fd) &
		        (polled[i].events | POLLERR | POLLHUP | POLLNVAL));
		count += polled[i].revents != 0;
	}
	return count;
}

/* ---- ioctl -------------------------------------------------------------- */

/* Out of line the text before the urgent byte is what can be read. */
static int
in_queue(const struct estab_sockets *sockets, const struct socket *k,
    const struct estab_status *status)
{
	const int64_t urgent = estab_urgent(sockets->host, k->conn);
	const uint32_t queued = status->receive_queued_bytes;

	if (urgent > 0 && !k->settings.value[SETTING_OOBINLINE] &&
	    (uint64_t)urgent <= queued)
		return (int)(urgent - 1);
	return (int)queued;
}

int
estab_socket_ioctl(struct estab_sockets *sockets, int fd, unsigned long request,
    int *value)
{
	struct socket *k = sockets_find(sockets, fd);
	struct estab_status status = { .state = ESTAB_CLOSED };

	if (!k)
		return -1;
	if (request != FIONREAD && request != TIOCOUTQ && request != SIOCATMARK)
		return sockets_fail(ENOTTY);
	if (!value)
		return sockets_fail(EFAULT);
	if (k->state == SOCKET_LISTENING && request != SIOCATMARK)
		return sockets_fail(EINVAL);
	*value = 0;
	if (!k->conn || estab_status(sockets->host, k->conn, &status) != 0 ||
	    status.state == ESTAB_SYN_SENT ||
	    status.state == ESTAB_SYN_RECEIVED)
		return 0;
	if (request == FIONREAD)
		*value = in_queue(sockets, k, &status);
	else if (request == TIOCOUTQ)
		*value = (int)status.send_queued_bytes;
	else
		*value = estab_urgent(sockets->host, k->conn) == 1;
	return 0;
}
