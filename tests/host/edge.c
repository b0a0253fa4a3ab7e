/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Edges of time and size: a clock that jumps, programs that come late, text
 * in the smallest pieces; and what traces hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <estab/trace.h>

#include "host/lone.h"
#include "tcp/tcp.h"

#define ARENA ((size_t)4 * 1024 * 1024)
#define HOUR (60 * ESTAB_MINUTE)

/* ---- Time ---------------------------------------------------------------- */

/* What the program does with text, and when, is none of the path's time: the
 * sample ends as the ACK comes in. */
static void
a_program_that_comes_late_does_not_lengthen_the_round_trip(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 1);
	struct estab_event event;
	struct peer p;
	int64_t before;

	(void)unused;
	lone_open(l, listener, LONE_PEER_PORT, &p);
	for (int i = 0; i < 30; i++) {
		assert_int_equal(estab_send(l->host, p.conn, "x", 1), 1);
		lone_run(l, 20 * ESTAB_MS);
		p.ack++;
		lone_text(l, &p, "y", 1); /* acknowledges, and is not read */
		before = lone_status(l, p.conn).srtt_ns;
		lone_run(l, 5 * ESTAB_SECOND);
		while (estab_event(l->host, &event) == 1)
			;
		assert_int_equal(lone_status(l, p.conn).srtt_ns, before);
	}
	assert_in_range(lone_status(l, p.conn).srtt_ns, 19 * ESTAB_MS,
	    22 * ESTAB_MS);
	assert_int_equal(lone_status(l, p.conn).rto_ns, 200 * ESTAB_MS);
	lone_free(l);
}

#define SLEEPERS 16

/* The clock is an hour on at once, as after a machine's sleep: whoever was
 * idle is asked once, nobody has run out of probes or goes away. */
static void
after_an_hours_sleep_each_timer_fires_once(void **unused)
{
	const struct estab_config config = {
		.keepalive_idle_ns = ESTAB_MINUTE,
		.keepalive_interval_ns = 10 * ESTAB_SECOND,
		.keepalive_probes_max = 3,
	};
	struct lone *l = lone_create(4, ARENA, &config);
	const estab_conn listener = lone_listen(l, SLEEPERS);
	struct peer p[SLEEPERS];
	uint32_t asked[SLEEPERS] = { 0 };

	(void)unused;
	for (uint16_t i = 0; i < SLEEPERS; i++) {
		lone_open(l, listener, (uint16_t)(6000 + i), &p[i]);
		assert_int_equal(estab_set(l->host, p[i].conn, ESTAB_KEEPALIVE,
		                     1),
		    0);
	}
	lone_text(l, &p[0], "x", 1); /* its ACK is delayed */
	l->now += HOUR;
	lone_run(l, 0);
	for (uint32_t i = 0; i < l->out_count; i++) {
		assert_true(l->out[i].seg.has_ack);
		assert_in_range(l->out[i].seg.to_port, 6000,
		    6000 + SLEEPERS - 1);
		asked[l->out[i].seg.to_port - 6000]++;
	}
	for (int i = 0; i < SLEEPERS; i++)
		assert_in_range(asked[i], 1, i == 0 ? 2 : 1);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 0);
	assert_true(estab_deadline(l->host) > l->now);
	for (int i = 0; i < SLEEPERS; i++) {
		lone_ack(l, &p[i]);
		assert_int_equal(lone_status(l, p[i].conn).state,
		    ESTAB_ESTABLISHED);
	}
	lone_run(l, 50 * ESTAB_SECOND);
	assert_int_equal(l->out_count, 0); /* heard of: idle begins anew */
	lone_free(l);
}

/* What the hour has made old is not taken: the ACK of a cookie of then. */
static void
a_cookie_from_before_the_sleep_is_not_honoured(void **unused)
{
	const struct estab_config config = { .syn_cookies =
		                                 ESTAB_COOKIES_ALWAYS };

	(void)unused;
	for (int slept = 0; slept < 2; slept++) {
		struct lone *l = lone_create(4, ARENA, &config);
		const estab_conn listener = lone_listen(l, 1);
		const struct segment syn = lone_syn(LONE_PEER_PORT);
		estab_conn conn;
		struct peer p;

		if (!slept) {
			lone_open(l, listener, LONE_PEER_PORT, &p);
			lone_free(l);
			continue;
		}
		lone_segment(l, &syn, NULL);
		assert_int_equal(l->out_count, 1);
		p = (struct peer){ .port = LONE_PEER_PORT,
			.seq = LONE_PEER_ISS + 1,
			.ack = l->out[0].seg.seq + 1 };
		l->now += HOUR;
		lone_ack(l, &p);
		assert_int_equal(l->out_count, 1);
		assert_true(l->out[0].seg.rst);
		assert_int_equal(estab_accept(l->host, listener, &conn),
		    ESTAB_EAGAIN);
		lone_free(l);
	}
}

/* ---- Size ---------------------------------------------------------------- */

/* A byte a segment, in order, unread: they lie side by side, and cost what
 * their text does. */
