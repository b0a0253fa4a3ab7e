/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn.c - the fast path of a flood: SYNs that are answered without a record.
 *
 * It stands before the whole way of a SYN, from the IP header to the SYN+ACK:
 * one that is plain, of a stranger, for a listener, is read at once and judged
 * by the same function as ever (flood.c).  If it is to be answered by a cookie
 * alone, the answer is made here, as a packet; if not, it goes on where the
 * long way would now be.  Whatever is unusual is left before anything was
 * counted.  What the SYNs of a batch have in common - the listener, its
 * options, the time - is looked at once.  A test runs two hosts in step, one
 * with all this and one without.
 */
#include "host/syn.h"

#define SACK_TS 0x0402080au
#define NOP_NOP_SACK 0x01010402u
#define SACK_EOL_EOL 0x04020000u

_Static_assert(sizeof((struct reply *)0)->packet >= ANSWER_BYTES_MAX,
    "an answer fits where it waits");

/* ---- Reading ---- */

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

/* Sum of a header of whole words, 20 at least. */
static inline uint64_t
sum_header(const uint8_t *tcp, uint32_t bytes)
{
	uint64_t sum = checksum_words(tcp, TCP_HEADER_BYTES);

	for (uint32_t i = TCP_HEADER_BYTES; i < bytes; i += 4)
		sum += checksum_word(tcp + i);
	return sum;
}

/* A SYN and nothing else, without text, whose checksum is right. */
static inline bool
read_syn(const struct estab_frame *frame, uint32_t ip_bytes, uint32_t bytes,
    struct arrival *a)
{
	const uint32_t told = ESTAB_SYN | ESTAB_ACK | ESTAB_RST | ESTAB_FIN;
	const uint8_t *packet = frame->span[0].data, *tcp = packet + ip_bytes;

	if ((uint32_t)(tcp[12] >> 4) * 4 != bytes ||
	    (tcp[13] & told) != ESTAB_SYN)
		return false;
	if (frame->checksum == ESTAB_CHECKSUM_UNVERIFIED &&
	    (answer_addresses(packet, ip_bytes) +
	        answer_word(bytes + IP_PROTOCOL_TCP) + sum_header(tcp, bytes)) %
	            0xffff !=
	        0)
		return false;
	a->tuple.remote_port = get16(tcp);
	a->tuple.local_port = get16(tcp + 2);
	a->seg.seq = get32(tcp + 4);
	a->seg.flags = tcp[13];
	segment_no_options(&a->seg.options);
	return a->tuple.remote_port != 0 &&
	    read_options(tcp + TCP_HEADER_BYTES, tcp + bytes, &a->seg.options);
}

/* A source that may be believed; what is rare is left to those who ask one by
 * one.  So is one that has some bytes in common with an address of ours. */
static inline bool
is_stranger(const struct estab_host *host, const uint8_t *packet,
    uint32_t ip_bytes)
{
	const bool v4 = ip_bytes == PLAIN_V4;
	const uint8_t *from = packet + (v4 ? 12 : 8);
	uint64_t part = 0, own = 0;

	if (v4 ? from[0] == 0 || from[0] == 127 || from[0] >= 224 :
	         from[0] == 0 || from[0] == 0xff)
		return false;
	memcpy(&part, from + (v4 ? 0 : 8), v4 ? 4 : 8);
	for (uint32_t i = 0; i < host->address_count; i++) {
		const struct host_address *a = &host->address[i];

		memcpy(&own, a->address.byte + (v4 ? 12 : 8), v4 ? 4 : 8);
		if (own == part)
			return false;
		memcpy(&own, a->broadcast.byte + 12, 4);
		if (v4 && own == part)
			return false;
	}
	return true;
}

/* ---- What SYNs have in common ---- */

/* Where this one goes to, if SYNs may be answered there as fast as here. */
__attribute__((noinline)) static bool
aim_at(struct estab_host *host, struct tuple t, uint8_t link, struct aim *aim)
{
	struct tcp *tcp = &host->tcp;
	const bool v4 = ip_is_v4(&t.local);
	struct listener *l = listen_find(tcp, &t.local, t.local_port);
	struct ip_packet ip = { .version = v4 ? 4 : 6, .dont_fragment = true };

	if (!l || l->defer || listen_backlog_full(l) ||
	    !address_is_ours(host, &t.local) || ip_is_loopback(&t.local))
		return false;
	ip.ttl = l->options.ttl ? l->options.ttl : (uint8_t)tcp->config.ttl;
	ip.tos = l->options.tos;
	aim->listener = l;
	aim->local = t.local;
	aim->port = t.local_port;
	aim->link = link;
	aim->wscale = tcb_window_shift(l->options.receive_limit);
	aim->form.partial = tcp->link[link].checksum_out;
	answer_begin(&aim->form, &ip,
	    l->options.receive_limit < UINT16_MAX ? l->options.receive_limit :
	                                            UINT16_MAX,
	    tcb_mss_offer(tcp, link, v4 ? PLAIN_V4 : PLAIN_V6, &l->options));
	return true;
}

