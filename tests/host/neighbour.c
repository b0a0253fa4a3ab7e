/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Neighbours: found, kept, doubted, lost (RFC 4861 7.2, 7.3); and what
 * strangers cannot do to them (battery A25).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/wired.h"

#define REACHABLE_MAX (45 * ESTAB_SECOND)
#define DELAY (5 * ESTAB_SECOND)

static struct lone *
create(uint8_t version)
{
	/* Rare retransmissions leave the questions alone on the wire. */
	const struct estab_config config = { .rto_initial_ns =
		                                 60 * ESTAB_MINUTE,
		.rto_max_ns = 60 * ESTAB_MINUTE };

	return wired_create(version, &config, true);
}

static void
a_question_is_answered_with_our_mac_to_the_asker_alone(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		const struct estab_address own = wired_own(w);
		const struct estab_address asker = lone_address(version, 7);
		uint8_t mac[6];

		wired_asks(w, 7, 2);
		assert_int_equal(w->out_count, 1);
		assert_int_equal(w->out[0].message.kind, NEIGHBOUR_ANSWER);
		assert_true(w->out[0].message.solicited);
		wired_mac(7, mac);
		assert_memory_equal(w->out[0].ethernet.to, mac, 6);
		wired_mac(2, mac);
		assert_memory_equal(w->out[0].message.mac, mac, 6);
		assert_memory_equal(&w->out[0].message.about, &own, 16);
		assert_memory_equal(&w->out[0].message.other, &asker, 16);
		assert_int_equal(wired_state(w, 7), ESTAB_NEIGHBOUR_STALE);
		wired_asks(w, 7, 3); /* not ours */
		assert_int_equal(w->out_count, 0);
		lone_free(w);
	}
}

/* RFC 4861 7.2.3: nothing is learned from it; 7.2.4: it is asked where it is,
 * and then has its answer, as one who is known has at once. */
static void
a_question_that_does_not_say_where_from_is_answered_all_the_same(void **unused)
{
	struct lone *w = create(6);
	const struct estab_address asker = lone_address(6, 7);
	uint8_t mac[6];

	(void)unused;
	wired_mac(7, mac);
	wired_asks_us(w, 7);
	assert_true(wired_out_asks(w, 7, false));
	assert_int_equal(wired_state(w, 7), ESTAB_NEIGHBOUR_INCOMPLETE);
	for (int known = 0; known < 2; known++) {
		if (known)
			wired_asks_us(w, 7);
		else
			wired_answers(w, 7, 7, true);
		assert_int_equal(w->out_count, 1);
		assert_int_equal(w->out[0].message.kind, NEIGHBOUR_ANSWER);
		assert_true(w->out[0].message.solicited);
		assert_true(w->out[0].message.has_mac);
		assert_memory_equal(&w->out[0].message.other, &asker, 16);
		assert_memory_equal(w->out[0].ethernet.to, mac, 6);
	}
	lone_free(w);
}

/* 7.2.4: who looks for a duplicate hears it with all others. */
static void
a_question_of_nobody_is_answered_to_all(void **unused)
{
	static const uint8_t all[16] = { 0xff, 2, [15] = 1 };
	static const uint8_t mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	struct lone *w = create(6);

	(void)unused;
	wired_asks(w, 0, 2);
	assert_int_equal(w->out_count, 1);
	assert_int_equal(w->out[0].message.kind, NEIGHBOUR_ANSWER);
	assert_false(w->out[0].message.solicited);
	assert_memory_equal(&w->out[0].ip.to, all, 16);
	assert_memory_equal(w->out[0].ethernet.to, mac, 6);
	lone_free(w);
}

/* None is left to its time-out, and none counts as sent twice. */
static void
every_opening_waits_for_the_answer(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		estab_conn conn[100];

		for (int i = 0; i < 100; i++)
			conn[i] = wired_connect(w, 5);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_NeighbourOutHolds),
		    100);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_OutSegs), 0);
		wired_answers(w, 5, 5, true);
		assert_int_equal(w->out_count, 100);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_OutSegs), 100);
		for (uint32_t i = 0; i < 100; i++) {
			assert_true(w->out[i].is_tcp && w->out[i].seg.syn);
			assert_int_equal(w->out[i].seg.from_port,
			    lone_status(w, conn[i]).local.port);
		}
		assert_int_equal(lone_counter(w, ESTAB_COUNT_RetransSegs), 0);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_NeighbourOutDrops),
		    0);
		lone_free(w);
	}
}

