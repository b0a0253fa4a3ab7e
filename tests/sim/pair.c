/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pair.c - two hosts in a world, and a program on each.
 */
#include "pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "making.h"

#define PORT 80
#define PIECE 20000u

/* Byte n of the stream that end i sends. */
static uint8_t
stream_byte(int i, uint64_t n)
{
	return (uint8_t)(n * 7 + n / 251 + n / 65521 + (uint64_t)i * 101);
}

static void *
allocate(size_t bytes)
{
	void *memory = aligned_alloc(ESTAB_ARENA_ALIGN, bytes);

	assert_non_null(memory);
	return memory;
}

static void
create_end(struct pair *pair, int i, const struct pair_setup *setup)
{
	struct end *end = &pair->end[i];
	struct estab_config config = setup->config;
	struct estab_link link = setup->link;
	const struct estab_address address =
	    made_address(setup->version, (uint8_t)(i + 1));

	config.crypto = estab_world_crypto(pair->world);
	config.trace = setup->records > 0 ? &pair->trace : NULL;
	config.trace_id = (uint8_t)i;
	if (link.mtu == 0)
		link.mtu = 1500;
	if (link.ethernet)
		memcpy(link.mac, (uint8_t[]){ 2, 0, 0, 0, 0, (uint8_t)(i + 1) },
		    sizeof link.mac);
	end->arena = allocate(PAIR_ARENA_BYTES);
	end->to_send = setup->to_send[i];
	end->closes_last = setup->closes_last[i];
	end->read_bytes = setup->read_bytes[i];
	end->read_ns = setup->read_ns[i];
	assert_int_equal(estab_host_create(&end->host, end->arena,
	                     PAIR_ARENA_BYTES, &config, 0),
	    0);
	assert_int_equal(estab_link_add(end->host, &link), 0);
	assert_int_equal(estab_address_add(end->host, 0, &address,
	                     setup->version == 4 ? 24 : 64),
	    0);
	assert_int_equal(estab_world_attach(pair->world, end->host), i);
}

struct pair *
pair_create(const struct pair_setup *setup)
{
	struct pair *pair = calloc(1, sizeof *pair);

	assert_non_null(pair);
	pair->version = setup->version;
	pair->memory = allocate(PAIR_WORLD_BYTES);
	assert_int_equal(estab_world_create(&pair->world, pair->memory,
	                     PAIR_WORLD_BYTES, setup->seed),
	    0);
	if (setup->records > 0) {
		pair->trace.record =
		    calloc(setup->records, sizeof *pair->trace.record);
		assert_non_null(pair->trace.record);
		pair->trace.capacity = setup->records;
		estab_world_set_trace(pair->world, &pair->trace);
	}
	create_end(pair, 0, setup);
	create_end(pair, 1, setup);
	assert_int_equal(estab_world_wire(pair->world, 0, 0, 1, 0,
	                     &setup->there, &setup->back),
	    0);
	return pair;
}

struct pair *
pair_clone(const struct pair *from)
{
	struct pair *pair = malloc(sizeof *pair);
	struct estab_host *hosts[2];
	int error;
	const size_t bytes = from->trace.capacity * sizeof *from->trace.record;

	assert_non_null(pair);
	*pair = *from;
	pair->memory = allocate(PAIR_WORLD_BYTES);
	pair->trace.record = malloc(bytes);
	assert_non_null(pair->trace.record);
	memcpy(pair->trace.record, from->trace.record, bytes);
	for (int i = 0; i < 2; i++) {
		struct end *end = &pair->end[i];

		end->arena = allocate(PAIR_ARENA_BYTES);
		assert_int_equal(estab_host_clone(&end->host, end->arena,
		                     PAIR_ARENA_BYTES, from->end[i].host,
		                     &pair->trace),
		    0);
		hosts[i] = end->host;
	}
	error = estab_world_clone(&pair->world, pair->memory, PAIR_WORLD_BYTES,
	    from->world, hosts, &pair->trace);
	assert_int_equal(error, 0);
	return pair;
}

void
pair_free(struct pair *pair)
{
	free(pair->end[0].arena);
	free(pair->end[1].arena);
	free(pair->trace.record);
	free(pair->memory);
	free(pair);
}

void
pair_open(struct pair *pair)
{
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint local = { .port = PORT };
	const struct estab_endpoint remote = {
		.address = made_address(pair->version, 2),
		.port = PORT
	};

	assert_int_equal(estab_listen(pair->end[1].host, &pair->end[1].listener,
	                     &local, 5),
	    0);
	assert_int_equal(estab_connect(pair->end[0].host, &pair->end[0].conn,
	                     &any, &remote),
	    0);
}

