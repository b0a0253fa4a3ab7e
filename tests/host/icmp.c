/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ICMP in and out: what unreachable means to a connection (RFC 9293 3.9.2.2,
 * RFC 5927 5.2), echo, port unreachable for UDP, and how often we answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "wire/checksum.h"

static uint8_t
icmp_protocol(const struct lone *l)
{
	return l->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
}

/* A message from the peer, with its checksum. */
static void
put_icmp(struct lone *l, uint8_t *message, uint32_t n)
{
	const struct estab_address us = lone_address(l->version, 2);
	const struct estab_address peer = lone_address(l->version, 1);
	uint8_t packet[1700];

	lone_icmp_sum(&peer, &us, message, n);
	lone_put(l, packet,
	    lone_datagram(packet, &peer, &us, icmp_protocol(l), message, n));
}

/* An error of that type and code about a segment of ours. */
static void
complain(struct lone *l, uint8_t type, uint8_t code, uint16_t to_port,
    uint32_t seq)
{
	const struct estab_address us = lone_address(l->version, 2);
	const struct estab_address peer = lone_address(l->version, 1);
	const struct segment quoted = { .from_port = LONE_PORT,
		.to_port = to_port,
		.seq = seq };
	uint8_t tcp[64] = { 0 }, message[128] = { type, code };
	uint32_t n;

	(void)segment_build(tcp, &quoted);
	n = lone_datagram(message + 8, &us, &peer, IP_PROTOCOL_TCP, tcp, 20);
	put_icmp(l, message, 8 + n);
}

/* The host's SYN is under way; returns its SEQ. */
static uint32_t
open_actively(struct lone *l, estab_conn *conn)
{
	const struct estab_endpoint local = { .port = LONE_PORT };
	const struct estab_endpoint remote = { .address =
		                                   lone_address(l->version, 1),
		.port = LONE_PEER_PORT };

	assert_int_equal(estab_connect(l->host, conn, &local, &remote), 0);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 1);
	return l->out[0].seg.seq;
}

struct error_row {
	uint8_t version, type, code;
	bool hard;
};

static const struct error_row errors[] = {
	{ 4, 3, 0, false },  /* net */
	{ 4, 3, 1, false },  /* host */
	{ 4, 3, 2, true },   /* protocol */
	{ 4, 3, 3, true },   /* port */
	{ 4, 3, 5, false },  /* source route */
	{ 4, 3, 9, false },  /* prohibited */
	{ 4, 3, 13, false }, /* prohibited */
	{ 4, 4, 0, false },  /* source quench, RFC 6633 */
	{ 4, 11, 0, false }, { 4, 11, 1, false }, { 4, 12, 0, false },
	{ 6, 1, 0, false }, /* no route */
	{ 6, 1, 1, false }, /* prohibited */
	{ 6, 1, 3, false }, /* address */
	{ 6, 1, 4, true },  /* port */
	{ 6, 3, 0, false }, { 6, 4, 0, false },
	{ 6, 4, 1, true }, /* next header unknown */
};
#define ERRORS (sizeof errors / sizeof errors[0])

static void
only_hard_errors_about_the_syn_itself_end_an_opening(void **unused)
{
	static const uint32_t off[] = { 0, 1, UINT32_MAX, 0x80000000 };

	(void)unused;
	for (size_t i = 0; i < 4 * ERRORS; i++) {
		const struct error_row *e = &errors[i / 4];
		struct lone *l = lone_create(e->version, ESTAB_ARENA_MIN, NULL);
		const bool ends = e->hard && i % 4 == 0;
		estab_conn conn;
		const uint32_t iss = open_actively(l, &conn);

		complain(l, e->type, e->code, LONE_PEER_PORT, iss + off[i % 4]);
		assert_int_equal(lone_status(l, conn).state,
		    ends ? ESTAB_CLOSED : ESTAB_SYN_SENT);
		assert_int_equal(lone_status(l, conn).error,
		    ends ? ESTAB_ECONNREFUSED : 0);
		assert_int_equal(l->out_count, 0);
		lone_free(l);
	}
}

/* Another connection's port, or the half of the pair that is not ours. */
static void
an_error_about_another_connection_is_not_ours(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	estab_conn conn;
	const uint32_t iss = open_actively(l, &conn);

	(void)unused;
	complain(l, 3, 3, LONE_PEER_PORT + 1, iss);
	assert_int_equal(lone_status(l, conn).state, ESTAB_SYN_SENT);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_IcmpInIgnored), 1);
	complain(l, 3, 3, LONE_PEER_PORT, iss);
	assert_int_equal(lone_status(l, conn).state, ESTAB_CLOSED);
	lone_free(l);
}

