/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a packet must be before TCP sees it (RFC 1122 3.2.1, RFC 9293
 * 3.9.2.3): addresses, TTL, fragments, padding, pieces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "wire/checksum.h"

static struct estab_address
address(const char *text)
{
	struct estab_address a;

	assert_int_equal(estab_address_parse(text, &a), 0);
	return a;
}

/* A SYN between any two addresses; returns its bytes. */
static uint32_t
make_syn(uint8_t *packet, const char *from_text, const char *to_text)
{
	const struct estab_address from = address(from_text);
	const struct estab_address to = address(to_text);
	const struct segment seg = { .from_port = 4000,
		.to_port = LONE_PORT,
		.syn = true,
		.wnd = 1000 };
	uint8_t tcp[60];
	const uint32_t n = segment_build(tcp, &seg);
	const uint16_t field =
	    checksum_finish(checksum_add(checksum_pseudo(&from, &to,
	                                     IP_PROTOCOL_TCP, n),
	        checksum_bytes(tcp, n), 0));

	memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof field);
	return lone_datagram(packet, &from, &to, IP_PROTOCOL_TCP, tcp, n);
}

/* Whether a SYN between them is answered at all, with and without somebody
 * who listens. */
static bool
is_answered(const char *from, const char *to)
{
	uint8_t packet[100];
	const uint32_t n = make_syn(packet, from, to);
	bool answered = false;

	for (int listens = 0; listens < 2; listens++) {
		struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);

		if (listens)
			(void)lone_listen(l, 5);
		lone_put(l, packet, n);
		if (l->out_count > 0) {
			answered = true;
			assert_int_equal(l->out[0].seg.syn, listens);
			assert_int_equal(l->out[0].seg.rst, !listens);
		}
		lone_free(l);
	}
	return answered;
}

static void
a_stranger_is_answered(void **unused)
{
	(void)unused;
	assert_true(is_answered("10.0.0.1", "10.0.0.2"));
	assert_true(is_answered("fd00::1", "fd00::2"));
	assert_true(is_answered("9.9.9.9", "10.0.0.2"));
	assert_true(is_answered("2001:db8::1", "fd00::2"));
}

static void
a_source_that_cannot_be_answered_is_a_martian(void **unused)
{
	static const char *const v4[] = { "0.0.0.0", "127.0.0.1", "224.0.0.1",
		"239.255.255.255", "255.255.255.255", "10.0.0.255",
		"10.0.0.2" };
	static const char *const v6[] = { "::", "::1", "ff02::1", "fd00::2" };

	(void)unused;
	for (size_t i = 0; i < sizeof v4 / sizeof v4[0]; i++)
		assert_false(is_answered(v4[i], "10.0.0.2"));
	for (size_t i = 0; i < sizeof v6 / sizeof v6[0]; i++)
		assert_false(is_answered(v6[i], "fd00::2"));
}

/* Neither a connection nor a reset: MUST-57. */
static void
what_is_sent_to_many_or_to_others_is_not_answered(void **unused)
{
	static const char *const v4[] = { "224.0.0.1", "255.255.255.255",
		"10.0.0.255", "10.0.0.3", "127.0.0.1", "0.0.0.0" };
	static const char *const v6[] = { "ff02::1", "ff0e::1", "fd00::3",
		"::1", "::" };

	(void)unused;
	for (size_t i = 0; i < sizeof v4 / sizeof v4[0]; i++)
		assert_false(is_answered("10.0.0.1", v4[i]));
	for (size_t i = 0; i < sizeof v6 / sizeof v6[0]; i++)
		assert_false(is_answered("fd00::1", v6[i]));
}

static void
nobody_connects_to_many_or_to_himself(void **unused)
{
	static const char *const bad[] = { "0.0.0.0", "::", "224.0.0.1",
		"255.255.255.255", "10.0.0.255", "10.0.0.2", "ff02::1",
		"fd00::2" };
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	const struct estab_endpoint any = { .port = 0 };
	estab_conn conn;

	(void)unused;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct estab_endpoint remote = { .address =
			                                   address(bad[i]),
			.port = 80 };

		assert_int_equal(estab_connect(l->host, &conn, &any, &remote),
		    ESTAB_EINVAL);
	}
	lone_check_empty(l);
	lone_free(l);
}

