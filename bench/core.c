/* SPDX-License-Identifier: BSD-2-Clause
 *
 * core.c - what the core costs, without any device: two hosts back to back in
 * memory.  core.sh runs it and peer/lwip.c alike, and compares.
 *
 *     core bulk MIB [ts]          one stream, 16 KiB a write
 *     core rr COUNT CONNS [ts]    64 bytes there and back
 *     core conn COUNT [ts]        open, a byte each way, close
 *     core idle COUNT [ts]        that many connections, silent
 *
 * ts: with time stamps (RFC 7323).  It prints how many units there were (of
 * bulk: its bytes in segments of full size, so that small segments cannot
 * look cheap), and how long they took.  Virtual time rises a little each
 * turn; no clock is read on the way.
 */
#include <stdio.h>

#include "measure.h"
#include "pair.h"
#include "talk.h"

#define ARENA_BYTES ((size_t)1 << 32)
#define TURN_NS (50 * ESTAB_US) /* 64 frames at some 15 Gbit/s */

static struct pair pair;
static struct talk talk;

/* Give the program of host n its events. */
static void
serve(int n, talk_program program)
{
	struct estab_event event;

	while (estab_event(pair.host[n], &event) == 1)
		program(&talk, pair.host[n], &event);
}

/* One turn of everything.  When nobody has anything to do, time passes. */
static void
turn(talk_program client, talk_program server)
{
	int moved = pair_carry(&pair, 0);

	serve(1, server);
	moved += pair_carry(&pair, 1);
	serve(0, client);
	if (moved > 0)
		pair.now += TURN_NS;
	else
		pair_wait(&pair);
}

static void
open_one(void)
{
	const struct estab_endpoint to = pair_endpoint(1, false, BENCH_PORT);
	estab_conn conn;

	pair_must(estab_connect(pair.host[0], &conn, NULL, &to), "connect");
	pair_must(estab_set(pair.host[0], conn, ESTAB_NODELAY, 1), "option");
}

static uint64_t
packets(void)
{
	return pair.packets[0] + pair.packets[1];
}

static void
bulk(uint64_t mib, uint32_t mss)
{
	double began;

	talk.goal = mib << 20;
	open_one();
	began = measure_clock();
	while (talk.done < talk.goal)
		turn(talk_bulk_client, talk_bulk_server);
	measure_say((double)talk.goal / mss, began, packets());
	measure_must(estab_counter(pair.host[0], ESTAB_COUNT_RetransSegs) == 0,
	    "something was sent twice");
}

static void
rr(uint64_t count, uint64_t conns)
{
	const double began = measure_clock();

	talk.goal = count;
	for (uint64_t i = 0; i < conns; i++)
		open_one();
	while (talk.done < talk.goal)
		turn(talk_rr_client, talk_echo_server);
	measure_say((double)count, began, packets());
}

/* One after the other. */
static void
conn(uint64_t count)
{
	const double began = measure_clock();

	for (talk.goal = 1; talk.goal <= count; talk.goal++) {
		open_one();
		while (talk.done < talk.goal)
			turn(talk_conn_client, talk_echo_server);
	}
	measure_say((double)count, began, packets());
}

static void
idle(uint64_t count)
{
	const long before = measure_resident();

	for (talk.goal = 1; talk.goal <= count; talk.goal++) {
		open_one();
		while (talk.accepted < talk.goal || talk.done < talk.goal)
			turn(talk_idle_client, talk_bulk_server);
	}
	printf("units %llu resident %.0f\n", (unsigned long long)count,
	    (double)(measure_resident() - before) / (double)count / 2);
}

static void
begin(bool ts)
{
	const struct estab_config config = {
		.timestamps = ts ? 1 : ESTAB_OFF,
	};
	const struct estab_endpoint at = { .port = BENCH_PORT };
	estab_conn listener;

	pair_make(&pair, &config, ARENA_BYTES);
	pair_must(estab_listen(pair.host[1], &listener, &at, 1024), "listen");
}

int
main(int argc, char **argv)
{
	const struct measure m = measure_arguments(argc, argv, "core");

	begin(m.ts);
	switch (m.mode) {
	case MEASURE_BULK:
		bulk(m.count, BENCH_MTU - 40 - (m.ts ? 12 : 0));
		break;
	case MEASURE_RR:
		rr(m.count, m.conns);
		break;
	case MEASURE_CONN:
		conn(m.count);
		break;
	case MEASURE_IDLE:
		idle(m.count);
		break;
	}
	return 0;
}
