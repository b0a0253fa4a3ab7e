/* SPDX-License-Identifier: BSD-2-Clause
 *
 * squeeze.c - memory for text, or a place, is short: who gives it back.
 *
 * Text beyond a hole was never acknowledged, and its peer sends it again (RFC
 * 9293 3.8.6); what a connection without a program still wants to send, nobody
 * waits for.  Both are cheap to make - a byte of text commits a chunk - and
 * nothing else would ever end them.  A peer that takes no text and says so
 * again and again keeps the place of a connection as well.
 */
#include "tcp/tcp.h"

#define LOOKS 64u /* buckets a call */

typedef bool gives_fn(struct tcp *tcp, struct tcb *t);

static void
let_go(struct tcp *tcp, struct tcb *t)
{
	count(tcp, ESTAB_COUNT_TCPAbortOnMemory);
	conn_reset(tcp, t, ESTAB_REASON_ORPHAN_NO_MEMORY, ESTAB_ECONNABORTED);
	tcb_settle(tcp, t);
}

/* Whether it gave any; it may be gone then. */
static bool
gives_text(struct tcp *tcp, struct tcb *t)
{
	const int64_t before = tcp->buffer_bytes;

	if (t->orphan && t->buffer_bytes > 0)
		let_go(tcp, t);
	else if (t->rcv.held_count > 0)
		receive_buffer_squeeze(tcp, t);
	return tcp->buffer_bytes < before;
}

/* Only of one that its peer lets wait: whoever still takes what his peer has
 * left to say will be done with it. */
static bool
gives_place(struct tcp *tcp, struct tcb *t)
{
	if (!t->orphan || tcb_opening(t) || t->snd.wnd >= t->snd.mss ||
	    (!tcb_outstanding(t) && tcb_unsent(t) == 0))
		return false;
	let_go(tcp, t);
	return true;
}

/* for_whom is not asked; 0: all are. */
static bool
bucket_gives(struct tcp *tcp, uint32_t for_whom, uint32_t bucket,
    gives_fn *gives)
{
	uint32_t ref = table_first(&tcp->arena, &tcp->table, bucket);

	while (ref) {
		struct tcb *t = tcb_at(tcp, ref);
		const bool asked = ref != for_whom;

		ref = t->head.chain;
		if (asked && t->head.kind == ESTAB_KIND_TCB && gives(tcp, t))
			return true;
	}
	return false;
}

/* Each in turn, a few a call: where it stopped it goes on. */
static bool
one_gives(struct tcp *tcp, uint32_t for_whom, gives_fn *gives)
{
	for (uint32_t n = 0; n < LOOKS; n++) {
		if (tcp->squeezed >= tcp->table.bucket_count)
			tcp->squeezed = 0;
		if (bucket_gives(tcp, for_whom, tcp->squeezed++, gives))
			return true;
	}
	return false;
}

bool
squeeze(struct tcp *tcp, const struct tcb *for_whom)
{
	return one_gives(tcp, tcb_ref(tcp, for_whom), gives_text);
}

bool
squeeze_place(struct tcp *tcp)
{
	return one_gives(tcp, 0, gives_place);
}
