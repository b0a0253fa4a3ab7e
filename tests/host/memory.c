/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Little memory and much that wants some: errors and counted drops, budgets
 * that hold, and nothing left in the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "host/two.h"

static struct estab_memory
memory_of(const struct lone *l)
{
	struct estab_memory memory;

	estab_memory(l->host, &memory);
	return memory;
}

static void
a_flood_of_syns_takes_what_there_is_and_gives_it_back(void **unused)
{
	static const size_t arenas[] = { ESTAB_ARENA_MIN, 320 * 1024,
		1024 * 1024 };
	const struct estab_config defenceless = { .syn_cookies = ESTAB_OFF,
		.source_policy = ESTAB_OFF,
		.half_open_evict = ESTAB_OFF };

	(void)unused;
	for (size_t i = 0; i < 6; i++) {
		struct lone *l =
		    lone_create(4, arenas[i / 2], i % 2 ? &defenceless : NULL);
		const estab_conn listener = lone_listen(l, 5);
		const struct estab_memory before = memory_of(l);
		struct peer p;

		for (uint16_t port = 1; port < 10000; port++)
			lone_segment(l,
			    &(struct segment){ .from_port = port,
			        .to_port = LONE_PORT,
			        .seq = port,
			        .syn = true,
			        .wnd = 1000 },
			    NULL);
		assert_true(memory_of(l).half_open_count > 1000);
		assert_int_equal(memory_of(l).half_open_count +
		        lone_counter(l, ESTAB_COUNT_ListenDrops) +
		        lone_counter(l, ESTAB_COUNT_SyncookiesSent),
		    9999);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_ListenDrops) > 0,
		    i % 2);
		assert_true(memory_of(l).committed_bytes <= arenas[i / 2]);
		lone_run(l, 70 * ESTAB_SECOND);
		assert_int_equal(memory_of(l).record_bytes,
		    before.record_bytes);
		lone_open(l, listener, 20000, &p); /* it works again */
		lone_free(l);
	}
}

/* Connections in number, each with text beyond a hole and text unread. */
static uint32_t
crowd(struct lone *l, estab_conn listener, struct peer *p, uint32_t most)
{
	const int64_t budget = (int64_t)l->arena_bytes / 2;
	uint8_t text[1400];
	uint32_t n = 0;

	memset(text, 'x', sizeof text);
	for (; n < most; n++) {
		lone_shake(l, (uint16_t)(1000 + n), &p[n]);
		if (estab_accept(l->host, listener, &p[n].conn) < 0)
			break;
		for (uint32_t k = 0; k < 12; k++) {
			if (k % 3 == 1)
				p[n].seq += 5000;
			lone_text(l, &p[n], text, sizeof text);
			assert_true((int64_t)memory_of(l).buffer_bytes <=
			    budget);
		}
		if (estab_send(l->host, p[n].conn, text, sizeof text) == 0)
			assert_true(memory_of(l).buffer_bytes > 0);
		lone_run(l, 0);
		assert_true((int64_t)memory_of(l).buffer_bytes <= budget);
	}
	return n;
}

static void
connections_that_never_read_are_kept_within_the_budget(void **unused)
{
	static const size_t arenas[] = { ESTAB_ARENA_MIN, 512 * 1024,
		1024 * 1024 };
	static struct peer p[2000];

	(void)unused;
	for (size_t i = 0; i < 3; i++) {
		struct lone *l = lone_create(i == 1 ? 6 : 4, arenas[i], NULL);
		const estab_conn listener = lone_listen(l, 5);
		const struct estab_memory before = memory_of(l);
		const uint32_t n = crowd(l, listener, p, 2000);

		assert_in_range(n, 16, 1999); /* memory ended it */
		assert_true(lone_counter(l, ESTAB_COUNT_TCPAbortOnMemory) > 0);
		assert_true(lone_counter(l, ESTAB_COUNT_TCPRcvQDrop) > 0);
		for (uint32_t k = 0; k < n; k++) {
			if (k % 2 == 0)
				assert_int_equal(estab_abort(l->host, p[k].conn),
				    0);
			assert_int_equal(estab_release(l->host, p[k].conn), 0);
		}
		lone_run(l, 1000 * ESTAB_SECOND);
		assert_int_equal(memory_of(l).record_bytes,
		    before.record_bytes);
		assert_int_equal(memory_of(l).buffer_bytes, 0);
		lone_open(l, listener, 20000, &p[0]);
		lone_free(l);
	}
}

