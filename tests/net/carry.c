/* SPDX-License-Identifier: BSD-2-Clause
 *
 * carry.c - known bytes both ways, compared to the last.
 */
#include "net/net.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* A stream is this pattern again and again.  Its length is a prime, so that
 * no page, chunk or window that is lost or doubled goes unseen. */
#define PATTERN_BYTES 1048573
#define READ_BYTES 262144

struct hash {
	crypto_hash_sha256_state state;
};

static uint8_t pattern[2 * PATTERN_BYTES]; /* twice: any start, one piece */

static const uint8_t *
expected(uint64_t offset)
{
	if (pattern[0] == 0) {
		uint32_t x = 1;

		for (size_t i = 0; i < PATTERN_BYTES; i++) {
			x = x * 1664525 + 1013904223;
			pattern[i] = pattern[i + PATTERN_BYTES] =
			    (uint8_t)(x >> 24 | (i == 0));
		}
	}
	return pattern + offset % PATTERN_BYTES;
}

static struct end
end_of(const char *name, int to, int from, uint64_t send_bytes)
{
	struct end end = { .name = name,
		.to = to,
		.from = from,
		.send_bytes = send_bytes,
		.hash = malloc(sizeof(struct hash)) };

	assert_non_null(end.hash);
	(void)crypto_hash_sha256_init(&end.hash->state);
	return end;
}

struct end
end_of_nc(const struct nc *nc, uint64_t send_bytes)
{
	return end_of("estab", nc->in, nc->out, send_bytes);
}

struct end
end_of_socket(int fd, uint64_t send_bytes)
{
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return end_of("kernel", fd, fd, send_bytes);
}

void
end_release(struct end *end)
{
	free(end->hash);
	end->hash = NULL;
}

/* ---- Sending ------------------------------------------------------------ */

void
close_sending(struct end *end)
{
	if (!end->closed && end->to == end->from)
		assert_int_equal(shutdown(end->to, SHUT_WR), 0);
	else if (!end->closed)
		(void)close(end->to);
	end->closed = true;
}

static void
send_now(struct end *end)
{
	const uint64_t left = end->send_bytes - end->sent;
	const size_t n = left < PATTERN_BYTES ? (size_t)left : PATTERN_BYTES;
	const ssize_t put = write(end->to, expected(end->sent), n);

	if (put < 0 && errno != EAGAIN)
		fail_msg("%s: after %llu bytes sent: %s", end->name,
		    (unsigned long long)end->sent, strerror(errno));
	if (put > 0)
		end->sent += (uint64_t)put;
}

void
send_some(struct end *end, uint64_t bytes)
{
	const uint64_t until = end->sent + bytes;

	while (end->sent < until) {
		struct pollfd wait = { .fd = end->to, .events = POLLOUT };

		end->send_bytes = until;
		assert_int_equal(poll(&wait, 1, 5000), 1);
		send_now(end);
	}
}

/* ---- Receiving ---------------------------------------------------------- */

static void
check(struct end *end, const uint8_t *data, size_t n)
{
	const uint8_t *const right = expected(end->received);

	for (size_t i = 0; memcmp(data, right, n) != 0; i++)
		if (data[i] != right[i])
			fail_msg("%s: byte %llu received is wrong", end->name,
			    (unsigned long long)(end->received + i));
	(void)crypto_hash_sha256_update(&end->hash->state, data, n);
	end->received += n;
}

static void
receive_now(struct end *end)
{
	static uint8_t data[READ_BYTES];
	const ssize_t got = read(end->from, data, sizeof data);

	if (got < 0 && errno != EAGAIN)
		fail_msg("%s: after %llu bytes received: %s", end->name,
		    (unsigned long long)end->received, strerror(errno));
	if (got == 0) {
		end->ended = true;
		(void)crypto_hash_sha256_final(&end->hash->state, end->digest);
	}
	if (got > 0)
		check(end, data, (size_t)got);
}

static void
receive_until(struct end *end, uint64_t bytes, double seconds)
{
	const double until = net_seconds() + seconds;

	while (!end->ended && end->received < bytes) {
		struct pollfd wait = { .fd = end->from, .events = POLLIN };

		if (poll(&wait, 1, 100) > 0)
			receive_now(end);
		if (net_seconds() > until)
			fail_msg("%s: %llu bytes, and no more for %.0f s",
			    end->name, (unsigned long long)end->received,
			    seconds);
	}
}

void
receive_some(struct end *end, uint64_t bytes, double seconds)
{
	receive_until(end, end->received + bytes, seconds);
	assert_false(end->ended);
}

void
receive_end(struct end *end, double seconds)
{
	receive_until(end, UINT64_MAX, seconds);
}

/* ---- Both --------------------------------------------------------------- */

static bool
wants_to_send(const struct end *end)
{
	return !end->closed && (!end->answers || end->ended);
}

static void
ask(const struct end *end, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){ .fd = wants_to_send(end) ? end->to : -1,
		.events = POLLOUT };
	fds[1] = (struct pollfd){ .fd = end->ended ? -1 : end->from,
		.events = POLLIN };
}

static void
serve(struct end *end, const struct pollfd fds[2])
{
	if (fds[1].revents != 0)
		receive_now(end);
	if (fds[0].revents != 0 && end->sent < end->send_bytes)
		send_now(end);
	if (wants_to_send(end) && end->sent == end->send_bytes)
		close_sending(end);
}

/* SHA-256 of the first bytes of every stream. */
static void
digest_of(uint64_t bytes, uint8_t digest[32])
{
	static uint64_t known_bytes;
	static uint8_t known[32];
	crypto_hash_sha256_state state;

	if (known_bytes != bytes || bytes == 0) {
		(void)crypto_hash_sha256_init(&state);
		for (uint64_t at = 0; at < bytes; at += PATTERN_BYTES)
			(void)crypto_hash_sha256_update(&state, expected(at),
			    bytes - at < PATTERN_BYTES ? bytes - at :
			                                 PATTERN_BYTES);
		(void)crypto_hash_sha256_final(&state, known);
		known_bytes = bytes;
	}
	memcpy(digest, known, 32);
}

static void
compare(const struct end *from, const struct end *to)
{
	uint8_t digest[32];

	if (to->received != from->sent)
		fail_msg("%s sent %llu bytes and %s received %llu", from->name,
		    (unsigned long long)from->sent, to->name,
		    (unsigned long long)to->received);
	digest_of(from->sent, digest);
	assert_memory_equal(digest, to->digest, 32);
}

void
carry_both(struct end *a, struct end *b, double seconds)
{
	const double until = net_seconds() + seconds;

	while (!a->ended || !b->ended || !a->closed || !b->closed) {
		struct pollfd fds[4];

		ask(a, fds);
		ask(b, fds + 2);
		(void)poll(fds, 4, 1000);
		serve(a, fds);
		serve(b, fds + 2);
		if (net_seconds() > until)
			fail_msg("not done after %.0f s: %s sent %llu got %llu,"
			         " %s sent %llu got %llu",
			    seconds, a->name, (unsigned long long)a->sent,
			    (unsigned long long)a->received, b->name,
			    (unsigned long long)b->sent,
			    (unsigned long long)b->received);
	}
	compare(a, b);
	compare(b, a);
}
