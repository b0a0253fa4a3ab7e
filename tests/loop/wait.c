/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Calls that wait.
 */
#include "loop/sides.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/time.h>

/* ---- Blocking ------------------------------------------------------------ */

#define STREAM (4u << 20)

static uint8_t
byte_at(size_t n)
{
	return (uint8_t)(n * 7 + n / 251);
}

static void *
echo_one(void *context)
{
	const int l = *(int *)context;
	const int s = estab_loop_accept(side[1].loop, l, NULL, NULL, 0);
	static _Thread_local uint8_t block[32768];
	ssize_t n;

	if (s < 0)
		return (void *)1;
	while ((n = estab_loop_recv(side[1].loop, s, block, sizeof block, 0)) >
	    0)
		if (estab_loop_send(side[1].loop, s, block, (size_t)n, 0) != n)
			return (void *)2;
	return (void *)(intptr_t)(n != 0 ||
	    estab_loop_close(side[1].loop, s) != 0);
}

static void *
write_stream(void *context)
{
	const int c = *(int *)context;
	uint8_t *text = malloc(STREAM);
	ssize_t sent;

	for (size_t i = 0; i < STREAM; i++)
		text[i] = byte_at(i);
	sent = estab_loop_send(side[0].loop, c, text, STREAM, 0);
	free(text);
	if (sent != (ssize_t)STREAM)
		return (void *)1;
	return (void *)(intptr_t)estab_loop_shutdown(side[0].loop, c, SHUT_WR);
}

static void
check_stream(int c)
{
	uint8_t *text = malloc(STREAM);

	assert_int_equal(estab_loop_recv(side[0].loop, c, text, STREAM,
	                     MSG_WAITALL),
	    STREAM);
	for (size_t i = 0; i < STREAM; i++)
		if (text[i] != byte_at(i))
			fail_msg("byte %zu differs", i);
	assert_int_equal(estab_loop_recv(side[0].loop, c, text, 1, 0), 0);
	free(text);
}

static void
a_stream_goes_there_and_back_while_two_threads_use_one_socket(void **unused)
{
	pthread_t echo, write;
	void *result;
	int l = listener(), c;

	(void)unused;
	assert_int_equal(pthread_create(&echo, NULL, echo_one, &l), 0);
	c = dial();
	assert_int_equal(pthread_create(&write, NULL, write_stream, &c), 0);
	check_stream(c);
	assert_int_equal(pthread_join(write, &result), 0);
	assert_null(result);
	assert_int_equal(pthread_join(echo, &result), 0);
	assert_null(result);
	assert_int_equal(estab_loop_close(side[0].loop, c), 0);
}

#define THREADS 8
#define ROUNDS 40

static void *
echo_many(void *context)
{
	const int l = *(int *)context;
	uint8_t text[64];

	for (int i = 0; i < ROUNDS; i++) {
		const int s = estab_loop_accept(side[1].loop, l, NULL, NULL, 0);
		ssize_t n;

		if (s < 0)
			return (void *)1;
		n = estab_loop_recv(side[1].loop, s, text, 8, MSG_WAITALL);
		if (n != 8 ||
		    estab_loop_send(side[1].loop, s, text, 8, 0) != 8 ||
		    estab_loop_close(side[1].loop, s) != 0)
			return (void *)2;
	}
	return NULL;
}

static void *
call_many(void *context)
{
	const struct sockaddr_in at = address_of(1, PORT);
	uint8_t text[8], answer[8];

	memset(text, *(int *)context, sizeof text);
	for (int i = 0; i < ROUNDS; i++) {
		const int c =
		    estab_loop_socket(side[0].loop, AF_INET, SOCK_STREAM, 0);

		if (c < 0 ||
		    estab_loop_connect(side[0].loop, c,
		        (const struct sockaddr *)&at, sizeof at) != 0 ||
		    estab_loop_send(side[0].loop, c, text, 8, 0) != 8 ||
		    estab_loop_recv(side[0].loop, c, answer, 8, MSG_WAITALL) !=
		        8 ||
		    memcmp(text, answer, 8) != 0 ||
		    estab_loop_recv(side[0].loop, c, answer, 8, 0) != 0 ||
		    estab_loop_close(side[0].loop, c) != 0)
			return (void *)3;
	}
	return NULL;
}

static void
many_threads_use_many_sockets_of_one_host(void **unused)
{
	pthread_t thread[2 * THREADS];
	int number[THREADS];
	int l = listener();

	(void)unused;
	for (int i = 0; i < THREADS; i++) {
		number[i] = i;
		assert_int_equal(pthread_create(&thread[i], NULL, echo_many, &l),
		    0);
		assert_int_equal(pthread_create(&thread[THREADS + i], NULL,
		                     call_many, &number[i]),
		    0);
	}
	for (int i = 0; i < 2 * THREADS; i++) {
		void *result;

		assert_int_equal(pthread_join(thread[i], &result), 0);
		assert_null(result);
	}
}

