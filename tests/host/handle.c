/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A handle that has ended is an error, whatever stands in its place now.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

/* Every public call that takes a handle. */
static void
is_stale(struct estab_host *host, estab_conn conn)
{
	const struct estab_endpoint remote = { .address = lone_address(4, 1),
		.port = 9 };
	struct estab_status status;
	struct estab_span span;
	uint8_t byte[4] = { 0 };
	int64_t value;
	estab_conn other;

	assert_int_equal(estab_set(host, conn, ESTAB_NODELAY, 1), ESTAB_ESTALE);
	assert_int_equal(estab_get(host, conn, ESTAB_NODELAY, &value),
	    ESTAB_ESTALE);
	assert_int_equal(estab_accept(host, conn, &other), ESTAB_ESTALE);
	assert_int_equal(estab_listen_connect(host, conn, &remote, &other),
	    ESTAB_ESTALE);
	assert_int_equal(estab_send(host, conn, byte, 1), ESTAB_ESTALE);
	assert_int_equal(estab_send_urgent(host, conn, byte, 1), ESTAB_ESTALE);
	assert_int_equal(estab_send_reserve(host, conn, 1, &span),
	    ESTAB_ESTALE);
	assert_int_equal(estab_send_commit(host, conn, 1), ESTAB_ESTALE);
	assert_int_equal(estab_receive(host, conn, byte, 1), ESTAB_ESTALE);
	assert_int_equal(estab_receive_peek(host, conn, &span, 1),
	    ESTAB_ESTALE);
	assert_int_equal(estab_receive_consume(host, conn, 0), ESTAB_ESTALE);
	assert_int_equal(estab_urgent(host, conn), ESTAB_ESTALE);
	assert_int_equal(estab_close(host, conn), ESTAB_ESTALE);
	assert_int_equal(estab_abort(host, conn), ESTAB_ESTALE);
	assert_int_equal(estab_release(host, conn), ESTAB_ESTALE);
	assert_int_equal(estab_forget(host, conn), ESTAB_ESTALE);
	assert_int_equal(estab_ready(host, conn), ESTAB_ESTALE);
	assert_int_equal(estab_status(host, conn, &status), ESTAB_ESTALE);
}

static estab_conn
connect_to(struct lone *l, uint16_t port)
{
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint remote = { .address = lone_address(4, 1),
		.port = port };
	estab_conn conn;

	assert_int_equal(estab_connect(l->host, &conn, &any, &remote), 0);
	return conn;
}

static void
end(struct lone *l, estab_conn conn)
{
	assert_int_equal(estab_abort(l->host, conn), 0);
	assert_int_equal(estab_release(l->host, conn), 0);
}

static void
a_released_handle_is_stale_for_every_call(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const estab_conn listener = lone_listen(l, 1);
	const estab_conn conn = connect_to(l, 80);

	(void)unused;
	end(l, conn);
	is_stale(l->host, conn);
	assert_int_equal(estab_close(l->host, listener), 0);
	assert_int_equal(estab_release(l->host, listener), 0);
	is_stale(l->host, listener);
	is_stale(l->host, 0);
	lone_free(l);
}

/* The record's place is used again and again; old names stay old. */
static void
reuse_of_its_place_does_not_wake_a_handle(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const estab_conn first = connect_to(l, 80);
	estab_conn last = first;
	uint32_t same_place = 0;

	(void)unused;
	end(l, first);
	for (uint32_t i = 0; i < 10000; i++) {
		struct estab_status status;
		const estab_conn now = connect_to(l, (uint16_t)(1 + i % 50000));

		assert_true(now != first && now != last);
		assert_int_equal(estab_status(l->host, first, &status),
		    ESTAB_ESTALE);
		assert_int_equal(estab_status(l->host, last, &status),
		    ESTAB_ESTALE);
		if ((uint32_t)now == (uint32_t)first)
			same_place++;
		if (i % 500 == 0)
			is_stale(l->host, first);
		end(l, now);
		last = now;
	}
	assert_true(same_place > 9000); /* else the test shows nothing */
	lone_check_empty(l);
	lone_free(l);
}

static void
a_number_that_never_was_a_handle_is_stale(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const estab_conn conn = connect_to(l, 80);
	uint64_t x = 88172645463325252u;

	(void)unused;
	for (int bit = 0; bit < 64; bit++)
		is_stale(l->host, conn ^ (uint64_t)1 << bit);
	for (int i = 0; i < 20000; i++) {
		struct estab_status status;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		if (estab_status(l->host, x, &status) == 0)
			assert_int_equal(x, conn);
		/* The right generation, any place. */
		if (estab_status(l->host, conn >> 32 << 32 | (uint32_t)x,
		        &status) == 0)
			assert_int_equal((uint32_t)conn, (uint32_t)x);
	}
	assert_int_equal(estab_close(l->host, conn), 0);
	lone_free(l);
}

/* What the peer does not end stays a handle until it is released. */
static void
a_handle_outlives_its_connection_until_released(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const estab_conn listener = lone_listen(l, 1);
	struct peer p;
	uint8_t byte;

	(void)unused;
	lone_open(l, listener, 4000, &p);
	lone_reset(l, &p);
	for (int i = 0; i < 3; i++) {
		lone_run(l, 3600 * ESTAB_SECOND);
		assert_int_equal(estab_receive(l->host, p.conn, &byte, 1),
		    ESTAB_ECONNRESET);
		assert_int_equal(estab_send(l->host, p.conn, &byte, 1),
		    ESTAB_ECONNRESET);
	}
	assert_int_equal(estab_release(l->host, p.conn), 0);
	is_stale(l->host, p.conn);
	lone_free(l);
}

