/* SPDX-License-Identifier: BSD-2-Clause
 *
 * lone.c - one host, and a peer made of packets by hand.
 */
#include "host/lone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/checksum.h"

static void *
allocate(size_t bytes)
{
	void *memory = aligned_alloc(ESTAB_ARENA_ALIGN, bytes);

	assert_non_null(memory);
	return memory;
}

struct estab_address
lone_address(uint8_t version, uint8_t n)
{
	struct estab_address v4 = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = n }
	};
	struct estab_address v6 = { { [0] = 0xfd, [15] = n } };

	return version == 4 ? v4 : v6;
}

struct lone *
lone_create_on(const struct estab_link *link, uint8_t version,
    size_t arena_bytes, const struct estab_config *given)
{
	struct lone *l = calloc(1, sizeof *l);
	struct estab_config config = { .ttl = 0 };
	struct estab_world *world;

	assert_non_null(l);
	if (given)
		config = *given;
	l->version = version;
	l->link = *link;
	l->arena_bytes = arena_bytes;
	l->arena = allocate(arena_bytes);
	l->world_memory = allocate(ESTAB_WORLD_BYTES_MIN);
	l->out = calloc(LONE_OUT_MAX, sizeof *l->out);
	assert_non_null(l->out);
	assert_int_equal(estab_world_create(&world, l->world_memory,
	                     ESTAB_WORLD_BYTES_MIN, 5),
	    0);
	config.crypto = estab_world_crypto(world);
	assert_int_equal(estab_host_create(&l->host, l->arena, arena_bytes,
	                     &config, 0),
	    0);
	assert_int_equal(estab_link_add(l->host, link), 0);
	for (uint8_t v = 4; v <= 6; v += 2) {
		const struct estab_address address = lone_address(v, 2);

		assert_int_equal(estab_address_add(l->host, 0, &address,
		                     v == 4 ? 24 : 64),
		    0);
	}
	l->now = ESTAB_SECOND;
	return l;
}

struct lone *
lone_create(uint8_t version, size_t arena_bytes,
    const struct estab_config *config)
{
	const struct estab_link link = { .mtu = 1500 };

	return lone_create_on(&link, version, arena_bytes, config);
}

void
lone_free(struct lone *l)
{
	assert_false(l->oversize);
	assert_int_equal(lone_counter(l, ESTAB_COUNT_TCPInvariant), 0);
	free(l->arena);
	free(l->world_memory);
	free(l->out);
	if (l->trace != NULL)
		free(l->trace->record);
	free(l->trace);
	free(l);
}

struct estab_status
lone_status(const struct lone *l, estab_conn conn)
{
	struct estab_status status;

	assert_int_equal(estab_status(l->host, conn, &status), 0);
	return status;
}

uint64_t
lone_counter(const struct lone *l, enum estab_counter id)
{
	return estab_counter(l->host, id);
}

static void
take_apart_tcp(struct sent_packet *s)
{
	const struct ip_packet *ip = &s->ip;
	const uint32_t sum = checksum_pseudo(&ip->from, &ip->to,
	    IP_PROTOCOL_TCP, ip->payload_bytes);

	s->is_tcp = true;
	assert_int_equal(segment_parse(s->text, ip->payload_bytes,
	                     ip->payload_bytes, &s->seg),
	    WIRE_GOOD);
	assert_true(checksum_good(checksum_add(sum,
	    checksum_bytes(s->text, ip->payload_bytes), 0)));
	s->text += s->seg.header_bytes;
}

static void
take_apart_ip(struct sent_packet *s)
{
	const struct ip_packet *ip = &s->ip;

	assert_int_equal(ip_parse(s->packet, s->bytes, s->bytes, &s->ip),
	    WIRE_GOOD);
	assert_int_equal(ip->header_bytes + ip->payload_bytes, s->bytes);
	s->text = s->packet + ip->header_bytes;
	if (ip->protocol == IP_PROTOCOL_TCP) {
		take_apart_tcp(s);
	} else if (ip->protocol == IP_PROTOCOL_ICMPV6 &&
	    nd_is_type(s->text[0])) {
		s->is_message = true;
		assert_int_equal(nd_parse(s->text, ip->payload_bytes, ip,
		                     &s->message),
		    WIRE_GOOD);
	}
}

