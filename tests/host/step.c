/* SPDX-License-Identifier: BSD-2-Clause
 *
 * step.c - two hosts in step: one with its fast paths, one without.
 */
#include "host/step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "wire/ethernet.h"

#define ARENA ((size_t)1024 * 1024)
#define RECORDS (1u << 14)

uint32_t
step_any(struct step *s, uint32_t n)
{
	s->state ^= s->state << 13;
	s->state ^= s->state >> 7;
	s->state ^= s->state << 17;
	return (uint32_t)(s->state >> 20) % n;
}

bool
step_one_in(struct step *s, uint32_t n)
{
	return step_any(s, n) == 0;
}

struct estab_address
step_address(uint8_t version, uint8_t n)
{
	return lone_address(version, n);
}

/* ---- What a seed decides ---- */

static struct estab_config
choose_config(struct step *s)
{
	static const struct estab_cookie_keys keys = {
		.key = { { 1, 2, 3 }, { 4, 5 } },
		.use = { ESTAB_KEY_SIGN, ESTAB_KEY_VERIFY },
		.stamp = { 6 },
		.shared = true,
	};
	const int32_t never = ESTAB_OFF;
	struct estab_config c = { .half_open_max = 1 + step_any(s, 12),
		.address_probes = ESTAB_OFF };

	c.syn_cookies = step_one_in(s, 8) ? never : (int32_t)step_any(s, 3);
	c.timestamps = step_one_in(s, 4) ? never : 0;
	c.window_scale = step_one_in(s, 4) ? never : 0;
	c.mss_max = step_one_in(s, 4) ? 900 : 0;
	c.receive_bytes = step_one_in(s, 3) ? 1 + step_any(s, 1 << 22) : 0;
	c.half_open_evict = step_one_in(s, 3) ? never : 0;
	c.source_policy = step_one_in(s, 4) ? never : (int32_t)step_any(s, 3);
	c.source_syns_per_second = 1 + (int32_t)step_any(s, 8);
	c.source_connections_max = step_one_in(s, 4) ? 2 : 0;
	c.syn_acks_per_second = step_one_in(s, 3) ? 5 : 0;
	c.syns_last = step_one_in(s, 4) ? never : 0;
	c.ttl = step_one_in(s, 2) ? 1 + (int32_t)step_any(s, 255) : 0;
	c.icmp_per_second = step_one_in(s, 2) ? 3 : 0;
	c.cookie_label = step_any(s, 2);
	c.wall_ns = step_one_in(s, 2) ? ESTAB_SECOND * step_any(s, 1000) : 0;
	c.cookie_keys = step_one_in(s, 3) ? &keys : NULL;
	return c;
}

static void
listen_at(struct step *s, uint32_t how)
{
	const struct estab_address v4_any = { { [10] = 0xff, [11] = 0xff } };
	struct estab_endpoint local = { .port = STEP_PORT };
	const uint32_t backlog = step_one_in(s, 6) ? 2 : 500;
	const bool defer = step_one_in(s, 12), tos = step_one_in(s, 3);

	if (how == 1)
		local.address = step_address(4, 2);
	else if (how == 2)
		local.address = v4_any;
	else if (how == 3)
		local.address = step_address(6, 2);
	for (int i = 0; i < 2; i++) {
		const estab_conn *l = &s->listener[i];

		assert_int_equal(estab_listen(s->host[i], &s->listener[i],
		                     &local, backlog),
		    0);
		if (defer)
			assert_int_equal(estab_set(s->host[i], *l, ESTAB_DEFER,
			                     1),
			    0);
		if (tos)
			assert_int_equal(estab_set(s->host[i], *l, ESTAB_TOS,
			                     0x2c),
			    0);
	}
}

/* As one that hashes many at once does. */
static void
hash_many(const uint8_t key[16], const struct estab_messages *m, uint64_t *hash)
{
	for (size_t n = 0; n < m->count; n++)
		hash[n] =
		    estab_siphash_portable(key, m->data + n * m->stride, m->n);
}

static void
make_host(struct step *s, int i, struct estab_config config,
    const struct estab_link *link)
{
	const bool many = s->state >> 60 & 1;
	struct estab_world *world;
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };

	s->arena[i] = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA);
	s->world_memory[i] =
	    aligned_alloc(ESTAB_ARENA_ALIGN, ESTAB_WORLD_BYTES_MIN);
	s->trace[i].record = calloc(RECORDS, sizeof *s->trace[i].record);
	s->trace[i].capacity = RECORDS;
	assert_true(s->arena[i] && s->world_memory[i] && s->trace[i].record);
	assert_int_equal(estab_world_create(&world, s->world_memory[i],
	                     ESTAB_WORLD_BYTES_MIN, 5),
	    0);
	config.crypto = estab_world_crypto(world);
	if (i == 0 && many)
		config.crypto.siphash_many = hash_many;
	config.header_prediction = i == 0 ? 1 : ESTAB_OFF;
	if (config.trace)
		config.trace = &s->trace[i];
	assert_int_equal(estab_host_create(&s->host[i], s->arena[i], ARENA,
	                     &config, 0),
	    0);
	assert_int_equal(estab_link_add(s->host[i], link), 0);
	for (uint8_t v = 4; v <= 6; v += 2) {
		const struct estab_address own = step_address(v, 2);
		const struct estab_address gateway = step_address(v, 1);

		assert_int_equal(estab_address_add(s->host[i], 0, &own,
		                     v == 4 ? 24 : 64),
		    0);
		assert_int_equal(estab_route_gateway(s->host[i], 0, &gateway),
		    0);
		if (s->ethernet)
			assert_int_equal(estab_neighbour_add(s->host[i], 0,
			                     &gateway, mac),
			    0);
	}
}

