/* SPDX-License-Identifier: BSD-2-Clause
 *
 * virtual.c - what is counted in a flood, and needs no clock: in the virtual
 * time of a simulated world, the same on every machine.
 *
 *     half_open_bytes   what a SYN leaves behind that is answered by a cookie
 *     lossy_success     20,000 connections over a wire that loses 5 % each way
 *     victim_success    clients behind the one address that all forged SYNs
 *                       claim to come from
 */
#include "flood/figure.h"
#include "flood/scene.h"
#include "measure.h"
#include "pair.h"

/* ---- 5 % lost each way -------------------------------------------------- */

/* A SYN is sent three times, and each time it and its SYN+ACK must come
 * through; nobody sends a cookie again. */
static void
lossy(void)
{
	const struct estab_config clients = { .syn_tries_max = 2,
		.port_first = 1024,
		.port_last = 65535 };
	const struct estab_config server = {
		.syn_cookies = ESTAB_COOKIES_ALWAYS,
	};
	const struct estab_impairment wire = { .delay_ns = 10 * ESTAB_MS,
		.loss_ppm = 50000 };
	const double once = 1 - 0.95 * 0.95;
	const double told = 100 * (1 - once * once * once);
	struct scene s;
	double seen;

	scene_begin(&s, &clients, &server, &wire);
	s.syns_per_second = 10000;
	scene_play(&s, 2000, 10);
	measure_must(s.honest.opened >= 19990, "too few have come");
	seen = 100 * (double)s.honest.took.count / (double)s.honest.opened;
	figure_beside("lossy_success", seen, "%", "1 - (1 - 0.95^2)^3", told,
	    seen / told);
	figure_aim(seen >= told - 0.1 && seen <= told + 0.1, "lossy_success",
	    seen, "within 0.1 points of the arithmetic");
	scene_end(&s);
}

/* ---- One victim --------------------------------------------------------- */

static double
victim(double syns_per_second)
{
	static const struct estab_config all_defaults;
	const struct estab_impairment wire = { .delay_ns = 10 * ESTAB_MS };
	struct scene s;
	double served;

	scene_begin(&s, &all_defaults, &all_defaults, &wire);
	scene_stand_behind_nat(&s);
	s.syns_per_second = syns_per_second;
	s.generator.network = UINT32_C(0x0a000001); /* 10.0.0.1, the clients' */
	s.generator.hosts = 0;
	scene_play(&s, 100, 10);
	served = 100 * (double)s.honest.served / (double)s.honest.opened;
	scene_end(&s);
	return served;
}

static void
victims(void)
{
	const double slow = victim(5000), fast = victim(50000);

	figure("victim_success", slow, "%");
	figure_aim(slow >= 99, "victim_success", slow, "99 %");
	figure("victim_success_fast", fast, "%");
	figure_aim(fast >= 99, "victim_success_fast", fast,
	    "99 %: above 10,000 SYNs a second from one address "
	    "(syn_acks_per_second) each is answered with the same chance");
}

/* ---- A half-open connection --------------------------------------------- */

static uint64_t
committed_after(const struct end *end, struct generator *generator, uint32_t n)
{
	struct estab_frame frame[PAIR_BATCH];
	uint8_t syn[PAIR_BATCH][GENERATOR_SYN_BYTES];
	static estab_time now;
	struct estab_memory memory;

	for (uint32_t i = 0; i < n; i += PAIR_BATCH) {
		for (uint32_t k = 0; k < PAIR_BATCH; k++) {
			generator_write(generator, syn[k]);
			frame[k] = (struct estab_frame){
				.span = { { syn[k], GENERATOR_SYN_BYTES } },
				.span_count = 1,
			};
		}
		now += PAIR_BATCH * ESTAB_US;
		pair_must(estab_input(end->host, frame, PAIR_BATCH, now),
		    "input");
		while (estab_output(end->host, frame, PAIR_BATCH, now) > 0)
			;
	}
	estab_memory(end->host, &memory);
	return memory.committed_bytes;
}

/* The cache is full, and from there on nothing is kept. */
static void
half_open(void)
{
	static const struct estab_config all_defaults;
	const struct estab_link link = { .mtu = BENCH_MTU };
	struct estab_endpoint local = { .port = BENCH_PORT };
	const uint32_t warm = 1u << 16, count = 1u << 20;
	struct generator generator;
	uint64_t before, after, answered;
	estab_conn listener;
	struct end end;
	double each;

	end_make(&end, 2, &all_defaults, 0);
	pair_must(estab_link_add(end.host, &link), "link");
	end_join(&end);
	pair_must(estab_listen(end.host, &listener, &local, 16), "listen");
	local.address = end.address;
	generator_begin(&generator, NULL, &local);
	before = committed_after(&end, &generator, warm);
	answered = estab_counter(end.host, ESTAB_COUNT_SyncookiesSent);
	after = committed_after(&end, &generator, count);
	answered =
	    estab_counter(end.host, ESTAB_COUNT_SyncookiesSent) - answered;
	measure_must(answered == count, "not all was answered by a cookie");
	/* Records of the cache that have ended may give some back. */
	each = after > before ? (double)(after - before) / (double)answered : 0;
	figure("half_open_bytes", each, "bytes");
	figure_aim(each <= 0, "half_open_bytes", each, "0");
	end_drop(&end);
}

int
main(void)
{
	half_open();
	lossy();
	victims();
	return 0;
}
