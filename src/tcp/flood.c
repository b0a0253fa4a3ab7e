/* SPDX-License-Identifier: BSD-2-Clause
 *
 * flood.c - what is done with a SYN for a listener: a record of the SYN
 * cache, an answer without one, or nothing (RFC 4987 3).
 */
#include "tcp/flood.h"

#include "base/mem.h"
#include "tcp/tcp.h"

#define HALVE_SHIFT 30
#define REPEATS_MAX 16u /* to an address in a window of its budget */

bool
flood_init(struct tcp *tcp)
{
	static const uint8_t names[2][8] = { "rates", "counts" };
	uint64_t key[2][2];

	for (uint32_t n = 0; n < 4; n++) {
		uint8_t name[9];

		memcpy(name, names[n / 2], 8);
		name[8] = (uint8_t)n;
		key[n / 2][n % 2] = tcp->config.crypto.siphash(tcp->port_key,
		    name, sizeof name);
	}
	tcp->flood.halved = tcp->now >> HALVE_SHIFT;
	if (tcp->config.cookie_keys)
		cookie_honour(tcp);
	return rates_init(&tcp->arena, &tcp->flood.rates, key[0]) &&
	    budget_init(tcp, &tcp->flood.surplus) &&
	    (tcp->config.source_connections_max == 0 ||
	        counts_init(&tcp->arena, &tcp->flood.counts, key[1]));
}

/* ---- Pressure ---- */

/* What was answered without a record and not heard of since would stand in
 * the cache: it counts, but half as much every second. */
static uint32_t
stateless(const struct tcp *tcp)
{
	const int64_t passed = (tcp->now >> HALVE_SHIFT) - tcp->flood.halved;

	return passed < 32 ? tcp->flood.stateless >> passed : 0;
}

static uint64_t
load(const struct tcp *tcp)
{
	return (uint64_t)tcp->half_open_count + stateless(tcp);
}

static inline enum estab_pressure
pressure_at(const struct tcp *tcp, uint64_t now)
{
	const uint64_t most = tcp->config.half_open_max;

	if (now >= most)
		return ESTAB_FLOODED;
	if (now * 100 <= most * 12)
		return ESTAB_CALM;
	if (tcp->flood.pressure == ESTAB_CALM && now * 4 >= most)
		return ESTAB_PRESSED;
	return tcp->flood.pressure;
}

uint32_t
flood_defences(const struct estab_config *config)
{
	const int32_t cookies = config->syn_cookies;
	const int32_t policy = config->source_policy;

	return (cookies > 0 ? ESTAB_DEFENCE_COOKIES : 0u) |
	    (cookies == ESTAB_COOKIES_ALWAYS ? ESTAB_DEFENCE_ALWAYS : 0u) |
	    (config->half_open_evict > 0 ? ESTAB_DEFENCE_EVICT : 0u) |
	    (config->syn_ack_adaptive > 0 ? ESTAB_DEFENCE_ADAPTIVE : 0u) |
	    (policy == ESTAB_SOURCE_DEMOTE ? ESTAB_DEFENCE_DEMOTE : 0u) |
	    (policy == ESTAB_SOURCE_DROP ? ESTAB_DEFENCE_DROP : 0u) |
	    (config->syn_acks_per_second > 0 ? ESTAB_DEFENCE_LIMIT : 0u) |
	    (config->source_connections_max > 0 ? ESTAB_DEFENCE_CONNECTIONS :
	                                          0u) |
	    (config->syns_last > 0 ? ESTAB_DEFENCE_LAST : 0u);
}

enum estab_pressure
flood_pressure(const struct tcp *tcp)
{
	return pressure_at(tcp, load(tcp));
}

static void
update(struct tcp *tcp)
{
	struct flood *f = &tcp->flood;
	const int64_t now = tcp->now >> HALVE_SHIFT;

	if (now != f->halved) {
		f->stateless = stateless(tcp);
		f->halved = now;
	}
	f->pressure =
	    pressure_at(tcp, (uint64_t)tcp->half_open_count + f->stateless);
}

int32_t
flood_tries(struct tcp *tcp)
{
	const int32_t most = tcp->config.syn_ack_tries_max;

	update(tcp);
	if (tcp->config.syn_ack_adaptive <= 0)
		return most;
	if (tcp->flood.pressure == ESTAB_FLOODED)
		return 0;
	return load(tcp) * 4 >= (uint64_t)tcp->config.half_open_max * 3 &&
	        most > 1 ?
	    1 :
	    most;
}

void
flood_answered(struct tcp *tcp)
{
	tcp->flood.stateless++;
}

void
flood_completed(struct tcp *tcp)
{
	update(tcp);
	if (tcp->flood.stateless > 0)
		tcp->flood.stateless--;
}

bool
flood_expects(const struct tcp *tcp)
{
	return tcp->config.syn_cookies > 0 && stateless(tcp) > 0;
}

/* ---- A SYN ---- */

static enum flood_verdict
drop(struct tcp *tcp, struct arrival *a, enum estab_counter counter,
    enum estab_reason reason)
{
	count(tcp, counter);
	count(tcp, ESTAB_COUNT_ListenDrops);
	a->reason = reason;
	return FLOOD_DROP;
}

static bool
makes_room(struct tcp *tcp)
{
	return tcp->half_open_count < tcp->config.half_open_max ||
	    (tcp->config.half_open_evict > 0 && half_open_evict(tcp));
}

/* A program that wants to answer by itself needs a record to answer, and the
 * ISS that a TIME-WAIT pair gets is no cookie.  Who has such a pair has shown
 * that it is there. */
