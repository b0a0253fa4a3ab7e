/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bind.c - which port is whose.
 */
#include "socket/bind.h"

#include <errno.h>

#include "socket/sockaddr.h"

bool
bind_is_taken(const struct estab_sockets *sockets, const struct socket *k,
    const struct estab_binding *asks)
{
	const struct socket *other =
	    sockets_bound(sockets, asks->local.port, NULL);

	while (other &&
	    (other == k || other->state != SOCKET_FRESH ||
	        !estab_binding_conflicts(asks, &other->binding)))
		other = sockets_bound(sockets, asks->local.port, other);
	return other != NULL;
}

int
bind_check(const struct estab_sockets *sockets, const struct socket *k,
    const struct estab_binding *asks)
{
	const int error = estab_binding_check(sockets->host, asks);

	if (error)
		return error;
	return bind_is_taken(sockets, k, asks) ? ESTAB_EADDRINUSE : 0;
}

int
bind_choose(const struct estab_sockets *sockets, const struct socket *k,
    struct estab_binding *asks)
{
	uint16_t first = 0;

	asks->local.port = 0;
	for (;;) {
		const int error = estab_binding_choose(sockets->host, asks);

		if (error || !bind_is_taken(sockets, k, asks))
			return error;
		if (asks->local.port == first)
			return ESTAB_EADDRINUSE;
		if (!first)
			first = asks->local.port;
	}
}

int
bind_to(struct estab_sockets *sockets, struct socket *k,
    const struct estab_endpoint *local)
{
	struct estab_binding asks = { .local = *local };
	int error;

	asks.reuse = k->settings.value[SETTING_REUSEADDR];
	asks.v6only = k->settings.value[SETTING_V6ONLY];
	error = bind_check(sockets, k, &asks); /* port 0: only the address */
	if (!error && local->port == 0)
		error = bind_choose(sockets, k, &asks);
	if (error)
		return sockets_errno(error);
	sockets_bind(sockets, k, &asks);
	return 0;
}

int
estab_socket_bind(struct estab_sockets *sockets, int fd,
    const struct sockaddr *address, socklen_t length)
{
	struct socket *k = sockets_find(sockets, fd);
	struct estab_endpoint local;
	int error;

	if (!k)
		return -1;
	error = sockaddr_take(k->family, address, length, &local);
	if (error)
		return sockets_fail(error);
	if (k->state != SOCKET_FRESH || k->bound)
		return sockets_fail(EINVAL);
	if (k->settings.value[SETTING_V6ONLY] &&
	    estab_address_is_v4(&local.address))
		return sockets_fail(EINVAL);
	return bind_to(sockets, k, &local);
}
