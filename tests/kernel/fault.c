/* SPDX-License-Identifier: BSD-2-Clause
 *
 * fault.c - each system call on a device fails once, at each place in the life
 * of a connection: every byte arrives all the same, and a call that only came
 * at a bad time costs no packet.
 *
 * This program has calls of its own, which the rooms find before the C
 * library's.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel/wire.h"

#define BYTES 3000u
#define RUNS_MAX 1000u
#define SHORT (-1) /* half of what was there, and nothing of it */
#define ZERO (-2)
#define REPEAT_MS 20 /* what is lost is not to be waited for long */

enum call { IN, OUT, SLEEP };

static struct {
	int fd; /* the device's */
	enum call call;
	int error;      /* or SHORT, ZERO */
	uint32_t after; /* so many calls; 0: the next */
	bool armed, hit;
	bool cutting; /* this read */
	bool text;    /* a TCP segment was hit */
	uint32_t ip_at;
	uint32_t sleeps;
} fault = { .fd = -1 };

/* Whether this call is the one. */
static bool
struck(enum call call, int fd)
{
	if (!fault.armed || call != fault.call || fd != fault.fd ||
	    fault.after-- > 0)
		return false;
	fault.armed = false;
	fault.hit = true;
	fault.cutting = fault.error < 0;
	return true;
}

static ssize_t
failed(void)
{
	errno = fault.error;
	return -1;
}

static bool
is_tcp(const uint8_t *packet)
{
	return packet[packet[0] >> 4 == 4 ? 9 : 6] == IPPROTO_TCP;
}

/* What a read gave, or less of it. */
static ssize_t
cut(ssize_t got, const uint8_t *packet)
{
	fault.cutting = false;
	if (got <= 0) { /* nothing to be cut: the next, then */
		fault.armed = true;
		fault.hit = false;
		fault.after = 0;
		return got;
	}
	fault.text = is_tcp(packet);
	return fault.error == SHORT ? got / 2 : 0;
}

ssize_t
read(int fd, void *to, size_t n)
{
	if (struck(IN, fd) && fault.error > 0)
		return failed();

	const ssize_t got = syscall(SYS_read, fd, to, n);

	return fault.cutting ? cut(got, (uint8_t *)to + fault.ip_at) : got;
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	if (struck(IN, fd) && fault.error > 0)
		return failed();

	const ssize_t got = syscall(SYS_recvmsg, fd, message, flags);

	return fault.cutting ?
	    cut(got, (uint8_t *)message->msg_iov[1].iov_base + fault.ip_at) :
	    got;
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	return struck(OUT, fd) ? failed() : syscall(SYS_writev, fd, iov, n);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	return struck(OUT, fd) ? failed() :
	                         syscall(SYS_sendmsg, fd, message, flags);
}

int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *wait,
    const sigset_t *mask)
{
	struct timespec left = { 0 };

	fault.sleeps++;
	if (n > 0 && struck(SLEEP, fault.fd))
		return (int)failed();
	if (wait != NULL)
		left = *wait;
	return (int)syscall(SYS_ppoll, fds, n, wait != NULL ? &left : NULL,
	    mask, 8);
}

/* ---- A connection's life ------------------------------------------------- */

static uint64_t
count(const struct wire *w, enum estab_counter id)
{
	return estab_counter(w->host, id);
}

/* Frames that the host saw were not whole. */
static uint64_t
cut_frames(const struct wire *w)
{
	return count(w, ESTAB_COUNT_IpInTruncated) +
	    count(w, ESTAB_COUNT_IpInHdrErrors) +
	    count(w, ESTAB_COUNT_EthInRunts);
}

/* Segments that either end had to send again. */
static uint64_t
sent_again(const struct wire *w)
{
	struct tcp_info info;
	socklen_t size = sizeof info;

	assert_int_equal(getsockopt(w->fd, IPPROTO_TCP, TCP_INFO, &info, &size),
	    0);
	return count(w, ESTAB_COUNT_RetransSegs) + info.tcpi_total_retrans;
}

