/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stream.c - send and receive, and urgent data in and out of line.
 *
 * The urgent byte is the one before where the urgent pointer points (RFC
 * 6093 3.1).  It stays where it is in the stream: a read stops before it,
 * and out of line the next one steps over it.
 */
#include "socket/sockets.h"

#include <errno.h>
#include <limits.h>

#define VECTOR_MAX 1024 /* IOV_MAX */

static int
vector_bytes(const struct iovec *vector, int count, size_t *n)
{
	if (count < 0 || count > VECTOR_MAX)
		return sockets_fail(EINVAL);
	if (!vector && count > 0)
		return sockets_fail(EFAULT);
	*n = 0;
	for (int i = 0; i < count; i++) {
		if (vector[i].iov_len > (size_t)SSIZE_MAX - *n)
			return sockets_fail(EINVAL);
		*n += vector[i].iov_len;
	}
	return 0;
}

/* Whether one of the pieces of n bytes has no address. */
static bool
is_nowhere(const struct iovec *piece, size_t n)
{
	for (; n > 0; piece++) {
		if (piece->iov_len > 0 && !piece->iov_base)
			return true;
		n -= piece->iov_len;
	}
	return false;
}

/* ---- Sending ------------------------------------------------------------ */

/* Whether anything may be sent: 0, or -1. */
static int
may_send(struct socket *k, uint32_t ready)
{
	int error;

	if (k->state == SOCKET_CONNECTING && !sockets_is_closed(k, ready) &&
	    (ready & ESTAB_CONNECTED) == 0 && k->error == 0)
		return sockets_fail(EAGAIN);
	if (!sockets_is_closed(k, ready) && k->state != SOCKET_LISTENING &&
	    !k->shut_write && k->error == 0)
		return 0;
	error = sockets_take_error(k);
	return sockets_fail(error ? error : EPIPE);
}

/* MSG_MORE is a cork that the next call without it pulls. */
static void
cork(const struct estab_sockets *sockets, struct socket *k, bool more)
{
	if (more == k->more)
		return;
	k->more = more;
	if (!k->settings.value[SETTING_CORK])
		(void)estab_set(sockets->host, k->conn, ESTAB_CORK, more);
}

static int64_t
send_piece(const struct estab_sockets *sockets, const struct socket *k,
    const struct iovec *piece, bool urgent)
{
	return urgent ?
	    estab_send_urgent(sockets->host, k->conn, piece->iov_base,
	        piece->iov_len) :
	    estab_send(sockets->host, k->conn, piece->iov_base, piece->iov_len);
}

static ssize_t
send_all(struct estab_sockets *sockets, struct socket *k,
    const struct iovec *vector, int count, int flags)
{
	ssize_t done = 0;
	size_t n = 0;

	if (vector_bytes(vector, count, &n) < 0 ||
	    may_send(k, sockets_look(sockets, k)) < 0)
		return -1;
	if (is_nowhere(vector, n))
		return sockets_fail(EFAULT);
	if ((flags & MSG_MORE) != 0)
		cork(sockets, k, true);
	for (int i = 0; i < count; i++) {
		const int64_t took = vector[i].iov_len > 0 ?
		    send_piece(sockets, k, &vector[i], (flags & MSG_OOB) != 0) :
		    0;

		if (took < 0)
			return done > 0 ? done : sockets_errno((int)took);
		done += (ssize_t)took;
		if ((size_t)took < vector[i].iov_len)
			break;
	}
	if ((flags & MSG_MORE) == 0)
		cork(sockets, k, false);
	return done == 0 && n > 0 ? sockets_fail(EAGAIN) : done;
}

ssize_t
estab_socket_send(struct estab_sockets *sockets, int fd, const void *data,
    size_t n, int flags)
{
	struct socket *k = sockets_find(sockets, fd);
	/* A vector is for both directions; nothing is written here. */
	const struct iovec one = { (void *)(uintptr_t)data, n };

	return k ? send_all(sockets, k, &one, 1, flags) : -1;
}

ssize_t
estab_socket_writev(struct estab_sockets *sockets, int fd,
    const struct iovec *vector, int count)
{
	struct socket *k = sockets_find(sockets, fd);

	return k ? send_all(sockets, k, vector, count, 0) : -1;
}

/* ---- Receiving ---------------------------------------------------------- */

/* Why there is nothing to read: 0 at the end, or -1. */
static ssize_t
nothing(struct socket *k, uint32_t ready)
{
	if ((ready & ESTAB_EOF) != 0)
		return 0;
	if (k->error)
		return sockets_fail(sockets_take_error(k));
	if (k->shut_read || k->failed ||
	    (k->conn && sockets_is_closed(k, ready)))
		return 0;
	if (k->conn == 0 || k->state == SOCKET_LISTENING)
		return sockets_fail(ENOTCONN);
	return sockets_fail(EAGAIN);
}

static void
consume(struct estab_sockets *sockets, struct socket *k, size_t n)
{
	(void)estab_receive_consume(sockets->host, k->conn, n);
	k->read_bytes += n;
}

