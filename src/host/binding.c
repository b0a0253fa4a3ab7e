/* SPDX-License-Identifier: BSD-2-Clause
 *
 * binding.c - which ports a program may bind, as POSIX sees it: a port is
 * used by whoever is bound to it, listens there, or has a connection or a
 * TIME-WAIT from there.
 */
#include "host/host.h"

#include "base/mem.h"

#define PORTS 65536u

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

/* What a record of the table has; false: nothing of its own. */
static bool
binding_of(const struct conn_head *head, struct estab_binding *has)
{
	const struct conn_options *o = NULL;

	memset(has, 0, sizeof *has);
	has->local.address = head->local;
	has->local.port = head->local_port;
	switch ((enum estab_kind)head->kind) {
	case ESTAB_KIND_LISTENER:
		o = &((const struct listener *)(const void *)head)->options;
		has->listens = head->state == ESTAB_LISTEN;
		break;
	case ESTAB_KIND_TCB:
		o = &((const struct tcb *)(const void *)head)->options;
		break;
	case ESTAB_KIND_TIME_WAIT:
		has->reuse =
		    ((const struct time_wait *)(const void *)head)->reuse;
		return true;
	case ESTAB_KIND_HALF_OPEN: /* its listener's */
	case ESTAB_KIND_NONE:
		return false;
	}
	has->reuse = o->reuse;
	has->v6only = o->v6only;
	return true;
}

/* The next record from *ref on, which starts at 0, bucket by bucket. */
static const struct conn_head *
next(const struct tcp *tcp, uint32_t *bucket, uint32_t *ref)
{
	if (*ref)
		*ref = tcb_at(tcp, *ref)->head.chain;
	while (!*ref && *bucket < tcp->table.bucket_count)
		*ref = table_first(&tcp->arena, &tcp->table, (*bucket)++);
	return *ref ? arena_at(&tcp->arena, *ref) : NULL;
}

int
estab_binding_check(const struct estab_host *host,
    const struct estab_binding *asks)
{
	const struct conn_head *head;
	uint32_t bucket = 0, ref = 0;
	struct estab_binding has;

	if (!ip_is_unspecified(&asks->local.address) &&
	    address_find(host, &asks->local.address) < 0)
		return ESTAB_EADDRNOTAVAIL;
	while ((head = next(&host->tcp, &bucket, &ref)) != NULL)
		if (head->local_port == asks->local.port &&
		    binding_of(head, &has) &&
		    estab_binding_conflicts(asks, &has))
			return ESTAB_EADDRINUSE;
	return 0;
}

/* A bit a port of which somebody has something to say. */
static void
mark_used(const struct estab_host *host, struct estab_binding asks,
    uint8_t *used)
{
	const struct conn_head *head;
	uint32_t bucket = 0, ref = 0;
	struct estab_binding has;

	memset(used, 0, PORTS / 8);
	while ((head = next(&host->tcp, &bucket, &ref)) != NULL) {
		asks.local.port = head->local_port;
		if (binding_of(head, &has) &&
		    estab_binding_conflicts(&asks, &has))
			used[head->local_port / 8] |=
			    (uint8_t)(1u << head->local_port % 8);
	}
}

int
estab_binding_choose(struct estab_host *host, struct estab_binding *asks)
{
	const struct estab_config *config = &host->tcp.config;
	const uint32_t first = (uint32_t)config->port_first;
	const uint32_t range = (uint32_t)config->port_last - first + 1;
	uint8_t used[PORTS / 8];
	uint32_t at;

	mark_used(host, *asks, used);
	config->crypto.random(config->crypto.context, &at, sizeof at);
	for (uint32_t i = 0; i < range; i++) {
		const uint32_t port = first + (at % range + i) % range;

		if (!(used[port / 8] >> port % 8 & 1)) {
			asks->local.port = (uint16_t)port;
			return 0;
		}
	}
	count(&host->tcp, ESTAB_COUNT_TCPNoPort);
	return ESTAB_EADDRINUSE;
}
