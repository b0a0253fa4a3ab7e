/* SPDX-License-Identifier: BSD-2-Clause
 *
 * address.c - our addresses, and which link leads where.
 */
#include "host/host.h"

#include "base/mem.h"

int
address_find(const struct estab_host *host, const struct estab_address *address)
{
	for (uint32_t i = 0; i < host->address_count; i++)
		if (ip_same(&host->address[i].address, address))
			return (int)i;
	return -1;
}

/* The last address of an IPv4 prefix: everybody on it (RFC 1122 3.2.1.3). */
static void
set_broadcast(struct host_address *a)
{
	memset(&a->broadcast, 0, sizeof a->broadcast);
	if (!ip_is_v4(&a->address) || a->prefix_bits >= 31)
		return;
	a->broadcast = a->address;
	for (uint32_t bit = a->prefix_bits; bit < 32; bit++)
		a->broadcast.byte[12 + bit / 8] |= (uint8_t)(0x80u >> bit % 8);
}

bool
address_is_for_many(const struct estab_host *host,
    const struct estab_address *address)
{
	if (ip_is_multicast(address))
		return true;
	for (uint32_t i = 0; i < host->address_count; i++)
		if (ip_same(&host->address[i].broadcast, address) &&
		    !ip_is_unspecified(address))
			return true;
	return false;
}

int
address_route(const struct estab_host *host, const struct estab_address *remote)
{
	const struct host_address *best = NULL;

	for (uint32_t i = 0; i < host->address_count; i++) {
		const struct host_address *a = &host->address[i];

		if (ip_is_v4(&a->address) == ip_is_v4(remote) &&
		    ip_same_prefix(&a->address, remote, a->prefix_bits) &&
		    (!best || a->prefix_bits > best->prefix_bits))
			best = a;
	}
	return best ? best->link : host->route[ip_is_v4(remote)].link;
}

bool
address_is_ours(const struct estab_host *host,
    const struct estab_address *address)
{
	const int i = address_find(host, address);

	return i >= 0 && host->address[i].state == ESTAB_ADDRESS_OURS;
}

static bool
is_link_local(const struct estab_address *address)
{
	return address->byte[0] == 0xfe && (address->byte[1] & 0xc0) == 0x80;
}

bool
address_is_on_link(const struct estab_host *host, int link,
    const struct estab_address *address)
{
	if (is_link_local(address))
		return true;
	for (uint32_t i = 0; i < host->address_count; i++) {
		const struct host_address *a = &host->address[i];

		if (a->link == link &&
		    ip_is_v4(&a->address) == ip_is_v4(address) &&
		    ip_same_prefix(&a->address, address, a->prefix_bits))
			return true;
	}
	return false;
}

const struct estab_address *
address_next_hop(const struct estab_host *host, int link,
    const struct estab_address *to)
{
	const struct host_route *route = &host->route[ip_is_v4(to)];

	return route->link != link || ip_is_unspecified(&route->gateway) ||
	        address_is_on_link(host, link, to) ?
	    to :
	    &route->gateway;
}

const struct estab_address *
address_choose(const struct estab_host *host, int link,
    const struct estab_address *remote)
{
	const struct estab_address *any = NULL;

	for (uint32_t i = 0; i < host->address_count; i++) {
		const struct host_address *a = &host->address[i];

		if (a->link != link ||
		    ip_is_v4(&a->address) != ip_is_v4(remote))
			continue;
		if (a->state != ESTAB_ADDRESS_DUPLICATE &&
		    ip_same_prefix(&a->address, remote, a->prefix_bits))
			return &a->address;
		if (!any || !address_is_ours(host, any))
			any = &a->address;
	}
	return any;
}

int
estab_address_add(struct estab_host *host, int link,
    const struct estab_address *address, uint8_t prefix_bits)
{
	struct host_address *a = &host->address[host->address_count];

	if (link < 0 || link >= host->link_count ||
	    ip_is_unspecified(address) || ip_is_multicast(address) ||
	    prefix_bits > (ip_is_v4(address) ? 32 : 128))
		return ESTAB_EINVAL;
	if (address_find(host, address) >= 0)
		return ESTAB_EADDRINUSE;
	if (host->address_count == HOST_ADDRESSES)
		return ESTAB_ENOMEM;
	a->address = *address;
	a->prefix_bits = prefix_bits;
	a->link = (uint8_t)link;
	set_broadcast(a);
	host->address_count++;
	duplicate_begin(host, a);
	return 0;
}

int
estab_address_state(const struct estab_host *host,
    const struct estab_address *address)
{
	const int i = address_find(host, address);

	return i >= 0 ? host->address[i].state : ESTAB_EADDRNOTAVAIL;
}

int
estab_route_default(struct estab_host *host, int link)
{
	if (link < 0 || link >= host->link_count)
		return ESTAB_EINVAL;
	memset(host->route, 0, sizeof host->route);
	host->route[0].link = host->route[1].link = (int8_t)link;
	return 0;
}

int
estab_route_gateway(struct estab_host *host, int link,
    const struct estab_address *gateway)
{
	struct host_route *route = &host->route[ip_is_v4(gateway)];

	if (link < 0 || link >= host->link_count ||
	    ip_is_unspecified(gateway) || address_is_for_many(host, gateway) ||
	    address_find(host, gateway) >= 0)
		return ESTAB_EINVAL;
	if (!address_is_on_link(host, link, gateway))
		return ESTAB_ENETUNREACH;
	route->link = (int8_t)link;
	route->gateway = *gateway;
	return 0;
}