/* Resets, which are of no connection: the newest is kept. */
static void
the_newest_packet_waits_for_the_answer(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		struct segment seg = { .from_port = 1,
			.to_port = LONE_PORT,
			.has_ack = true };

		wired_segment(w, 5, &seg, NULL);
		assert_true(wired_out_asks(w, 5, false));
		assert_int_equal(wired_state(w, 5), ESTAB_NEIGHBOUR_INCOMPLETE);
		seg.from_port = 2;
		wired_segment(w, 5, &seg, NULL);
		assert_int_equal(w->out_count, 0);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_NeighbourOutDrops),
		    1);
		wired_answers(w, 5, 5, true);
		assert_int_equal(wired_state(w, 5), ESTAB_NEIGHBOUR_REACHABLE);
		assert_int_equal(w->out_count, 1);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_OutSegs), 1);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_OutRsts), 1);
		assert_true(w->out[0].seg.rst);
		assert_int_equal(w->out[0].seg.to_port, 2);
		lone_free(w);
	}
}

/* RFC 1122 2.3.2.2 wants the newest packet at least to be kept, and no other
 * is; but a SYN is sent again, and is answered then. */
static void
of_answers_without_a_record_the_newest_alone_waits(void **unused)
{
	const struct estab_config config = { .syn_cookies =
		                                 ESTAB_COOKIES_ALWAYS };

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = wired_create(version, &config, true);
		const struct estab_endpoint local = { .port = LONE_PORT };
		struct segment syn = { .to_port = LONE_PORT,
			.syn = true,
			.wnd = 9000 };
		estab_conn listener;

		assert_int_equal(estab_listen(w->host, &listener, &local, 8),
		    0);
		for (uint16_t port = 1; port <= 5; port++) {
			syn.from_port = port;
			wired_segment(w, 5, &syn, NULL);
		}
		assert_int_equal(lone_counter(w, ESTAB_COUNT_SyncookiesSent),
		    5);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_NeighbourOutDrops),
		    4);
		wired_answers(w, 5, 5, true);
		assert_int_equal(w->out_count, 1);
		assert_int_equal(w->out[0].seg.to_port, 5);
		for (uint16_t port = 1; port <= 4; port++) {
			syn.from_port = port;
			wired_segment(w, 5, &syn, NULL);
			assert_int_equal(w->out_count, 1);
			assert_true(w->out[0].seg.syn && w->out[0].seg.has_ack);
			assert_int_equal(w->out[0].seg.to_port, port);
		}
		assert_int_equal(lone_counter(w, ESTAB_COUNT_NeighbourOutDrops),
		    4);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_OutSegs), 5);
		lone_free(w);
	}
}

static void
three_questions_without_answer_make_an_opening_fail(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		const estab_conn conn = wired_connect(w, 5);
		estab_conn other;

		for (int i = 0; i < 2; i++) {
			lone_run(w, ESTAB_SECOND);
			assert_true(wired_out_asks(w, 5, false));
			assert_int_equal(lone_status(w, conn).state,
			    ESTAB_SYN_SENT);
		}
		lone_run(w, ESTAB_SECOND);
		assert_int_equal(w->out_count, 0);
		assert_int_equal(wired_state(w, 5), ESTAB_NEIGHBOUR_FAILED);
		assert_int_equal(lone_status(w, conn).state, ESTAB_CLOSED);
		assert_int_equal(lone_status(w, conn).error,
		    ESTAB_EHOSTUNREACH);
		/* For a while nobody is asked again. */
		other = wired_connect(w, 5);
		assert_int_equal(w->out_count, 0);
		assert_int_equal(lone_status(w, other).error,
		    ESTAB_EHOSTUNREACH);
		lone_run(w, 3 * ESTAB_SECOND);
		(void)wired_connect(w, 5);
		assert_true(wired_out_asks(w, 5, false));
		lone_free(w);
	}
}

/* The connection sends a byte. */
static void
say(struct lone *w, estab_conn conn)
{
	assert_int_equal(estab_send(w->host, conn, "x", 1), 1);
	lone_run(w, 0);
}

/* ... and the neighbour acknowledges it. */
static void
acknowledge(struct lone *w, estab_conn conn, uint8_t n)
{
	const struct estab_status s = lone_status(w, conn);

	wired_segment(w, n,
	    &(struct segment){ .from_port = LONE_PORT,
	        .to_port = s.local.port,
	        .seq = s.rcv_nxt,
	        .ack = s.snd_nxt,
	        .has_ack = true,
	        .wnd = 65535 },
	    NULL);
}

