/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Storms: programs on two hosts do what a seed tells them, in any order, over
 * a wire that changes under them; in some worlds somebody forges segments
 * from those that went by.  No invariant may fail, what arrives must be the
 * beginning of what was sent, and when all have let go nothing may be left.
 *
 * SEEDS=FIRST-LAST in the environment runs others than those below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <estab/sim.h>

#include "making.h"
#include "seeds.h"
#include "sim/random.h"
#include "wire/checksum.h"

#define PROGRAMS 24 /* connections a host's programs hold at once */
#define ACTIONS 700
#define LISTENERS 2
#define KEPT 32 /* packets a forger remembers */
#define PIECE 8000u
#define ARENA_BYTES ((size_t)4 * 1024 * 1024)
#define WORLD_BYTES ((size_t)4 * 1024 * 1024)

/* A connection as its program knows it. */
struct held {
	estab_conn conn;
	uint16_t port; /* the connecting side's: it tells the streams apart */
	uint64_t sent, got;
};

struct storm {
	struct random random;
	uint8_t version;
	bool forging;
	struct estab_world *world;
	struct estab_host *host[2];
	estab_conn listener[2][LISTENERS];
	struct held held[2][PROGRAMS];
	void *memory[3];
	struct {
		uint8_t packet[1600];
		uint32_t bytes;
		int direction;
	} kept[KEPT];
	uint32_t seen;
};

static uint32_t
below(struct storm *s, uint32_t n)
{
	return (uint32_t)random_below(&s->random, n);
}

static bool
one_in(struct storm *s, uint32_t n)
{
	return below(s, n) == 0;
}

static uint8_t
stream_byte(int i, uint16_t port, uint64_t n)
{
	return (uint8_t)(n * 7 + n / 251 + (uint64_t)i * 101 + port * 13u);
}

/* ---- The hosts and their wire ------------------------------------------- */

static void *
allocate(size_t bytes)
{
	void *memory = aligned_alloc(ESTAB_ARENA_ALIGN, bytes);

	assert_non_null(memory);
	return memory;
}

static void
choose_config(struct storm *s, struct estab_config *config)
{
	memset(config, 0, sizeof *config);
	config->crypto = estab_world_crypto(s->world);
	config->msl_ns = (int64_t)(1 + below(s, 30)) * ESTAB_SECOND;
	config->timestamps = one_in(s, 3) ? ESTAB_OFF : 0;
	config->header_prediction = one_in(s, 3) ? ESTAB_OFF : 0;
	if (one_in(s, 3))
		config->connections_max = 1 + below(s, 16);
	if (one_in(s, 3))
		config->half_open_max = 1 + below(s, 8);
	if (one_in(s, 3))
		config->time_wait_max = 1 + below(s, 8);
	if (one_in(s, 3))
		config->buffer_bytes_max = 20000 + below(s, 200000);
	if (one_in(s, 3))
		config->receive_bytes = 3000 + below(s, 60000);
	if (one_in(s, 4)) {
		config->port_first = 50000;
		config->port_last = 50000 + (int32_t)below(s, 30);
	}
}

static void
create_host(struct storm *s, int i)
{
	struct estab_config config;
	const struct estab_link link = {
		.mtu = one_in(s, 3) ? 1280 + below(s, 200) : 1500,
		.checksum_out = one_in(s, 2),
		.segment_bytes_max = one_in(s, 3) ? 20000 : 0,
	};
	const struct estab_address address =
	    made_address(s->version, (uint8_t)(i + 1));

	choose_config(s, &config);
	s->memory[i] = allocate(ARENA_BYTES);
	assert_int_equal(estab_host_create(&s->host[i], s->memory[i],
	                     ARENA_BYTES, &config, 0),
	    0);
	assert_int_equal(estab_link_add(s->host[i], &link), 0);
	assert_int_equal(estab_address_add(s->host[i], 0, &address, 24), 0);
	assert_int_equal(estab_world_attach(s->world, s->host[i]), i);
}

