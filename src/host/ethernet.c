/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ethernet.c - the Ethernet header: off what arrives, onto what leaves.
 */
#include "host/host.h"

#include "base/mem.h"

/* Places in the IP headers. */
#define V4_TO 16
#define V6_TO 24
#define V4_HEADER 20
#define V6_HEADER 40

/* The destination of a packet whose first 40 bytes (IPv4: 20) are here. */
static struct estab_address
destination(const uint8_t *packet)
{
	struct estab_address to = { { [10] = 0xff, [11] = 0xff } };

	if (packet[0] >> 4 == 4)
		memcpy(to.byte + 12, packet + V4_TO, 4);
	else
		memcpy(to.byte, packet + V6_TO, sizeof to.byte);
	return to;
}

/* ---- In ---- */

static void
take_off(const struct estab_frame *frame, struct estab_frame *inner)
{
	*inner = *frame;
	inner->span[0].data += ETHERNET_HEADER;
	inner->span[0].length -= ETHERNET_HEADER;
}

/* RFC 1122 3.3.6: a packet for us alone in a frame for many was not meant as
 * it looks, and an answer to it would be one of many (RFC 9293 MUST-57). */
static bool
is_for_one(const struct estab_host *host, const struct estab_frame *inner)
{
	uint8_t front[V6_HEADER];
	uint32_t n = 0;
	struct estab_address to;

	for (uint8_t i = 0; i < inner->span_count && n < sizeof front; i++) {
		const struct estab_span *span = &inner->span[i];
		uint32_t k = (uint32_t)sizeof front - n;

		k = span->length < k ? span->length : k;
		if (k > 0)
			memcpy(front + n, span->data, k);
		n += k;
	}
	if (n < V4_HEADER || (front[0] >> 4 != 4 && n < V6_HEADER))
		return false; /* too short to be anything */
	to = destination(front);
	return !address_is_for_many(host, &to);
}

bool
ethernet_arrives(struct estab_host *host, const struct estab_frame *frame,
    struct estab_frame *inner)
{
	struct tcp *tcp = &host->tcp;
	struct ethernet_header header;

	if (frame->span_count == 0 || frame->span[0].length < ETHERNET_HEADER) {
		count(tcp, ESTAB_COUNT_EthInRunts);
		return false;
	}
	ethernet_parse(frame->span[0].data, &header);
	take_off(frame, inner);
	if (!ethernet_is_group(header.to) &&
	    !ethernet_same(header.to, tcp->link[frame->link].mac)) {
		count(tcp, ESTAB_COUNT_EthInOtherHost);
	} else if (header.type == ETHERNET_ARP) {
		solicit_arp_arrives(host, inner);
	} else if (header.type != ETHERNET_V4 && header.type != ETHERNET_V6) {
		count(tcp, ESTAB_COUNT_EthInUnknownTypes);
	} else if (ethernet_is_group(header.to) && is_for_one(host, inner)) {
		count(tcp, ESTAB_COUNT_EthInMisaddressed);
	} else {
		return true;
	}
	return false;
}

/* ---- Out ---- */

bool
ethernet_put(struct estab_host *host, struct estab_frame *frame)
{
	struct estab_span *first = &frame->span[0];
	const struct estab_address to = destination(first->data);
	struct ethernet_header header;

	if ((host->doubtful_count > 0 && duplicate_stops(host, frame)) ||
	    !neighbour_mac(host, frame, &to, header.to))
		return false;
	memcpy(header.from, host->tcp.link[frame->link].mac, ETHERNET_MAC);
	header.type = ip_is_v4(&to) ? ETHERNET_V4 : ETHERNET_V6;
	first->data -= ETHERNET_HEADER;
	first->length += ETHERNET_HEADER;
	ethernet_build(first->data, &header);
	return true;
}

/* How the last packet went that got its header. */
struct way {
	const uint8_t *header; /* NULL: none */
	struct estab_address hop;
	uint8_t link;
};

/* Whether a packet is of the same ends: most are. */
static bool
goes_along(const struct way *way, const struct estab_frame *frame)
{
	const uint8_t *a, *b = frame->span[0].data;

	if (!way->header || way->link != frame->link)
		return false;
	a = way->header + ETHERNET_HEADER;
	return a[0] == b[0] &&
	    (b[0] >> 4 == 4 ? memcmp(a + 12, b + 12, 8) == 0 :
	                      memcmp(a + 8, b + 8, 32) == 0);
}

static void
put_same(const struct way *way, struct estab_span *first)
{
	first->data -= ETHERNET_HEADER;
	first->length += ETHERNET_HEADER;
	memcpy(first->data, way->header, ETHERNET_HEADER);
}

/* To whom the last one went may also be the way of a packet to elsewhere; what
 * neighbour_mac() would do has been done for that neighbour. */
static bool
put_by_hop(struct estab_host *host, struct way *way, struct estab_frame *frame)
{
	struct estab_span *first = &frame->span[0];
	const struct estab_address to = destination(first->data);
	const struct estab_address hop =
	    *address_next_hop(host, frame->link, &to);

	if (way->header && way->link == frame->link &&
	    host->doubtful_count == 0 && ip_same(&way->hop, &hop))
		put_same(way, first);
	else if (!ethernet_put(host, frame))
		return false;
	way->hop = hop;
	return true;
}

static bool
put(struct estab_host *host, struct way *way, struct estab_frame *frame)
{
	if (goes_along(way, frame))
		put_same(way, &frame->span[0]);
	else if (!put_by_hop(host, way, frame))
		return false;
	way->header = frame->span[0].data;
	way->link = frame->link;
	frame->ip_at = ETHERNET_HEADER;
	return true;
}

size_t
ethernet_put_all(struct estab_host *host, struct estab_frame *frames, size_t n)
{
	struct way way = { .header = NULL };
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct estab_frame *frame = &frames[i];

		if (host->tcp.link[frame->link].ethernet &&
		    !put(host, &way, frame))
			continue;
		if (kept != i)
			frames[kept] = *frame;
		kept++;
	}
	return kept;
}
