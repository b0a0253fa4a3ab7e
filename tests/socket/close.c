/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Ends: shutdown, close, resets, and what is said of them when.
 */
#include "socket/twin.h"

static void
reset_from_server(struct pair *p)
{
	const struct linger now = { 1, 0 };

	wants(0,
	    twin->setsockopt(p->s, SOL_SOCKET, SO_LINGER, &now, sizeof now));
	wants(0, twin->close(p->s));
	twin->settle();
}

static void
end_of(struct pair *p)
{
	wants(0, twin->close(p->c));
	wants(0, twin->close(p->l));
	twin->settle();
}

static void
text_before_a_reset_is_read_then_the_error_once_then_the_end(void **unused)
{
	struct pair p = pair_open();
	char text[8];

	(void)unused;
	wants(5, twin->send(p.s, "hello", 5, 0));
	twin->settle();
	reset_from_server(&p);
	assert_int_equal(bits_of(p.c),
	    POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP);
	wants(2, twin->recv(p.c, text, 2, 0));
	assert_memory_equal(text, "he", 2);
	wants(3, twin->recv(p.c, text, 8, 0));
	assert_memory_equal(text, "llo", 3);
	fails(ECONNRESET, twin->recv(p.c, text, 8, 0));
	wants(0, twin->recv(p.c, text, 8, 0));
	wants(0, option_of(p.c, SOL_SOCKET, SO_ERROR));
	assert_int_equal(bits_of(p.c), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	fails(EPIPE, twin->send(p.c, "x", 1, 0));
	end_of(&p);
}

static void
a_send_after_a_reset_says_so_once_then_it_is_a_broken_pipe(void **unused)
{
	struct pair p = pair_open();

	(void)unused;
	reset_from_server(&p);
	fails(ECONNRESET, twin->send(p.c, "x", 1, 0));
	fails(EPIPE, twin->send(p.c, "x", 1, 0));
	fails(ENOTCONN, twin->shutdown(p.c, SHUT_WR));
	end_of(&p);
}

static void
writing_to_one_who_left_is_answered_by_a_reset(void **unused)
{
	struct pair p = pair_open();
	char byte;

	(void)unused;
	wants(0, twin->close(p.s));
	twin->settle();
	assert_int_equal(bits_of(p.c), POLLIN | POLLOUT | POLLRDHUP);
	wants(1, twin->send(p.c, "x", 1, 0));
	twin->settle();
	assert_int_equal(bits_of(p.c),
	    POLLIN | POLLOUT | POLLRDHUP | POLLERR | POLLHUP);
	wants(EPIPE, option_of(p.c, SOL_SOCKET, SO_ERROR));
	fails(EPIPE, twin->send(p.c, "x", 1, 0));
	wants(0, twin->recv(p.c, &byte, 1, 0));
	end_of(&p);
}

static void
closing_with_text_unread_resets(void **unused)
{
	struct pair p = pair_open();
	char byte;

	(void)unused;
	wants(4, twin->send(p.c, "text", 4, 0));
	twin->settle();
	wants(0, twin->close(p.s));
	twin->settle();
	fails(ECONNRESET, twin->recv(p.c, &byte, 1, 0));
	end_of(&p);
}

static void
w13_a_half_close_ends_one_direction(void **unused)
{
	struct pair p = pair_open();
	char text[8];

	(void)unused;
	wants(0, twin->shutdown(p.c, SHUT_WR));
	wants(0, twin->shutdown(p.c, SHUT_WR)); /* once more is no error */
	twin->settle();
	assert_int_equal(bits_of(p.c), POLLOUT);
	assert_int_equal(bits_of(p.s), POLLIN | POLLOUT | POLLRDHUP);
	fails(EPIPE, twin->send(p.c, "x", 1, 0));
	fails(EPIPE, twin->send(p.c, "", 0, 0));
	wants(0, twin->recv(p.s, text, 8, 0));
	wants(0, twin->recv(p.s, text, 8, 0));
	wants(4, twin->send(p.s, "more", 4, 0));
	twin->settle();
	wants(4, twin->recv(p.c, text, 8, 0));
	wants(0, twin->shutdown(p.s, SHUT_WR));
	twin->settle();
	assert_int_equal(bits_of(p.c), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	assert_int_equal(bits_of(p.s), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	wants(0, twin->recv(p.c, text, 8, 0));
	fails(ENOTCONN, twin->shutdown(p.c, SHUT_RDWR));
	pair_close(&p);
}

static void
after_shut_rd_what_still_comes_may_still_be_read(void **unused)
{
	struct pair p = pair_open();
	char text[8];

	(void)unused;
	wants(0, twin->shutdown(p.c, SHUT_RD));
	assert_int_equal(bits_of(p.c), POLLIN | POLLOUT | POLLRDHUP);
	wants(0, twin->recv(p.c, text, 8, 0));
	wants(4, twin->send(p.s, "late", 4, 0));
	twin->settle();
	wants(4, twin->recv(p.c, text, 8, 0));
	wants(0, twin->recv(p.c, text, 8, 0));
	wants(2, twin->send(p.c, "ok", 2, 0));
	twin->settle();
	wants(2, twin->recv(p.s, text, 8, 0));
	pair_close(&p);
}

static void
shutting_both_ways_hangs_up_at_once(void **unused)
{
	struct pair p = pair_open();

	(void)unused;
	wants(0, twin->shutdown(p.c, SHUT_RDWR));
	assert_int_equal(bits_of(p.c), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	pair_close(&p);
}

static void
an_opening_is_given_up_by_shutdown(void **unused)
{
	const struct sockaddr_in at = v4_of(SERVER, PORT);
	const int l = listen_at(PORT, 1);
	const int fd = twin->socket(CLIENT, AF_INET);

	(void)unused;
	if (twin->is_kernel) { /* it is open before we can */
		wants(0, twin->close(l));
		wants(0, twin->close(fd));
		return;
	}
	fails(EINPROGRESS, twin->connect(fd, AT(at)));
	wants(0, twin->shutdown(fd, SHUT_WR));
	twin->settle();
	fails(EAGAIN, twin->accept(l, NULL, NULL));
	wants(0, twin->close(fd));
	wants(0, twin->close(l));
}

static void
lingering_for_no_time_resets_and_leaves_no_time_wait(void **unused)
{
	const struct sockaddr_in at = v4_of(CLIENT, 6000);
	const struct linger now = { 1, 0 };
	struct linger got = { 0 };
	socklen_t length = sizeof got;
	struct pair p = pair_open();
	char byte;
	int fd;

	(void)unused;
	wants(0,
	    twin->setsockopt(p.c, SOL_SOCKET, SO_LINGER, &now, sizeof now));
	wants(0, twin->getsockopt(p.c, SOL_SOCKET, SO_LINGER, &got, &length));
	assert_memory_equal(&got, &now, sizeof now);
	wants(0, twin->close(p.c));
	twin->settle();
	fails(ECONNRESET, twin->recv(p.s, &byte, 1, 0));
	/* The same four-tuple again, without any flag. */
	for (int again = 0; again < 2; again++) {
		const struct sockaddr_in to = v4_of(SERVER, PORT);

		fd = twin->socket(CLIENT, AF_INET);
		wants(0, twin->bind(fd, AT(at)));
		fails(EINPROGRESS, twin->connect(fd, AT(to)));
		twin->settle();
		wants(0, option_of(fd, SOL_SOCKET, SO_ERROR));
		wants(0,
		    twin->setsockopt(fd, SOL_SOCKET, SO_LINGER, &now,
		        sizeof now));
		wants(0, twin->close(fd));
		twin->settle();
	}
	wants(0, twin->close(p.s));
	wants(0, twin->close(p.l));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		twin_test(
		    text_before_a_reset_is_read_then_the_error_once_then_the_end),
		twin_test(a_send_after_a_reset_says_so_once_then_it_is_a_broken_pipe),
		twin_test(writing_to_one_who_left_is_answered_by_a_reset),
		twin_test(closing_with_text_unread_resets),
		twin_test(w13_a_half_close_ends_one_direction),
		twin_test(after_shut_rd_what_still_comes_may_still_be_read),
		twin_test(shutting_both_ways_hangs_up_at_once),
		twin_test(an_opening_is_given_up_by_shutdown),
		twin_test(lingering_for_no_time_resets_and_leaves_no_time_wait),
	};

	return TWIN_RUN(tests);
}
