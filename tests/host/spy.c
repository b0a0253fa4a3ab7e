/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A stranger who is not on the path forges segments of a client, then counts
 * what the host answers him: he must not learn from it whether the client's
 * pair is in use (the attack on RFC 5961's challenge ACKs, CVE-2016-5696).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)1024 * 1024)
#define CLOSED_PORT 81
#define FORGED 300u
#define PROBES 1500u

/* What the client's pair is when the stranger comes. */
enum pair {
	PAIR_FREE,
	PAIR_HALF_OPEN,
	PAIR_OPEN,
	PAIR_TIME_WAIT,
	PAIR_COUNT,
};

static void
prepare(struct lone *l, enum pair pair)
{
	const estab_conn listener = lone_listen(l, 4);
	struct peer p;

	switch (pair) {
	case PAIR_HALF_OPEN:
		lone_segment(l,
		    &(struct segment){ .from_port = LONE_PEER_PORT,
		        .to_port = LONE_PORT,
		        .seq = LONE_PEER_ISS,
		        .syn = true,
		        .wnd = 1000 },
		    NULL);
		assert_true(l->out[0].seg.syn);
		return;
	case PAIR_OPEN:
		lone_open(l, listener, LONE_PEER_PORT, &p);
		return;
	case PAIR_TIME_WAIT:
		lone_open(l, listener, LONE_PEER_PORT, &p);
		assert_int_equal(estab_close(l->host, p.conn), 0);
		lone_run(l, 0);
		p.ack++;
		lone_fin(l, &p);
		assert_int_equal(estab_release(l->host, p.conn), 0);
		return;
	case PAIR_FREE:
	case PAIR_COUNT:
		return;
	}
}

/* From 10.0.0.66 or fd00::42. */
static bool
probe(struct lone *l)
{
	const struct estab_address from = lone_address(l->version, 66);
	const struct segment ack = { .from_port = 5,
		.to_port = CLOSED_PORT,
		.has_ack = true };

	lone_segment_from(l, &from, &ack);
	return l->out_count > 0 && l->out[0].seg.rst;
}

static void
the_count_of_a_stranger_does_not_tell_of_a_pair(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2)
		for (uint32_t n = 0; n < PAIR_COUNT * LONE_FORGERIES; n++) {
			struct lone *l = lone_create(version, ARENA, NULL);
			uint32_t resets = 0;

			prepare(l, (enum pair)(n % PAIR_COUNT));
			for (uint32_t i = 0; i < FORGED; i++) {
				const struct segment seg =
				    lone_forgery(n / PAIR_COUNT, i);

				lone_segment(l, &seg, NULL);
			}
			for (uint32_t i = 0; i < PROBES; i++)
				resets += probe(l);
			assert_int_equal(resets, 1000); /* icmp_per_second */
			lone_free(l);
		}
}

/* The client's answers are its own: whoever spends what others may be told
 * takes none from it. */
static void
what_others_spent_is_not_missing(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	struct segment seg = lone_forgery(0, 1);

	(void)unused;
	for (uint32_t i = 0; i < PROBES; i++)
		(void)probe(l);
	lone_segment(l, &seg, NULL);
	assert_true(l->out_count == 1 && l->out[0].seg.rst);
	lone_free(l);
}

/* A client whose port a stranger has half opened is told so by an ACK, resets
 * that, and gets in; not even when he has used up what its address may be told
 * is it kept out. */
static void
a_pair_half_opened_by_a_stranger_is_got_back(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	struct segment syn = { .from_port = LONE_PEER_PORT,
		.to_port = LONE_PORT,
		.seq = 1,
		.syn = true,
		.wnd = 1000 };
	struct segment rst = { .from_port = LONE_PEER_PORT,
		.to_port = LONE_PORT,
		.rst = true };

	(void)unused;
	(void)lone_listen(l, 4);
	lone_segment(l, &syn, NULL);
	for (uint32_t i = 0; i < PROBES; i++) {
		const struct segment seg = lone_forgery(0, i);

		lone_segment(l, &seg, NULL);
	}
	assert_int_equal(l->out_count, 0);
	syn.seq = LONE_PEER_ISS;
	lone_segment(l, &syn, NULL);
	assert_true(l->out_count == 1 && !l->out[0].seg.syn);
	assert_int_equal(l->out[0].seg.ack, 2);
	rst.seq = l->out[0].seg.ack;
	lone_segment(l, &rst, NULL);
	lone_segment(l, &syn, NULL);
	assert_true(l->out_count == 1 && l->out[0].seg.syn);
	assert_int_equal(l->out[0].seg.ack, LONE_PEER_ISS + 1);
	lone_free(l);
}

/* From a client's ports to the host, and what the host answers the client. */
static uint32_t
answers(struct lone *l, const struct peer *p, uint32_t seq, uint32_t step)
{
	static const uint8_t text[100];
	struct segment forged = { .from_port = p->port,
		.to_port = LONE_PORT,
		.seq = seq,
		.ack = p->ack,
		.has_ack = true,
		.wnd = 65535,
		.text_len = sizeof text };
	uint32_t n = 0;

	for (uint32_t i = 0; i < FORGED; i++, forged.seq += step) {
		lone_segment(l, &forged, text);
		n += l->out_count;
	}
	return n;
}

/* Each answer would be a duplicate ACK to the client, three of them a loss. */
static void
text_at_random_makes_no_duplicate_acks(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, ARENA, NULL);
		const estab_conn listener = lone_listen(l, 4);
		struct peer p;

		lone_open(l, listener, LONE_PEER_PORT, &p);
		assert_int_equal(answers(l, &p, p.seq + (1u << 24), 7000000),
		    1);
		/* what the client itself sends again is answered each time */
		lone_text(l, &p, NULL, 100);
		assert_int_equal(answers(l, &p, p.seq - 100, 0), FORGED);
		lone_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_count_of_a_stranger_does_not_tell_of_a_pair),
		cmocka_unit_test(what_others_spent_is_not_missing),
		cmocka_unit_test(a_pair_half_opened_by_a_stranger_is_got_back),
		cmocka_unit_test(text_at_random_makes_no_duplicate_acks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
