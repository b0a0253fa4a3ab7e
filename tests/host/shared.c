/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Two machines behind one address: the SYN is answered by one, its ACK comes
 * to the other, and nothing but a file of keys is common to them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)1024 * 1024)
#define RECORDS 64
#define PORT 4000
#define WALL (INT64_C(1000000007) * ESTAB_SECOND)

/* Keys are what each machine read from its file. */
struct machine {
	struct estab_cookie_keys keys;
	struct lone *l;
	estab_conn listener;
	struct estab_record record[RECORDS];
	struct estab_trace trace;
};

static void
start(struct machine *m, int64_t wall_ns)
{
	struct estab_config config = { .cookie_keys = &m->keys,
		.trace = &m->trace,
		.wall_ns = WALL + wall_ns };

	memset(m, 0, sizeof *m);
	m->trace.record = m->record;
	m->trace.capacity = RECORDS;
	m->keys.key[0][3] = 1;
	m->keys.use[0] = ESTAB_KEY_SIGN;
	m->keys.stamp[5] = 9;
	m->keys.shared = true;
	m->l = lone_create(4, ARENA, &config);
	m->listener = lone_listen(m->l, 8);
}

static struct segment
answer_of(struct machine *m, bool stamps)
{
	lone_segment(m->l,
	    &(struct segment){ .from_port = PORT,
	        .to_port = LONE_PORT,
	        .seq = LONE_PEER_ISS,
	        .syn = true,
	        .wnd = 65535,
	        .options = { .has_mss = true,
	            .mss = 1400,
	            .has_wscale = true,
	            .wscale = 7,
	            .has_ts = stamps,
	            .tsval = 50 } },
	    NULL);
	assert_int_equal(m->l->out_count, 1);
	assert_true(m->l->out[0].seg.syn);
	return m->l->out[0].seg;
}

/* The client's ACK, and a byte of text, of that SYN+ACK. */
static struct segment
ack_of(const struct segment *syn_ack)
{
	return (struct segment){ .from_port = PORT,
		.to_port = LONE_PORT,
		.seq = syn_ack->ack,
		.ack = syn_ack->seq + 1,
		.has_ack = true,
		.wnd = 500,
		.text_len = 1,
		.len = 1,
		.options = { .has_ts = syn_ack->options.has_ts,
		    .tsval = 51,
		    .tsecr = syn_ack->options.tsval } };
}

static bool
takes(struct machine *m, const struct segment *syn_ack)
{
	const struct segment ack = ack_of(syn_ack);
	struct estab_status s;
	struct segment out;
	estab_conn conn;

	lone_segment(m->l, &ack, NULL);
	if (estab_accept(m->l->host, m->listener, &conn) < 0)
		return false;
	assert_int_equal(estab_status(m->l->host, conn, &s), 0);
	assert_int_equal(s.mss_peer, 1400);
	assert_int_equal(s.snd_wnd_shift, 7);
	assert_int_equal(s.timestamps, syn_ack->options.has_ts);
	assert_int_equal(estab_send(m->l->host, conn, "x", 1), 1);
	lone_run(m->l, 0);
	assert_int_equal(m->l->out_count, 1);
	out = m->l->out[0].seg;
	assert_int_equal(out.options.has_ts, syn_ack->options.has_ts);
	/* never behind what the client has seen */
	assert_true((int32_t)(out.options.tsval - syn_ack->options.tsval) >= 0);
	return true;
}

static void
stop(struct machine *m)
{
	lone_free(m->l);
}

static void
the_ack_is_taken_by_the_other_with_the_same_options(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < 6; n++) {
		const int64_t apart[] = { 0, 5, -5 };
		struct machine a, b;
		struct segment syn_ack;

		start(&a, 0);
		start(&b, apart[n / 2] * ESTAB_SECOND);
		syn_ack = answer_of(&a, n % 2);
		assert_true(takes(&b, &syn_ack));
		stop(&a);
		stop(&b);
	}
}

/* Whenever an epoch ends between them, on whichever clock. */
static void
clocks_five_seconds_apart_do_no_harm(void **unused)
{
	(void)unused;
	for (int64_t second = 0; second < 64; second++)
		for (int64_t apart = -5; apart <= 5; apart += 10) {
			struct machine a, b;
			struct segment syn_ack;

			start(&a, second * ESTAB_SECOND);
			start(&b, (second + apart) * ESTAB_SECOND);
			syn_ack = answer_of(&a, true);
			lone_run(b.l, 3 * ESTAB_SECOND);
			assert_true(takes(&b, &syn_ack));
			stop(&a);
			stop(&b);
		}
}

static void
a_cookie_of_long_ago_is_not_taken(void **unused)
{
	struct machine a, b;
	struct segment syn_ack;

	(void)unused;
	start(&a, 0);
	start(&b, 0);
	syn_ack = answer_of(&a, true);
	lone_run(b.l, 128 * ESTAB_SECOND);
	assert_false(takes(&b, &syn_ack));
	stop(&a);
	stop(&b);
}

