/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How long calls wait, SO_RCVTIMEO, SO_SNDTIMEO and SO_LINGER: one program
 * for the kernel's calls and for those of loop.h.
 */
#include "loop/sides.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

enum end { CLIENT, SERVER };
#define HANDLES 4096 /* of an end; handle = end * HANDLES + descriptor */

static bool of_kernel;
static struct sockaddr_in server;

/* ---- Two implementations -------------------------------------------------- */

static struct estab_loop *
loop_of(int handle)
{
	return side[handle / HANDLES].loop;
}

static int
handle_of(enum end end, int fd)
{
	return fd < 0 ? fd : (int)end * HANDLES + fd;
}

static int
open_socket(enum end end)
{
	const int fd = of_kernel ?
	    socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) :
	    handle_of(end,
	        estab_loop_socket(side[end].loop, AF_INET, SOCK_STREAM, 0));

	assert_true(fd >= 0);
	return fd;
}

static int
set(int fd, int name, const void *value, socklen_t size)
{
	return of_kernel ? setsockopt(fd, SOL_SOCKET, name, value, size) :
	                   estab_loop_setsockopt(loop_of(fd), fd % HANDLES,
	                       SOL_SOCKET, name, value, size);
}

static int
get(int fd, int name, void *value, socklen_t *size)
{
	return of_kernel ? getsockopt(fd, SOL_SOCKET, name, value, size) :
	                   estab_loop_getsockopt(loop_of(fd), fd % HANDLES,
	                       SOL_SOCKET, name, value, size);
}

static int
call_connect(int fd)
{
	const struct sockaddr *const to = (const struct sockaddr *)&server;

	return of_kernel ?
	    connect(fd, to, sizeof server) :
	    estab_loop_connect(loop_of(fd), fd % HANDLES, to, sizeof server);
}

static int
call_accept(int fd)
{
	return of_kernel ?
	    accept(fd, NULL, NULL) :
	    handle_of(SERVER,
	        estab_loop_accept(loop_of(fd), fd % HANDLES, NULL, NULL, 0));
}

static ssize_t
call_send(int fd, const void *data, size_t n)
{
	return of_kernel ?
	    send(fd, data, n, MSG_NOSIGNAL) :
	    estab_loop_send(loop_of(fd), fd % HANDLES, data, n, 0);
}

static ssize_t
call_recv(int fd, void *data, size_t n, int flags)
{
	return of_kernel ?
	    recv(fd, data, n, flags) :
	    estab_loop_recv(loop_of(fd), fd % HANDLES, data, n, flags);
}

static int
call_close(int fd)
{
	return of_kernel ? close(fd) :
	                   estab_loop_close(loop_of(fd), fd % HANDLES);
}

static int
set_non_blocking(int fd)
{
	int on = 1;

	return of_kernel ?
	    ioctl(fd, FIONBIO, &on) :
	    estab_loop_ioctl(loop_of(fd), fd % HANDLES, FIONBIO, &on);
}

static int
listen_with(int backlog)
{
	const int fd = open_socket(SERVER), small = 8192, on = 1;
	socklen_t size = sizeof server;

	server = address_of(1, PORT);
	assert_int_equal(set(fd, SO_REUSEADDR, &on, sizeof on), 0);
	assert_int_equal(set(fd, SO_RCVBUF, &small, sizeof small), 0);
	if (!of_kernel) {
		assert_int_equal(estab_loop_bind(loop_of(fd), fd % HANDLES,
		                     (const struct sockaddr *)&server, size),
		    0);
		assert_int_equal(estab_loop_listen(loop_of(fd), fd % HANDLES,
		                     backlog),
		    0);
		return fd;
	}
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.sin_port = 0;
	assert_int_equal(bind(fd, (const struct sockaddr *)&server, size), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&server, &size), 0);
	return fd;
}

struct pair {
	int l, c, s;
};

static struct pair
open_both(void)
{
	struct pair p = { .l = listen_with(8) };
	const int small = 8192;

	p.c = open_socket(CLIENT);
	assert_int_equal(set(p.c, SO_SNDBUF, &small, sizeof small), 0);
	assert_int_equal(call_connect(p.c), 0);
	p.s = call_accept(p.l);
	assert_true(p.s >= 0);
	return p;
}

