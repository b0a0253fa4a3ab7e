/* SPDX-License-Identifier: BSD-2-Clause
 *
 * unsent.c - what was made to leave and did not: a link refused it, or there
 * is no way to its neighbour.
 */
#include "host/host.h"

/* The frame itself says what it was. */
struct tcb *
out_tcb_of(struct estab_host *host, const struct estab_frame *frame,
    uint32_t front, struct segment *seg)
{
	struct tcp *tcp = &host->tcp;
	const struct estab_span *first = &frame->span[0];
	struct ip_packet ip;
	struct tuple tuple;
	uint32_t ref;

	if (frame->span_count == 0 || first->length < front ||
	    ip_parse(first->data + front, first->length - front,
	        estab_frame_bytes(frame) - front, &ip) != WIRE_GOOD ||
	    ip.protocol != IP_PROTOCOL_TCP ||
	    segment_parse(first->data + front + ip.header_bytes,
	        first->length - front - ip.header_bytes, ip.payload_bytes,
	        seg) != WIRE_GOOD) {
		seg->segment_count = 0;
		return NULL;
	}
	seg->segment_count = frame->segment_count ? frame->segment_count : 1;
	if (seg->rst)
		return NULL;
	tuple.local = ip.from;
	tuple.remote = ip.to;
	tuple.local_port = seg->from_port;
	tuple.remote_port = seg->to_port;
	ref = table_find(&tcp->arena, &tcp->table, &tuple);
	return ref && tcb_at(tcp, ref)->head.kind == ESTAB_KIND_TCB ?
	    tcb_at(tcp, ref) :
	    NULL;
}

/* A record that holds new text beside old, for want of memory, calls both
 * sent again: then this must not go below 0. */
static uint64_t
less(uint64_t counted, uint64_t n)
{
	return counted > n ? counted - n : 0;
}

/* What was counted when it was built has not left (RFC 4022: segments sent). */
static void
uncount(struct tcp *tcp, struct tcb *t, const struct segment *seg)
{
	const uint16_t n = seg->segment_count;
	const bool again = t && seg->len > 0 && sent_is_again(tcp, t, seg->seq);
	uint64_t *counter =
	    &tcp->counter[again ? ESTAB_COUNT_RetransSegs : ESTAB_COUNT_OutSegs];

	*counter = less(*counter, n);
	tcp->counter[ESTAB_COUNT_OutRsts] -= seg->rst;
	if (!t)
		return;
	t->segments_out -= n;
	if (again) {
		t->retransmits = (uint32_t)less(t->retransmits, n);
		t->bytes_retransmitted =
		    less(t->bytes_retransmitted, seg->text_len);
	}
}

void
estab_output_refused(struct estab_host *host, const struct estab_frame *frame)
{
	struct tcp *tcp = &host->tcp;
	struct segment seg;
	struct tcb *t = out_tcb_of(host, frame,
	    host->tcp.link[frame->link].ethernet ? ETHERNET_HEADER : 0, &seg);

	if (seg.segment_count == 0)
		return;
	tcp->counter[ESTAB_COUNT_TCPOutRefused] += seg.segment_count;
	uncount(tcp, t, &seg);
	if (!t)
		return;
	output_refused(tcp, t, &seg);
	tcb_owes(tcp, t);
	tcb_settle(tcp, t);
}

bool
out_held(struct estab_host *host, const struct estab_frame *packet,
    uint8_t gate)
{
	struct tcp *tcp = &host->tcp;
	struct segment seg;
	struct tcb *t = out_tcb_of(host, packet, 0, &seg);

	if (!t)
		return false;
	count(tcp, ESTAB_COUNT_NeighbourOutHolds);
	conn_record(tcp, ESTAB_RECORD_NEIGHBOUR, &t->head,
	    ESTAB_REASON_OUT_HELD);
	uncount(tcp, t, &seg);
	output_refused(tcp, t, &seg);
	gate_hold(tcp, t, gate);
	tcb_settle(tcp, t);
	return true;
}

void
out_dropped(struct estab_host *host, const struct estab_frame *packet)
{
	struct segment seg;
	struct tcb *t = out_tcb_of(host, packet, 0, &seg);

	count(&host->tcp, ESTAB_COUNT_NeighbourOutDrops);
	if (seg.segment_count > 0)
		uncount(&host->tcp, t, &seg);
}

/* RFC 9293 3.9.2.2: what has not begun ends; what is open may find that the
 * trouble passes, and only hears of it. */
void
out_undeliverable(struct estab_host *host, const struct estab_frame *packet,
    enum estab_reason reason, int error)
{
	struct tcp *tcp = &host->tcp;
	struct segment seg;
	struct tcb *t = out_tcb_of(host, packet, 0, &seg);

	if (!t)
		return;
	conn_record(tcp, ESTAB_RECORD_NEIGHBOUR, &t->head, reason);
	if (t->head.state == ESTAB_SYN_SENT)
		conn_end(tcp, t, reason, error);
	tcb_settle(tcp, t);
}
