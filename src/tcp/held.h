/* SPDX-License-Identifier: BSD-2-Clause
 *
 * held.h - what a TCB holds beyond RCV.NXT (RFC 9293 3.10.7.4, seventh: text
 * out of order is kept).
 */
#ifndef TCP_HELD_H
#define TCP_HELD_H

#include "tcp/tcp.h"

/* A stretch of text beyond a hole; they neither overlap nor touch. */
struct held {
	uint32_t next; /* the one of later numbers */
	uint32_t first, end;
};

static inline struct held *
held_at(const struct tcp *tcp, uint32_t ref)
{
	return arena_at(&tcp->arena, ref);
}

/* Note [first, end) as held: one range with all it touches.  False: there is
 * no room for it, and it is the farthest. */
bool held_add(struct tcp *tcp, struct tcb *t, uint32_t first, uint32_t end);
/* Forget the range behind prev (0: the first). */
void held_drop(struct tcp *tcp, struct tcb *t, uint32_t prev);
/* Forget what is held from seq on. */
void held_cut(struct tcp *tcp, struct tcb *t, uint32_t seq);
/* Bytes held. */
uint32_t held_bytes(const struct tcp *tcp, const struct tcb *t);
/* The number behind everything that was taken, in order or not. */
uint32_t held_end(const struct tcp *tcp, const struct tcb *t);

#endif
