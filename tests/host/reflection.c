/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A stranger forges a third party's address and lets the host answer: how many
 * packets and bytes the third party gets for one (RFC 4987 2.2, RFC 9293
 * MUST-57, RFC 1122 3.2.2).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)2 * 1024 * 1024)
#define OVER (70 * ESTAB_SECOND) /* when the last record has gone */
#define REPEATS 16u              /* SYN+ACKs sent again in 1.07 s */
#define SYN_BYTES 40u            /* IPv4, without options */

/* What the third party got. */
struct got {
	uint32_t packets, bytes;
};

static void
add(const struct lone *l, struct got *got)
{
	got->packets += l->out_count;
	for (uint32_t i = 0; i < l->out_count; i++)
		got->bytes += l->out[i].bytes;
}

/* n SYNs, that many apart, and what they bring until all is over. */
static struct got
reflected(struct lone *l, const struct estab_address *victim, uint32_t n,
    int64_t apart)
{
	struct got got = { 0, 0 };

	for (uint32_t i = 0; i < n; i++) {
		lone_segment_from(l, victim,
		    &(struct segment){ .from_port = (uint16_t)(1000 + i),
		        .to_port = LONE_PORT,
		        .seq = i,
		        .syn = true,
		        .wnd = 1000 });
		add(l, &got);
		lone_run(l, apart);
		add(l, &got);
	}
	for (estab_time at = 0; at < OVER; at += ESTAB_SECOND / 4) {
		lone_run(l,
		    ESTAB_SECOND / 4); /* less than out[] has room for */
		add(l, &got);
	}
	return got;
}

/* RFC 9293 wants a SYN+ACK sent again: six packets for one.  So of those an
 * address gets a few a second besides one for each SYN. */
static void
repeats_to_an_address_do_not_grow_with_its_syns(void **unused)
{
	static const struct {
		int64_t apart;
		uint32_t syns;
		uint32_t windows; /* in which any is due again */
	} row[] = {
		{ 0, 1, 1 },
		{ 0, 900, 10 },                     /* below a quarter */
		{ ESTAB_SECOND / 5, 300, 60 + 64 }, /* five a second */
		{ ESTAB_SECOND / 10, 600, 60 + 64 },
		{ ESTAB_SECOND / 40, 2400, 60 + 64 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct lone *l = lone_create(4, ARENA, NULL);
		const struct estab_address victim = lone_address(4, 7);
		struct got got;

		(void)lone_listen(l, 4);
		got = reflected(l, &victim, row[i].syns, row[i].apart);
		assert_in_range(got.packets, row[i].syns,
		    row[i].syns + REPEATS * row[i].windows);
		assert_true(got.packets <= 6 * row[i].syns);
		assert_int_equal(got.bytes,
		    got.packets * (SYN_BYTES + 4)); /* the MSS */
		if (row[i].syns > 1)
			assert_true(lone_counter(l,
			                ESTAB_COUNT_TCPSynRepeatLimited) > 0);
		lone_free(l);
	}
}

/* Without the limit it is as the RFC's letter has it. */
static void
without_a_limit_all_are_sent_again(void **unused)
{
	const struct estab_config config = { .syn_acks_per_second = ESTAB_OFF };
	struct lone *l = lone_create(4, ARENA, &config);
	const struct estab_address victim = lone_address(4, 7);

	(void)unused;
	(void)lone_listen(l, 4);
	assert_int_equal(reflected(l, &victim, 90, 0).packets, 6 * 90);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSynRepeatLimited), 0);
	lone_free(l);
}

/* Each of many addresses gets all of its own. */
static void
an_honest_client_is_sent_its_syn_ack_again(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const struct estab_address victim = lone_address(4, 7);
	const struct estab_address client = lone_address(4, 8);
	struct got got;

	(void)unused;
	(void)lone_listen(l, 4);
	for (uint32_t i = 0; i < 500; i++)
		lone_segment_from(l, &victim,
		    &(struct segment){ .from_port = (uint16_t)(1000 + i),
		        .to_port = LONE_PORT,
		        .seq = i,
		        .syn = true,
		        .wnd = 1000 });
	got.packets = 0;
	lone_segment_from(l, &client,
	    &(struct segment){ .from_port = 9,
	        .to_port = LONE_PORT,
	        .syn = true,
	        .wnd = 1000 });
	for (uint32_t n = 0; n < OVER / ESTAB_SECOND; n++) {
		lone_run(l, ESTAB_SECOND);
		for (uint32_t i = 0; i < l->out_count; i++)
			got.packets += ip_same(&l->out[i].ip.to, &client);
	}
	assert_int_equal(got.packets, 5);
	lone_free(l);
}

