/* SPDX-License-Identifier: BSD-2-Clause
 *
 * in.c - a frame comes in: IP, then the checksum, then TCP or ICMP.
 */
#include "host/plain.h"

#include "base/mem.h"
#include "wire/checksum.h"
#include "wire/frame.h"

/* The longest chain of headers that is looked at: IPv6 with 512 bytes of
 * extension headers, and TCP. */
#define HEADERS_MAX 640u

/* What looks_opening() looks at. */
#define IPV4_BYTES 20u
#define IPV6_BYTES 40u
#define FLAGS_AT 13u /* in a TCP header */

struct incoming {
	const struct estab_frame *frame;
	const uint8_t *data; /* the packet's first bytes, in one piece */
	uint32_t contiguous, bytes;
	struct ip_packet ip;
};

/* Copy the front of a frame whose first span is short. */
static uint32_t
pull(const struct estab_frame *frame, uint8_t *to)
{
	uint32_t n = 0;

	for (uint8_t i = 0; i < frame->span_count && n < HEADERS_MAX; i++) {
		uint32_t k = frame->span[i].length;

		if (k > HEADERS_MAX - n)
			k = HEADERS_MAX - n;
		if (k > 0)
			memcpy(to + n, frame->span[i].data, k);
		n += k;
	}
	return n;
}

static uint32_t
sum_of_frame(const struct estab_host *host, const struct estab_frame *frame,
    uint32_t offset, uint32_t n)
{
	uint32_t sum = 0, at = 0;

	for (uint8_t i = 0; n > 0 && i < frame->span_count; i++) {
		const struct estab_span *span = &frame->span[i];
		uint32_t k;

		if (offset >= span->length) {
			offset -= span->length;
			continue;
		}
		k = span->length - offset < n ? span->length - offset : n;
		sum = checksum_add(sum,
		    host->tcp.config.copy_sum(NULL, span->data + offset, k),
		    at);
		at += k;
		n -= k;
		offset = 0;
	}
	return sum;
}

static void
trace_drop(struct estab_host *host, const struct arrival *a,
    enum estab_reason reason)
{
	struct estab_trace *trace = host->tcp.config.trace;
	struct estab_record *record;

	if (!trace)
		return;
	record = trace_append(trace, ESTAB_RECORD_DROP, host->tcp.now);
	record->host = host->tcp.config.trace_id;
	record->reason = (uint16_t)reason;
	record->frame = trace->frame;
	if (a)
		arrive_describe(record, &a->tuple, &a->seg);
}

static bool
text_sums_up(struct estab_host *host, struct arrival *a)
{
	uint32_t sum;

	if (a->summed)
		return true;
	sum = sum_of_frame(host, a->seg.frame, a->seg.text_offset,
	    a->seg.text_len);
	a->summed =
	    checksum_good(checksum_add(a->sum, sum, a->seg.header_bytes));
	return a->summed;
}

static void
corrupt(struct estab_host *host, const struct arrival *a)
{
	count(&host->tcp, ESTAB_COUNT_InErrs);
	count(&host->tcp, ESTAB_COUNT_InCsumErrors);
	trace_drop(host, a, ESTAB_REASON_DROP_CHECKSUM);
}

/* Nothing is believed before its checksum is. */
static void
climb(struct estab_host *host, struct conn_head *found, struct arrival *a)
{
	struct tcp *tcp = &host->tcp;

	if (!text_sums_up(host, a)) {
		corrupt(host, a);
		return;
	}
	if (a->seg.options.bad) {
		count(tcp, ESTAB_COUNT_InErrs);
		count(tcp, ESTAB_COUNT_TCPBadOptions);
		trace_drop(host, a, ESTAB_REASON_DROP_MALFORMED);
		return;
	}
	arrive(tcp, found, a);
}

static void
count_segments(struct estab_host *host, const struct estab_frame *frame)
{
	host->tcp.counter[ESTAB_COUNT_InSegs] +=
	    frame->segment_count ? frame->segment_count : 1;
}

static bool
parse_segment(struct estab_host *host, const struct incoming *in,
    struct arrival *a)
{
	const struct ip_packet *ip = &in->ip;

