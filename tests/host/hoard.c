/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Peers that make the host keep what they will never complete: bytes beyond
 * holes, and text for a window that stays shut of connections whose program
 * has left.  Whoever comes next must find room for what is in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)1024 * 1024)
#define HOARDERS 100u
#define HOLES 64u
#define TEXT 1400u
#define SEGMENTS 40u
#define ALL ((uint64_t)SEGMENTS * TEXT)

static int64_t
held_by_all(const struct lone *l)
{
	struct estab_memory memory;

	estab_memory(l->host, &memory);
	return (int64_t)memory.buffer_bytes;
}

/* One byte every 2 KiB, so that each has a chunk of its own. */
static void
hoard_holes(struct lone *l, struct peer *p)
{
	for (uint32_t i = 0; i < HOLES; i++) {
		p->seq += 2048;
		lone_text(l, p, NULL, 1);
	}
}

/* Text that nobody takes, and a program that has left. */
static void
hoard_orphan(struct lone *l, struct peer *p)
{
	static const uint8_t text[60000];
	struct segment closed = lone_from(p);

	(void)estab_send(l->host, p->conn, text, sizeof text);
	lone_run(l, 0);
	closed.wnd = 0;
	lone_segment(l, &closed, NULL);
	assert_int_equal(estab_close(l->host, p->conn), 0);
	assert_int_equal(estab_release(l->host, p->conn), 0);
	lone_run(l, 0);
}

/* An honest peer's stream; what is not acknowledged is sent again, which adds
 * to *again.  Returns what was read. */
static uint64_t
stream(struct lone *l, struct peer *p, uint32_t *again)
{
	static const uint8_t text[TEXT];
	const uint32_t first = p->seq;
	uint64_t got = 0;

	*again = 0;
	for (uint32_t i = 0; i < 2 * SEGMENTS && got < ALL; i++) {
		const uint32_t seq = p->seq;
		uint8_t read[TEXT];
		int64_t n;

		lone_text(l, p, text, TEXT);
		while ((n = estab_receive(l->host, p->conn, read, TEXT)) > 0)
			got += (uint64_t)n;
		p->seq = first + (uint32_t)got;
		*again += p->seq == seq;
		lone_run(l, ESTAB_MS);
	}
	return got;
}

static void
what_is_never_completed_makes_room(void **unused)
{
	static const uint8_t text[30000];

	(void)unused;
	for (uint32_t n = 0; n < 4; n++) {
		const bool orphans = n % 2 != 0;
		struct lone *l = lone_create(n / 2 ? 6 : 4, ARENA, NULL);
		const estab_conn listener = lone_listen(l, 4);
		struct peer p;
		uint32_t again;

		for (uint32_t i = 0; i < HOARDERS; i++) {
			lone_open(l, listener, (uint16_t)(1000 + i), &p);
			if (orphans)
				hoard_orphan(l, &p);
			else
				hoard_holes(l, &p);
		}
		assert_in_range(held_by_all(l), ARENA * 4 / 10, ARENA / 2);
		lone_open(l, listener, 5000, &p);
		assert_int_equal(stream(l, &p, &again), ALL);
		assert_in_range(again, 0, 8); /* buckets / LOOKS */
		assert_int_equal(estab_send(l->host, p.conn, text, sizeof text),
		    sizeof text);
		assert_true(held_by_all(l) <= (int64_t)ARENA / 2);
		assert_true(lone_counter(l,
		                orphans ? ESTAB_COUNT_TCPAbortOnMemory :
		                          ESTAB_COUNT_TCPOFODrop) > 0);
		lone_free(l);
	}
}

/* Peers that take nothing and say so for ever, of connections whose program
 * has left, hold the places of all: the next one gets in. */
static void
orphans_leave_their_places(void **unused)
{
	const struct estab_config config = { .connections_max = 40 };

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, 16 * ARENA, &config);
		const estab_conn listener = lone_listen(l, 4);
		struct estab_memory memory;
		struct peer p;

		for (uint32_t i = 0; i < 40; i++) {
			lone_open(l, listener, (uint16_t)(1000 + i), &p);
			hoard_orphan(l, &p);
		}
		estab_memory(l->host, &memory);
		assert_int_equal(memory.tcb_count, 40);
		for (uint32_t i = 0; i < 40; i++) /* held: they stay */
			lone_open(l, listener, (uint16_t)(2000 + i), &p);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPAbortOnMemory),
		    40);
		lone_shake(l, 3000, &p);
		assert_int_equal(estab_accept(l->host, listener, &p.conn),
		    ESTAB_EAGAIN);
		lone_free(l);
	}
}

/* A connection that lost a segment is not made to pay by those who only want
 * to hold more. */
static void
text_beyond_a_hole_takes_nobodys(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 4);
	struct estab_status status;
	struct peer honest, p;

	(void)unused;
	lone_open(l, listener, 999, &honest);
	honest.seq += TEXT;
	lone_text(l, &honest, NULL, TEXT);
	for (uint32_t i = 0; i < HOARDERS; i++) {
		lone_open(l, listener, (uint16_t)(1000 + i), &p);
		hoard_holes(l, &p);
	}
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPOFODrop), 0);
	honest.seq -= 2 * TEXT;
	lone_text(l, &honest, NULL, TEXT);
	assert_int_equal(estab_status(l->host, honest.conn, &status), 0);
	assert_int_equal(status.receive_queued_bytes, 2 * TEXT);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_never_completed_makes_room),
		cmocka_unit_test(orphans_leave_their_places),
		cmocka_unit_test(text_beyond_a_hole_takes_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
