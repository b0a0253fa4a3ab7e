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
#include "host/aim.h"
#include "host/plain.h"

#include "base/mem.h"

/* What the compiler is to lay out for: in a flood. */
static inline bool
likely(bool condition)
{
	return __builtin_expect(condition, true);
}

/* ---- Reading ---- */

#define SACK_TS 0x0402080au
#define NOP_NOP_SACK 0x01010402u
#define SACK_EOL_EOL 0x04020000u

/* Options as nearly everybody sends them: the MSS first, each in words of its
 * own.  False: others. */
static inline bool
read_options(const uint8_t *at, const uint8_t *end, struct syn *s)
{
	s->said.has = s->said.wscale = 0;
	s->said.mss = 0;
	s->tsval = 0;
	if (at < end && get16(at) == 0x0204) {
		s->said.mss = get16(at + 2);
		at += 4;
	}
	for (; at < end; at += 4) {
		const uint32_t word = get32(at);

		if ((word == SACK_TS || word == SEGMENT_TS_ALONE) &&
		    end - at >= (int)SEGMENT_TS_BYTES) {
			s->said.has |=
			    word == SACK_TS ? OFFER_TS | OFFER_SACK : OFFER_TS;
			memcpy(&s->tsval, at + 4, sizeof s->tsval);
			at += 8;
		} else if (word >> 8 == 0x010303) {
			s->said.has |= OFFER_WSCALE;
			s->said.wscale = (word & 0xff) < WSCALE_MAX ?
			    (uint8_t)word :
			    WSCALE_MAX;
		} else if (word == NOP_NOP_SACK ||
		    (word == SACK_EOL_EOL && at + 4 == end)) {
			s->said.has |= OFFER_SACK;
		} else {
			return false;
		}
	}
	return true;
}

/* A header of whole words, 20 bytes at least, and the pseudo-header. */
static inline bool
sums_up(const uint8_t *packet, uint32_t ip_bytes, uint32_t bytes)
{
	const uint32_t from = ip_bytes == PLAIN_V4 ? 12 : 8;
	const uint8_t *at = packet + from, *end = packet + ip_bytes + bytes;
	uint64_t sum = answer_word(bytes + IP_PROTOCOL_TCP);

	for (uint32_t i = 0; i < ip_bytes - from + 16; i += 8, at += 8)
		sum = checksum_eight(sum, at);
	for (; end - at >= 8; at += 8)
		sum = checksum_eight(sum, at);
	if (at < end)
		sum = (sum & UINT32_MAX) + (sum >> 32) + checksum_word(at);
	return checksum_good_wide(sum);
}

/* A SYN and nothing else, without text; where it comes from and goes to. */
static inline bool
read_syn(const uint8_t *packet, uint32_t ip_bytes, uint32_t bytes,
    struct tuple *tuple)
{
	const uint32_t told = ESTAB_SYN | ESTAB_ACK | ESTAB_RST | ESTAB_FIN;
	const uint8_t *tcp = packet + ip_bytes;

	if ((tcp[12] >> 2 & 0x3cu) != bytes || (tcp[13] & told) != ESTAB_SYN)
		return false;
	plain_addresses(packet, ip_bytes, tuple);
	tuple->remote_port = get16(tcp);
	tuple->local_port = get16(tcp + 2);
	return tuple->remote_port != 0;
}

/* What it says, if its checksum is right. */
static inline bool
read_offer(const struct estab_frame *frame, uint32_t ip_bytes, uint32_t bytes,
    struct syn *s)
{
	const uint32_t ecn = ESTAB_ECE | ESTAB_CWR;
	const uint8_t *packet = frame->span[0].data, *tcp = packet + ip_bytes;

	if ((frame->checksum == ESTAB_CHECKSUM_UNVERIFIED &&
	        !sums_up(packet, ip_bytes, bytes)) ||
	    !read_options(tcp + TCP_HEADER_BYTES, tcp + bytes, s))
		return false;
	if ((tcp[13] & ecn) == ecn)
		s->said.has |= OFFER_ECN;
	return true;
}

__attribute__((noinline)) static bool
is_own(const struct estab_host *host, struct estab_address from)
{
	for (uint32_t i = 0; i < host->address_count; i++)
		if (ip_same(&host->address[i].address, &from) ||
		    ip_same(&host->address[i].broadcast, &from))
			return true;
	return false;
}