static void
text_in_the_smallest_pieces_takes_no_more_memory(void **unused)
{
	const struct estab_config config = { .receive_bytes = 1 << 17 };
	struct lone *l = lone_create(4, ARENA, &config);
	const estab_conn listener = lone_listen(l, 1);
	static uint8_t got[65000];
	struct estab_memory memory, before;
	struct peer p;

	(void)unused;
	lone_open(l, listener, LONE_PEER_PORT, &p);
	estab_memory(l->host, &before);
	for (uint32_t i = 0; i < sizeof got; i++) {
		const uint8_t byte = (uint8_t)(i * 7 + i / 251);

		lone_text(l, &p, &byte, 1);
	}
	estab_memory(l->host, &memory);
	assert_int_equal(lone_status(l, p.conn).receive_queued_bytes,
	    sizeof got);
	assert_in_range(memory.buffer_bytes, sizeof got, sizeof got + 131072);
	assert_true(memory.committed_bytes <
	    before.committed_bytes + 3 * sizeof got);
	assert_int_equal(memory.record_bytes, before.record_bytes);
	assert_int_equal(estab_receive(l->host, p.conn, got, sizeof got),
	    sizeof got);
	for (uint32_t i = 0; i < sizeof got; i++)
		assert_int_equal(got[i], (uint8_t)(i * 7 + i / 251));
	estab_memory(l->host, &memory);
	assert_int_equal(memory.buffer_bytes, 0);
	lone_free(l);
}

/* ---- Traces -------------------------------------------------------------- */

#define RECORDS 256u

static bool
holds(const void *where, size_t n, const uint8_t key[16])
{
	for (size_t at = 0; at + 8 <= n; at++)
		if (memcmp((const uint8_t *)where + at, key, 8) == 0 ||
		    memcmp((const uint8_t *)where + at, key + 8, 8) == 0)
			return true;
	return false;
}

struct keys {
	struct estab_cookie_keys given;
	const struct tcp *tcp;
};

static bool
holds_any(const void *where, size_t n, const struct keys *keys)
{
	return holds(where, n, keys->given.key[0]) ||
	    holds(where, n, keys->given.key[1]) ||
	    holds(where, n, keys->given.stamp) ||
	    holds(where, n, keys->tcp->iss_key) ||
	    holds(where, n, keys->tcp->ts_key) ||
	    holds(where, n, keys->tcp->port_key) ||
	    holds(where, n, keys->tcp->draw_key);
}

static void
nothing_sent_holds_a_key(const struct lone *l, const struct keys *keys)
{
	for (uint32_t i = 0; i < l->out_count; i++)
		assert_false(holds_any(l->out[i].packet, l->out[i].bytes, keys));
}

/* An hour of connections that come and go. */
static void
a_trace_stays_as_large_as_it_is_and_holds_no_key(void **unused)
{
	static struct estab_record record[RECORDS + 1];
	static const struct estab_record guard;
	struct estab_trace trace = { .record = record, .capacity = RECORDS };
	struct keys keys = { .given.use = { ESTAB_KEY_SIGN, ESTAB_KEY_VERIFY } };
	const struct estab_config config = { .trace = &trace,
		.source_policy = ESTAB_OFF,
		.cookie_keys = &keys.given };
	struct estab_status status;
	struct estab_memory memory;
	struct lone *l;
	estab_conn listener;

	(void)unused;
	for (int i = 0; i < 16; i++) {
		keys.given.key[0][i] = (uint8_t)(0xa0 + i);
		keys.given.key[1][i] = (uint8_t)(0xb0 + 3 * i);
		keys.given.stamp[i] = (uint8_t)(0xc0 + 5 * i);
	}
	l = lone_create(4, ARENA, &config);
	keys.tcp = (struct tcp *)(void *)l->host;
	listener = lone_listen(l, 1);
	for (uint16_t n = 0; n < 360; n++) {
		struct peer p;

		lone_open(l, listener, (uint16_t)(7000 + n), &p);
		lone_text(l, &p, "hello", 5);
		(void)estab_send(l->host, p.conn, "hello", 5);
		lone_run(l, 10 * ESTAB_SECOND); /* it is sent again */
		nothing_sent_holds_a_key(l, &keys);
		status = lone_status(l, p.conn);
		estab_memory(l->host, &memory);
		assert_false(holds_any(record, sizeof record, &keys));
		assert_false(holds_any(&status, sizeof status, &keys));
		assert_false(holds_any(&memory, sizeof memory, &keys));
		lone_reset(l, &p);
		(void)estab_release(l->host, p.conn);
	}
	assert_true(l->now >= HOUR);
	assert_true(trace.written > (uint64_t)RECORDS * 10);
	assert_null(estab_trace_get(&trace, trace.written - RECORDS - 1));
	assert_non_null(estab_trace_get(&trace, trace.written - RECORDS));
	assert_memory_equal(&record[RECORDS], &guard, sizeof guard);
	/* The search finds what is there. */
	memcpy(&record[3], keys.tcp->draw_key, 16);
	assert_true(holds_any(record, sizeof record, &keys));
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_program_that_comes_late_does_not_lengthen_the_round_trip),
		cmocka_unit_test(after_an_hours_sleep_each_timer_fires_once),
		cmocka_unit_test(a_cookie_from_before_the_sleep_is_not_honoured),
		cmocka_unit_test(text_in_the_smallest_pieces_takes_no_more_memory),
		cmocka_unit_test(a_trace_stays_as_large_as_it_is_and_holds_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
