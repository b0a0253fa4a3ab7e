/* SPDX-License-Identifier: BSD-2-Clause
 *
 * squeeze.c - memory for text is short: who gives some back.
 *
 * Text beyond a hole was never acknowledged, and its peer sends it again (RFC
 * 9293 3.8.6); what a connection without a program still wants to send, nobody
 * waits for.  Both are cheap to make - a byte of text commits a chunk - and
 * nothing else would ever end them.
 */
#include "tcp/tcp.h"

#define LOOKS 64u /* buckets a call */

/* Whether it gave any; it may be gone then. */
static bool
gives(struct tcp *tcp, struct tcb *t)
{
	const int64_t before = tcp->buffer_bytes;

	if (t->orphan && t->buffer_bytes > 0) {
		count(tcp, ESTAB_COUNT_TCPAbortOnMemory);
		conn_reset(tcp, t, ESTAB_REASON_ORPHAN_NO_MEMORY,
		    ESTAB_ECONNABORTED);
		tcb_settle(tcp, t);
	} else if (t->rcv.held_count > 0) {
		receive_buffer_squeeze(tcp, t);
	}
	return tcp->buffer_bytes < before;
}

static bool
bucket_gives(struct tcp *tcp, const struct tcb *for_whom, uint32_t bucket)
{
	uint32_t ref = table_first(&tcp->arena, &tcp->table, bucket);

	while (ref) {
		struct tcb *t = tcb_at(tcp, ref);

		ref = t->head.chain;
		if (t->head.kind == ESTAB_KIND_TCB && t != for_whom &&
		    gives(tcp, t))
			return true;
	}
	return false;
}

/* Each in turn, a few a call: where it stopped it goes on. */
bool
squeeze(struct tcp *tcp, const struct tcb *for_whom)
{
	for (uint32_t n = 0; n < LOOKS; n++) {
		if (tcp->squeezed >= tcp->table.bucket_count)
			tcp->squeezed = 0;
		if (bucket_gives(tcp, for_whom, tcp->squeezed++))
			return true;
	}
	return false;
}
