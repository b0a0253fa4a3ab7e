/* SPDX-License-Identifier: BSD-2-Clause
 *
 * syn_ack.c - what SYN-RECEIVED of a passive open sends: SYN+ACK and ACK.
 *
 * Towards an address that has proven nothing: one reply a segment, and at
 * most four bytes longer (an MSS option where the SYN had none).
 */
#include "tcp/tcp.h"

static struct reply *
reply(struct tcp *tcp, const struct half_open *h, enum estab_reason reason)
{
	const struct listener *l =
	    listen_find(tcp, &h->head.local, h->head.local_port);
	struct reply *r = reply_from(tcp, &h->head, reason);

	if (!r)
		return NULL;
	r->flags = ESTAB_ACK;
	r->ack = h->irs + 1;
	r->has_ts = h->has_ts;
	r->tsecr = h->ts_recent;
	r->wnd = UINT16_MAX;
	if (l) {
		r->ttl = l->options.ttl;
		r->tos = l->options.tos;
		if (l->options.receive_limit < UINT16_MAX)
			r->wnd = (uint16_t)l->options.receive_limit;
	}
	return r;
}

static struct offer
offer_of(const struct half_open *h)
{
	return (struct offer){
		.mss = h->mss,
		.wscale = (uint8_t)h->wscale,
		.has = (uint8_t)((h->has_wscale ? OFFER_WSCALE : 0) |
		    (h->has_ts ? OFFER_TS : 0) |
		    (h->head.sack ? OFFER_SACK : 0) |
		    (h->head.ecn ? OFFER_ECN : 0)),
	};
}

void
syn_ack_send(struct tcp *tcp, const struct half_open *h,
    enum estab_reason reason)
{
	const struct offer offer = offer_of(h);
	const struct listener *l =
	    listen_find(tcp, &h->head.local, h->head.local_port);
	struct reply *r = reply(tcp, h, reason);

	if (!r)
		return; /* sent again when its time is up */
	r->flags |= ESTAB_SYN;
	r->seq = h->iss;
	if (h->has_ts)
		r->tsval = cookie_tsval(tcp, &r->tuple, &offer);
	r->has_wscale = h->has_wscale;
	r->wscale = (uint8_t)h->rcv_shift;
	r->mss = tcb_mss_offer(tcp, h->head.link, conn_ip_bytes(&h->head),
	    l ? &l->options : NULL);
}

/* Beyond the SYN+ACK there are no numbers of ours yet: SND.NXT is y+1. */
void
syn_ack_ack(struct tcp *tcp, const struct half_open *h,
    enum estab_reason reason)
{
	struct reply *r = reply(tcp, h, reason);

	if (!r)
		return;
	r->seq = h->iss + 1;
	if (h->has_ts)
		r->tsval = tcp->now_ms + isn_ts_offset(tcp, &r->tuple);
	r->wnd = (uint16_t)(r->wnd >> h->rcv_shift);
}

void
syn_ack_take(struct half_open *h, const struct listener *l,
    const struct offer *offer)
{
	h->mss = offer->mss;
	h->has_wscale = (offer->has & OFFER_WSCALE) != 0;
	if (h->has_wscale) {
		h->wscale = offer->wscale & 0xfu;
		h->rcv_shift =
		    tcb_window_shift(l->options.receive_limit) & 0xfu;
	}
	h->has_ts = (offer->has & OFFER_TS) != 0;
	h->head.sack = (offer->has & OFFER_SACK) != 0;
	h->head.ecn = (offer->has & OFFER_ECN) != 0;
}
