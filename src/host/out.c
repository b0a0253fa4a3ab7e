/* SPDX-License-Identifier: BSD-2-Clause
 *
 * out.c - a departure becomes a frame: IP header, TCP header, spans of text.
 */
#include "host/host.h"

#include "base/mem.h"
#include "wire/checksum.h"

/* The connection a reply was made for: its program may have released it
 * since, and it then has another name. */
static const struct conn_head *
find_again(const struct tcp *tcp, const struct departure *out)
{
	const struct conn_head *head = tcp_find(tcp, out->conn);
	uint32_t ref;

	if (head || !out->conn)
		return head;
	ref = table_find(&tcp->arena, &tcp->table, &out->tuple);
	return ref ? arena_at(&tcp->arena, ref) : NULL;
}

static void
describe(struct estab_host *host, const struct departure *out)
{
	struct tcp *tcp = &host->tcp;
	struct estab_record *record;

	if (out->conn_ref) {
		record = conn_record(tcp, ESTAB_RECORD_OUT,
		    &tcb_at(tcp, out->conn_ref)->head,
		    (enum estab_reason)out->reason);
	} else {
		const struct conn_head *head = find_again(tcp, out);

		record =
		    trace_append(tcp->config.trace, ESTAB_RECORD_OUT, tcp->now);
		record->host = tcp->config.trace_id;
		record->reason = out->reason;
		record->conn = out->conn;
		if (head)
			record->memory_bytes = conn_memory(tcp, head);
	}
	record->before = record->after = out->state;
	arrive_describe(record, &out->tuple, &out->seg);
}

/* The same of a reply that is a packet: it was made before there was a trace,
 * which has it made the long way (syn.c). */
static void
describe_packet(struct tcp *tcp, const struct reply *r)
{
	struct estab_record *record =
	    trace_append(tcp->config.trace, ESTAB_RECORD_OUT, tcp->now);
	struct ip_packet ip;
	struct segment seg;
	struct tuple tuple;

	(void)ip_parse(r->packet, r->packet_bytes, r->packet_bytes, &ip);
	(void)segment_parse(r->packet + ip.header_bytes, ip.payload_bytes,
	    ip.payload_bytes, &seg);
	tuple.local = ip.from;
	tuple.remote = ip.to;
	tuple.local_port = seg.from_port;
	tuple.remote_port = seg.to_port;
	record->host = tcp->config.trace_id;
	record->reason = r->reason;
	record->before = record->after = r->state;
	arrive_describe(record, &tuple, &seg);
}

static uint32_t
build_headers(struct estab_host *host, const struct departure *out,
    uint32_t ip_bytes, uint8_t *header)
{
	struct ip_packet ip;
	uint32_t tcp_bytes;

	tcp_bytes = segment_build(header + ip_bytes, &out->seg);
	ip.from = out->tuple.local;
	ip.to = out->tuple.remote;
	ip.version = ip_bytes == 20 ? 4 : 6;
	ip.protocol = IP_PROTOCOL_TCP;
	ip.ttl = out->ttl ? out->ttl : (uint8_t)host->tcp.config.ttl;
	ip.tos = out->tos;
	ip.dont_fragment = true;
	ip.id = 0; /* atomic: RFC 6864 4.1 */
	ip.flow_label = 0;
	ip.payload_bytes = tcp_bytes + out->seg.text_len;
	(void)ip_build(header, &ip);
	return ip_bytes + tcp_bytes;
}

/* The checksum is completed by the link, or here. */
static void
put_checksum(struct estab_host *host, const struct departure *out,
    struct estab_frame *frame, uint32_t ip_bytes)
{
	uint8_t *segment = frame->span[0].data + ip_bytes;
	const uint32_t header = frame->span[0].length - ip_bytes;
	uint64_t sum = checksum_tcp_pseudo(frame->span[0].data, ip_bytes,
	    header + out->seg.text_len);
	uint32_t at = header;
	uint16_t field;

	if (host->tcp.link[frame->link].checksum_out) {
		frame->checksum = ESTAB_CHECKSUM_PARTIAL;
		field = checksum_fold(checksum_narrow(sum));
	} else {
		memset(segment + TCP_CHECKSUM_OFFSET, 0, sizeof field);
		sum = checksum_narrow(sum + checksum_header(segment, header));
		for (uint8_t i = 1; i < frame->span_count; i++) {
			sum = checksum_add((uint32_t)sum,
			    host->tcp.config.copy_sum(NULL, frame->span[i].data,
			        frame->span[i].length),
			    at);
			at += frame->span[i].length;
		}
		field = checksum_finish((uint32_t)sum);
	}
	memcpy(segment + TCP_CHECKSUM_OFFSET, &field, sizeof field);
}

/* Every packet but those of a train passes here: what it calls is inlined. */
__attribute__((flatten)) static void
build(struct estab_host *host, const struct departure *out,
    struct estab_frame *frame, uint8_t *header)
{
	const uint32_t ip_bytes = ip_is_v4(&out->tuple.remote) ? 20 : 40;

