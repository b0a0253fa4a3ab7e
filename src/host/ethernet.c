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

/* Whether a packet goes where the one before it, which has its header, went:
 * most do. */
static bool
goes_along(const struct estab_frame *before, const struct estab_frame *frame)
{
	const uint8_t *a = before->span[0].data + ETHERNET_HEADER;
	const uint8_t *b = frame->span[0].data;

	return before->link == frame->link && a[0] == b[0] &&
	    (b[0] >> 4 == 4 ? memcmp(a + 12, b + 12, 8) == 0 :
	                      memcmp(a + 8, b + 8, 32) == 0);
}

size_t
ethernet_put_all(struct estab_host *host, struct estab_frame *frames, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct estab_frame *frame = &frames[i];
		const struct estab_frame *before =
		    kept > 0 ? &frames[kept - 1] : NULL;
		bool leaves = true;

		if (!host->tcp.link[frame->link].ethernet) {
			before = NULL;
		} else if (before && goes_along(before, frame)) {
			struct estab_span *first = &frame->span[0];

			first->data -= ETHERNET_HEADER;
			first->length += ETHERNET_HEADER;
			memcpy(first->data, before->span[0].data,
			    ETHERNET_HEADER);
		} else {
			leaves = ethernet_put(host, frame);
		}
		if (leaves && host->tcp.link[frame->link].ethernet)
			frame->ip_at = ETHERNET_HEADER;
		if (leaves && kept != i)
			frames[kept] = *frame;
		kept += leaves;
	}
	return kept;
}