static void
change_wire(struct storm *s)
{
	struct estab_impairment w = { 0 };

	w.delay_ns = below(s, 50) * ESTAB_MS;
	if (one_in(s, 2))
		w.loss_ppm = below(s, one_in(s, 4) ? 1000001 : 100000);
	w.duplicate_ppm = below(s, 50000);
	w.reorder_ppm = below(s, 100000);
	w.corrupt_ppm = below(s, 10000);
	w.super = one_in(s, 2);
	if (one_in(s, 3))
		w.mtu = one_in(s, 2) && s->version == 4 ? 576 : 1280;
	assert_int_equal(estab_world_impair(s->world, 0, (int)below(s, 2), &w),
	    0);
}

/* ---- The forger --------------------------------------------------------- */

static void
keep_packet(void *context, int wire, int direction, uint32_t frame,
    estab_time now, estab_time arrival, uint8_t fate, const uint8_t *packet,
    uint32_t bytes)
{
	struct storm *s = context;
	const uint32_t i = s->seen++ % KEPT;

	(void)wire;
	(void)frame;
	(void)now;
	(void)arrival;
	(void)fate;
	if (bytes > sizeof s->kept[i].packet)
		return;
	memcpy(s->kept[i].packet, packet, bytes);
	s->kept[i].bytes = bytes;
	s->kept[i].direction = direction;
}

/* A packet that went by comes once more, changed here and there, its checksum
 * right: flags, a number moved a little, a window. */
static void
forge(struct storm *s)
{
	const uint32_t i = below(s, KEPT);
	uint8_t packet[1600];
	const uint32_t bytes = s->kept[i].bytes;
	struct ip_packet ip;
	struct segment segment;
	uint8_t *tcp;
	uint16_t sum;

	if (bytes == 0 || !is_intact(s->kept[i].packet, bytes, &ip, &segment))
		return;
	memcpy(packet, s->kept[i].packet, bytes);
	tcp = packet + ip.header_bytes;
	for (uint32_t changes = below(s, 4); changes > 0; changes--) {
		if (one_in(s, 2))
			tcp[13] ^= (uint8_t)(1u << below(s, 6));
		else if (one_in(s, 2))
			tcp[4 + below(s, 8)] ^= (uint8_t)(1u << below(s, 8));
		else
			tcp[below(s, ip.payload_bytes)] =
			    (uint8_t)below(s, 256);
	}
	tcp[TCP_CHECKSUM_OFFSET] = tcp[TCP_CHECKSUM_OFFSET + 1] = 0;
	sum = checksum_finish(checksum_add(checksum_pseudo(&ip.from, &ip.to,
	                                       ip.protocol, ip.payload_bytes),
	    checksum_bytes(tcp, ip.payload_bytes), 0));
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &sum, sizeof sum);
	assert_int_equal(estab_world_inject(s->world, 0, s->kept[i].direction,
	                     packet, bytes),
	    0);
}

/* ---- The programs ------------------------------------------------------- */

static void
hold(struct storm *s, int i, estab_conn conn)
{
	struct estab_status status;
	struct held *h = s->held[i];

	while (h < s->held[i] + PROGRAMS && h->conn != 0)
		h++;
	assert_int_equal(estab_status(s->host[i], conn, &status), 0);
	if (h == s->held[i] + PROGRAMS) {
		assert_int_equal(estab_release(s->host[i], conn), 0);
		return;
	}
	*h = (struct held){ .conn = conn,
		.port = status.remote.port < 100 ? status.local.port :
		                                   status.remote.port };
}

static void
open_one(struct storm *s, int i)
{
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint remote = {
		.address = made_address(s->version, (uint8_t)(2 - i)),
		.port = (uint16_t)(80 + below(s, LISTENERS + 1)),
	};
	estab_conn conn;

	if (estab_connect(s->host[i], &conn, &any, &remote) == 0)
		hold(s, i, conn);
}

static void
listen_one(struct storm *s, int i)
{
	const uint32_t n = below(s, LISTENERS);
	const struct estab_endpoint local = { .port = (uint16_t)(80 + n) };

	if (s->listener[i][n] == 0)
		(void)estab_listen(s->host[i], &s->listener[i][n], &local,
		    below(s, 5));
}

