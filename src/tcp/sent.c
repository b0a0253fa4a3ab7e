/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sent.c - the retransmission queue (RFC 9293 3.8): records beside the send
 * buffer, in order of their numbers, covering [SND.UNA, SND.NXT) without gap
 * or overlap.  A record marked lost is not in flight and will be sent again.
 */
#include "tcp/tcp.h"

static struct sent *
sent_at(const struct tcp *tcp, uint32_t ref)
{
	return arena_at(&tcp->arena, ref);
}

static uint32_t
length(const struct sent *s)
{
	return seq_span(s->first, s->end);
}

/* With no record to be had the last one grows: its times and its age are then
 * those of its newest part. */
static struct sent *
new_record(struct tcp *tcp, struct tcb *t, struct sent *last, uint32_t end)
{
	const bool full = last && !last->lost &&
	    t->snd.sent_count >= tcp->config.retransmit_records_max;
	const uint32_t ref = full ? 0 : slab_take(&tcp->arena, SLAB_SENT);
	struct sent *s;

	if (!ref && !last)
		return NULL;
	if (!ref && last->lost)
		return NULL;
	t->snd.flight += seq_span(t->snd.nxt, end);
	if (!ref) {
		last->end = end;
		last->times = 2; /* no sample from a mixed record */
		last->sent_at = tcp->now;
		return last;
	}
	s = sent_at(tcp, ref);
	s->first = t->snd.nxt;
	s->end = end;
	s->times = 1;
	s->sent_at = tcp->now;
	if (last)
		last->next = ref;
	else
		t->snd.sent_first = ref;
	t->snd.sent_last = ref;
	t->snd.sent_count++;
	return s;
}

/* Segments that leave at one instant are one record, as if they had been a
 * super-segment: what tells them apart is only where a loss will cut. */
static bool
belongs_to(const struct tcp *tcp, const struct sent *last, uint32_t end)
{
	return last->sent_at == tcp->now && last->times == 1 && !last->lost &&
	    !last->syn && !last->fin &&
	    seq_span(last->first, end) <= UINT16_MAX;
}

/* Note that [SND.NXT, end) leaves now. */
struct sent *
sent_push(struct tcp *tcp, struct tcb *t, uint32_t end)
{
	struct sent *last =
	    t->snd.sent_last ? sent_at(tcp, t->snd.sent_last) : NULL;

	if (last && belongs_to(tcp, last, end)) {
		t->snd.flight += seq_span(t->snd.nxt, end);
		last->end = end;
		return last;
	}
	return new_record(tcp, t, last, end);
}

uint32_t
sent_room(const struct tcp *tcp, const struct sent *s)
{
	return belongs_to(tcp, s, s->end) ? UINT16_MAX - length(s) : 0;
}

void
sent_grow(struct tcp *tcp, struct tcb *t, uint32_t n)
{
	sent_at(tcp, t->snd.sent_last)->end += n;
	t->snd.flight += n;
}

struct sent *
sent_first_lost(const struct tcp *tcp, const struct tcb *t)
{
	uint32_t ref = t->snd.sent_first;

	/* Lost records come first: a time-out marks all of them, fast
	 * recovery the first.  Those sent again since are before them, each
	 * in flight. */
	while (ref) {
		struct sent *s = sent_at(tcp, ref);

		if (s->lost)
			return s;
		ref = s->next;
	}
	return NULL;
}

void
sent_split(struct tcp *tcp, struct tcb *t, struct sent *s, uint32_t end)
{
	const uint32_t ref = slab_take(&tcp->arena, SLAB_SENT);
	struct sent *rest;

	if (!ref)
		return;
	rest = sent_at(tcp, ref);
	*rest = *s;
	rest->first = end;
	rest->syn = false;
	s->end = end;
	s->fin = false;
	s->next = ref;
	if (!rest->next)
		t->snd.sent_last = ref;
	t->snd.sent_count++;
	if (s->lost)
		t->lost_count++;
}

