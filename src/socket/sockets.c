/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sockets.c - descriptors, and which socket a connection belongs to.
 */
#include "socket/sockets.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>

static const int errno_of[] = {
	[-ESTAB_EINVAL] = EINVAL,
	[-ESTAB_ESTALE] = EBADF,
	[-ESTAB_ENOMEM] = ENOMEM,
	[-ESTAB_EAGAIN] = EAGAIN,
	[-ESTAB_EADDRINUSE] = EADDRINUSE,
	[-ESTAB_EADDRNOTAVAIL] = EADDRNOTAVAIL,
	[-ESTAB_ENETUNREACH] = ENETUNREACH,
	[-ESTAB_EHOSTUNREACH] = EHOSTUNREACH,
	[-ESTAB_ECONNREFUSED] = ECONNREFUSED,
	[-ESTAB_ECONNRESET] = ECONNRESET,
	[-ESTAB_ECONNABORTED] = ECONNABORTED,
	[-ESTAB_ETIMEDOUT] = ETIMEDOUT,
	[-ESTAB_ENOTCONN] = ENOTCONN,
	[-ESTAB_EISCONN] = EISCONN,
	[-ESTAB_EPIPE] = EPIPE,
	[-ESTAB_EOPNOTSUPP] = EOPNOTSUPP,
	[-ESTAB_EMSGSIZE] = EMSGSIZE,
	[-ESTAB_EINTERNAL] = EIO,
};

int
sockets_fail(int error)
{
	errno = error;
	return -1;
}

static int
to_errno(int error)
{
	const size_t n = (size_t)-error;

	return error < 0 && n < sizeof errno_of / sizeof *errno_of ?
	    errno_of[n] :
	    EIO;
}

int
sockets_errno(int error)
{
	return sockets_fail(to_errno(error));
}

/* ---- The table ---------------------------------------------------------- */

/* Buckets for count sockets: a power of two, at least as many. */
static uint32_t
buckets_for(uint32_t count)
{
	uint32_t buckets = 1;

	while (buckets < count)
		buckets *= 2;
	return buckets;
}

size_t
estab_sockets_bytes(uint32_t count)
{
	return sizeof(struct estab_sockets) +
	    (size_t)count * sizeof(struct socket) +
	    (size_t)buckets_for(count) * 2 * sizeof(uint32_t);
}

static uint32_t
count_for(size_t bytes)
{
	uint32_t least = 0, most = 1u << 24;

	while (least < most) {
		const uint32_t middle = least + (most - least + 1) / 2;

		if (estab_sockets_bytes(middle) <= bytes)
			least = middle;
		else
			most = middle - 1;
	}
	return least;
}

int
estab_sockets_create(struct estab_sockets **sockets, void *memory, size_t bytes,
    struct estab_host *host)
{
	struct estab_sockets *s = memory;
	const uint32_t count = count_for(bytes);

	if ((uintptr_t)memory % alignof(struct socket) != 0 ||
	    (uintptr_t)memory % alignof(struct estab_sockets) != 0 ||
	    count == 0 || !host)
		return sockets_fail(EINVAL);
	memset(s, 0, sizeof *s);
	s->host = host;
	s->count = count;
	s->buckets = buckets_for(count);
	s->socket = (struct socket *)(void *)(s + 1);
	s->bucket = (uint32_t *)(void *)(s->socket + count);
	s->by_port = s->bucket + s->buckets;
	memset(s->bucket, 0, sizeof *s->bucket * 2 * s->buckets);
	*sockets = s;
	return 0;
}

struct estab_host *
estab_sockets_host(const struct estab_sockets *sockets)
{
	return sockets->host;
}

struct socket *
sockets_find(const struct estab_sockets *sockets, int fd)
{
	struct socket *k;

	if (fd < 0 || (uint32_t)fd >= sockets->pristine) {
		errno = EBADF;
		return NULL;
	}
	k = &sockets->socket[fd];
	if (k->state == SOCKET_FREE) {
		errno = EBADF;
		return NULL;
	}
	return k;
}

int
sockets_take(struct estab_sockets *sockets)
{
	uint32_t n;

	if (sockets->free) {
		n = sockets->free - 1;
		sockets->free = sockets->socket[n].chain;
	} else if (sockets->pristine < sockets->count) {
		n = sockets->pristine++;
	} else {
		return sockets_fail(EMFILE);
	}
	memset(&sockets->socket[n], 0, sizeof sockets->socket[n]);
	sockets->socket[n].state = SOCKET_FRESH;
	return (int)n;
}

/* ---- By connection, or by port ------------------------------------------ */