static uint32_t
records(const struct lone *l, struct estab_status *last)
{
	struct estab_status status;
	uint64_t cursor = 0;
	uint32_t n = 0;

	while (estab_status_next(l->host, &cursor, &status) == 1)
		if (status.kind != ESTAB_KIND_LISTENER) {
			*last = status;
			n++;
		}
	return n;
}

/* Text that waits for its ACK keeps the connection, not its name. */
static void
the_handle_of_a_live_orphan_is_stale_and_a_tool_still_sees_it(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const estab_conn listener = lone_listen(l, 1);
	struct estab_status status, again;
	struct peer p;

	(void)unused;
	lone_open(l, listener, 4000, &p);
	assert_int_equal(estab_send(l->host, p.conn, "text", 4), 4);
	assert_int_equal(estab_release(l->host, p.conn), 0);
	is_stale(l->host, p.conn);
	assert_int_equal(records(l, &status), 1);
	assert_true(status.orphan);
	assert_int_equal(status.state, ESTAB_FIN_WAIT_1);
	assert_int_equal(status.send_queued_bytes, 4);
	assert_int_equal(estab_status(l->host, status.conn, &again), 0);
	assert_memory_equal(&status, &again, sizeof status);
	assert_int_equal(estab_abort(l->host, status.conn), ESTAB_ESTALE);
	assert_int_equal(estab_set(l->host, status.conn, ESTAB_NODELAY, 1),
	    ESTAB_ESTALE);
	is_stale(l->host, p.conn);
	lone_free(l);
}

static void
what_waits_to_be_accepted_is_nobodys(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const estab_conn listener = lone_listen(l, 1);
	struct estab_status status;
	estab_conn conn;
	struct peer p;

	(void)unused;
	lone_shake(l, 4000, &p);
	assert_int_equal(records(l, &status), 1);
	assert_int_equal(estab_release(l->host, status.conn), ESTAB_ESTALE);
	assert_int_equal(estab_close(l->host, status.conn), ESTAB_ESTALE);
	assert_int_equal(estab_send(l->host, status.conn, "x", 1),
	    ESTAB_ESTALE);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(conn, status.conn);
	assert_int_equal(estab_send(l->host, conn, "x", 1), 1);
	lone_free(l);
}

/* Where there is no memory for the connection the listener stays as it is,
 * with all that waits there. */
static void
a_listener_that_could_not_turn_active_still_listens(void **unused)
{
	const struct estab_config config = { .connections_max = 1 };
	const struct estab_endpoint remote = { .address = lone_address(4, 1),
		.port = 9 };
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
	const estab_conn listener = lone_listen(l, 3);
	struct estab_status before, after;
	estab_conn conn = 0;
	struct peer p;

	(void)unused;
	lone_shake(l, 4000, &p);
	assert_int_equal(estab_status(l->host, listener, &before), 0);
	assert_int_equal(estab_listen_connect(l->host, listener, &remote, &conn),
	    ESTAB_ENOMEM);
	assert_int_equal(estab_status(l->host, listener, &after), 0);
	assert_memory_equal(&before, &after, sizeof before);
	assert_int_equal(after.accept_count, 1);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 0);
	assert_int_equal(estab_accept(l->host, listener, &p.conn), 0);
	end(l, p.conn);
	assert_int_equal(estab_listen_connect(l->host, p.conn, &remote, &conn),
	    ESTAB_ESTALE);
	assert_int_equal(estab_listen_connect(l->host, listener, &remote, &conn),
	    0);
	is_stale(l->host, listener);
	assert_int_equal(estab_listen_connect(l->host, conn, &remote, &conn),
	    ESTAB_EINVAL);
	lone_free(l);
}

/* Its record may stand in the list of events when it goes. */
static void
a_released_connection_leaves_no_event_behind(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const estab_conn listener = lone_listen(l, 1);
	const estab_conn opening = connect_to(l, 80);
	struct estab_event event;
	struct peer p;

	(void)unused;
	assert_int_equal(estab_release(l->host, opening), 0);
	assert_int_equal(estab_event(l->host, &event), 0);
	lone_open(l, listener, 4000, &p);
	lone_text(l, &p, "unread", 6);
	assert_int_equal(estab_release(l->host, p.conn), 0);
	while (estab_event(l->host, &event) == 1)
		assert_int_equal(event.conn, listener);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_released_handle_is_stale_for_every_call),
		cmocka_unit_test(reuse_of_its_place_does_not_wake_a_handle),
		cmocka_unit_test(a_number_that_never_was_a_handle_is_stale),
		cmocka_unit_test(a_handle_outlives_its_connection_until_released),
		cmocka_unit_test(
		    the_handle_of_a_live_orphan_is_stale_and_a_tool_still_sees_it),
		cmocka_unit_test(what_waits_to_be_accepted_is_nobodys),
		cmocka_unit_test(a_listener_that_could_not_turn_active_still_listens),
		cmocka_unit_test(a_released_connection_leaves_no_event_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