	if (segment_parse(in->data + ip->header_bytes,
	        in->contiguous - ip->header_bytes, ip->payload_bytes,
	        &a->seg) != WIRE_GOOD) {
		count(&host->tcp, ESTAB_COUNT_InErrs);
		trace_drop(host, NULL, ESTAB_REASON_DROP_MALFORMED);
		return false;
	}
	a->tuple.local = ip->to;
	a->tuple.remote = ip->from;
	a->tuple.local_port = a->seg.to_port;
	a->tuple.remote_port = a->seg.from_port;
	a->seg.text_offset = ip->header_bytes + a->seg.header_bytes;
	a->seg.ecn = ip->tos & 3u;
	in_describe(in->frame, a);
	if (!a->summed)
		a->sum = checksum_add(checksum_pseudo(&ip->from, &ip->to,
		                          IP_PROTOCOL_TCP, ip->payload_bytes),
		    checksum_narrow(checksum_header(in->data + ip->header_bytes,
		        a->seg.header_bytes)),
		    0);
	return true;
}

/* A source that nobody can answer, or that claims to be us. */
static bool
is_martian(const struct estab_host *host, const struct estab_address *from,
    const struct estab_address *to)
{
	return ip_is_unspecified(from) || ip_is_loopback(from) ||
	    ip_is_loopback(to) || address_is_for_many(host, from) ||
	    address_find(host, from) >= 0;
}

static bool
parse_ip(struct estab_host *host, struct incoming *in)
{
	struct tcp *tcp = &host->tcp;

	switch (ip_parse(in->data, in->contiguous, in->bytes, &in->ip)) {
	case WIRE_GOOD:
		break;
	case WIRE_TRUNCATED:
		count(tcp, ESTAB_COUNT_IpInTruncated);
		return false;
	case WIRE_MALFORMED:
	case WIRE_CHECKSUM:
		count(tcp, ESTAB_COUNT_IpInHdrErrors);
		return false;
	case WIRE_FRAGMENT:
		count(tcp, ESTAB_COUNT_IpInFragments);
		return false;
	case WIRE_UNKNOWN:
		count(tcp, ESTAB_COUNT_IpInUnknownProtos);
		return false;
	}
	if (in->ip.ttl == 0) {
		count(tcp, ESTAB_COUNT_IpInHdrErrors);
		return false;
	}
	return true;
}

/* *many: sent to a broadcast or multicast address of ours. */
static bool
is_for_us(struct estab_host *host, const struct estab_address *from,
    const struct estab_address *to, bool *many)
{
	const bool ours = address_is_ours(host, to);

	*many = !ours && address_is_for_many(host, to);
	if (is_martian(host, from, to)) {
		count(&host->tcp, ESTAB_COUNT_IpInMartians);
		return false;
	}
	if (!ours && !*many) {
		count(&host->tcp, ESTAB_COUNT_IpInAddrErrors);
		return false;
	}
	return true;
}

/* What is of no connection and opens none costs its sender as little as a SYN,
 * and may be a cookie's ACK: it is not put last, but there is an end to it. */
static bool
has_turn(struct estab_host *host, const struct arrival *a)
{
	const bool room = in_stray_room(host) > 0;

	if (arrive_opens(&a->seg) || host->tcp.config.syns_last <= 0)
		return true;
	host->strays++;
	if (!room)
		count(&host->tcp, ESTAB_COUNT_TCPStrayLate);
	return room;
}

/* The ACK of a cookie opens: it was no stray, and who is to accept it is not
 * kept waiting for many more. */
static void
stranger_arrives(struct estab_host *host, struct arrival *a)
{
	struct tcp *tcp = &host->tcp;
	const uint64_t *opened = &tcp->counter[ESTAB_COUNT_SyncookiesRecv];
	const uint64_t before = *opened;

	climb(host,
	    (struct conn_head *)(void *)listen_find(tcp, &a->tuple.local,
	        a->tuple.local_port),
	    a);
	if (*opened > before && host->strays > 0)
		host->strays--;
}

/* Where a record has this four-tuple its addresses were judged when it was
 * made; a stranger's are judged now. */
static void
segment_arrives(struct estab_host *host, uint32_t ref, struct arrival *a)
{
	struct tcp *tcp = &host->tcp;

	if (ref)
		climb(host, arena_at(&tcp->arena, ref), a);
	else if (is_for_us(host, &a->tuple.remote, &a->tuple.local,
	             &a->multicast) &&
	    has_turn(host, a))
		stranger_arrives(host, a);
}

static void
deliver(struct estab_host *host, struct incoming *in)
{
	const struct ip_packet *ip = &in->ip;
	const uint8_t icmp =
	    ip->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
	struct tcp *tcp = &host->tcp;
	struct arrival a;
	bool many;

	if (ip->protocol == IP_PROTOCOL_TCP) {
		count_segments(host, in->frame);
		if (parse_segment(host, in, &a))
			segment_arrives(host,
			    table_find_again(&tcp->arena, &tcp->table, &a.tuple),
			    &a);
		return;
	}
	if (ip->protocol == IP_PROTOCOL_ICMPV6 &&
	    host->tcp.link[in->frame->link].ethernet &&
	    solicit_nd_arrives(host, in->frame, ip))
		return;
	if (!is_for_us(host, &ip->from, &ip->to, &many))
		return;
	if (ip->protocol == icmp) {
		if (!many)
			icmp_arrives(host, in->frame, ip);
	} else {
		count(&host->tcp, ESTAB_COUNT_IpInUnknownProtos);
		if (ip->protocol == IP_PROTOCOL_UDP && !many)
			icmp_port_unreachable(host, in->frame, ip);
	}
}

