/* SPDX-License-Identifier: BSD-2-Clause
 *
 * judge_watch.c - one segment arrives, and everything that can be seen is.
 */
#include <string.h>

#include "judge.h"

/* What a control segment is by its flags; its numbers are checked later. */
static unsigned
form(const struct segment *seg)
{
	if (seg->fin || seg->urg || seg->psh)
		return 0;
	if (seg->rst)
		return seg->syn  ? 0 :
		    seg->has_ack ? ORACLE_RST_ACK :
		                   ORACLE_RST;
	if (!seg->has_ack)
		return 0;
	return seg->syn ? ORACLE_SYN_ACK : ORACLE_ACK;
}

static void
watch_output(struct bench *b, struct seen *seen)
{
	struct bench_sent sent[BENCH_SENT_MAX];
	const int n = bench_leaves(b, sent);

	for (int i = 0; i < n; i++) {
		if (sent[i].seg.text_len > 0) {
			seen->text_count++;
			seen->snd_end = sent[i].seg.seq + sent[i].seg.len;
			continue;
		}
		if (sent[i].seg.flags == ESTAB_SYN) {
			seen->syn_count++;
			seen->syn_seq = sent[i].seg.seq;
			continue;
		}
		seen->control_count++;
		seen->control = sent[i];
		seen->reply = form(&sent[i].seg);
		if (seen->reply == 0)
			bench_fault(b, "a reply with strange flags");
	}
}

static void
watch_events(struct bench *b, struct seen *seen)
{
	struct estab_event event;
	struct estab_status status;

	while (estab_event(b->host, &event) > 0) {
		seen->event = true;
		if (event.conn != b->conn)
			continue;
		seen->events |= event.ready;
		seen->error = event.error;
	}
	if (b->conn != 0 && seen->error == 0 &&
	    estab_status(b->host, b->conn, &status) >= 0)
		seen->error = status.error;
}

void
judge_watch(struct bench *b, const struct mould *m, const struct segment *seg,
    struct seen *seen)
{
	const struct oracle_connection *c = &m->known;
	const struct bench_genuine genuine = {
		.first = c->rcv_nxt,
		.end = c->rcv_nxt + c->rcv_wnd,
		.held_first = c->held ? c->held_first : 0,
		.held_end = c->held ? c->held_end : 0,
	};
	const bool known_text = c->state != ESTAB_SYN_SENT &&
	    c->state != ESTAB_LISTEN && !oracle_supersedes(c, seg);

	memset(seen, 0, sizeof(*seen));
	if (!known_text && seg->syn)
		b->irs = seg->seq; /* this is where its stream begins */
	bench_arrives(b, seg, known_text ? &genuine : NULL);
	watch_output(b, seen);
	seen->after = bench_status(b);
	seen->ack_owed = seen->after.kind == ESTAB_KIND_TCB &&
	    seen->after.ack_at != ESTAB_NEVER;
	if (seen->control_count == 0)
		seen->reply = seen->ack_owed ? ORACLE_OWED : ORACLE_QUIET;
	watch_events(b, seen);
	if (b->conn == 0 && seen->after.state != ESTAB_SYN_RECEIVED &&
	    bench_accept(b))
		seen->events = (unsigned)estab_ready(b->host, b->conn);
	if (b->conn != 0 && seen->after.state != ESTAB_CLOSED)
		seen->urgent = estab_urgent(b->host, b->conn);
	bench_read(b);
	seen->read_bytes = (uint32_t)b->received_bytes;
}
