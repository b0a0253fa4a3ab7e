/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bench_leaves.c - what the host sends, taken apart and checked.
 */
#include <string.h>

#include "bench.h"
#include "bench_wire.h"
#include "wire/checksum.h"

static void
check_text(struct bench *b, const struct segment *seg, const uint8_t *text)
{
	const uint32_t begin = seg->seq + (seg->syn ? 1 : 0) - b->iss - 1;

	for (uint32_t i = 0; i < seg->text_len; i++)
		if (text[i] != bench_host_byte(begin + i))
			bench_fault(b, "a wrong byte was sent");
}

static void
note(struct bench *b, uint64_t value)
{
	b->log = (b->log ^ value) * UINT64_C(0x100000001b3);
}

static void
note_segment(struct bench *b, const struct segment *seg)
{
	const uint32_t flags = (uint32_t)seg->fin | (uint32_t)seg->syn << 1 |
	    (uint32_t)seg->rst << 2 | (uint32_t)seg->psh << 3 |
	    (uint32_t)seg->has_ack << 4 | (uint32_t)seg->urg << 5;

	note(b, seg->seq);
	note(b, seg->ack);
	note(b, flags);
	note(b, seg->wnd);
	note(b, seg->text_len);
	note(b, seg->options.has_ts ? seg->options.tsval : 0);
}

/* Take one frame apart; every way it can be wrong is a fault. */
static void
read_frame(struct bench *b, const struct estab_frame *frame,
    struct bench_sent *sent)
{
	uint8_t packet[PACKET_MAX];
	struct ip_packet ip;
	uint32_t bytes;
	const uint8_t *transport;

	memset(sent, 0, sizeof(*sent));
	if (estab_frame_bytes(frame) > sizeof(packet)) {
		bench_fault(b, "a frame is larger than the link takes");
		return;
	}
	bytes = estab_frame_gather(frame, packet);
	if (ip_parse(packet, bytes, bytes, &ip) != WIRE_GOOD ||
	    ip.protocol != IP_PROTOCOL_TCP || ip.version != b->family) {
		bench_fault(b, "a frame is no TCP packet of this family");
		return;
	}
	if (!ip_same(&ip.from, &b->local.address) ||
	    !ip_same(&ip.to, &b->remote.address))
		bench_fault(b, "a frame has wrong addresses");
	transport = packet + ip.header_bytes;
	if (!checksum_good(checksum_add(checksum_pseudo(&ip.from, &ip.to,
	                                    IP_PROTOCOL_TCP, ip.payload_bytes),
	        checksum_bytes(transport, ip.payload_bytes), 0)))
		bench_fault(b, "a frame has a wrong checksum");
	if (segment_parse(transport, ip.payload_bytes, ip.payload_bytes,
	        &sent->seg) != WIRE_GOOD ||
	    sent->seg.options.bad || sent->seg.from_port != b->local.port ||
	    sent->seg.to_port != b->remote.port) {
		bench_fault(b, "a frame's TCP header is wrong");
		return;
	}
	check_text(b, &sent->seg, transport + sent->seg.header_bytes);
	note_segment(b, &sent->seg);
	if (sent->seg.syn && !sent->seg.has_ack)
		b->syn = sent->seg.options;
	if (sent->seg.options.has_ts)
		b->tsecr = sent->seg.options.tsval;
	if (sent->seg.has_ack && !sent->seg.rst) {
		sent->right_edge = sent->seg.ack + sent->seg.wnd;
		b->right_edge = sent->right_edge;
	}
}

int
bench_leaves(struct bench *b, struct bench_sent *sent)
{
	struct estab_frame frames[BENCH_SENT_MAX];
	const int n = estab_output(b->host, frames, BENCH_SENT_MAX, b->now);

	if (n < 0 || n == BENCH_SENT_MAX)
		bench_fault(b, "far too many frames leave");
	for (int i = 0; i < n; i++)
		read_frame(b, &frames[i], &sent[i]);
	return n;
}

void
bench_drain(struct bench *b)
{
	struct bench_sent sent[BENCH_SENT_MAX];

	bench_leaves(b, sent);
}
