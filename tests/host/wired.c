/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wired.c - one host on Ethernet, and neighbours made of frames by hand.
 */
#include "host/wired.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"
#include "wire/checksum.h"

#define RECORDS (1u << 12)
#define ARENA ((size_t)1024 * 1024)
#define ISS 7000u

static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void *
allocate(size_t bytes)
{
	void *memory = aligned_alloc(ESTAB_ARENA_ALIGN, bytes);

	assert_non_null(memory);
	return memory;
}

struct estab_address
wired_address(uint8_t version, uint8_t n)
{
	return lone_address(version, n);
}

struct estab_address
wired_own(const struct wired *w)
{
	return wired_address(w->version, 2);
}

void
wired_mac(uint8_t n, uint8_t *mac)
{
	memset(mac, 0, ETHERNET_MAC);
	mac[0] = 2;
	mac[5] = n;
}

static void
settle_addresses(struct wired *w)
{
	for (uint8_t v = 4; v <= 6; v += 2) {
		const struct estab_address own = wired_address(v, 2);

		assert_int_equal(estab_address_state(w->host, &own),
		    ESTAB_ADDRESS_OURS);
	}
	w->out_count = 0;
}

struct wired *
wired_create(uint8_t version, const struct estab_config *given, bool settled)
{
	struct wired *w = calloc(1, sizeof *w);
	struct estab_link link = { .mtu = 1500, .ethernet = true };
	struct estab_config config = { .ttl = 0 };
	struct estab_world *world;

	assert_non_null(w);
	if (given)
		config = *given;
	w->version = version;
	w->arena = allocate(ARENA);
	w->world_memory = allocate(ESTAB_WORLD_BYTES_MIN);
	w->out = calloc(WIRED_OUT_MAX, sizeof *w->out);
	w->trace.record = calloc(RECORDS, sizeof *w->trace.record);
	w->trace.capacity = RECORDS;
	assert_true(w->out != NULL && w->trace.record != NULL);
	assert_int_equal(estab_world_create(&world, w->world_memory,
	                     ESTAB_WORLD_BYTES_MIN, 5),
	    0);
	config.crypto = estab_world_crypto(world);
	config.trace = &w->trace;
	assert_int_equal(estab_host_create(&w->host, w->arena, ARENA, &config,
	                     0),
	    0);
	wired_mac(2, link.mac);
	assert_int_equal(estab_link_add(w->host, &link), 0);
	for (uint8_t v = 4; v <= 6; v += 2) {
		const struct estab_address own = wired_address(v, 2);
		const struct estab_address gateway = wired_address(v, 1);

		assert_int_equal(estab_address_add(w->host, 0, &own,
		                     v == 4 ? 24 : 64),
		    0);
		assert_int_equal(estab_route_gateway(w->host, 0, &gateway), 0);
	}
	if (settled) {
		wired_run(w, ESTAB_SECOND);
		settle_addresses(w);
	}
	return w;
}

void
wired_free(struct wired *w)
{
	assert_int_equal(wired_counter(w, ESTAB_COUNT_TCPInvariant), 0);
	free(w->arena);
	free(w->world_memory);
	free(w->out);
	free(w->trace.record);
	free(w);
}

uint64_t
wired_counter(const struct wired *w, enum estab_counter id)
{
	return estab_counter(w->host, id);
}

uint32_t
wired_records(const struct wired *w, enum estab_reason reason)
{
	uint32_t n = 0;

	for (uint64_t i = 0; i < w->trace.written; i++) {
		const struct estab_record *r = estab_trace_get(&w->trace, i);

		n += r != NULL && r->type == ESTAB_RECORD_NEIGHBOUR &&
		    r->reason == reason;
	}
	return n;
}

