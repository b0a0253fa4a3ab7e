/* SPDX-License-Identifier: BSD-2-Clause
 *
 * carry.c - bytes between a connection and standard input and output: read
 * into its send buffer, written from its receive buffer, no copy between.
 */
#include "cli/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define READ_BYTES ((size_t)1024 * 1024)
#define PIPE_BYTES (1024 * 1024)
#define SPANS 16

/* A second opening of a pipe or terminal, so that O_NONBLOCK is ours alone
 * and does not stay behind in the shell that owns the first. */
static int
reopen(int fd, int flags)
{
	char path[32];

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool
is(int fd, mode_t type)
{
	struct stat about;

	return fstat(fd, &about) == 0 && (about.st_mode & S_IFMT) == type;
}

void
carry_begin(struct carry *carry, struct estab_host *host)
{
	*carry = (struct carry){
		.host = host,
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.out_bytes_max = READ_BYTES,
	};
	/* Larger pipes are a favour the kernel may refuse. */
	if (is(STDIN_FILENO, S_IFIFO))
		(void)fcntl(STDIN_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
	if (is(STDOUT_FILENO, S_IFREG))
		return;
	if (is(STDOUT_FILENO, S_IFIFO))
		(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
	carry->out = reopen(STDOUT_FILENO, O_WRONLY);
	if (carry->out < 0) {
		/* A socket, say.  This much poll promises to be taken. */
		carry->out = STDOUT_FILENO;
		carry->out_bytes_max = PIPE_BUF;
		carry->out_full = true;
	}
}

void
carry_end(struct carry *carry)
{
	if (carry->out > STDERR_FILENO)
		(void)close(carry->out);
	carry->out = -1;
}

/* ---- Polling ------------------------------------------------------------ */

void
carry_ask(const struct carry *carry, int ready, struct pollfd own[2])
{
	const bool wanted = ready > 0 && (ready & (int)ESTAB_WRITABLE) != 0;
	const bool waiting = ready > 0 && (ready & (int)ESTAB_READABLE) != 0;

	own[0] =
	    (struct pollfd){ .fd = wanted ? carry->in : -1, .events = POLLIN };
	own[1] =
	    (struct pollfd){ .fd = waiting && carry->out_full ? carry->out : -1,
		    .events = POLLOUT };
}

void
carry_told(struct carry *carry, const struct pollfd own[2])
{
	carry->in_ready = own[0].revents != 0;
	if (own[1].revents != 0)
		carry->out_full = false;
}

/* ---- Moving ------------------------------------------------------------- */

int
carry_in(struct carry *carry, estab_conn conn)
{
	struct estab_span span;
	ssize_t got;

	if (!carry->in_ready || carry->in < 0)
		return 0;
	carry->in_ready = false;
	if (estab_send_reserve(carry->host, conn, READ_BYTES, &span) < 0 ||
	    span.length == 0)
		return 0;
	got = read(carry->in, span.data, span.length);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (got == 0) {
		carry->in = -1;
		(void)estab_close(carry->host, conn);
		return 1;
	}
	(void)estab_send_commit(carry->host, conn, (size_t)got);
	carry->in_bytes += (uint64_t)got;
	return 1;
}

/* Write the first spans of the receive buffer.  Returns bytes or a negative
 * errno. */
static ssize_t
write_some(struct carry *carry, estab_conn conn)
{
	struct estab_span span[SPANS];
	struct iovec iov[SPANS];
	const int n = estab_receive_peek(carry->host, conn, span, SPANS);
	size_t total = 0;
	ssize_t put;
	int used = 0;

	while (used < n && total < carry->out_bytes_max) {
		const size_t left = carry->out_bytes_max - total;
		const size_t length =
		    span[used].length < left ? span[used].length : left;

		iov[used] = (struct iovec){ span[used].data, length };
		used++;
		total += length;
	}
	if (total == 0)
		return 0;
	put = writev(carry->out, iov, used);
	if (put < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	if (put < 0)
		put = 0;
	carry->out_full =
	    (size_t)put < total || carry->out_bytes_max == PIPE_BUF;
	return put;
}

int
carry_out(struct carry *carry, estab_conn conn)
{
	int moved = 0;

	while (!carry->out_full) {
		const ssize_t put = write_some(carry, conn);

		if (put <= 0)
			return put < 0 ? (int)put : moved;
		(void)estab_receive_consume(carry->host, conn, (size_t)put);
		carry->out_bytes += (uint64_t)put;
		moved = 1;
	}
	return moved;
}

void
carry_out_ended(struct carry *carry)
{
	if (carry->out < 0)
		return;
	carry_end(carry);
	(void)close(STDOUT_FILENO);
	(void)open("/dev/null", O_WRONLY | O_CLOEXEC);
}
