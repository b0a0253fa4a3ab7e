/* SPDX-License-Identifier: BSD-2-Clause
 *
 * cookie.c - the initial sequence number of every passive open is a SYN
 * cookie (RFC 4987 3.6), in calm as in a flood, so that a half-open record
 * may be dropped and its last ACK still connects.
 *
 *     bit  31        8 7      5 4     2 1      0
 *          MAC, 24 bits | MSS  | scale | SACK | epoch is odd
 *
 * The low octet is masked with the high one, so that it does not stand in
 * the clear.  The MAC covers addresses, ports, the SYN's number, the epoch (a
 * stretch of 32 s of the wall clock), a label, and the low octet with what
 * the low bits of the SYN+ACK's time stamp hold:
 *
 *     bit  5    4      3      0
 *          ECN | SACK | scale, 15: none
 */
#include "tcp/flood.h"

#include "base/mem.h"
#include "tcp/tcp.h"
#include "wire/bytes.h"

#define EPOCH_NS (32 * ESTAB_SECOND)
#define ODD 0x01u
#define SACK 0x02u
#define SCALE_SHIFT 2
#define MSS_SHIFT 5
#define STAMP_NO_SCALE 0x0fu
#define STAMP_SACK 0x10u
#define STAMP_ECN 0x20u
#define STAMP_NONE 0x40u /* to the MAC: there are no time stamps */
#define MESSAGE_MAX (IDENTITY_MAX + 4u + COOKIE_TAIL_BYTES)

/* Sizes that are met, each a little below a common path (RFC 4987 names
 * such a table); and scales: a window taken too small does no harm. */
static const uint16_t mss_table[8] = { MSS_MIN, 536, 1220, 1360, 1400, 1440,
	1460, 8940 };
static const uint8_t scale_table[8] = { 0, 0, 2, 4, 6, 7, 8, 10 }; /* 0: none */

uint32_t
cookie_spoken(const struct tcp *tcp)
{
	return OFFER_SACK | OFFER_ECN |
	    (tcp->config.window_scale > 0 ? OFFER_WSCALE : 0u) |
	    (tcp->config.timestamps > 0 ? OFFER_TS : 0u);
}

struct offer
cookie_offer(const struct tcp *tcp, const struct arrival *a)
{
	const struct tcp_options *o = &a->seg.options;
	const struct offer said = {
		.mss = o->mss,
		.wscale = o->wscale < WSCALE_MAX ? o->wscale : WSCALE_MAX,
		.has = (uint8_t)((o->has_wscale ? OFFER_WSCALE : 0) |
		    (o->has_ts ? OFFER_TS : 0) |
		    (o->sack_permitted ? OFFER_SACK : 0) |
		    (a->seg.ece && a->seg.cwr ? OFFER_ECN : 0)),
	};

	return cookie_limit(said, cookie_spoken(tcp),
	    ip_is_v4(&a->tuple.remote) ? MSS_DEFAULT_V4 : MSS_DEFAULT_V6);
}

/* ---- What is remembered, in bits ---- */

static inline uint32_t
octet_of(const struct offer *offer)
{
	uint32_t mss = 7, scale = 0;

	while (mss > 0 && mss_table[mss] > offer->mss)
		mss--;
	if (offer->has & OFFER_WSCALE)
		for (scale = 7; scale_table[scale] > offer->wscale;)
			scale--;
	return mss << MSS_SHIFT | scale << SCALE_SHIFT |
	    (offer->has & OFFER_SACK ? SACK : 0);
}

static inline uint32_t
stamp_of(const struct offer *offer)
{
	const uint32_t has = offer->has;

	if (!(has & OFFER_TS))
		return STAMP_NONE;
	return (has & OFFER_WSCALE ? offer->wscale : STAMP_NO_SCALE) |
	    (has & OFFER_SACK ? STAMP_SACK : 0) |
	    (has & OFFER_ECN ? STAMP_ECN : 0);
}

static struct offer
offer_of(uint32_t octet, uint32_t stamp)
{
	const uint32_t scale = octet >> SCALE_SHIFT & 7u;
	struct offer offer = {
		.mss = mss_table[octet >> MSS_SHIFT & 7u],
		.wscale = scale_table[scale],
		.has = (uint8_t)((scale > 0 ? OFFER_WSCALE : 0) |
		    (octet & SACK ? OFFER_SACK : 0)),
	};

	if (stamp == STAMP_NONE)
		return offer;
	if (scale > 0)
		offer.wscale = stamp & STAMP_NO_SCALE;
	offer.has |= stamp & STAMP_ECN ? OFFER_TS | OFFER_ECN : OFFER_TS;
	return offer;
}

/* ---- The MAC ---- */

static uint32_t
epoch_now(const struct tcp *tcp)
{
	return (uint32_t)((tcp->now + tcp->config.wall_ns) / EPOCH_NS);
}

uint32_t
cookie_message(const struct tcp *tcp, uint32_t who_bytes, uint32_t epoch,
    uint8_t *message)
{
	put32(message + who_bytes, epoch << 8);
	put16(message + who_bytes + 3, tcp->config.cookie_label);
	return who_bytes + COOKIE_TAIL_BYTES;
}

