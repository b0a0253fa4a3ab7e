/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ethernet.h - the header in front of a packet (IEEE 802.3; RFC 894, 2464).
 */
#ifndef WIRE_ETHERNET_H
#define WIRE_ETHERNET_H

#include <stdbool.h>

#include "base/mem.h"
#include "wire/bytes.h"

#define ETHERNET_HEADER 14
#define ETHERNET_MAC 6
#define ETHERNET_TYPE 12 /* where it stands */

/* Types we speak.  What is below 0x600 is a length (LLC), what else there is
 * (VLAN tags, ...) is not for us. */
#define ETHERNET_V4 0x0800
#define ETHERNET_ARP 0x0806
#define ETHERNET_V6 0x86dd

struct ethernet_header {
	uint8_t to[ETHERNET_MAC], from[ETHERNET_MAC];
	uint16_t type;
};

/* data holds ETHERNET_HEADER bytes. */
static inline void
ethernet_parse(const uint8_t *data, struct ethernet_header *out)
{
	memcpy(out->to, data, ETHERNET_MAC);
	memcpy(out->from, data + ETHERNET_MAC, ETHERNET_MAC);
	out->type = get16(data + ETHERNET_TYPE);
}

static inline void
ethernet_build(uint8_t *data, const struct ethernet_header *header)
{
	memcpy(data, header->to, ETHERNET_MAC);
	memcpy(data + ETHERNET_MAC, header->from, ETHERNET_MAC);
	put16(data + ETHERNET_TYPE, header->type);
}

/* Broadcast and multicast. */
static inline bool
ethernet_is_group(const uint8_t *mac)
{
	return (mac[0] & 1) != 0;
}

static inline bool
ethernet_same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, ETHERNET_MAC) == 0;
}

/* Whether one host can have it: neither a group nor nobody. */
static inline bool
ethernet_is_station(const uint8_t *mac)
{
	static const uint8_t nobody[ETHERNET_MAC];

	return !ethernet_is_group(mac) && !ethernet_same(mac, nobody);
}

#endif
