/* SPDX-License-Identifier: BSD-2-Clause
 *
 * aim.c - SYNs of one batch to one listener that get a cookie alone.
 */
#include "host/aim.h"

#include "base/mem.h"
#include "host/plain.h"

_Static_assert(sizeof((struct reply *)0)->packet >= ANSWER_BYTES_MAX,
    "an answer fits where it waits");

void
aim_begin(struct aim *aim)
{
	aim->link = AIM_NONE;
	aim->stamped = false;
	aim->next = aim->waiting;
}

/* What a cookie remembers of aim->said. */
__attribute__((noinline)) static void
remember(struct aim *aim, bool v4)
{
	const struct offer offer = cookie_limit(aim->said, aim->spoken,
	    v4 ? MSS_DEFAULT_V4 : MSS_DEFAULT_V6);

	aim->bits = (uint16_t)cookie_bits(&aim->now, &offer);
	aim->has = offer.has;
}

static uint64_t
ends_of(const struct estab_host *host)
{
	uint64_t own = 0;

	for (uint32_t i = 0; i < host->address_count; i++) {
		const struct host_address *a = &host->address[i];

		own |= UINT64_C(1) << a->address.byte[15] % 64 |
		    UINT64_C(1) << a->broadcast.byte[15] % 64;
	}
	return own;
}

static uint32_t
who_bytes(uint32_t ip_bytes)
{
	return ip_bytes == PLAIN_V4 ? 16 : 40;
}

__attribute__((noinline)) void
aim_take(struct estab_host *host, struct aim *aim, struct tuple t, uint8_t link)
{
	struct tcp *tcp = &host->tcp;
	const bool v4 = ip_is_v4(&t.local);
	const uint32_t ip_bytes = v4 ? PLAIN_V4 : PLAIN_V6;
	struct listener *l = listen_find(tcp, &t.local, t.local_port);
	struct ip_packet ip = { .version = v4 ? 4 : 6, .dont_fragment = true };

	aim->listener = NULL;
	aim->local = t.local;
	aim->port = t.local_port;
	aim->link = link;
	if (!l || listen_backlog_full(l) || !address_is_ours(host, &t.local) ||
	    ip_is_loopback(&t.local))
		return;
	ip.ttl = l->options.ttl ? l->options.ttl : (uint8_t)tcp->config.ttl;
	ip.tos = l->options.tos;
	aim->listener = l;
	aim->own = ends_of(host);
	aim->spoken = (uint8_t)cookie_spoken(tcp);
	aim->now = cookie_now(tcp);
	aim->wscale = tcb_window_shift(l->options.receive_limit);
	aim->form.partial = tcp->link[link].checksum_out;
	answer_begin(&aim->form, &ip,
	    l->options.receive_limit < UINT16_MAX ? l->options.receive_limit :
	                                            UINT16_MAX,
	    tcb_mss_offer(tcp, link, ip_bytes, &l->options));
	memset(&aim->said, 0, sizeof aim->said);
	remember(aim, v4);
	for (uint32_t i = 0; i < AIM_TOGETHER; i++)
		(void)cookie_message(tcp, who_bytes(ip_bytes), aim->now.epoch,
		    aim->waiting[i].message);
}

void
aim_wait(struct aim *aim, const struct syn *s, const uint8_t *syn,
    uint32_t ip_bytes, struct reply *reply)
{
	const uint32_t bytes = who_bytes(ip_bytes);
	struct aim_waiting *w = aim->next++;

	if (memcmp(&aim->said, &s->said, sizeof aim->said) != 0) {
		aim->said = s->said;
		remember(aim, ip_bytes == PLAIN_V4);
	}
	memcpy(w->message, syn + ip_bytes - (bytes - 8), bytes);
	put16(w->message + bytes + COOKIE_TAIL_BYTES - 2, aim->bits);
	w->syn = syn;
	w->reply = reply;
	w->tsval = s->tsval;
	w->bits = aim->bits;
	w->has = aim->has;
	if (aim->has & OFFER_TS)
		aim->stamped = true;
}

static inline void
fill(const struct aim *aim, const struct aim_waiting *w, uint32_t ip_bytes,
    const struct answer *made)
{
	w->reply->packet_bytes = (uint8_t)answer_fill(w->reply->packet,
	    &aim->form, w->syn, ip_bytes, made);
}

/* What syn_ack_send() says of one without a record. */
static inline void
answer(const struct aim *aim, const struct aim_waiting *w, uint32_t ip_bytes,
    uint64_t hash, const uint64_t *stamp)
{
	struct answer made = {
		.seq = cookie_of(hash, w->bits),
		.ack = get32(w->syn + ip_bytes + 4) + 1,
	};

	if (!(w->has & (OFFER_TS | OFFER_WSCALE))) {
		fill(aim, w, ip_bytes, &made);
		return;
	}
	made.wscale = aim->wscale;
	made.has_wscale = w->has & OFFER_WSCALE;
	if (w->has & OFFER_TS) {
		made.has_ts = true;
		made.tsval =
		    cookie_stamp(aim->now.clock + (uint32_t)*stamp, w->bits);
		made.tsecr = w->tsval;
	}
	fill(aim, w, ip_bytes, &made);
}

/* All that wait. */
static inline void
answer_all(struct tcp *tcp, struct aim *aim, uint32_t ip_bytes)
{
	const uint32_t bytes = who_bytes(ip_bytes);
	struct estab_messages messages = { aim->waiting[0].message,
		bytes + COOKIE_TAIL_BYTES, sizeof aim->waiting[0],
		aim_count(aim) };
	uint64_t hash[AIM_TOGETHER], stamp[AIM_TOGETHER] = { 0 };

	cookie_honour(tcp);
	cookie_hash(tcp, aim->now.key, &messages, hash);
	messages.n = bytes - 4;
	if (aim->stamped)
		cookie_hash(tcp, aim->now.stamp_key, &messages, stamp);
	for (uint32_t i = 0; i < messages.count; i++)
		answer(aim, &aim->waiting[i], ip_bytes, hash[i], &stamp[i]);
	aim->next = aim->waiting;
	aim->stamped = false;
}

__attribute__((flatten, noinline)) static void
answer_v4_all(struct tcp *tcp, struct aim *aim)
{
	answer_all(tcp, aim, PLAIN_V4);
}

__attribute__((flatten, noinline)) static void
answer_v6_all(struct tcp *tcp, struct aim *aim)
{
	answer_all(tcp, aim, PLAIN_V6);
}

void
aim_answer(struct tcp *tcp, struct aim *aim, uint32_t ip_bytes)
{
	if (ip_bytes == PLAIN_V4)
		answer_v4_all(tcp, aim);
	else
		answer_v6_all(tcp, aim);
}
