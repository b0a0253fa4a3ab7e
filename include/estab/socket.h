/* SPDX-License-Identifier: BSD-2-Clause
 *
 * socket.h - a host's TCP with the calls, options and errors of POSIX.
 *
 * A table of sockets is made over a host.  Its calls are those of
 * <sys/socket.h> with the table in front and small integers of its own for
 * descriptors; they do no I/O and make no system call, so they run wherever a
 * host does: on a TUN device, in a simulated world, in a test.  Whoever drives
 * the host (estab_input, estab_output) drives them.
 *
 *     estab_sockets_create(&s, memory, bytes, host);
 *     fd = estab_socket_open(s, AF_INET, SOCK_STREAM, 0);
 *     estab_socket_connect(s, fd, address, length);     -1, EINPROGRESS
 *     ... frames in, frames out ...
 *     estab_socket_poll(s, &pollfd, 1);                 POLLOUT
 *     estab_socket_send(s, fd, "hello", 5, 0);
 *
 * Conventions
 *   - A call returns -1 and sets errno, as POSIX says it.  Where estab differs
 *     from Linux is written in docs/sockets.md.
 *   - No call waits: what would is EAGAIN, or EINPROGRESS.  loop.h has the
 *     same calls that wait.
 *   - No signal is raised.  MSG_NOSIGNAL is accepted and changes nothing.
 *   - A table belongs to the thread its host belongs to.
 *   - Connections of the same host may be used with estab.h besides, those
 *     that are sockets may not.  Events of all come from one queue: who has
 *     sockets asks estab_sockets_event instead of estab_event.
 */
#ifndef ESTAB_SOCKET_H
#define ESTAB_SOCKET_H

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <estab/estab.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Table: the sockets of a host ----------------------------------- */

struct estab_sockets; /* lives in the creator's memory */

/* How much memory a table of count sockets takes. */
size_t estab_sockets_bytes(uint32_t count);

/* Make a table in memory, aligned for any type, with as many sockets as fit.
 * There is no destroy: close the sockets, then drop the memory.  Returns 0,
 * or -1 with EINVAL (misaligned, or no room for one socket). */
int estab_sockets_create(struct estab_sockets **sockets, void *memory,
    size_t bytes, struct estab_host *host);

/* The host they belong to. */
struct estab_host *estab_sockets_host(const struct estab_sockets *sockets);

/* Take the next socket to which something happened, and what it is ready for
 * now (as estab_socket_ready).  Returns 1, or 0 when there is none.  An event
 * is a hint to look again: none is lost, some say nothing new. */
struct estab_socket_event {
	int fd;
	short ready;
};
int estab_sockets_event(struct estab_sockets *sockets,
    struct estab_socket_event *event);

/* ---- Opening: from a socket to a connection ------------------------- */

/* socket(2): AF_INET or AF_INET6, SOCK_STREAM, 0 or IPPROTO_TCP.  The flags
 * SOCK_NONBLOCK and SOCK_CLOEXEC are accepted.  Errors: EAFNOSUPPORT,
 * EPROTONOSUPPORT, ESOCKTNOSUPPORT, EMFILE. */
int estab_socket_open(struct estab_sockets *sockets, int domain, int type,
    int protocol);

/* bind(2).  Errors: EBADF, EINVAL (bound already, a length), EAFNOSUPPORT,
 * EADDRINUSE, EADDRNOTAVAIL (not an address of the host).  Port 0: chosen at
 * random. */
int estab_socket_bind(struct estab_sockets *sockets, int fd,
    const struct sockaddr *address, socklen_t length);

/* listen(2): as many connections as backlog and one more wait to be
 * accepted.  On a listener it changes the backlog.  Errors: EBADF, EINVAL
 * (connected), EADDRINUSE, ENOMEM. */
int estab_socket_listen(struct estab_sockets *sockets, int fd, int backlog);

/* accept4(2): address and length may be NULL.  Options are inherited.
 * Errors: EBADF, EINVAL (not listening), EAGAIN, EMFILE. */
int estab_socket_accept(struct estab_sockets *sockets, int fd,
    struct sockaddr *address, socklen_t *length, int flags);

/* connect(2): -1 with EINPROGRESS is the good beginning; then POLLOUT says
 * that it is over, and SO_ERROR or a second call how.  AF_UNSPEC dissolves.
 * Errors: EALREADY, EISCONN, ECONNREFUSED, ETIMEDOUT, ENETUNREACH,
 * EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL, ENOMEM, EBADF. */
int estab_socket_connect(struct estab_sockets *sockets, int fd,
    const struct sockaddr *address, socklen_t length);

/* getsockname(2): the socket's own address and port.  Errors: EBADF, EINVAL
 * (a length). */
int estab_socket_getsockname(struct estab_sockets *sockets, int fd,
    struct sockaddr *address, socklen_t *length);
