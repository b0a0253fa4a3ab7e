/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Options that are seconds: what ends, with what error and in which order,
 * with the kernel too.  All of a test wait side by side.
 */
#include "socket/twin.h"

#include <netinet/tcp.h>

#define TICK (25 * ESTAB_MS)
#define LATE (400 * ESTAB_MS) /* of the simulated hosts: their clock is ours */

/* One that is waited for.  Nothing is said of how late the kernel may be. */
struct wait {
	const char *what;
	int64_t due_ms; /* 0: not while we look */
	bool (*is_over)(struct wait *wait);
	int fd, peer;
	uint16_t port;
	estab_time began;
	int64_t over_ns; /* since then; 0: not yet */
};

static void
begin(struct wait *wait)
{
	wait->began = twin_now();
}

/* So long that the last one due is over. */
static void
pass(struct wait *wait, size_t n)
{
	const estab_time until = twin_now() + 3500 * ESTAB_MS;

	while (twin_now() < until) {
		twin_pass(TICK);
		for (size_t i = 0; i < n; i++)
			if (wait[i].over_ns == 0 && wait[i].is_over(&wait[i]))
				wait[i].over_ns = twin_now() - wait[i].began;
	}
}

/* Each was over when it should be: none before its time, and none before one
 * that was due earlier. */
static void
expect(const struct wait *wait, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int64_t due = wait[i].due_ms * ESTAB_MS;
		const int64_t over = wait[i].over_ns;

		if ((over == 0) != (due == 0) || over < due ||
		    (!twin->is_kernel && over > due + LATE))
			fail_msg("%s: over after %lld ms, not %lld",
			    wait[i].what, (long long)(over / ESTAB_MS),
			    (long long)wait[i].due_ms);
		for (size_t k = 0; k < n; k++)
			if (due != 0 && wait[k].due_ms * ESTAB_MS > due &&
			    wait[k].began + wait[k].over_ns <
			        wait[i].began + over)
				fail_msg("%s was over before %s", wait[k].what,
				    wait[i].what);
	}
}

/* ---- Nothing gets through ------------------------------------------------ */

static bool
has_failed(struct wait *wait)
{
	return (bits_of(wait->fd) & POLLERR) != 0;
}

static void
keepalive(int fd, int count)
{
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, count);
}

/* The error once, then the end. */
static void
expect_timed_out(const struct wait *wait)
{
	char byte;

	assert_int_equal(bits_of(wait->fd),
	    POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP);
	fails(ETIMEDOUT, twin->recv(wait->fd, &byte, 1, 0));
	wants(0, twin->recv(wait->fd, &byte, 1, 0));
	wants(0, option_of(wait->fd, SOL_SOCKET, SO_ERROR));
	fails(EPIPE, twin->send(wait->fd, "x", 1, 0));
}

enum lost {
	LOST_TEXT,
	LOST_ONE_PROBE,
	LOST_SYN,
	LOST_TWO_PROBES,
	LOST_PROBES_BY_TIME,
	LOST_TEXT_PATIENT,
	LOST_IDLE,
	LOST_COUNT,
};

static void
what_nobody_answers_times_out_in_its_order(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int l = listen_at(PORT, 16);
	struct wait lost[LOST_COUNT] = {
		[LOST_TEXT] = { "text, user time-out of 1 s", 1000 },
		[LOST_ONE_PROBE] = { "keepalive, 1 + 1 * 1 s", 2000 },
		[LOST_SYN] = { "SYN, user time-out of 2 s", 2000 },
		[LOST_TWO_PROBES] = { "keepalive, 1 + 2 * 1 s", 3000 },
		[LOST_PROBES_BY_TIME] = { "keepalive, user time-out of 2.5 s",
		    twin->is_kernel ? 3000 : 0 },
		[LOST_TEXT_PATIENT] = { "text", 0 },
		[LOST_IDLE] = { "nothing", 0 },
	};

	(void)unused;
	for (size_t i = 0; i < LOST_COUNT; i++) {
		lost[i].is_over = has_failed;
		begin(&lost[i]); /* who is kept alive was heard later */
		if (i == LOST_SYN)
			lost[i].fd = twin->socket(CLIENT, AF_INET);
		else
			connect_pair(l, &lost[i].fd, &lost[i].peer);
	}
	set_option(lost[LOST_TEXT].fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 1000);
	set_option(lost[LOST_SYN].fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 2000);
	set_option(lost[LOST_PROBES_BY_TIME].fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
	    2500);
	twin_cut(true);
	keepalive(lost[LOST_ONE_PROBE].fd, 1);
	keepalive(lost[LOST_TWO_PROBES].fd, 2);
	keepalive(lost[LOST_PROBES_BY_TIME].fd, 9);
	begin(&lost[LOST_TEXT]);
	wants(1, twin->send(lost[LOST_TEXT].fd, "x", 1, 0));
	wants(1, twin->send(lost[LOST_TEXT_PATIENT].fd, "x", 1, 0));
	begin(&lost[LOST_SYN]);
	fails(EINPROGRESS, twin->connect(lost[LOST_SYN].fd, AT(at)));
	pass(lost, LOST_COUNT);
	expect(lost, LOST_COUNT);
	for (size_t i = 0; i < LOST_COUNT; i++)
		if (lost[i].due_ms != 0)
			expect_timed_out(&lost[i]);
		else
			assert_int_equal(bits_of(lost[i].fd), POLLOUT);
	twin_cut(false);
	for (size_t i = 0; i < LOST_COUNT; i++)
		wants(0, twin->close(lost[i].fd));
	wants(0, twin->close(l));
}