struct step *
step_create(uint64_t seed)
{
	struct step *s = calloc(1, sizeof *s);
	struct estab_link link = { .mtu = 1500, .mac = { 2, 0, 0, 0, 0, 2 } };
	struct estab_config config;
	uint32_t where;

	assert_non_null(s);
	s->state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
	s->now = ESTAB_SECOND;
	config = choose_config(s);
	config.trace = step_one_in(s, 4) ? &s->trace[0] : NULL;
	link.checksum_out = step_one_in(s, 3);
	link.ethernet = s->ethernet = step_one_in(s, 3);
	for (int i = 0; i < 2; i++)
		make_host(s, i, config, &link);
	where = step_any(s, 4);
	listen_at(s, where);
	if (where != 0 && step_one_in(s, 4)) /* a less particular one */
		listen_at(s, 0);
	return s;
}

void
step_free(struct step *s)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(estab_counter(s->host[i],
		                     ESTAB_COUNT_TCPInvariant),
		    0);
		free(s->arena[i]);
		free(s->world_memory[i]);
		free(s->trace[i].record);
	}
	free(s);
}

/* ---- What can be seen ---- */

static void
note_shake(struct step *s, const struct estab_frame *frame)
{
	const uint32_t front = s->ethernet ? ETHERNET_HEADER : 0;
	const struct estab_span *span = &frame->span[0];
	struct step_shake *shake = &s->shake[s->shakes % 64];
	struct ip_packet ip;
	struct segment seg;

	if (ip_parse(span->data + front, span->length - front,
	        estab_frame_bytes(frame) - front, &ip) != WIRE_GOOD ||
	    ip.protocol != IP_PROTOCOL_TCP ||
	    segment_parse(span->data + front + ip.header_bytes,
	        span->length - front - ip.header_bytes, ip.payload_bytes,
	        &seg) != WIRE_GOOD ||
	    !seg.syn)
		return;
	*shake = (struct step_shake){ .client = ip.to,
		.server = ip.from,
		.client_port = seg.to_port,
		.server_port = seg.from_port,
		.seq = seg.ack,
		.ack = seg.seq + 1,
		.tsecr = seg.options.tsval,
		.has_ts = seg.options.has_ts };
	s->shakes++;
}

static void
assert_same_frame(const struct estab_frame *a, const struct estab_frame *b)
{
	assert_int_equal(a->span_count, b->span_count);
	for (uint8_t i = 0; i < a->span_count; i++) {
		assert_int_equal(a->span[i].length, b->span[i].length);
		assert_memory_equal(a->span[i].data, b->span[i].data,
		    a->span[i].length);
	}
	assert_int_equal(a->link, b->link);
	assert_int_equal(a->checksum, b->checksum);
	assert_int_equal(a->ip_at, b->ip_at);
	assert_int_equal(a->segment_bytes, b->segment_bytes);
	assert_int_equal(a->segment_count, b->segment_count);
}

static void
assert_same_out(struct step *s)
{
	struct estab_frame out[2][STEP_BATCH];
	int n;

	do {
		const size_t most = 1 + step_any(s, STEP_BATCH);

		n = estab_output(s->host[0], out[0], most, s->now);
		assert_int_equal(estab_output(s->host[1], out[1], most, s->now),
		    n);
		for (int i = 0; i < n; i++) {
			assert_same_frame(&out[0][i], &out[1][i]);
			note_shake(s, &out[0][i]);
		}
	} while (n > 0);
}

static void
assert_same_insides(const struct step *s)
{
	struct estab_memory memory[2];

	for (int id = 0; id < ESTAB_COUNTER_COUNT; id++)
		if (id != ESTAB_COUNT_TCPHPHits && id != ESTAB_COUNT_TCPSynHits)
			assert_int_equal(estab_counter(s->host[0],
			                     (enum estab_counter)id),
			    estab_counter(s->host[1], (enum estab_counter)id));
	memset(memory, 0, sizeof memory); /* what lies between fields, too */
	estab_memory(s->host[0], &memory[0]);
	estab_memory(s->host[1], &memory[1]);
	/* Text that was corrupt may have left a free chunk, so that what is
	 * made later stands elsewhere. */
	memory[0].committed_bytes = memory[1].committed_bytes;
	assert_memory_equal(&memory[0], &memory[1], sizeof memory[0]);
	assert_int_equal(s->trace[0].written, s->trace[1].written);
	for (uint64_t i = s->trace[0].written; i-- > 0;) {
		struct estab_record record[2];

		if (s->trace[0].written - i > 200)
			break;
		for (int k = 0; k < 2; k++) {
			record[k] = *estab_trace_get(&s->trace[k], i);
			record[k].conn >>= 32; /* wherever it stands */
		}
		assert_memory_equal(&record[0], &record[1], sizeof *record);
	}
}

void
step_batch(struct step *s)
{
	for (int i = 0; i < 2; i++)
		assert_int_equal(estab_input(s->host[i], s->frame, s->count,
		                     s->now),
		    s->count);
	s->count = 0;
	assert_same_out(s);
	assert_same_insides(s);
}
