/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SYNs in number: pressure and its hysteresis, each defence by itself, and
 * memory that does not grow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "tcp/tcp.h"

#define ARENA ((size_t)2 * 1024 * 1024)
#define ALL_OFF                                                                \
	.syn_cookies = ESTAB_OFF, .half_open_evict = ESTAB_OFF,                \
	.syn_ack_adaptive = ESTAB_OFF, .source_policy = ESTAB_OFF,             \
	.syn_acks_per_second = ESTAB_OFF

/* 10.9.x.y or fd00:x:y::1: n is the source. */
static struct estab_address
source(uint8_t version, uint32_t n)
{
	struct estab_address address = lone_address(version, 0);

	if (version == 4) {
		address.byte[13] = 9;
		address.byte[14] = (uint8_t)(n >> 8);
		address.byte[15] = (uint8_t)n;
	} else {
		address.byte[5] = (uint8_t)(n >> 16);
		address.byte[6] = (uint8_t)(n >> 8);
		address.byte[7] = (uint8_t)n;
		address.byte[15] = 1;
	}
	return address;
}

/* Whether it was answered by SYN+ACK. */
static bool
syn_from(struct lone *l, const struct estab_address *from, uint16_t port)
{
	lone_segment_from(l, from,
	    &(struct segment){ .from_port = port,
	        .to_port = LONE_PORT,
	        .seq = 5000,
	        .syn = true,
	        .wnd = 65535,
	        .options = { .has_mss = true, .mss = 1460 } });
	return l->out_count == 1 && l->out[0].seg.syn;
}

static void
ack_from(struct lone *l, const struct estab_address *from, uint16_t port)
{
	lone_segment_from(l, from,
	    &(struct segment){ .from_port = port,
	        .to_port = LONE_PORT,
	        .seq = 5001,
	        .ack = l->out[0].seg.seq + 1,
	        .has_ack = true,
	        .wnd = 65535 });
}

/* A whole connection that we close first. */
static void
to_time_wait(struct lone *l, estab_conn listener,
    const struct estab_address *from, uint16_t port)
{
	struct segment fin = { .from_port = port,
		.to_port = LONE_PORT,
		.seq = 5001,
		.has_ack = true,
		.fin = true,
		.wnd = 1000 };
	struct estab_status status;
	estab_conn conn;

	assert_true(syn_from(l, from, port));
	fin.ack = l->out[0].seg.seq + 2;
	ack_from(l, from, port);
	assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	assert_int_equal(estab_close(l->host, conn), 0);
	lone_run(l, 0);
	lone_segment_from(l, from, &fin);
	assert_int_equal(estab_status(l->host, conn, &status), 0);
	assert_int_equal(status.state, ESTAB_TIME_WAIT);
	assert_int_equal(estab_release(l->host, conn), 0);
}

/* Strangers n .. n + count - 1 send a SYN each; returns how many were
 * answered. */
static uint32_t
strangers(struct lone *l, uint32_t n, uint32_t count)
{
	uint32_t answered = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct estab_address from = source(4, n + i);

		answered += syn_from(l, &from, 1000);
	}
	return answered;
}

static void
pressure_rises_at_a_quarter_and_falls_below_an_eighth(void **unused)
{
	const struct estab_config config = { .half_open_max = 100,
		.syn_ack_tries_max = 1 };
	struct lone *l = lone_create(4, ARENA, &config);
	const estab_conn listener = lone_listen(l, 4);

	(void)unused;
	assert_int_equal(strangers(l, 0, 24), 24);
	assert_int_equal(lone_status(l, listener).pressure, ESTAB_CALM);
	assert_int_equal(strangers(l, 24, 2), 2);
	assert_int_equal(lone_status(l, listener).pressure, ESTAB_PRESSED);
	assert_int_equal(strangers(l, 26, 74), 74);
	assert_int_equal(lone_status(l, listener).half_open_count, 100);
	assert_int_equal(lone_status(l, listener).pressure, ESTAB_FLOODED);
	assert_int_equal(strangers(l, 100, 50), 50);
	assert_int_equal(lone_status(l, listener).half_open_count, 100);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_SyncookiesSent), 50);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPReqQFullDoCookies), 50);
	lone_run(l, 4 * ESTAB_SECOND); /* the records end, the rest fades */
	assert_int_equal(lone_status(l, listener).half_open_count, 0);
	assert_int_equal(lone_status(l, listener).pressure, ESTAB_CALM);
	lone_free(l);
}

