/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wired.c - a lone host on Ethernet, and neighbours made of frames by hand.
 */
#include "host/wired.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define RECORDS (1u << 12)
#define ARENA ((size_t)1024 * 1024)
#define ISS 7000u

static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

struct estab_address
wired_own(const struct lone *w)
{
	return lone_address(w->version, 2);
}

void
wired_mac(uint8_t n, uint8_t *mac)
{
	memset(mac, 0, ETHERNET_MAC);
	mac[0] = 2;
	mac[5] = n;
}

static void
settle_addresses(struct lone *w)
{
	for (uint8_t v = 4; v <= 6; v += 2) {
		const struct estab_address own = lone_address(v, 2);

		assert_int_equal(estab_address_state(w->host, &own),
		    ESTAB_ADDRESS_OURS);
	}
	w->out_count = 0;
}

static struct estab_trace *
make_trace(void)
{
	struct estab_trace *trace = calloc(1, sizeof *trace);

	assert_non_null(trace);
	trace->record = calloc(RECORDS, sizeof *trace->record);
	trace->capacity = RECORDS;
	assert_non_null(trace->record);
	return trace;
}

struct lone *
wired_create(uint8_t version, const struct estab_config *given, bool settled)
{
	struct estab_link link = { .mtu = 1500, .ethernet = true };
	struct estab_config config = { .ttl = 0 };
	struct lone *w;

	if (given)
		config = *given;
	config.trace = make_trace();
	wired_mac(2, link.mac);
	w = lone_create_on(&link, version, ARENA, &config);
	w->trace = config.trace;
	for (uint8_t v = 4; v <= 6; v += 2) {
		const struct estab_address gateway = lone_address(v, 1);

		assert_int_equal(estab_route_gateway(w->host, 0, &gateway), 0);
	}
	if (settled) {
		lone_run(w, ESTAB_SECOND);
		settle_addresses(w);
	}
	return w;
}

uint32_t
wired_records(const struct lone *w, enum estab_reason reason)
{
	uint32_t n = 0;

	for (uint64_t i = 0; i < w->trace->written; i++) {
		const struct estab_record *r = estab_trace_get(w->trace, i);

		n += r != NULL && r->type == ESTAB_RECORD_NEIGHBOUR &&
		    r->reason == reason;
	}
	return n;
}

uint32_t
wired_frame(uint8_t *frame, uint8_t from, const uint8_t *to, uint16_t type,
    const void *payload, uint32_t n)
{
	struct ethernet_header header = { .type = type };

	memcpy(header.to, to, ETHERNET_MAC);
	wired_mac(from, header.from);
	ethernet_build(frame, &header);
	memcpy(frame + ETHERNET_HEADER, payload, n);
	return ETHERNET_HEADER + n;
}

uint32_t
wired_segment_packet(const struct lone *w, uint8_t *packet, uint8_t n,
    const struct segment *seg, const void *text)
{
	const struct estab_address from = lone_address(w->version, n);

	return lone_packet_from(&from, packet, seg, text);
}

static uint16_t
type_of(const struct lone *w)
{
	return w->version == 4 ? ETHERNET_V4 : ETHERNET_V6;
}

void
wired_segment(struct lone *w, uint8_t n, const struct segment *seg,
    const void *text)
{
	uint8_t packet[1600], frame[1700], own[ETHERNET_MAC];
	const uint32_t bytes = wired_segment_packet(w, packet, n, seg, text);

	wired_mac(2, own);
	lone_put(w, frame,
	    wired_frame(frame, n, own, type_of(w), packet, bytes));
}

/* A message from a MAC, in a frame to another. */
static void
put_message(struct lone *w, const struct neighbour_message *message,
    const struct estab_address *from, const struct estab_address *to,
    const uint8_t *mac)
{
	uint8_t payload[128], frame[160];
	struct ip_packet ip = { .version = 6,
		.protocol = IP_PROTOCOL_ICMPV6,
		.ttl = ND_HOP_LIMIT };
	uint32_t bytes = ARP_BYTES;

	if (w->version == 4) {
		arp_build(payload, message);
	} else {
		ip.from = *from;
		ip.to = *to;
		ip.payload_bytes = nd_build(payload + 40, message, from, to);
		bytes = ip_build(payload, &ip) + ip.payload_bytes;
	}
	lone_put(w, frame,
	    wired_frame(frame, message->mac[5], mac,
	        w->version == 4 ? ETHERNET_ARP : ETHERNET_V6, payload, bytes));
}

