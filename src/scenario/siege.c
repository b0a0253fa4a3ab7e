/* SPDX-License-Identifier: BSD-2-Clause
 *
 * siege.c - a server under SYNs, and what its honest clients see of it: a
 * world of its own, two hosts and the wire between them.
 *
 * Host 0 is all honest clients (one address, a port each), host 1 the
 * server.  What is forged is put on the same wire.  A client is served when
 * a byte of the server's has reached it within its patience.
 */
#include "scenario/device.h"
#include "scenario/stage.h"

#include "wire/checksum.h"
#include "wire/segment.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (16u << 20)
#define WORLD_BYTES (8u << 20)
#define PATIENCE_NS (10 * ESTAB_SECOND)
#define TICK_NS (10 * ESTAB_MS)
#define TICK_IN_TURN_NS ESTAB_MS /* what comes in a turn is mixed */
#define CLIENTS_MAX 8192
#define PORT 80
#define QUESTION "hello"

struct client {
	estab_conn conn; /* 0: over */
	estab_time began;
	int64_t connected_ns; /* 0: not yet */
	bool served;
};

struct siege {
	const struct script_defence *defence;
	struct scenario_row *row;
	uint8_t family;
	struct estab_world *world;
	void *memory[3]; /* the world's, the hosts' */
	struct estab_host *host[2];
	struct device *device; /* NULL: the server reads what comes at once */
	int64_t delay_ns;      /* of the wire to it */
	struct estab_config server; /* to begin again after a restart */
	struct estab_cookie_keys keys;
	estab_conn listener;
	struct client *client;
	uint32_t client_count;
	uint32_t active; /* the first client that is not over */
	uint32_t forged;
	uint64_t random;
	bool restarted;
	uint8_t lost[65536 / 8]; /* ports whose first ACK is gone */
};

static uint32_t
draw(struct siege *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (uint32_t)(s->random >> 16);
}

/* 10.0.0.n or 2001:db8::n */
static struct estab_address
address_of(const struct siege *s, uint8_t n)
{
	static const struct estab_address v4 = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10 }
	};
	static const struct estab_address v6 = { { 0x20, 0x01, 0x0d, 0xb8 } };
	struct estab_address address = s->family == 4 ? v4 : v6;

	address.byte[15] = n;
	return address;
}

/* ---- The world ---------------------------------------------------------- */

static bool
start_host(struct siege *s, int n, const struct estab_config *config)
{
	const struct estab_link link = { .mtu = 1500 };
	const struct estab_address address = address_of(s, (uint8_t)(n + 1));

	return estab_host_create(&s->host[n], s->memory[1 + n], ARENA_BYTES,
	           config, estab_world_now(s->world)) == 0 &&
	    estab_link_add(s->host[n], &link) == 0 &&
	    estab_address_add(s->host[n], 0, &address,
	        s->family == 4 ? 24 : 64) == 0 &&
	    estab_route_default(s->host[n], 0) == 0;
}

static bool
start_server(struct siege *s)
{
	const struct estab_endpoint local = { .port = PORT };

	return start_host(s, 1, &s->server) &&
	    estab_listen(s->host[1], &s->listener, &local, 4096) == 0;
}

/* Offsets of the TCP header, and of what follows it. */
static void
pick(void *context, int wire, int direction, uint32_t frame,
    const uint8_t *packet, uint32_t bytes, struct estab_fate *fate)
{
	struct siege *s = context;
	const uint8_t *tcp = packet + (s->family == 4 ? 20 : 40);
	const uint32_t port = (uint32_t)tcp[0] << 8 | tcp[1];
	const uint8_t bit = (uint8_t)(1u << port % 8);

	(void)wire;
	(void)frame;
	if (tcp + 20 > packet + bytes)
		return;
	if (direction == 1) {
		s->row->syn_acks += tcp[13] == (ESTAB_SYN | ESTAB_ACK);
		return;
	}
	/* A NAT knows nothing of what its neighbour forged. */
	if ((tcp[13] & ESTAB_RST) != 0 &&
	    s->defence->attack.sources == SCRIPT_SOURCES_NEIGHBOUR)
		fate->lost = true;
	if (s->defence->attack.third_lost && tcp[13] == ESTAB_ACK &&
	    (s->lost[port / 8] & bit) == 0) {
		s->lost[port / 8] |= bit;
		fate->lost = true;
	}
	if (s->device != NULL && !fate->lost) {
		(void)device_put(s->device,
		    estab_world_now(s->world) + s->delay_ns, packet, bytes);
		fate->lost = true;
	}
}