	frame->span[0].data = header;
	frame->span[0].length = build_headers(host, out, ip_bytes, header);
	frame->span_count = (uint8_t)(1 + out->text_count);
	frame->link = out->link;
	frame->checksum = ESTAB_CHECKSUM_UNVERIFIED;
	frame->ip_at = 0;
	frame->segment_bytes = out->seg.segment_bytes;
	frame->segment_count =
	    out->seg.segment_bytes ? out->seg.segment_count : 0;
	put_checksum(host, out, frame, ip_bytes);
	host->tcp.counter[out->again ? ESTAB_COUNT_RetransSegs :
	                               ESTAB_COUNT_OutSegs] +=
	    out->seg.segment_count;
	if (out->seg.rst)
		count(&host->tcp, ESTAB_COUNT_OutRsts);
}

/* The header of the frame before, with another number. */
static void
build_again(struct estab_host *host, const struct departure *out,
    struct estab_frame *frame, uint8_t *header)
{
	const struct estab_frame *before = frame - 1;
	const uint32_t ip_bytes = ip_is_v4(&out->tuple.remote) ? 20 : 40;

	memcpy(header, before->span[0].data, before->span[0].length);
	segment_renumber(header + ip_bytes, out->seg.seq);
	frame->span[0].data = header;
	frame->span[0].length = before->span[0].length;
	frame->span_count = (uint8_t)(1 + out->text_count);
	frame->link = before->link;
	frame->checksum = before->checksum;
	frame->ip_at = 0;
	frame->segment_bytes = 0;
	frame->segment_count = 0;
	if (frame->checksum != ESTAB_CHECKSUM_PARTIAL)
		put_checksum(host, out, frame, ip_bytes);
	count(&host->tcp, ESTAB_COUNT_OutSegs);
}

/* Replies that are packets leave as they are; returns the first frame that got
 * none. */
static struct estab_frame *
lend(struct tcp *tcp, struct estab_frame *frame, const struct estab_frame *end)
{
	struct reply *r;
	uint32_t n;

	for (n = 0; frame < end && (r = reply_packet(tcp, n)) != NULL; n++) {
		frame->span[0].data = r->packet;
		frame->span[0].length = r->packet_bytes;
		frame->span_count = 1;
		frame->link = r->link;
		frame->checksum = tcp->link[r->link].checksum_out ?
		    ESTAB_CHECKSUM_PARTIAL :
		    ESTAB_CHECKSUM_UNVERIFIED;
		frame->ip_at = 0;
		frame->segment_bytes = 0;
		frame->segment_count = 0;
		frame++;
	}
	for (uint32_t i = 0; tcp->config.trace && i < n; i++)
		describe_packet(tcp, reply_packet(tcp, i));
	reply_left(tcp, n);
	tcp->counter[ESTAB_COUNT_OutSegs] += n;
	return frame;
}

/* Segments into frames up to end; returns the first that got none. */
static struct estab_frame *
send_segments(struct estab_host *host, struct estab_frame *frame,
    const struct estab_frame *end, uint8_t *header)
{
	const bool traced = host->tcp.config.trace != NULL;
	struct departure out;

	for (;; frame++, header += HOST_HEADER_ROOM) {
		if (host->tcp.reply_count > 0)
			frame = lend(&host->tcp, frame, end);
		if (frame >= end)
			return frame;
		out.text = frame->span + 1;
		if (!output_next(&host->tcp, &out))
			return frame;
		if (traced)
			describe(host, &out);
		build(host, &out, frame, header);
		while (out.train > 0 && frame + 1 < end) {
			out.text = frame[1].span + 1;
			if (!output_train(&host->tcp, &out))
				break;
			frame++;
			header += HOST_HEADER_ROOM;
			if (traced)
				describe(host, &out);
			build_again(host, &out, frame, header);
		}
	}
}

/* Segments as frames, IP header first; how many. */
static size_t
fill(struct estab_host *host, struct estab_frame *frames, size_t max)
{
	uint8_t *headers =
	    (uint8_t *)arena_at(&host->tcp.arena, host->headers) +
	    HOST_HEADER_FRONT;
	const struct estab_frame *end =
	    send_segments(host, frames, frames + max, headers);

	tcb_settle_pending(&host->tcp);
	return (size_t)(end - frames);
}

/* What waits for a neighbour does not leave, but the question for that one
 * does: once more around then. */
static size_t
fill_ethernet(struct estab_host *host, struct estab_frame *frames, size_t max)
{
	size_t n, made;

	do {
		n = pending_output(host, frames, max);
		made = fill(host, frames + n, max - n);
		n += ethernet_put_all(host, frames + n, made);
	} while (n == 0 && made > 0);
	return n;
}

int
estab_output(struct estab_host *host, struct estab_frame *frames, size_t max,
    estab_time now)
{
	size_t n;

	tcp_set_now(&host->tcp, now);
	pending_reclaim(host);
	reply_reclaim(&host->tcp);
	host->syns = host->syns_dropped = host->strays = 0;
	if (max > ESTAB_FRAMES_MAX)
		max = ESTAB_FRAMES_MAX;
	if (host->neighbours.buckets) {
		duplicate_timeouts(host);
		neighbour_timeouts(host);
	}
	tcp_timeouts(&host->tcp);
	if (host->neighbours.buckets)
		return (int)fill_ethernet(host, frames, max);
	n = pending_output(host, frames, max);
	return (int)(n + fill(host, frames + n, max - n));
}
