/* SPDX-License-Identifier: BSD-2-Clause
 *
 * nd.c - neighbour solicitations and advertisements of IPv6 (RFC 4861 4.3,
 * 4.4).
 */
#include "wire/neighbour.h"

#include "wire/checksum.h"

#define SOLICITATION 135
#define ADVERTISEMENT 136
#define SOURCE_MAC 1 /* options */
#define TARGET_MAC 2
#define FLAG_SOLICITED 0x40
#define FLAG_OVERRIDE 0x20

/* Places in the message. */
#define CODE 1
#define CHECKSUM 2
#define FLAGS 4
#define TARGET 8
#define OPTIONS 24

struct estab_address
nd_solicited_node(const struct estab_address *address)
{
	struct estab_address group = { { 0xff, 0x02, [11] = 1, [12] = 0xff } };

	memcpy(group.byte + 13, address->byte + 13, 3);
	return group;
}

/* Find the hardware address; false: an option has an impossible length (4.6).
 * A known option of a length not Ethernet's is passed over. */
static bool
read_options(const uint8_t *data, uint32_t bytes, uint8_t wanted,
    struct neighbour_message *out)
{
	uint32_t at = OPTIONS;

	while (at < bytes) {
		const uint32_t length = bytes - at < 2 ? 0 : data[at + 1] * 8u;

		if (length == 0 || length > bytes - at)
			return false;
		if (data[at] == wanted && length == 8 && !out->has_mac) {
			out->has_mac = true;
			memcpy(out->mac, data + at + 2, ETHERNET_MAC);
		}
		at += length;
	}
	return !out->has_mac || ethernet_is_station(out->mac);
}

/* RFC 4861 7.1.1 */
static bool
solicitation_good(const struct ip_packet *ip,
    const struct neighbour_message *message)
{
	const struct estab_address group = nd_solicited_node(&message->about);

	if (!ip_is_unspecified(&ip->from))
		return !ip_is_multicast(&ip->from);
	return ip_same(&ip->to, &group) && !message->has_mac;
}

/* RFC 4861 7.1.2 */
static bool
advertisement_good(const struct ip_packet *ip,
    const struct neighbour_message *message)
{
	return !ip_is_multicast(&ip->to) || !message->solicited;
}

static bool
sums_up(const uint8_t *data, uint32_t bytes, const struct ip_packet *ip)
{
	return checksum_good(checksum_add(checksum_pseudo(&ip->from, &ip->to,
	                                      IP_PROTOCOL_ICMPV6, bytes),
	    checksum_bytes(data, bytes), 0));
}

enum wire_verdict
nd_parse(const uint8_t *data, uint32_t bytes, const struct ip_packet *ip,
    struct neighbour_message *out)
{
	const uint8_t type = bytes > 0 ? data[0] : 0;
	bool good;

	if (type != SOLICITATION && type != ADVERTISEMENT)
		return WIRE_UNKNOWN;
	if (bytes < OPTIONS)
		return WIRE_TRUNCATED;
	if (!sums_up(data, bytes, ip))
		return WIRE_CHECKSUM;
	memset(out, 0, sizeof *out);
	memcpy(out->about.byte, data + TARGET, sizeof out->about.byte);
	if (ip->ttl != ND_HOP_LIMIT || data[CODE] != 0 ||
	    ip_is_multicast(&out->about) || ip_is_unspecified(&out->about))
		return WIRE_MALFORMED;
	if (type == SOLICITATION) {
		out->kind = NEIGHBOUR_ASK;
		out->other = ip->from;
		good = read_options(data, bytes, SOURCE_MAC, out) &&
		    solicitation_good(ip, out);
	} else {
		out->kind = NEIGHBOUR_ANSWER;
		out->other = ip->to;
		out->solicited = (data[FLAGS] & FLAG_SOLICITED) != 0;
		good = read_options(data, bytes, TARGET_MAC, out) &&
		    advertisement_good(ip, out);
	}
	return good ? WIRE_GOOD : WIRE_MALFORMED;
}

uint32_t
nd_build(uint8_t *data, const struct neighbour_message *message,
    const struct estab_address *from, const struct estab_address *to)
{
	const bool asks = message->kind == NEIGHBOUR_ASK;
	const uint32_t bytes = message->has_mac ? ND_BYTES : OPTIONS;
	uint16_t field;

	memset(data, 0, bytes);
	data[0] = asks ? SOLICITATION : ADVERTISEMENT;
	if (!asks)
		data[FLAGS] = (uint8_t)(FLAG_OVERRIDE |
		    (message->solicited ? FLAG_SOLICITED : 0));
	memcpy(data + TARGET, message->about.byte, sizeof message->about.byte);
	if (message->has_mac) {
		data[OPTIONS] = asks ? SOURCE_MAC : TARGET_MAC;
		data[OPTIONS + 1] = 1;
		memcpy(data + OPTIONS + 2, message->mac, ETHERNET_MAC);
	}
	field = checksum_finish(checksum_add(checksum_pseudo(from, to,
	                                         IP_PROTOCOL_ICMPV6, bytes),
	    checksum_bytes(data, bytes), 0));
	memcpy(data + CHECKSUM, &field, sizeof field);
	return bytes;
}
