/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Urgent data (RFC 9293 3.8.5): a mark and a notice; the bytes stay in line,
 * and the pointer is no index into anything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

static void
put_urgent(struct lone *l, struct peer *p, uint16_t up, const void *text,
    uint32_t n)
{
	struct segment seg = lone_from(p);

	seg.urg = true;
	seg.up = up;
	seg.text_len = n;
	p->seq += n;
	lone_segment(l, &seg, text);
}

static bool
is_urgent(const struct lone *l, const struct peer *p)
{
	return (estab_ready(l->host, p->conn) & (int)ESTAB_URGENT) != 0;
}

/* Take events until one is about the connection; what it said. */
static uint32_t
event_of(struct lone *l, const struct peer *p)
{
	struct estab_event event;

	while (estab_event(l->host, &event) == 1)
		if (event.conn == p->conn)
			return event.ready;
	return 0;
}

static void
the_mark_is_told_and_the_bytes_stay_in_line(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	struct peer p;
	uint8_t got[32];

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	(void)event_of(l, &p);
	put_urgent(l, &p, 7, "before!after", 12);
	assert_true((event_of(l, &p) & ESTAB_URGENT) != 0);
	assert_int_equal(estab_urgent(l->host, p.conn), 7);
	assert_int_equal(estab_receive(l->host, p.conn, got, 3), 3);
	assert_int_equal(estab_urgent(l->host, p.conn), 4);
	assert_true(is_urgent(l, &p));
	assert_int_equal(estab_receive(l->host, p.conn, got + 3, 4), 4);
	assert_int_equal(estab_urgent(l->host, p.conn), 0);
	assert_false(is_urgent(l, &p));
	assert_int_equal(estab_receive(l->host, p.conn, got + 7, 20), 5);
	assert_memory_equal(got, "before!after", 12);
	lone_free(l);
}

/* MUST-32: the program is told before the text is there, and that more is
 * urgent than it knew. */
static void
a_mark_is_told_ahead_of_its_text_and_only_moves_forward(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	static const uint8_t text[100];
	struct peer p;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	(void)event_of(l, &p);
	put_urgent(l, &p, 100, NULL, 0);
	assert_true((event_of(l, &p) & ESTAB_URGENT) != 0);
	assert_int_equal(estab_urgent(l->host, p.conn), 100);
	put_urgent(l, &p, 50, NULL, 0);
	assert_int_equal(estab_urgent(l->host, p.conn), 100);
	assert_int_equal(event_of(l, &p), 0);
	put_urgent(l, &p, 150, text, 100);
	assert_true((event_of(l, &p) & ESTAB_URGENT) != 0);
	assert_int_equal(estab_urgent(l->host, p.conn), 150);
	lone_free(l);
}

static void
no_pointer_reaches_memory_that_is_not_text(void **unused)
{
	static const uint16_t ups[] = { 0, 1, 2, 5, 6, 1000, 32767, 32768,
		65534, 65535 };

	(void)unused;
	for (size_t i = 0; i < 2 * (sizeof ups / sizeof ups[0]); i++) {
		const struct estab_config config = { .receive_bytes = 1000 };
		struct lone *l =
		    lone_create(i % 2 == 0 ? 4 : 6, ESTAB_ARENA_MIN, &config);
		const uint16_t up = ups[i / 2];
		struct peer p;
		uint8_t got[32];

		lone_open(l, lone_listen(l, 1), 4000, &p);
		put_urgent(l, &p, up, "hello", 5);
		assert_int_equal(estab_urgent(l->host, p.conn), up);
		assert_int_equal(estab_receive(l->host, p.conn, got, 32), 5);
		assert_memory_equal(got, "hello", 5);
		assert_int_equal(estab_urgent(l->host, p.conn),
		    up > 5 ? up - 5 : 0);
		assert_int_equal(estab_receive(l->host, p.conn, got, 32),
		    ESTAB_EAGAIN);
		/* With the window closed, too. */
		for (int k = 0; k < 2; k++)
			put_urgent(l, &p, up, NULL, 500);
		put_urgent(l, &p, up, got, 1);
		assert_int_equal(estab_receive(l->host, p.conn, got, 32), 32);
		lone_free(l);
	}
}

/* A mark beyond the end of the stream is reached by nobody, and keeps nobody
 * from the end. */
