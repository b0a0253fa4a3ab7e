/* SPDX-License-Identifier: BSD-2-Clause
 *
 * send and receive with all their flags, vectors, full buffers, and urgent
 * data in and out of line.
 */
#include "socket/twin.h"

#include <netinet/tcp.h>

static void
text_is_peeked_at_then_read(void **unused)
{
	struct pair p = pair_open();
	char text[16] = "";

	(void)unused;
	fails(EAGAIN, twin->recv(p.s, text, 16, 0));
	fails(EAGAIN, twin->recv(p.s, text, 16, MSG_PEEK));
	wants(5, twin->send(p.c, "hello", 5, 0));
	twin->settle();
	assert_int_equal(bits_of(p.s), POLLIN | POLLOUT);
	wants(3, twin->recv(p.s, text, 3, MSG_PEEK));
	wants(5, twin->recv(p.s, text, 16, MSG_PEEK));
	assert_memory_equal(text, "hello", 5);
	wants(2, twin->recv(p.s, text, 2, 0));
	wants(3, twin->recv(p.s, text, 16, MSG_PEEK));
	assert_memory_equal(text, "llo", 3);
	wants(3, twin->recv(p.s, text, 16, MSG_WAITALL | MSG_DONTWAIT));
	fails(EAGAIN, twin->recv(p.s, text, 16, MSG_DONTWAIT));
	pair_close(&p);
}

static void
no_bytes_are_no_error(void **unused)
{
	struct pair p = pair_open();
	char byte;

	(void)unused;
	wants(0, twin->send(p.c, "", 0, 0));
	fails(EAGAIN, twin->recv(p.s, &byte, 0, 0));
	wants(1, twin->send(p.c, "x", 1, 0));
	twin->settle();
	wants(0, twin->recv(p.s, &byte, 0, 0));
	wants(1, twin->recv(p.s, &byte, 1, 0));
	wants(0, twin->shutdown(p.c, SHUT_WR));
	twin->settle();
	wants(0, twin->recv(p.s, &byte, 0, 0));
	pair_close(&p);
}

static void
truncating_throws_text_away(void **unused)
{
	struct pair p = pair_open();
	char text[8] = "unhurt";

	(void)unused;
	wants(5, twin->send(p.c, "hello", 5, 0));
	twin->settle();
	wants(3, twin->recv(p.s, text, 3, MSG_TRUNC));
	assert_string_equal(text, "unhurt");
	wants(2, twin->recv(p.s, text, 8, MSG_TRUNC | MSG_PEEK));
	wants(2, twin->recv(p.s, text, 8, 0));
	assert_memory_equal(text, "lo", 2);
	pair_close(&p);
}

/* Nothing is sent or taken then, nor lost. */
static void
nowhere_is_a_bad_address(void **unused)
{
	struct pair p = pair_open();
	char text[8] = "abc";
	struct iovec piece[] = { { NULL, 0 }, { text, 2 }, { NULL, 2 } };

	(void)unused;
	fails(EFAULT, twin->send(p.c, NULL, 5, 0));
	wants(0, twin->send(p.c, NULL, 0, 0));
	fails(EFAULT, twin->writev(p.c, NULL, 1));
	fails(EFAULT, twin->writev(p.c, &piece[2], 1));
	fails(EFAULT, twin->writev(p.c, piece, 3));
	wants(2, twin->writev(p.c, piece, 2));
	wants(3, twin->send(p.c, "xyz", 3, 0));
	twin->settle();
	fails(EFAULT, twin->recv(p.s, NULL, 5, 0));
	fails(EFAULT, twin->recv(p.s, NULL, 5, MSG_PEEK));
	fails(EFAULT, twin->readv(p.s, NULL, 1));
	fails(EFAULT, twin->readv(p.s, &piece[2], 1));
	fails(EFAULT, twin->readv(p.s, piece, 3));
	wants(2, twin->readv(p.s, piece, 2));
	assert_memory_equal(text, "ab", 2);
	wants(1, twin->recv(p.s, NULL, 1, MSG_TRUNC));
	wants(2, twin->recv(p.s, text, 8, 0));
	assert_memory_equal(text, "yz", 2);
	wants(1, twin->send(p.c, "!", 1, MSG_OOB));
	twin->settle();
	fails(EFAULT, twin->recv(p.s, NULL, 1, MSG_OOB));
	fails(EFAULT, twin->poll(NULL, 1));
	wants(0, twin->poll(NULL, 0));
	pair_close(&p);
}

