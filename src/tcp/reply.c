/* SPDX-License-Identifier: BSD-2-Clause
 *
 * reply.c - control segments that leave as they were made: a bounded ring.
 */
#include "base/mem.h"
#include "tcp/tcp.h"

#define BLOCK_ORDER 5u
#define BLOCK_REFS ((ARENA_UNIT << BLOCK_ORDER) / ARENA_REF_UNIT)

_Static_assert(REPLIES_BLOCK *REPLY_BYTES == ARENA_UNIT << BLOCK_ORDER &&
        2 * REPLIES_LEAST == REPLIES_BLOCK,
    "replies fill their blocks, the least number one of half the size");

bool
reply_init(struct tcp *tcp)
{
	const uint64_t most = tcp->arena.bytes / 16 / REPLY_BYTES;
	uint32_t n = REPLIES_LEAST;

	while (n < REPLIES_MOST && n <= most / 2)
		n *= 2;
	tcp->replies_max = n;
	if (n < REPLIES_BLOCK) {
		tcp->replies = arena_take(&tcp->arena, BLOCK_ORDER - 1);
		return tcp->replies != 0 && budget_init(tcp, &tcp->told);
	}
	tcp->replies = arena_take(&tcp->arena, BLOCK_ORDER);
	for (uint32_t i = 1; i < n / REPLIES_BLOCK; i++)
		/* Nothing was given back yet, so they follow each other. */
		if (arena_take(&tcp->arena, BLOCK_ORDER) !=
		    tcp->replies + i * BLOCK_REFS)
			return false;
	return tcp->replies != 0 && budget_init(tcp, &tcp->told);
}

static struct reply *
slot(const struct tcp *tcp, uint32_t n)
{
	struct reply *first = arena_at(&tcp->arena, tcp->replies);

	return first + (n & (tcp->replies_max - 1));
}

static struct reply *
next(struct tcp *tcp, uint32_t most)
{
	if (tcp->reply_count >= most) {
		count(tcp, ESTAB_COUNT_TCPReplyMerged);
		return NULL;
	}
	return slot(tcp, tcp->reply_head + tcp->reply_count++);
}

static struct reply *
take(struct tcp *tcp, uint8_t link, enum estab_reason reason, uint32_t most)
{
	struct reply *r = next(tcp, most);

	if (!r)
		return NULL;
	memset(r, 0, sizeof *r);
	r->link = link;
	r->reason = (uint16_t)reason;
	return r;
}

/* A packet is from no record. */
struct reply *
reply_push_packet(struct tcp *tcp, uint8_t link, enum estab_reason reason)
{
	struct reply *r = next(tcp, tcp->replies_max);

	if (!r)
		return NULL;
	r->conn = 0;
	r->link = link;
	r->state = ESTAB_LISTEN;
	r->reason = (uint16_t)reason;
	return r;
}

struct reply *
reply_push(struct tcp *tcp, const struct tuple *tuple, uint8_t link,
    enum estab_reason reason)
{
	struct reply *r = take(tcp, link, reason, tcp->replies_max / 4 * 3);

	if (r)
		r->tuple = *tuple;
	return r;
}

static struct reply *
from(struct tcp *tcp, const struct conn_head *head, enum estab_reason reason,
    uint32_t most)
{
	struct reply *r = take(tcp, head->link, reason, most);

	if (!r)
		return NULL;
	conn_tuple(head, &r->tuple);
	if (head->generation) /* else it stands in no arena */
		r->conn = conn_handle(tcp, head);
	r->state = head->state;
	return r;
}

struct reply *
reply_from(struct tcp *tcp, const struct conn_head *head,
    enum estab_reason reason)
{
	return from(tcp, head, reason, tcp->replies_max);
}

struct reply *
reply_from_open(struct tcp *tcp, const struct conn_head *head,
    enum estab_reason reason)
{
	return from(tcp, head, reason, tcp->replies_max / 2);
}

static void
depart(const struct reply *r, struct departure *out)
{
	struct segment *seg = &out->seg;

	segment_clear(seg);
	out->tuple = r->tuple;
	out->text_count = 0;
	out->conn_ref = 0;
	out->train = 0;
	out->again = false;
	out->link = r->link;
	out->ttl = r->ttl;
	out->tos = r->tos;
	out->state = r->state;
	out->reason = r->reason;
	out->conn = r->conn;
	seg->from_port = r->tuple.local_port;
	seg->to_port = r->tuple.remote_port;
	seg->seq = r->seq;
	seg->ack = r->ack;
	seg->wnd = r->wnd;
	seg->flags = r->flags;
	seg->len = seg->syn;
	seg->segment_count = 1;
	seg->options.has_mss = r->mss != 0;
	seg->options.mss = r->mss;
	seg->options.has_wscale = r->has_wscale;
	seg->options.wscale = r->wscale;
	seg->options.has_ts = r->has_ts;
	seg->options.tsval = r->tsval;
	seg->options.tsecr = r->tsecr;
}

bool
reply_depart(struct tcp *tcp, struct departure *out)
{
	if (tcp->reply_count == 0)
		return false;
	tcp->reply_count--;
	depart(slot(tcp, tcp->reply_head++), out);
	return true;
}

void
reply_reclaim(struct tcp *tcp)
{
	if (tcp->reply_count == 0)
		tcp->reply_head = 0;
}

struct reply *
reply_packet(const struct tcp *tcp, uint32_t n)
{
	struct reply *r;

	if (n >= tcp->reply_count)
		return NULL;
	r = slot(tcp, tcp->reply_head + n);
	return r->packet_bytes > 0 ? r : NULL;
}

void
reply_left(struct tcp *tcp, uint32_t n)
{
	tcp->reply_count -= n;
	tcp->reply_head += n;
}

/* ---- How many ----------------------------------------------------------- */

/* Each address by itself, where a sketch takes a /64 for one. */
static struct estab_address
alone(const struct tcp *tcp, const struct estab_address *to)
{
	struct estab_address hashed = *to;
	uint64_t all;

	if (ip_is_v4(to))
		return hashed;
	all = tcp->config.crypto.siphash(tcp->port_key, to, sizeof *to);
	memcpy(hashed.byte, &all, sizeof all);
	return hashed;
}

bool
reply_allowed(struct tcp *tcp, const struct estab_address *to)
{
	const struct estab_address whom = alone(tcp, to);

	return budget_spend(tcp, &tcp->told, &whom,
	    (uint32_t)tcp->config.icmp_per_second);
}

/* Two ends whose numbers differ would answer each other's ACKs for ever, and a
 * stranger needs no more than a forged SYN to each to make them (RFC 5961 7):
 * so what has neither text nor FIN is answered once in an interval. */
static bool
is_challenged_again(const struct tcp *tcp, struct conn_head *head,
    const struct segment *seg)
{
	const int64_t interval = tcp->config.challenge_interval_ns;
	uint8_t now;

	if (interval <= 0 || seg->text_len > 1 || seg->fin)
		return false;
	now = (tcp->now / interval % 15 + 1) & 0xfu;
	if (head->challenged == now)
		return true;
	head->challenged = now & 0xfu;
	return false;
}

bool
reply_challenges(struct tcp *tcp, struct conn_head *head,
    const struct arrival *a)
{
	if (!is_challenged_again(tcp, head, &a->seg) &&
	    reply_allowed(tcp, &head->remote))
		return true;
	count(tcp, ESTAB_COUNT_TCPRstRateLimited);
	return false;
}
