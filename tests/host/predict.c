/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Header prediction decides nothing: the same worlds with and without it
 * leave the same trace, and what the ladder refuses it refuses too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "host/two.h"
#include "wire/checksum.h"

#define RECORDS (1u << 17)
#define WORLDS 24u

static const struct estab_impairment wires[] = {
	{ .delay_ns = 3 * ESTAB_MS },
	{ .delay_ns = 3 * ESTAB_MS, .loss_ppm = 20000 },
	{ .delay_ns = 10 * ESTAB_MS,
	    .loss_ppm = 10000,
	    .reorder_ppm = 30000,
	    .duplicate_ppm = 20000,
	    .corrupt_ppm = 30000 },
};

/* A world whose kind its number says. */
static struct two *
live(uint32_t n, bool predict)
{
	const struct estab_impairment *wire = &wires[n % 3];
	struct two_setup setup = {
		.version = n / 3 % 2 == 0 ? 4 : 6,
		.seed = n,
		.there = *wire,
		.back = *wire,
		.records = RECORDS,
		.config = { .timestamps = n / 6 % 2 == 0 ? 1 : ESTAB_OFF,
		    .receive_bytes = n / 12 % 2 == 0 ? 9000 : 0,
		    .send_bytes = 30000, /* else CLOSE comes at once */
		    .header_prediction = predict ? 1 : ESTAB_OFF },
	};
	struct two *two = two_create(&setup);

	two->to_send = 400000;
	two->closes = true;
	two->read_most = n % 3 == 0 ? 400 : 0;
	two_open(two);
	two_run(two, 600 * ESTAB_SECOND);
	assert_true(two_is_done(two));
	assert_in_range(two->trace.written, 500, RECORDS);
	return two;
}

static void
traces_are_equal_with_and_without(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < WORLDS; n++) {
		struct two *with = live(n, true), *without = live(n, false);

		assert_true(estab_counter(with->host[1],
		                ESTAB_COUNT_TCPHPHits) > 50);
		assert_int_equal(estab_counter(without->host[1],
		                     ESTAB_COUNT_TCPHPHits),
		    0);
		assert_int_equal(with->trace.written, without->trace.written);
		for (uint64_t i = 0; i < with->trace.written; i++)
			assert_memory_equal(estab_trace_get(&with->trace, i),
			    estab_trace_get(&without->trace, i),
			    sizeof(struct estab_record));
		two_free(with);
		two_free(without);
	}
}

/* Nothing but the fast path counts differs. */
static void
counters_are_equal_but_for_its_own(void **unused)
{
	(void)unused;
	for (uint32_t n = 2; n < WORLDS; n += 5) {
		struct two *with = live(n, true), *without = live(n, false);

		for (int id = 0; id < ESTAB_COUNTER_COUNT; id++)
			for (int i = 0; i < 2; i++)
				if (id != ESTAB_COUNT_TCPHPHits)
					assert_int_equal(estab_counter(with->host
					                                   [i],
					                     (enum estab_counter)
					                         id),
					    estab_counter(without->host[i],
					        (enum estab_counter)id));
		two_free(with);
		two_free(without);
	}
}

/* Text that is next in order, with options that cannot be: an unknown kind
 * whose length is 0. */
static uint32_t
make_bad_options(const struct peer *p, uint8_t *packet)
{
	const struct estab_address from = lone_address(4, 1);
	const struct estab_address to = lone_address(4, 2);
	const struct segment seg = lone_from(p);
	uint8_t tcp[64] = { 0 };
	uint16_t field;

	(void)segment_build(tcp, &seg);
	tcp[12] = 6 << 4;
	tcp[20] = 77;
	memcpy(tcp + 24, "text", 4);
	field = checksum_finish(checksum_add(checksum_pseudo(&from, &to,
	                                         IP_PROTOCOL_TCP, 28),
	    checksum_bytes(tcp, 28), 0));
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &field, sizeof field);
	return lone_datagram(packet, &from, &to, IP_PROTOCOL_TCP, tcp, 28);
}

static void
impossible_options_are_dropped_by_both(void **unused)
{
	(void)unused;
	for (int predict = 0; predict < 2; predict++) {
		const struct estab_config config = {
			.header_prediction = predict ? 1 : ESTAB_OFF
		};
		struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
		struct peer p;
		uint8_t packet[100];

		lone_open(l, lone_listen(l, 1), 4000, &p);
		lone_put(l, packet, make_bad_options(&p, packet));
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPBadOptions), 1);
		assert_int_equal(estab_receive(l->host, p.conn, packet, 10),
		    ESTAB_EAGAIN);
		lone_free(l);
	}
}

/* Corrupt text is copied before its sum is known: it must not stay. */
static void
corrupt_text_leaves_nothing_behind(void **unused)
{
	(void)unused;
	for (int predict = 0; predict < 2; predict++) {
		const struct estab_config config = {
			.header_prediction = predict ? 1 : ESTAB_OFF
		};
		struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
		uint8_t packet[1600], text[1000], got[1000];
		struct estab_memory memory;
		struct peer p;
		uint32_t bytes;
		struct segment seg;

		lone_open(l, lone_listen(l, 1), 4000, &p);
		memset(text, 'a', sizeof text);
		seg = lone_from(&p);
		seg.text_len = sizeof text;
		bytes = lone_packet(l, packet, &seg, text);
		packet[700] ^= 4;
		lone_put(l, packet, bytes);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_InCsumErrors), 1);
		estab_memory(l->host, &memory);
		assert_int_equal(memory.buffer_bytes, 0);
		assert_int_equal(l->out_count, 0);
		lone_text(l, &p, text, sizeof text);
		assert_int_equal(estab_receive(l->host, p.conn, got, 2000),
		    1000);
		assert_memory_equal(got, text, sizeof text);
		lone_free(l);
	}
}

/* 2^31 away lies on either side: it is old, whoever looks. */
static void
a_time_stamp_half_the_space_away_is_old(void **unused)
{
	(void)unused;
	for (int predict = 0; predict < 2; predict++) {
		const struct estab_config config = {
			.header_prediction = predict ? 1 : ESTAB_OFF
		};
		struct lone *l = lone_create(4, ESTAB_ARENA_MIN, &config);
		struct segment seg = { .from_port = 4000,
			.to_port = LONE_PORT,
			.seq = 9,
			.syn = true,
			.wnd = 65535,
			.options = { .has_ts = true, .tsval = 1 } };
		const estab_conn listener = lone_listen(l, 1);
		estab_conn conn;

		lone_segment(l, &seg, NULL);
		seg.syn = false;
		seg.has_ack = true;
		seg.seq = 10;
		seg.ack = l->out[0].seg.seq + 1;
		seg.options.tsecr = l->out[0].seg.options.tsval;
		lone_segment(l, &seg, NULL);
		assert_int_equal(estab_accept(l->host, listener, &conn), 0);
		seg.text_len = 4;
		seg.options.tsval = 1 + (UINT32_C(1) << 31);
		lone_segment(l, &seg, "text");
		assert_int_equal(lone_counter(l, ESTAB_COUNT_PAWSEstab), 1);
		lone_free(l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traces_are_equal_with_and_without),
		cmocka_unit_test(counters_are_equal_but_for_its_own),
		cmocka_unit_test(impossible_options_are_dropped_by_both),
		cmocka_unit_test(corrupt_text_leaves_nothing_behind),
		cmocka_unit_test(a_time_stamp_half_the_space_away_is_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