static void
no_error_ends_an_open_connection_whatever_it_quotes(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < 2 * ERRORS; i++) {
		const struct error_row *e = &errors[i / 2];
		struct lone *l = lone_create(e->version, ESTAB_ARENA_MIN, NULL);
		struct peer p;
		estab_conn listener = lone_listen(l, 1);

		lone_open(l, listener, 4000, &p);
		assert_int_equal(estab_send(l->host, p.conn, "hello", 5), 5);
		lone_run(l, 0);
		if (i % 2 == 1)
			assert_int_equal(estab_close(l->host, p.conn), 0);
		complain(l, e->type, e->code, 4000, p.ack);
		assert_int_equal(lone_status(l, p.conn).state,
		    i % 2 == 1 ? ESTAB_FIN_WAIT_1 : ESTAB_ESTABLISHED);
		assert_int_equal(lone_status(l, p.conn).error, 0);
		p.ack += 5; /* and it goes on */
		lone_text(l, &p, "world", 5);
		assert_int_equal(lone_status(l, p.conn).receive_queued_bytes,
		    5);
		lone_free(l);
	}
}

static void
a_hard_error_does_not_throw_out_a_half_open_connection(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	struct estab_memory memory;

	(void)unused;
	(void)lone_listen(l, 1);
	lone_segment(l,
	    &(struct segment){ .from_port = 4000,
	        .to_port = LONE_PORT,
	        .syn = true,
	        .wnd = 1000 },
	    NULL);
	assert_int_equal(l->out_count, 1);
	complain(l, 3, 3, 4000, l->out[0].seg.seq);
	estab_memory(l->host, &memory);
	assert_int_equal(memory.half_open_count, 1);
	lone_free(l);
}

/* ---- Echo ---- */

static uint32_t
make_echo(const struct lone *l, uint8_t *message, uint32_t n)
{
	memset(message, 0, 8);
	message[0] = l->version == 4 ? 8 : 128;
	message[4] = 0x12;
	message[7] = 0x34;
	for (uint32_t i = 0; i < n; i++)
		message[8 + i] = (uint8_t)(i * 31 + 5);
	return 8 + n;
}

static bool
sums_up(const struct sent_packet *out)
{
	uint32_t sum = checksum_bytes(out->text, out->ip.payload_bytes);

	if (out->ip.version == 6)
		sum =
		    checksum_add(checksum_pseudo(&out->ip.from, &out->ip.to,
		                     IP_PROTOCOL_ICMPV6, out->ip.payload_bytes),
		        sum, 0);
	return checksum_good(sum);
}

static void
echo_is_answered_with_what_it_held(void **unused)
{
	static const uint32_t sizes[] = { 0, 1, 56, 57, 1400, 1452 };

	(void)unused;
	for (size_t i = 0; i < 12; i++) {
		const uint8_t version = i % 2 == 0 ? 4 : 6;
		struct lone *l = lone_create(version, ESTAB_ARENA_MIN, NULL);
		const struct estab_address us = lone_address(version, 2);
		const struct estab_address peer = lone_address(version, 1);
		uint8_t message[1600];
		const uint32_t n = make_echo(l, message, sizes[i / 2]);

		put_icmp(l, message, n);
		assert_int_equal(l->out_count, 1);
		assert_int_equal(l->out[0].ip.payload_bytes, n);
		assert_int_equal(l->out[0].text[0], version == 4 ? 0 : 129);
		assert_memory_equal(l->out[0].text + 4, message + 4, n - 4);
		assert_true(ip_same(&l->out[0].ip.from, &us));
		assert_true(ip_same(&l->out[0].ip.to, &peer));
		assert_true(sums_up(&l->out[0]));
		lone_free(l);
	}
}

static void
echo_with_a_wrong_checksum_is_not_answered(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, ESTAB_ARENA_MIN, NULL);
		const struct estab_address us = lone_address(version, 2);
		const struct estab_address peer = lone_address(version, 1);
		uint8_t message[100], packet[200];
		const uint32_t n = make_echo(l, message, 57);

		lone_icmp_sum(&peer, &us, message, n);
		for (uint32_t bit = 0; bit < 8 * n; bit += 5) {
			message[bit / 8] ^= (uint8_t)(1u << bit % 8);
			lone_put(l, packet,
			    lone_datagram(packet, &peer, &us, icmp_protocol(l),
			        message, n));
			assert_int_equal(l->out_count, 0);
			message[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_int_equal(lone_counter(l, ESTAB_COUNT_IcmpInErrors),
		    (8 * n + 4) / 5);
		lone_free(l);
	}
}

