/* SPDX-License-Identifier: BSD-2-Clause
 *
 * binding.c - which ports a program may bind, as POSIX sees it: a port is
 * used by whoever is bound to it, listens there, or has a connection or a
 * TIME-WAIT from there.
 */
#include "host/host.h"

/* Whether who is bound to one of two addresses would hear of the other. */
static bool
covers(const struct estab_address *one, bool v6only,
    const struct estab_address *other)
{
	if (!ip_is_unspecified(one))
		return ip_same(one, other);
	return ip_is_v4(one) ? ip_is_v4(other) : !(v6only && ip_is_v4(other));
}

bool
estab_binding_conflicts(const struct estab_binding *asks,
    const struct estab_binding *has)
{
	if (asks->local.port != has->local.port ||
	    (asks->reuse && has->reuse && !has->listens))
		return false;
	return covers(&asks->local.address, asks->v6only,
	           &has->local.address) ||
	    covers(&has->local.address, has->v6only, &asks->local.address);
}

/* Whether what a claim holds stands in the way: who listens, who minds, and
 * who minds only those that do. */
static bool
claim_conflicts(const struct port_claim *claim,
    const struct estab_binding *asks)
{
	struct estab_binding has = {
		.local = { claim->address, claim->port },
		.v6only = claim->v6only,
		.listens = claim->listens,
	};

	if (claim->listens && estab_binding_conflicts(asks, &has))
		return true;
	has.listens = has.v6only = false;
	if (claim->count > claim->reusing && estab_binding_conflicts(asks, &has))
		return true;
	has.reuse = true;
	return claim->reusing > 0 && estab_binding_conflicts(asks, &has);
}

static bool
is_used(const struct tcp *tcp, const struct estab_binding *asks)
{
	const struct port_claim *claim = ports_first(tcp, asks->local.port);

	while (claim && !claim_conflicts(claim, asks))
		claim = ports_next(tcp, claim);
	return claim != NULL;
}

int
estab_binding_check(const struct estab_host *host,
    const struct estab_binding *asks)
{
	if (!ip_is_unspecified(&asks->local.address) &&
	    address_find(host, &asks->local.address) < 0)
		return ESTAB_EADDRNOTAVAIL;
	return is_used(&host->tcp, asks) ? ESTAB_EADDRINUSE : 0;
}

int
estab_binding_choose(struct estab_host *host, struct estab_binding *asks)
{
	const struct estab_config *config = &host->tcp.config;
	const uint32_t first = (uint32_t)config->port_first;
	const uint32_t range = (uint32_t)config->port_last - first + 1;
	const uint32_t at = asks->local.port ?
	    (asks->local.port - first + 1) % range :
	    (uint32_t)(tcp_draw(&host->tcp) % range);

	for (uint32_t i = 0; i < range; i++) {
		asks->local.port = (uint16_t)(first + (at + i) % range);
		if (!is_used(&host->tcp, asks))
			return 0;
	}
	count(&host->tcp, ESTAB_COUNT_TCPNoPort);
	return ESTAB_EADDRINUSE;
}