__attribute__((noinline)) void
in_read(struct estab_host *host, const struct estab_frame *frame)
{
	uint8_t front[HEADERS_MAX];
	struct incoming in;

	count(&host->tcp, ESTAB_COUNT_IpInReceives);
	in.frame = frame;
	in.bytes = estab_frame_bytes(frame);
	if (frame->span_count == 0 || in.bytes == 0) {
		count(&host->tcp, ESTAB_COUNT_IpInTruncated);
		return;
	}
	in.data = frame->span[0].data;
	in.contiguous = frame->span[0].length;
	if (in.contiguous < in.bytes && in.contiguous < HEADERS_MAX) {
		in.contiguous = pull(frame, front);
		in.data = front;
	}
	if (parse_ip(host, &in))
		deliver(host, &in);
}

/* The fast path: a plain packet that an open connection expects. */
static bool
predicted(struct estab_host *host, struct conn_head *found, struct arrival *a)
{
	if (found->kind != ESTAB_KIND_TCB)
		return false;
	switch (predict(&host->tcp, (struct tcb *)(void *)found, a)) {
	case PREDICT_DONE:
		return true;
	case PREDICT_CORRUPT:
		corrupt(host, a);
		return true;
	case PREDICT_NO:
		return false;
	}
	return false;
}

/* Where the TCP header's flags are, from the IP header; 0: nowhere. */
static uint32_t
flags_at(const struct estab_frame *frame, uint32_t front)
{
	const uint8_t *d = frame->span[0].data + front;
	struct ip_packet ip;

	if (d[0] >> 4 == 4)
		return d[9] == IP_PROTOCOL_TCP ? (d[0] & 15u) * 4u + FLAGS_AT :
		                                 0;
	if (d[0] >> 4 != 6)
		return 0;
	if (d[6] == IP_PROTOCOL_TCP)
		return IPV6_BYTES + FLAGS_AT;
	/* a chain of extension headers makes nobody the first */
	return ip_parse(d, frame->span[0].length - front,
	           estab_frame_bytes(frame) - front, &ip) == WIRE_GOOD &&
	        ip.protocol == IP_PROTOCOL_TCP ?
	    ip.header_bytes + FLAGS_AT :
	    0;
}

/* Whether a frame looks like a SYN that opens; what has its TCP header's flags
 * not in its first span does not.  front: bytes before the IP header. */
static bool
looks_opening(const struct estab_frame *frame, uint32_t front)
{
	const struct estab_span *first = &frame->span[0];
	uint32_t flags;

	if (frame->span_count == 0 ||
	    first->length < front + IPV4_BYTES + FLAGS_AT + 1)
		return false;
	flags = flags_at(frame, front);
	return flags > 0 && front + flags < first->length &&
	    plain_opens(first->data[front + flags]);
}

/* A plain packet, read. */
static void
plain_arrives(struct estab_host *host, const struct estab_frame *frame,
    struct arrival *a)
{
	struct tcp *tcp = &host->tcp;
	const uint32_t ref =
	    table_find_again(&tcp->arena, &tcp->table, &a->tuple);

	count(tcp, ESTAB_COUNT_IpInReceives);
	count_segments(host, frame);
	if (!ref || !predicted(host, arena_at(&tcp->arena, ref), a))
		segment_arrives(host, ref, a);
}

bool
in_frame(struct estab_host *host, const struct estab_frame *frame)
{
	struct estab_frame inner;
	struct arrival a;

	if (host->neighbours.buckets && host->tcp.link[frame->link].ethernet) {
		if (looks_opening(frame, ETHERNET_HEADER))
			return false;
		if (!ethernet_arrives(host, frame, &inner))
			return true;
		frame = &inner;
	}
	switch (host->tcp.config.header_prediction > 0 ? plain_read(frame, &a) :
	                                                 PLAIN_NOT) {
	case PLAIN_READ:
		plain_arrives(host, frame, &a);
		return true;
	case PLAIN_OPENING:
		return false;
	case PLAIN_NOT:
		break;
	}
	if (looks_opening(frame, 0))
		return false;
	in_read(host, frame);
	return true;
}
