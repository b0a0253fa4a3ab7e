/* SPDX-License-Identifier: BSD-2-Clause
 *
 * icmp.c - ICMP in and out: echo, unreachable, and what routers say about
 * our TCP segments (RFC 9293 3.9.2.2, RFC 5927, RFC 1191, RFC 8201).
 */
#include "host/host.h"

#include "base/mem.h"
#include "wire/checksum.h"
#include "wire/frame.h"

#define PACKET_MAX 1500u
#define MTU_FLOOR_V4 552u
#define MTU_FLOOR_V6 1280u

/* ---- Packets that wait to leave ---- */

static struct pending *
message_new(struct estab_host *host, const struct estab_address *to,
    uint8_t link, uint32_t *ref)
{
	struct pending *p = reply_allowed(&host->tcp, to) ?
	    pending_new(host, link, PENDING_ICMP, ref) :
	    NULL;

	if (!p)
		count(&host->tcp, ESTAB_COUNT_IcmpRateLimited);
	return p;
}

/* Put an IP header before payload that stands IP_HEADER_MAX bytes in. */
static void
message_send(struct estab_host *host, struct pending *p, uint32_t ref,
    const struct estab_address *from, const struct estab_address *to,
    uint32_t payload_bytes)
{
	const bool v4 = ip_is_v4(to);
	struct ip_packet ip;
	uint32_t header;

	memset(&ip, 0, sizeof ip);
	ip.from = *from;
	ip.to = *to;
	ip.version = v4 ? 4 : 6;
	ip.protocol = v4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
	ip.ttl = (uint8_t)host->tcp.config.ttl;
	ip.payload_bytes = payload_bytes;
	header = ip_build(p->packet, &ip);
	memmove(p->packet + header, p->packet + IP_HEADER_MAX, payload_bytes);
	p->bytes = header + payload_bytes;
	pending_push(host, ref);
}

/* ---- Echo ---- */

static void
echo(struct estab_host *host, const uint8_t *message, uint32_t bytes,
    const struct ip_packet *ip, uint8_t link)
{
	uint32_t ref, sum = 0;
	struct pending *p;
	uint8_t *out;
	uint16_t check;

	if (bytes > PACKET_MAX)
		return;
	p = message_new(host, &ip->from, link, &ref);
	if (!p)
		return;
	out = p->packet + IP_HEADER_MAX;
	memcpy(out, message, bytes);
	out[0] = ip->version == 4 ? 0 : 129; /* echo reply */
	out[2] = out[3] = 0;
	if (ip->version == 6)
		sum = checksum_pseudo(&ip->to, &ip->from, IP_PROTOCOL_ICMPV6,
		    bytes);
	check =
	    checksum_finish(checksum_add(sum, checksum_bytes(out, bytes), 0));
	memcpy(out + 2, &check, sizeof check);
	count(&host->tcp, ESTAB_COUNT_IcmpOutEchoReps);
	message_send(host, p, ref, &ip->to, &ip->from, bytes);
}

void
icmp_port_unreachable(struct estab_host *host, const struct estab_frame *frame,
    const struct ip_packet *ip)
{
	uint8_t packet[PACKET_MAX];
	struct pending *p;
	uint32_t ref, bytes;

	if (estab_frame_bytes(frame) > sizeof packet)
		return;
	p = message_new(host, &ip->from, frame->link, &ref);
	if (!p)
		return;
	bytes = frame_gather(frame, packet, host->tcp.config.copy_sum);
	bytes = icmp_build_error(p->packet + IP_HEADER_MAX,
	    ICMP_UNREACHABLE_HARD, 0, packet, bytes, &ip->to, &ip->from);
	count(&host->tcp, ESTAB_COUNT_IcmpOutDestUnreachs);
	message_send(host, p, ref, &ip->to, &ip->from, bytes);
}

/* The SYN is gone; what a quotation of it must have is known (RFC 792: eight
 * bytes of it, RFC 5927 4.1: its sequence number). */
static uint32_t
quote_syn(uint8_t *packet, const struct tuple *tuple, uint32_t seq)
{
	struct segment syn;
	struct ip_packet ip;
	uint32_t header, tcp_header;

	memset(&syn, 0, sizeof syn);
	syn.from_port = tuple->remote_port;
	syn.to_port = tuple->local_port;
	syn.seq = seq;
	syn.syn = true;
	memset(&ip, 0, sizeof ip);
	ip.from = tuple->remote;
	ip.to = tuple->local;
	ip.version = ip_is_v4(&tuple->local) ? 4 : 6;
	ip.protocol = IP_PROTOCOL_TCP;
	ip.ttl = 1;
	header = ip.version == 4 ? 20 : 40;
	tcp_header = segment_build(packet + header, &syn);
	ip.payload_bytes = tcp_header;
	return ip_build(packet, &ip) + tcp_header;
}

void
icmp_host_unreachable(struct estab_host *host, const struct tuple *tuple,
    uint8_t link, uint32_t seq)
{
	uint8_t packet[IP_HEADER_MAX + 20];
	struct pending *p;
	uint32_t ref, bytes;

	p = message_new(host, &tuple->remote, link, &ref);
	if (!p)
		return;
	bytes = quote_syn(packet, tuple, seq);
	bytes =
	    icmp_build_error(p->packet + IP_HEADER_MAX, ICMP_UNREACHABLE_SOFT,
	        0, packet, bytes, &tuple->local, &tuple->remote);
	count(&host->tcp, ESTAB_COUNT_IcmpOutDestUnreachs);
	message_send(host, p, ref, &tuple->local, &tuple->remote, bytes);
}

/* ---- About TCP ---- */

