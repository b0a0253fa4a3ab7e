/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets larger than a wire takes, and what their sender hears.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/dummies/stage.h"
#include "sim/making.h"
#include "wire/checksum.h"
#include "wire/packet.h"

/* The only message host 0 got, if it is ICMP too big from host n. */
static struct icmp_message
too_big_from(const struct stage *s, uint8_t n)
{
	const uint8_t *packet = s->host[0]->got[0].packet;
	const uint32_t bytes = s->host[0]->got[0].bytes;
	const struct estab_address from = made_address(4, n);
	const struct estab_address to = made_address(4, 1);
	struct packet_view view;

	assert_int_equal(s->host[0]->got_count, 1);
	packet_view(packet, bytes, &view);
	assert_int_equal(view.ip_verdict, WIRE_GOOD);
	assert_true(ip_same(&view.ip.from, &from));
	assert_true(ip_same(&view.ip.to, &to));
	assert_int_equal(view.ip.ttl, 64);
	assert_int_equal(view.ip.tos, 0);
	assert_true(view.has_icmp);
	assert_int_equal(view.icmp.kind, ICMP_TOO_BIG);
	assert_true(checksum_good(checksum_bytes(packet + view.ip.header_bytes,
	    view.ip.payload_bytes)));
	return view.icmp;
}

static void
a_packet_that_is_too_big_is_answered_by_icmp(void **unused)
{
	struct stage *s = new_stage(1);
	struct icmp_message m;
	const struct estab_record *r;

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .mtu = 1000 });
	impair(s, 1, (struct estab_impairment){ .delay_ns = 8 });
	send_at(s->host[0], 0, 4711, 956, 0);
	send_at(s->host[0], 0, 4711, 957, 0);
	run(s);
	assert_int_equal(s->host[1]->got_count, 1);
	assert_int_equal(counts(s).too_big, 1);
	m = too_big_from(s, 2);
	assert_int_equal(m.mtu, 1000);
	assert_true(m.quotes_tcp);
	assert_int_equal(m.quoted_seq, 4711);
	assert_int_equal(s->host[0]->got[0].at, 8);
	r = estab_trace_get(&s->trace, 3);
	assert_int_equal(r->fate, ESTAB_FATE_TOO_BIG);
	assert_int_equal(r->arrival, ESTAB_NEVER);
	r = estab_trace_get(&s->trace, 4);
	assert_int_equal(r->fate, ESTAB_FATE_FORGED);
	assert_int_equal(r->host, 1);
	assert_int_equal(r->frame, 3);
	free_stage(s);
}

static void
the_icmp_may_come_from_a_router(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	impair(s, 0,
	    (struct estab_impairment){ .mtu = 1000,
	        .icmp_source = made_address(4, 99) });
	send_at(s->host[0], 0, 1, 1400, 0);
	run(s);
	(void)too_big_from(s, 99);
	free_stage(s);

	s = new_stage(1);
	impair(s, 0,
	    (struct estab_impairment){ .mtu = 1000,
	        .icmp_source = made_address(6, 99) });
	send_at(s->host[0], 0, 1, 1400, 0);
	run(s);
	(void)too_big_from(s, 2);
	free_stage(s);
}

static void
every_segment_may_be_too_big(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .mtu = 1000 });
	send_at(s->host[0], 0, 1, 3000, 1000);
	run(s);
	assert_int_equal(counts(s).too_big, 3);
	assert_int_equal(s->host[0]->got_count, 3);
	free_stage(s);

	s = new_stage(1);
	impair(s, 0, (struct estab_impairment){ .mtu = 1000, .super = true });
	send_at(s->host[0], 0, 1, 3000, 1000);
	run(s);
	assert_int_equal(counts(s).too_big, 1);
	(void)too_big_from(s, 2);
	free_stage(s);
}

static void
a_black_hole_says_nothing(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	impair(s, 0,
	    (struct estab_impairment){ .mtu = 1000, .too_big_silent = true });
	send_at(s->host[0], 0, 1, 1400, 0);
	run(s);
	assert_int_equal(counts(s).too_big, 1);
	assert_int_equal(s->host[0]->got_count, 0);
	free_stage(s);
}

static void
no_icmp_about_icmp_about_fragments_or_about_nonsense(void **unused)
{
	struct stage *s = new_stage(1);
	uint8_t *packet;

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .mtu = 100 });
	impair(s, 1, (struct estab_impairment){ .mtu = 100 });
	/* The answer is too big for the way back. */
	send_at(s->host[0], 0, 1, 1400, 0);
	run(s);
	assert_int_equal(counts(s).too_big, 2);
	assert_int_equal(counts(s).frames, 2);

	/* May be fragmented: but wires do not. */
	impair(s, 1, (struct estab_impairment){ .mtu = 0 });
	packet = (uint8_t *)(uintptr_t)send_at(s->host[0], 9, 1, 1400, 0);
	packet[6] = 0;
	packet[10] = packet[11] = 0;
	const uint16_t sum = checksum_finish(checksum_bytes(packet, 20));
	memcpy(packet + 10, &sum, 2);
	run(s);
	assert_int_equal(counts(s).too_big, 3);

	packet = (uint8_t *)(uintptr_t)send_at(s->host[0], 9, 1, 1400, 0);
	packet[0] = 0;
	run(s);
	assert_int_equal(counts(s).too_big, 4);
	assert_int_equal(counts(s).frames, 4);
	assert_int_equal(s->host[0]->got_count, 0);
	free_stage(s);
}

/* An ICMP message of this type, filled up to so many bytes. */
static uint32_t
made_icmp(uint8_t *packet, uint8_t type, uint32_t bytes)
{
	const struct ip_packet ip = {
		.from = made_address(4, 1),
		.to = made_address(4, 2),
		.version = 4,
		.protocol = IP_PROTOCOL_ICMP,
		.ttl = 64,
		.dont_fragment = true,
		.payload_bytes = bytes - 20,
	};

	memset(packet, 0, bytes);
	packet[20] = type;
	return ip_build(packet, &ip) + ip.payload_bytes;
}

static void
an_echo_that_is_too_big_is_answered_and_an_error_is_not(void **unused)
{
	struct stage *s = new_stage(1);
	uint8_t packet[200];

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .mtu = 100 });
	(void)estab_world_inject(s->world, 0, 0, packet,
	    made_icmp(packet, 3, 200));
	(void)estab_world_inject(s->world, 0, 0, packet,
	    made_icmp(packet, 3, 27));
	run(s);
	assert_int_equal(s->host[0]->got_count, 0);
	(void)estab_world_inject(s->world, 0, 0, packet,
	    made_icmp(packet, 8, 200));
	run(s);
	(void)too_big_from(s, 2);
	(void)estab_world_inject(s->world, 0, 0, packet,
	    made_icmp(packet, 0, 200));
	run(s);
	assert_int_equal(s->host[0]->got_count, 2);
	free_stage(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_that_is_too_big_is_answered_by_icmp),
		cmocka_unit_test(the_icmp_may_come_from_a_router),
		cmocka_unit_test(every_segment_may_be_too_big),
		cmocka_unit_test(a_black_hole_says_nothing),
		cmocka_unit_test(
		    no_icmp_about_icmp_about_fragments_or_about_nonsense),
		cmocka_unit_test(
		    an_echo_that_is_too_big_is_answered_and_an_error_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