/* ---- Whatever the time ----------------------------------------------------- */

#define SOON_NS (200 * ESTAB_MS)
static const struct timeval soon = { .tv_usec = 200000 };
static estab_time began;

static void
begin(void)
{
	began = estab_clock();
}

/* It waited as long as it was to; how late it may be, nothing says. */
static void
has_waited(int64_t ns)
{
	const int64_t passed = estab_clock() - began;

	if (passed < ns - 10 * ESTAB_MS) /* the kernel counts ticks */
		fail_msg("it waited %lld ms, not %lld",
		    (long long)(passed / ESTAB_MS), (long long)(ns / ESTAB_MS));
}

static void
a_reader_waits_so_long_and_keeps_what_came(void **unused)
{
	const struct timeval past = { .tv_sec = -1 };
	struct pair p = open_both();
	char text[8];

	(void)unused;
	assert_int_equal(set(p.s, SO_RCVTIMEO, &past, sizeof past), 0);
	fails(EAGAIN, call_recv(p.s, text, 8, 0));
	assert_int_equal(set(p.s, SO_RCVTIMEO, &soon, sizeof soon), 0);
	begin();
	fails(EAGAIN, call_recv(p.s, text, 8, 0));
	has_waited(SOON_NS);
	assert_int_equal(call_send(p.c, "abc", 3), 3);
	begin();
	assert_int_equal(call_recv(p.s, text, 8, MSG_WAITALL), 3);
	has_waited(SOON_NS);
	begin();
	fails(EAGAIN, call_recv(p.s, text, 8, MSG_WAITALL));
	has_waited(SOON_NS);
	assert_int_equal(set(p.l, SO_RCVTIMEO, &soon, sizeof soon), 0);
	begin();
	fails(EAGAIN, call_accept(p.l));
	has_waited(SOON_NS);
	assert_int_equal(call_close(p.c), 0);
	assert_int_equal(call_recv(p.s, text, 8, 0), 0); /* an end is no wait */
	assert_int_equal(call_close(p.s), 0);
	assert_int_equal(call_close(p.l), 0);
}

/* Send until nothing is taken; returns how much was.  A call that says how
 * much has waited as one that says EAGAIN. */
static size_t
fill(const struct pair *p)
{
	static const char text[4 << 20];
	size_t total = 0;
	ssize_t sent;

	assert_int_equal(set(p->c, SO_SNDTIMEO, &soon, sizeof soon), 0);
	do {
		begin();
		sent = call_send(p->c, text, sizeof text);
		total += sent > 0 ? (size_t)sent : 0;
		has_waited(SOON_NS);
		assert_in_range(total, 8192, sizeof text - 1);
	} while (sent > 0);
	assert_int_equal(errno, EAGAIN);
	return total;
}

static void
read_all(int fd, size_t n)
{
	static char text[4 << 20];

	assert_int_equal(call_recv(fd, text, n, MSG_WAITALL), n);
}

static void
a_writer_waits_so_long_and_says_what_was_taken(void **unused)
{
	struct pair p = open_both();
	const size_t sent = fill(&p);

	(void)unused;
	read_all(p.s, sent);
	assert_int_equal(call_send(p.c, "x", 1), 1);
	assert_int_equal(call_close(p.c), 0);
	assert_int_equal(call_close(p.s), 0);
	assert_int_equal(call_close(p.l), 0);
}

/* Whom a full listener does not let in waits as for one who is silent. */
static void
a_caller_waits_so_long_and_goes_on_calling(void **unused)
{
	const int l = listen_with(0);
	int fd[8];
	size_t n = 0;

	(void)unused;
	do {
		fd[n] = open_socket(CLIENT);
		assert_int_equal(set(fd[n], SO_SNDTIMEO, &soon, sizeof soon),
		    0);
		begin();
	} while (call_connect(fd[n++]) == 0 && n < 8);
	assert_int_equal(errno, EINPROGRESS);
	has_waited(SOON_NS);
	begin();
	fails(EALREADY, call_connect(fd[n - 1]));
	has_waited(SOON_NS);
	while (n > 0)
		assert_int_equal(call_close(fd[--n]), 0);
	assert_int_equal(call_close(l), 0);
}