static void
end_listener(struct storm *s, int i)
{
	const uint32_t n = below(s, LISTENERS);

	if (s->listener[i][n] == 0)
		return;
	if (one_in(s, 2))
		assert_int_equal(estab_close(s->host[i], s->listener[i][n]), 0);
	assert_int_equal(estab_release(s->host[i], s->listener[i][n]), 0);
	s->listener[i][n] = 0;
}

static void
accept_all(struct storm *s, int i)
{
	estab_conn conn;

	for (int n = 0; n < LISTENERS; n++)
		while (s->listener[i][n] != 0 &&
		    estab_accept(s->host[i], s->listener[i][n], &conn) == 0)
			hold(s, i, conn);
}

/* Which of the two streams of a connection host i sends: the opener's? */
static int
side(const struct storm *s, int i, const struct held *h)
{
	struct estab_status status;

	if (estab_status(s->host[i], h->conn, &status) != 0)
		return 0;
	return status.local.port == h->port ? 0 : 1;
}

static void
send_some(struct storm *s, int i, struct held *h)
{
	const int stream = side(s, i, h);
	const size_t n = below(s, PIECE);
	uint8_t piece[PIECE];
	int64_t took;

	for (size_t k = 0; k < n; k++)
		piece[k] = stream_byte(stream, h->port, h->sent + k);
	took = one_in(s, 8) ? estab_send_urgent(s->host[i], h->conn, piece, n) :
	                      estab_send(s->host[i], h->conn, piece, n);
	if (took > 0)
		h->sent += (uint64_t)took;
}

static void
receive_some(struct storm *s, int i, struct held *h)
{
	const int stream = 1 - side(s, i, h);
	uint8_t piece[PIECE];
	const int64_t n =
	    estab_receive(s->host[i], h->conn, piece, below(s, PIECE));

	for (int64_t k = 0; k < n; k++, h->got++)
		if (!s->forging &&
		    piece[k] != stream_byte(stream, h->port, h->got))
			fail_msg("byte %ju is wrong", (uintmax_t)h->got);
}

static void
use_one(struct storm *s, int i)
{
	struct held *h = &s->held[i][below(s, PROGRAMS)];
	struct estab_host *host = s->host[i];

	if (h->conn == 0)
		return;
	switch (below(s, 40)) {
	case 0:
		(void)estab_abort(host, h->conn);
		break;
	case 1:
	case 2:
	case 3:
		(void)estab_close(host, h->conn);
		break;
	case 4:
	case 5:
	case 6:
		assert_int_equal(estab_release(host, h->conn), 0);
		h->conn = 0;
		break;
	case 7:
		(void)estab_forget(host, h->conn);
		break;
	case 8:
		(void)estab_set(host, h->conn, ESTAB_KEEPALIVE, 1);
		(void)estab_set(host, h->conn, ESTAB_KEEPALIVE_IDLE_NS,
		    (int64_t)(1 + below(s, 9)) * ESTAB_SECOND);
		break;
	case 9:
		(void)estab_set(host, h->conn, ESTAB_NODELAY, below(s, 2));
		(void)estab_set(host, h->conn, ESTAB_ACK_POLICY, below(s, 2));
		break;
	case 10:
		(void)estab_set(host, h->conn, ESTAB_RECEIVE_BYTES,
		    1000 + below(s, 100000));
		break;
	default:
		if (one_in(s, 2))
			send_some(s, i, h);
		else
			receive_some(s, i, h);
	}
}

static void
act(struct storm *s, int i)
{
	struct estab_event event;
	int events = 0;

	switch (below(s, 24)) {
	case 0:
	case 1:
	case 2:
		open_one(s, i);
		break;
	case 3:
		listen_one(s, i);
		break;
	case 4:
		if (one_in(s, 4))
			end_listener(s, i);
		break;
	case 5:
		change_wire(s);
		break;
	case 6:
	case 7:
	case 8:
		accept_all(s, i);
		break;
	case 9:
		while (estab_event(s->host[i], &event) == 1)
			assert_true(event.conn != 0 && ++events < 1000);
		break;
	default:
		use_one(s, i);
	}
	if (s->forging && one_in(s, 4))
		forge(s);
}

/* ---- A storm ------------------------------------------------------------ */