static void
resets_from(struct lone *l, uint32_t n, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct estab_address from = source(4, n + i);

		lone_segment_from(l, &from,
		    &(struct segment){ .from_port = 1000,
		        .to_port = LONE_PORT,
		        .seq = 5001,
		        .rst = true });
	}
}

/* However high it was: both are left at 12 of 100, not at 13. */
static void
pressure_is_left_at_twelve_in_a_hundred_and_not_before(void **unused)
{
	static const struct {
		uint32_t records;
		enum estab_pressure then;
	} row[] = { { 26, ESTAB_PRESSED }, { 100, ESTAB_FLOODED } };

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		const uint32_t n = row[i].records;
		const struct estab_config config = { .half_open_max = 100,
			.syn_cookies = ESTAB_OFF,
			.half_open_evict = ESTAB_OFF };
		struct lone *l = lone_create(4, ARENA, &config);
		const estab_conn listener = lone_listen(l, 4);

		(void)strangers(l, 0, n);
		(void)strangers(l, 2000, 1); /* it is judged as one comes */
		resets_from(l, 2000, 1);
		resets_from(l, 0, n - 13);
		assert_int_equal(lone_status(l, listener).half_open_count, 13);
		assert_int_equal(lone_status(l, listener).pressure,
		    row[i].then);
		resets_from(l, n - 13, 1);
		assert_int_equal(lone_status(l, listener).pressure, ESTAB_CALM);
		lone_free(l);
	}
}

static void
with_all_off_a_full_cache_shuts_honest_clients_out(void **unused)
{
	const struct estab_config config = { .half_open_max = 64, ALL_OFF };
	struct lone *l = lone_create(4, ARENA, &config);

	(void)unused;
	(void)lone_listen(l, 4);
	assert_int_equal(strangers(l, 0, 64), 64);
	assert_int_equal(strangers(l, 64, 100), 0);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPReqQFullDrop), 100);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_ListenDrops), 100);
	lone_free(l);
}

/* Which of the strangers have a record left? The youngest, and the oldest
 * went first although some have been answered again. */
static void
eviction_takes_the_oldest(void **unused)
{
	struct estab_config config = { .half_open_max = 64, ALL_OFF };
	struct lone *l;
	struct estab_status status;
	uint64_t cursor = 0;

	(void)unused;
	config.half_open_evict = 1;
	l = lone_create(4, ARENA, &config);
	(void)lone_listen(l, 4);
	assert_int_equal(strangers(l, 0, 40), 40);
	lone_run(l, 1500 * ESTAB_MS); /* these have had a second SYN+ACK */
	assert_int_equal(strangers(l, 40, 64), 64);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPHalfOpenEvicted), 40);
	while (estab_status_next(l->host, &cursor, &status) == 1)
		if (status.kind == ESTAB_KIND_HALF_OPEN)
			assert_true(status.remote.address.byte[15] >= 40);
	lone_free(l);
}