/* A source that may be believed; what is rare is left to the long way. */
static inline bool
is_stranger(const struct estab_host *host, const struct aim *aim,
    const struct estab_address *from, bool v4)
{
	const uint8_t first = from->byte[v4 ? 12 : 0];

	return likely(first != 0) && likely(first < (v4 ? 224 : 255)) &&
	    (!v4 || likely(first != 127)) &&
	    (likely(!(aim->own >> from->byte[15] % 64 & 1)) ||
	        !is_own(host, *from));
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
	a->tuple.local = ip.to;
	a->tuple.remote = ip.from;
	a->tuple.local_port = a->seg.to_port;
	a->tuple.remote_port = a->seg.from_port;
	a->seg.text_offset = ip.header_bytes + a->seg.header_bytes;
	a->seg.ecn = ip.tos & 3u;
	in_describe(frame, a);
	a->summed = true;
	a->state = ESTAB_LISTEN;
}

__attribute__((noinline)) static void
goes_on(struct tcp *tcp, struct listener *l, const struct estab_frame *frame,
    enum flood_verdict verdict, enum estab_reason reason)
{
	struct arrival a;

	read_again(frame, &a);
	a.reason = reason;
	listen_take(tcp, l, &a, NULL, verdict);
}

/* ---- The way of a SYN ---- */

/* One that a listener would take; nothing has been counted yet. */
static inline bool
reads(struct estab_host *host, const struct estab_frame *frame,
    uint32_t ip_bytes, struct syn *s, struct aim *aim)
{
	struct tcp *tcp = &host->tcp;
	const uint8_t *packet = frame->span[0].data;
	const uint32_t bytes =
	    plain_bytes(packet, frame->span[0].length, ip_bytes);

	if (!likely(bytes != 0) ||
	    !likely(read_syn(packet, ip_bytes, bytes, &s->a.tuple)))
		return false;
	if (!likely(aim_is(aim, packet, ip_bytes, frame->link))) {
		if (aim_count(aim) > 0)
			aim_answer(tcp, aim, ip_bytes);
		aim_take(host, aim, s->a.tuple, frame->link);
	}
	return likely(aim->listener != NULL) &&
	    likely(read_offer(frame, ip_bytes, bytes, s)) &&
	    likely(is_stranger(host, aim, &s->a.tuple.remote,
	        ip_bytes == PLAIN_V4)) &&
	    likely(!table_find(&tcp->arena, &tcp->table, &s->a.tuple));
}

static inline bool
takes(struct estab_host *host, const struct estab_frame *frame,
    uint32_t ip_bytes, struct aim *aim)
{
	struct tcp *tcp = &host->tcp;
	enum flood_verdict verdict;
	struct reply *r;
	struct syn s;

	if (!likely(reads(host, frame, ip_bytes, &s, aim)))
		return false;
	s.a.state = ESTAB_LISTEN;
	s.a.reason = ESTAB_REASON_LISTEN_SYN;
	verdict = likely(flood_admits(tcp, &s.a)) ?
	    flood_judge(tcp, aim->listener, &s.a, false) :
	    FLOOD_DROP;
	if (!likely(verdict == FLOOD_COOKIE)) {
		goes_on(tcp, aim->listener, frame, verdict, s.a.reason);
		return true;
	}
	count(tcp, ESTAB_COUNT_SyncookiesSent);
	flood_answered(tcp);
	r = reply_push_packet(tcp, frame->link, ESTAB_REASON_OUT_SYN_ACK);
	if (likely(r != NULL)) { /* else who asked will ask again */
		aim_wait(aim, &s, frame->span[0].data, ip_bytes, r);
		if (aim->next == aim->waiting + AIM_TOGETHER)
			aim_answer(tcp, aim, ip_bytes);
	}
	return true;
}

/* Who is traced is not in a hurry: what is written down is the long way. */
static inline bool
expected(const struct tcp *tcp)
{
	const struct estab_config *c = &tcp->config;

	return c->header_prediction > 0 && !c->trace && c->syn_cookies > 0 &&
	    (c->syn_cookies == ESTAB_COOKIES_ALWAYS ||
	        tcp->flood.pressure != ESTAB_CALM) &&
	    !c->choose_iss;
}

