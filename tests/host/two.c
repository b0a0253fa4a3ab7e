/* SPDX-License-Identifier: BSD-2-Clause
 *
 * two.c - two hosts in a world, and a stream from one to the other.
 */
#include "host/two.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/segment.h"

#define PIECE 16384u

static uint8_t
stream_byte(uint64_t n)
{
	return (uint8_t)(n * 7 + n / 251 + n / 65521);
}

static void *
allocate(size_t bytes)
{
	void *memory = aligned_alloc(ESTAB_ARENA_ALIGN, bytes);

	assert_non_null(memory);
	return memory;
}

struct estab_address
two_address(const struct two *two, uint8_t n)
{
	struct estab_address v4 = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = n }
	};
	struct estab_address v6 = { { [0] = 0xfd, [15] = n } };

	return two->version == 4 ? v4 : v6;
}

static void
look(void *context, int wire, int direction, uint32_t frame, estab_time now,
    estab_time arrival, uint8_t fate, const uint8_t *packet, uint32_t bytes)
{
	struct two *two = context;
	struct ip_packet ip;
	struct segment seg;

	(void)wire;
	(void)frame;
	(void)now;
	(void)arrival;
	if (direction != 0 || (fate & ESTAB_FATE_CORRUPTED) != 0 ||
	    ip_parse(packet, bytes, bytes, &ip) != WIRE_GOOD ||
	    ip.protocol != IP_PROTOCOL_TCP)
		return;
	if (ip.version == 4 && !ip.dont_fragment)
		two->fragmentable = true;
	if (bytes > two->packet_max)
		two->packet_max = bytes;
	if (segment_parse(packet + ip.header_bytes, bytes - ip.header_bytes,
	        ip.payload_bytes, &seg) == WIRE_GOOD &&
	    seg.text_len > 0 &&
	    (two->text_min == 0 || seg.text_len < two->text_min))
		two->text_min = seg.text_len;
}

static void
create_host(struct two *two, int i, const struct two_setup *setup)
{
	struct estab_config config = setup->config;
	const struct estab_link link = { .mtu = 1500 };
	const struct estab_address address = two_address(two, (uint8_t)(i + 1));

	config.crypto = estab_world_crypto(two->world);
	config.trace = setup->records ? &two->trace : NULL;
	config.trace_id = (uint8_t)i;
	two->arena[i] = allocate(TWO_ARENA);
	assert_int_equal(estab_host_create(&two->host[i], two->arena[i],
	                     TWO_ARENA, &config, 0),
	    0);
	assert_int_equal(estab_link_add(two->host[i], &link), 0);
	assert_int_equal(estab_address_add(two->host[i], 0, &address,
	                     two->version == 4 ? 24 : 64),
	    0);
	assert_int_equal(estab_world_attach(two->world, two->host[i]), i);
}

static void
make_ring(struct two *two, uint32_t records)
{
	two->trace.record = calloc(records, sizeof *two->trace.record);
	assert_non_null(two->trace.record);
	two->trace.capacity = records;
}

struct two *
two_create(const struct two_setup *setup)
{
	struct two *two = calloc(1, sizeof *two);

	assert_non_null(two);
	two->version = setup->version;
	two->arena_bytes = TWO_ARENA;
	two->memory = allocate(TWO_WORLD);
	assert_int_equal(estab_world_create(&two->world, two->memory, TWO_WORLD,
	                     setup->seed),
	    0);
	if (setup->records > 0) {
		make_ring(two, setup->records);
		estab_world_set_trace(two->world, &two->trace);
	}
	create_host(two, 0, setup);
	create_host(two, 1, setup);
	two->wire = estab_world_wire(two->world, 0, 0, 1, 0, &setup->there,
	    &setup->back);
	assert_int_equal(two->wire, 0);
	estab_world_set_tap(two->world, look, two);
	return two;
}

