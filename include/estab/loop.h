/* SPDX-License-Identifier: BSD-2-Clause
 *
 * loop.h - a host driven over its devices, and socket calls that wait.
 *
 *     estab_loop_create(&loop, host, 1024);
 *     estab_loop_add(loop, &device);
 *     estab_loop_start(loop);                       its own thread, or
 *     while (estab_loop_step(loop, until) == 0) ... the program's
 *
 *     fd = estab_loop_socket(loop, AF_INET, SOCK_STREAM, 0);
 *     estab_loop_connect(loop, fd, address, length);
 *     estab_loop_send(loop, fd, "hello", 5, 0);
 *     estab_loop_recv(loop, fd, buffer, sizeof buffer, 0);
 *
 * Conventions
 *   - The calls are those of socket.h, with its errors, and block as POSIX
 *     says: until done, until SO_RCVTIMEO or SO_SNDTIMEO (EAGAIN; connect:
 *     EINPROGRESS), until a signal handler ran (EINTR, or waited for again
 *     with SA_RESTART).  SOCK_NONBLOCK, FIONBIO and MSG_DONTWAIT do what they
 *     do elsewhere.
 *   - Any thread may use any socket of a loop at any time.  A call that waits
 *     for a socket which another thread closes returns EBADF.
 *   - Once it has a loop, host, devices and sockets belong to it: nothing else
 *     may touch them, but between estab_loop_lock and estab_loop_unlock.
 *   - Without a thread of the loop's own, a call that waits steps the loop;
 *     then only one thread may use it.
 *   - After fork(2) loop and host are the parent's.  In the child every call
 *     fails with ENETDOWN at once, and nothing leaves; estab_loop_free gives
 *     back its memory and says nothing to the peers.  A child that wants a
 *     host makes one.
 *   - A device that is down is waited for, as a wire that was cut would be:
 *     nothing fails but what runs into a time-out meanwhile.  One that was
 *     removed ends the loop (estab_loop_error).
 *   - No signal is raised: MSG_NOSIGNAL is always meant.
 */
#ifndef ESTAB_LOOP_H
#define ESTAB_LOOP_H

#include <estab/link.h>
#include <estab/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

struct estab_loop;

/* Make a loop for a host, with at most sockets_max sockets.  Returns 0, or -1
 * with ENOMEM, EMFILE. */
int estab_loop_create(struct estab_loop **loop, struct estab_host *host,
    uint32_t sockets_max);

/* Add a device (at most 8, before the loop starts) and make it known to the
 * host.  One that plays a recording cannot be driven by the clock: EINVAL.
 * Returns the host's number of the link, or ESTAB_E... */
int estab_loop_add(struct estab_loop *loop, struct estab_device *device);

/* Drive it from a thread of its own, which blocks all signals.  Returns 0, or
 * -1 with EAGAIN (no thread to be had), EALREADY. */
int estab_loop_start(struct estab_loop *loop);

/* Without a thread: send what is owed, wait for something at most until that
 * instant of estab_clock, and take it in.  Returns 0, or -1 with EBUSY (it has
 * a thread), EINTR, or the error of a device. */
int estab_loop_step(struct estab_loop *loop, estab_time until);

/* 0, or the errno of the device that ended the thread: negated,
 * estab_device_strerror has words for it.  From then on calls that would wait,
 * or say EAGAIN, return ENETDOWN, and eventfds are readable. */
int estab_loop_error(struct estab_loop *loop);

/* Stop the thread and free the loop with its sockets.  Connections are
 * closed, and have until that instant to send what they still have.  One whose
 * FIN is acknowledged is waited for a retransmission time-out longer, so that
 * the FIN of a peer that closes in its turn is answered, but not for a peer
 * that keeps its half open.  Host and devices are the caller's again.  No
 * other thread may be in a call. */
void estab_loop_free(struct estab_loop *loop, estab_time until);

/* Have host and sockets to oneself, for calls of estab.h and socket.h, until
 * they are given back.  Returns the table of sockets. */
struct estab_sockets *estab_loop_lock(struct estab_loop *loop);
/* Give them back. */
void estab_loop_unlock(struct estab_loop *loop);

