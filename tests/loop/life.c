/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A loop's life beside that of its process: forks, signals, descriptors that
 * run out.
 */
#include "loop/sides.h"

#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- fork ---------------------------------------------------------------- */

/* What a child finds, by the number of what was wrong. */
static int
try_all_in_child(int c, int l)
{
	const struct sockaddr_in at = address_of(1, PORT);
	struct pollfd one = { .fd = c, .events = POLLOUT };
	struct estab_loop *loop = side[0].loop;
	struct linger linger = { 0, 0 };
	socklen_t length = sizeof linger;
	char byte;

#define DENIED(call) ((call) == -1 && errno == ENETDOWN)
	if (!DENIED(estab_loop_socket(loop, AF_INET, SOCK_STREAM, 0)) ||
	    !DENIED(estab_loop_send(loop, c, "x", 1, 0)) ||
	    !DENIED(estab_loop_recv(loop, c, &byte, 1, MSG_DONTWAIT)) ||
	    !DENIED(estab_loop_accept(side[1].loop, l, NULL, NULL, 0)) ||
	    !DENIED(estab_loop_connect(loop, c, (const struct sockaddr *)&at,
	        sizeof at)) ||
	    !DENIED(estab_loop_getsockopt(loop, c, SOL_SOCKET, SO_LINGER,
	        &linger, &length)) ||
	    !DENIED(estab_loop_shutdown(loop, c, SHUT_WR)) ||
	    !DENIED(estab_loop_close(loop, c)))
		return 1;
	if (!DENIED(estab_loop_poll(loop, &one, 1, -1)) ||
	    !DENIED(estab_loop_eventfd(loop, c, POLLIN)) ||
	    !DENIED(estab_loop_step(loop, ESTAB_NEVER)) ||
	    !DENIED(estab_loop_start(loop)))
		return 2;
	if (estab_loop_lock(loop) != NULL || estab_loop_error(loop) != ENETDOWN)
		return 3;
	estab_loop_free(loop, estab_clock() + ESTAB_MINUTE);
	estab_loop_free(side[1].loop, estab_clock() + ESTAB_MINUTE);
	return 0;
}

