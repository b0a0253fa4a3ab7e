/* SPDX-License-Identifier: BSD-2-Clause
 *
 * answer.c - the form of SYN+ACKs of one listener.
 */
#include "wire/answer.h"

void
answer_begin(struct answer_form *form, const struct ip_packet *ip, uint32_t wnd,
    uint16_t mss)
{
	const struct segment seg = {
		.syn = true,
		.has_ack = true,
		.wnd = wnd,
		.options = { .has_mss = true, .mss = mss },
	};
	struct ip_packet packet = *ip;
	uint32_t ip_bytes;

	memset(&packet.from, 0, sizeof packet.from);
	memset(&packet.to, 0, sizeof packet.to);
	packet.protocol = IP_PROTOCOL_TCP;
	packet.payload_bytes = TCP_HEADER_BYTES + 4;
	ip_bytes = ip_build(form->packet, &packet);
	(void)segment_build(form->packet + ip_bytes, &seg);
	if (ip_bytes == 20)
		memset(form->packet + 10, 0, 2);
	form->ip_sum = checksum_bytes(form->packet, ip_bytes);
	form->tcp_sum = (uint64_t)checksum_bytes(form->packet + ip_bytes,
	                    packet.payload_bytes) +
	    answer_word(packet.payload_bytes + IP_PROTOCOL_TCP);
}