void
wired_asks(struct lone *w, uint8_t n, uint8_t about)
{
	struct neighbour_message message = { .kind = NEIGHBOUR_ASK,
		.about = lone_address(w->version, about),
		.has_mac = n > 0 || w->version == 4 };
	const struct estab_address group = nd_solicited_node(&message.about);
	uint8_t mac[ETHERNET_MAC] = { 0x33, 0x33, 0xff };

	if (n > 0)
		message.other = lone_address(w->version, n);
	wired_mac(n > 0 ? n : 99, message.mac);
	memcpy(mac + 3, group.byte + 13, 3);
	put_message(w, &message, &message.other, &group,
	    w->version == 4 ? everybody : mac);
}

void
wired_asks_us(struct lone *w, uint8_t n)
{
	struct neighbour_message message = { .kind = NEIGHBOUR_ASK,
		.about = wired_own(w),
		.other = lone_address(w->version, n) };
	uint8_t own[ETHERNET_MAC];

	wired_mac(n, message.mac);
	wired_mac(2, own);
	put_message(w, &message, &message.other, &message.about, own);
}

void
wired_answers(struct lone *w, uint8_t n, uint8_t mac, bool solicited)
{
	static const struct estab_address all = { { 0xff, 2, [15] = 1 } };
	struct neighbour_message message = { .kind = NEIGHBOUR_ANSWER,
		.about = lone_address(w->version, n),
		.has_mac = true,
		.solicited = solicited };
	const struct estab_address own = wired_own(w);
	uint8_t to[ETHERNET_MAC];

	wired_mac(mac, message.mac);
	wired_mac(2, to);
	message.other = solicited ? own : message.about;
	put_message(w, &message, &message.about, solicited ? &own : &all,
	    solicited ? to : everybody);
}

estab_conn
wired_connect(struct lone *w, uint8_t n)
{
	const struct estab_endpoint local = { .port = 0 };
	struct estab_endpoint remote = { .address = lone_address(w->version, n),
		.port = LONE_PORT };
	estab_conn conn;

	if (n == 0) {
		remote.address = lone_address(w->version, 9);
		remote.address.byte[w->version == 4 ? 12 : 1]++;
	}
	assert_int_equal(estab_connect(w->host, &conn, &local, &remote), 0);
	lone_run(w, 0);
	return conn;
}

estab_conn
wired_open(struct lone *w, uint8_t n)
{
	const estab_conn conn = wired_connect(w, n);
	struct segment seg = { .from_port = LONE_PORT,
		.seq = ISS,
		.syn = true,
		.has_ack = true,
		.wnd = 65535,
		.options = { .has_mss = true, .mss = 1460 } };

	if (!w->out[0].is_tcp)
		wired_answers(w, n, n, true);
	assert_int_equal(w->out_count, 1);
	assert_true(w->out[0].is_tcp && w->out[0].seg.syn);
	seg.to_port = w->out[0].seg.from_port;
	seg.ack = w->out[0].seg.seq + 1;
	wired_segment(w, n, &seg, NULL);
	assert_int_equal(lone_status(w, conn).state, ESTAB_ESTABLISHED);
	return conn;
}

bool
wired_find(const struct lone *w, uint8_t n, struct estab_neighbour *found)
{
	const struct estab_address address = lone_address(w->version, n);
	uint64_t cursor = 0;

	while (estab_neighbour_next(w->host, &cursor, found) == 1)
		if (memcmp(&found->address, &address, sizeof address) == 0)
			return true;
	return false;
}

enum estab_neighbour_state
wired_state(const struct lone *w, uint8_t n)
{
	struct estab_neighbour found;

	assert_true(wired_find(w, n, &found));
	return found.state;
}

bool
wired_out_asks(const struct lone *w, uint8_t n, bool alone)
{
	const struct estab_address about = lone_address(w->version, n);
	const struct sent_packet *f = NULL;
	uint8_t mac[ETHERNET_MAC];

	for (uint32_t i = 0; i < w->out_count; i++) {
		if (!w->out[i].is_message)
			continue;
		if (f != NULL)
			return false;
		f = &w->out[i];
	}
	wired_mac(n, mac);
	return f != NULL && f->message.kind == NEIGHBOUR_ASK &&
	    memcmp(&f->message.about, &about, sizeof about) == 0 &&
	    ethernet_is_group(f->ethernet.to) == !alone &&
	    (!alone || ethernet_same(f->ethernet.to, mac));
}