static bool
build(struct siege *s, const struct scenario_run *run)
{
	struct estab_config clients = run->script->host[0].config;
	const struct script_wire *wire = &run->script->wire[0];

	for (int i = 0; i < 3; i++) {
		s->memory[i] = aligned_alloc(ESTAB_ARENA_ALIGN,
		    i == 0 ? WORLD_BYTES : ARENA_BYTES);
		if (s->memory[i] == NULL)
			return false;
	}
	s->client = calloc(CLIENTS_MAX, sizeof *s->client);
	if (s->defence->attack.turn_ns != 0) {
		s->device = calloc(1, sizeof *s->device);
		s->delay_ns = wire->there.delay_ns;
	}
	if (s->client == NULL ||
	    (s->device == NULL && s->defence->attack.turn_ns != 0) ||
	    estab_world_create(&s->world, s->memory[0], WORLD_BYTES,
	        run->script->seed) < 0)
		return false;
	clients.crypto = estab_world_crypto(s->world);
	s->server = s->defence->config;
	s->server.crypto = estab_world_crypto(s->world);
	if (s->defence->keys) {
		s->keys.use[0] = ESTAB_KEY_SIGN;
		s->server.cookie_keys = &s->keys;
	}
	if (!start_host(s, 0, &clients) || !start_server(s))
		return false;
	estab_world_set_picker(s->world, pick, s);
	return estab_world_attach(s->world, s->host[0]) == 0 &&
	    estab_world_attach(s->world, s->host[1]) == 1 &&
	    estab_world_wire(s->world, 0, 0, 1, 0, &wire->there, &wire->back) ==
	    0;
}

static void
strike(struct siege *s)
{
	for (int i = 0; i < 3; i++)
		free(s->memory[i]);
	free(s->client);
	free(s->device);
}

/* ---- The attacker ------------------------------------------------------- */

static struct estab_address
source(struct siege *s)
{
	struct estab_address from = address_of(s, 100);

	if (s->defence->attack.sources == SCRIPT_SOURCES_NEIGHBOUR ||
	    s->defence->attack.sources == SCRIPT_SOURCES_VICTIM)
		return address_of(s, 1);
	if (s->family == 6)
		from.byte[6] = 1; /* a /64 of its own */
	if (s->defence->attack.sources == SCRIPT_SOURCES_RANDOM) {
		const uint32_t n = draw(s);

		from.byte[s->family == 4 ? 12 : 4] = 11;
		memcpy(from.byte + (s->family == 4 ? 13 : 5), &n, 3);
	}
	return from;
}

static void
forge(struct siege *s)
{
	const struct segment syn = {
		.from_port = (uint16_t)(1024 + s->forged++ % 60000),
		.to_port = PORT,
		.seq = draw(s),
		.syn = true,
		.wnd = 65535,
		.options = { .has_mss = true, .mss = 1460 },
	};
	struct ip_packet ip = {
		.from = source(s),
		.to = address_of(s, 2),
		.version = s->family,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64,
	};
	uint8_t packet[IP_HEADER_MAX + TCP_HEADER_MAX];
	uint8_t *tcp = packet + (s->family == 4 ? 20 : 40);
	uint16_t sum;

	ip.payload_bytes = segment_build(tcp, &syn);
	sum =
	    checksum_finish(checksum_add(checksum_pseudo(&ip.from, &ip.to,
	                                     IP_PROTOCOL_TCP, ip.payload_bytes),
	        checksum_bytes(tcp, ip.payload_bytes), 0));
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &sum, sizeof sum);
	(void)estab_world_inject(s->world, 0, 0, packet,
	    ip_build(packet, &ip) + ip.payload_bytes);
	s->row->syns++;
}

/* ---- Programs ----------------------------------------------------------- */

static uint32_t
sample_at(const struct siege *s, estab_time at)
{
	const int64_t n = at / s->row->sample_ns;

	return n < SCENARIO_SAMPLES ? (uint32_t)n : SCENARIO_SAMPLES - 1;
}

static void
begin_client(struct siege *s)
{
	struct client *c = &s->client[s->client_count];
	const struct estab_endpoint any = { .port = 0 };
	const struct estab_endpoint to = { address_of(s, 2), PORT };
	const estab_time now = estab_world_now(s->world);

	if (s->client_count == CLIENTS_MAX)
		return;
	s->client_count++;
	c->began = now;
	s->row->tried++;
	s->row->syns++;
	s->row->sample[sample_at(s, now)].tried++;
	if (estab_connect(s->host[0], &c->conn, &any, &to) < 0)
		c->conn = 0;
}

static void
end_client(struct siege *s, struct client *c)
{
	(void)estab_close(s->host[0], c->conn);
	(void)estab_release(s->host[0], c->conn);
	c->conn = 0;
	while (s->active < s->client_count && s->client[s->active].conn == 0)
		s->active++;
}

static void
client_event(struct siege *s, struct client *c, const struct estab_event *e)
{
	const estab_time now = estab_world_now(s->world);
	char answer[64];

	if ((e->ready & ESTAB_CONNECTED) != 0 && c->connected_ns == 0) {
		c->connected_ns = now - c->began;
		if (!s->defence->attack.speaks_first)
			(void)estab_send(s->host[0], c->conn, QUESTION,
			    sizeof QUESTION);
	}
	if ((e->ready & ESTAB_READABLE) != 0 &&
	    estab_receive(s->host[0], c->conn, answer, sizeof answer) > 0 &&
	    now - c->began <= PATIENCE_NS) {
		c->served = true;
		s->row->served++;
		s->row->sample[sample_at(s, c->began)].served++;
	}
	if (c->served || (e->ready & (ESTAB_ERROR | ESTAB_ENDED)) != 0)
		end_client(s, c);
}