static void
vectors_are_gathered_and_scattered(void **unused)
{
	struct pair p = pair_open();
	char one[2], two[8] = "", a[] = "hel", b[] = "lo, you";
	const struct iovec from[3] = { { a, 3 }, { NULL, 0 }, { b, 7 } };
	const struct iovec to[3] = { { one, 2 }, { NULL, 0 }, { two, 8 } };

	(void)unused;
	wants(10, twin->writev(p.c, from, 3));
	twin->settle();
	wants(10, twin->readv(p.s, to, 3));
	assert_memory_equal(one, "he", 2);
	assert_memory_equal(two, "llo, you", 8);
	fails(EINVAL, twin->readv(p.s, to, -1));
	fails(EINVAL, twin->writev(p.s, to, 1025));
	fails(EAGAIN, twin->readv(p.s, to, 3));
	pair_close(&p);
}

static void
a_full_buffer_takes_nothing_until_the_peer_reads(void **unused)
{
	struct pair p = pair_open();
	static char block[65536];
	int64_t sent = 0, got = 0;
	ssize_t n;

	(void)unused;
	set_option(p.s, SOL_SOCKET, SO_RCVBUF, 65536);
	set_option(p.c, SOL_SOCKET, SO_SNDBUF, 65536);
	for (int quiet = 0; quiet < 5;) {
		n = twin->send(p.c, block, sizeof block, 0);
		quiet = n < 0 ? quiet + 1 : 0;
		sent += n > 0 ? n : 0;
		twin->settle();
	}
	fails(EAGAIN, twin->send(p.c, block, 1, 0));
	assert_int_equal(bits_of(p.c), 0);
	assert_true(option_of(p.c, IPPROTO_TCP, TCP_MAXSEG) > 0);
	for (int quiet = 0; quiet < 5;) {
		n = twin->recv(p.s, block, sizeof block, 0);
		quiet = n < 0 ? quiet + 1 : 0;
		got += n > 0 ? n : 0;
		twin->settle();
	}
	assert_int_equal(got, sent);
	assert_int_equal(bits_of(p.c), POLLOUT);
	wants(1, twin->send(p.c, block, 1, 0));
	pair_close(&p);
}

static void
queues_are_counted(void **unused)
{
	struct pair p = pair_open();
	int n = -1;
	char byte;

	(void)unused;
	wants(0, twin->ioctl(p.s, FIONREAD, &n));
	assert_int_equal(n, 0);
	wants(5, twin->send(p.c, "hello", 5, 0));
	wants(0, twin->shutdown(p.c, SHUT_WR));
	for (int i = 0; i < 6; i++) /* the FIN's ACK may be delayed */
		twin->settle();
	wants(0, twin->ioctl(p.s, FIONREAD, &n));
	assert_int_equal(n, 5); /* the FIN is no text */
	wants(0, twin->ioctl(p.c, TIOCOUTQ, &n));
	assert_int_equal(n, 0);
	wants(0, twin->ioctl(p.s, SIOCATMARK, &n));
	assert_int_equal(n, 0);
	fails(EINVAL, twin->ioctl(p.l, FIONREAD, &n));
	fails(EINVAL, twin->ioctl(p.l, TIOCOUTQ, &n));
	fails(ENOTTY, twin->ioctl(p.c, 0x5401, &n));
	wants(1, twin->recv(p.s, &byte, 1, 0));
	wants(0, twin->ioctl(p.s, FIONREAD, &n));
	assert_int_equal(n, 4);
	pair_close(&p);
}

/* ---- Urgent data -------------------------------------------------------- */

