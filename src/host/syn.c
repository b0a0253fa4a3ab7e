/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn.c - the fast path of a flood: a SYN that is answered without a record.
 *
 * It stands before the whole way of a SYN, from the IP header to the SYN+ACK:
 * one that is plain, of a stranger, for a listener, is read at once and judged
 * by the same function as ever (flood.c).  If it is to be answered by a cookie
 * alone, the answer is made here, as a packet; if not, it goes on where the
 * long way would now be.  Whatever is unusual is left before anything was
 * counted.  A test runs two hosts in step, one with and one without.
 */
#include "host/plain.h"
#include "wire/answer.h"

_Static_assert(sizeof((struct reply *)0)->packet >= ANSWER_BYTES_MAX,
    "an answer fits where it waits");

#define SACK_TS 0x0402080au
#define NOP_NOP_SACK 0x01010402u
#define SACK_EOL_EOL 0x04020000u

struct syn {
	const uint8_t *packet;
	uint32_t ip_bytes;  /* of its header: 20 or 40 */
	uint64_t addresses; /* the sum of both */
	struct arrival a;   /* as much of it as is asked for here */
};

/* Options as nearly everybody sends them: each in words of its own.  False:
 * others. */
static inline bool
read_options(const uint8_t *at, const uint8_t *end, struct tcp_options *o)
{
	for (; at < end; at += 4) {
		const uint32_t word = get32(at);

		if (word >> 16 == 0x0204) {
			o->has_mss = true;
			o->mss = (uint16_t)word;
		} else if ((word == SACK_TS || word == SEGMENT_TS_ALONE) &&
		    end - at >= (int)SEGMENT_TS_BYTES) {
			o->has_ts = true;
			o->sack_permitted |= word == SACK_TS;
			o->tsval = get32(at + 4);
			at += 8;
		} else if (word >> 8 == 0x010303) {
			o->has_wscale = true;
			o->wscale = (uint8_t)word;
		} else if (word == NOP_NOP_SACK) {
			o->sack_permitted = true;
		} else if (word == SACK_EOL_EOL && at + 4 == end) {
			o->sack_permitted = true;
		} else {
			return false;
		}
	}
	return true;
}

/* A SYN and nothing else, without text, whose checksum is right. */
static inline bool
read_syn(struct syn *s, uint32_t bytes)
{
	const uint32_t told = ESTAB_SYN | ESTAB_ACK | ESTAB_RST | ESTAB_FIN;
	const uint8_t *tcp = s->packet + s->ip_bytes;
	struct arrival *a = &s->a;
	struct segment *seg = &a->seg;
	uint64_t sum = s->addresses;
	uint8_t tail[4];

	if ((uint32_t)(tcp[12] >> 4) * 4 != bytes ||
	    (tcp[13] & told) != ESTAB_SYN)
		return false;
	put32(tail, bytes + IP_PROTOCOL_TCP);
	sum += checksum_word(tail) + checksum_words(tcp, bytes);
	if (!a->summed && sum % 0xffff != 0)
		return false;
	a->tuple.remote_port = get16(tcp);
	a->tuple.local_port = get16(tcp + 2);
	seg->seq = get32(tcp + 4);
	seg->flags = tcp[13];
	segment_no_options(&seg->options);
	return a->tuple.remote_port != 0 && a->tuple.local_port != 0 &&
	    read_options(tcp + TCP_HEADER_BYTES, tcp + bytes, &seg->options);
}

/* ---- The long way ---- */

/* The same packet, read whole: of what passed here nothing can fail. */
static void
read_again(const struct estab_frame *frame, struct arrival *a)
{
	const struct estab_span *first = &frame->span[0];
	const enum estab_reason reason = a->reason;
	const struct tuple tuple = a->tuple;
	struct ip_packet ip;

	(void)ip_parse(first->data, first->length, first->length, &ip);
	(void)segment_parse(first->data + ip.header_bytes,
	    first->length - ip.header_bytes, ip.payload_bytes, &a->seg);
	a->tuple = tuple;
	a->seg.text_offset = ip.header_bytes + a->seg.header_bytes;
	a->seg.ecn = ip.tos & 3u;
	in_describe(frame, a);
	a->summed = true;
	a->state = ESTAB_LISTEN;
	a->reason = reason;
}

__attribute__((noinline)) static void
goes_on(struct tcp *tcp, struct listener *l, const struct estab_frame *frame,
    struct arrival *a, enum flood_verdict verdict)
{
	read_again(frame, a);
	listen_take(tcp, l, a, verdict);
	arrive_trace(tcp, a, &l->head, ESTAB_LISTEN);
}

__attribute__((noinline)) static void
trace(struct tcp *tcp, const struct listener *l,
    const struct estab_frame *frame, struct arrival *a)
{
	a->reason = ESTAB_REASON_LISTEN_SYN_COOKIE;
	read_again(frame, a);
	arrive_trace(tcp, a, &l->head, ESTAB_LISTEN);
}

/* ---- The answer ---- */

