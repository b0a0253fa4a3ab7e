/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sockaddr.c - struct sockaddr and struct estab_endpoint.
 */
#include "socket/sockaddr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

/* RFC 2133's structure had no scope; Linux takes it still. */
#define V6_LEAST offsetof(struct sockaddr_in6, sin6_scope_id)

struct estab_address
sockaddr_any(int family)
{
	if (family == AF_INET)
		return (struct estab_address){ { [10] = 0xff, [11] = 0xff } };
	return (struct estab_address){ { 0 } };
}

int
sockaddr_take(int family, const struct sockaddr *from, socklen_t length,
    struct estab_endpoint *endpoint)
{
	const size_t least =
	    family == AF_INET ? sizeof(struct sockaddr_in) : V6_LEAST;
	struct sockaddr_in6 v6 = { 0 };
	struct sockaddr_in v4;

	if (!from)
		return EFAULT;
	if (length < least)
		return EINVAL;
	if (from->sa_family != family)
		return EAFNOSUPPORT;
	endpoint->address = sockaddr_any(family);
	if (family == AF_INET) {
		memcpy(&v4, from, sizeof v4);
		memcpy(endpoint->address.byte + 12, &v4.sin_addr, 4);
		endpoint->port = ntohs(v4.sin_port);
	} else {
		memcpy(&v6, from, least);
		memcpy(endpoint->address.byte, &v6.sin6_addr, 16);
		endpoint->port = ntohs(v6.sin6_port);
	}
	return 0;
}

int
sockaddr_give(int family, const struct estab_endpoint *endpoint,
    struct sockaddr *to, socklen_t *length)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	const void *whole = family == AF_INET ? (void *)&v4 : (void *)&v6;
	const socklen_t bytes = family == AF_INET ? sizeof v4 : sizeof v6;

	if (!to || !length) {
		errno = EFAULT;
		return -1;
	}
	if (*length > INT32_MAX) {
		errno = EINVAL;
		return -1;
	}
	memcpy(&v4.sin_addr, endpoint->address.byte + 12, 4);
	v4.sin_port = htons(endpoint->port);
	memcpy(&v6.sin6_addr, endpoint->address.byte, 16);
	v6.sin6_port = htons(endpoint->port);
	memcpy(to, whole, *length < bytes ? *length : bytes);
	*length = bytes;
	return 0;
}