static void
note(struct estab_host *host, const struct tcb *t, enum estab_reason reason)
{
	struct estab_record *record =
	    conn_record(&host->tcp, ESTAB_RECORD_ICMP, &t->head, reason);

	if (record)
		record->frame = host->tcp.config.trace->frame;
	if (reason == ESTAB_REASON_ICMP_IGNORED)
		count(&host->tcp, ESTAB_COUNT_IcmpInIgnored);
}

/* RFC 1191 7: what an old router, that names no MTU, can be thought to have:
 * the next lower plateau. */
static uint32_t
plateau_below(uint32_t mtu)
{
	static const uint16_t plateau[] = { 32000, 17914, 8166, 4352, 2002,
		1492, 1006 };

	for (uint32_t i = 0; i < sizeof plateau / sizeof plateau[0]; i++)
		if (plateau[i] < mtu)
			return plateau[i];
	return MTU_FLOOR_V4;
}

static bool
in_flight(const struct tcb *t, uint32_t seq)
{
	return seq_in(seq, t->snd.una, t->snd.nxt);
}

/* RFC 5927 7.2: believed only about numbers that are in flight, and only
 * downwards. */
static void
too_big(struct estab_host *host, struct tcb *t, const struct icmp_message *m)
{
	struct tcp *tcp = &host->tcp;
	const uint32_t floor =
	    ip_is_v4(&t->head.remote) ? MTU_FLOOR_V4 : MTU_FLOOR_V6;
	uint32_t mtu = m->mtu ? m->mtu : plateau_below(t->path_mtu);

	count(tcp, ESTAB_COUNT_IcmpInTooBig);
	if (mtu < floor)
		mtu = floor;
	if (tcb_opening(t) || !in_flight(t, m->quoted_seq) ||
	    mtu >= t->path_mtu) {
		note(host, t, ESTAB_REASON_ICMP_IGNORED);
		return;
	}
	note(host, t, ESTAB_REASON_ICMP_TOO_BIG);
	path_narrows(tcp, t, mtu);
}

/* A hard error ends only what has not begun (RFC 5927 4, 5.2). */
static void
hard(struct estab_host *host, struct tcb *t, const struct icmp_message *m)
{
	if (!in_flight(t, m->quoted_seq)) {
		note(host, t, ESTAB_REASON_ICMP_IGNORED);
		return;
	}
	if (t->head.state != ESTAB_SYN_SENT) {
		note(host, t, ESTAB_REASON_ICMP_SOFT);
		return;
	}
	note(host, t, ESTAB_REASON_ICMP_HARD_SYN_SENT);
	conn_end(&host->tcp, t, ESTAB_REASON_ICMP_HARD_SYN_SENT,
	    ESTAB_ECONNREFUSED);
}

void
icmp_about_tcp(struct estab_host *host, const struct icmp_message *m)
{
	struct tcp *tcp = &host->tcp;
	struct tuple tuple;
	struct tcb *t;
	uint32_t ref;

	tuple.local = m->quoted_from.address;
	tuple.local_port = m->quoted_from.port;
	tuple.remote = m->quoted_to.address;
	tuple.remote_port = m->quoted_to.port;
	ref = table_find(&tcp->arena, &tcp->table, &tuple);
	if (!ref || tcb_at(tcp, ref)->head.kind != ESTAB_KIND_TCB) {
		count(tcp, ESTAB_COUNT_IcmpInIgnored);
		return;
	}
	t = tcb_at(tcp, ref);
	switch (m->kind) {
	case ICMP_TOO_BIG:
		too_big(host, t, m);
		break;
	case ICMP_UNREACHABLE_HARD:
		hard(host, t, m);
		break;
	case ICMP_UNREACHABLE_SOFT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER:
		note(host, t,
		    in_flight(t, m->quoted_seq) ? ESTAB_REASON_ICMP_SOFT :
		                                  ESTAB_REASON_ICMP_IGNORED);
		break;
	case ICMP_OTHER:
	case ICMP_ECHO:
	case ICMP_ECHO_REPLY:
		break;
	}
	tcb_settle(tcp, t);
}

/* ---- A message arrives ---- */

static bool
sums_up(const uint8_t *message, uint32_t bytes, const struct ip_packet *ip)
{
	uint32_t sum = checksum_bytes(message, bytes);

	if (ip->version == 6)
		sum = checksum_add(checksum_pseudo(&ip->from, &ip->to,
		                       IP_PROTOCOL_ICMPV6, bytes),
		    sum, 0);
	return checksum_good(sum);
}

void
icmp_arrives(struct estab_host *host, const struct estab_frame *frame,
    const struct ip_packet *ip)
{
	struct tcp *tcp = &host->tcp;
	uint8_t packet[PACKET_MAX + IP_HEADER_MAX];
	const uint8_t *message = packet + ip->header_bytes;
	struct icmp_message m;

	count(tcp, ESTAB_COUNT_IcmpInMsgs);
	if (estab_frame_bytes(frame) > sizeof packet) {
		count(tcp, ESTAB_COUNT_IcmpInErrors);
		return;
	}
	(void)frame_gather(frame, packet, tcp->config.copy_sum);
	if (!sums_up(message, ip->payload_bytes, ip) ||
	    icmp_parse(message, ip->payload_bytes, ip->version, &m) !=
	        WIRE_GOOD) {
		count(tcp, ESTAB_COUNT_IcmpInErrors);
		return;
	}
	if (m.kind == ICMP_ECHO) {
		count(tcp, ESTAB_COUNT_IcmpInEchos);
		echo(host, message, ip->payload_bytes, ip, frame->link);
	} else if (m.quotes_tcp) {
		icmp_about_tcp(host, &m);
	} else {
		count(tcp, ESTAB_COUNT_IcmpInIgnored);
	}
}
