/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Seeded worlds: a seed chooses wires, tunables and habits of the programs,
 * two hosts live a whole life, and whatever was chosen both streams arrive.
 *
 * SEEDS=FIRST-LAST in the environment runs others than those below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "pair.h"
#include "seeds.h"
#include "sim/random.h"

/* 0 .. n - 1 */
static uint32_t
below(struct random *random, uint32_t n)
{
	return (uint32_t)random_below(random, n);
}

static bool
one_in(struct random *random, uint32_t n)
{
	return below(random, n) == 0;
}

static struct estab_impairment
choose_wire(struct random *r)
{
	struct estab_impairment w = { 0 };

	if (!one_in(r, 4))
		w.delay_ns = below(r, 100) * ESTAB_MS;
	if (one_in(r, 3))
		w.jitter_ns = below(r, 20) * ESTAB_MS;
	if (one_in(r, 3)) {
		w.rate_bits_per_s = 1000000 + below(r, 200000000);
		w.queue_bytes = one_in(r, 2) ? 3000 + below(r, 100000) : 0;
	}
	if (one_in(r, 2))
		w.loss_ppm = below(r, 80000);
	if (one_in(r, 6)) {
		w.burst_enter_ppm = below(r, 10000);
		w.burst_leave_ppm = 100000 + below(r, 400000);
		w.burst_loss_ppm = 500000 + below(r, 500001);
	}
	if (one_in(r, 2))
		w.duplicate_ppm = below(r, 100000);
	if (one_in(r, 2))
		w.reorder_ppm = below(r, 200000);
	if (one_in(r, 4))
		w.reorder_ns = below(r, 300) * ESTAB_MS;
	if (one_in(r, 3))
		w.corrupt_ppm = below(r, 30000);
	if (one_in(r, 5))
		w.mtu = 1280 + below(r, 221);
	w.super = one_in(r, 2);
	return w;
}

static void
choose_tunables(struct random *r, struct pair_setup *setup)
{
	struct estab_config *c = &setup->config;

	/* A bad spell ends with the frames, not with time: it may outlast any
	 * patience. */
	c->user_timeout_ns = ESTAB_OFF;
	c->syn_tries_max = 100;
	c->syn_ack_tries_max = 14;
	c->timestamps = one_in(r, 3) ? ESTAB_OFF : 0;
	c->window_scale = one_in(r, 3) ? ESTAB_OFF : 0;
	c->header_prediction = one_in(r, 3) ? ESTAB_OFF : 0;
	if (one_in(r, 4))
		c->send_bytes = 2048 + below(r, 100000);
	if (one_in(r, 4))
		c->receive_bytes = 2048 + below(r, 100000);
	if (one_in(r, 5))
		c->mss_max = 100 + (int32_t)below(r, 1400);
	if (one_in(r, 6))
		c->reorder_ranges_max = 1 + below(r, 8);
	if (one_in(r, 6))
		c->retransmit_records_max = 4 + below(r, 20);
	if (one_in(r, 4))
		c->ack_delay_ns = (1 + below(r, 400)) * ESTAB_MS;
	if (one_in(r, 2)) {
		setup->link.segment_bytes_max = 3000 + below(r, 62000);
		setup->link.checksum_out = true;
	} else {
		setup->link.checksum_out = one_in(r, 2);
	}
}

static void
choose_habits(struct random *r, struct pair_setup *setup)
{
	for (int i = 0; i < 2; i++) {
		setup->to_send[i] = one_in(r, 4) ? below(r, 3) :
		    one_in(r, 2)                 ? below(r, 5000) :
		                                   below(r, 200000);
		if (one_in(r, 4)) {
			setup->read_bytes[i] = 500 + below(r, 20000);
			setup->read_ns[i] = (1 + below(r, 300)) * ESTAB_MS;
		}
	}
	setup->closes_last[below(r, 2)] = one_in(r, 2);
}

static struct pair_setup
choose(uint64_t seed)
{
	struct pair_setup setup = { .seed = seed };
	struct random random;

	random_seed(&random, seed, RANDOM_HOST, 1000);
	setup.version = one_in(&random, 2) ? 4 : 6;
	setup.there = choose_wire(&random);
	setup.back = choose_wire(&random);
	choose_tunables(&random, &setup);
	choose_habits(&random, &setup);
	return setup;
}

static void
live(uint64_t seed)
{
	const struct pair_setup setup = choose(seed);
	struct pair *pair = pair_create(&setup);

	pair_open(pair);
	if (!pair_run(pair, 24 * 3600 * ESTAB_SECOND))
		print_error("seed %ju: not ended after a day\n",
		    (uintmax_t)seed);
	pair_check_ended(pair);
	pair_free(pair);
}

static void
whatever_a_seed_chooses_both_streams_arrive(void **unused)
{
	unsigned long first = 0, last = 59;
	bool asked;

	(void)unused;
	asked = seeds_asked(&first, &last);
	for (unsigned long seed = first; seed <= last; seed++) {
		if (asked)
			print_message("seed %lu\n", seed);
		live(seed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_a_seed_chooses_both_streams_arrive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