/* What syn_ack_send() says of one without a record. */
static inline void
answer(const struct tcp *tcp, const struct listener *l, const struct syn *s,
    struct reply *r)
{
	const struct arrival *a = &s->a;
	const struct offer offer = cookie_offer(tcp, a);
	const uint32_t who_bytes = s->ip_bytes == PLAIN_V4 ? 12 : 36;
	const struct identity id = { s->packet + s->ip_bytes + 4 - who_bytes,
		who_bytes };
	const uint32_t limit = l->options.receive_limit;
	struct answer made = {
		.seq = cookie_make_of(tcp, &id, a->seg.seq, &offer),
		.ack = a->seg.seq + 1,
		.wnd = (uint16_t)(limit < UINT16_MAX ? limit : UINT16_MAX),
		.mss = tcb_mss_offer(tcp, a->link, s->ip_bytes, &l->options),
		.ttl =
		    l->options.ttl ? l->options.ttl : (uint8_t)tcp->config.ttl,
		.tos = l->options.tos,
		.partial = tcp->link[a->link].checksum_out,
		.addresses = s->addresses,
	};

	if (offer.has_wscale) {
		made.has_wscale = true;
		made.wscale = tcb_window_shift(limit);
	}
	if (offer.has_ts) {
		made.has_ts = true;
		made.tsval = cookie_tsval_of(tcp, &id, &offer);
		made.tsecr = a->seg.options.tsval;
	}
	r->packet_bytes =
	    (uint8_t)answer_build(r->packet, s->packet, s->ip_bytes, &made);
}

/* ---- The way of a SYN ---- */

/* One that a listener would take; nothing has been counted yet. */
static inline struct listener *
listener_of(struct estab_host *host, const struct estab_frame *frame,
    struct syn *s)
{
	struct tcp *tcp = &host->tcp;
	const uint32_t room = frame->span[0].length;
	struct arrival *a = &s->a;
	const uint32_t bytes = s->ip_bytes == PLAIN_V4 ?
	    plain_v4(s->packet, room, a) :
	    plain_v6(s->packet, room, a);
	struct listener *l;

	s->addresses = answer_addresses(s->packet, s->ip_bytes);
	a->link = frame->link;
	a->summed = frame->checksum != ESTAB_CHECKSUM_UNVERIFIED;
	if (bytes == 0 || !read_syn(s, bytes) ||
	    !address_admits(host, &a->tuple.remote, &a->tuple.local) ||
	    table_find(&tcp->arena, &tcp->table, &a->tuple))
		return NULL;
	l = listen_find_again(tcp, &a->tuple.local, a->tuple.local_port);
	return l && !l->defer && !listen_backlog_full(l) ? l : NULL;
}

static inline bool
takes(struct estab_host *host, const struct estab_frame *frame,
    uint32_t ip_bytes)
{
	struct tcp *tcp = &host->tcp;
	enum flood_verdict verdict;
	struct listener *l;
	struct reply *r;
	struct syn s;

	s.packet = frame->span[0].data;
	s.ip_bytes = ip_bytes;
	l = listener_of(host, frame, &s);
	if (!l)
		return false;
	count(tcp, ESTAB_COUNT_IpInReceives);
	count(tcp, ESTAB_COUNT_InSegs);
	count(tcp, ESTAB_COUNT_TCPSynHits);
	s.a.reason = ESTAB_REASON_LISTEN_SYN;
	verdict = flood_judge(tcp, l, &s.a);
	if (verdict != FLOOD_COOKIE) {
		goes_on(tcp, l, frame, &s.a, verdict);
		return true;
	}
	count(tcp, ESTAB_COUNT_SyncookiesSent);
	flood_answered(tcp);
	r = reply_push_packet(tcp, frame->link, ESTAB_REASON_OUT_SYN_ACK);
	if (r) /* else who asked will ask again */
		answer(tcp, l, &s, r);
	if (tcp->config.trace)
		trace(tcp, l, frame, &s.a);
	return true;
}

static inline bool
expected(const struct tcp *tcp)
{
	const struct estab_config *c = &tcp->config;

	return c->header_prediction > 0 && c->syn_cookies > 0 &&
	    (c->syn_cookies == ESTAB_COOKIES_ALWAYS ||
	        tcp->flood.pressure != ESTAB_CALM) &&
	    !c->choose_iss;
}

__attribute__((flatten)) bool
syn_takes(struct estab_host *host, const struct estab_frame *frame)
{
	const uint8_t *packet = frame->span[0].data;
	const uint32_t room = frame->span[0].length;

	if (!expected(&host->tcp) || frame->span_count != 1 ||
	    frame->segment_count != 0)
		return false;
	if (room >= PLAIN_V4 + TCP_HEADER_BYTES && packet[0] == 0x45)
		return takes(host, frame, PLAIN_V4);
	if (room >= PLAIN_V6 + TCP_HEADER_BYTES && packet[0] >> 4 == 6)
		return takes(host, frame, PLAIN_V6);
	return false;
}
