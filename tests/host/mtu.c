/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Path MTU (RFC 1191, RFC 8201, RFC 5927 7): the path takes less than before,
 * in the middle of a transfer, and messages that lie about it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "host/two.h"

static const struct estab_impairment path = {
	.delay_ns = 10 * ESTAB_MS,
	.rate_bits_per_s = 20000000,
};

/* Down to one MTU after the other; returns nothing but failures. */
static void
falls_to(struct two *two, uint32_t mtu)
{
	struct estab_impairment narrow = path;
	const uint32_t header = (two->version == 4 ? 20u : 40u) + 20 + 12;
	const estab_time then = estab_world_now(two->world) + 15 * ESTAB_MS;
	const uint64_t got = two->got;
	struct estab_status before, after;

	narrow.mtu = mtu;
	two_run(two, then);
	before = two_status(two, 0);
	assert_true(before.snd_nxt != before.snd_una); /* in flight */
	two_impair(two, 0, &narrow);
	two_run(two, then + 30 * ESTAB_MS);
	two->packet_max = 0;
	two_run(two, then + 80 * ESTAB_MS);
	after = two_status(two, 0);
	assert_int_equal(after.path_mtu, mtu);
	assert_int_equal(after.mss, mtu - header);
	assert_int_equal(two->packet_max, mtu);
	/* It is no sign of congestion: RFC 1191 6.5. */
	assert_true(after.cwnd_bytes >= before.cwnd_bytes);
	assert_int_equal(after.ssthresh_bytes, before.ssthresh_bytes);
	assert_true(two->got > got);
}

static void
a_path_that_narrows_in_mid_flight_carries_the_same_bytes(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct two *two =
		    two_create(&(struct two_setup){ .version = version,
		        .there = path,
		        .back = path });

		two->to_send = 4 << 20;
		two->closes = true;
		two_open(two);
		two_run(two, 200 * ESTAB_MS);
		falls_to(two, 1280);
		if (version == 4)
			falls_to(two, 576);
		two_run(two, 600 * ESTAB_SECOND);
		assert_true(two_is_done(two));
		assert_false(two->fragmentable);
		assert_int_equal(estab_counter(two->host[0],
		                     ESTAB_COUNT_TCPTimeouts),
		    0);
		two_free(two);
	}
}

static void
every_v4_segment_forbids_fragmentation(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	struct peer p;

	(void)unused;
	(void)lone_listen(l, 1);
	lone_shake(l, 4000, &p); /* SYN+ACK */
	assert_int_equal(lone_counter(l, ESTAB_COUNT_OutSegs), 1);
	lone_segment(l,
	    &(struct segment){ .from_port = 1, .to_port = 2, .syn = true },
	    NULL);
	assert_int_equal(l->out_count, 1);
	assert_true(l->out[0].seg.rst);
	assert_true(l->out[0].ip.dont_fragment);
	lone_free(l);
}

static void
a_black_hole_is_endured_until_the_user_time_out(void **unused)
{
	struct estab_impairment hole = path;
	struct two *two = two_create(&(struct two_setup){ .version = 4,
	    .there = path,
	    .back = path,
	    .config = { .user_timeout_ns = 100 * ESTAB_SECOND } });

	(void)unused;
	hole.mtu = 1280;
	hole.too_big_silent = true;
	two->to_send = 4 << 20;
	two_open(two);
	two_run(two, 100 * ESTAB_MS);
	two_impair(two, 0, &hole);
	two_run(two, 95 * ESTAB_SECOND);
	assert_int_equal(two_status(two, 0).state, ESTAB_ESTABLISHED);
	two_run(two, 102 * ESTAB_SECOND);
	assert_int_equal(two_status(two, 0).state, ESTAB_CLOSED);
	assert_int_equal(two->error[0], ESTAB_ETIMEDOUT);
	assert_false(two->wrong);
	two_free(two);
}

/* ---- Messages by hand ---- */

