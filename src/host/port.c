/* SPDX-License-Identifier: BSD-2-Clause
 *
 * port.c - ephemeral ports: double-hash selection (RFC 6056 3.3.4) with a
 * random step, so that counters tell nobody about other destinations.
 */
#include "host/host.h"

/* Two numbers for whoever is connected with whom: its halves. */
static uint64_t
keyed(const struct estab_host *host, const struct tuple *tuple)
{
	struct {
		struct estab_address local, remote;
		uint64_t port;
	} id;

	id.local = tuple->local;
	id.remote = tuple->remote;
	id.port = tuple->remote_port;
	return host->tcp.config.crypto.siphash(host->tcp.port_key, &id,
	    sizeof id);
}

static bool
is_free(const struct estab_host *host, const struct tuple *tuple)
{
	return !table_find(&host->tcp.arena, &host->tcp.table, tuple) &&
	    !listen_find(&host->tcp, &tuple->local, tuple->local_port);
}

uint16_t
port_choose(struct estab_host *host, struct tuple *tuple)
{
	const uint32_t first = (uint32_t)host->tcp.config.port_first;
	const uint32_t range = (uint32_t)host->tcp.config.port_last - first + 1;
	const uint64_t hash = keyed(host, tuple);
	const uint32_t offset = (uint32_t)(hash >> 32);
	uint32_t *counter = &host->port_counter[hash % PORT_COUNTERS];

	*counter += 1 + (uint32_t)(tcp_draw(&host->tcp) % 8);
	for (uint32_t i = 0; i < range; i++, ++*counter) {
		tuple->local_port =
		    (uint16_t)(first + (offset + *counter) % range);
		if (is_free(host, tuple))
			return tuple->local_port;
	}
	count(&host->tcp, ESTAB_COUNT_TCPNoPort);
	return 0;
}