/* ---- Anything else ---- */

/* A packet of bytes in all to an address, as the third party. */
static uint32_t
forge(const struct lone *l, uint8_t *packet, const struct estab_address *to,
    uint8_t protocol, uint32_t bytes)
{
	const uint8_t v = ip_is_v4(to) ? 4 : 6;
	const struct estab_address victim = lone_address(v, 7);
	const uint32_t n = bytes - (v == 4 ? 20 : 40);
	uint8_t message[1600] = { 0 };

	(void)l;
	if (protocol != IP_PROTOCOL_UDP) {
		message[0] = v == 4 ? 8 : 128; /* echo */
		lone_icmp_sum(&victim, to, message, n);
	}
	return lone_datagram(packet, &victim, to, protocol, message, n);
}

/* UDP to a port nobody has, and echo: one answer each, as long as the echo, or
 * with eight bytes and an IP header more, and so many a second. */
static void
a_datagram_is_answered_once_and_not_much_longer(void **unused)
{
	static const uint32_t sizes[] = { 48, 100, 548, 1500 };

	(void)unused;
	for (uint32_t i = 0; i < 4 * 2 * 2; i++) {
		const uint8_t v = i / 8 ? 6 : 4;
		const bool udp = i / 4 % 2 != 0;
		const uint32_t header = v == 4 ? 20 : 40;
		const uint32_t bytes = sizes[i % 4];
		const uint8_t icmp =
		    v == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
		struct lone *l = lone_create(v, ARENA, NULL);
		const struct estab_address us = lone_address(v, 2);
		struct got got = { 0, 0 };
		uint8_t packet[1600];

		for (uint32_t n = 0; n < 3000; n++) {
			lone_put(l, packet,
			    forge(l, packet, &us, udp ? IP_PROTOCOL_UDP : icmp,
			        bytes));
			assert_true(l->out_count <= 1);
			add(l, &got);
			if (l->out_count > 0)
				assert_in_range(l->out[0].bytes, 48,
				    udp ? bytes + header + 8 : bytes);
		}
		assert_int_equal(got.packets, 1000); /* icmp_per_second */
		lone_free(l);
	}
}

/* RFC 1122 3.2.2 and 3.2.2.6, RFC 4443 2.4 e, RFC 9293 MUST-57. */
static void
nothing_sent_to_many_is_answered(void **unused)
{
	static const uint8_t many[][16] = {
		{ [10] = 0xff, 0xff, 255, 255, 255, 255 },
		{ [10] = 0xff, 0xff, 10, 0, 0, 255 },
		{ [10] = 0xff, 0xff, 10, 0, 0, 0 },
		{ [10] = 0xff, 0xff, 224, 0, 0, 1 },
		{ 0xff, 0x02, [15] = 1 },
	};

	(void)unused;
	for (uint32_t i = 0; i < sizeof many / sizeof many[0] * 2; i++) {
		const uint8_t v = many[i / 2][0] ? 6 : 4;
		struct lone *l = lone_create(v, ARENA, NULL);
		const uint8_t icmp =
		    v == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
		struct estab_address to;
		uint8_t packet[1600];

		memcpy(&to, many[i / 2], sizeof to);
		lone_put(l, packet,
		    forge(l, packet, &to, i % 2 ? IP_PROTOCOL_UDP : icmp, 60));
		assert_int_equal(l->out_count, 0);
		lone_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_to_an_address_do_not_grow_with_its_syns),
		cmocka_unit_test(without_a_limit_all_are_sent_again),
		cmocka_unit_test(an_honest_client_is_sent_its_syn_ack_again),
		cmocka_unit_test(a_datagram_is_answered_once_and_not_much_longer),
		cmocka_unit_test(nothing_sent_to_many_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