/* Too big about the segment with that SEQ. */
static void
too_big(struct lone *l, const struct peer *p, uint32_t seq, uint32_t mtu)
{
	const struct estab_address us = lone_address(l->version, 2);
	const struct estab_address peer = lone_address(l->version, 1);
	const struct segment quoted = { .from_port = LONE_PORT,
		.to_port = p->port,
		.seq = seq };
	uint8_t tcp[64] = { 0 }, about[128], message[1400], packet[1500];
	uint32_t n;

	(void)segment_build(tcp, &quoted);
	n = lone_datagram(about, &us, &peer, IP_PROTOCOL_TCP, tcp, 20);
	n = icmp_build_error(message, ICMP_TOO_BIG, mtu, about, n, &peer, &us);
	n = lone_datagram(packet, &peer, &us,
	    l->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6, message,
	    n);
	lone_put(l, packet, n);
}

static uint32_t
path_mtu(const struct lone *l, const struct peer *p)
{
	return lone_status(l, p->conn).path_mtu;
}

/* A connection with 3000 bytes in flight from p->ack on. */
static struct lone *
in_flight(uint8_t version, struct peer *p)
{
	static const uint8_t text[3000];
	struct lone *l = lone_create(version, ESTAB_ARENA_MIN, NULL);

	lone_open(l, lone_listen(l, 1), 4000, p);
	assert_int_equal(estab_set(l->host, p->conn, ESTAB_NODELAY, 1), 0);
	assert_int_equal(estab_send(l->host, p->conn, text, sizeof text),
	    sizeof text);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 3);
	return l;
}

static void
only_numbers_in_flight_are_believed(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		static const struct {
			uint32_t at; /* from SND.UNA */
			bool believed;
		} row[] = {
			{ UINT32_MAX, false },
			{ 0, true },
			{ 1460, true },
			{ 2999, true },
			{ 3000, false }, /* SND.NXT: not sent yet */
			{ 0x80000000, false },
		};

		for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
			struct peer p;
			struct lone *l = in_flight(version, &p);

			too_big(l, &p, p.ack + row[i].at, 1300);
			assert_int_equal(path_mtu(l, &p),
			    row[i].believed ? 1300 : 1500);
			assert_int_equal(lone_counter(l,
			                     ESTAB_COUNT_IcmpInIgnored),
			    row[i].believed ? 0 : 1);
			/* All of it goes out again, at once, smaller. */
			assert_int_equal(l->out_count, row[i].believed ? 3 : 0);
			if (row[i].believed) {
				assert_int_equal(l->out[0].seg.seq, p.ack);
				assert_int_equal(l->out[0].bytes, 1300);
			}
			lone_free(l);
		}
	}
}

static void
a_path_mtu_never_rises_nor_falls_below_its_floor(void **unused)
{
	static const struct {
		uint8_t version;
		uint32_t mtu, after;
	} row[] = {
		{ 4, 1500, 1500 },
		{ 4, 1501, 1500 },
		{ 4, 65535, 1500 },
		{ 4, 1499, 1499 },
		{ 4, 552, 552 },
		{ 4, 551, 552 },
		{ 4, 68, 552 },
		{ 4, 1, 552 },
		{ 4, 0, 1492 }, /* an old router: the next plateau */
		{ 6, UINT32_MAX, 1500 },
		{ 6, 1500, 1500 },
		{ 6, 65536 + 1300, 1500 }, /* not taken for 1300 */
		{ 6, 1280, 1280 },
		{ 6, 1279, 1280 },
		{ 6, 1, 1280 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct peer p;
		struct lone *l = in_flight(row[i].version, &p);

		too_big(l, &p, p.ack, row[i].mtu);
		assert_int_equal(path_mtu(l, &p), row[i].after);
		lone_free(l);
	}
}

/* 1500, 1492, 1006, and then the floor (RFC 1191 7.1). */
static void
an_old_router_is_followed_down_the_plateaus(void **unused)
{
	struct peer p;
	struct lone *l = in_flight(4, &p);
	static const uint32_t after[] = { 1492, 1006, 552, 552 };

	(void)unused;
	for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
		too_big(l, &p, p.ack, 0);
		assert_int_equal(path_mtu(l, &p), after[i]);
	}
	lone_free(l);
}

/* The link sinks in the middle of what is in flight, rises, and rises above
 * what the peer takes. */