static inline bool
aims_at(const struct arrival *a, const struct aim *aim)
{
	return aim->listener && aim->port == a->tuple.local_port &&
	    aim->link == a->link && ip_same(&aim->local, &a->tuple.local);
}

/* ---- The long way ---- */

/* The same packet, read whole: of what passed here nothing can fail. */
static void
read_again(const struct estab_frame *frame, struct arrival *a)
{
	const struct estab_span *first = &frame->span[0];
	struct ip_packet ip;

	(void)ip_parse(first->data, first->length, first->length, &ip);
	(void)segment_parse(first->data + ip.header_bytes,
	    first->length - ip.header_bytes, ip.payload_bytes, &a->seg);
	a->seg.text_offset = ip.header_bytes + a->seg.header_bytes;
	a->seg.ecn = ip.tos & 3u;
	in_describe(frame, a);
	a->summed = true;
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
    const struct estab_frame *frame, struct tuple tuple)
{
	struct arrival a = { .tuple = tuple,
		.reason = ESTAB_REASON_LISTEN_SYN_COOKIE };

	read_again(frame, &a);
	arrive_trace(tcp, &a, &l->head, ESTAB_LISTEN);
}

/* ---- The answer ---- */

/* What syn_ack_send() says of one without a record. */
static inline uint8_t
answer(const struct tcp *tcp, const struct aim *aim, const struct arrival *a,
    const struct estab_frame *frame, uint32_t ip_bytes, uint8_t *packet)
{
	const uint8_t *syn = frame->span[0].data;
	const struct offer offer = cookie_offer(tcp, a);
	const uint32_t who_bytes = ip_bytes == PLAIN_V4 ? 12 : 36;
	const struct identity id = { syn + ip_bytes + 4 - who_bytes,
		who_bytes };
	struct answer made = {
		.seq = cookie_make_of(tcp, &id, a->seg.seq, &offer),
		.ack = a->seg.seq + 1,
		.wscale = aim->wscale,
		.has_ts = offer.has_ts,
		.has_wscale = offer.has_wscale,
	};

	if (offer.has_ts) {
		made.tsval = cookie_tsval_of(tcp, &id, &offer);
		made.tsecr = a->seg.options.tsval;
	}
	return (uint8_t)answer_fill(packet, &aim->form, syn, ip_bytes, &made);
}

/* ---- The way of a SYN ---- */

/* One that a listener would take; nothing has been counted yet. */
static inline bool
reads(struct estab_host *host, const struct estab_frame *frame,
    uint32_t ip_bytes, struct arrival *a, struct aim *aim)
{
	struct tcp *tcp = &host->tcp;
	const uint8_t *packet = frame->span[0].data;
	const uint32_t room = frame->span[0].length;
	const uint32_t bytes = ip_bytes == PLAIN_V4 ?
	    plain_v4(packet, room, a) :
	    plain_v6(packet, room, a);

	a->link = frame->link;
	return bytes != 0 && read_syn(frame, ip_bytes, bytes, a) &&
	    is_stranger(host, packet, ip_bytes) &&
	    !table_find(&tcp->arena, &tcp->table, &a->tuple) &&
	    (aims_at(a, aim) || aim_at(host, a->tuple, a->link, aim));
}

static inline bool
takes(struct estab_host *host, const struct estab_frame *frame,
    uint32_t ip_bytes, struct aim *aim)
{
	struct tcp *tcp = &host->tcp;
	enum flood_verdict verdict;
	struct reply *r;
	struct arrival a;

	if (!reads(host, frame, ip_bytes, &a, aim))
		return false;
	count(tcp, ESTAB_COUNT_IpInReceives);
	count(tcp, ESTAB_COUNT_InSegs);
	count(tcp, ESTAB_COUNT_TCPSynHits);
	a.state = ESTAB_LISTEN;
	a.reason = ESTAB_REASON_LISTEN_SYN;
	verdict = flood_judge(tcp, aim->listener, &a);
	if (verdict != FLOOD_COOKIE) {
		struct arrival whole = a; /* so that a never leaves registers */

		goes_on(tcp, aim->listener, frame, &whole, verdict);
		return true;
	}
	count(tcp, ESTAB_COUNT_SyncookiesSent);
	flood_answered(tcp);
	r = reply_push_packet(tcp, frame->link, ESTAB_REASON_OUT_SYN_ACK);
	if (r) /* else who asked will ask again */
		r->packet_bytes =
		    answer(tcp, aim, &a, frame, ip_bytes, r->packet);
	if (tcp->config.trace)
		trace(tcp, aim->listener, frame, a.tuple);
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
syn_takes(struct estab_host *host, const struct estab_frame *frame,
    struct aims *aims)
{
	const uint8_t *packet = frame->span[0].data;
	const uint32_t room = frame->span[0].length;

	if (!expected(&host->tcp) || frame->span_count != 1 ||
	    frame->segment_count != 0)
		return false;
	if (room >= PLAIN_V4 + TCP_HEADER_BYTES && packet[0] == 0x45)
		return takes(host, frame, PLAIN_V4, &aims->v4);
	if (room >= PLAIN_V6 + TCP_HEADER_BYTES && packet[0] >> 4 == 6)
		return takes(host, frame, PLAIN_V6, &aims->v6);
	return false;
}