static void
fuller_caches_wait_less(void **unused)
{
	static const struct {
		uint32_t strangers;
		uint32_t sent_again; /* SYN+ACKs of each */
	} row[] = { { 10, 5 }, { 80, 1 }, { 100, 0 } };

	(void)unused;
	for (size_t i = 0; i < 3; i++) {
		const struct estab_config config = { .half_open_max = 100,
			.half_open_evict = ESTAB_OFF };
		struct lone *l = lone_create(4, ARENA, &config);

		(void)lone_listen(l, 4);
		assert_int_equal(strangers(l, 0, row[i].strangers),
		    row[i].strangers);
		lone_run(l, 1100 * ESTAB_MS); /* the first are due */
		if (row[i].sent_again == 0)
			assert_true(l->out_count < 100);
		else
			assert_int_equal(l->out_count, row[i].strangers);
		lone_run(l, 120 * ESTAB_SECOND);
		if (row[i].sent_again == 5)
			assert_int_equal(l->out_count, 4 * row[i].strangers);
		lone_free(l);
	}
}

/* One source among others, in calm, under pressure, with either policy. */
static void
a_source_above_its_rate_is_demoted_or_dropped_under_pressure(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < 4; n++) {
		const bool drop = n & 1, pressed = n & 2;
		const struct estab_config config = { .half_open_max = 1000,
			.source_syns_per_second = 20,
			.source_policy =
			    drop ? ESTAB_SOURCE_DROP : ESTAB_SOURCE_DEMOTE };
		struct lone *l = lone_create(4, ARENA, &config);
		const struct estab_address one = lone_address(4, 7);
		uint32_t answered = 0;

		(void)lone_listen(l, 4);
		(void)strangers(l, 0, pressed ? 260 : 10);
		for (uint16_t port = 1; port <= 100; port++)
			answered += syn_from(l, &one, port);
		if (!pressed) {
			assert_int_equal(answered, 100);
			assert_int_equal(lone_counter(l,
			                     ESTAB_COUNT_SyncookiesSent),
			    0);
		} else if (drop) {
			assert_in_range(answered, 19, 25);
			assert_int_equal(lone_counter(l,
			                     ESTAB_COUNT_TCPSourceDropped),
			    100 - answered);
		} else {
			assert_int_equal(answered, 100);
			assert_in_range(lone_counter(l,
			                    ESTAB_COUNT_TCPSourceDemoted),
			    75, 81);
		}
		/* nobody else suffers; and it may come back */
		assert_int_equal(strangers(l, 2000, 1), 1);
		lone_run(l, 3 * ESTAB_SECOND);
		assert_true(syn_from(l, &one, 500));
		lone_free(l);
	}
}

/* A retransmission is no attack: its record answers it, at any rate. */
static void
the_same_syn_again_is_answered_the_same(void **unused)
{
	const struct estab_config config = { .half_open_max = 8,
		.source_syns_per_second = 1,
		.source_policy = ESTAB_SOURCE_DROP };
	struct lone *l = lone_create(4, ARENA, &config);
	const struct estab_address one = lone_address(4, 7);
	uint32_t iss = 0;

	(void)unused;
	(void)lone_listen(l, 4);
	for (uint32_t n = 0; n < 50; n++) {
		assert_true(syn_from(l, &one, 1));
		assert_true(n == 0 || l->out[0].seg.seq == iss);
		iss = l->out[0].seg.seq;
	}
	lone_free(l);
}

static void
a_v6_source_is_its_64(void **unused)
{
	const struct estab_config config = { .half_open_max = 1000,
		.source_syns_per_second = 20,
		.source_policy = ESTAB_SOURCE_DROP };
	struct lone *l = lone_create(6, ARENA, &config);
	uint32_t answered = 0;

	(void)unused;
	(void)lone_listen(l, 4);
	for (uint32_t n = 0; n < 260; n++) {
		const struct estab_address other = source(6, n);

		assert_true(syn_from(l, &other, 1));
	}
	for (uint32_t n = 0; n < 200; n++) {
		struct estab_address one = source(6, 1000);

		one.byte[15] = (uint8_t)n;
		one.byte[8] = (uint8_t)(n * 7);
		answered += syn_from(l, &one, 1);
	}
	assert_in_range(answered, 19, 25);
	lone_free(l);
}

