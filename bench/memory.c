/* SPDX-License-Identifier: BSD-2-Clause
 *
 * memory.c - bytes of a host's arena that a connection costs: what is
 * committed with 100,000 of them, less what was with none, divided by their
 * number.  So the connection table, timers and the slack of slabs are in it.
 *
 * All speak IPv6 and have agreed on time stamps and window scaling.  A figure
 * above its limit ends the program with an error.
 */
#include <lwip/opt.h>

#include <lwip/init.h>
#include <lwip/tcp.h>

#include <stdio.h>
#include <stdlib.h>

#include "measure.h"
#include "pair.h"
#include "syn.h"

#define COUNT 100000u
#define ARENA_BYTES ((size_t)1 << 32)
#define FIRST_PORT 10000u
#define PORTS (COUNT / 2)           /* of each of the two addresses of host 0 */
#define SILENCE_NS (100 * ESTAB_MS) /* until the last ACK is not delayed */
#define OPEN_NS ESTAB_MS /* between openings: a host answers so many a second */

static struct pair pair;
static estab_conn listener;

/* ---- Figures ---- */

static uint64_t
committed(int n)
{
	struct estab_memory memory;

	estab_memory(pair.host[n], &memory);
	return memory.committed_bytes;
}

static void
expect_count(uint32_t count, const char *what)
{
	if (count == COUNT)
		return;
	(void)fprintf(stderr, "bench: %u %s, not %u\n", count, what, COUNT);
	exit(1);
}

/* lwIP holds a whole control block in each of these states; malloc's own
 * bytes are not counted. */
static bool
print(const char *name, uint64_t bytes, double limit)
{
	const double each = (double)bytes / COUNT;

	printf("{\"name\": \"memory.%s_bytes\", \"value\": %.1f, "
	       "\"unit\": \"bytes\", "
	       "\"peer\": \"lwip %s (Debian), sizeof (struct tcp_pcb)\", "
	       "\"peer_value\": %zu, \"ratio\": %.2f}\n",
	    name, each, LWIP_VERSION_STRING, sizeof(struct tcp_pcb),
	    (double)sizeof(struct tcp_pcb) / each);
	if (each > limit)
		(void)fprintf(stderr,
		    "memory.%s_bytes: %.1f is above the limit, "
		    "%.0f\n",
		    name, each, limit);
	return each <= limit;
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* ---- The stage ---- */

static struct estab_endpoint
client_end(uint32_t n)
{
	struct estab_endpoint end =
	    pair_endpoint(0, true, (uint16_t)(FIRST_PORT + n % PORTS));

	end.address.byte[14] = (uint8_t)(n / PORTS);
	return end;
}

static void
begin(const struct estab_config *config)
{
	const struct estab_endpoint at = { .port = BENCH_PORT };
	const struct estab_endpoint second = client_end(PORTS);

	pair_make(&pair, config, ARENA_BYTES);
	pair_must(estab_address_add(pair.host[0], 0, &second.address, 64),
	    "second address");
	pair_must(estab_listen(pair.host[1], &listener, &at, 1024), "listen");
}

static void
drop_events(int n)
{
	struct estab_event event;

	while (estab_event(pair.host[n], &event) == 1)
		;
}

/* The n-th connection, open at both ends. */
static void
open_one(uint32_t n, estab_conn conn[2])
{
	const struct estab_endpoint from = client_end(n);
	const struct estab_endpoint to = pair_endpoint(1, true, BENCH_PORT);

	pair.now += OPEN_NS;
	pair_must(estab_connect(pair.host[0], &conn[0], &from, &to), "connect");
	pair_quiesce(&pair);
	pair_must(estab_accept(pair.host[1], listener, &conn[1]), "accept");
}

/* Something from end n to the other. */
static void
say(const estab_conn conn[2], int n)
{
	char text[64] = "";

	pair_must(estab_send(pair.host[n], conn[n], text, sizeof text), "send");
	pair_quiesce(&pair);
	pair_must(estab_receive(pair.host[1 - n], conn[1 - n], text,
	              sizeof text),
	    "receive");
}

/* ---- Half-open: SYNs of 100,000 sources, and no answer to SYN+ACK ---- */

static void
drop_output(int n)
{
	struct estab_frame frame[PAIR_BATCH];
	int count;

	do {
		count = estab_output(pair.host[n], frame, PAIR_BATCH, pair.now);
	} while (pair_must(count, "output") > 0);
}

/* A batch from the n-th on; what it is answered goes nowhere. */
static uint32_t
syn_batch(uint32_t n)
{
	const struct estab_endpoint to = pair_endpoint(1, true, BENCH_PORT);
	struct syn syn[PAIR_BATCH];
	struct estab_frame frame[PAIR_BATCH];
	uint32_t count = 0;

	for (; count < PAIR_BATCH && n + count < COUNT; count++)
		frame[count] = syn_frame(&syn[count], n + count, &to);
	pair_must(estab_input(pair.host[1], frame, count, pair.now), "input");
	drop_output(1);
	return count;
}

static bool
half_open(void)
{
	const struct estab_config config = { .half_open_max = COUNT };
	struct estab_memory memory;
	uint64_t before, bytes;

	begin(&config);
	before = committed(1);
	for (uint32_t n = 0; n < COUNT;)
		n += syn_batch(n);
	estab_memory(pair.host[1], &memory);
	expect_count(memory.half_open_count, "half-open records");
	bytes = memory.committed_bytes - before;
	pair_end(&pair, ARENA_BYTES);
	return print("half_open", bytes, 96);
}

/* ---- ESTABLISHED: has talked both ways, is silent, both ends held ---- */

static bool
established(void)
{
	estab_conn conn[2];
	uint64_t before[2], bytes;
	struct estab_memory memory;

	begin(NULL);
	before[0] = committed(0);
	before[1] = committed(1);
	for (uint32_t n = 0; n < COUNT; n++) {
		open_one(n, conn);
		say(conn, 0);
		say(conn, 1);
		pair.now += SILENCE_NS;
		pair_quiesce(&pair);
		drop_events(0);
		drop_events(1);
	}
	for (int n = 0; n < 2; n++) {
		estab_memory(pair.host[n], &memory);
		expect_count(memory.tcb_count, "connections");
	}
	bytes = larger(committed(0) - before[0], committed(1) - before[1]);
	pair_end(&pair, ARENA_BYTES);
	return print("established", bytes, 512);
}

/* ---- TIME-WAIT: of the end that closed first, both let go ---- */

static bool
time_wait(void)
{
	estab_conn conn[2];
	struct estab_memory memory;
	uint64_t before, bytes;

	begin(NULL);
	before = committed(0);
	for (uint32_t n = 0; n < COUNT; n++) {
		open_one(n, conn);
		say(conn, 0);
		for (int end = 0; end < 2; end++) {
			pair_must(estab_release(pair.host[end], conn[end]),
			    "release");
			pair_quiesce(&pair);
		}
		drop_events(1);
	}
	estab_memory(pair.host[0], &memory);
	expect_count(memory.time_wait_count, "TIME-WAITs");
	bytes = memory.committed_bytes - before;
	pair_end(&pair, ARENA_BYTES);
	return print("time_wait", bytes, 96);
}

int
main(void)
{
	bool good = half_open();

	good = time_wait() && good;
	good = established() && good;
	return good ? 0 : 1;
}
