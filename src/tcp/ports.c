/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ports.c - who uses a local port.
 */
#include "tcp/ports.h"

#include "base/mem.h"
#include "tcp/tcp.h"

static uint32_t *
chain_of(const struct tcp *tcp, uint16_t port)
{
	return (uint32_t *)arena_at(&tcp->arena, tcp->ports) +
	    port % PORTS_CHAINS;
}

static struct port_claim *
claim_at(const struct tcp *tcp, uint32_t ref)
{
	return ref ? arena_at(&tcp->arena, ref) : NULL;
}

static bool
is_of(const struct port_claim *claim, const struct conn_head *head)
{
	return claim->port == head->local_port &&
	    ip_same(&claim->address, &head->local);
}

bool
ports_init(struct tcp *tcp)
{
	slab_init(&tcp->arena, SLAB_PORT, sizeof(struct port_claim));
	tcp->ports = arena_take(&tcp->arena, PORTS_ORDER);
	if (!tcp->ports)
		return false;
	memset(arena_at(&tcp->arena, tcp->ports), 0,
	    PORTS_CHAINS * sizeof(uint32_t));
	return true;
}

/* What was looked for last comes first: a server's port, for most. */
static struct port_claim *
find(struct tcp *tcp, const struct conn_head *head)
{
	struct port_claim *claim = claim_at(tcp, tcp->recent_port);

	if (claim && is_of(claim, head))
		return claim;
	claim = claim_at(tcp, *chain_of(tcp, head->local_port));
	while (claim && !is_of(claim, head))
		claim = claim_at(tcp, claim->chain);
	tcp->recent_port = claim ? arena_ref(&tcp->arena, claim) : 0;
	return claim;
}

static struct port_claim *
make(struct tcp *tcp, const struct conn_head *head)
{
	const uint32_t ref = slab_take(&tcp->arena, SLAB_PORT);
	uint32_t *chain = chain_of(tcp, head->local_port);
	struct port_claim *claim;

	if (!ref)
		return NULL;
	claim = arena_at(&tcp->arena, ref);
	claim->port = head->local_port;
	claim->address = head->local;
	claim->chain = *chain;
	*chain = ref;
	tcp->recent_port = ref;
	return claim;
}

static void
end(struct tcp *tcp, const struct port_claim *claim)
{
	const uint32_t ref = arena_ref(&tcp->arena, claim);
	uint32_t *at = chain_of(tcp, claim->port);

	while (*at != ref)
		at = &claim_at(tcp, *at)->chain;
	*at = claim->chain;
	if (tcp->recent_port == ref)
		tcp->recent_port = 0;
	slab_give(&tcp->arena, SLAB_PORT, ref);
}

bool
ports_take(struct tcp *tcp, struct conn_head *head)
{
	struct port_claim *claim;

	if (head->kind == ESTAB_KIND_HALF_OPEN)
		return true;
	claim = find(tcp, head);
	if (!claim)
		claim = make(tcp, head);
	if (!claim)
		return false;
	head->has_port = true;
	if (head->kind == ESTAB_KIND_LISTENER)
		claim->listens = true;
	else
		claim->count++;
	return true;
}

static bool
reuses(const struct conn_head *head)
{
	return head->kind == ESTAB_KIND_TCB ?
	    ((const struct tcb *)(const void *)head)->options.reuse :
	    ((const struct time_wait *)(const void *)head)->reuse;
}

void
ports_give(struct tcp *tcp, struct conn_head *head)
{
	struct port_claim *claim;

	if (!head->has_port)
		return;
	head->has_port = false;
	claim = find(tcp, head);
	if (head->kind == ESTAB_KIND_LISTENER) {
		claim->listens = claim->v6only = false;
	} else {
		claim->count--;
		if (reuses(head))
			claim->reusing--;
	}
	if (claim->count == 0 && !claim->listens)
		end(tcp, claim);
}

void
ports_set_reuse(struct tcp *tcp, const struct conn_head *head, bool was,
    bool is)
{
	if (head->has_port && head->kind != ESTAB_KIND_LISTENER && was != is)
		find(tcp, head)->reusing += is ? 1 : UINT32_MAX;
}

void
ports_set_v6only(struct tcp *tcp, const struct conn_head *head, bool is)
{
	if (head->has_port && head->kind == ESTAB_KIND_LISTENER)
		find(tcp, head)->v6only = is;
}

static const struct port_claim *
of_port(const struct tcp *tcp, uint32_t ref, uint16_t port)
{
	const struct port_claim *claim = claim_at(tcp, ref);

	while (claim && claim->port != port)
		claim = claim_at(tcp, claim->chain);
	return claim;
}

const struct port_claim *
ports_first(const struct tcp *tcp, uint16_t port)
{
	return of_port(tcp, *chain_of(tcp, port), port);
}

const struct port_claim *
ports_next(const struct tcp *tcp, const struct port_claim *claim)
{
	return of_port(tcp, claim->chain, claim->port);
}