/* The first segment of the queue is what the peer misses. */
void
sent_mark_first_lost(struct tcp *tcp, struct tcb *t)
{
	struct sent *s;

	if (!t->snd.sent_first)
		return;
	s = sent_at(tcp, t->snd.sent_first);
	if (length(s) > t->snd.mss && !s->lost)
		sent_split(tcp, t, s, s->first + t->snd.mss);
	sent_mark_lost(t, s);
}

void
sent_mark_lost(struct tcb *t, struct sent *s)
{
	if (s->lost)
		return;
	s->lost = true;
	t->snd.flight -= length(s);
	t->lost_count++;
}

void
sent_mark_all_lost(struct tcp *tcp, struct tcb *t)
{
	for (uint32_t ref = t->snd.sent_first; ref;
	     ref = sent_at(tcp, ref)->next)
		sent_mark_lost(t, sent_at(tcp, ref));
}

void
sent_again(struct tcp *tcp, struct tcb *t, struct sent *s)
{
	if (s->lost) {
		s->lost = false;
		t->snd.flight += length(s);
		t->lost_count--;
	}
	if (s->times < UINT16_MAX)
		s->times++;
	s->sent_at = tcp->now;
}

bool
sent_is_again(const struct tcp *tcp, const struct tcb *t, uint32_t seq)
{
	for (uint32_t ref = t->snd.sent_first; ref;
	     ref = sent_at(tcp, ref)->next) {
		const struct sent *s = sent_at(tcp, ref);

		if (seq_ge(seq, s->first) && seq_lt(seq, s->end))
			return s->times > 1;
	}
	return false;
}

/* [first, end), as a record of its own as far as memory allows; else what
 * has not left is found missing by its time-out. */
void
sent_take_back(struct tcp *tcp, struct tcb *t, uint32_t first, uint32_t end)
{
	for (uint32_t ref = t->snd.sent_first; ref;
	     ref = sent_at(tcp, ref)->next) {
		struct sent *s = sent_at(tcp, ref);

		if (s->lost || seq_le(s->end, first))
			continue;
		if (seq_ge(s->first, end))
			return;
		if (seq_lt(s->first, first)) {
			sent_split(tcp, t, s, first); /* what is behind: next */
			continue;
		}
		if (seq_gt(s->end, end))
			sent_split(tcp, t, s, end);
		if (seq_gt(s->end, end))
			return;
		sent_mark_lost(t, s);
		if (s->times > 0)
			s->times--;
	}
}

static void
pop(struct tcp *tcp, struct tcb *t, struct sent *s)
{
	const uint32_t ref = t->snd.sent_first;

	if (s->lost)
		t->lost_count--;
	else
		t->snd.flight -= length(s);
	t->snd.sent_first = s->next;
	if (!s->next)
		t->snd.sent_last = 0;
	t->snd.sent_count--;
	slab_give(&tcp->arena, SLAB_SENT, ref);
}

static void
trim(struct tcb *t, struct sent *s, uint32_t una)
{
	if (!s->lost)
		t->snd.flight -= seq_span(s->first, una);
	s->first = una;
	s->syn = false;
}

/* The sample is of the newest record, if none of those acknowledged together
 * was sent twice: text behind a hole waited for it, and would measure the
 * repair instead of the path (RFC 6298 3). */
void
sent_acked(struct tcp *tcp, struct tcb *t, uint32_t una, int64_t *sample_ns)
{
	bool again = false;

	*sample_ns = 0;
	while (t->snd.sent_first) {
		struct sent *s = sent_at(tcp, t->snd.sent_first);

		if (seq_gt(s->end, una)) {
			if (seq_lt(s->first, una)) {
				if (!again && s->times == 1 && !s->lost)
					*sample_ns = tcp->now - s->sent_at;
				trim(t, s, una);
			}
			return;
		}
		again = again || s->times > 1 || s->lost;
		*sample_ns = again ? 0 : tcp->now - s->sent_at;
		pop(tcp, t, s);
	}
}

void
sent_clear(struct tcp *tcp, struct tcb *t)
{
	while (t->snd.sent_first)
		pop(tcp, t, sent_at(tcp, t->snd.sent_first));
}
