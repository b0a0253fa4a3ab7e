/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bench_wire.c - the peer's segments as packets.
 */
#include <string.h>

#include "bench.h"
#include "bench_wire.h"
#include "wire/checksum.h"

uint8_t
bench_host_byte(uint32_t offset)
{
	return (uint8_t)(offset * 7 + (offset >> 8) * 13 + 1);
}

uint8_t
bench_peer_byte(uint32_t offset)
{
	return (uint8_t)(offset * 11 + (offset >> 8) * 5 + 128);
}

struct segment
bench_segment(const struct bench *b, uint8_t flags, uint32_t seq, uint32_t ack,
    uint32_t text_len)
{
	struct segment seg = {
		.from_port = b->remote.port,
		.to_port = b->local.port,
		.seq = seq,
		.ack = ack,
		.len = text_len,
		.text_len = text_len,
		.wnd = BENCH_PEER_WND,
		.fin = flags & ESTAB_FIN,
		.syn = flags & ESTAB_SYN,
		.rst = flags & ESTAB_RST,
		.psh = flags & ESTAB_PSH,
		.has_ack = flags & ESTAB_ACK,
		.urg = flags & ESTAB_URG,
		.ece = flags & ESTAB_ECE,
		.cwr = flags & ESTAB_CWR,
		.segment_count = 1,
	};

	if (seg.fin)
		seg.len++;
	if (seg.syn) {
		seg.len++;
		seg.options.has_mss = true;
		seg.options.mss = BENCH_MSS;
		seg.options.has_wscale = b->shift > 0;
		seg.options.wscale = b->shift;
	} else {
		seg.wnd >>= b->shift;
	}
	if (b->timestamps) {
		seg.options.has_ts = true;
		seg.options.tsval = b->tsval;
		seg.options.tsecr = seg.has_ack ? b->tsecr : 0;
	}
	return seg;
}

/* The text of a segment: the peer's stream, spoilt where it is not. */
static void
write_text(const struct bench *b, const struct segment *seg,
    const struct bench_genuine *genuine, uint8_t *to)
{
	const uint32_t begin = seg->seq + (seg->syn ? 1 : 0);
	bool spoilt;

	for (uint32_t i = 0; i < seg->text_len; i++) {
		const uint32_t number = begin + i;

		spoilt = genuine != NULL &&
		    (number - genuine->first >= genuine->end - genuine->first ||
		        number - genuine->held_first <
		            genuine->held_end - genuine->held_first);
		to[i] = bench_peer_byte(number - b->irs - 1);
		if (spoilt)
			to[i] ^= 0x55;
	}
}

/* A transport payload from the peer to the host, as one frame. */
static void
deliver(struct bench *b, uint8_t *packet, uint32_t transport_bytes,
    const struct segment *seg)
{
	const struct ip_packet ip = {
		.from = b->remote.address,
		.to = b->local.address,
		.version = (uint8_t)b->family,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64,
		.payload_bytes = transport_bytes,
	};
	struct estab_frame frame = { .span_count = 1 };
	const uint32_t ip_bytes = ip_build(packet, &ip);

	if (seg != NULL && seg->segment_count > 1) {
		frame.segment_count = seg->segment_count;
		frame.segment_bytes = seg->segment_bytes;
	}
	frame.span[0].data = packet;
	frame.span[0].length = ip_bytes + transport_bytes;
	estab_input(b->host, &frame, 1, b->now);
}

static uint32_t
ip_header_bytes(const struct bench *b)
{
	return b->family == 4 ? 20 : 40;
}

static void
seal(const struct bench *b, uint8_t *transport, uint32_t bytes)
{
	uint16_t sum;

	memset(transport + TCP_CHECKSUM_OFFSET, 0, sizeof(sum));
	sum = checksum_finish(checksum_add(checksum_pseudo(&b->remote.address,
	                                       &b->local.address,
	                                       IP_PROTOCOL_TCP, bytes),
	    checksum_bytes(transport, bytes), 0));
	memcpy(transport + TCP_CHECKSUM_OFFSET, &sum, sizeof(sum));
}

static void
send_sealed(struct bench *b, const uint8_t *transport, uint32_t bytes,
    const struct segment *seg)
{
	uint8_t packet[PACKET_MAX];
	uint8_t *to = packet + ip_header_bytes(b);

	memcpy(to, transport, bytes);
	seal(b, to, bytes);
	deliver(b, packet, bytes, seg);
}

void
bench_arrives_raw(struct bench *b, const uint8_t *transport, uint32_t bytes)
{
	send_sealed(b, transport, bytes, NULL);
}

void
bench_arrives(struct bench *b, const struct segment *seg,
    const struct bench_genuine *genuine)
{
	uint8_t transport[PACKET_MAX - 60];
	const uint32_t header = segment_build(transport, seg);
	const uint32_t wnd = seg->syn ? seg->wnd : seg->wnd << b->shift;

	if (header == 0) {
		bench_fault(b, "the segment cannot be built");
		return;
	}
	write_text(b, seg, genuine, transport + header);
	if (wnd > b->max_wnd)
		b->max_wnd = wnd;
	send_sealed(b, transport, header + seg->text_len, seg);
}