static int
status_of(pid_t child)
{
	int status = -1;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Whoever holds the lock at that moment. */
static void
a_child_can_do_nothing_and_its_parent_goes_on(void **unused)
{
	char text[8];
	int l, c, s;

	(void)unused;
	open_pair(&l, &c, &s);
	assert_true(estab_loop_eventfd(side[0].loop, c, POLLIN) >= 0);
	for (int locked = 0; locked < 2; locked++) {
		pid_t child;

		if (locked)
			(void)estab_loop_lock(side[0].loop);
		child = fork();
		if (child == 0)
			_exit(try_all_in_child(c, l));
		if (locked)
			estab_loop_unlock(side[0].loop);
		assert_int_equal(status_of(child), 0);
	}
	assert_int_equal(estab_loop_send(side[0].loop, c, "hello", 5, 0), 5);
	assert_int_equal(estab_loop_recv(side[1].loop, s, text, 5, MSG_WAITALL),
	    5);
	assert_memory_equal(text, "hello", 5);
	assert_int_equal(estab_loop_recv(side[1].loop, s, text, 5, MSG_DONTWAIT),
	    -1); /* and no FIN of the child's */
}

/* What a child's hosts get their keys from. */
static void
a_child_has_random_bytes_of_its_own(void **unused)
{
	const struct estab_crypto crypto = estab_crypto_native();
	uint8_t ours[32], theirs[32];
	int ends[2];
	pid_t child;

	(void)unused;
	assert_int_equal(pipe(ends), 0);
	crypto.random(crypto.context, ours, sizeof ours);
	child = fork();
	if (child == 0) {
		crypto.random(crypto.context, theirs, sizeof theirs);
		_exit(write(ends[1], theirs, sizeof theirs) != sizeof theirs);
	}
	crypto.random(crypto.context, ours, sizeof ours);
	assert_int_equal(status_of(child), 0);
	assert_int_equal(read(ends[0], theirs, sizeof theirs), sizeof theirs);
	assert_memory_not_equal(ours, theirs, sizeof ours);
	close(ends[0]);
	close(ends[1]);
}

/* ---- connect and signals ------------------------------------------------- */

static void
on_signal(int number)
{
	(void)number;
}

struct caller {
	pthread_t thread;
	int c, result, error;
	atomic_bool done;
};

static void *
call(void *context)
{
	const struct sockaddr_in at = address_of(1, PORT);
	struct caller *caller = context;

	caller->result = estab_loop_connect(side[0].loop, caller->c,
	    (const struct sockaddr *)&at, sizeof at);
	caller->error = errno;
	caller->done = true;
	return NULL;
}

/* POSIX: the connection goes on, and poll says when it is there. */
static void
a_connect_that_a_signal_interrupts_goes_on(void **unused)
{
	const struct sigaction action = { .sa_handler = on_signal };
	const struct sockaddr_in at = address_of(1, PORT);
	struct caller caller = { .done = false };
	struct pollfd one = { .events = POLLOUT };
	int on = 1;

	(void)unused;
	(void)listener();
	assert_int_equal(sigaction(SIGUSR2, &action, NULL), 0);
	caller.c = estab_loop_socket(side[0].loop, AF_INET, SOCK_STREAM, 0);
	(void)estab_loop_lock(side[1].loop); /* nobody answers */
	assert_int_equal(pthread_create(&caller.thread, NULL, call, &caller),
	    0);
	for (int i = 0; !caller.done && i < 10000; i++) {
		usleep(1000);
		(void)pthread_kill(caller.thread, SIGUSR2);
	}
	assert_int_equal(pthread_join(caller.thread, NULL), 0);
	assert_int_equal(caller.result, -1);
	assert_int_equal(caller.error, EINTR);
	assert_int_equal(estab_loop_ioctl(side[0].loop, caller.c, FIONBIO, &on),
	    0);
	fails(EALREADY,
	    estab_loop_connect(side[0].loop, caller.c,
	        (const struct sockaddr *)&at, sizeof at));
	one.fd = caller.c;
	assert_int_equal(estab_loop_poll(side[0].loop, &one, 1, 0), 0);
	estab_loop_unlock(side[1].loop);
	assert_int_equal(estab_loop_poll(side[0].loop, &one, 1, -1), 1);
	assert_int_equal(one.revents, POLLOUT);
	/* As Linux: told once that it went well, then that it is there. */
	assert_int_equal(estab_loop_connect(side[0].loop, caller.c,
	                     (const struct sockaddr *)&at, sizeof at),
	    0);
	fails(EISCONN,
	    estab_loop_connect(side[0].loop, caller.c,
	        (const struct sockaddr *)&at, sizeof at));
}

/* ---- Descriptors that run out -------------------------------------------- */

static void
without_a_socket_left_a_connection_waits(void **unused)
{
	const int l = listener(), c = dial();
	int fd, last = -1, s;
	char text[8];

	(void)unused;
	assert_int_equal(estab_loop_send(side[0].loop, c, "hello", 5, 0), 5);
	while ((fd = estab_loop_socket(side[1].loop, AF_INET, SOCK_STREAM,
	            0)) >= 0)
		last = fd;
	assert_int_equal(errno, EMFILE);
	assert_int_equal(last, SOCKETS - 1);
	fails(EMFILE, estab_loop_accept(side[1].loop, l, NULL, NULL, 0));
	fails(EMFILE, estab_loop_accept(side[1].loop, l, NULL, NULL, 0));
	assert_int_equal(estab_loop_close(side[1].loop, last), 0);
	s = estab_loop_accept(side[1].loop, l, NULL, NULL, 0);
	assert_int_equal(s, last);
	assert_int_equal(estab_loop_recv(side[1].loop, s, text, 5, MSG_WAITALL),
	    5);
	assert_memory_equal(text, "hello", 5);
}

/* The process has no descriptor left: sockets are none of its.  The limit is
 * the first that is free: below what it polls, poll() fails (EINVAL). */
static void
without_a_descriptor_left_only_an_eventfd_is_refused(void **unused)
{
	struct rlimit before, none;
	struct estab_loop *loop;
	int l, c, s, fd;
	char byte;

	(void)unused;
	open_pair(&l, &c, &s);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	fd = dup(STDOUT_FILENO);
	assert_true(fd >= 0 && close(fd) == 0);
	none.rlim_cur = (rlim_t)fd;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	errno = 0;
	fd = estab_loop_eventfd(side[0].loop, c, POLLIN);
	assert_int_equal(errno, EMFILE);
	assert_int_equal(fd, -1);
	fails(EMFILE, estab_loop_create(&loop, side[0].host, 1));
	fd = estab_loop_socket(side[0].loop, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_true(fd >= 0);
	assert_int_equal(estab_loop_send(side[1].loop, s, "x", 1, 0), 1);
	assert_int_equal(estab_loop_recv(side[0].loop, c, &byte, 1, 0), 1);
	assert_true(estab_loop_eventfd(side[0].loop, c, POLLIN) >= 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_child_can_do_nothing_and_its_parent_goes_on),
		cmocka_unit_test(a_child_has_random_bytes_of_its_own),
		T(a_connect_that_a_signal_interrupts_goes_on),
		T(without_a_socket_left_a_connection_waits),
		T(without_a_descriptor_left_only_an_eventfd_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