static void
a_mark_behind_the_fin_does_not_hold_up_the_end(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	struct peer p;
	uint8_t got[8];

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	put_urgent(l, &p, 65535, "x", 1);
	lone_fin(l, &p);
	assert_int_equal(estab_receive(l->host, p.conn, got, 8), 1);
	assert_int_equal(estab_receive(l->host, p.conn, got, 8), 0);
	lone_free(l);
}

/* Nor is it ahead any more once all that there is has been read, whether the
 * FIN comes with the mark, in order after it, or before text that is missing;
 * nor after a reset. */
static void
a_mark_behind_the_fin_is_the_fin(void **unused)
{
	(void)unused;
	for (int late = 0; late < 2; late++) {
		struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
		struct peer p;
		struct segment fin;
		uint8_t got[8];

		lone_open(l, lone_listen(l, 1), 4000, &p);
		put_urgent(l, &p, 500, "x", 1);
		fin = lone_from(&p);
		fin.seq += (uint32_t)late;
		fin.fin = true;
		fin.urg = true;
		fin.up = 900;
		lone_segment(l, &fin, NULL);
		assert_int_equal(estab_urgent(l->host, p.conn), 1 + late);
		if (late)
			lone_text(l, &p, "y", 1);
		assert_true(is_urgent(l, &p));
		assert_int_equal(estab_receive(l->host, p.conn, got, 8),
		    1 + late);
		assert_int_equal(estab_receive(l->host, p.conn, got, 8), 0);
		assert_int_equal(estab_ready(l->host, p.conn) &
		        (int)(ESTAB_URGENT | ESTAB_EOF),
		    (int)ESTAB_EOF);
		assert_int_equal(estab_urgent(l->host, p.conn), 0);
		lone_free(l);
	}
}

static void
nothing_is_urgent_after_a_reset(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	struct peer p;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	put_urgent(l, &p, 500, "x", 1);
	lone_reset(l, &p);
	assert_false(is_urgent(l, &p));
	assert_int_equal(estab_urgent(l->host, p.conn), 0);
	lone_free(l);
}

/* SEND with the urgent flag: SEG.UP counts from the segment's own SEQ to
 * behind the last urgent byte. */
static void
what_we_send_urgently_is_marked_until_acknowledged(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	static const uint8_t text[2000];
	struct peer p;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	assert_int_equal(estab_send_urgent(l->host, p.conn, text, 2000), 2000);
	assert_int_equal(estab_send(l->host, p.conn, text, 10), 10);
	lone_run(l, 0);
	assert_in_range(l->out_count, 2, 3);
	assert_true(l->out[0].seg.urg);
	assert_int_equal(l->out[0].seg.up, 2000);
	assert_true(l->out[1].seg.urg);
	assert_int_equal(l->out[1].seg.up, 2000 - l->out[1].seg.seq + p.ack);
	p.ack += 2010;
	lone_ack(l, &p);
	assert_int_equal(estab_send(l->host, p.conn, text, 10), 10);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 1);
	assert_false(l->out[0].seg.urg);
	lone_free(l);
}

/* 16 bits do not reach the mark: the farthest they can say. */
static void
a_mark_too_far_for_the_field_is_said_as_far_as_it_goes(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	static const uint8_t text[100000];
	struct peer p;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	assert_int_equal(estab_send_urgent(l->host, p.conn, text, 100000),
	    100000);
	lone_run(l, 0);
	assert_true(l->out_count > 0);
	assert_true(l->out[0].seg.urg);
	assert_int_equal(l->out[0].seg.up, 65535);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mark_is_told_and_the_bytes_stay_in_line),
		cmocka_unit_test(
		    a_mark_is_told_ahead_of_its_text_and_only_moves_forward),
		cmocka_unit_test(no_pointer_reaches_memory_that_is_not_text),
		cmocka_unit_test(a_mark_behind_the_fin_does_not_hold_up_the_end),
		cmocka_unit_test(a_mark_behind_the_fin_is_the_fin),
		cmocka_unit_test(nothing_is_urgent_after_a_reset),
		cmocka_unit_test(what_we_send_urgently_is_marked_until_acknowledged),
		cmocka_unit_test(
		    a_mark_too_far_for_the_field_is_said_as_far_as_it_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