static void
progress_of_a_connection_spares_the_question(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		const estab_conn conn = wired_open(w, 1);

		lone_run(w, REACHABLE_MAX);
		say(w, conn);
		assert_int_equal(wired_state(w, 1), ESTAB_NEIGHBOUR_DELAY);
		acknowledge(w, conn, 1);
		lone_run(w, DELAY);
		assert_int_equal(w->out_count, 0);
		assert_int_equal(wired_state(w, 1), ESTAB_NEIGHBOUR_REACHABLE);
		assert_int_equal(wired_records(w,
		                     ESTAB_REASON_NEIGHBOUR_CONFIRMED),
		    1);
		lone_free(w);
	}
}

static void
without_progress_the_neighbour_alone_is_asked(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		const estab_conn conn = wired_open(w, 1);

		lone_run(w, REACHABLE_MAX);
		say(w, conn);
		lone_run(w, DELAY);
		assert_true(wired_out_asks(w, 1, true));
		assert_int_equal(wired_state(w, 1), ESTAB_NEIGHBOUR_PROBE);
		wired_answers(w, 1, 1, true);
		assert_int_equal(wired_state(w, 1), ESTAB_NEIGHBOUR_REACHABLE);
		lone_free(w);
	}
}

/* It is asked three times, then all are, three times; the connection lives
 * on. */
static void
a_neighbour_that_vanished_fails_and_open_connections_wait(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		const estab_conn conn = wired_open(w, 1);

		lone_run(w, REACHABLE_MAX);
		say(w, conn);
		lone_run(w, DELAY);
		for (int i = 1; i < 6; i++) {
			lone_run(w, ESTAB_SECOND);
			assert_true(wired_out_asks(w, 1, i < 3));
		}
		say(w, conn); /* it waits, in vain */
		lone_run(w, ESTAB_SECOND);
		assert_int_equal(wired_state(w, 1), ESTAB_NEIGHBOUR_FAILED);
		assert_int_equal(lone_status(w, conn).state, ESTAB_ESTABLISHED);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_NeighbourFails),
		    1);
		lone_free(w);
	}
}

/* A25 */
static void
gratuitous_answers_teach_nothing(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		struct estab_neighbour found;
		uint8_t mac[6];

		wired_answers(w, 1, 66, true);
		wired_answers(w, 1, 66, false);
		assert_false(wired_find(w, 1, &found));
		(void)wired_connect(w, 0); /* asks for the gateway */
		wired_answers(w, 1, 66, false);
		assert_int_equal(wired_state(w, 1), ESTAB_NEIGHBOUR_INCOMPLETE);
		wired_answers(w, 5, 66, true); /* about another one */
		assert_false(wired_find(w, 5, &found));
		wired_answers(w, 1, 1, true);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_NeighbourInIgnored),
		    4);

		/* Now it is known: whatever is claimed, only it is asked. */
		wired_answers(w, 1, 66, true);
		assert_true(wired_out_asks(w, 1, true));
		wired_answers(w, 1, 66, true);
		wired_answers(w, 1, 66, false);
		wired_asks(w, 1, 2); /* in truth it has moved not at all */
		assert_true(wired_find(w, 1, &found));
		wired_mac(1, mac);
		assert_memory_equal(found.mac, mac, 6);
		wired_answers(w, 1, 1, true);
		assert_int_equal(wired_state(w, 1), ESTAB_NEIGHBOUR_REACHABLE);
		lone_free(w);
	}
}

static void
a_neighbour_that_moved_is_found_after_the_old_place_is_silent(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		struct estab_neighbour found;
		uint8_t mac[6];

		(void)wired_open(w, 1);
		wired_answers(w, 1, 66, false); /* an announcement */
		assert_true(wired_out_asks(w, 1, true));
		lone_run(w, 3 * ESTAB_SECOND);
		assert_int_equal(wired_state(w, 1), ESTAB_NEIGHBOUR_INCOMPLETE);
		wired_answers(w, 1, 66, true);
		wired_mac(66, mac);
		assert_true(wired_find(w, 1, &found));
		assert_memory_equal(found.mac, mac, 6);
		assert_int_equal(found.state, ESTAB_NEIGHBOUR_REACHABLE);
		lone_free(w);
	}
}

