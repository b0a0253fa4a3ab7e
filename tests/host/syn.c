/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The fast path of a flood decides nothing: two hosts in step, one with it and
 * one without, meet SYNs of all kinds, honest, odd and broken, among what
 * connections send, and nothing differs.  SEEDS=FIRST-LAST in the environment
 * runs others.
 */
#include "host/step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "seeds.h"
#include "wire/checksum.h"
#include "wire/ethernet.h"

#define SEEDS 400u
#define BATCHES 60u

/* ---- Packets ---- */

static const char *const from[2][12] = {
	{ "10.0.0.1", "10.0.0.3", "10.9.0.1", "10.9.0.2", "192.0.2.7",
	    "10.0.0.2", "127.0.0.1", "224.0.0.5", "255.255.255.255", "0.0.0.0",
	    "10.0.0.255", "250.1.2.3" },
	{ "fd00::1", "fd00::3", "2001:db8::1", "2001:db8:0:1::2", "fe80::7",
	    "fd00::2", "::1", "ff02::1", "::", "::2", "2001:db8::2",
	    "2001:db8:5::2" },
};
static const char *const to[2][6] = {
	{ "10.0.0.2", "10.0.0.255", "224.0.0.1", "10.0.0.9", "127.0.0.1",
	    "255.255.255.255" },
	{ "fd00::2", "ff02::1", "fd00::9", "::1", "ff05::2", "::" },
};

/* The first of a list as a rule, else any. */
static struct estab_address
pick(struct step *s, const char *const *list, uint32_t common, uint32_t all)
{
	struct estab_address address;
	const uint32_t n =
	    step_one_in(s, 8) ? step_any(s, all) : step_any(s, common);

	assert_int_equal(estab_address_parse(list[n], &address), 0);
	return address;
}

/* Options as systems lay them out, or of any bytes; returns how many. */
static uint32_t
put_options(struct step *s, uint8_t *at)
{
	static const struct {
		uint8_t n, byte[24];
	} known[] = {
		{ 0, { 0 } },
		{ 4, { 2, 4, 5, 0xb4 } },
		{ 20,
		    { 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3,
		        3, 7 } },
		{ 12, { 2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2 } },
		{ 24,
		    { 2, 4, 5, 0xb4, 1, 3, 3, 6, 1, 1, 8, 10, 9, 9, 9, 9, 0, 0,
		        0, 1, 4, 2, 0, 0 } },
		{ 8, { 1, 3, 3, 20, 2, 4, 0, 10 } },
		{ 8, { 4, 2, 0, 0, 2, 4, 5, 0 } },
		{ 12, { 2, 4, 5, 0xb4, 4, 2, 0, 0, 1, 3, 3, 7 } },
		{ 8, { 4, 2, 8, 10, 1, 2, 3, 4 } }, /* runs over */
		{ 4, { 2, 4, 0, 0 } },
		{ 4, { 3, 3, 9, 0 } },
		{ 8, { 2, 3, 5, 1, 34, 2, 1, 0 } },
		{ 12, { 5, 10, 0, 0, 0, 1, 0, 0, 0, 2, 4, 2 } },
		{ 8, { 2, 4, 5, 0xb4, 2, 4, 2, 0 } }, /* twice */
		{ 4, { 2, 0, 0, 0 } },
	};
	const uint32_t n = step_any(s, sizeof known / sizeof *known + 4);
	uint32_t bytes;

	if (n < sizeof known / sizeof *known) {
		memcpy(at, known[n].byte, known[n].n);
		if (step_one_in(s, 4) && known[n].n > 0)
			at[step_any(s, known[n].n)] = (uint8_t)step_any(s, 256);
		return known[n].n;
	}
	bytes = 4 * step_any(s, 11);
	for (uint32_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)step_any(s, step_one_in(s, 2) ? 11 : 256);
	return bytes;
}