static void
run_clients(struct siege *s)
{
	struct estab_event e;

	while (estab_event(s->host[0], &e) == 1)
		for (uint32_t i = s->active; i < s->client_count; i++)
			if (s->client[i].conn == e.conn) {
				client_event(s, &s->client[i], &e);
				break;
			}
}

static void
run_server(struct siege *s)
{
	struct estab_host *host = s->host[1];
	struct estab_event e;
	estab_conn conn;
	char text[64];
	int64_t n;

	while (estab_event(host, &e) == 1) {
		while (e.conn == s->listener &&
		    estab_accept(host, s->listener, &conn) == 0)
			if (s->defence->attack.speaks_first)
				(void)estab_send(host, conn, QUESTION,
				    sizeof QUESTION);
		if (e.conn == s->listener)
			continue;
		while ((n = estab_receive(host, e.conn, text, sizeof text)) > 0)
			(void)estab_send(host, e.conn, text, (size_t)n);
		if (n != ESTAB_EAGAIN)
			(void)estab_release(host, e.conn);
	}
}

/* ---- Time --------------------------------------------------------------- */

static void
look(struct siege *s)
{
	struct estab_memory memory;
	const uint32_t n = sample_at(s, estab_world_now(s->world));

	estab_memory(s->host[1], &memory);
	if (memory.half_open_count > s->row->half_opens)
		s->row->half_opens = memory.half_open_count;
	if (memory.record_bytes > s->row->memory_bytes)
		s->row->memory_bytes = memory.record_bytes;
	if (estab_world_now(s->world) >= s->row->sample_ns * SCENARIO_SAMPLES)
		return;
	s->row->sample_count = n + 1;
	if (memory.half_open_count > s->row->sample[n].half_opens)
		s->row->sample[n].half_opens = memory.half_open_count;
}

static void
go_on(struct siege *s, estab_time until)
{
	while (estab_world_step(s->world, until) == 1) {
		run_server(s);
		run_clients(s);
	}
	look(s);
}

/* All that waits is one batch. */
static void
take_turn(struct siege *s)
{
	const estab_time now = estab_world_now(s->world);
	const uint32_t n = device_read(s->device, now);

	(void)estab_input(s->host[1], s->device->frame, n, now);
	device_drop(s->device, n);
	run_server(s);
}

static void
restart(struct siege *s)
{
	s->restarted = true;
	(void)start_server(s);
}

/* What is due by now, of a rate. */
static uint32_t
due(uint32_t per_second, estab_time at)
{
	return (uint32_t)((uint64_t)per_second * (uint64_t)at / ESTAB_SECOND);
}

/* Honest clients come for the span of the attack; the forged SYNs go on
 * until all of them are served or have lost patience. */
static void
stand(struct siege *s)
{
	const struct script_attack *a = &s->defence->attack;
	const estab_time end = a->span_ns + PATIENCE_NS;
	const int64_t tick = a->turn_ns != 0 ? TICK_IN_TURN_NS : TICK_NS;

	for (estab_time at = 0; at < end; at += tick) {
		go_on(s, at);
		if (a->turn_ns != 0 && at % a->turn_ns == 0)
			take_turn(s);
		if (a->restart_ns != 0 && at >= a->restart_ns && !s->restarted)
			restart(s);
		while (at < a->span_ns &&
		    s->client_count < due(a->honest_per_second, at))
			begin_client(s);
		run_clients(s);
		if (at >= a->span_ns && s->active == s->client_count)
			break;
		while (s->forged < due(a->syns_per_second, at) &&
		    a->sources != SCRIPT_SOURCES_NONE)
			forge(s);
	}
}

/* ---- What came of it ---------------------------------------------------- */

static int
by_time(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
note_times(struct siege *s)
{
	int64_t *time = calloc(s->client_count + 1, sizeof *time);
	uint32_t n = 0;

	if (time == NULL)
		return;
	for (uint32_t i = 0; i < s->client_count; i++)
		if (s->client[i].served)
			time[n++] = s->client[i].connected_ns;
	qsort(time, n, sizeof *time, by_time);
	if (n > 0) {
		s->row->median_ns = time[n / 2];
		s->row->late_ns = time[(uint64_t)(n - 1) * 99 / 100];
	}
	free(time);
}

bool
siege_defend(struct scenario_run *run, const struct script_step *step)
{
	const struct script_defence *d = step->u.defence;
	struct scenario_row *row = siege_row_new(run, d);
	struct siege *s = calloc(1, sizeof *s);
	bool built = false;

	if (s != NULL && row != NULL) {
		s->defence = d;
		s->row = row;
		s->family = run->how.family;
		s->random = 88172645463325252u + run->script->seed;
		built = build(s, run);
		if (built) {
			stand(s);
			note_times(s);
			row->good = siege_row_good(row);
		}
		strike(s);
	}
	free(s);
	if (!built)
		return stage_fail(run, run->cursor, "room for one more world");
	return row->good ||
	    stage_fail(run, run->cursor,
	        "so many of the honest to be served, seen %u of %u",
	        (unsigned)row->served, (unsigned)row->tried);
}