/* ---- Calls: those that wait ----------------------------------------- */

/* socket(2), as estab_socket_open. */
int estab_loop_socket(struct estab_loop *loop, int domain, int type,
    int protocol);
/* bind(2), as estab_socket_bind. */
int estab_loop_bind(struct estab_loop *loop, int fd,
    const struct sockaddr *address, socklen_t length);
/* listen(2), as estab_socket_listen. */
int estab_loop_listen(struct estab_loop *loop, int fd, int backlog);
/* accept4(2), as estab_socket_accept: waits for a connection, or until
 * SO_RCVTIMEO (EAGAIN). */
int estab_loop_accept(struct estab_loop *loop, int fd, struct sockaddr *address,
    socklen_t *length, int flags);
/* connect(2), as estab_socket_connect: waits until the connection is open or
 * has failed, or until SO_SNDTIMEO (EINPROGRESS). */
int estab_loop_connect(struct estab_loop *loop, int fd,
    const struct sockaddr *address, socklen_t length);
/* getsockname(2): the socket's own address and port. */
int estab_loop_getsockname(struct estab_loop *loop, int fd,
    struct sockaddr *address, socklen_t *length);
/* getpeername(2): the peer's.  ENOTCONN unless the connection is open. */
int estab_loop_getpeername(struct estab_loop *loop, int fd,
    struct sockaddr *address, socklen_t *length);

/* send(2): all n bytes are taken, unless time runs out or a signal comes: then
 * it returns how many were. */
ssize_t estab_loop_send(struct estab_loop *loop, int fd, const void *data,
    size_t n, int flags);
/* recv(2): waits for a byte at the least, with MSG_WAITALL for all n.  0 is
 * the end. */
ssize_t estab_loop_recv(struct estab_loop *loop, int fd, void *data, size_t n,
    int flags);

/* writev(2), as estab_loop_send. */
ssize_t estab_loop_writev(struct estab_loop *loop, int fd,
    const struct iovec *vector, int count);
/* readv(2), as estab_loop_recv. */
ssize_t estab_loop_readv(struct estab_loop *loop, int fd,
    const struct iovec *vector, int count);

/* shutdown(2), as estab_socket_shutdown. */
int estab_loop_shutdown(struct estab_loop *loop, int fd, int how);
/* close(2), as estab_socket_close.  With a linger time (SO_LINGER) it waits that
 * long for the peer to have everything. */
int estab_loop_close(struct estab_loop *loop, int fd);

/* setsockopt(2), as estab_socket_setsockopt. */
int estab_loop_setsockopt(struct estab_loop *loop, int fd, int level, int name,
    const void *value, socklen_t length);
/* getsockopt(2), as estab_socket_getsockopt. */
int estab_loop_getsockopt(struct estab_loop *loop, int fd, int level, int name,
    void *value, socklen_t *length);
/* ioctl(2): FIONBIO, and those of estab_socket_ioctl. */
int estab_loop_ioctl(struct estab_loop *loop, int fd, unsigned long request,
    int *value);

/* ---- Poll: waiting for many ----------------------------------------- */

/* poll(2) over sockets of the loop; timeout in milliseconds, negative: for
 * ever. */
int estab_loop_poll(struct estab_loop *loop, struct pollfd *polled, nfds_t n,
    int timeout);

/* A descriptor of the kernel's that is readable whenever the socket is ready
 * for one of events (or has POLLERR or POLLHUP): for poll and epoll beside
 * other descriptors.  Not to be read, written or closed; it ends with the
 * socket.  A socket has one: asked again, it watches for the events asked
 * last.  Errors: EBADF, EMFILE.
 *
 * Ask poll and epoll for EPOLLIN of it, and of nothing else: why it is
 * readable - POLLIN, POLLOUT, POLLPRI, POLLRDHUP, POLLERR, POLLHUP - says
 * estab_loop_poll with a time-out of 0.  With EPOLLET each event is an edge
 * (more text though some is unread, one more connection to accept), and so is
 * to ask for other events, as EPOLL_CTL_MOD is; some edges say nothing new. */
int estab_loop_eventfd(struct estab_loop *loop, int fd, short events);

#ifdef __cplusplus
}
#endif
#endif