static void
step_until(struct storm *s, estab_time until)
{
	uint32_t steps = 0;

	while (estab_world_step(s->world, until) == 1)
		assert_true(++steps < 1000000);
}

static void
check_healthy(struct storm *s)
{
	struct estab_world_counts counts;

	for (int i = 0; i < 2; i++)
		assert_int_equal(estab_counter(s->host[i],
		                     ESTAB_COUNT_TCPInvariant),
		    0);
	estab_world_counts(s->world, &counts);
	assert_int_equal(counts.spins, 0);
}

/* All programs let go; what TCP owes each other it settles in the end. */
static void
let_go(struct storm *s)
{
	const struct estab_impairment perfect = { 0 };

	for (int i = 0; i < 2; i++) {
		accept_all(s, i);
		for (int n = 0; n < LISTENERS; n++)
			if (s->listener[i][n] != 0)
				assert_int_equal(estab_release(s->host[i],
				                     s->listener[i][n]),
				    0);
		for (int n = 0; n < PROGRAMS; n++)
			if (s->held[i][n].conn != 0)
				assert_int_equal(estab_release(s->host[i],
				                     s->held[i][n].conn),
				    0);
		assert_int_equal(estab_world_impair(s->world, 0, i, &perfect),
		    0);
	}
	step_until(s, ESTAB_NEVER);
}

static void
check_nothing_left(struct storm *s)
{
	for (int i = 0; i < 2; i++) {
		struct estab_memory memory;
		struct estab_status status;
		uint64_t cursor = 0;

		estab_memory(s->host[i], &memory);
		assert_int_equal(memory.tcb_count, 0);
		assert_int_equal(memory.half_open_count, 0);
		assert_int_equal(memory.time_wait_count, 0);
		assert_int_equal(memory.listener_count, 0);
		assert_int_equal(memory.retransmit_record_count, 0);
		assert_int_equal(memory.buffer_bytes, 0);
		assert_false(estab_status_next(s->host[i], &cursor, &status));
		assert_int_equal(estab_counter(s->host[i],
		                     ESTAB_COUNT_CurrEstab),
		    0);
	}
}

static void
live_through(uint64_t seed, bool forging)
{
	struct storm *s = calloc(1, sizeof *s);
	const estab_time hour = 3600 * ESTAB_SECOND;

	assert_non_null(s);
	random_seed(&s->random, seed, RANDOM_HOST, 2000);
	s->version = one_in(s, 2) ? 4 : 6;
	s->forging = forging;
	s->memory[2] = allocate(WORLD_BYTES);
	assert_int_equal(estab_world_create(&s->world, s->memory[2],
	                     WORLD_BYTES, seed),
	    0);
	create_host(s, 0);
	create_host(s, 1);
	assert_int_equal(estab_world_wire(s->world, 0, 0, 1, 0, NULL, NULL), 0);
	if (forging)
		estab_world_set_tap(s->world, keep_packet, s);
	for (int n = 0; n < ACTIONS; n++) {
		const estab_time now = estab_world_now(s->world);

		act(s, (int)below(s, 2));
		if (one_in(s, 3))
			step_until(s, now + below(s, 300) * ESTAB_MS);
		else if (one_in(s, 100))
			step_until(s, now + below(s, 4000) * hour / 1000);
		check_healthy(s);
	}
	let_go(s);
	check_healthy(s);
	check_nothing_left(s);
	for (int i = 0; i < 3; i++)
		free(s->memory[i]);
	free(s);
}

static void
run_seeds(bool forging)
{
	unsigned long first = 0, last = 29;
	bool asked;

	asked = seeds_asked(&first, &last);
	for (unsigned long seed = first; seed <= last; seed++) {
		if (asked)
			print_message("seed %lu%s\n", seed,
			    forging ? " forging" : "");
		live_through(seed, forging);
	}
}

static void
a_storm_leaves_nothing_behind(void **unused)
{
	(void)unused;
	run_seeds(false);
}

static void
a_storm_with_a_forger_leaves_nothing_behind(void **unused)
{
	(void)unused;
	run_seeds(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_storm_leaves_nothing_behind),
		cmocka_unit_test(a_storm_with_a_forger_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
