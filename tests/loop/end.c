/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A loop that is freed, with sockets open.
 */
#include "loop/sides.h"

#include <poll.h>
#include <pthread.h>

static void *
read_to_the_end(void *context)
{
	const int s = *(int *)context;
	char text[4096];
	ssize_t n;
	size_t got = 0;

	while ((n = estab_loop_recv(side[1].loop, s, text, sizeof text, 0)) > 0)
		got += (size_t)n;
	(void)estab_loop_close(side[1].loop, s);
	return (void *)(n < 0 ? (uintptr_t)-1 : (uintptr_t)got);
}

/* A listener, an opening that nobody answers, text under way, an eventfd: what
 * was sent arrives, and nothing of them is left in the host. */
static void
a_loop_that_is_freed_ends_its_connections_in_order(void **unused)
{
	const struct sockaddr_in nobody = address_of(8, PORT);
	static char text[200000];
	struct estab_memory memory;
	pthread_t reader;
	void *got;
	int l, c, s, d, fd;

	(void)unused;
	open_pair(&l, &c, &s);
	d = estab_loop_socket(side[0].loop, AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK, 0);
	fails(EINPROGRESS,
	    estab_loop_connect(side[0].loop, d,
	        (const struct sockaddr *)&nobody, sizeof nobody));
	d = estab_loop_socket(side[0].loop, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(estab_loop_listen(side[0].loop, d, 4), 0);
	fd = estab_loop_eventfd(side[0].loop, c, POLLIN);
	assert_int_equal(pthread_create(&reader, NULL, read_to_the_end, &s), 0);
	assert_int_equal(estab_loop_send(side[0].loop, c, text, sizeof text, 0),
	    sizeof text);
	estab_loop_free(side[0].loop, estab_clock() + 30 * ESTAB_SECOND);
	estab_memory(side[0].host, &memory);
	assert_int_equal(memory.tcb_count, 0);
	assert_int_equal(memory.buffer_bytes, 0);
	assert_int_equal(pthread_join(reader, &got), 0);
	assert_int_equal((uintptr_t)got, sizeof text);
	fails(EBADF, close(fd));
	/* The host is the program's again, and may have another. */
	assert_int_equal(estab_loop_create(&side[0].loop, side[0].host, SOCKETS),
	    0);
}

/* It has all that was sent, and acknowledged the FIN: there is nothing to wait
 * for.  Its own FIN, had it come at once, would have been answered. */
static void
a_peer_that_keeps_its_half_open_is_not_waited_for(void **unused)
{
	struct estab_memory memory;
	struct pollfd ended = { .events = POLLRDHUP };
	estab_time began;
	int l, c;

	(void)unused;
	open_pair(&l, &c, &ended.fd);
	assert_int_equal(estab_loop_send(side[0].loop, c, "hello", 5, 0), 5);
	began = estab_clock();
	estab_loop_free(side[0].loop, began + ESTAB_MINUTE);
	assert_true(estab_clock() - began < ESTAB_MINUTE / 2);
	estab_memory(side[0].host, &memory);
	assert_int_equal(memory.tcb_count, 1); /* FIN-WAIT-2 */
	assert_int_equal(memory.buffer_bytes, 0);
	assert_int_equal(estab_loop_poll(side[1].loop, &ended, 1, -1), 1);
	assert_int_equal(ended.revents, POLLRDHUP);
	assert_int_equal(estab_loop_create(&side[0].loop, side[0].host, SOCKETS),
	    0);
}

/* A connection of estab.h's is the program's to end. */
static void
what_is_no_socket_is_not_waited_for(void **unused)
{
	const struct estab_endpoint nobody = {
		.address.byte = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 9 },
		.port = 9
	};
	struct estab_memory memory;
	estab_conn conn;
	estab_time began = estab_clock();

	(void)unused;
	(void)estab_loop_lock(side[0].loop);
	assert_int_equal(estab_connect(side[0].host, &conn, NULL, &nobody), 0);
	estab_loop_unlock(side[0].loop);
	estab_loop_free(side[0].loop, began + ESTAB_MINUTE);
	assert_true(estab_clock() - began < ESTAB_MINUTE / 2);
	estab_memory(side[0].host, &memory);
	assert_int_equal(memory.tcb_count, 1);
	assert_int_equal(estab_loop_create(&side[0].loop, side[0].host, SOCKETS),
	    0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_loop_that_is_freed_ends_its_connections_in_order),
		T(a_peer_that_keeps_its_half_open_is_not_waited_for),
		T(what_is_no_socket_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
