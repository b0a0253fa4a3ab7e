/* SPDX-License-Identifier: BSD-2-Clause
 *
 * words.c - a case, what was expected and what was seen, in one line.
 */
#include <stdio.h>

#include "words.h"

static void
print_flags(const struct segment *seg)
{
	printf("%s%s%s%s%s%s%s%s", seg->syn ? "SYN " : "",
	    seg->fin ? "FIN " : "", seg->rst ? "RST " : "",
	    seg->psh ? "PSH " : "", seg->has_ack ? "ACK " : "",
	    seg->urg ? "URG " : "", seg->ece ? "ECE " : "",
	    seg->cwr ? "CWR " : "");
}

static void
print_replies(unsigned replies)
{
	static const char *const name[] = { "quiet", "owed", "ACK", "SYN+ACK",
		"RST", "RST+ACK" };
	const char *between = "";

	for (unsigned i = 0; i < 6; i++) {
		if ((replies >> i & 1) == 0)
			continue;
		printf("%s%s", between, name[i]);
		between = "/";
	}
	if (replies == 0)
		printf("a strange segment");
}

static void
print_outcome(const struct oracle_connection *c, const struct oracle_outcome *o)
{
	printf("{%s, ", estab_state_name(o->state));
	print_replies(o->replies);
	printf(", una%+d, nxt%+d, held %u", (int)(o->snd_una - c->snd_una),
	    (int)(o->rcv_nxt - c->rcv_nxt), o->held_bytes);
	if (o->error != 0)
		printf(", error %d", o->error);
	printf(" (%s)}", o->clause);
}

static void
print_seen(const struct oracle_connection *c, const struct seen *seen)
{
	const struct estab_status *s = &seen->after;

	printf("seen {%s, ", estab_state_name(s->state));
	print_replies(seen->reply);
	if (seen->control_count > 0)
		printf(" <SEQ=una%+d ACK=nxt%+d WND=%u>",
		    (int)(seen->control.seg.seq - c->snd_una),
		    (int)(seen->control.seg.ack - c->rcv_nxt),
		    seen->control.seg.wnd);
	if (seen->text_count > 0)
		printf(" and %d of text", seen->text_count);
	if (s->kind != ESTAB_KIND_NONE)
		printf(", una%+d, nxt%+d, held %u, snd.wnd %u",
		    (int)(s->snd_una - c->snd_una),
		    (int)(s->rcv_nxt - c->rcv_nxt), s->receive_reorder_bytes,
		    s->snd_wnd);
	if (seen->error != 0)
		printf(", error %d", seen->error);
	printf(", read %u, urgent %d}", seen->read_bytes, (int)seen->urgent);
}

void
words_print(const struct words_case *w)
{
	const struct oracle_connection *c = &w->mould->known;

	printf("%s (%s%s) v%d iss=%u irs=%u: ", estab_state_name(c->state),
	    w->setting->name, c->passive ? ", passive" : "",
	    w->mould->bench->family, c->iss, c->irs);
	print_flags(w->seg);
	printf("seq=%s(nxt%+d) ack=%s(una%+d) text=%u: %s; expected ",
	    w->place_seq, (int)(w->seg->seq - c->rcv_nxt), w->place_ack,
	    (int)(w->seg->ack - c->snd_una), w->seg->text_len, w->wrong);
	for (int i = 0; i < w->answer->count; i++)
		print_outcome(c, &w->answer->outcome[i]);
	printf("; ");
	print_seen(c, w->seen);
	if (w->reason != NULL)
		printf(" because %s", w->reason);
	printf(" [nxt..una %d, wnd %u]\n", (int)(c->snd_nxt - c->snd_una),
	    c->rcv_wnd);
}
