/* SPDX-License-Identifier: BSD-2-Clause
 *
 * battery_wire.c - packets as they should be, before something is done to them.
 */
#include <string.h>

#include "arrives/bench_wire.h"
#include "battery.h"
#include "wire/checksum.h"

bool
battery_is_v4(const struct battery_input *input)
{
	return input->ip_bytes == 20;
}

void
battery_put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

void
battery_set_length(struct battery_input *input, uint32_t value)
{
	battery_put16(input->packet + (battery_is_v4(input) ? 2 : 4), value);
}

void
battery_seal_tcp(struct battery_input *input)
{
	const bool v4 = battery_is_v4(input);
	uint8_t *tcp = input->packet + input->ip_bytes;
	const uint32_t bytes = input->bytes - input->ip_bytes;
	struct estab_address from = { { 0 } }, to = { { 0 } };
	uint16_t sum;

	if (v4) {
		memset(from.byte + 10, 0xff, 2);
		memset(to.byte + 10, 0xff, 2);
		memcpy(from.byte + 12, input->packet + 12, 4);
		memcpy(to.byte + 12, input->packet + 16, 4);
	} else {
		memcpy(from.byte, input->packet + 8, 16);
		memcpy(to.byte, input->packet + 24, 16);
	}
	memset(tcp + TCP_CHECKSUM_OFFSET, 0, sizeof sum);
	sum = checksum_finish(checksum_add(checksum_pseudo(&from, &to,
	                                       IP_PROTOCOL_TCP, bytes),
	    checksum_bytes(tcp, bytes), 0));
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &sum, sizeof sum);
}

void
battery_seal_ip(struct battery_input *input)
{
	uint16_t sum;

	memset(input->packet + 10, 0, sizeof sum);
	sum = checksum_finish(checksum_bytes(input->packet, 20));
	memcpy(input->packet + 10, &sum, sizeof sum);
}

void
battery_seal(struct battery_input *input)
{
	if (battery_is_v4(input))
		battery_seal_ip(input);
	battery_seal_tcp(input);
}

void
battery_build(const struct mould *m, const struct segment *seg,
    struct battery_input *input)
{
	const struct bench *b = m->bench;
	const uint32_t ip_bytes = b->family == 4 ? 20 : 40;
	uint8_t *tcp = input->packet + ip_bytes;
	const uint32_t tcp_bytes = segment_build(tcp, seg);
	const struct ip_packet ip = {
		.from = b->remote.address,
		.to = b->local.address,
		.version = (uint8_t)b->family,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64,
		.payload_bytes = tcp_bytes + seg->text_len,
	};

	for (uint32_t i = 0; i < seg->text_len; i++)
		tcp[tcp_bytes + i] = bench_peer_byte(seg->seq +
		    (seg->syn ? 1 : 0) + i - m->known.irs - 1);
	assert_int_equal(ip_build(input->packet, &ip), ip_bytes);
	input->ip_bytes = ip_bytes;
	input->tcp_bytes = tcp_bytes;
	input->bytes = ip_bytes + tcp_bytes + seg->text_len;
	battery_seal_tcp(input);
}
