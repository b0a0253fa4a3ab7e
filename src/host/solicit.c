/* SPDX-License-Identifier: BSD-2-Clause
 *
 * solicit.c - who has this address?  ARP and neighbour discovery arrive and
 * leave; what they mean is one for both (wire/neighbour.h).
 */
#include "host/host.h"

#include "base/mem.h"
#include "wire/frame.h"

static const uint8_t everybody[ETHERNET_MAC] = { 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff };

/* ---- Out ---- */

/* Where a group of IPv6 listens (RFC 2464 7). */
static void
group_mac(const struct estab_address *group, uint8_t *mac)
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, group->byte + 12, 4);
}

static bool
send_arp(struct estab_host *host, uint8_t link,
    const struct neighbour_message *message, const uint8_t *mac)
{
	uint32_t ref;
	struct pending *p = pending_new(host, link, PENDING_NEIGHBOUR, &ref);

	if (!p)
		return false;
	arp_build(p->packet, message);
	p->bytes = ARP_BYTES;
	pending_push_to(host, ref, mac, ETHERNET_ARP);
	return true;
}

static bool
send_nd(struct estab_host *host, uint8_t link,
    const struct neighbour_message *message, const struct ip_packet *ip,
    const uint8_t *mac)
{
	uint32_t ref;
	struct pending *p = pending_new(host, link, PENDING_NEIGHBOUR, &ref);
	struct ip_packet header = *ip;
	uint8_t group[ETHERNET_MAC];

	if (!p)
		return false;
	header.version = 6;
	header.protocol = IP_PROTOCOL_ICMPV6;
	header.ttl = ND_HOP_LIMIT;
	header.payload_bytes =
	    nd_build(p->packet + 40, message, &ip->from, &ip->to);
	p->bytes = ip_build(p->packet, &header) + header.payload_bytes;
	if (ip_is_multicast(&ip->to)) {
		group_mac(&ip->to, group);
		mac = group;
	}
	if (mac)
		pending_push_to(host, ref, mac, ETHERNET_V6);
	else
		pending_push(host, ref);
	return true;
}

/* A message about an address, with our MAC as its sender's. */
static struct neighbour_message
message_of(const struct estab_host *host, uint8_t link,
    enum neighbour_kind kind, const struct estab_address *about)
{
	struct neighbour_message message;

	memset(&message, 0, sizeof message);
	message.kind = kind;
	message.about = *about;
	message.has_mac = true;
	memcpy(message.mac, host->tcp.link[link].mac, ETHERNET_MAC);
	return message;
}

static bool
ask(struct estab_host *host, uint8_t link, struct neighbour_message *message,
    const struct estab_address *from, const uint8_t *mac)
{
	struct ip_packet ip;

	count(&host->tcp, ESTAB_COUNT_NeighbourOutAsks);
	if (from)
		message->other = *from;
	if (ip_is_v4(&message->about))
		return send_arp(host, link, message, mac ? mac : everybody);
	memset(&ip, 0, sizeof ip);
	ip.from = message->other;
	ip.to = mac ? message->about : nd_solicited_node(&message->about);
	message->has_mac = from != NULL; /* RFC 4861 4.3 */
	return send_nd(host, link, message, &ip, mac);
}

void
solicit_ask(struct estab_host *host, uint8_t link,
    const struct estab_address *about, const uint8_t *mac)
{
	struct neighbour_message message =
	    message_of(host, link, NEIGHBOUR_ASK, about);
	const struct estab_address *from = address_choose(host, link, about);

	if (from && address_is_ours(host, from))
		(void)ask(host, link, &message, from, mac);
}

bool
solicit_probe(struct estab_host *host, const struct host_address *mine)
{
	struct neighbour_message message =
	    message_of(host, mine->link, NEIGHBOUR_ASK, &mine->address);

	return ask(host, mine->link, &message, NULL, NULL);
}

/* Answer for an address of ours: whoever asked, or all. */
static void
answer(struct estab_host *host, const struct host_address *mine,
    const struct neighbour_message *asked)
{
	static const struct estab_address all_nodes = { { 0xff,
	    0x02, [15] = 1 } };
	const uint8_t *mac = NULL;
	struct neighbour_message message =
	    message_of(host, mine->link, NEIGHBOUR_ANSWER, &mine->address);
	struct ip_packet ip;

	count(&host->tcp, ESTAB_COUNT_NeighbourOutAnswers);
	memset(&ip, 0, sizeof ip);
	ip.from = mine->address;
	ip.to = all_nodes;
	message.other = mine->address;
	if (asked && asked->has_mac)
		mac = asked->mac;
	if (ip_is_v4(&mine->address)) {
		message.solicited = asked != NULL;
		if (asked && mac) { /* an ARP question always names one */
			message.other = asked->other;
			memcpy(message.other_mac, mac, ETHERNET_MAC);
		}
		(void)send_arp(host, mine->link, &message,
		    mac ? mac : everybody);
		return;
	}
	if (asked && !ip_is_unspecified(&asked->other)) {
		message.solicited = true;
		ip.to = asked->other;
	}
	(void)send_nd(host, mine->link, &message, &ip, mac);
}