static void
ip_sum(uint8_t *packet)
{
	uint16_t field;

	packet[10] = packet[11] = 0;
	field = checksum_finish(checksum_bytes(packet, 20));
	memcpy(packet + 10, &field, sizeof field);
}

/* A change to a good SYN, after which nothing may answer. */
static void
is_dropped_after(uint32_t at, uint8_t value, enum estab_counter counter)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	uint8_t packet[100];
	const uint32_t n = make_syn(packet, "10.0.0.1", "10.0.0.2");

	packet[at] = value;
	ip_sum(packet);
	lone_put(l, packet, n);
	assert_int_equal(l->out_count, 0);
	assert_int_equal(lone_counter(l, counter), 1);
	lone_free(l);
}

static void
headers_that_cannot_be_are_dropped_and_counted(void **unused)
{
	struct lone *l = lone_create(6, ESTAB_ARENA_MIN, NULL);
	uint8_t packet[100];
	const uint32_t n = make_syn(packet, "fd00::1", "fd00::2");

	(void)unused;
	is_dropped_after(8, 0, ESTAB_COUNT_IpInHdrErrors);       /* TTL */
	is_dropped_after(6, 0x20, ESTAB_COUNT_IpInFragments);    /* more */
	is_dropped_after(7, 1, ESTAB_COUNT_IpInFragments);       /* offset */
	is_dropped_after(0, 0x44, ESTAB_COUNT_IpInHdrErrors);    /* IHL 4 */
	is_dropped_after(3, 255, ESTAB_COUNT_IpInTruncated);     /* length */
	is_dropped_after(9, 132, ESTAB_COUNT_IpInUnknownProtos); /* SCTP */
	packet[7] = 0;                                           /* hop limit */
	lone_put(l, packet, n);
	assert_int_equal(l->out_count, 0);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_IpInHdrErrors), 1);
	lone_free(l);
}

static void
a_v6_fragment_is_dropped_unless_it_is_the_whole(void **unused)
{
	(void)unused;
	for (int atomic = 0; atomic < 2; atomic++) {
		struct lone *l = lone_create(6, ESTAB_ARENA_MIN, NULL);
		uint8_t packet[120];
		uint32_t n = make_syn(packet, "fd00::1", "fd00::2");

		memmove(packet + 48, packet + 40, n - 40);
		memset(packet + 40, 0, 8);
		packet[40] = IP_PROTOCOL_TCP;
		packet[43] = atomic ? 0 : 1; /* more */
		packet[6] = 44;
		packet[5] = (uint8_t)(packet[5] + 8);
		lone_put(l, packet, n + 8);
		assert_int_equal(l->out_count, atomic);
		lone_free(l);
	}
}

/* ---- Padding and pieces ---- */

static uint32_t
queued(const struct lone *l, const struct peer *p)
{
	return lone_status(l, p->conn).receive_queued_bytes;
}

static struct segment
one_byte(const struct peer *p)
{
	struct segment seg = lone_from(p);

	seg.text_len = 1;
	return seg;
}

/* 41 bytes in the 60 that Ethernet wants; the padding is noise. */
static void
padding_is_not_text(void **unused)
{
	(void)unused;
	for (int predict = 0; predict < 2; predict++) {
		const struct estab_config config = {
			.header_prediction = predict ? 1 : ESTAB_OFF
		};
		struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
		struct peer p;
		struct segment seg;
		uint8_t packet[60], got[8];

		lone_open(l, lone_listen(l, 1), 4000, &p);
		memset(packet, 0xee, sizeof packet);
		seg = one_byte(&p);
		assert_int_equal(lone_packet(l, packet, &seg, "x"), 41);
		lone_put(l, packet, sizeof packet);
		assert_int_equal(queued(l, &p), 1);
		assert_int_equal(estab_receive(l->host, p.conn, got, sizeof got),
		    1);
		assert_int_equal(got[0], 'x');
		lone_free(l);
	}
}

