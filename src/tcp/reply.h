/* SPDX-License-Identifier: BSD-2-Clause
 *
 * reply.h - control segments that must leave as they are: a bounded ring.
 */
#ifndef TCP_REPLY_H
#define TCP_REPLY_H

#include "tcp/tcb.h"

struct arrival;
struct departure;
struct tcp;

#define REPLY_BYTES 128u

/* A control segment that must leave as it is, made at arrival or by a call:
 * replies without a TCB, and acknowledgments that must not merge.  Output
 * makes a packet of it, unless it is one. */
struct reply {
	estab_conn conn; /* for the trace; 0: none */
	uint16_t reason;
	uint8_t link, state;
	uint8_t packet_bytes; /* 0: it is none yet */
	union {
		struct {
			struct tuple tuple;
			uint32_t seq, ack;
			uint32_t tsval, tsecr;
			uint16_t wnd, mss;
			uint8_t flags; /* as on the wire: ESTAB_SYN ... */
			uint8_t wscale, ttl, tos;
			bool has_ts, has_wscale;
		};
		struct {
			uint8_t front[16]; /* of a link that wants a header */
			uint8_t packet[80];
		};
		uint8_t whole[REPLY_BYTES - 16]; /* what it has here */
	};
};

/* They wait in a ring of a sixteenth of the arena, within these bounds, in
 * blocks; one of so many bytes on every machine.  The ring's size is a power
 * of two. */
#define REPLIES_LEAST 256u
#define REPLIES_MOST 2048u
#define REPLIES_BLOCK 512u
_Static_assert(sizeof(struct reply) == REPLY_BYTES, "a reply fills its place");

/* The ring.  False: no memory. */
bool reply_init(struct tcp *tcp);
/* A slot for a reply to one who has no record, or NULL when three quarters are
 * taken (counted): the last is for SYN+ACKs. */
struct reply *reply_push(struct tcp *tcp, const struct tuple *tuple,
    uint8_t link, enum estab_reason reason);
/* The same for one from a record. */
struct reply *reply_from(struct tcp *tcp, const struct conn_head *head,
    enum estab_reason reason);
/* The same for an ACK that its connection can give later if there is none:
 * those get half, so that many of them cost nobody his SYN+ACK. */
struct reply *reply_from_open(struct tcp *tcp, const struct conn_head *head,
    enum estab_reason reason);
/* A slot whose packet the caller writes. */
struct reply *reply_push_packet(struct tcp *tcp, uint8_t link,
    enum estab_reason reason);
/* The oldest reply leaves as a segment.  False: none waits. */
bool reply_depart(struct tcp *tcp, struct departure *out);
/* The n-th from the oldest, if it is a packet; and the oldest n have left:
 * packets stay until reply_reclaim(), between two calls of the host, and what
 * is pushed then. */
struct reply *reply_packet(const struct tcp *tcp, uint32_t n);
void reply_left(struct tcp *tcp, uint32_t n);
/* What has left is not used any more: as long as few wait, they wait in the
 * same few places. */
void reply_reclaim(struct tcp *tcp);
/* Whether one more RST or ICMP error may leave now. */
bool reply_allowed(struct tcp *tcp, const struct estab_address *to);
/* Whether a record that is no TCB may acknowledge what is not acceptable. */
bool reply_challenges(struct tcp *tcp, struct conn_head *head,
    const struct arrival *a);

#endif
