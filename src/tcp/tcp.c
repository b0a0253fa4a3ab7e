/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tcp.c - the TCP of a host as a whole: made, its clock, its deadline.
 */
#include "tcp/tcp.h"

#include "base/mem.h"

#define REKEY_INTERVAL_NS (10 * ESTAB_SECOND)

static void
draw_keys(struct tcp *tcp)
{
	const struct estab_crypto *crypto = &tcp->config.crypto;

	crypto->random(crypto->context, tcp->iss_key, sizeof tcp->iss_key);
	crypto->random(crypto->context, tcp->ts_key, sizeof tcp->ts_key);
	crypto->random(crypto->context, tcp->port_key, sizeof tcp->port_key);
	crypto->random(crypto->context, tcp->table.key, sizeof tcp->table.key);
	crypto->random(crypto->context, tcp->draw_key, sizeof tcp->draw_key);
}

uint64_t
tcp_draw(struct tcp *tcp)
{
	tcp->draws++;
	return tcp->config.crypto.siphash(tcp->draw_key, &tcp->draws,
	    sizeof tcp->draws);
}

bool
tcp_init(struct tcp *tcp, uint64_t arena_bytes, uint32_t front,
    const struct estab_config *config, estab_time now)
{
	memset(tcp, 0, sizeof *tcp);
	if (!arena_init(&tcp->arena, arena_bytes, front))
		return false;
	tcp->config = *config;
	slab_init(&tcp->arena, SLAB_LISTENER, sizeof(struct listener));
	slab_init(&tcp->arena, SLAB_HALF_OPEN, sizeof(struct half_open));
	slab_init(&tcp->arena, SLAB_TCB, TCB_BYTES);
	slab_init(&tcp->arena, SLAB_TIME_WAIT, sizeof(struct time_wait));
	slab_init(&tcp->arena, SLAB_SENT, SENT_BYTES);
	slab_init(&tcp->arena, SLAB_HELD, 16);
	slab_init(&tcp->arena, SLAB_NEIGHBOUR, 64);
	wheel_init(&tcp->wheel, offsetof(struct tcb, wheel), now);
	tcp->now = now;
	tcp->now_ms = (uint32_t)(now / ESTAB_MS);
	tcp->gates_due = ESTAB_NEVER;
	draw_keys(tcp);
	tcp->table.keyed = now;
	return reply_init(tcp) && table_init(&tcp->arena, &tcp->table) &&
	    ports_init(tcp) && flood_init(tcp);
}

void
tcp_set_now(struct tcp *tcp, estab_time now)
{
	if (now < tcp->now) {
		count(tcp, ESTAB_COUNT_TCPClockBack);
		return;
	}
	tcp->now = now;
	tcp->now_ms = (uint32_t)(now / ESTAB_MS);
}

estab_time
tcp_deadline(const struct tcp *tcp)
{
	estab_time at = wheel_next(&tcp->wheel);
	estab_time other = half_open_deadline(tcp);

	if (tcp->reply_count > 0 || tcp->output[0].head)
		return tcp->now;
	at = other < at ? other : at;
	at = tcp->gates_due < at ? tcp->gates_due : at;
	other = time_wait_deadline(tcp);
	return other < at ? other : at;
}

static void
rekey(struct tcp *tcp)
{
	if (!tcp->table.crowded ||
	    tcp->now - tcp->table.keyed < REKEY_INTERVAL_NS)
		return;
	count(tcp, ESTAB_COUNT_TCPTableRekeyed);
	tcp->table.keyed = tcp->now;
	for (uint32_t i = 0; i < TABLE_KEYS; i++)
		tcp->table.key[i] = (uint32_t)tcp_draw(tcp);
	table_rekey(&tcp->arena, &tcp->table);
}

void
tcp_timeouts(struct tcp *tcp)
{
	uint32_t ref;

	while ((ref = wheel_take_due(&tcp->arena, &tcp->wheel, tcp->now)) != 0)
		timeout_run(tcp, tcb_at(tcp, ref));
	half_open_timeouts(tcp);
	gate_timeouts(tcp);
	time_wait_timeouts(tcp);
	rekey(tcp);
}

static uint32_t
ms_of(int64_t ns)
{
	const int64_t ms = (ns + ESTAB_MS - 1) / ESTAB_MS;

	return (uint32_t)(ms < UINT32_MAX ? ms : UINT32_MAX);
}

void
tcp_default_options(const struct tcp *tcp, struct conn_options *options)
{
	const struct estab_config *c = &tcp->config;

	memset(options, 0, sizeof *options);
	options->send_limit = (uint32_t)c->send_bytes;
	options->receive_limit = (uint32_t)c->receive_bytes;
	options->user_timeout_ms = ms_of(c->user_timeout_ns);
	options->fin_wait_2_ms = ms_of(c->fin_wait_2_ns);
	options->keepalive_idle_ms = ms_of(c->keepalive_idle_ns);
	options->keepalive_interval_ms = ms_of(c->keepalive_interval_ns);
	options->keepalive_probes = (uint8_t)c->keepalive_probes_max;
	options->ttl = (uint8_t)c->ttl;
}

struct conn_head *
tcp_find(const struct tcp *tcp, estab_conn conn)
{
	const uint32_t ref = (uint32_t)conn;
	const uint32_t generation = (uint32_t)(conn >> 32);
	struct conn_head *head;

	if (generation == 0 || slab_kind_at(&tcp->arena, ref) > SLAB_TIME_WAIT)
		return NULL;
	head = arena_at(&tcp->arena, ref);
	return head->generation == generation ? head : NULL;
}