static void
times_are_read_back_and_bad_ones_refused(void **unused)
{
	static const int names[] = { SO_RCVTIMEO, SO_SNDTIMEO };
	const int fd = open_socket(CLIENT);

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		struct timeval time = { 3, 500000 };
		socklen_t size = sizeof time;

		assert_int_equal(set(fd, names[i], &time, sizeof time), 0);
		time = (struct timeval){ 0 };
		assert_int_equal(get(fd, names[i], &time, &size), 0);
		assert_int_equal(size, sizeof time);
		assert_int_equal(time.tv_sec, 3);
		assert_int_equal(time.tv_usec, 500000);
		time = (struct timeval){ .tv_usec = 1000000 };
		fails(EDOM, set(fd, names[i], &time, sizeof time));
		time = (struct timeval){ .tv_usec = -1 };
		fails(EDOM, set(fd, names[i], &time, sizeof time));
		fails(EINVAL, set(fd, names[i], &time, sizeof time / 2));
		time = (struct timeval){ 0 };
		assert_int_equal(set(fd, names[i], &time, sizeof time), 0);
		assert_int_equal(get(fd, names[i], &time, &size), 0);
		assert_int_equal(time.tv_sec + time.tv_usec, 0);
	}
	assert_int_equal(call_close(fd), 0);
}

/* ---- Lingering ------------------------------------------------------------- */

/* A close that waited in vain is no error, and what was said still arrives.
 * It waits for one that is not to wait, too. */
static void
a_linger_that_runs_out_says_nothing_and_loses_nothing(void **unused)
{
	const struct linger linger = { 1, 1 };

	(void)unused;
	for (int non_blocking = 0; non_blocking < 2; non_blocking++) {
		struct pair p = open_both();
		const size_t n = fill(&p);
		char byte;

		if (non_blocking)
			assert_int_equal(set_non_blocking(p.c), 0);
		assert_int_equal(set(p.c, SO_LINGER, &linger, sizeof linger),
		    0);
		begin();
		assert_int_equal(call_close(p.c), 0);
		has_waited(ESTAB_SECOND);
		read_all(p.s, n);
		assert_int_equal(call_recv(p.s, &byte, 1, 0), 0);
		assert_int_equal(call_close(p.s), 0);
		assert_int_equal(call_close(p.l), 0);
	}
}

/* Of a listener and of one who said nothing there is nothing to wait for; an
 * hour would be noticed. */
static void
a_linger_with_nothing_to_say_does_not_wait(void **unused)
{
	const struct linger hour = { 1, 3600 };
	struct pair p = open_both();
	const int fd = open_socket(CLIENT);
	char byte;

	(void)unused;
	assert_int_equal(set(fd, SO_LINGER, &hour, sizeof hour), 0);
	assert_int_equal(set(p.l, SO_LINGER, &hour, sizeof hour), 0);
	assert_int_equal(set(p.c, SO_LINGER, &hour, sizeof hour), 0);
	assert_int_equal(call_close(fd), 0);
	assert_int_equal(call_close(p.l), 0);
	assert_int_equal(call_close(p.c), 0);
	assert_int_equal(call_recv(p.s, &byte, 1, 0), 0);
	assert_int_equal(call_close(p.s), 0);
}

/* ---- Running --------------------------------------------------------------- */

static int
begin_test(void **state)
{
	return of_kernel ? 0 : setup(state);
}

static int
end_test(void **state)
{
	return of_kernel ? 0 : teardown(state);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)
	const struct CMUnitTest tests[] = {
		T(a_reader_waits_so_long_and_keeps_what_came),
		T(a_writer_waits_so_long_and_says_what_was_taken),
		T(a_caller_waits_so_long_and_goes_on_calling),
		T(times_are_read_back_and_bad_ones_refused),
		T(a_linger_that_runs_out_says_nothing_and_loses_nothing),
		T(a_linger_with_nothing_to_say_does_not_wait),
	};
	const int failed =
	    cmocka_run_group_tests_name("estab", tests, NULL, NULL);

	of_kernel = true;
	return failed +
	    cmocka_run_group_tests_name("the kernel", tests, NULL, NULL);
}