static void
what_was_given_by_hand_does_not_change(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		const struct estab_address gateway = lone_address(version, 1);
		struct estab_neighbour found;
		uint8_t mac[6];

		(void)wired_connect(w, 1); /* waits already */
		wired_mac(1, mac);
		assert_int_equal(estab_neighbour_add(w->host, 0, &gateway, mac),
		    0);
		lone_run(w, 0);
		assert_int_equal(w->out_count, 1);
		assert_true(w->out[0].is_tcp);
		wired_answers(w, 1, 66, true);
		wired_answers(w, 1, 66, false);
		lone_run(w, ESTAB_MINUTE);
		for (uint32_t i = 0; i < w->out_count; i++)
			assert_true(w->out[i].is_tcp);
		assert_true(wired_find(w, 1, &found));
		assert_int_equal(found.state, ESTAB_NEIGHBOUR_STATIC);
		assert_memory_equal(found.mac, mac, 6);
		assert_int_equal(estab_neighbour_add(w->host, 1, &gateway, mac),
		    ESTAB_EINVAL);
		mac[0] = 1;
		assert_int_equal(estab_neighbour_add(w->host, 0, &gateway, mac),
		    ESTAB_EINVAL);
		lone_free(w);
	}
}

static uint32_t
neighbours_of(const struct lone *w)
{
	struct estab_neighbour neighbour;
	uint64_t cursor = 0;
	uint32_t n = 0;

	while (estab_neighbour_next(w->host, &cursor, &neighbour) == 1)
		n++;
	return n;
}

/* A stranger's question, from a host of the prefix that nobody knows. */
static void
stranger_asks(struct lone *w, uint32_t i)
{
	struct neighbour_message message = { .kind = NEIGHBOUR_ASK,
		.has_mac = true,
		.about = wired_own(w),
		.other = lone_address(w->version, 0) };
	uint8_t payload[128], frame[160], own[6];
	uint32_t bytes = ARP_BYTES;

	wired_mac(2, own);
	put32(message.mac + 2, i);
	if (w->version == 4) {
		message.other.byte[15] = (uint8_t)(3 + i % 250);
		message.other.byte[12] = (uint8_t)(i % 2 == 0 ? 10 : 11);
		arp_build(payload, &message);
	} else {
		const struct ip_packet ip = { .version = 6,
			.protocol = IP_PROTOCOL_ICMPV6,
			.ttl = ND_HOP_LIMIT,
			.payload_bytes = ND_BYTES,
			.to = message.about,
			.from = message.other };
		struct ip_packet from = ip;

		put32(from.from.byte + 12, 1000 + i);
		message.other = from.from;
		(void)ip_build(payload, &from);
		bytes =
		    40 + nd_build(payload + 40, &message, &from.from, &from.to);
	}
	lone_put(w, frame,
	    wired_frame(frame, 9, own,
	        w->version == 4 ? ETHERNET_ARP : ETHERNET_V6, payload, bytes));
}

static void
a_flood_of_strangers_displaces_nobody_we_use(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		const struct estab_config config = { .neighbours_max = 64 };
		struct lone *w = wired_create(version, &config, true);
		struct estab_memory before, after;

		(void)wired_open(w, 1);
		for (uint32_t i = 0; i < 200; i++)
			stranger_asks(w, i);
		estab_memory(w->host, &before);
		for (uint32_t i = 200; i < 65536; i++)
			stranger_asks(w, i);
		estab_memory(w->host, &after);
		assert_in_range(neighbours_of(w), 30, 64);
		assert_int_equal(before.committed_bytes, after.committed_bytes);
		assert_int_equal(wired_state(w, 1), ESTAB_NEIGHBOUR_REACHABLE);
		if (version == 4) /* half of them are on no prefix of ours */
			assert_in_range(neighbours_of(w), 64, 64);
		lone_free(w);
	}
}