/* A flood from everywhere must make nobody look fast. */
static void
random_sources_do_not_make_an_honest_one_fast(void **unused)
{
	const struct estab_config config = { .half_open_max = 1000,
		.source_policy = ESTAB_SOURCE_DROP };
	struct lone *l = lone_create(4, ARENA, &config);
	const struct estab_address one = lone_address(4, 7);

	(void)unused;
	(void)lone_listen(l, 4);
	for (uint32_t n = 0; n < 65000; n++) {
		const struct estab_address other = source(4, n * 7919 & 0xffff);

		(void)syn_from(l, &other, (uint16_t)(1 + n));
		if (n % 5000 == 4999)
			assert_true(syn_from(l, &one, (uint16_t)(1 + n)));
	}
	lone_free(l);
}

/* A second of n SYNs that all claim to be the victim's; how many it gets
 * answers to. */
static uint32_t
second_of(struct lone *l, const struct estab_address *victim, uint32_t n)
{
	uint32_t answered = 0;

	for (uint32_t i = 0; i < n; i++) {
		l->now += ESTAB_SECOND / n;
		answered += syn_from(l, victim, (uint16_t)(1 + i));
	}
	return answered;
}

static void
at_most_so_many_answers_go_to_one_address(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		const struct estab_config config = { .syn_acks_per_second = 100,
			.syn_cookies = ESTAB_COOKIES_ALWAYS };
		struct lone *l = lone_create(version, ARENA, &config);
		const struct estab_address victim = lone_address(version, 7);
		uint32_t answered = 0, all = 0;

		(void)lone_listen(l, 4);
		for (uint16_t port = 1; port <= 20000; port++)
			answered += syn_from(l, &victim, port);
		/* a surge: never more than twice as many */
		assert_in_range(answered, 190, 202);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSynAckLimited),
		    20000 - answered);
		for (uint32_t n = 0; n < 10; n++) {
			answered = second_of(l, &victim, 5000);
			assert_true(answered <= 200);
			all += answered;
		}
		assert_in_range(all, 800, 1050);
		lone_free(l);
	}
}

/* The victim's own SYN, among ten times as many as are answered, has its share
 * of the answers, and so has each that it sends again: of clients that ask as
 * RFC 6298 has it, at 0, 1, 3 and 7 s, a third is answered (1 - 0.9^4). */
static void
the_victims_own_syn_has_its_share(void **unused)
{
	static const uint32_t wait[4] = { 0, 1, 2, 4 };
	const struct estab_config config = { .syn_acks_per_second = 10,
		.syn_cookies = ESTAB_COOKIES_ALWAYS };
	struct lone *l = lone_create(4, ARENA, &config);
	const struct estab_address victim = lone_address(4, 7);
	uint32_t served = 0;

	(void)unused;
	(void)lone_listen(l, 4);
	(void)second_of(l, &victim, 100);
	for (uint16_t client = 1; client <= 200; client++)
		for (uint32_t n = 0; n < 4; n++) {
			for (uint32_t k = 0; k < wait[n]; k++)
				(void)second_of(l, &victim, 100);
			if (syn_from(l, &victim, (uint16_t)(2000 + client))) {
				served++;
				break;
			}
		}
	assert_in_range(served, 45, 85);
	lone_free(l);
}

/* Whatever a SYN meets: a record of its own pair, a TIME-WAIT, nobody. */
static void
no_other_answer_goes_round_the_limit(void **unused)
{
	const struct estab_config config = { .syn_acks_per_second = 100 };
	const struct estab_address victim = lone_address(4, 7);

	(void)unused;
	for (uint32_t n = 0; n < 3; n++) {
		struct lone *l = lone_create(4, ARENA, &config);
		const estab_conn listener = lone_listen(l, 4);
		struct segment syn = { .from_port = 9,
			.to_port = n == 2 ? 81 : LONE_PORT,
			.seq = 5000,
			.syn = true };
		uint32_t answered = 0;

		if (n == 1) {
			to_time_wait(l, listener, &victim, 9);
			lone_run(l, 3 * ESTAB_SECOND);
			syn.seq = 1; /* an old one */
		}
		for (uint32_t i = 0; i < 1000; i++) {
			lone_segment_from(l, &victim, &syn);
			answered += l->out_count;
		}
		assert_in_range(answered, 100, 202);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSynAckLimited),
		    1000 - answered);
		lone_free(l);
	}
}