struct two *
two_clone(const struct two *from, size_t arena_bytes)
{
	struct two *two = malloc(sizeof *two);

	assert_non_null(two);
	*two = *from;
	make_ring(two, from->trace.capacity);
	two->trace.written = from->trace.written;
	memcpy(two->trace.record, from->trace.record,
	    from->trace.capacity * sizeof *from->trace.record);
	two->memory = allocate(TWO_WORLD);
	for (int i = 0; i < 2; i++) {
		two->arena[i] = allocate(arena_bytes);
		assert_int_equal(estab_host_clone(&two->host[i], two->arena[i],
		                     arena_bytes, from->host[i], &two->trace),
		    0);
	}
	assert_int_equal(estab_world_clone(&two->world, two->memory, TWO_WORLD,
	                     from->world, two->host, &two->trace),
	    0);
	return two;
}

void
two_free(struct two *two)
{
	struct estab_world_counts counts;

	estab_world_counts(two->world, &counts);
	assert_int_equal(counts.spins, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(estab_counter(two->host[i],
		                     ESTAB_COUNT_TCPInvariant),
		    0);
		free(two->arena[i]);
	}
	free(two->trace.record);
	free(two->memory);
	free(two);
}

void
two_impair(struct two *two, int direction,
    const struct estab_impairment *impairment)
{
	assert_int_equal(estab_world_impair(two->world, two->wire, direction,
	                     impairment),
	    0);
}

struct estab_status
two_status(const struct two *two, int i)
{
	struct estab_status status;

	assert_int_equal(estab_status(two->host[i], two->conn[i], &status), 0);
	return status;
}

static void
send_some(struct two *two)
{
	uint8_t piece[PIECE];

	while (two->sent < two->to_send) {
		const uint64_t left = two->to_send - two->sent;
		const size_t n = left < PIECE ? (size_t)left : PIECE;
		int64_t took;

		for (size_t k = 0; k < n; k++)
			piece[k] = stream_byte(two->sent + k);
		took = estab_send(two->host[0], two->conn[0], piece, n);
		if (took < 0)
			two->error[0] = (int)took;
		if (took <= 0)
			return;
		two->sent += (uint64_t)took;
	}
	if (two->closes && !two->closed) {
		assert_int_equal(estab_close(two->host[0], two->conn[0]), 0);
		two->closed = true;
	}
}

static void
receive_some(struct two *two)
{
	uint8_t piece[PIECE];
	const size_t most = two->read_most ? two->read_most : PIECE;
	int64_t n;

	do {
		n = estab_receive(two->host[1], two->conn[1], piece, most);
		for (int64_t k = 0; k < n; k++)
			if (piece[k] != stream_byte(two->got++))
				two->wrong = true;
	} while (n > 0 && two->read_most == 0);
	if (n == 0 && !two->eof) {
		two->eof = true;
		if (two->closes)
			assert_int_equal(estab_close(two->host[1], two->conn[1]),
			    0);
	} else if (n < 0 && n != ESTAB_EAGAIN) {
		two->error[1] = (int)n;
	}
}

static void
act(struct two *two)
{
	struct estab_event event;

	for (int i = 0; i < 2; i++)
		while (estab_event(two->host[i], &event) == 1)
			if (event.error && event.conn == two->conn[i])
				two->error[i] = event.error;
	if (two->conn[1] == 0)
		(void)estab_accept(two->host[1], two->listener, &two->conn[1]);
	if (two->conn[1] != 0 && !two->error[0])
		send_some(two);
	if (two->conn[1] != 0 && !two->deaf && !two->error[1])
		receive_some(two);
}

bool
two_is_done(const struct two *two)
{
	return two->got == two->to_send && !two->wrong &&
	    (!two->closes || two->eof);
}

void
two_run(struct two *two, estab_time until)
{
	uint64_t got;

	do {
		got = two->got;
		act(two);
	} while (estab_world_step(two->world, until) == 1 || two->got != got);
}

void
two_open(struct two *two)
{
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint local = { .port = TWO_PORT };
	const struct estab_endpoint remote = { .address = two_address(two, 2),
		.port = TWO_PORT };
	const uint64_t to_send = two->to_send;
	const bool closes = two->closes;

	assert_int_equal(estab_listen(two->host[1], &two->listener, &local, 5),
	    0);
	assert_int_equal(estab_connect(two->host[0], &two->conn[0], &any,
	                     &remote),
	    0);
	two->to_send = 0;
	two->closes = false;
	while (two->conn[1] == 0) {
		assert_int_equal(estab_world_step(two->world, ESTAB_NEVER), 1);
		act(two);
	}
	two->to_send = to_send;
	two->closes = closes;
}
