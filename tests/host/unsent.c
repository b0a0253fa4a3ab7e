/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Openings whose SYN has not left yet, and frames that a link refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "host/lone.h"

/* A SYN+ACK of something we never sent is answered with a reset (RFC 9293
 * 3.10.7.3).  That the link refuses it, is no debt of an ACK: before the
 * peer's SYN there is nothing to acknowledge. */
static void
a_refused_reset_in_syn_sent_owes_nothing(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const struct estab_endpoint remote = { lone_address(4, 1),
		LONE_PEER_PORT };
	struct estab_frame frame[2];
	uint8_t packet[200];
	struct segment seg;
	estab_conn conn;

	(void)unused;
	assert_int_equal(estab_connect(l->host, &conn, NULL, &remote), 0);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 1);
	seg = (struct segment){ .from_port = LONE_PEER_PORT,
		.to_port = l->out[0].seg.from_port,
		.syn = true,
		.has_ack = true,
		.ack = l->out[0].seg.seq };
	frame[0] =
	    (struct estab_frame){ .span = { { packet, 0 } }, .span_count = 1 };
	frame[0].span[0].length = lone_packet(l, packet, &seg, NULL);
	assert_int_equal(estab_input(l->host, frame, 1, l->now), 1);
	/* The SYN goes again behind it (9293 3.5.1, figure 9). */
	assert_int_equal(estab_output(l->host, frame, 2, l->now), 2);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_OutRsts), 1);
	estab_output_refused(l->host, &frame[0]);
	assert_int_equal(estab_output(l->host, frame, 2, l->now), 0);
	lone_free(l);
}

/* Says ISS 1000 of every connection. */
static bool
iss_is_1000(void *context, const struct estab_endpoint *local,
    const struct estab_endpoint *remote, bool passive, uint32_t *iss)
{
	(void)context;
	(void)local;
	(void)remote;
	(void)passive;
	*iss = 1000;
	return true;
}

/* RFC 9293 3.10.7.3, first check: SEG.ACK > SND.NXT is of something never
 * sent, and before the SYN has left so is ISS + 1, rightly guessed. */
static void
a_syn_that_has_not_left_cannot_be_acknowledged(void **unused)
{
	const struct estab_config config = { .choose_iss = iss_is_1000 };
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
	const struct estab_endpoint local = { lone_address(4, 2), 5000 };
	const struct estab_endpoint remote = { lone_address(4, 1), 80 };
	struct segment seg = { .from_port = 80,
		.to_port = 5000,
		.ack = 1001,
		.has_ack = true,
		.syn = true };
	struct estab_status status;
	estab_conn conn;

	(void)unused;
	for (int rst = 0; rst < 2; rst++) {
		seg.rst = rst;
		assert_int_equal(estab_connect(l->host, &conn, &local, &remote),
		    0);
		lone_segment(l, &seg, NULL);
		assert_int_equal(estab_status(l->host, conn, &status), 0);
		assert_int_equal(status.state, ESTAB_SYN_SENT);
		assert_int_equal(l->out_count, 2 - rst); /* SYN, and a reset */
		assert_int_equal(l->out[0].seg.rst, !rst);
		assert_int_equal(estab_abort(l->host, conn), 0);
		assert_int_equal(estab_release(l->host, conn), 0);
	}
	lone_free(l);
}

/* The same when its SYN has crossed ours: 2^31 from ISS there is a number that
 * is both above SND.UNA and not above SND.NXT. */
static void
nor_can_one_whose_peer_opens_too(void **unused)
{
	const struct estab_config config = { .choose_iss = iss_is_1000 };
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
	const struct estab_endpoint local = { lone_address(4, 2), 5000 };
	const struct estab_endpoint remote = { lone_address(4, 1), 80 };
	struct segment seg = { .from_port = 80, .to_port = 5000, .syn = true };
	uint8_t packet[2][100];
	struct estab_frame frame[2] = {
		{ .span = { { packet[0], 0 } }, .span_count = 1 },
		{ .span = { { packet[1], 0 } }, .span_count = 1 },
	};
	struct estab_status status;
	estab_conn conn;

	(void)unused;
	assert_int_equal(estab_connect(l->host, &conn, &local, &remote), 0);
	frame[0].span[0].length = lone_packet(l, packet[0], &seg, NULL);
	seg.syn = false;
	seg.has_ack = true;
	seg.seq = 1;
	seg.ack = 1000 + 0x80000000u;
	frame[1].span[0].length = lone_packet(l, packet[1], &seg, NULL);
	assert_int_equal(estab_input(l->host, frame, 1, l->now), 1);
	assert_int_equal(estab_input(l->host, frame + 1, 1, l->now), 1);
	assert_int_equal(estab_status(l->host, conn, &status), 0);
	assert_int_equal(status.state, ESTAB_SYN_RECEIVED);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPInvariant), 0);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refused_reset_in_syn_sent_owes_nothing),
		cmocka_unit_test(a_syn_that_has_not_left_cannot_be_acknowledged),
		cmocka_unit_test(nor_can_one_whose_peer_opens_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
