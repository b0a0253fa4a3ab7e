/* SPDX-License-Identifier: BSD-2-Clause
 *
 * plain.h - packets of the shape that nearly all have, read in one go: IPv4
 * without options or IPv6 without extension headers, of a whole TCP packet.
 */
#ifndef HOST_PLAIN_H
#define HOST_PLAIN_H

#include "host/host.h"
#include "wire/bytes.h"
#include "wire/checksum.h"

enum plain {
	PLAIN_NOT,     /* another shape, or something is wrong with it */
	PLAIN_READ,    /* what in.c would make of it */
	PLAIN_OPENING, /* it looks like a SYN that opens, and was not read */
};

/* a holds something only if it was read. */
enum plain plain_read(const struct estab_frame *frame, struct arrival *a);

/* ---- For those who read a part ---- */

static inline bool
plain_opens(uint8_t flags)
{
	return (flags & (ESTAB_SYN | ESTAB_ACK | ESTAB_RST)) == ESTAB_SYN;
}

#define PLAIN_V4 20u
#define PLAIN_V6 40u

static inline void
plain_set_v4(struct estab_address *address, const uint8_t *four)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(address->byte, prefix, 12);
	memcpy(address->byte + 12, four, 4);
}

static inline uint32_t
plain_v4(const uint8_t *data, uint32_t bytes)
{
	const uint32_t least = PLAIN_V4 + TCP_HEADER_BYTES;
	const uint32_t total = get16(data + 2);
	const uint32_t middle = get32(data + 6); /* fragment, TTL, protocol */

	if ((middle & 0x3fff00ff) != IP_PROTOCOL_TCP ||
	    (middle & 0xff00) == 0 || total - least > bytes - least ||
	    !checksum_good_wide(checksum_eight(checksum_eight(checksum_word(data +
	                                                          16),
	                                           data),
	        data + 8)))
		return 0;
	return total - PLAIN_V4;
}

static inline uint32_t
plain_v6(const uint8_t *data, uint32_t bytes)
{
	const uint32_t payload = get16(data + 4);
	struct estab_address from, to;

	memcpy(&from, data + 8, 16);
	memcpy(&to, data + 24, 16);
	if (data[6] != IP_PROTOCOL_TCP || data[7] == 0 ||
	    payload < TCP_HEADER_BYTES || bytes < PLAIN_V6 + payload ||
	    ip_is_v4(&from) || ip_is_v4(&to))
		return 0;
	return payload;
}

/* Bytes of the IP payload, or 0: not plain.  The first byte was looked at, and
 * there are ip_bytes at least, and TCP_HEADER_BYTES behind them. */
static inline uint32_t
plain_bytes(const uint8_t *data, uint32_t bytes, uint32_t ip_bytes)
{
	return ip_bytes == PLAIN_V4 ? plain_v4(data, bytes) :
	                              plain_v6(data, bytes);
}

static inline void
plain_addresses(const uint8_t *data, uint32_t ip_bytes, struct tuple *tuple)
{
	if (ip_bytes == PLAIN_V4) {
		plain_set_v4(&tuple->remote, data + 12);
		plain_set_v4(&tuple->local, data + 16);
	} else {
		memcpy(&tuple->remote, data + 8, 16);
		memcpy(&tuple->local, data + 24, 16);
	}
}

#endif