static inline bool
may_go_without(const struct tcp *tcp, const struct listener *l, bool reuse)
{
	return tcp->config.syn_cookies > 0 && !l->defer && !reuse;
}

static enum flood_verdict
no_room(struct tcp *tcp, const struct listener *l, struct arrival *a,
    bool reuse)
{
	if (may_go_without(tcp, l, reuse)) {
		count(tcp, ESTAB_COUNT_TCPReqQFullDoCookies);
		return FLOOD_COOKIE;
	}
	if (makes_room(tcp))
		return FLOOD_RECORD;
	return drop(tcp, a, ESTAB_COUNT_TCPReqQFullDrop,
	    ESTAB_REASON_LISTEN_QUEUE_FULL);
}

/* One source sends too many.  Its address may be that of a thousand honest
 * users, so the default is only to keep nothing of them. */
static enum flood_verdict
judge_source(struct tcp *tcp, const struct listener *l, struct arrival *a,
    bool reuse)
{
	const struct estab_config *c = &tcp->config;

	if (c->source_policy <= 0 || tcp->flood.pressure == ESTAB_CALM ||
	    a->rate <= (uint32_t)c->source_syns_per_second)
		return FLOOD_RECORD;
	if (c->source_policy == ESTAB_SOURCE_DROP)
		return drop(tcp, a, ESTAB_COUNT_TCPSourceDropped,
		    ESTAB_REASON_LISTEN_SOURCE_RATE);
	if (!may_go_without(tcp, l, reuse))
		return FLOOD_RECORD;
	count(tcp, ESTAB_COUNT_TCPSourceDemoted);
	return FLOOD_COOKIE;
}

/* Above the limit every SYN of an address has the same chance, so that as many
 * are answered as the limit says and, whoever else claims the address, its own
 * SYN gets its share, and sent again another draw.  Whatever else would choose
 * - who comes first, who asks again - a sender who knows it does as well as
 * the address itself.  Where a flood sets in, or the sketch counts no farther,
 * the draws would answer more than the limit: not twice as many. */
__attribute__((noinline)) static bool
is_drawn(struct tcp *tcp, struct estab_address whose, uint32_t rate,
    uint32_t most)
{
	return (tcp_draw(tcp) >> 32) % rate < most &&
	    budget_spend(tcp, &tcp->flood.surplus, &whose, most);
}

bool
flood_admits(struct tcp *tcp, struct arrival *a)
{
	const uint32_t most = (uint32_t)tcp->config.syn_acks_per_second;

	a->rate = rates_add(&tcp->arena, &tcp->flood.rates, &a->tuple.remote,
	    tcp->now);
	if (most == 0 || a->rate <= most ||
	    is_drawn(tcp, a->tuple.remote, a->rate, most))
		return true;
	count(tcp, ESTAB_COUNT_TCPSynAckLimited);
	if (a->state == ESTAB_LISTEN)
		count(tcp, ESTAB_COUNT_ListenDrops);
	a->reason = ESTAB_REASON_LISTEN_SYN_ACK_RATE;
	return false;
}

enum flood_verdict
flood_judge(struct tcp *tcp, const struct listener *l, struct arrival *a,
    bool reuse)
{
	const struct estab_config *c = &tcp->config;
	enum flood_verdict verdict;

	update(tcp);
	if (flood_source_full(tcp, &a->tuple.remote))
		return drop(tcp, a, ESTAB_COUNT_TCPSourceFull,
		    ESTAB_REASON_LISTEN_SOURCE_FULL);
	verdict = judge_source(tcp, l, a, reuse);
	if (verdict != FLOOD_RECORD)
		return verdict;
	if (c->syn_cookies == ESTAB_COOKIES_ALWAYS &&
	    may_go_without(tcp, l, reuse))
		return FLOOD_COOKIE;
	return tcp->flood.pressure == ESTAB_FLOODED ?
	    no_room(tcp, l, a, reuse) :
	    FLOOD_RECORD;
}

/* Nobody has shown yet to be at the address: who forges its SYNs makes us send
 * it six packets for one.  A few records may, so that an honest client does
 * not notice; of many the rest wait for their client to ask again. */
bool
flood_repeats(struct tcp *tcp, const struct estab_address *to)
{
	if (tcp->config.syn_acks_per_second == 0 ||
	    budget_spend(tcp, &tcp->flood.surplus, to, REPEATS_MAX))
		return true;
	count(tcp, ESTAB_COUNT_TCPSynRepeatLimited);
	return false;
}

/* ---- Connections of a source ---- */

void
flood_source_opened(struct tcp *tcp, struct tcb *t)
{
	if (!tcp->flood.counts.cells)
		return;
	t->counted = true;
	tcp->flood.counted++;
	counts_add(&tcp->arena, &tcp->flood.counts, &t->head.remote);
}

void
flood_source_closed(struct tcp *tcp, struct tcb *t)
{
	if (!t->counted)
		return;
	t->counted = false;
	tcp->flood.counted--;
	counts_take(&tcp->arena, &tcp->flood.counts, &t->head.remote);
}

/* What all others leave in a cell on the average is allowed twice, as for
 * rates: else as many connections as there are cells, times the limit, would
 * make every source look full. */
bool
flood_source_full(struct tcp *tcp, const struct estab_address *source)
{
	uint32_t noise;

	if (!tcp->flood.counts.cells)
		return false;
	noise = (tcp->flood.counted + SKETCH_CELLS / 4) >> (SKETCH_BITS - 1);
	return counts_of(&tcp->arena, &tcp->flood.counts, source) >=
	    (uint32_t)tcp->config.source_connections_max + noise;
}