static void
take_apart(struct lone *l, const struct estab_frame *frame)
{
	struct sent_packet *s = &l->out[l->out_count];
	const uint32_t header = l->link.ethernet ? ETHERNET_HEADER : 0;
	const uint32_t bytes = estab_frame_bytes(frame);

	if (bytes > header + l->link.mtu) {
		l->oversize = true;
		return;
	}
	memset(s, 0, offsetof(struct sent_packet, frame));
	s->bytes = estab_frame_gather(frame, s->frame) - header;
	s->packet = s->frame + header;
	if (l->link.ethernet) {
		ethernet_parse(s->frame, &s->ethernet);
		assert_memory_equal(s->ethernet.from, l->link.mac,
		    ETHERNET_MAC);
	}
	if (s->ethernet.type == ETHERNET_ARP) {
		s->is_message = true;
		assert_int_equal(arp_parse(s->packet, s->bytes, &s->message),
		    WIRE_GOOD);
	} else {
		take_apart_ip(s);
	}
	if (l->out_count < LONE_OUT_MAX - 1)
		l->out_count++;
}

/* Everything that the host owes now. */
static void
drain(struct lone *l)
{
	struct estab_frame frame[8];
	int n;

	while ((n = estab_output(l->host, frame, 8, l->now)) > 0)
		for (int i = 0; i < n; i++)
			take_apart(l, &frame[i]);
	assert_int_equal(n, 0);
	assert_true(estab_deadline(l->host) > l->now); /* it does not spin */
}

void
lone_run(struct lone *l, int64_t ns)
{
	const estab_time until = l->now + ns;

	l->out_count = 0;
	drain(l);
	while (estab_deadline(l->host) <= until) {
		l->now = estab_deadline(l->host);
		drain(l);
	}
	l->now = until;
	drain(l);
}

void
lone_put_frame(struct lone *l, const struct estab_frame *frame)
{
	assert_int_equal(estab_input(l->host, frame, 1, l->now), 1);
	l->out_count = 0;
	drain(l);
}

void
lone_put(struct lone *l, const void *packet, uint32_t bytes)
{
	uint8_t *copy = malloc(bytes > 0 ? bytes : 1); /* its end is watched */
	struct estab_frame frame = { .span_count = 1 };

	assert_non_null(copy);
	memcpy(copy, packet, bytes);
	frame.span[0].data = copy;
	frame.span[0].length = bytes;
	lone_put_frame(l, &frame);
	free(copy);
}

uint32_t
lone_datagram(uint8_t *packet, const struct estab_address *from,
    const struct estab_address *to, uint8_t protocol, const void *payload,
    uint32_t n)
{
	const struct ip_packet ip = {
		.from = *from,
		.to = *to,
		.version = ip_is_v4(to) ? 4 : 6,
		.protocol = protocol,
		.ttl = 64,
		.payload_bytes = n,
	};
	const uint32_t header = ip_build(packet, &ip);

	memcpy(packet + header, payload, n);
	return header + n;
}

void
lone_icmp_sum(const struct estab_address *from, const struct estab_address *to,
    uint8_t *message, uint32_t n)
{
	uint32_t sum = 0;
	uint16_t field;

	message[2] = message[3] = 0;
	if (!ip_is_v4(to))
		sum = checksum_pseudo(from, to, IP_PROTOCOL_ICMPV6, n);
	field =
	    checksum_finish(checksum_add(sum, checksum_bytes(message, n), 0));
	memcpy(message + 2, &field, sizeof field);
}

uint32_t
lone_packet_from(const struct estab_address *from, uint8_t *packet,
    const struct segment *seg, const void *text)
{
	const struct estab_address to = lone_address(ip_is_v4(from) ? 4 : 6, 2);
	uint8_t *payload = calloc(1, TCP_HEADER_MAX + seg->text_len);
	uint32_t n, bytes;
	uint16_t field;

	assert_non_null(payload);
	n = segment_build(payload, seg);
	if (text)
		memcpy(payload + n, text, seg->text_len);
	n += seg->text_len;
	field = checksum_finish(checksum_add(checksum_pseudo(from, &to,
	                                         IP_PROTOCOL_TCP, n),
	    checksum_bytes(payload, n), 0));
	memcpy(payload + TCP_CHECKSUM_OFFSET, &field, sizeof field);
	bytes = lone_datagram(packet, from, &to, IP_PROTOCOL_TCP, payload, n);
	free(payload);
	return bytes;
}

uint32_t
lone_packet(const struct lone *l, uint8_t *packet, const struct segment *seg,
    const void *text)
{
	const struct estab_address from = lone_address(l->version, 1);

	return lone_packet_from(&from, packet, seg, text);
}

void
lone_segment(struct lone *l, const struct segment *seg, const void *text)
{
	uint8_t packet[1700];

	assert_true(seg->text_len <= 1460);
	lone_put(l, packet, lone_packet(l, packet, seg, text));
}

