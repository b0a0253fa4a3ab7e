/* SPDX-License-Identifier: BSD-2-Clause
 *
 * greed.c - a peer of ours that wants more than its share.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)4 * 1024 * 1024)

static uint8_t
stream(uint32_t n)
{
	return (uint8_t)(n * 31 + (n >> 8) * 7 + 1);
}

/* The order in which every second byte comes. */
static uint32_t
hole(int order, uint32_t i, uint32_t count)
{
	if (order == 0)
		return 2 * i + 1;
	if (order == 1)
		return 2 * (count - i) - 1;
	return 2 * (i * 7919 % count) + 1;
}

#define BYTES 20000u

static void
tiny_holes_are_bounded(void **unused)
{
	(void)unused;
	for (int order = 0; order < 3; order++) {
		struct lone *l = lone_create(4, ARENA, NULL);
		const estab_conn listener = lone_listen(l, 4);
		struct estab_status status;
		uint8_t text[1000], got[1000];
		struct peer p;

		lone_open(l, listener, 2000, &p);
		const uint32_t first = p.seq;

		for (uint32_t i = 0; i < BYTES / 2; i++) {
			const uint32_t at = hole(order, i, BYTES / 2);

			p.seq = first + at;
			text[0] = stream(at);
			lone_text(l, &p, text, 1);
			assert_int_equal(estab_status(l->host, p.conn, &status),
			    0);
			assert_true(status.reorder_ranges <= 64);
			assert_true(status.memory_bytes < 256 * 1024);
		}
		assert_true(lone_counter(l, ESTAB_COUNT_TCPOFODrop) > 0);
		p.seq = first;
		for (uint32_t at = 0; at < BYTES; at += sizeof text) {
			for (uint32_t i = 0; i < sizeof text; i++)
				text[i] = stream(at + i);
			p.seq = first + at;
			lone_text(l, &p, text, sizeof text);
			assert_int_equal(estab_receive(l->host, p.conn, got,
			                     sizeof got),
			    sizeof got);
			assert_memory_equal(got, text, sizeof got);
		}
		lone_free(l);
	}
}

/* Duplicates bring out what is lost, and one segment each at the most of the
 * first two (RFC 3042); no number of them brings more. */
static void
made_up_duplicates_do_not_inflate(void **unused)
{
	static const uint8_t text[200000];
	struct lone *l = lone_create(4, ARENA, NULL);
	const estab_conn listener = lone_listen(l, 4);
	struct estab_status before, after;
	struct peer p;

	(void)unused;
	lone_open(l, listener, 2000, &p);
	assert_int_equal(estab_send(l->host, p.conn, text, sizeof text),
	    sizeof text);
	lone_run(l, 0);
	assert_int_equal(estab_status(l->host, p.conn, &before), 0);
	for (int i = 0; i < 100000; i++)
		lone_ack(l, &p);
	assert_int_equal(estab_status(l->host, p.conn, &after), 0);
	assert_true(after.in_recovery);
	assert_true(after.snd_max - after.snd_una <=
	    2 * (before.snd_max - before.snd_una));
	assert_true(after.ssthresh_bytes <= before.cwnd_bytes);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiny_holes_are_bounded),
		cmocka_unit_test(made_up_duplicates_do_not_inflate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