/* A SYN that uses a TIME-WAIT pair again is judged as any other, but never
 * answered without a record: the old connection's numbers decide its ISS. */
static void
a_time_wait_pair_is_no_way_round_the_defences(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < 2; n++) {
		const bool drop = n & 1;
		const struct estab_config config = { .half_open_max = 1000,
			.source_syns_per_second = 20,
			.source_policy =
			    drop ? ESTAB_SOURCE_DROP : ESTAB_SOURCE_DEMOTE };
		struct lone *l = lone_create(4, ARENA, &config);
		const estab_conn listener = lone_listen(l, 4);
		const struct estab_address one = lone_address(4, 7);
		uint32_t answered = 0;

		for (uint16_t port = 1; port <= 60; port++)
			to_time_wait(l, listener, &one, port);
		lone_run(l, 3 * ESTAB_SECOND);
		(void)strangers(l, 0, 260);
		for (uint16_t port = 1; port <= 60; port++) {
			lone_segment_from(l, &one,
			    &(struct segment){ .from_port = port,
			        .to_port = LONE_PORT,
			        .seq = 50000,
			        .syn = true,
			        .wnd = 1000 });
			answered += l->out_count == 1 && l->out[0].seg.syn;
		}
		if (drop)
			assert_in_range(answered, 19, 25);
		else
			assert_int_equal(answered, 60);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSourceDropped),
		    60 - answered);
		assert_int_equal(lone_counter(l, ESTAB_COUNT_SyncookiesSent),
		    0);
		lone_free(l);
	}
}

/* A full accept queue counts as Linux counts it, SYN or last ACK. */
static void
a_full_backlog_is_counted_as_linux_does(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	const struct estab_address one = lone_address(4, 7);

	(void)unused;
	(void)lone_listen(l, 1);
	assert_true(syn_from(l, &one, 1));
	lone_segment_from(l, &one,
	    &(struct segment){ .from_port = 2,
	        .to_port = LONE_PORT,
	        .seq = 5000,
	        .syn = true });
	ack_from(l, &one, 2);
	assert_true(syn_from(l, &one, 1));
	ack_from(l, &one, 1); /* it was last */
	assert_int_equal(lone_counter(l, ESTAB_COUNT_ListenOverflows), 1);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_ListenDrops), 1);
	assert_false(syn_from(l, &one, 3));
	assert_int_equal(lone_counter(l, ESTAB_COUNT_ListenOverflows), 2);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_ListenDrops), 2);
	lone_free(l);
}

/* Off by default; where it is set, ended connections make room again. */
static void
connections_of_a_source_are_limited_where_asked(void **unused)
{
	const struct estab_config config = { .source_connections_max = 3 };
	struct lone *l = lone_create(4, ARENA, &config);
	const estab_conn listener = lone_listen(l, 100);
	const struct estab_address one = lone_address(4, 7);
	const struct estab_address other = lone_address(4, 8);
	estab_conn conn[4];

	(void)unused;
	for (uint16_t n = 0; n < 3; n++) {
		assert_true(syn_from(l, &one, (uint16_t)(n + 1)));
		ack_from(l, &one, (uint16_t)(n + 1));
		assert_int_equal(estab_accept(l->host, listener, &conn[n]), 0);
	}
	assert_false(syn_from(l, &one, 4));
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSourceFull), 1);
	assert_true(syn_from(l, &other, 4));
	for (uint32_t n = 0; n < 3; n++) {
		assert_int_equal(estab_abort(l->host, conn[n]), 0);
		assert_int_equal(estab_release(l->host, conn[n]), 0);
		lone_run(l, 0);
		assert_true(syn_from(l, &one, (uint16_t)(100 + n)));
	}
	lone_free(l);
}