static void
an_urgent_byte_is_read_out_of_line(void **unused)
{
	struct pair p = pair_open();
	char text[16];
	int n;

	(void)unused;
	fails(EINVAL, twin->recv(p.s, text, 1, MSG_OOB));
	wants(3, twin->send(p.c, "abc", 3, 0));
	wants(3, twin->send(p.c, "de!", 3, MSG_OOB));
	wants(3, twin->send(p.c, "fgh", 3, 0));
	twin->settle();
	assert_int_equal(bits_of(p.s), POLLIN | POLLOUT | POLLPRI);
	wants(1, twin->recv(p.s, text, 4, MSG_OOB | MSG_PEEK));
	assert_int_equal(text[0], '!');
	wants(1, twin->recv(p.s, text, 4, MSG_OOB));
	assert_int_equal(text[0], '!');
	fails(EINVAL, twin->recv(p.s, text, 1, MSG_OOB));
	assert_int_equal(bits_of(p.s), POLLIN | POLLOUT);
	wants(0, twin->ioctl(p.s, FIONREAD, &n));
	assert_int_equal(n, 5);
	wants(5, twin->recv(p.s, text, 16, 0)); /* up to the mark */
	assert_memory_equal(text, "abcde", 5);
	wants(0, twin->ioctl(p.s, SIOCATMARK, &n));
	assert_int_equal(n, 1);
	wants(3, twin->recv(p.s, text, 16, 0)); /* over it */
	assert_memory_equal(text, "fgh", 3);
	wants(0, twin->ioctl(p.s, SIOCATMARK, &n));
	assert_int_equal(n, 0);
	pair_close(&p);
}

static void
an_urgent_byte_that_nobody_reads_is_stepped_over(void **unused)
{
	struct pair p = pair_open();
	char text[16];

	(void)unused;
	wants(2, twin->send(p.c, "a!", 2, MSG_OOB));
	twin->settle();
	wants(1, twin->recv(p.s, text, 16, 0));
	assert_int_equal(bits_of(p.s), POLLOUT | POLLPRI);
	fails(EAGAIN, twin->recv(p.s, text, 16, 0));
	wants(1, twin->send(p.c, "b", 1, 0));
	twin->settle();
	wants(1, twin->recv(p.s, text, 16, 0));
	assert_int_equal(text[0], 'b');
	fails(EINVAL, twin->recv(p.s, text, 1, MSG_OOB));
	pair_close(&p);
}

static void
urgent_data_in_line_stops_at_the_mark(void **unused)
{
	struct pair p = pair_open();
	char text[16];
	int n;

	(void)unused;
	set_option(p.s, SOL_SOCKET, SO_OOBINLINE, 1);
	wants(3, twin->send(p.c, "ab!", 3, MSG_OOB));
	wants(2, twin->send(p.c, "cd", 2, 0));
	twin->settle();
	assert_int_equal(bits_of(p.s), POLLIN | POLLOUT | POLLPRI);
	fails(EINVAL, twin->recv(p.s, text, 1, MSG_OOB));
	wants(0, twin->ioctl(p.s, FIONREAD, &n));
	assert_int_equal(n, 5);
	wants(2, twin->recv(p.s, text, 16, 0));
	wants(0, twin->ioctl(p.s, SIOCATMARK, &n));
	assert_int_equal(n, 1);
	wants(3, twin->recv(p.s, text, 16, 0));
	assert_memory_equal(text, "!cd", 3);
	pair_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		twin_test(text_is_peeked_at_then_read),
		twin_test(no_bytes_are_no_error),
		twin_test(truncating_throws_text_away),
		twin_test(nowhere_is_a_bad_address),
		twin_test(vectors_are_gathered_and_scattered),
		twin_test(a_full_buffer_takes_nothing_until_the_peer_reads),
		twin_test(queues_are_counted),
		twin_test(an_urgent_byte_is_read_out_of_line),
		twin_test(an_urgent_byte_that_nobody_reads_is_stepped_over),
		twin_test(urgent_data_in_line_stops_at_the_mark),
	};

	return TWIN_RUN(tests);
}