/* ---- UDP ---- */

static void
udp_is_told_that_nobody_is_there(void **unused)
{
	static const uint8_t datagram[200] = { 0x12, 0x34, 0, 53, 0, 200 };

	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, ESTAB_ARENA_MIN, NULL);
		const struct estab_address us = lone_address(version, 2);
		const struct estab_address peer = lone_address(version, 1);
		uint8_t packet[300];
		const uint32_t n = lone_datagram(packet, &peer, &us,
		    IP_PROTOCOL_UDP, datagram, sizeof datagram);

		lone_put(l, packet, n);
		assert_int_equal(l->out_count, 1);
		assert_int_equal(l->out[0].text[0], version == 4 ? 3 : 1);
		assert_int_equal(l->out[0].text[1], version == 4 ? 3 : 4);
		assert_memory_equal(l->out[0].text + 8, packet, n);
		assert_true(sums_up(&l->out[0]));
		lone_free(l);
	}
}

static void
an_icmp_error_is_never_answered(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);

	(void)unused;
	for (uint8_t type = 0; type < 200; type++) {
		if (type == 8)
			continue;
		complain(l, type, 0, 5, 5);
		assert_int_equal(l->out_count, 0);
	}
	lone_free(l);
}

/* ---- How often ---- */

static uint32_t
resets_in_a_burst(struct lone *l, uint32_t n)
{
	uint32_t out = 0;

	for (uint32_t i = 0; i < n; i++) {
		lone_segment(l,
		    &(struct segment){ .from_port = 9,
		        .to_port = 99,
		        .syn = true },
		    NULL);
		out += l->out_count;
	}
	return out;
}

static void
resets_and_icmp_share_one_allowance_of_an_address_a_second(void **unused)
{
	const struct estab_config config = { .icmp_per_second = 10 };
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
	uint8_t message[64];

	(void)unused;
	assert_int_equal(resets_in_a_burst(l, 25), 10);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPRstRateLimited), 15);
	put_icmp(l, message, make_echo(l, message, 20));
	assert_int_equal(l->out_count, 0);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_IcmpRateLimited), 1);
	lone_run(l, 1100 * ESTAB_MS);
	assert_int_equal(resets_in_a_burst(l, 3), 3);
	lone_run(l, 3600 * ESTAB_SECOND); /* no more than a second's worth */
	assert_int_equal(resets_in_a_burst(l, 25), 10);
	lone_free(l);
}

/* Sixteen wait at most, though nobody fetches them. */
static void
unfetched_answers_are_bounded(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const struct estab_address us = lone_address(4, 2);
	const struct estab_address peer = lone_address(4, 1);
	uint8_t message[64], packet[128];
	const uint32_t n = make_echo(l, message, 20);
	struct estab_frame frame = { .span_count = 1 };

	(void)unused;
	lone_icmp_sum(&peer, &us, message, n);
	frame.span[0].data = packet;
	frame.span[0].length =
	    lone_datagram(packet, &peer, &us, IP_PROTOCOL_ICMP, message, n);
	for (int i = 0; i < 500; i++)
		assert_int_equal(estab_input(l->host, &frame, 1, l->now), 1);
	lone_run(l, 0);
	assert_in_range(l->out_count, 1, 64);
	assert_int_equal(l->out_count +
	        lone_counter(l, ESTAB_COUNT_IcmpRateLimited),
	    500);
	put_icmp(l, message, n); /* and their place is free again */
	assert_int_equal(l->out_count, 1);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    only_hard_errors_about_the_syn_itself_end_an_opening),
		cmocka_unit_test(an_error_about_another_connection_is_not_ours),
		cmocka_unit_test(no_error_ends_an_open_connection_whatever_it_quotes),
		cmocka_unit_test(
		    a_hard_error_does_not_throw_out_a_half_open_connection),
		cmocka_unit_test(echo_is_answered_with_what_it_held),
		cmocka_unit_test(echo_with_a_wrong_checksum_is_not_answered),
		cmocka_unit_test(udp_is_told_that_nobody_is_there),
		cmocka_unit_test(an_icmp_error_is_never_answered),
		cmocka_unit_test(
		    resets_and_icmp_share_one_allowance_of_an_address_a_second),
		cmocka_unit_test(unfetched_answers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