static void
take_apart_ip(struct wired_frame *f)
{
	const uint8_t *packet = f->data + ETHERNET_HEADER;
	const uint32_t bytes = f->bytes - ETHERNET_HEADER;

	assert_int_equal(ip_parse(packet, bytes, bytes, &f->ip), WIRE_GOOD);
	assert_int_equal(f->ip.header_bytes + f->ip.payload_bytes, bytes);
	packet += f->ip.header_bytes;
	if (f->ip.protocol == IP_PROTOCOL_TCP) {
		f->is_tcp = true;
		assert_int_equal(segment_parse(packet, f->ip.payload_bytes,
		                     f->ip.payload_bytes, &f->seg),
		    WIRE_GOOD);
		assert_true(checksum_good(checksum_add(checksum_pseudo(&f->ip.from,
		                                           &f->ip.to,
		                                           IP_PROTOCOL_TCP,
		                                           f->ip.payload_bytes),
		    checksum_bytes(packet, f->ip.payload_bytes), 0)));
	} else if (f->ip.protocol == IP_PROTOCOL_ICMPV6 &&
	    nd_is_type(packet[0])) {
		f->is_message = true;
		assert_int_equal(nd_parse(packet, f->ip.payload_bytes, &f->ip,
		                     &f->message),
		    WIRE_GOOD);
	}
}

static void
take_apart(struct wired *w, const struct estab_frame *frame)
{
	struct wired_frame *f = &w->out[w->out_count];
	uint8_t own[ETHERNET_MAC];

	memset(f, 0, sizeof *f);
	assert_in_range(estab_frame_bytes(frame), ETHERNET_HEADER, 1514);
	f->bytes = estab_frame_gather(frame, f->data);
	ethernet_parse(f->data, &f->ethernet);
	wired_mac(2, own);
	assert_memory_equal(f->ethernet.from, own, sizeof own);
	if (f->ethernet.type == ETHERNET_ARP) {
		f->is_message = true;
		assert_int_equal(arp_parse(f->data + ETHERNET_HEADER,
		                     f->bytes - ETHERNET_HEADER, &f->message),
		    WIRE_GOOD);
	} else {
		take_apart_ip(f);
	}
	if (w->out_count < WIRED_OUT_MAX - 1)
		w->out_count++;
}

static void
drain(struct wired *w)
{
	struct estab_frame frame[8];
	int n;

	while ((n = estab_output(w->host, frame, 8, w->now)) > 0)
		for (int i = 0; i < n; i++)
			take_apart(w, &frame[i]);
	assert_int_equal(n, 0);
	assert_true(estab_deadline(w->host) > w->now); /* it does not spin */
}

void
wired_run(struct wired *w, int64_t ns)
{
	const estab_time until = w->now + ns;

	w->out_count = 0;
	drain(w);
	while (estab_deadline(w->host) <= until) {
		w->now = estab_deadline(w->host);
		drain(w);
	}
	w->now = until;
	drain(w);
}