/* ---- Everything does ----------------------------------------------------- */

static uint16_t
port_of(int fd)
{
	struct sockaddr_in own;
	socklen_t length = sizeof own;

	wants(0, twin->getsockname(fd, (struct sockaddr *)&own, &length));
	return ntohs(own.sin_port);
}

/* Nothing holds the port that this connection had. */
static bool
is_forgotten(struct wait *wait)
{
	const struct sockaddr_in own = v4_of(CLIENT, wait->port);
	const int fd = twin->socket(CLIENT, AF_INET);
	const bool is = twin->bind(fd, AT(own)) == 0;

	wants(0, twin->close(fd));
	return is;
}

static bool
is_accepted(struct wait *wait)
{
	const int fd = twin->accept(wait->fd, NULL, NULL);

	if (fd >= 0)
		wants(0, twin->close(fd));
	return fd >= 0;
}

static void
leave(struct wait *wait, int listener, int linger2_s)
{
	connect_pair(listener, &wait->fd, &wait->peer);
	wait->port = port_of(wait->fd);
	wait->is_over = is_forgotten;
	set_option(wait->fd, IPPROTO_TCP, TCP_LINGER2, linger2_s);
	begin(wait);
	wants(0, twin->close(wait->fd));
}

static void
call_silently(struct wait *wait, int patience_s)
{
	const uint16_t port = ++twin_port;
	const struct sockaddr_in at = v4_of(SERVER, port);

	wait->fd = listen_at(port, 2);
	wait->is_over = is_accepted;
	set_option(wait->fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, patience_s);
	wait->peer = twin->socket(CLIENT, AF_INET);
	begin(wait);
	fails(EINPROGRESS, twin->connect(wait->peer, AT(at)));
}

enum kept {
	KEPT_FIN_WAIT_1_S,
	KEPT_FIN_WAIT_3_S,
	KEPT_FIN_WAIT,
	KEPT_DEFERRED_1_S,
	KEPT_DEFERRED_2_S,
	KEPT_ASKED,
	KEPT_COUNT,
};

static void
what_is_answered_ends_by_its_own_time(void **unused)
{
	const int l = listen_at(PORT, 16);
	struct wait kept[KEPT_COUNT] = {
		[KEPT_FIN_WAIT_1_S] = { "an orphan, TCP_LINGER2 of 1 s", 1000 },
		[KEPT_FIN_WAIT_3_S] = { "an orphan, TCP_LINGER2 of 3 s", 3000 },
		[KEPT_FIN_WAIT] = { "an orphan", 0 },
		[KEPT_DEFERRED_1_S] = { "TCP_DEFER_ACCEPT of 1 s", 1000 },
		[KEPT_DEFERRED_2_S] = { "TCP_DEFER_ACCEPT of 2 s", 3000 },
		[KEPT_ASKED] = { "keepalive, answered", 0 },
	};

	(void)unused;
	leave(&kept[KEPT_FIN_WAIT_1_S], l, 1);
	leave(&kept[KEPT_FIN_WAIT_3_S], l, 3);
	leave(&kept[KEPT_FIN_WAIT], l, 0);
	connect_pair(l, &kept[KEPT_ASKED].fd, &kept[KEPT_ASKED].peer);
	kept[KEPT_ASKED].is_over = has_failed;
	keepalive(kept[KEPT_ASKED].fd, 1);
	call_silently(&kept[KEPT_DEFERRED_1_S], 1);
	call_silently(&kept[KEPT_DEFERRED_2_S], 2);
	pass(kept, KEPT_COUNT);
	expect(kept, KEPT_COUNT);
	assert_int_equal(bits_of(kept[KEPT_ASKED].fd), POLLOUT);
	/* Who was forgotten answers with a reset, who was not closes. */
	wants(1, twin->send(kept[KEPT_FIN_WAIT_1_S].peer, "x", 1, 0));
	twin->settle();
	wants(EPIPE,
	    option_of(kept[KEPT_FIN_WAIT_1_S].peer, SOL_SOCKET, SO_ERROR));
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		wants(0, twin->close(kept[i].peer));
		if (i > KEPT_FIN_WAIT)
			wants(0, twin->close(kept[i].fd));
	}
	wants(0, twin->close(l));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		twin_test(what_nobody_answers_times_out_in_its_order),
		twin_test(what_is_answered_ends_by_its_own_time),
	};

	return TWIN_RUN(tests);
}
