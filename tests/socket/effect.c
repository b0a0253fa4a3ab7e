/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What options do, seen in the packets and in time.  docs/sockets.md names
 * the test of each.
 */
#include "socket/watch.h"

#include <netinet/tcp.h>

#define PACKETS 256
#define TRIES 20 /* a kernel that lost its time slice is asked again */

static struct seen seen[PACKETS];

/* The segments with text that went to a port, each once: the kernel probes the
 * tail of what is acknowledged late. */
static size_t
texts_to(uint16_t port)
{
	const size_t n = watch_to(port, seen, PACKETS);
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (seen[i].text_bytes > 0 &&
		    (count == 0 || seen[i].seq != seen[count - 1].seq))
			seen[count++] = seen[i];
	return count;
}

/* ---- Sending and acknowledging ------------------------------------------- */

/* How many segments three writes of a byte become, while the first is not
 * acknowledged. */
static size_t
segments_of_three_writes(int nodelay)
{
	struct pair p = pair_open();
	size_t n;

	set_option(p.s, IPPROTO_TCP, TCP_QUICKACK, 0);
	set_option(p.c, IPPROTO_TCP, TCP_NODELAY, nodelay);
	watch_begin();
	for (int i = 0; i < 3; i++) {
		wants(1, twin->send(p.c, "x", 1, 0));
		twin_soon();
	}
	twin_wait(100 * ESTAB_MS);
	for (int i = 0; twin->is_kernel && i < 10; i++)
		twin->settle();
	n = texts_to(PORT);
	pair_close(&p);
	twin_port++;
	return n;
}

/* Nagle's algorithm (RFC 9293 3.7.4) holds what is small while something is
 * under way. */
static void
without_delay_each_write_leaves_at_once(void **unused)
{
	size_t n = 3;

	(void)unused;
	wants(3, segments_of_three_writes(1));
	for (int i = 0; n == 3 && i < TRIES; i++)
		n = segments_of_three_writes(0);
	wants(2, n);
}

/* Whether one small segment is acknowledged before the delay of ACKs ends. */
static bool
is_acknowledged_soon(int quick)
{
	struct pair p = pair_open();
	int queued;

	set_option(p.s, IPPROTO_TCP, TCP_QUICKACK, quick);
	wants(1, twin->send(p.c, "x", 1, 0));
	twin_soon();
	wants(0, twin->ioctl(p.c, TIOCOUTQ, &queued));
	pair_close(&p);
	twin_port++;
	return queued == 0;
}

static void
quick_acknowledgments_do_not_wait(void **unused)
{
	bool soon = true;

	(void)unused;
	assert_true(is_acknowledged_soon(1));
	for (int i = 0; soon && i < TRIES; i++)
		soon = is_acknowledged_soon(0);
	assert_false(soon);
}

/* NewReno, by the name of it: after a time-out ssthresh is half of what was
 * under way, the window a segment (RFC 5681 3.1). */