void
lone_segment_from(struct lone *l, const struct estab_address *from,
    const struct segment *seg)
{
	uint8_t packet[200];

	lone_put(l, packet, lone_packet_from(from, packet, seg, NULL));
}

struct segment
lone_forgery(uint32_t kind, uint32_t n)
{
	struct segment seg = { .from_port = LONE_PEER_PORT,
		.to_port = LONE_PORT,
		.seq = 0x40000000u + n,
		.ack = 7 * n,
		.wnd = 100 };

	seg.syn = kind == 1 || kind == 2;
	seg.has_ack = kind != 1;
	seg.fin = kind == 3;
	seg.rst = kind == 4;
	seg.text_len = kind == 5 ? 10 : 0;
	return seg;
}

struct segment
lone_from(const struct peer *p)
{
	return (struct segment){
		.from_port = p->port,
		.to_port = LONE_PORT,
		.seq = p->seq,
		.ack = p->ack,
		.has_ack = true,
		.wnd = 65535,
		.options = p->options,
	};
}

void
lone_text(struct lone *l, struct peer *p, const void *text, uint32_t n)
{
	struct segment seg = lone_from(p);

	seg.text_len = n;
	p->seq += n;
	lone_segment(l, &seg, text);
}

void
lone_ack(struct lone *l, struct peer *p)
{
	const struct segment seg = lone_from(p);

	lone_segment(l, &seg, NULL);
}

void
lone_fin(struct lone *l, struct peer *p)
{
	struct segment seg = lone_from(p);

	seg.fin = true;
	p->seq++;
	lone_segment(l, &seg, NULL);
}

void
lone_reset(struct lone *l, const struct peer *p)
{
	struct segment seg = lone_from(p);

	seg.rst = true;
	lone_segment(l, &seg, NULL);
}

estab_conn
lone_listen(struct lone *l, uint32_t backlog)
{
	const struct estab_endpoint local = { .port = LONE_PORT };
	estab_conn listener;

	assert_int_equal(estab_listen(l->host, &listener, &local, backlog), 0);
	return listener;
}

struct segment
lone_syn(uint16_t port)
{
	return (struct segment){
		.from_port = port,
		.to_port = LONE_PORT,
		.seq = LONE_PEER_ISS,
		.syn = true,
		.wnd = 65535,
		.options = { .has_mss = true, .mss = 1460 },
	};
}

void
lone_shake(struct lone *l, uint16_t port, struct peer *p)
{
	const struct segment syn = lone_syn(port);

	memset(p, 0, sizeof *p);
	p->port = port;
	lone_segment(l, &syn, NULL);
	assert_int_equal(l->out_count, 1);
	assert_true(l->out[0].seg.syn && l->out[0].seg.has_ack);
	p->seq = LONE_PEER_ISS + 1;
	p->ack = l->out[0].seg.seq + 1;
	lone_ack(l, p);
}

void
lone_open(struct lone *l, estab_conn listener, uint16_t port, struct peer *p)
{
	lone_shake(l, port, p);
	assert_int_equal(estab_accept(l->host, listener, &p->conn), 0);
}

void
lone_connect(struct lone *l, struct peer *p)
{
	const struct estab_endpoint local = { .port = LONE_PORT };
	const struct estab_endpoint remote = { .address =
		                                   lone_address(l->version, 1),
		.port = LONE_PEER_PORT };

	memset(p, 0, sizeof *p);
	p->port = LONE_PEER_PORT;
	assert_int_equal(estab_connect(l->host, &p->conn, &local, &remote), 0);
	lone_run(l, 0);
	assert_int_equal(l->out_count, 1);
	assert_true(l->out[0].seg.syn);
	p->ack = l->out[0].seg.seq + 1;
	p->seq = LONE_PEER_ISS + 1;
	lone_segment(l,
	    &(struct segment){ .from_port = LONE_PEER_PORT,
	        .to_port = LONE_PORT,
	        .seq = LONE_PEER_ISS,
	        .ack = p->ack,
	        .syn = true,
	        .has_ack = true,
	        .wnd = 65535,
	        .options = { .has_mss = true, .mss = 1460 } },
	    NULL);
}

void
lone_check_empty(struct lone *l)
{
	struct estab_memory memory;

	estab_memory(l->host, &memory);
	assert_int_equal(memory.tcb_count, 0);
	assert_int_equal(memory.half_open_count, 0);
	assert_int_equal(memory.time_wait_count, 0);
	assert_int_equal(memory.listener_count, 0);
	assert_int_equal(memory.retransmit_record_count, 0);
	assert_int_equal(memory.record_bytes, 0);
	assert_int_equal(memory.buffer_bytes, 0);
}