/* A connection from its first packet to its last byte, its call number after
 * failing.  Returns how many segments were sent again. */
static uint64_t
live(struct wire *w, uint32_t after)
{
	const estab_time before = estab_clock();
	const uint64_t again = count(w, ESTAB_COUNT_RetransSegs);
	const uint64_t whole = cut_frames(w);
	uint64_t result;

	fault.fd = w->device.fd;
	fault.ip_at = w->device.link.ethernet ? 14 : 0;
	fault.after = after;
	fault.sleeps = 0;
	fault.hit = fault.text = false;
	fault.armed = true;
	wire_kernel_calls(w);
	wire_carry(w, BYTES);
	fault.armed = false;
	assert_int_equal(w->failure, 0);
	assert_int_equal(w->echoed, BYTES);
	/* One sleep is of 5 ms at most: five times as many would be a spin. */
	assert_in_range(fault.sleeps, 1,
	    100 + (estab_clock() - before) / ESTAB_MS);
	if (fault.hit && fault.text && fault.error == SHORT)
		assert_int_equal(cut_frames(w), whole + 1);
	result = sent_again(w) - again;
	wire_hang_up(w);
	return result;
}

/* Over each kind of link, v4 and v6: the first call fails, then the second,
 * until the connection has ended before so many.  What is lost costs one
 * packet, sent again; who was only told to come again loses none, though a
 * busy machine may look like it now and then. */
static void
at_each_call(enum call call, int error)
{
	const bool loses = error < 0;
	const struct estab_config config = { .address_probes = ESTAB_OFF,
		.rto_initial_ns = loses ? REPEAT_MS * ESTAB_MS : 0,
		.rto_min_ns = loses ? REPEAT_MS * ESTAB_MS : 0 };

	for (int cell = 0; cell < 2 * WIRE_KINDS; cell++) {
		struct wire *w = wire_create((enum wire_kind)(cell / 2),
		    cell % 2 == 0 ? AF_INET : AF_INET6, &config);
		uint32_t runs = 0;
		uint64_t again = 0;

		if (loses)
			wire_kernel_repeats_after(w, REPEAT_MS);
		fault.call = call;
		fault.error = error;
		do {
			assert_true(runs < RUNS_MAX);
			again += live(w, runs++);
		} while (fault.hit);
		assert_true(runs > 3);
		if (!loses)
			assert_true(again <= runs / 4);
	}
}

static void
a_read_that_fails_for_now_loses_nothing(void **unused)
{
	(void)unused;
	at_each_call(IN, EAGAIN);
	at_each_call(IN, EINTR);
	at_each_call(IN, ENOBUFS);
	at_each_call(IN, ENOMEM);
}

static void
a_read_cut_short_is_counted_and_loses_one_packet(void **unused)
{
	(void)unused;
	at_each_call(IN, SHORT);
}

static void
a_read_of_nothing_loses_one_packet(void **unused)
{
	(void)unused;
	at_each_call(IN, ZERO);
}

static void
a_write_that_fails_for_now_loses_nothing(void **unused)
{
	(void)unused;
	at_each_call(OUT, EAGAIN);
	at_each_call(OUT, EINTR);
	at_each_call(OUT, ENOBUFS);
	at_each_call(OUT, ENOMEM);
}

static void
a_sleep_that_a_signal_ends_loses_nothing(void **unused)
{
	(void)unused;
	at_each_call(SLEEP, EINTR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_read_that_fails_for_now_loses_nothing),
		cmocka_unit_test(a_read_cut_short_is_counted_and_loses_one_packet),
		cmocka_unit_test(a_read_of_nothing_loses_one_packet),
		cmocka_unit_test(a_write_that_fails_for_now_loses_nothing),
		cmocka_unit_test(a_sleep_that_a_signal_ends_loses_nothing),
	};

	return cmocka_run_group_tests(tests, wire_enter, wire_leave);
}