void
solicit_announce(struct estab_host *host, const struct host_address *mine)
{
	answer(host, mine, NULL);
}

/* ---- In ---- */

/* An address of ours on that link, or NULL. */
static struct host_address *
ours_on(struct estab_host *host, uint8_t link,
    const struct estab_address *address)
{
	const int i = address_find(host, address);

	return i >= 0 && host->address[i].link == link ? &host->address[i] :
	                                                 NULL;
}

/* Somebody asks: for the first time whether anybody is there (other is
 * unspecified), or to talk. */
static void
asked(struct estab_host *host, uint8_t link,
    const struct neighbour_message *message)
{
	struct host_address *mine = ours_on(host, link, &message->about);
	struct host_address *theirs = ours_on(host, link, &message->other);
	const bool probe = ip_is_unspecified(&message->other);

	if (theirs) {
		duplicate_claimed(host, theirs, message->mac);
		return;
	}
	if (!mine)
		return;
	count(&host->tcp, ESTAB_COUNT_NeighbourInAsks);
	if (mine->state == ESTAB_ADDRESS_OURS) {
		if (!probe)
			neighbour_asks(host, link, message);
		answer(host, mine, message);
	} else if (probe) {
		duplicate_claimed(host, mine, message->mac);
	}
}

static void
answered(struct estab_host *host, uint8_t link,
    const struct neighbour_message *message)
{
	struct host_address *mine = ours_on(host, link, &message->about);

	if (mine)
		duplicate_claimed(host, mine, message->mac);
	else
		neighbour_answers(host, link, message,
		    message->solicited &&
		        ours_on(host, link, &message->other) != NULL);
}

static void
arrives(struct estab_host *host, uint8_t link,
    const struct neighbour_message *message)
{
	if (ethernet_same(message->mac, host->tcp.link[link].mac))
		count(&host->tcp, ESTAB_COUNT_NeighbourInIgnored); /* an echo */
	else if (message->kind == NEIGHBOUR_ASK)
		asked(host, link, message);
	else
		answered(host, link, message);
}

/* What is longer than any message we know is none. */
#define MESSAGE_MAX 1500u

void
solicit_arp_arrives(struct estab_host *host, const struct estab_frame *inner)
{
	const uint32_t bytes = estab_frame_bytes(inner);
	struct neighbour_message message;
	uint8_t flat[MESSAGE_MAX];

	if (bytes > sizeof flat ||
	    arp_parse(flat, frame_gather(inner, flat, host->tcp.config.copy_sum),
	        &message) != WIRE_GOOD)
		count(&host->tcp, ESTAB_COUNT_NeighbourInErrors);
	else
		arrives(host, inner->link, &message);
}

/* The MAC a frame came from: its header stands before the packet. */
static const uint8_t *
sender_of(const struct estab_frame *inner)
{
	return inner->span[0].data - ETHERNET_HEADER + ETHERNET_MAC;
}

bool
solicit_nd_arrives(struct estab_host *host, const struct estab_frame *inner,
    const struct ip_packet *ip)
{
	uint8_t flat[MESSAGE_MAX];
	const uint8_t *message = flat + ip->header_bytes;
	struct neighbour_message parsed;

	if (estab_frame_bytes(inner) > sizeof flat)
		return false;
	(void)frame_gather(inner, flat, host->tcp.config.copy_sum);
	if (ip->payload_bytes == 0 || !nd_is_type(message[0]))
		return false;
	count(&host->tcp, ESTAB_COUNT_IcmpInMsgs);
	switch (nd_parse(message, ip->payload_bytes, ip, &parsed)) {
	case WIRE_GOOD:
		if (!parsed.has_mac) /* still, who sent it is known */
			memcpy(parsed.mac, sender_of(inner), ETHERNET_MAC);
		arrives(host, inner->link, &parsed);
		break;
	case WIRE_UNKNOWN: /* routers: our routes are given by hand */
		count(&host->tcp, ESTAB_COUNT_NeighbourInIgnored);
		break;
	case WIRE_TRUNCATED:
	case WIRE_MALFORMED:
	case WIRE_CHECKSUM:
	case WIRE_FRAGMENT:
		count(&host->tcp, ESTAB_COUNT_NeighbourInErrors);
		break;
	}
	return true;
}
