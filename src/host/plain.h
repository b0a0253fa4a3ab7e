/* SPDX-License-Identifier: BSD-2-Clause
 *
 * plain.h - an IP header of the shape that nearly all have: IPv4 without
 * options or IPv6 without extension headers, of a whole TCP packet.
 */
#ifndef HOST_PLAIN_H
#define HOST_PLAIN_H

#include "host/host.h"
#include "wire/bytes.h"
#include "wire/checksum.h"

#define PLAIN_V4 20u
#define PLAIN_V6 40u

static inline void
plain_set_v4(struct estab_address *address, const uint8_t *four)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(address->byte, prefix, 12);
	memcpy(address->byte + 12, four, 4);
}

/* Bytes of the IP payload, or 0: not plain. */
static inline uint32_t
plain_v4(const uint8_t *data, uint32_t bytes, struct arrival *a)
{
	const uint32_t total = get16(data + 2);
	const uint32_t middle = get32(data + 6); /* fragment, TTL, protocol */

	if ((middle & 0x3fff00ff) != IP_PROTOCOL_TCP ||
	    (middle & 0xff00) == 0 || total > bytes ||
	    total < PLAIN_V4 + TCP_HEADER_BYTES ||
	    checksum_words(data, PLAIN_V4) % 0xffff != 0)
		return 0;
	plain_set_v4(&a->tuple.remote, data + 12);
	plain_set_v4(&a->tuple.local, data + 16);
	a->seg.ecn = data[1] & 3u;
	return total - PLAIN_V4;
}

static inline uint32_t
plain_v6(const uint8_t *data, uint32_t bytes, struct arrival *a)
{
	const uint32_t payload = get16(data + 4);

	if (data[6] != IP_PROTOCOL_TCP || data[7] == 0 ||
	    payload < TCP_HEADER_BYTES || bytes < PLAIN_V6 + payload)
		return 0;
	memcpy(&a->tuple.remote, data + 8, 16);
	memcpy(&a->tuple.local, data + 24, 16);
	if (ip_is_v4(&a->tuple.remote) || ip_is_v4(&a->tuple.local))
		return 0;
	a->seg.ecn = data[1] >> 4 & 3u;
	return payload;
}

#endif