void
cookie_hash(const struct tcp *tcp, const uint8_t key[16],
    const struct estab_messages *m, uint64_t *hash)
{
	const struct estab_crypto *crypto = &tcp->config.crypto;

	if (crypto->siphash_many) {
		crypto->siphash_many(key, m, hash);
		return;
	}
	for (size_t i = 0; i < m->count; i++)
		hash[i] = crypto->siphash(key, m->data + i * m->stride, m->n);
}

static uint32_t
mac(const struct tcp *tcp, const uint8_t key[16], const struct identity *id,
    uint32_t bits, uint32_t epoch)
{
	const uint32_t who_bytes = id->n + 4;
	uint8_t message[MESSAGE_MAX];
	const uint32_t n = cookie_message(tcp, who_bytes, epoch, message);

	memcpy(message, id->who, who_bytes);
	put16(message + n - 2, bits);
	return (uint32_t)tcp->config.crypto.siphash(key, message, n) &
	    0xffffff00u;
}

/* The key of a slot that has this use at least, or NULL; without given keys
 * there is one of our own. */
static const uint8_t *
key_at(const struct tcp *tcp, uint32_t slot, enum estab_key_use use)
{
	const struct estab_cookie_keys *keys = tcp->config.cookie_keys;

	if (keys)
		return keys->use[slot] >= (uint8_t)use ? keys->key[slot] : NULL;
	return slot == 0 ? tcp->iss_key : NULL;
}

struct instant
cookie_now(const struct tcp *tcp)
{
	const uint8_t *first = key_at(tcp, 0, ESTAB_KEY_SIGN);
	const uint8_t *second = key_at(tcp, 1, ESTAB_KEY_SIGN);

	return (struct instant){
		.key = first ? first :
		    second   ? second :
		               tcp->iss_key,
		.epoch = epoch_now(tcp),
		.stamp_key = isn_stamp_key(tcp),
		.clock = tcp->now_ms + isn_ts_origin(tcp),
	};
}

uint32_t
cookie_bits(const struct instant *now, const struct offer *offer)
{
	return (octet_of(offer) | (now->epoch & ODD)) << 8 | stamp_of(offer);
}

uint32_t
cookie_make(const struct tcp *tcp, const struct tuple *tuple, uint32_t irs,
    const struct offer *offer)
{
	const struct instant now = cookie_now(tcp);
	const uint32_t bits = cookie_bits(&now, offer);
	uint8_t who[IDENTITY_MAX + 4];
	const struct identity id = { who, isn_identity(tuple, irs, who) };

	return cookie_of(mac(tcp, now.key, &id, bits, now.epoch), bits);
}

uint32_t
cookie_tsval(const struct tcp *tcp, const struct tuple *tuple,
    const struct offer *offer)
{
	const struct instant now = cookie_now(tcp);
	uint8_t who[IDENTITY_MAX + 4];
	const struct identity id = { who, isn_identity(tuple, 0, who) };

	return cookie_stamp(now.clock + isn_keyed(tcp, now.stamp_key, &id),
	    stamp_of(offer));
}

/* Epochs whose cookies are honoured: the current one and the one before;
 * where other machines sign, those of clocks an epoch off, too.  The octet
 * tells which of two that follow each other it was. */
static bool
signed_by_us(const struct tcp *tcp, const struct arrival *a, uint32_t octet,
    uint32_t stamp)
{
	const struct estab_cookie_keys *keys = tcp->config.cookie_keys;
	const bool shared = keys && keys->shared;
	const uint32_t newest = epoch_now(tcp) + (shared ? 1 : 0);
	const uint32_t bits = octet << 8 | stamp;
	const uint32_t cookie = a->seg.ack - 1;
	const uint32_t ages = shared ? 4 : 2;
	uint8_t who[IDENTITY_MAX + 4];
	const struct identity id = { who,
		isn_identity(&a->tuple, a->seg.seq - 1, who) };

	for (uint32_t age = 0; age < ages; age++) {
		if (((newest - age) & 1u) != (octet & ODD))
			continue;
		for (uint32_t slot = 0; slot < 2; slot++) {
			const uint8_t *key =
			    key_at(tcp, slot, ESTAB_KEY_VERIFY);

			if (key &&
			    mac(tcp, key, &id, bits, newest - age) ==
			        (cookie & 0xffffff00u))
				return true;
		}
	}
	return false;
}

bool
cookie_open(struct tcp *tcp, const struct arrival *a, struct offer *offer)
{
	const struct tcp_options *o = &a->seg.options;
	const uint32_t cookie = a->seg.ack - 1;
	const uint32_t octet = (cookie ^ cookie >> 24) & 0xffu;
	const uint32_t stamp = o->has_ts && tcp->config.timestamps > 0 ?
	    o->tsecr & COOKIE_STAMP_BITS :
	    STAMP_NONE;

	if (!cookie_honoured(tcp))
		return false;
	if (!signed_by_us(tcp, a, octet, stamp)) {
		count(tcp, ESTAB_COUNT_SyncookiesFailed);
		return false;
	}
	*offer = offer_of(octet, stamp);
	return true;
}

void
cookie_honour(struct tcp *tcp)
{
	if (tcp->config.syn_cookies > 0)
		tcp->flood.cookies_until = tcp->now + 2 * EPOCH_NS;
}

bool
cookie_honoured(const struct tcp *tcp)
{
	const struct estab_cookie_keys *keys = tcp->config.cookie_keys;

	return tcp->config.syn_cookies > 0 &&
	    (tcp->now < tcp->flood.cookies_until || (keys && keys->shared));
}