static void
send_some(struct end *end, int i)
{
	uint8_t piece[PIECE];

	while (end->sent < end->to_send) {
		const uint64_t left = end->to_send - end->sent;
		const size_t n = left < PIECE ? (size_t)left : PIECE;
		int64_t took;

		for (size_t k = 0; k < n; k++)
			piece[k] = stream_byte(i, end->sent + k);
		took = estab_send(end->host, end->conn, piece, n);
		if (took < 0)
			end->error = (int)took;
		if (took <= 0)
			return;
		end->sent += (uint64_t)took;
	}
	/* CLOSE in SYN-SENT would give the connection up. */
	if (end->closed || (end->closes_last && !end->eof) ||
	    (estab_ready(end->host, end->conn) & (int)ESTAB_CONNECTED) == 0)
		return;
	end->error = estab_close(end->host, end->conn);
	end->closed = true;
}

/* Returns what estab_receive said last. */
static int64_t
receive_up_to(struct end *end, int i, size_t most)
{
	uint8_t piece[PIECE];
	int64_t n = ESTAB_EAGAIN;

	while (most > 0) {
		n = estab_receive(end->host, end->conn, piece,
		    most < PIECE ? most : PIECE);
		if (n <= 0)
			break;
		for (int64_t k = 0; k < n; k++)
			if (piece[k] != stream_byte(1 - i, end->got++))
				end->wrong = true;
		most -= (size_t)n;
	}
	return n;
}

static void
receive_some(struct end *end, int i, estab_time now)
{
	int64_t n;

	if (end->eof || now < end->read_at)
		return;
	end->read_at = now + end->read_ns;
	n = receive_up_to(end, i,
	    end->read_bytes > 0 ? end->read_bytes : SIZE_MAX);
	if (n == 0)
		end->eof = true;
	else if (n < 0 && n != ESTAB_EAGAIN && n != ESTAB_ENOTCONN)
		end->error = (int)n;
}

/* TCP may have ended while text is still unread. */
static bool
is_done(const struct end *end)
{
	return end->ended && end->eof;
}

static void
act(struct pair *pair, int i)
{
	struct end *end = &pair->end[i];
	struct estab_event event;

	while (estab_event(end->host, &event) == 1)
		if (event.error != 0 && event.conn == end->conn)
			end->error = event.error;
	if (end->conn == 0 && end->listener != 0)
		(void)estab_accept(end->host, end->listener, &end->conn);
	if (end->conn == 0 || end->error != 0 || is_done(end))
		return;
	receive_some(end, i, estab_world_now(pair->world));
	send_some(end, i);
	if ((estab_ready(end->host, end->conn) & (int)ESTAB_ENDED) != 0)
		end->ended = true;
}

/* When a program wants to read again, at most until. */
static estab_time
next_read(const struct pair *pair, estab_time until)
{
	const estab_time now = estab_world_now(pair->world);

	for (int i = 0; i < 2; i++) {
		const struct end *end = &pair->end[i];

		if (!end->eof && end->read_at > now && end->read_at < until)
			until = end->read_at;
	}
	return until;
}

bool
pair_run(struct pair *pair, estab_time until)
{
	for (;;) {
		for (int i = 0; i < 2; i++)
			act(pair, i);
		if ((is_done(&pair->end[0]) && is_done(&pair->end[1])) ||
		    pair->end[0].error != 0 || pair->end[1].error != 0)
			return true;
		if (!estab_world_step(pair->world, next_read(pair, until)) &&
		    estab_world_now(pair->world) >= until)
			return false;
		pair->steps++;
	}
}

static void
check_nothing_left(struct estab_host *host)
{
	struct estab_memory memory;

	estab_memory(host, &memory);
	assert_int_equal(memory.tcb_count, 0);
	assert_int_equal(memory.half_open_count, 0);
	assert_int_equal(memory.time_wait_count, 0);
	assert_int_equal(memory.listener_count, 0);
	assert_int_equal(memory.retransmit_record_count, 0);
	assert_int_equal(memory.buffer_bytes, 0);
}

void
pair_check_ended(struct pair *pair)
{
	struct estab_world_counts counts;
	const struct end *const server = &pair->end[1];

	for (int i = 0; i < 2; i++) {
		struct end *end = &pair->end[i];

		assert_string_equal(estab_strerror(end->error), "no error");
		assert_true(end->eof);
		assert_true(end->ended);
		assert_false(end->wrong);
		assert_int_equal(end->sent, end->to_send);
		assert_int_equal(end->got, pair->end[1 - i].to_send);
		assert_int_equal(estab_counter(end->host,
		                     ESTAB_COUNT_TCPInvariant),
		    0);
		assert_int_equal(estab_release(end->host, end->conn), 0);
	}
	assert_int_equal(estab_close(server->host, server->listener), 0);
	assert_int_equal(estab_release(server->host, server->listener), 0);
	while (estab_world_step(pair->world, ESTAB_NEVER) == 1)
		assert_true(++pair->steps < 10000000);
	check_nothing_left(pair->end[0].host);
	check_nothing_left(pair->end[1].host);
	estab_world_counts(pair->world, &counts);
	assert_int_equal(counts.spins, 0);
	assert_int_equal(counts.no_memory, 0);
}