/* Copy from offset on into a vector, or only count. */
static size_t
scatter(const struct estab_sockets *sockets, const struct socket *k,
    const struct iovec *vector, size_t offset, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t most =
		    vector->iov_len < n - done ? vector->iov_len : n - done;
		const int64_t some = estab_receive_copy(sockets->host, k->conn,
		    offset + done, vector->iov_base, most);

		if (some < 0)
			break;
		done += (size_t)some;
		if ((size_t)some < most)
			break;
		vector++;
	}
	return done;
}

static size_t
unread(const struct estab_sockets *sockets, const struct socket *k)
{
	struct estab_status status;

	return estab_status(sockets->host, k->conn, &status) == 0 ?
	    status.receive_queued_bytes :
	    0;
}

/* How far a read of n may go: to the urgent byte.  Out of line, one that
 * begins there steps over it. */
static size_t
up_to_mark(struct estab_sockets *sockets, const struct socket *k, size_t n,
    size_t *skip)
{
	const int64_t urgent = estab_urgent(sockets->host, k->conn);
	const size_t ahead = urgent > 0 ? (size_t)urgent - 1 : 0;

	*skip = 0;
	if (urgent <= 0)
		return n;
	if (ahead > 0)
		return n < ahead ? n : ahead;
	if (!k->settings.value[SETTING_OOBINLINE])
		*skip = 1;
	return n;
}

static ssize_t
read_text(struct estab_sockets *sockets, struct socket *k,
    const struct iovec *vector, size_t n, int flags)
{
	size_t skip, done, left;

	n = up_to_mark(sockets, k, n, &skip);
	if ((flags & MSG_TRUNC) != 0) {
		left = unread(sockets, k);
		left = left > skip ? left - skip : 0;
		done = n < left ? n : left;
	} else {
		done = scatter(sockets, k, vector, skip, n);
	}
	if ((flags & MSG_PEEK) == 0)
		consume(sockets, k, skip + done);
	return (ssize_t)done;
}

static bool
has_urgent(struct estab_sockets *sockets, const struct socket *k,
    uint64_t *position)
{
	const int64_t urgent =
	    k->conn ? estab_urgent(sockets->host, k->conn) : 0;

	if (urgent <= 0)
		return false;
	*position = k->read_bytes + (uint64_t)urgent - 1;
	return true;
}

/* The urgent byte by itself, once, however much stands before it. */
static ssize_t
read_urgent(struct estab_sockets *sockets, struct socket *k, void *data,
    size_t n, int flags)
{
	const uint32_t ready = sockets_look(sockets, k);
	uint64_t position;
	uint8_t byte;

	if (k->settings.value[SETTING_OOBINLINE] ||
	    !has_urgent(sockets, k, &position) ||
	    (k->urgent_taken && k->urgent_at == position))
		return sockets_fail(EINVAL);
	if (estab_receive_copy(sockets->host, k->conn,
	        (size_t)(position - k->read_bytes), &byte, 1) < 1)
		return sockets_is_closed(k, ready) || k->shut_read ||
		        (ready & ESTAB_EOF) != 0 ?
		    0 :
		    sockets_fail(EAGAIN);
	if (n > 0 && !data && (flags & MSG_TRUNC) == 0)
		return sockets_fail(EFAULT);
	if ((flags & MSG_PEEK) == 0) {
		k->urgent_taken = true;
		k->urgent_at = position;
	}
	if (n > 0 && (flags & MSG_TRUNC) == 0)
		*(uint8_t *)data = byte;
	return n > 0 ? 1 : 0;
}

static ssize_t
receive(struct estab_sockets *sockets, struct socket *k,
    const struct iovec *vector, size_t n, int flags)
{
	uint32_t ready = sockets_look(sockets, k);
	ssize_t done;

	if ((ready & ESTAB_READABLE) != 0) {
		if ((flags & MSG_TRUNC) == 0 && is_nowhere(vector, n))
			return sockets_fail(EFAULT);
		done = read_text(sockets, k, vector, n, flags);
		if (done > 0 || n == 0)
			return done;
		ready = sockets_look(sockets, k);
	}
	return nothing(k, ready);
}

ssize_t
estab_socket_recv(struct estab_sockets *sockets, int fd, void *data, size_t n,
    int flags)
{
	struct socket *k = sockets_find(sockets, fd);
	const struct iovec one = { data, n };

	if (!k)
		return -1;
	if ((flags & MSG_OOB) != 0)
		return read_urgent(sockets, k, data, n, flags);
	return receive(sockets, k, &one, n, flags);
}

ssize_t
estab_socket_readv(struct estab_sockets *sockets, int fd,
    const struct iovec *vector, int count)
{
	struct socket *k = sockets_find(sockets, fd);
	size_t n = 0;

	if (!k || vector_bytes(vector, count, &n) < 0)
		return -1;
	return receive(sockets, k, vector, n, 0);
}