/* The host acknowledges and keeps its window while its program computes: the
 * peer gets rid of all that fits, and none of it is sent twice. */
static void
a_program_that_computes_still_acknowledges(void **unused)
{
	static uint8_t text[60000];
	struct estab_status status;
	const estab_time until = estab_clock() + 10 * ESTAB_SECOND;
	volatile uint64_t busy = 0;
	struct estab_sockets *sockets;
	int l, c, s, queued = -1;

	(void)unused;
	open_pair(&l, &c, &s);
	assert_int_equal(estab_loop_send(side[1].loop, s, text, sizeof text, 0),
	    sizeof text);
	do { /* compute, and now and then look at the other end */
		for (int i = 0; i < 1000000; i++)
			busy = busy + 1;
		assert_int_equal(estab_loop_ioctl(side[1].loop, s, TIOCOUTQ,
		                     &queued),
		    0);
	} while (queued > 0 && estab_clock() < until);
	assert_int_equal(queued, 0);
	sockets = estab_loop_lock(side[1].loop);
	assert_int_equal(estab_status(side[1].host,
	                     estab_socket_conn(sockets, s), &status),
	    0);
	estab_loop_unlock(side[1].loop);
	assert_int_equal(status.retransmits, 0);
}

/* ---- Time-outs, signals, other threads ----------------------------------- */