static uint8_t
any_flags(struct step *s)
{
	static const uint8_t flags[] = { 0x02, 0x02, 0xc2, 0x0a, 0x22, 0x42,
		0x82, 0x03, 0x06, 0x12, 0x10, 0x04, 0x14, 0x11, 0x00, 0xff };

	return step_one_in(s, 3) ? flags[step_any(s, sizeof flags)] : 0x02;
}

static void
sum_up(uint8_t *packet, const struct ip_packet *ip, uint32_t header)
{
	uint16_t field;

	memset(packet + header + TCP_CHECKSUM_OFFSET, 0, 2);
	field = checksum_finish(checksum_add(checksum_pseudo(&ip->from, &ip->to,
	                                         IP_PROTOCOL_TCP,
	                                         ip->payload_bytes),
	    checksum_bytes(packet + header, ip->payload_bytes), 0));
	memcpy(packet + header + TCP_CHECKSUM_OFFSET, &field, 2);
}

/* IPv4 options or a fragment, made good again; or any byte changed. */
static void
damage(struct step *s, uint8_t *packet, uint32_t bytes)
{
	uint16_t sum = 0;

	packet[step_any(s, bytes)] ^= (uint8_t)(1u << step_any(s, 8));
	if (packet[0] >> 4 != 4 || step_one_in(s, 3))
		return;
	memcpy(packet + 10, &sum, 2);
	sum = checksum_finish(checksum_bytes(packet, 20));
	memcpy(packet + 10, &sum, 2);
}

static void
describe_frame(struct step *s, struct estab_frame *frame, uint8_t *packet,
    uint32_t bytes)
{
	*frame = (struct estab_frame){ .span = { { packet, bytes } },
		.span_count = 1 };
	if (step_one_in(s, 6)) { /* in two pieces */
		const uint32_t cut = step_any(s, bytes + 1);

		frame->span[0].length = cut;
		frame->span[1].data = packet + cut;
		frame->span[1].length = bytes - cut;
		frame->span_count = 2;
	}
	if (step_one_in(s, 4))
		frame->checksum = step_one_in(s, 2) ? ESTAB_CHECKSUM_VERIFIED :
		                                      ESTAB_CHECKSUM_PARTIAL;
	if (step_one_in(s, 30)) {
		frame->segment_bytes = 10;
		frame->segment_count = 2;
	}
}

/* Add a segment to the batch, whatever it is. */
static void
add(struct step *s, struct ip_packet *ip, const struct segment *seg,
    uint32_t text)
{
	struct estab_frame *frame = &s->frame[s->count];
	const uint32_t front = s->ethernet ? ETHERNET_HEADER : 0;
	uint8_t *packet = s->packet[s->count++] + front;
	const uint32_t header = ip->version == 4 ? 20 : 40;
	uint8_t *tcp = packet + header;
	uint32_t n = segment_build(tcp, seg), bytes;

	if (seg->syn && !seg->has_ack) {
		n = TCP_HEADER_BYTES + put_options(s, tcp + TCP_HEADER_BYTES);
		tcp[12] = (uint8_t)(n / 4 << 4);
	}
	for (uint32_t i = 0; i < text; i++)
		tcp[n + i] = (uint8_t)step_any(s, 256);
	ip->payload_bytes = n + text;
	bytes = ip_build(packet, ip) + ip->payload_bytes;
	sum_up(packet, ip, header);
	if (step_one_in(s, 8))
		damage(s, packet, bytes);
	if (step_one_in(s, 10)) /* cut, or with padding behind it */
		bytes = bytes - 6 + step_any(s, 12);
	if (s->ethernet) {
		static const uint8_t head[12] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0,
			0, 9 };

		memcpy(packet - front, head, sizeof head);
		if (step_one_in(s, 20))
			memset(packet - front, 0xff, 6);
		packet[-2] = ip->version == 4 ? 0x08 : 0x86;
		packet[-1] = ip->version == 4 ? 0x00 : 0xdd;
		describe_frame(s, frame, packet - front, front + bytes);
		if (frame->span_count == 2 &&
		    frame->span[0].length < ETHERNET_HEADER)
			frame->span_count = 1;
		frame->ip_at = (uint8_t)front;
	} else {
		describe_frame(s, frame, packet, bytes);
	}
}

