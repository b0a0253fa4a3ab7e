/* SPDX-License-Identifier: BSD-2-Clause
 *
 * plain.c - a TCP packet of the shape that nearly all have, read in one go:
 * in one piece, no fragment, IPv4 without options or IPv6 without extension
 * headers, and of TCP's options none, or time stamps as RFC 7323 appendix A
 * lays them out.
 *
 * It says what in.c would say of the same packet, or nothing; a test holds
 * the two against each other.  What is wrong with a packet is for in.c to
 * find out.
 */
#include "host/plain.h"

#define FLAGS_AT 13u
#define TS_HEADER (TCP_HEADER_BYTES + SEGMENT_TS_BYTES)

static bool
has_options_to_read(const uint8_t *tcp, uint32_t payload)
{
	return tcp[12] >> 4 != 5 &&
	    (tcp[12] >> 4 != TS_HEADER / 4 || payload < TS_HEADER ||
	        get32(tcp + 20) != SEGMENT_TS_ALONE);
}

/* Frame and IP are through; the header is whole, and of one of two lengths. */
static bool
read_segment(const uint8_t *tcp, uint32_t payload, struct arrival *a)
{
	struct segment *seg = &a->seg;

	if (has_options_to_read(tcp, payload))
		return false;
	seg->from_port = get16(tcp);
	seg->to_port = get16(tcp + 2);
	seg->seq = get32(tcp + 4);
	seg->ack = get32(tcp + 8);
	seg->flags = tcp[13];
	seg->wnd = get16(tcp + 14);
	seg->up = get16(tcp + 18);
	seg->header_bytes = (uint32_t)(tcp[12] >> 4) * 4;
	seg->text_len = payload - seg->header_bytes;
	seg->len = seg->text_len + seg->syn + seg->fin;
	segment_no_options(&seg->options);
	if (seg->header_bytes == TS_HEADER) {
		seg->options.has_ts = true;
		seg->options.tsval = get32(tcp + 24);
		seg->options.tsecr = get32(tcp + 28);
	}
	a->tuple.remote_port = seg->from_port;
	a->tuple.local_port = seg->to_port;
	return seg->from_port != 0 && seg->to_port != 0;
}

enum plain
plain_read(const struct estab_frame *frame, struct arrival *a)
{
	const uint8_t *data = frame->span[0].data;
	const uint32_t bytes = frame->span[0].length;
	uint32_t ip_bytes = PLAIN_V4, payload = 0;

	if (frame->span_count != 1 || bytes < PLAIN_V4 + TCP_HEADER_BYTES)
		return PLAIN_NOT;
	if (data[0] == 0x45) {
		if (plain_opens(data[PLAIN_V4 + FLAGS_AT]))
			return data[9] == IP_PROTOCOL_TCP ? PLAIN_OPENING :
			                                    PLAIN_NOT;
		payload = plain_v4(data, bytes);
		plain_addresses(data, PLAIN_V4, &a->tuple);
		a->seg.ecn = data[1] & 3u;
	} else if (data[0] >> 4 == 6 && bytes >= PLAIN_V6 + TCP_HEADER_BYTES) {
		if (plain_opens(data[PLAIN_V6 + FLAGS_AT]))
			return data[6] == IP_PROTOCOL_TCP ? PLAIN_OPENING :
			                                    PLAIN_NOT;
		ip_bytes = PLAIN_V6;
		payload = plain_v6(data, bytes);
		plain_addresses(data, PLAIN_V6, &a->tuple);
		a->seg.ecn = data[1] >> 4 & 3u;
	}
	if (payload == 0 || !read_segment(data + ip_bytes, payload, a))
		return PLAIN_NOT;
	a->seg.text_offset = ip_bytes + a->seg.header_bytes;
	in_describe(frame, a);
	if (!a->summed)
		a->sum = checksum_narrow(checksum_tcp_pseudo(data, ip_bytes,
		                             payload) +
		    checksum_header(data + ip_bytes, a->seg.header_bytes));
	return PLAIN_READ;
}