/* getpeername(2): the peer's.  Errors: ENOTCONN (the connection is not open),
 * EBADF, EINVAL. */
int estab_socket_getpeername(struct estab_sockets *sockets, int fd,
    struct sockaddr *address, socklen_t *length);

/* ---- Text: sent and received ---------------------------------------- */

/* send(2): returns how many bytes were taken.  Flags: MSG_OOB, MSG_MORE;
 * MSG_DONTWAIT and MSG_NOSIGNAL change nothing.  Errors: EAGAIN (no room, or
 * not connected yet), EPIPE, what ended the connection, EBADF. */
ssize_t estab_socket_send(struct estab_sockets *sockets, int fd,
    const void *data, size_t n, int flags);
/* recv(2).  Flags: MSG_PEEK, MSG_OOB, MSG_TRUNC (throw away).  0 is the end.
 * Errors: EAGAIN, ENOTCONN, what ended the connection (once, after what came
 * before), EINVAL (MSG_OOB: no urgent byte), EBADF. */
ssize_t estab_socket_recv(struct estab_sockets *sockets, int fd, void *data,
    size_t n, int flags);

/* writev(2): estab_socket_send from at most IOV_MAX pieces (EINVAL). */
ssize_t estab_socket_writev(struct estab_sockets *sockets, int fd,
    const struct iovec *vector, int count);
/* readv(2): estab_socket_recv into pieces. */
ssize_t estab_socket_readv(struct estab_sockets *sockets, int fd,
    const struct iovec *vector, int count);

/* ---- Ready: what can be done now ------------------------------------ */

/* What poll(2) would say of it, whatever was asked: POLLIN, POLLOUT, POLLPRI,
 * POLLRDHUP, POLLERR, POLLHUP and their kin; POLLNVAL: no such socket. */
short estab_socket_ready(struct estab_sockets *sockets, int fd);

/* poll(2) without waiting: fills revents, returns how many are not 0.  A
 * negative descriptor is passed over. */
int estab_socket_poll(struct estab_sockets *sockets, struct pollfd *polled,
    nfds_t n);

/* ioctl(2): SIOCINQ (FIONREAD), SIOCOUTQ (TIOCOUTQ), SIOCATMARK into *value.
 * Errors: EINVAL (a listener), ENOTTY, EBADF. */
int estab_socket_ioctl(struct estab_sockets *sockets, int fd,
    unsigned long request, int *value);

/* ---- Closing: half of it, and all ----------------------------------- */

/* shutdown(2): SHUT_RD, SHUT_WR, SHUT_RDWR.  Errors: ENOTCONN, EINVAL, EBADF. */
int estab_socket_shutdown(struct estab_sockets *sockets, int fd, int how);

/* close(2): the connection ends by itself; with text unread, or SO_LINGER of
 * 0, by RST. A linger time is waited for by loop.h's call only. */
int estab_socket_close(struct estab_sockets *sockets, int fd);

/* ---- Options: setsockopt and its kin -------------------------------- */

/* setsockopt(2).  Every option here does what it says; any other is
 * ENOPROTOOPT.
 *
 *     SOL_SOCKET    SO_ERROR SO_TYPE SO_PROTOCOL SO_DOMAIN SO_ACCEPTCONN
 *                   (these are read only)
 *                   SO_LINGER SO_SNDBUF SO_RCVBUF SO_REUSEADDR SO_KEEPALIVE
 *                   SO_OOBINLINE SO_RCVTIMEO SO_SNDTIMEO (both: loop.h)
 *     IPPROTO_TCP   TCP_NODELAY TCP_CORK TCP_QUICKACK TCP_MAXSEG TCP_LINGER2
 *                   TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_USER_TIMEOUT
 *                   TCP_DEFER_ACCEPT TCP_CONGESTION
 *                   TCP_INFO (read only)
 *     IPPROTO_IP    IP_TTL IP_TOS
 *     IPPROTO_IPV6  IPV6_V6ONLY IPV6_UNICAST_HOPS IPV6_TCLASS
 *
 * Errors: EINVAL (value, length), ENOENT (TCP_CONGESTION), EFAULT (NULL),
 * ENOTCONN, EBADF. */
int estab_socket_setsockopt(struct estab_sockets *sockets, int fd, int level,
    int name, const void *value, socklen_t length);
/* getsockopt(2): the same options, of which *length bytes at most are given
 * and *length becomes how many. */
int estab_socket_getsockopt(struct estab_sockets *sockets, int fd, int level,
    int name, void *value, socklen_t *length);

/* The connection or listener behind a socket, for STATUS; 0: none (yet). */
estab_conn estab_socket_conn(const struct estab_sockets *sockets, int fd);

#ifdef __cplusplus
}
#endif
#endif