/* A packet in pieces, each in memory of its own, whose ends are watched. */
static void
put_in_pieces(struct lone *l, const uint8_t *packet, uint32_t bytes,
    const uint32_t *cut, uint8_t cuts)
{
	struct estab_frame frame = { .span_count = (uint8_t)(cuts + 1) };
	uint32_t at = 0;

	for (uint8_t i = 0; i <= cuts; i++) {
		const uint32_t end = i < cuts ? cut[i] : bytes;

		frame.span[i].length = end - at;
		frame.span[i].data = malloc(end - at);
		if (end > at)
			memcpy(frame.span[i].data, packet + at, end - at);
		at = end;
	}
	lone_put_frame(l, &frame);
	for (uint8_t i = 0; i <= cuts; i++)
		free(frame.span[i].data);
}

static void
a_packet_may_be_cut_anywhere(void **unused)
{
	static const uint8_t text[] = "twenty bytes of text";

	(void)unused;
	for (int k = 0; k < 4; k++) {
		const struct estab_config config = {
			.header_prediction = k % 2 == 0 ? 1 : ESTAB_OFF
		};
		struct lone *l =
		    lone_create(k < 2 ? 4 : 6, ESTAB_ARENA_MIN, &config);
		uint8_t packet[120], got[32];
		struct peer p;
		uint32_t bytes = 99;

		lone_open(l, lone_listen(l, 1), 4000, &p);
		for (uint32_t a = 0; a <= bytes; a++)
			for (uint32_t b = a; b <= bytes; b += 7) {
				const uint32_t cut[] = { a, a, b };
				struct segment seg = one_byte(&p);

				seg.text_len = 20;
				bytes = lone_packet(l, packet, &seg, text);
				put_in_pieces(l, packet, bytes, cut, 3);
				p.seq += 20;
				assert_int_equal(estab_receive(l->host, p.conn,
				                     got, 32),
				    20);
				assert_memory_equal(got, text, 20);
			}
		lone_free(l);
	}
}

static void
an_empty_frame_is_counted(void **unused)
{
	struct lone *l = lone_create(4, ESTAB_ARENA_MIN, NULL);
	struct estab_frame frame = { .span_count = 0 };
	uint8_t nothing[1];

	(void)unused;
	lone_put_frame(l, &frame);
	frame.span_count = 2;
	frame.span[0].data = frame.span[1].data = nothing;
	lone_put_frame(l, &frame);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_IpInTruncated), 2);
	frame.span_count = ESTAB_SPANS_MAX + 1;
	assert_int_equal(estab_input(l->host, &frame, 1, l->now),
	    ESTAB_EMSGSIZE);
	frame.span_count = 1;
	frame.link = 1; /* there is no such */
	assert_int_equal(estab_input(l->host, &frame, 1, l->now),
	    ESTAB_EMSGSIZE);
	lone_free(l);
}

static void
every_prefix_of_a_packet_is_survived(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct lone *l = lone_create(version, ESTAB_ARENA_MIN, NULL);
		uint8_t packet[120];
		struct peer p;
		struct segment seg;
		uint32_t bytes;

		lone_open(l, lone_listen(l, 1), 4000, &p);
		seg = one_byte(&p);
		bytes = lone_packet(l, packet, &seg, "x");
		for (uint32_t n = 1; n < bytes; n++)
			lone_put(l, packet, n);
		assert_int_equal(queued(l, &p), 0);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_IpInTruncated),
		    bytes - 1);
		lone_put(l, packet, bytes);
		assert_int_equal(queued(l, &p), 1);
		lone_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stranger_is_answered),
		cmocka_unit_test(a_source_that_cannot_be_answered_is_a_martian),
		cmocka_unit_test(what_is_sent_to_many_or_to_others_is_not_answered),
		cmocka_unit_test(nobody_connects_to_many_or_to_himself),
		cmocka_unit_test(headers_that_cannot_be_are_dropped_and_counted),
		cmocka_unit_test(a_v6_fragment_is_dropped_unless_it_is_the_whole),
		cmocka_unit_test(padding_is_not_text),
		cmocka_unit_test(a_packet_may_be_cut_anywhere),
		cmocka_unit_test(an_empty_frame_is_counted),
		cmocka_unit_test(every_prefix_of_a_packet_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
