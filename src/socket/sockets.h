/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sockets.h - sockets: what POSIX remembers of one beside its connection.
 *
 * A socket has no thread of its own: whatever happened to its connection is
 * seen when it is looked at (sockets_look), which every call does first.
 */
#ifndef SOCKET_SOCKETS_H
#define SOCKET_SOCKETS_H

#include <estab/socket.h>

#include "socket/setting.h"

enum socket_state {
	SOCKET_FREE,
	SOCKET_FRESH, /* no connection, perhaps bound */
	SOCKET_LISTENING,
	SOCKET_CONNECTING, /* connect has not said yet how it went */
	SOCKET_CONNECTED,  /* it has, whatever became of it since */
};

struct socket {
	estab_conn conn;              /* 0: none */
	struct estab_binding binding; /* what it is bound to */
	struct estab_endpoint remote;
	struct settings settings;
	uint64_t read_bytes; /* position in the stream, for the urgent mark */
	uint64_t urgent_at;  /* position of the urgent byte read out of line */
	uint32_t chain; /* in its bucket of either, or of free sockets; + 1 */
	int error;      /* errno that SO_ERROR will give, once */
	uint16_t family;
	uint8_t state; /* enum socket_state */
	bool bound;    /* to a port of the program's choice */
	bool failed;   /* error was taken over from the connection */
	bool shut_read, shut_write;
	bool urgent_taken; /* urgent_at has been read */
	bool more;         /* corked by MSG_MORE */
};

struct estab_sockets {
	struct estab_host *host;
	struct socket *socket;
	uint32_t *bucket;  /* by connection: socket + 1 */
	uint32_t *by_port; /* the bound without a connection, the same */
	uint32_t count;    /* sockets; a power of two of buckets */
	uint32_t buckets;
	uint32_t free;     /* + 1 */
	uint32_t pristine; /* from here on never used */
};

/* Set errno, return -1. */
int sockets_fail(int error);
/* The same of an ESTAB_E... */
int sockets_errno(int error);

/* The socket of a descriptor, or NULL with EBADF. */
struct socket *sockets_find(const struct estab_sockets *sockets, int fd);
/* A fresh one, or -1 with EMFILE. */
int sockets_take(struct estab_sockets *sockets);
void sockets_give(struct estab_sockets *sockets, struct socket *k);

/* Give it a connection, or take it away (0). */
void sockets_set_conn(struct estab_sockets *sockets, struct socket *k,
    estab_conn conn);

/* Bind it. */
void sockets_bind(struct estab_sockets *sockets, struct socket *k,
    const struct estab_binding *binding);

/* The next socket that is bound to a port and has no connection, after one
 * (NULL: the first), or NULL. */
const struct socket *sockets_bound(const struct estab_sockets *sockets,
    uint16_t port, const struct socket *after);

/* What its connection is ready for (ESTAB_...); takes over its error. */
uint32_t sockets_look(struct estab_sockets *sockets, struct socket *k);

/* Nothing will come or go any more: TCP_CLOSE, as Linux has it. */
static inline bool
sockets_is_closed(const struct socket *k, uint32_t ready)
{
	return k->conn == 0 || (ready & ESTAB_ENDED) != 0;
}

/* The pending error, which is said once. */
int sockets_take_error(struct socket *k);

#endif