static void
calls_without_memory_say_so(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint remote = { .address = lone_address(4, 1),
		.port = 80 };
	static estab_conn conn[4000];
	uint32_t n = 0;
	int error;

	(void)unused;
	while ((error = estab_connect(l->host, &conn[n], &any, &remote)) == 0)
		assert_true(++n < 4000);
	assert_int_equal(error, ESTAB_ENOMEM);
	assert_true(n > 100);
	/* There is still a slab to be filled, perhaps; in the end none. */
	for (uint16_t port = 1; error != 0 && port < 200; port++) {
		const struct estab_endpoint local = { .port = port };
		estab_conn listener;

		if (estab_listen(l->host, &listener, &local, 1) < 0)
			error = 0;
	}
	assert_int_equal(error, 0);
	lone_run(l, 0);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(estab_abort(l->host, conn[i]), 0);
		assert_int_equal(estab_release(l->host, conn[i]), 0);
	}
	assert_int_equal(estab_connect(l->host, conn, &any, &remote), 0);
	lone_free(l);
}

/* ---- What would stand still ---- */

/* Fill the arena with records of single bytes that are not acknowledged. */
static void
use_up(struct lone *l, const struct peer *p)
{
	uint64_t before;

	assert_int_equal(estab_set(l->host, p->conn, ESTAB_NODELAY, 1), 0);
	do {
		before = memory_of(l).record_bytes;
		assert_int_equal(estab_send(l->host, p->conn, "x", 1), 1);
		lone_run(l, ESTAB_US);
	} while (memory_of(l).record_bytes > before);
}

/* Three segments sent at once are one record; to send them again it must be
 * cut, and there is no memory for the pieces. */
static void
nothing_longer_than_a_segment_is_sent_again_without_memory(void **unused)
{
	const struct estab_config config = { .retransmit_records_max = 65536 };
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
	const estab_conn listener = lone_listen(l, 2);
	static const uint8_t text[4380];
	struct peer a, b;
	uint32_t acked = 0;

	(void)unused;
	lone_open(l, listener, 1000, &a);
	lone_open(l, listener, 1001, &b);
	assert_int_equal(estab_send(l->host, a.conn, text, sizeof text),
	    sizeof text);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 3);
	use_up(l, &b);
	assert_int_equal(estab_set(l->host, b.conn, ESTAB_USER_TIMEOUT_NS,
	                     ESTAB_OFF),
	    0);
	for (int i = 0; i < 100 && acked < sizeof text; i++) {
		lone_run(l, 300 * ESTAB_MS);
		assert_false(l->oversize);
		for (uint32_t k = 0; k < l->out_count; k++)
			if (l->out[k].seg.to_port == 1000 &&
			    l->out[k].seg.seq == a.ack) {
				a.ack += l->out[k].seg.text_len;
				acked += l->out[k].seg.text_len;
			}
		lone_ack(l, &a);
		assert_false(l->oversize);
	}
	assert_int_equal(acked, sizeof text);
	lone_free(l);
}

/* Text beyond a hole has taken the whole budget; the hole must still find
 * room, or nothing would ever be read. */
static void
a_hole_finds_room_though_the_budget_is_spent_beyond_it(void **unused)
{
	const struct estab_config config = { .buffer_bytes_max = 32768 };
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
	uint8_t text[1400], got[4200];
	struct peer p, first;

	(void)unused;
	memset(text, 'x', sizeof text);
	lone_open(l, lone_listen(l, 1), 1000, &p);
	first = p;
	p.seq += 4200;
	for (int i = 0; i < 40; i++)
		lone_text(l, &p, text, sizeof text);
	for (int i = 0; i < 3; i++)
		lone_text(l, &first, text, sizeof text);
	assert_int_equal(estab_receive(l->host, p.conn, got, sizeof got), 4200);
	lone_free(l);
}

static void
a_stream_gets_through_a_budget_smaller_than_its_window(void **unused)
{
	const struct estab_impairment lossy = { .delay_ns = 5 * ESTAB_MS,
		.loss_ppm = 30000,
		.reorder_ppm = 30000 };

	(void)unused;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct two *two = two_create(&(struct two_setup){ .version = 4,
		    .seed = seed,
		    .there = lossy,
		    .back = lossy,
		    .config = { .buffer_bytes_max = 64 * 1024 } });
		struct estab_memory memory;

		two->to_send = 300000;
		two->closes = true;
		two_open(two);
		for (int i = 0; i < 4000 && !two_is_done(two); i++) {
			two_run(two,
			    estab_world_now(two->world) + 100 * ESTAB_MS);
			for (int k = 0; k < 2; k++) {
				estab_memory(two->host[k], &memory);
				assert_true(memory.buffer_bytes <= 65536);
			}
		}
		assert_true(two_is_done(two));
		two_free(two);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_flood_of_syns_takes_what_there_is_and_gives_it_back),
		cmocka_unit_test(
		    connections_that_never_read_are_kept_within_the_budget),
		cmocka_unit_test(calls_without_memory_say_so),
		cmocka_unit_test(
		    nothing_longer_than_a_segment_is_sent_again_without_memory),
		cmocka_unit_test(
		    a_hole_finds_room_though_the_budget_is_spent_beyond_it),
		cmocka_unit_test(
		    a_stream_gets_through_a_budget_smaller_than_its_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
