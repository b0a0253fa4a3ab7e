/* SPDX-License-Identifier: BSD-2-Clause
 *
 * flood.c - SYNs answered without a record, and the arithmetic that cannot be
 * left out.
 *
 *     flood answer|bare N [v6] [ts]
 *
 * answer: N SYNs, each of another address, go into a host 64 at a time, and
 * its SYN+ACKs are taken out.  bare: the same packets are parsed, their two
 * checksums verified and made, one SipHash taken and an answer built, by the
 * same functions and nothing around them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <estab/link.h>

#include "measure.h"
#include "wire/checksum.h"
#include "wire/segment.h"

#define ARENA_BYTES ((size_t)64 << 20)
#define PACKETS 16384u /* prepared; then they come again */
#define BATCH 64u
#define ROOM 120u

struct flood {
	bool v6, ts;
	struct estab_host *host;
	struct estab_crypto crypto;
	uint32_t bytes;         /* of each packet */
	struct estab_frame *in; /* of the packets */
	uint8_t (*packet)[ROOM];
	uint64_t answered;
};

static struct estab_address
address_of(const struct flood *f, uint32_t network, uint8_t last)
{
	static const struct estab_address v4 = {
		{ [10] = 0xff, [11] = 0xff, [12] = 10 }
	};
	static const struct estab_address v6 = { { 0x20, 0x01, 0x0d, 0xb8 } };
	struct estab_address address = f->v6 ? v6 : v4;

	memcpy(address.byte + (f->v6 ? 4 : 13), &network, f->v6 ? 4 : 2);
	address.byte[15] = last;
	return address;
}

static void
prepare(struct flood *f, uint32_t n)
{
	const struct segment syn = {
		.from_port = (uint16_t)(1024 + n % 50000),
		.to_port = BENCH_PORT,
		.seq = n * 2654435761u,
		.syn = true,
		.wnd = 65535,
		.options = { .has_mss = true,
		    .mss = 1460,
		    .has_wscale = f->ts,
		    .wscale = 7,
		    .has_ts = f->ts,
		    .tsval = n },
	};
	struct ip_packet ip = {
		.from = address_of(f, n + 1, 9),
		.to = address_of(f, 0, 2),
		.version = f->v6 ? 6 : 4,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64,
	};
	uint8_t *tcp = f->packet[n] + (f->v6 ? 40 : 20);
	uint16_t sum;

	ip.payload_bytes = segment_build(tcp, &syn);
	f->bytes = ip_build(f->packet[n], &ip) + ip.payload_bytes;
	sum =
	    checksum_finish(checksum_add(checksum_pseudo(&ip.from, &ip.to,
	                                     IP_PROTOCOL_TCP, ip.payload_bytes),
	        checksum_bytes(tcp, ip.payload_bytes), 0));
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &sum, sizeof sum);
	f->in[n].span_count = 1;
	f->in[n].span[0].data = f->packet[n];
	f->in[n].span[0].length = f->bytes;
}

static void
make_host(struct flood *f)
{
	const struct estab_config config = {
		.crypto = f->crypto,
		.copy_sum = estab_copy_sum_best(),
		.syn_cookies = ESTAB_COOKIES_ALWAYS,
	};
	const struct estab_link link = { .mtu = 1500 };
	const struct estab_address own = address_of(f, 0, 2);
	const struct estab_endpoint local = { .port = BENCH_PORT };
	void *arena = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA_BYTES);
	estab_conn listener;

	measure_must(arena &&
	        estab_host_create(&f->host, arena, ARENA_BYTES, &config, 0) ==
	            0 &&
	        estab_link_add(f->host, &link) == 0 &&
	        estab_address_add(f->host, 0, &own, f->v6 ? 64 : 24) == 0 &&
	        estab_route_default(f->host, 0) == 0 &&
	        estab_listen(f->host, &listener, &local, 16) == 0,
	    "no host");
}

/* A batch in, its answers out; a tenth of a millisecond passes.  What a device
 * would do for a frame is not counted with what the host does. */
static void
answer(struct flood *f, uint64_t n)
{
	struct estab_frame frame[BATCH];
	const estab_time now = (estab_time)(n / BATCH) * 100 * ESTAB_US;
	int out;

	(void)estab_input(f->host, &f->in[n % PACKETS], BATCH, now);
	while ((out = estab_output(f->host, frame, BATCH, now)) > 0)
		f->answered += (uint64_t)out;
}

static void
bare(struct flood *f, uint64_t n)
{
	static const uint8_t key[16] = { 1 };
	const uint8_t *packet = f->packet[n % PACKETS];
	uint8_t out[ROOM], identity[47];
	struct ip_packet ip;
	struct segment seg;
	struct estab_address from;
	uint32_t header;
	uint16_t sum;

	measure_must(ip_parse(packet, f->bytes, f->bytes, &ip) == WIRE_GOOD &&
	        segment_parse(packet + ip.header_bytes,
	            f->bytes - ip.header_bytes, ip.payload_bytes,
	            &seg) == WIRE_GOOD &&
	        checksum_good(checksum_add(checksum_pseudo(&ip.from, &ip.to,
	                                       IP_PROTOCOL_TCP,
	                                       ip.payload_bytes),
	            checksum_bytes(packet + ip.header_bytes, ip.payload_bytes),
	            0)),
	    "a packet is none");
	memcpy(identity, packet, sizeof identity);
	seg.ack = seg.seq + 1;
	seg.has_ack = true;
	seg.seq = (uint32_t)f->crypto.siphash(key, identity, f->v6 ? 47 : 23);
	from = ip.to;
	ip.to = ip.from;
	ip.from = from;
	header = f->v6 ? 40 : 20;
	ip.payload_bytes = segment_build(out + header, &seg);
	(void)ip_build(out, &ip);
	sum =
	    checksum_finish(checksum_add(checksum_pseudo(&ip.from, &ip.to,
	                                     IP_PROTOCOL_TCP, ip.payload_bytes),
	        checksum_bytes(out + header, ip.payload_bytes), 0));
	memcpy(out + header + TCP_CHECKSUM_OFFSET, &sum, sizeof sum);
	f->answered += out[0] != 0;
}

int
main(int argc, char **argv)
{
	struct flood f = { .crypto = estab_crypto_native() };
	const uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	const bool answers = argc > 2 && strcmp(argv[1], "answer") == 0;
	double began;

	measure_must(count > 0 && (answers || strcmp(argv[1], "bare") == 0),
	    "flood answer|bare N [v6] [ts]");
	for (int i = 3; i < argc; i++) {
		f.v6 |= strcmp(argv[i], "v6") == 0;
		f.ts |= strcmp(argv[i], "ts") == 0;
	}
	f.packet = calloc(PACKETS, sizeof *f.packet);
	f.in = calloc(PACKETS, sizeof *f.in);
	measure_must(f.packet != NULL && f.in != NULL, "no memory");
	for (uint32_t n = 0; n < PACKETS; n++)
		prepare(&f, n);
	make_host(&f);
	began = measure_clock();
	for (uint64_t n = 0; n < count; n += answers ? BATCH : 1)
		if (answers)
			answer(&f, n);
		else
			bare(&f, n);
	measure_must(f.answered >= count, "not all was answered");
	measure_say((double)f.answered, began, f.answered);
	free(f.packet);
	free(f.in);
	return 0;
}