static void
reno_halves_what_was_under_way(void **unused)
{
	struct pair p = pair_open();
	static char text[65536];
	struct tcp_info info;
	socklen_t length = sizeof info;

	(void)unused;
	wants(0, twin->setsockopt(p.c, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
	if (!twin->is_kernel) {
		twin_cut(true);
		wants(sizeof text, twin->send(p.c, text, sizeof text, 0));
		twin_wait(10 * ESTAB_MS);
		wants(0,
		    twin->getsockopt(p.c, IPPROTO_TCP, TCP_INFO, &info,
		        &length));
		assert_int_equal(info.tcpi_snd_cwnd, 10);
		assert_int_equal(info.tcpi_unacked, 10);
		assert_int_equal(info.tcpi_snd_ssthresh, INT32_MAX);
		twin_wait(300 * ESTAB_MS);
		wants(0,
		    twin->getsockopt(p.c, IPPROTO_TCP, TCP_INFO, &info,
		        &length));
		assert_int_equal(info.tcpi_ca_state, 4); /* TCP_CA_Loss */
		assert_int_equal(info.tcpi_snd_cwnd, 1);
		assert_int_equal(info.tcpi_snd_ssthresh, 5);
		twin_cut(false);
	}
	pair_close(&p);
}

/* ---- Buffers ------------------------------------------------------------- */

/* How much a sender gets rid of while nobody reads. */
static int64_t
taken_with(int send_bytes, int receive_bytes)
{
	static char block[65536];
	struct pair p;
	int64_t sent = 0;
	int quiet = 0;

	p.l = listen_at(PORT, 2);
	set_option(p.l, SOL_SOCKET, SO_RCVBUF, receive_bytes);
	connect_pair(p.l, &p.c, &p.s);
	set_option(p.c, SOL_SOCKET, SO_SNDBUF, send_bytes);
	while (quiet < 3) {
		const ssize_t n = twin->send(p.c, block, sizeof block, 0);

		quiet = n < 0 ? quiet + 1 : 0;
		sent += n > 0 ? n : 0;
		twin->settle();
	}
	pair_close(&p);
	twin_port++;
	return sent;
}

/* Linux counts overhead, and moves its limits by it. */
static void
a_buffer_takes_what_it_is_large(void **unused)
{
	const int64_t small = taken_with(8192, 8192);
	const int64_t sends = taken_with(40000, 8192);
	const int64_t receives = taken_with(8192, 40000);

	(void)unused;
	if (!twin->is_kernel) {
		assert_int_equal(small, 8192 + 8192);
		assert_int_equal(sends, 40000 + 8192);
		assert_int_equal(receives, 8192 + 40000);
	}
	assert_true(sends > small + 16384);
	assert_true(receives > small + 16384);
}

/* No window offers more than the buffer takes, from the SYN on. */
static void
a_receive_buffer_bounds_the_window_from_the_first_segment(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int l = listen_at(PORT, 2);
	const int c = twin->socket(CLIENT, AF_INET);
	size_t n;
	int s;

	(void)unused;
	set_option(c, SOL_SOCKET, SO_RCVBUF, 10000); /* no scale is needed */
	watch_begin();
	fails(EINPROGRESS, twin->connect(c, AT(at)));
	twin->settle();
	s = twin->accept(l, NULL, NULL);
	wants(1, twin->send(s, "x", 1, 0));
	twin->settle();
	n = watch_to(PORT, seen, PACKETS);
	assert_true(n >= 2);
	assert_int_equal(seen[0].flags & SYN, SYN);
	for (size_t i = 0; i < n; i++)
		assert_in_range(seen[i].window, 5000,
		    twin->is_kernel ? 20000 : 10000);
	wants(0, twin->close(c));
	wants(0, twin->close(s));
	wants(0, twin->close(l));
}

/* ---- The IP header ------------------------------------------------------- */

struct marked {
	int family, level, hops, service; /* of setsockopt */
};

static const struct marked v4 = { AF_INET, IPPROTO_IP, IP_TTL, IP_TOS };
static const struct marked v6 = { AF_INET6, IPPROTO_IPV6, IPV6_UNICAST_HOPS,
	IPV6_TCLASS };

static void
mark(int fd, const struct marked *m, int hops, int service)
{
	set_option(fd, m->level, m->hops, hops);
	set_option(fd, m->level, m->service, service);
}

static void
every_packet_is_marked(size_t n, int hops, int service)
{
	assert_true(n >= 3);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(seen[i].hops, hops);
		assert_int_equal(seen[i].service, service);
	}
}

/* A whole connection: SYN, SYN+ACK, text and FIN both ways, their ACKs. */
static void
carry_marked(const struct marked *m)
{
	const struct sockaddr_in at4 = v4_of(SERVER, PORT);
	const struct sockaddr_in6 at6 = v6_of(SERVER, PORT);
	const struct sockaddr *at = m->family == AF_INET ?
	    (const struct sockaddr *)&at4 :
	    (const struct sockaddr *)&at6;
	const socklen_t length = m->family == AF_INET ? sizeof at4 : sizeof at6;
	const int l = twin->socket(SERVER, m->family);
	const int c = twin->socket(CLIENT, m->family);
	char text[8];
	int s;

	mark(l, m, 33, 0x28);
	mark(c, m, 44, 0x50);
	wants(0, twin->bind(l, at, length));
	wants(0, twin->listen(l, 2));
	watch_begin();
	fails(EINPROGRESS, twin->connect(c, at, length));
	twin->settle();
	s = twin->accept(l, NULL, NULL);
	assert_true(s >= 0);
	wants(5, twin->send(c, "hello", 5, 0));
	twin->settle();
	wants(5, twin->recv(s, text, 8, 0));
	wants(5, twin->send(s, "hello", 5, 0));
	twin->settle();
	wants(5, twin->recv(c, text, 8, 0));
	every_packet_is_marked(watch_to(PORT, seen, PACKETS), 44, 0x50);
	every_packet_is_marked(watch_from(PORT, seen, PACKETS), 33, 0x28);
	wants(0, twin->close(c));
	wants(0, twin->close(s));
	wants(0, twin->close(l));
}

static void
every_packet_has_the_hops_and_the_service_asked_for(void **unused)
{
	(void)unused;
	carry_marked(&v4);
	twin->settle();
	twin_port++;
	carry_marked(&v6);
}

/* ---- Time ---------------------------------------------------------------- */

/* One who went away is asked after idle s, every interval s, so often; then
 * the connection ends. */
static void
expect_probes(int idle, int interval, int count)
{
	struct pair p = pair_open();
	estab_time heard;
	size_t n;
	char byte;

	set_option(p.s, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(p.s, IPPROTO_TCP, TCP_KEEPIDLE, idle);
	set_option(p.s, IPPROTO_TCP, TCP_KEEPINTVL, interval);
	set_option(p.s, IPPROTO_TCP, TCP_KEEPCNT, count);
	wants(1, twin->send(p.c, "x", 1, 0));
	twin_soon();
	heard = estab_world_now(twin_world());
	wants(1, twin->recv(p.s, &byte, 1, 0));
	twin_wait(ESTAB_SECOND / 2);
	twin_cut(true);
	watch_begin();
	twin_wait((idle + interval * count - 1) * ESTAB_SECOND);
	n = watch_from(PORT, seen, PACKETS);
	assert_int_equal(n, count);
	for (int i = 0; i < count; i++)
		assert_in_range(seen[i].when - heard,
		    (idle + i * interval) * ESTAB_SECOND - 10 * ESTAB_MS,
		    (idle + i * interval) * ESTAB_SECOND + 10 * ESTAB_MS);
	fails(EAGAIN, twin->recv(p.s, &byte, 1, 0));
	twin_wait(ESTAB_SECOND);
	fails(ETIMEDOUT, twin->recv(p.s, &byte, 1, 0));
	twin_cut(false);
	pair_close(&p);
	twin_port++;
}

static void
keepalives_come_when_so_often_and_so_many_as_asked(void **unused)
{
	(void)unused;
	if (twin->is_kernel)
		return; /* its seconds are long */
	expect_probes(5, 2, 3);
	expect_probes(9, 2, 3);
	expect_probes(5, 4, 3);
	expect_probes(5, 2, 6);
}

/* Who does not ask for them sends none. */
static void
without_keepalives_nobody_is_asked(void **unused)
{
	struct pair p = pair_open();

	(void)unused;
	set_option(p.s, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	watch_begin();
	twin_wait(10 * ESTAB_SECOND);
	assert_int_equal(watch_from(PORT, seen, PACKETS), 0);
	pair_close(&p);
}

static void
a_user_timeout_ends_what_nobody_acknowledges(void **unused)
{
	static const int asked_ms[] = { 700, 3000, 20000 };

	(void)unused;
	for (size_t i = 0; !twin->is_kernel && i < 3; i++) {
		struct pair p = pair_open();
		const int64_t whole = asked_ms[i] * ESTAB_MS;

		set_option(p.c, IPPROTO_TCP, TCP_USER_TIMEOUT, asked_ms[i]);
		twin_cut(true);
		wants(1, twin->send(p.c, "x", 1, 0));
		twin_wait(whole - 50 * ESTAB_MS);
		wants(0, option_of(p.c, SOL_SOCKET, SO_ERROR));
		assert_int_equal(bits_of(p.c), POLLOUT);
		twin_wait(100 * ESTAB_MS);
		wants(ETIMEDOUT, option_of(p.c, SOL_SOCKET, SO_ERROR));
		twin_cut(false);
		pair_close(&p);
		twin_port++;
	}
}

static uint32_t
records(enum end end)
{
	struct estab_memory memory;

	estab_memory(twin_host(end), &memory);
	return memory.tcb_count;
}

/* The program has left, the peer does not close: FIN-WAIT-2 of an orphan. */
static void
linger2_ends_an_orphan_in_fin_wait_2(void **unused)
{
	static const struct {
		int asked;
		int64_t ends_ns;
	} row[] = { { 3, 3 * ESTAB_SECOND }, { 20, 20 * ESTAB_SECOND },
		{ 0, 60 * ESTAB_SECOND } };

	(void)unused;
	for (size_t i = 0; !twin->is_kernel && i < 3; i++) {
		struct pair p = pair_open();

		set_option(p.c, IPPROTO_TCP, TCP_LINGER2, row[i].asked);
		wants(0, twin->close(p.c));
		twin_wait(row[i].ends_ns - 200 * ESTAB_MS);
		assert_int_equal(records(CLIENT), 1);
		twin_wait(400 * ESTAB_MS);
		assert_int_equal(records(CLIENT), 0);
		wants(0, twin->close(p.s));
		wants(0, twin->close(p.l));
		twin->settle();
		twin_port++;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		twin_test(without_delay_each_write_leaves_at_once),
		twin_test(quick_acknowledgments_do_not_wait),
		twin_test(reno_halves_what_was_under_way),
		twin_test(a_buffer_takes_what_it_is_large),
		twin_test(a_receive_buffer_bounds_the_window_from_the_first_segment),
		twin_test(every_packet_has_the_hops_and_the_service_asked_for),
		twin_test(keepalives_come_when_so_often_and_so_many_as_asked),
		twin_test(without_keepalives_nobody_is_asked),
		twin_test(a_user_timeout_ends_what_nobody_acknowledges),
		twin_test(linger2_ends_an_orphan_in_fin_wait_2),
	};

	return TWIN_RUN(tests);
}