void
wired_put(struct wired *w, const void *data, uint32_t bytes)
{
	uint8_t *copy = malloc(bytes > 0 ? bytes : 1); /* its end is watched */
	struct estab_frame frame = { .span_count = 1 };

	assert_non_null(copy);
	memcpy(copy, data, bytes);
	frame.span[0].data = copy;
	frame.span[0].length = bytes;
	assert_int_equal(estab_input(w->host, &frame, 1, w->now), 1);
	free(copy);
	w->out_count = 0;
	drain(w);
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
wired_segment_packet(const struct wired *w, uint8_t *packet, uint8_t n,
    const struct segment *seg, const void *text)
{
	const struct estab_address from = wired_address(w->version, n);
	const struct estab_address to = wired_own(w);
	uint8_t payload[1500];
	uint32_t bytes = segment_build(payload, seg);
	uint16_t field;

	if (seg->text_len > 0)
		memcpy(payload + bytes, text, seg->text_len);
	bytes += seg->text_len;
	field = checksum_finish(checksum_add(checksum_pseudo(&from, &to,
	                                         IP_PROTOCOL_TCP, bytes),
	    checksum_bytes(payload, bytes), 0));
	memcpy(payload + TCP_CHECKSUM_OFFSET, &field, sizeof field);
	return lone_datagram(packet, &from, &to, IP_PROTOCOL_TCP, payload,
	    bytes);
}

static uint16_t
type_of(const struct wired *w)
{
	return w->version == 4 ? ETHERNET_V4 : ETHERNET_V6;
}

void
wired_segment(struct wired *w, uint8_t n, const struct segment *seg,
    const void *text)
{
	uint8_t packet[1600], frame[1700], own[ETHERNET_MAC];
	const uint32_t bytes = wired_segment_packet(w, packet, n, seg, text);

	wired_mac(2, own);
	wired_put(w, frame,
	    wired_frame(frame, n, own, type_of(w), packet, bytes));
}

/* A message from a MAC, in a frame to another. */
static void
put_message(struct wired *w, const struct neighbour_message *message,
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
	wired_put(w, frame,
	    wired_frame(frame, message->mac[5], mac,
	        w->version == 4 ? ETHERNET_ARP : ETHERNET_V6, payload, bytes));
}

void
wired_asks(struct wired *w, uint8_t n, uint8_t about)
{
	struct neighbour_message message = { .kind = NEIGHBOUR_ASK,
		.about = wired_address(w->version, about),
		.has_mac = n > 0 || w->version == 4 };
	const struct estab_address group = nd_solicited_node(&message.about);
	uint8_t mac[ETHERNET_MAC] = { 0x33, 0x33, 0xff };

	if (n > 0)
		message.other = wired_address(w->version, n);
	wired_mac(n > 0 ? n : 99, message.mac);
	memcpy(mac + 3, group.byte + 13, 3);
	put_message(w, &message, &message.other, &group,
	    w->version == 4 ? everybody : mac);
}

void
wired_asks_us(struct wired *w, uint8_t n)
{
	struct neighbour_message message = { .kind = NEIGHBOUR_ASK,
		.about = wired_own(w),
		.other = wired_address(w->version, n) };
	uint8_t own[ETHERNET_MAC];

	wired_mac(n, message.mac);
	wired_mac(2, own);
	put_message(w, &message, &message.other, &message.about, own);
}

void
wired_answers(struct wired *w, uint8_t n, uint8_t mac, bool solicited)
{
	static const struct estab_address all = { { 0xff, 2, [15] = 1 } };
	struct neighbour_message message = { .kind = NEIGHBOUR_ANSWER,
		.about = wired_address(w->version, n),
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
wired_connect(struct wired *w, uint8_t n)
{
	const struct estab_endpoint local = { .port = 0 };
	struct estab_endpoint remote = { .address =
		                             wired_address(w->version, n),
		.port = WIRED_PORT };
	estab_conn conn;

	if (n == 0) {
		remote.address = wired_address(w->version, 9);
		remote.address.byte[w->version == 4 ? 12 : 1]++;
	}
	assert_int_equal(estab_connect(w->host, &conn, &local, &remote), 0);
	wired_run(w, 0);
	return conn;
}

estab_conn
wired_open(struct wired *w, uint8_t n)
{
	const estab_conn conn = wired_connect(w, n);
	struct segment seg = { .from_port = WIRED_PORT,
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
	assert_int_equal(wired_status(w, conn).state, ESTAB_ESTABLISHED);
	return conn;
}

struct estab_status
wired_status(const struct wired *w, estab_conn conn)
{
	struct estab_status status;

	assert_int_equal(estab_status(w->host, conn, &status), 0);
	return status;
}

bool
wired_find(const struct wired *w, uint8_t n, struct estab_neighbour *found)
{
	const struct estab_address address = wired_address(w->version, n);
	uint64_t cursor = 0;

	while (estab_neighbour_next(w->host, &cursor, found) == 1)
		if (memcmp(&found->address, &address, sizeof address) == 0)
			return true;
	return false;
}

enum estab_neighbour_state
wired_state(const struct wired *w, uint8_t n)
{
	struct estab_neighbour found;

	assert_true(wired_find(w, n, &found));
	return found.state;
}

bool
wired_out_asks(const struct wired *w, uint8_t n, bool alone)
{
	const struct estab_address about = wired_address(w->version, n);
	const struct wired_frame *f = NULL;
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
