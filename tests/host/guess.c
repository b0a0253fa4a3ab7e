/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Numbers that strangers try to guess: initial sequence numbers and the
 * offsets of time stamps, a million of each, against those who predict the
 * next from those before (RFC 6528, RFC 7323 5.4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "tcp/flood.h"
#include "tcp/tcp.h"

#define NUMBERS 1000000u
#define NEAR 65536u /* a guess so close is a hit: a window of 64 KiB */
/* By chance 30.5 of a million are, give or take 5.5. */
#define HITS_MAX 64u

/* ---- Who predicts -------------------------------------------------------- */

enum { SAME, LINE, LATTICE, PREDICTORS };

struct guesses {
	uint32_t last, step, before; /* the newest, and what led there */
	uint32_t after[1u << 16];    /* two steps: the one that followed */
	uint32_t hits[PREDICTORS];
	uint32_t high[256]; /* how often each highest byte came */
	uint32_t n;
};

static bool
is_near(uint32_t guess, uint32_t number)
{
	return guess - number + NEAR < 2 * NEAR;
}

/* Three ways: it stays; it goes on as before; after two steps like these the
 * same follows as when they came last, which is how a delay plot shows the
 * lattice of a generator. */
static void
guess(struct guesses *g, uint32_t number)
{
	const uint32_t step = number - g->last;
	uint32_t *after = &g->after[(g->before >> 24) << 8 | g->step >> 24];

	g->hits[SAME] += is_near(g->last, number);
	g->hits[LINE] += is_near(g->last + g->step, number);
	g->hits[LATTICE] += is_near(g->last + *after, number);
	*after = step;
	g->before = g->step;
	g->step = step;
	g->last = number;
	g->high[number >> 24]++;
	g->n++;
}

static void
nobody_does_better_than_chance(const struct guesses *g)
{
	const uint32_t each = g->n / 256;
	uint64_t spread = 0; /* chi-square, times each */

	assert_int_equal(g->n, NUMBERS);
	for (int i = 0; i < PREDICTORS; i++)
		assert_in_range(g->hits[i], 1, HITS_MAX);
	for (int i = 0; i < 256; i++) {
		const int64_t off = (int64_t)g->high[i] - each;

		spread += (uint64_t)(off * off);
	}
	/* 255 degrees of freedom, a deviation of 22.6: six of them. */
	assert_in_range(spread / each, 120, 391);
}

/* What is predicted shows that these predictors can. */
static void
a_clock_and_steps_that_come_again_are_foretold(void **unused)
{
	struct guesses *g = calloc(2, sizeof *g);
	uint32_t state = 0;

	(void)unused;
	assert_non_null(g);
	for (uint32_t n = 0; n < NUMBERS; n++) {
		guess(&g[0], n * 128000);
		state += n * n % 251 * 0x01010101; /* steps come again */
		guess(&g[1], state);
	}
	assert_true(g[0].hits[LINE] > NUMBERS - 10);
	assert_true(g[1].hits[LATTICE] > 100 * HITS_MAX);
	free(g);
}

/* ---- What is predicted --------------------------------------------------- */

static struct tcp *
tcp_of(const struct lone *l)
{
	return (struct tcp *)(void *)l->host;
}

/* The n-th stranger: ports in turn, then the next address. */
static struct tuple
stranger(uint32_t n)
{
	struct tuple tuple = { .local = lone_address(4, 2),
		.remote = lone_address(4, 1),
		.local_port = LONE_PORT };

	tuple.remote_port = (uint16_t)(1024 + n % 60000);
	tuple.remote.byte[14] = (uint8_t)(n / 60000);
	return tuple;
}

typedef uint32_t (*number_of)(const struct tcp *tcp, const struct tuple *tuple);

static uint32_t
passive_iss(const struct tcp *tcp, const struct tuple *tuple)
{
	const struct offer offer = { .mss = 1460 };

	return isn_passive(tcp, tuple, 1, &offer);
}

static void
foretell(number_of number, int64_t step_ns)
{
	struct lone *l = lone_create(4, (size_t)1 << 20, NULL);
	struct guesses *g = calloc(1, sizeof *g);

	assert_non_null(g);
	for (uint32_t n = 0; n < NUMBERS; n++) {
		const struct tuple tuple = stranger(n);

		l->now += step_ns;
		(void)estab_input(l->host, NULL, 0, l->now);
		guess(g, number(tcp_of(l), &tuple));
	}
	nobody_does_better_than_chance(g);
	free(g);
	lone_free(l);
}

/* 100 microseconds apart: three epochs of the cookies. */
static void
sequence_numbers_of_passive_opens_are_not_foretold(void **unused)
{
	(void)unused;
	foretell(passive_iss, 100 * ESTAB_US);
}

static void
sequence_numbers_of_active_opens_are_not_foretold(void **unused)
{
	(void)unused;
	foretell(isn_active, 100 * ESTAB_US);
}

/* At one instant, so that the clock helps nobody. */
static void
offsets_of_time_stamps_are_not_foretold(void **unused)
{
	(void)unused;
	foretell(isn_ts_offset, 0);
}

/* ---- On the wire --------------------------------------------------------- */

static uint32_t
stamp_to(struct lone *l, uint16_t port)
{
	lone_segment(l,
	    &(struct segment){ .from_port = port,
	        .to_port = LONE_PORT,
	        .seq = LONE_PEER_ISS,
	        .syn = true,
	        .wnd = 65535,
	        .options = { .has_mss = true,
	            .mss = 1460,
	            .has_ts = true,
	            .tsval = 1 } },
	    NULL);
	assert_int_equal(l->out_count, 1);
	assert_true(l->out[0].seg.options.has_ts);
	return l->out[0].seg.options.tsval;
}

/* Neither how long the host runs nor how many stand behind an address is told:
 * each four-tuple has a clock of its own, which goes on. */
static void
time_stamps_tell_neither_uptime_nor_how_many_hosts(void **unused)
{
	struct lone *l[2];
	uint32_t stamp[2][64], close = 0;

	(void)unused;
	for (int i = 0; i < 2; i++) {
		l[i] = lone_create(4, (size_t)4 << 20, NULL);
		(void)lone_listen(l[i], 100);
		for (uint16_t n = 0; n < 64; n++)
			stamp[i][n] = stamp_to(l[i], (uint16_t)(5000 + n));
	}
	for (int i = 0; i < 64; i++)
		for (int k = 0; k < i; k++)
			close += is_near(stamp[0][i], stamp[0][k]);
	assert_true(close <= 2); /* 0.06 by chance */
	lone_run(l[0], 1000 * ESTAB_MS);
	lone_segment(l[0],
	    &(struct segment){ .from_port = 5000,
	        .to_port = LONE_PORT,
	        .seq = LONE_PEER_ISS + 1,
	        .rst = true },
	    NULL);
	/* 128: a cookie may hold what was offered in the lowest bits. */
	assert_in_range(stamp_to(l[0], 5000) - stamp[0][0], 1000 - 128,
	    1000 + 128);
	for (int i = 0; i < 2; i++)
		lone_free(l[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_and_steps_that_come_again_are_foretold),
		cmocka_unit_test(sequence_numbers_of_passive_opens_are_not_foretold),
		cmocka_unit_test(sequence_numbers_of_active_opens_are_not_foretold),
		cmocka_unit_test(offsets_of_time_stamps_are_not_foretold),
		cmocka_unit_test(time_stamps_tell_neither_uptime_nor_how_many_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
