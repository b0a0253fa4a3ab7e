/* SPDX-License-Identifier: BSD-2-Clause
 *
 * packet.c - a look at any bytes at all: what each field holds, whether it
 * makes sense or not.
 *
 * Every read is bounded by the bytes that are there, never by what a header
 * claims.
 */
#include "wire/packet.h"

#include "base/mem.h"
#include "wire/bytes.h"
#include "wire/checksum.h"

#define EOL 0
#define NOP 1

/* One option; returns its bytes, or 0 where reading must end. */
static uint32_t
look_at_option(const uint8_t *at, uint32_t left, struct packet_option *out)
{
	out->kind = at[0];
	if (at[0] == EOL)
		return 0;
	if (at[0] == NOP)
		return 1;
	out->runs_over = left < 2 || at[1] > left;
	if (left < 2)
		return 0;
	out->length = at[1];
	return out->length < 2 || out->runs_over ? 0 : out->length;
}

static void
look_at_options(struct packet_view *out)
{
	uint32_t at = 0, step = 1;

	while (step > 0 && at < out->options_bytes) {
		struct packet_option *option =
		    &out->option[out->option_count++];

		option->offset = (uint8_t)at;
		step = look_at_option(out->options + at,
		    out->options_bytes - at, option);
		at += step;
	}
}

/* tcp..+there are the bytes of the segment that were captured. */
static void
look_at_tcp(const uint8_t *tcp, uint32_t there, struct packet_view *out)
{
	uint32_t header_bytes, end;

	if (there < TCP_HEADER_BYTES)
		return;
	out->has_tcp = true;
	out->from_port = get16(tcp);
	out->to_port = get16(tcp + 2);
	out->seq = get32(tcp + 4);
	out->ack = get32(tcp + 8);
	out->data_offset = tcp[12] >> 4;
	out->reserved = tcp[12] & 15;
	out->flags = tcp[13];
	out->wnd = get16(tcp + 14);
	out->checksum = get16(tcp + TCP_CHECKSUM_OFFSET);
	out->up = get16(tcp + 18);

	header_bytes = out->data_offset * 4u;
	if (header_bytes < TCP_HEADER_BYTES)
		return;
	if (header_bytes <= out->ip.payload_bytes) {
		out->text_offset = out->ip.header_bytes + header_bytes;
		out->text_bytes = out->ip.payload_bytes - header_bytes;
	}
	end = header_bytes < there ? header_bytes : there;
	out->options_bytes = (uint8_t)(end - TCP_HEADER_BYTES);
	memcpy(out->options, tcp + TCP_HEADER_BYTES, out->options_bytes);
	look_at_options(out);
}

/* Whether the transport's header is at the front of this payload: of a
 * datagram in parts, only the first has it. */
static bool
is_first_part(const uint8_t *data, const struct packet_view *view)
{
	if (view->ip.version == 4)
		return (get16(data + 6) & 0x1fff) == 0;
	if (view->ip_verdict != WIRE_FRAGMENT)
		return true;
	/* The fragment header is the last one that was walked. */
	return (get16(data + view->ip.header_bytes - 6) & 0xfff8) == 0;
}

static bool
verify(const uint8_t *payload, uint32_t there, const struct packet_view *view)
{
	const struct ip_packet *ip = &view->ip;
	uint32_t sum = 0;

	if (there < ip->payload_bytes || view->ip_verdict == WIRE_FRAGMENT)
		return false;
	if (ip->protocol != IP_PROTOCOL_ICMP)
		sum = checksum_pseudo(&ip->from, &ip->to, ip->protocol,
		    ip->payload_bytes);
	return checksum_good(checksum_add(sum, checksum_bytes(payload, there),
	    0));
}

void
packet_view(const uint8_t *data, uint32_t bytes, struct packet_view *out)
{
	const struct ip_packet *ip = &out->ip;
	const uint8_t *payload;
	uint32_t there;

	memset(out, 0, sizeof *out);
	out->captured_bytes = bytes;
	out->ip_verdict = ip_parse(data, bytes, bytes, &out->ip);
	/* Without a header that ends somewhere, what follows is unknown. */
	if (ip->header_bytes < 20 || ip->header_bytes > bytes ||
	    !is_first_part(data, out))
		return;
	payload = data + ip->header_bytes;
	there = bytes - ip->header_bytes;
	if (there > ip->payload_bytes)
		there = ip->payload_bytes;
	if (ip->protocol == IP_PROTOCOL_TCP)
		look_at_tcp(payload, there, out);
	else if (ip->protocol ==
	    (ip->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6))
		out->has_icmp = icmp_parse(payload, there, ip->version,
		                    &out->icmp) == WIRE_GOOD;
	if (out->has_tcp || out->has_icmp)
		out->checksum_good = verify(payload, there, out);
}