/* A handle's lower half is where its record stands, so it is one of its kind
 * among the living. */
static uint32_t *
bucket_of(const struct estab_sockets *sockets, estab_conn conn)
{
	const uint32_t mixed = (uint32_t)conn * UINT32_C(2654435769);

	return &sockets->bucket[(mixed >> 8) & (sockets->buckets - 1)];
}

static uint32_t *
bucket_of_port(const struct estab_sockets *sockets, uint16_t port)
{
	return &sockets->by_port[port & (sockets->buckets - 1)];
}

/* The bucket it stands in, or NULL: nobody looks for it. */
static uint32_t *
home(const struct estab_sockets *sockets, const struct socket *k)
{
	if (k->conn)
		return bucket_of(sockets, k->conn);
	return k->bound ? bucket_of_port(sockets, k->binding.local.port) : NULL;
}

static void
leave(struct estab_sockets *sockets, const struct socket *k)
{
	const uint32_t n = (uint32_t)(k - sockets->socket) + 1;
	uint32_t *at = home(sockets, k);

	if (!at)
		return;
	while (*at != n)
		at = &sockets->socket[*at - 1].chain;
	*at = k->chain;
}

static void
join(struct estab_sockets *sockets, struct socket *k)
{
	uint32_t *at = home(sockets, k);

	if (!at)
		return;
	k->chain = *at;
	*at = (uint32_t)(k - sockets->socket) + 1;
}

void
sockets_give(struct estab_sockets *sockets, struct socket *k)
{
	leave(sockets, k);
	k->state = SOCKET_FREE;
	k->chain = sockets->free;
	sockets->free = (uint32_t)(k - sockets->socket) + 1;
}

void
sockets_set_conn(struct estab_sockets *sockets, struct socket *k,
    estab_conn conn)
{
	leave(sockets, k);
	k->conn = conn;
	join(sockets, k);
}

void
sockets_bind(struct estab_sockets *sockets, struct socket *k,
    const struct estab_binding *binding)
{
	k->binding = *binding;
	k->bound = true;
	join(sockets, k);
}

const struct socket *
sockets_bound(const struct estab_sockets *sockets, uint16_t port,
    const struct socket *after)
{
	uint32_t n = after ? after->chain : *bucket_of_port(sockets, port);

	while (n && sockets->socket[n - 1].binding.local.port != port)
		n = sockets->socket[n - 1].chain;
	return n ? &sockets->socket[n - 1] : NULL;
}

static struct socket *
by_conn(const struct estab_sockets *sockets, estab_conn conn)
{
	uint32_t n = *bucket_of(sockets, conn);

	while (n && sockets->socket[n - 1].conn != conn)
		n = sockets->socket[n - 1].chain;
	return n ? &sockets->socket[n - 1] : NULL;
}

estab_conn
estab_socket_conn(const struct estab_sockets *sockets, int fd)
{
	const struct socket *k = sockets_find(sockets, fd);

	return k ? k->conn : 0;
}

int
estab_sockets_event(struct estab_sockets *sockets,
    struct estab_socket_event *event)
{
	struct estab_event happened;

	while (estab_event(sockets->host, &happened) == 1) {
		const struct socket *k = by_conn(sockets, happened.conn);

		if (!k)
			continue;
		event->fd = (int)(k - sockets->socket);
		event->ready = estab_socket_ready(sockets, event->fd);
		return 1;
	}
	return 0;
}

/* ---- What became of its connection -------------------------------------- */

/* A reset after the peer's FIN and before ours is a broken pipe (POSIX says
 * it of the next send; Linux, of the error itself). */
static int
error_of(const struct estab_sockets *sockets, const struct socket *k,
    uint32_t ready)
{
	struct estab_status status;

	if (estab_status(sockets->host, k->conn, &status) != 0)
		return EBADF;
	if (status.error == ESTAB_ECONNRESET && (ready & ESTAB_EOF) != 0 &&
	    !k->shut_write)
		return EPIPE;
	return to_errno(status.error);
}

uint32_t
sockets_look(struct estab_sockets *sockets, struct socket *k)
{
	const int ready = k->conn ? estab_ready(sockets->host, k->conn) : 0;

	if (ready < 0) { /* a program released it behind our back */
		sockets_set_conn(sockets, k, 0);
		return 0;
	}
	if (((uint32_t)ready & ESTAB_ERROR) != 0 && !k->failed) {
		k->failed = true;
		k->error = error_of(sockets, k, (uint32_t)ready);
	}
	return (uint32_t)ready;
}

int
sockets_take_error(struct socket *k)
{
	const int error = k->error;

	k->error = 0;
	return error;
}