/* SYNs from addresses where nobody is make us ask for them. */
static void
a_flood_that_makes_us_ask_keeps_to_half_of_the_table(void **unused)
{
	const struct estab_config config = { .neighbours_max = 32 };
	struct lone *w = wired_create(4, &config, true);
	const struct estab_endpoint local = { .port = LONE_PORT };
	struct segment syn = { .from_port = 1,
		.to_port = LONE_PORT,
		.syn = true,
		.wnd = 9000 };
	estab_conn listener;

	(void)unused;
	assert_int_equal(estab_listen(w->host, &listener, &local, 8), 0);
	for (uint8_t n = 10; n < 22; n++)
		(void)wired_open(w, n);
	for (uint32_t i = 0; i < 1000; i++) {
		syn.from_port++;
		wired_segment(w, (uint8_t)(30 + i % 200), &syn, NULL);
	}
	assert_int_equal(neighbours_of(w), 32);
	for (uint8_t n = 10; n < 22; n++)
		assert_int_equal(wired_state(w, n), ESTAB_NEIGHBOUR_REACHABLE);
	lone_run(w, ESTAB_MINUTE);
	assert_in_range(neighbours_of(w), 12, 32);
	lone_free(w);
}

/* Nor does it take the place in which a packet waits: who is there gets it as
 * soon as it answers. */
static void
a_flood_that_makes_us_ask_delays_nobody_who_answers(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *w = create(version);
		const struct estab_endpoint local = { .port = LONE_PORT };
		struct segment syn = { .from_port = 1,
			.to_port = LONE_PORT,
			.syn = true,
			.wnd = 9000 };
		estab_conn listener;

		assert_int_equal(estab_listen(w->host, &listener, &local, 8),
		    0);
		for (uint8_t n = 30; n < 230; n++)
			wired_segment(w, n, &syn, NULL);
		wired_segment(w, 7, &syn, NULL);
		assert_true(wired_out_asks(w, 7, false));
		wired_answers(w, 7, 7, true);
		assert_int_equal(w->out_count, 1);
		assert_true(w->out[0].is_tcp && w->out[0].seg.syn);
		lone_free(w);
	}
}

static void
arp_of_other_lengths_kinds_and_senders_is_counted(void **unused)
{
	static const struct {
		uint8_t at, value;
	} row[] = { { 1, 6 }, { 2, 0x86 }, { 4, 8 }, { 4, 0 }, { 5, 16 },
		{ 5, 0 }, { 7, 3 }, { 7, 0 }, { 8, 1 } };
	struct lone *w = create(4);
	struct neighbour_message message = { .kind = NEIGHBOUR_ASK,
		.has_mac = true,
		.about = wired_own(w),
		.other = lone_address(4, 7) };
	uint8_t good[64] = { 0 }, bad[64], frame[128], own[6];
	struct estab_neighbour found;

	(void)unused;
	wired_mac(7, message.mac);
	wired_mac(2, own);
	arp_build(good, &message);
	for (uint32_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		memcpy(bad, good, sizeof bad);
		bad[row[i].at] = row[i].value;
		lone_put(w, frame,
		    wired_frame(frame, 7, own, ETHERNET_ARP, bad, 46));
		assert_int_equal(w->out_count, 0);
		assert_int_equal(lone_counter(w, ESTAB_COUNT_NeighbourInErrors),
		    i + 1);
	}
	assert_false(wired_find(w, 7, &found));
	lone_put(w, frame, wired_frame(frame, 7, own, ETHERNET_ARP, good, 46));
	assert_int_equal(w->out_count, 1);
	lone_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_question_is_answered_with_our_mac_to_the_asker_alone),
		cmocka_unit_test(
		    a_question_that_does_not_say_where_from_is_answered_all_the_same),
		cmocka_unit_test(a_question_of_nobody_is_answered_to_all),
		cmocka_unit_test(every_opening_waits_for_the_answer),
		cmocka_unit_test(the_newest_packet_waits_for_the_answer),
		cmocka_unit_test(of_answers_without_a_record_the_newest_alone_waits),
		cmocka_unit_test(three_questions_without_answer_make_an_opening_fail),
		cmocka_unit_test(progress_of_a_connection_spares_the_question),
		cmocka_unit_test(without_progress_the_neighbour_alone_is_asked),
		cmocka_unit_test(
		    a_neighbour_that_vanished_fails_and_open_connections_wait),
		cmocka_unit_test(gratuitous_answers_teach_nothing),
		cmocka_unit_test(
		    a_neighbour_that_moved_is_found_after_the_old_place_is_silent),
		cmocka_unit_test(what_was_given_by_hand_does_not_change),
		cmocka_unit_test(a_flood_of_strangers_displaces_nobody_we_use),
		cmocka_unit_test(
		    a_flood_that_makes_us_ask_keeps_to_half_of_the_table),
		cmocka_unit_test(a_flood_that_makes_us_ask_delays_nobody_who_answers),
		cmocka_unit_test(arp_of_other_lengths_kinds_and_senders_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
