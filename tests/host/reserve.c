/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SEND in place: a reserved span is the program's until it commits, whatever
 * arrives in the meantime.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

static struct estab_span
reserve(struct lone *l, const struct peer *p, size_t want)
{
	struct estab_span span;

	assert_int_equal(estab_send_reserve(l->host, p->conn, want, &span), 1);
	assert_int_equal(span.length, want);
	memset(span.data, 'r', span.length);
	return span;
}

static struct lone *
opened(estab_conn *listener, struct peer *p)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);

	*listener = lone_listen(l, 2);
	lone_open(l, *listener, 4000, p);
	return l;
}

/* Another connection takes all the memory it can get: what it writes must not
 * show in the span. */
static void
fill_memory(struct lone *l, estab_conn listener)
{
	static const uint8_t text[4096];
	struct peer other;

	lone_open(l, listener, 5000, &other);
	while (estab_send(l->host, other.conn, text, sizeof text) > 0)
		;
}

static void
is_untouched(const struct estab_span *span)
{
	for (uint32_t i = 0; i < span->length; i++)
		assert_int_equal(span->data[i], 'r');
}

static void
is_sent(const struct lone *l, uint16_t port, const uint8_t *text, uint32_t n)
{
	uint32_t i = 0;

	while (i < l->out_count && l->out[i].seg.to_port != port)
		i++;
	assert_true(i < l->out_count);
	assert_int_equal(l->out[i].seg.text_len, n);
	assert_memory_equal(l->out[i].text, text, n);
}

static uint32_t
held_bytes(const struct lone *l)
{
	struct estab_memory memory;

	estab_memory(l->host, &memory);
	return (uint32_t)memory.buffer_bytes;
}

static void
an_ack_of_all_that_was_sent_leaves_the_span(void **unused)
{
	estab_conn listener;
	struct peer p;
	struct lone *l = opened(&listener, &p);
	struct estab_span span;

	(void)unused;
	assert_int_equal(estab_send(l->host, p.conn, "text", 4), 4);
	lone_run(l, 0);
	span = reserve(l, &p, 100);
	p.ack += 4;
	lone_ack(l, &p);
	fill_memory(l, listener);
	is_untouched(&span);
	assert_int_equal(estab_send_commit(l->host, p.conn, 60), 60);
	lone_run(l, 0);
	is_sent(l, 4000, span.data, 60);
	p.ack += 60;
	lone_ack(l, &p);
	lone_free(l);
}

/* The peer resets; the program finds out when it commits. */
static void
the_end_of_the_connection_leaves_the_span(void **unused)
{
	estab_conn listener;
	struct peer p;
	struct lone *l = opened(&listener, &p);
	const struct estab_span span = reserve(l, &p, 200);

	(void)unused;
	lone_reset(l, &p);
	fill_memory(l, listener);
	is_untouched(&span);
	assert_int_equal(estab_send_commit(l->host, p.conn, 200),
	    ESTAB_ECONNRESET);
	assert_int_equal(estab_release(l->host, p.conn), 0);
	lone_free(l);
}

/* Each way to be done with a span gives its memory back. */
static void
a_span_costs_nothing_once_it_is_done_with(void **unused)
{
	enum { COMMIT_NONE, SEND_NONE, RELEASE, ABORT_RELEASE, WAYS };

	(void)unused;
	for (int way = 0; way < WAYS; way++) {
		estab_conn listener;
		struct peer p;
		struct lone *l = opened(&listener, &p);

		(void)reserve(l, &p, 3000);
		assert_true(held_bytes(l) >= 3000);
		if (way == COMMIT_NONE)
			assert_int_equal(estab_send_commit(l->host, p.conn, 0),
			    0);
		if (way == SEND_NONE) {
			struct estab_span none;

			assert_int_equal(estab_send_reserve(l->host, p.conn, 0,
			                     &none),
			    0);
		}
		if (way == ABORT_RELEASE)
			assert_int_equal(estab_abort(l->host, p.conn), 0);
		if (way == RELEASE || way == ABORT_RELEASE)
			assert_int_equal(estab_release(l->host, p.conn), 0);
		assert_int_equal(held_bytes(l), 0);
		lone_free(l);
	}
}

/* What was not reserved holds whatever memory held before: it must not be
 * sent. */
static void
no_more_is_committed_than_was_reserved(void **unused)
{
	estab_conn listener;
	struct peer p;
	struct lone *l = opened(&listener, &p);

	(void)unused;
	assert_int_equal(estab_send(l->host, p.conn, "text", 4), 4);
	assert_int_equal(estab_send_commit(l->host, p.conn, 1), ESTAB_EINVAL);
	(void)reserve(l, &p, 10);
	assert_int_equal(estab_send_commit(l->host, p.conn, 11), ESTAB_EINVAL);
	assert_int_equal(estab_send_commit(l->host, p.conn, 10), ESTAB_EINVAL);
	(void)reserve(l, &p, 10);
	assert_int_equal(estab_send(l->host, p.conn, "more", 4), 4);
	assert_int_equal(estab_send_commit(l->host, p.conn, 10), ESTAB_EINVAL);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 1);
	assert_int_equal(l->out[0].seg.text_len, 8);
	assert_memory_equal(l->out[0].text, "textmore", 8);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ack_of_all_that_was_sent_leaves_the_span),
		cmocka_unit_test(the_end_of_the_connection_leaves_the_span),
		cmocka_unit_test(a_span_costs_nothing_once_it_is_done_with),
		cmocka_unit_test(no_more_is_committed_than_was_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