/* In one piece, of that IP version, and without what few have. */
static inline bool
is_plain(const struct estab_frame *frame, uint32_t ip_bytes)
{
	const uint8_t *packet = frame->span[0].data;

	return likely(frame->span_count == 1) &&
	    likely(frame->segment_count == 0) &&
	    likely(frame->span[0].length >= ip_bytes + TCP_HEADER_BYTES) &&
	    likely(ip_bytes == PLAIN_V4 ? packet[0] == 0x45 :
	                                  packet[0] >> 4 == 6);
}

/* As many as get a cookie alone, up to the first that does not. */
static inline uint32_t
take_row(struct estab_host *host, const struct estab_frame *const frames[],
    uint32_t n, uint32_t ip_bytes, struct aim *aim)
{
	const struct estab_frame *const *at = frames, *const *end = frames + n;
	uint64_t *counter = host->tcp.counter;

	while (at < end && is_plain(*at, ip_bytes) &&
	    takes(host, *at, ip_bytes, aim))
		at++;
	n = (uint32_t)(at - frames);
	counter[ESTAB_COUNT_IpInReceives] += n;
	counter[ESTAB_COUNT_InSegs] += n;
	counter[ESTAB_COUNT_TCPSynHits] += n;
	return n;
}

__attribute__((flatten, hot, noinline)) static uint32_t
take_row_v4(struct estab_host *host, const struct estab_frame *const frames[],
    uint32_t n, struct aim *aim)
{
	return take_row(host, frames, n, PLAIN_V4, aim);
}

__attribute__((flatten, hot, noinline)) static uint32_t
take_row_v6(struct estab_host *host, const struct estab_frame *const frames[],
    uint32_t n, struct aim *aim)
{
	return take_row(host, frames, n, PLAIN_V6, aim);
}

/* Whether what looks like a SYN is for an address of ours: else it takes nobody
 * else's turn. */
static bool
is_to_us(const struct estab_host *host, const struct estab_frame *frame)
{
	const uint8_t *d = frame->span[0].data;
	const bool v4 = d[0] >> 4 == 4;

	for (uint32_t i = 0; i < host->address_count; i++) {
		const struct host_address *a = &host->address[i];

		if (v4 ? memcmp(a->address.byte + 12, d + 16, 4) == 0 &&
		            ip_is_v4(&a->address) :
		         memcmp(&a->address, d + 24, 16) == 0)
			return a->state == ESTAB_ADDRESS_OURS;
	}
	return false;
}

/* A frame for us without its Ethernet header, if it has one. */
static const struct estab_frame *
taken_off(struct estab_host *host, const struct estab_frame *frame,
    struct estab_frame *inner)
{
	if (!host->neighbours.buckets || !host->tcp.link[frame->link].ethernet)
		return frame;
	return ethernet_arrives(host, frame, inner) ? inner : NULL;
}

static uint32_t
take_rows(struct estab_host *host, const struct estab_frame *const frames[],
    uint32_t n, struct aim aim[2])
{
	const uint32_t v4 = take_row_v4(host, frames, n, &aim[0]);

	return v4 + take_row_v6(host, frames + v4, n - v4, &aim[1]);
}

uint32_t
syn_arrive(struct estab_host *host, const struct estab_frame *const frames[],
    uint32_t n, uint32_t *room)
{
	bool flood = expected(&host->tcp);
	struct aim aim[2]; /* IPv4, IPv6 */
	uint32_t i = 0, left = *room;

	aim_begin(&aim[0]);
	aim_begin(&aim[1]);
	while (i < n && left > 0) {
		const uint32_t most = n - i < left ? n - i : left;
		struct estab_frame inner;
		const struct estab_frame *one =
		    taken_off(host, frames[i], &inner);
		uint32_t taken = 0;

		if (one && flood)
			taken = one == &inner ?
			    take_rows(host, &one, 1, aim) :
			    take_rows(host, frames + i, most, aim);
		left -= taken; /* an aim is an address of ours */
		i += taken > 0 ? taken : 1;
		if (!one || taken > 0)
			continue;
		left -= is_to_us(host, one);
		in_read(host, one);
		flood = expected(&host->tcp);
	}
	if (aim_count(&aim[0]) > 0)
		aim_answer(&host->tcp, &aim[0], PLAIN_V4);
	if (aim_count(&aim[1]) > 0)
		aim_answer(&host->tcp, &aim[1], PLAIN_V6);
	*room = left;
	return i;
}