/* A clock an epoch ahead, or behind: only who shares its keys meets one. */
static void
an_epoch_off_is_taken_where_keys_are_shared_and_two_nowhere(void **unused)
{
	(void)unused;
	for (int64_t ahead = -4; ahead <= 3; ahead++)
		for (uint32_t shared = 0; shared < 2; shared++) {
			struct machine a, b;
			struct segment syn_ack;
			const bool good = shared ? ahead >= -2 && ahead <= 1 :
			                           ahead >= -1 && ahead <= 0;

			start(&a, ahead * 32 * ESTAB_SECOND);
			start(&b, 0);
			b.keys.shared = shared;
			syn_ack = answer_of(&a, false);
			assert_int_equal(takes(&b, &syn_ack), good);
			stop(&a);
			stop(&b);
		}
}

/* However often keys change, the clock of a pair's time stamps has one
 * origin. */
static void
the_time_stamps_of_a_pair_outlive_every_key(void **unused)
{
	struct machine m;
	uint32_t before = 0;

	(void)unused;
	start(&m, 0);
	for (uint32_t n = 0; n < 8; n++) {
		struct segment syn_ack;

		memset(m.keys.key[0], (int)n + 1, 16);
		lone_run(m.l, 20 * ESTAB_SECOND); /* over epochs, too */
		syn_ack = answer_of(&m, true);
		if (n > 0)
			assert_in_range(syn_ack.options.tsval - before,
			    20000 - 64, 20000 + 64);
		before = syn_ack.options.tsval;
	}
	stop(&m);
}

/* Add everywhere, promote one machine after the other, remove: at every step
 * each takes what the other answered. */
static void
keys_change_while_handshakes_are_under_way(void **unused)
{
	struct machine m[2];

	(void)unused;
	for (uint32_t step = 0; step <= 6; step++)
		for (uint32_t from = 0; from < 2; from++) {
			struct segment syn_ack;

			for (uint32_t n = 0; n < 2; n++) {
				struct estab_cookie_keys *k = &m[n].keys;

				start(&m[n], 0);
				k->key[1][0] = 77;
				if (step >= 1 + n)
					k->use[1] = ESTAB_KEY_VERIFY;
				if (step >= 3 + n) {
					k->use[1] = ESTAB_KEY_SIGN;
					k->use[0] = ESTAB_KEY_VERIFY;
				}
				if (step >= 5 + n)
					k->use[0] = ESTAB_KEY_NONE;
			}
			syn_ack = answer_of(&m[from], true);
			assert_true(takes(&m[1 - from], &syn_ack));
			stop(&m[0]);
			stop(&m[1]);
		}
}

static void
other_keys_are_not_taken(void **unused)
{
	struct machine a, b;
	struct segment syn_ack;

	(void)unused;
	start(&a, 0);
	start(&b, 0);
	b.keys.key[0][0] ^= 1;
	syn_ack = answer_of(&a, true);
	assert_false(takes(&b, &syn_ack));
	stop(&a);
	stop(&b);
}

static bool
holds(const void *memory, size_t bytes, const uint8_t key[16])
{
	const uint8_t *p = memory;

	for (size_t i = 0; i + 16 <= bytes; i++)
		if (memcmp(p + i, key, 16) == 0)
			return true;
	return false;
}

/* Its creator keeps them; a copy of the arena is no copy of the keys. */
static void
no_key_stands_in_arena_or_trace(void **unused)
{
	struct segment syn_ack;
	struct estab_host *clone;
	struct machine a;
	void *copy;

	(void)unused;
	start(&a, 0);
	memset(a.keys.key[0], 0xa5, 16);
	memset(a.keys.stamp, 0x5a, 16);
	syn_ack = answer_of(&a, true);
	assert_true(takes(&a, &syn_ack));
	assert_false(holds(a.l->arena, a.l->arena_bytes, a.keys.key[0]));
	assert_false(holds(a.l->arena, a.l->arena_bytes, a.keys.stamp));
	copy = aligned_alloc(ESTAB_ARENA_ALIGN, a.l->arena_bytes);
	assert_non_null(copy);
	memset(copy, 0, a.l->arena_bytes);
	assert_int_equal(estab_host_clone(&clone, copy, a.l->arena_bytes,
	                     a.l->host, NULL),
	    0);
	assert_false(holds(copy, a.l->arena_bytes, a.keys.key[0]));
	assert_false(holds(copy, a.l->arena_bytes, a.keys.stamp));
	free(copy);
	assert_in_range(a.trace.written, 3, RECORDS);
	assert_false(holds(a.record, sizeof a.record, a.keys.key[0]));
	assert_false(holds(a.record, sizeof a.record, a.keys.stamp));
	stop(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ack_is_taken_by_the_other_with_the_same_options),
		cmocka_unit_test(clocks_five_seconds_apart_do_no_harm),
		cmocka_unit_test(a_cookie_of_long_ago_is_not_taken),
		cmocka_unit_test(
		    an_epoch_off_is_taken_where_keys_are_shared_and_two_nowhere),
		cmocka_unit_test(the_time_stamps_of_a_pair_outlive_every_key),
		cmocka_unit_test(keys_change_while_handshakes_are_under_way),
		cmocka_unit_test(other_keys_are_not_taken),
		cmocka_unit_test(no_key_stands_in_arena_or_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