static void
open_connections_follow_their_link(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct estab_status status;
		struct peer p;
		struct lone *l = in_flight(version, &p);
		static const uint8_t text[3000];

		assert_int_equal(estab_link_set_mtu(l->host, 0, 1300), 0);
		assert_int_equal(path_mtu(l, &p), 1300);
		lone_run(l, 0);
		assert_int_equal(l->out_count, 0);
		lone_run(l, 300 * ESTAB_MS); /* RTO */
		assert_int_equal(l->out_count, 1);
		assert_int_equal(l->out[0].seg.seq, p.ack);
		assert_int_equal(l->out[0].bytes, 1300);
		p.ack += 3000;
		lone_ack(l, &p);

		assert_int_equal(estab_link_set_mtu(l->host, 0, 1400), 0);
		assert_int_equal(path_mtu(l, &p), 1400);
		assert_int_equal(estab_send(l->host, p.conn, text, 3000), 3000);
		lone_run(l, 0);
		assert_int_equal(l->out[0].bytes, 1400);
		p.ack += 3000;
		lone_ack(l, &p);

		assert_int_equal(estab_link_set_mtu(l->host, 0, 9000), 0);
		assert_int_equal(path_mtu(l, &p), 9000);
		assert_int_equal(estab_status(l->host, p.conn, &status), 0);
		assert_int_equal(status.mss, 1460);
		lone_free(l);
	}
}

/* What a router said holds until the link takes still less. */
static void
a_link_that_rises_does_not_widen_the_path_beyond(void **unused)
{
	struct peer p;
	struct lone *l = in_flight(4, &p);

	(void)unused;
	too_big(l, &p, p.ack, 1300);
	assert_int_equal(estab_link_set_mtu(l->host, 0, 1400), 0);
	assert_int_equal(path_mtu(l, &p), 1300);
	assert_int_equal(estab_link_set_mtu(l->host, 0, 1200), 0);
	assert_int_equal(path_mtu(l, &p), 1200);
	assert_int_equal(estab_link_set_mtu(l->host, 0, 1500), 0);
	assert_int_equal(path_mtu(l, &p), 1500);
	lone_free(l);
}

/* A stream survives a link that changes all the time. */
static void
a_link_that_changes_in_mid_transfer_loses_nothing(void **unused)
{
	static const uint32_t mtu[] = { 576, 9000, 1280, 65535, 1500, 600 };
	struct two *two = two_create(&(struct two_setup){ .version = 4,
	    .there = path,
	    .back = path });

	(void)unused;
	two->to_send = 4 << 20;
	two->closes = true;
	two_open(two);
	for (uint32_t i = 0; !two_is_done(two); i++) {
		assert_int_equal(estab_link_set_mtu(two->host[0], 0, mtu[i % 6]),
		    0);
		two->packet_max = 0;
		two_run(two, estab_world_now(two->world) + 23 * ESTAB_MS);
		assert_true(two->packet_max <= mtu[i % 6]);
		assert_true(i < 1000);
	}
	two_free(two);
}

static void
a_syn_is_never_too_big(void **unused)
{
	const struct estab_endpoint local = { .port = LONE_PORT };
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, ESTAB_ARENA_MIN, NULL);
		struct peer p = { .port = LONE_PEER_PORT };
		const struct estab_endpoint remote = {
			.address = lone_address(version, 1),
			.port = LONE_PEER_PORT
		};

		assert_int_equal(estab_connect(l->host, &p.conn, &local,
		                     &remote),
		    0);
		lone_run(l, 0);
		too_big(l, &p, l->out[0].seg.seq, 1300);
		assert_int_equal(path_mtu(l, &p), 1500);
		assert_int_equal(l->out_count, 0);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_IcmpInIgnored), 1);
		lone_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_path_that_narrows_in_mid_flight_carries_the_same_bytes),
		cmocka_unit_test(every_v4_segment_forbids_fragmentation),
		cmocka_unit_test(a_black_hole_is_endured_until_the_user_time_out),
		cmocka_unit_test(only_numbers_in_flight_are_believed),
		cmocka_unit_test(a_path_mtu_never_rises_nor_falls_below_its_floor),
		cmocka_unit_test(an_old_router_is_followed_down_the_plateaus),
		cmocka_unit_test(open_connections_follow_their_link),
		cmocka_unit_test(a_link_that_rises_does_not_widen_the_path_beyond),
		cmocka_unit_test(a_link_that_changes_in_mid_transfer_loses_nothing),
		cmocka_unit_test(a_syn_is_never_too_big),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