/* Thousands of sources, none above the limit, leave that many in each cell of
 * the sketch: who comes then has done nothing. */
static void
connections_of_many_sources_make_nobody_full(void **unused)
{
	const struct estab_config config = { .source_connections_max = 2 };
	struct lone *l = lone_create(4, 8 * ARENA, &config);
	const estab_conn listener = lone_listen(l, 100);
	const struct estab_address one = lone_address(4, 7);
	uint32_t held = 0, refused = 0;
	estab_conn conn;

	(void)unused;
	for (uint32_t n = 0; n < 6000; n++) {
		const struct estab_address from = source(4, n);

		if (!syn_from(l, &from, 1)) {
			refused++;
			continue;
		}
		ack_from(l, &from, 1);
		assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	}
	assert_in_range(refused, 0, 60); /* by chance: one in a hundred */
	/* and one source has hardly more than it had among few */
	while (held < 100 && syn_from(l, &one, (uint16_t)(held + 1))) {
		ack_from(l, &one, (uint16_t)(++held));
		assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	}
	assert_in_range(held, 2, 2 + 2 * 6000 / 1024 + 1);
	lone_free(l);
}

static void
no_source_has_a_limit_of_connections_unless_asked(void **unused)
{
	struct lone *l = lone_create(4, 4 * ARENA, NULL);
	const estab_conn listener = lone_listen(l, 4);
	const struct estab_address one = lone_address(4, 7);
	estab_conn conn;

	(void)unused;
	for (uint16_t n = 1; n <= 500; n++) {
		assert_true(syn_from(l, &one, n));
		ack_from(l, &one, n);
		assert_int_equal(estab_accept(l->host, listener, &conn), 0);
	}
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPSourceFull), 0);
	lone_free(l);
}

static void
no_memory_grows(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	struct estab_memory before, after;

	(void)unused;
	(void)lone_listen(l, 4);
	(void)strangers(l, 0, 5000);
	estab_memory(l->host, &before);
	assert_true(before.half_open_count <= 4096);
	assert_int_equal(strangers(l, 5000, 60000), 60000);
	estab_memory(l->host, &after);
	assert_int_equal(after.record_bytes, before.record_bytes);
	assert_int_equal(after.committed_bytes, before.committed_bytes);
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    pressure_rises_at_a_quarter_and_falls_below_an_eighth),
		cmocka_unit_test(
		    pressure_is_left_at_twelve_in_a_hundred_and_not_before),
		cmocka_unit_test(with_all_off_a_full_cache_shuts_honest_clients_out),
		cmocka_unit_test(eviction_takes_the_oldest),
		cmocka_unit_test(fuller_caches_wait_less),
		cmocka_unit_test(
		    a_source_above_its_rate_is_demoted_or_dropped_under_pressure),
		cmocka_unit_test(the_same_syn_again_is_answered_the_same),
		cmocka_unit_test(a_v6_source_is_its_64),
		cmocka_unit_test(random_sources_do_not_make_an_honest_one_fast),
		cmocka_unit_test(at_most_so_many_answers_go_to_one_address),
		cmocka_unit_test(the_victims_own_syn_has_its_share),
		cmocka_unit_test(no_other_answer_goes_round_the_limit),
		cmocka_unit_test(a_time_wait_pair_is_no_way_round_the_defences),
		cmocka_unit_test(a_full_backlog_is_counted_as_linux_does),
		cmocka_unit_test(connections_of_a_source_are_limited_where_asked),
		cmocka_unit_test(connections_of_many_sources_make_nobody_full),
		cmocka_unit_test(no_source_has_a_limit_of_connections_unless_asked),
		cmocka_unit_test(no_memory_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
