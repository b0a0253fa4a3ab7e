/* SPDX-License-Identifier: BSD-2-Clause
 *
 * arp.c - the address resolution protocol of IPv4 over Ethernet (RFC 826).
 */
#include "wire/neighbour.h"

#define HARDWARE_ETHERNET 1
#define REQUEST 1
#define REPLY 2

/* Places in the packet. */
#define PROTOCOL 2
#define HARDWARE_LENGTH 4
#define PROTOCOL_LENGTH 5
#define OPERATION 6
#define SENDER_MAC 8
#define SENDER 14
#define TARGET_MAC 18
#define TARGET 24

static void
get_address(const uint8_t *at, struct estab_address *address)
{
	memset(address, 0, sizeof *address);
	address->byte[10] = address->byte[11] = 0xff;
	memcpy(address->byte + 12, at, 4);
}

enum wire_verdict
arp_parse(const uint8_t *data, uint32_t bytes, struct neighbour_message *out)
{
	struct estab_address sender, target;
	uint16_t operation;

	if (bytes < ARP_BYTES)
		return WIRE_TRUNCATED;
	operation = get16(data + OPERATION);
	if (get16(data) != HARDWARE_ETHERNET ||
	    get16(data + PROTOCOL) != ETHERNET_V4 ||
	    data[HARDWARE_LENGTH] != ETHERNET_MAC ||
	    data[PROTOCOL_LENGTH] != 4 ||
	    (operation != REQUEST && operation != REPLY) ||
	    !ethernet_is_station(data + SENDER_MAC))
		return WIRE_MALFORMED;
	memset(out, 0, sizeof *out);
	out->has_mac = true;
	memcpy(out->mac, data + SENDER_MAC, ETHERNET_MAC);
	memcpy(out->other_mac, data + TARGET_MAC, ETHERNET_MAC);
	get_address(data + SENDER, &sender);
	get_address(data + TARGET, &target);
	/* A request for the sender's own address announces it (RFC 5227 3). */
	if (operation == REQUEST && !ip_same(&sender, &target)) {
		out->kind = NEIGHBOUR_ASK;
		out->about = target;
		out->other = sender;
	} else {
		out->kind = NEIGHBOUR_ANSWER;
		out->about = sender;
		out->other = target;
		out->solicited = operation == REPLY;
	}
	return WIRE_GOOD;
}

void
arp_build(uint8_t *data, const struct neighbour_message *message)
{
	const bool asks = message->kind == NEIGHBOUR_ASK;
	const struct estab_address *sender =
	    asks ? &message->other : &message->about;
	const struct estab_address *target =
	    asks ? &message->about : &message->other;

	put16(data, HARDWARE_ETHERNET);
	put16(data + PROTOCOL, ETHERNET_V4);
	data[HARDWARE_LENGTH] = ETHERNET_MAC;
	data[PROTOCOL_LENGTH] = 4;
	put16(data + OPERATION, message->solicited ? REPLY : REQUEST);
	memcpy(data + SENDER_MAC, message->mac, ETHERNET_MAC);
	memcpy(data + SENDER, sender->byte + 12, 4);
	memcpy(data + TARGET_MAC, message->other_mac, ETHERNET_MAC);
	memcpy(data + TARGET, target->byte + 12, 4);
}