static void
add_syn(struct step *s)
{
	const uint32_t v6 = step_one_in(s, 2);
	struct ip_packet ip = { .from = pick(s, from[v6], 5, 12),
		.to = pick(s, to[v6], 1, 6),
		.version = v6 ? 6 : 4,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = step_one_in(s, 30) ? 0 : 64,
		.tos = (uint8_t)step_any(s, 256),
		.dont_fragment = step_one_in(s, 2),
		.id = (uint16_t)step_any(s, 65536) };
	const struct segment seg = {
		.from_port =
		    (uint16_t)(step_one_in(s, 40) ? 0 : 1 + step_any(s, 20)),
		.to_port = step_one_in(s, 20) ? 81 : STEP_PORT,
		.seq = step_any(s, 3) * 0x7fffffffu,
		.ack = step_one_in(s, 4) ? step_any(s, 1000) : 0,
		.flags = any_flags(s),
		.wnd = step_any(s, 65536),
		.up = (uint16_t)step_any(s, 3),
	};

	if (step_one_in(s, 3)) /* a stranger */
		memset(ip.from.byte + (v6 ? 3 : 13), (int)step_any(s, 256), 2);
	add(s, &ip, &seg, step_one_in(s, 6) ? 1 + step_any(s, 30) : 0);
}

/* What a client of the last SYN+ACKs sends next: its ACK, text, FIN, RST. */
static void
add_answer(struct step *s)
{
	const struct step_shake *shake =
	    &s->shake[step_any(s, s->shakes < 64 ? s->shakes : 64)];
	const uint32_t kind = step_any(s, 6);
	struct ip_packet ip = { .from = shake->client,
		.to = shake->server,
		.version = estab_address_is_v4(&shake->client) ? 4 : 6,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64 };
	const struct segment seg = {
		.from_port = shake->client_port,
		.to_port = shake->server_port,
		.seq = shake->seq,
		.ack = shake->ack,
		.has_ack = true,
		.rst = kind == 0,
		.fin = kind == 1,
		.wnd = 5000,
		.options = { .has_ts = shake->has_ts,
		    .tsval = 5,
		    .tsecr = shake->tsecr },
	};

	add(s, &ip, &seg, kind == 2 ? 5 : 0);
}

/* ---- A life in step ---- */

static void
accept_and_close(struct step *s)
{
	for (int i = 0; i < 2; i++) {
		estab_conn conn;

		while (estab_accept(s->host[i], s->listener[i], &conn) == 0) {
			(void)estab_close(s->host[i], conn);
			(void)estab_release(s->host[i], conn);
		}
	}
}

static uint64_t
live(uint64_t seed)
{
	struct step *s = step_create(seed);
	uint64_t hits;

	for (uint32_t n = 0; n < BATCHES; n++) {
		const uint32_t count = 1 + step_any(s, STEP_BATCH);

		while (s->count < count)
			if (s->shakes > 0 && step_one_in(s, 5))
				add_answer(s);
			else
				add_syn(s);
		step_batch(s);
		if (step_one_in(s, 6))
			accept_and_close(s);
		if (step_one_in(s, 3))
			s->now += step_one_in(s, 4) ?
			    ESTAB_SECOND * step_any(s, 40) :
			    ESTAB_MS * step_any(s, 1000);
	}
	hits = estab_counter(s->host[0], ESTAB_COUNT_TCPSynHits);
	assert_int_equal(estab_counter(s->host[1], ESTAB_COUNT_TCPSynHits), 0);
	step_free(s);
	return hits;
}

static void
nothing_differs_with_and_without(void **unused)
{
	bool asked;
	unsigned long first = 0, last = SEEDS - 1;
	uint64_t hits = 0;

	(void)unused;
	asked = seeds_asked(&first, &last);
	for (unsigned long seed = first; seed <= last; seed++) {
		if (asked)
			print_message("seed %lu\n", seed);
		hits += live(seed);
	}
	if (!asked)
		assert_true(hits > 40 * SEEDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_differs_with_and_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
