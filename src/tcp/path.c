/* SPDX-License-Identifier: BSD-2-Clause
 *
 * path.c - the path takes smaller packets than before, or larger ones (RFC
 * 1191, RFC 8201; RFC 9293 3.7.2).
 */
#include "tcp/tcp.h"

static void
take(struct tcp *tcp, struct tcb *t, uint32_t mtu)
{
	t->path_mtu = (uint16_t)(mtu < UINT16_MAX ? mtu : UINT16_MAX);
	tcb_set_mss(tcp, t);
	if (!tcb_opening(t) && t->congestion.cwnd < t->snd.mss)
		t->congestion.cwnd = t->snd.mss; /* one segment always may */
}

/* What was too big has not arrived: it goes out again at once, which is no
 * sign of congestion (RFC 1191 6.5), nor are the duplicate ACKs of what did
 * arrive. */
void
path_narrows(struct tcp *tcp, struct tcb *t, uint32_t mtu)
{
	take(tcp, t, mtu);
	sent_mark_all_lost(tcp, t);
	if (!t->in_recovery)
		t->recover = t->snd.nxt;
	t->why = ESTAB_REASON_OUT_RESEGMENT;
	tcb_owes(tcp, t);
}

/* A path narrower than its link was is so farther on, and stays so.  What has
 * left has passed the link; whatever of it is lost is cut anew when it is sent
 * again (output.c). */
static void
follow_link(struct tcp *tcp, struct tcb *t, uint32_t before, uint32_t mtu)
{
	if (mtu >= t->path_mtu && t->path_mtu < before)
		return;
	take(tcp, t, mtu);
	tcb_settle(tcp, t);
}

void
path_link(struct tcp *tcp, uint8_t link, uint32_t mtu)
{
	const uint32_t before = tcp->link[link].mtu;

	tcp->link[link].mtu = mtu;
	for (uint32_t n = 0; n < tcp->table.bucket_count; n++) {
		uint32_t ref = table_first(&tcp->arena, &tcp->table, n);

		while (ref) {
			struct tcb *t = tcb_at(tcp, ref);

			ref = t->head.chain;
			if (t->head.kind == ESTAB_KIND_TCB &&
			    t->head.link == link)
				follow_link(tcp, t, before, mtu);
		}
	}
}