static void
time_runs_out(void **unused)
{
	const struct sockaddr_in nobody = address_of(8, PORT);
	const struct timeval soon = { 0, 30000 };
	char byte;
	int l, c, s, d;

	(void)unused;
	open_pair(&l, &c, &s);
	assert_int_equal(estab_loop_setsockopt(side[0].loop, c, SOL_SOCKET,
	                     SO_RCVTIMEO, &soon, sizeof soon),
	    0);
	fails(EAGAIN, estab_loop_recv(side[0].loop, c, &byte, 1, 0));
	fails(EAGAIN, estab_loop_recv(side[0].loop, c, &byte, 1, MSG_DONTWAIT));
	assert_int_equal(estab_loop_setsockopt(side[1].loop, l, SOL_SOCKET,
	                     SO_RCVTIMEO, &soon, sizeof soon),
	    0);
	fails(EAGAIN, estab_loop_accept(side[1].loop, l, NULL, NULL, 0));
	d = estab_loop_socket(side[0].loop, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(estab_loop_setsockopt(side[0].loop, d, SOL_SOCKET,
	                     SO_SNDTIMEO, &soon, sizeof soon),
	    0);
	fails(EINPROGRESS,
	    estab_loop_connect(side[0].loop, d,
	        (const struct sockaddr *)&nobody, sizeof nobody));
}

/* What was sent before time ran out counts. */
static void
a_send_that_runs_out_of_time_says_how_much_it_sent(void **unused)
{
	static uint8_t text[1 << 20];
	const struct timeval soon = { 0, 100000 };
	ssize_t n;
	int l, c, s;

	(void)unused;
	open_pair(&l, &c, &s);
	assert_int_equal(estab_loop_setsockopt(side[0].loop, c, SOL_SOCKET,
	                     SO_SNDTIMEO, &soon, sizeof soon),
	    0);
	n = estab_loop_send(side[0].loop, c, text, sizeof text, 0);
	assert_in_range(n, 64 * 1024, 2 * 64 * 1024);
	fails(EAGAIN, estab_loop_send(side[0].loop, c, text, 1, 0));
}

static atomic_int signals;

static void
on_signal(int number)
{
	(void)number;
	signals++;
}

struct waiter {
	pthread_t thread;
	int fd;
	atomic_bool begun;
	ssize_t result;
	int error;
};

static void *
wait_for_text(void *context)
{
	struct waiter *w = context;
	char byte;

	w->begun = true;
	errno = 0;
	w->result = estab_loop_recv(side[0].loop, w->fd, &byte, 1, 0);
	w->error = errno;
	return NULL;
}

static void
begin_waiting(struct waiter *w, int fd)
{
	w->fd = fd;
	w->begun = false;
	assert_int_equal(pthread_create(&w->thread, NULL, wait_for_text, w), 0);
	while (!w->begun)
		usleep(1000);
	usleep(20000); /* most likely it sleeps now; if not, nothing is lost */
}

static void
handle(int flags)
{
	struct sigaction action = { .sa_handler = on_signal,
		.sa_flags = flags };

	signals = 0;
	assert_int_equal(sigaction(SIGUSR2, &action, NULL), 0);
}

static void
a_signal_interrupts_a_wait(void **unused)
{
	struct waiter w;
	int l, c, s;

	(void)unused;
	open_pair(&l, &c, &s);
	handle(0);
	begin_waiting(&w, c);
	assert_int_equal(pthread_kill(w.thread, SIGUSR2), 0);
	assert_int_equal(pthread_join(w.thread, NULL), 0);
	assert_int_equal(signals, 1);
	assert_int_equal(w.result, -1);
	assert_int_equal(w.error, EINTR);
}

static void
with_restart_the_wait_goes_on(void **unused)
{
	struct waiter w;
	int l, c, s;

	(void)unused;
#ifdef __SANITIZE_THREAD__
	printf("SKIP: ThreadSanitizer holds handlers back until a call ends\n");
	skip();
#endif
	open_pair(&l, &c, &s);
	handle(SA_RESTART);
	begin_waiting(&w, c);
	assert_int_equal(pthread_kill(w.thread, SIGUSR2), 0);
	while (signals == 0)
		usleep(1000);
	assert_int_equal(estab_loop_send(side[1].loop, s, "x", 1, 0), 1);
	assert_int_equal(pthread_join(w.thread, NULL), 0);
	assert_int_equal(w.result, 1);
}

static void
closing_wakes_who_waits(void **unused)
{
	struct waiter w;
	int l, c, s;

	(void)unused;
	open_pair(&l, &c, &s);
	begin_waiting(&w, c);
	assert_int_equal(estab_loop_close(side[0].loop, c), 0);
	assert_int_equal(pthread_join(w.thread, NULL), 0);
	assert_int_equal(w.result, -1);
	assert_int_equal(w.error, EBADF);
	c = dial();
	begin_waiting(&w, c);
	assert_int_equal(estab_loop_shutdown(side[0].loop, c, SHUT_RD), 0);
	assert_int_equal(pthread_join(w.thread, NULL), 0);
	assert_int_equal(w.result, 0);
}

static void
a_linger_waits_until_the_peer_has_everything(void **unused)
{
	const struct linger ten = { 1, 10 };
	static uint8_t text[50000];
	struct estab_memory memory;
	int l, c, s;

	(void)unused;
	open_pair(&l, &c, &s);
	assert_int_equal(estab_loop_setsockopt(side[0].loop, c, SOL_SOCKET,
	                     SO_LINGER, &ten, sizeof ten),
	    0);
	assert_int_equal(estab_loop_send(side[0].loop, c, text, sizeof text, 0),
	    sizeof text);
	assert_int_equal(estab_loop_close(side[0].loop, c), 0);
	/* The other end has it, and the FIN: nothing is left to say here. */
	(void)estab_loop_lock(side[0].loop);
	estab_memory(side[0].host, &memory);
	estab_loop_unlock(side[0].loop);
	assert_int_equal(memory.buffer_bytes, 0);
	assert_int_equal(estab_loop_recv(side[1].loop, s, text, sizeof text,
	                     MSG_WAITALL | MSG_DONTWAIT),
	    sizeof text);
	assert_int_equal(estab_loop_recv(side[1].loop, s, text, 1, MSG_DONTWAIT),
	    0);
}

/* ---- Other ways ---------------------------------------------------------- */

static void
non_blocking_is_said_at_any_time(void **unused)
{
	const struct sockaddr_in at = address_of(1, PORT);
	int l = listener(), on = 1, off = 0, c, s;
	struct pollfd one;
	char text[8];

	(void)unused;
	c = estab_loop_socket(side[0].loop, AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK, 0);
	fails(EINPROGRESS,
	    estab_loop_connect(side[0].loop, c, (const struct sockaddr *)&at,
	        sizeof at));
	one = (struct pollfd){ .fd = c, .events = POLLOUT };
	assert_int_equal(estab_loop_poll(side[0].loop, &one, 1, -1), 1);
	s = estab_loop_accept(side[1].loop, l, NULL, NULL, SOCK_NONBLOCK);
	assert_true(s >= 0);
	fails(EAGAIN, estab_loop_recv(side[1].loop, s, text, 8, 0));
	assert_int_equal(estab_loop_ioctl(side[1].loop, s, FIONBIO, &off), 0);
	assert_int_equal(estab_loop_send(side[0].loop, c, "abc", 3, 0), 3);
	assert_int_equal(estab_loop_recv(side[1].loop, s, text, 3, MSG_WAITALL),
	    3);
	assert_int_equal(estab_loop_ioctl(side[1].loop, l, FIONBIO, &on), 0);
	fails(EAGAIN, estab_loop_accept(side[1].loop, l, NULL, NULL, 0));
	fails(EBADF, estab_loop_ioctl(side[1].loop, 63, FIONBIO, &on));
	fails(EBADF, estab_loop_recv(side[1].loop, 1000, text, 8, 0));
	fails(EBADF, estab_loop_recv(side[1].loop, -1, text, 8, 0));
	fails(EFAULT, estab_loop_send(side[0].loop, c, NULL, 3, 0));
	fails(EFAULT, estab_loop_writev(side[0].loop, c, NULL, 1));
	fails(EFAULT, estab_loop_readv(side[0].loop, c, NULL, 1));
	fails(EFAULT, estab_loop_poll(side[0].loop, NULL, 1, -1));
}

static void
vectors_block_until_all_is_sent(void **unused)
{
	static uint8_t text[3][100000], got[300000];
	const struct iovec from[3] = { { text[0], 100000 }, { text[1], 100000 },
		{ text[2], 100000 } };
	int l, c, s;

	(void)unused;
	open_pair(&l, &c, &s);
	memset(text[1], 1, sizeof text[1]);
	memset(text[2], 2, sizeof text[2]);
	/* The peer reads in this thread, so the vector must be cut by time. */
	assert_int_equal(estab_loop_setsockopt(side[0].loop, c, SOL_SOCKET,
	                     SO_SNDTIMEO, &(struct timeval){ 0, 50000 },
	                     sizeof(struct timeval)),
	    0);
	const ssize_t sent = estab_loop_writev(side[0].loop, c, from, 3);

	assert_in_range(sent, 64 * 1024, 2 * 64 * 1024);
	assert_int_equal(estab_loop_recv(side[1].loop, s, got, (size_t)sent,
	                     MSG_WAITALL),
	    sent);
	for (ssize_t i = 0; i < sent; i++)
		assert_int_equal(got[i], i / 100000);
}

/* ---- Without a thread ---------------------------------------------------- */

static void
without_a_thread_a_call_that_waits_steps_the_loop(void **unused)
{
	const struct itimerval soon = { .it_value = { 0, 30000 } };
	struct sigaction action = { .sa_handler = on_signal };
	pthread_t echo;
	void *result;
	char text[8];
	int l = listener(), c;

	(void)unused;
	assert_int_equal(pthread_create(&echo, NULL, echo_one, &l), 0);
	c = dial();
	assert_int_equal(estab_loop_send(side[0].loop, c, "hello", 5, 0), 5);
	assert_int_equal(estab_loop_recv(side[0].loop, c, text, 5, MSG_WAITALL),
	    5);
	assert_memory_equal(text, "hello", 5);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	fails(EINTR, estab_loop_recv(side[0].loop, c, text, 5, 0));
	assert_int_equal(estab_loop_step(side[0].loop, estab_clock()), 0);
	assert_int_equal(estab_loop_close(side[0].loop, c), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(estab_loop_step(side[0].loop,
		                     estab_clock() + ESTAB_MS),
		    0);
	assert_int_equal(pthread_join(echo, &result), 0);
	assert_null(result);
}

static void
a_device_that_fails_ends_all_waiting(void **unused)
{
	struct waiter w;
	int l, c, s;
	char byte;

	(void)unused;
	open_pair(&l, &c, &s);
	begin_waiting(&w, c);
	side[0].wire.fails = true;
	assert_int_equal(estab_loop_send(side[0].loop, c, "x", 1, 0), 1);
	assert_int_equal(pthread_join(w.thread, NULL), 0);
	assert_int_equal(w.result, -1);
	assert_int_equal(w.error, ENETDOWN);
	fails(ENETDOWN, estab_loop_recv(side[0].loop, c, &byte, 1, 0));
	fails(ENETDOWN,
	    estab_loop_recv(side[0].loop, c, &byte, 1, MSG_DONTWAIT));
	assert_int_equal(estab_loop_error(side[0].loop), EIO);
	fails(EBUSY, estab_loop_step(side[0].loop, ESTAB_NEVER));
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_stream_goes_there_and_back_while_two_threads_use_one_socket),
		T(many_threads_use_many_sockets_of_one_host),
		T(a_program_that_computes_still_acknowledges),
		T(time_runs_out),
		T(a_send_that_runs_out_of_time_says_how_much_it_sent),
		T(a_signal_interrupts_a_wait),
		T(with_restart_the_wait_goes_on),
		T(closing_wakes_who_waits),
		T(a_linger_waits_until_the_peer_has_everything),
		T(non_blocking_is_said_at_any_time),
		T(vectors_block_until_all_is_sent),
		T(a_device_that_fails_ends_all_waiting),
		cmocka_unit_test_setup_teardown(
		    without_a_thread_a_call_that_waits_steps_the_loop,
		    setup_without, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
