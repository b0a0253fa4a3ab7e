/* SPDX-License-Identifier: BSD-2-Clause
 *
 * generator.c - SYNs, as fast as they can be written.
 *
 * A model is copied, and what differs is added to its two checksums, in
 * memory order (RFC 1071 2 (B)).
 */
#include "flood/generator.h"

#include <arpa/inet.h>
#include <string.h>

#include "wire/checksum.h"
#include "wire/segment.h"

#define IP_CHECKSUM_AT 10
#define SOURCE_AT 12
#define PORT_AT 20
#define NUMBER_AT 24
#define TCP_CHECKSUM_AT 36
#define NETWORK UINT32_C(0x0b000000) /* 11.0.0.0 ... 18.255.255.255 */
#define HOSTS UINT32_C(0x07ffffff)
#define FIRST_PORT 1024u
#define PORTS 0x7fffu
#define AHEAD 4u

void
generator_begin(struct generator *generator, struct queue *out,
    const struct estab_endpoint *to)
{
	const struct segment syn = {
		.to_port = to->port,
		.syn = true,
		.wnd = 65535,
		.options = { .has_mss = true, .mss = 1460 },
	};
	struct ip_packet ip = {
		.from = { { [10] = 0xff, [11] = 0xff } },
		.to = to->address,
		.version = 4,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64,
		.payload_bytes = GENERATOR_SYN_BYTES - 20,
	};
	uint8_t *const model = generator->model;

	*generator = (struct generator){
		.out = out,
		.network = NETWORK,
		.hosts = HOSTS,
		.random = UINT64_C(88172645463325252),
	};
	(void)ip_build(model, &ip);
	(void)segment_build(model + 20, &syn);
	memset(model + IP_CHECKSUM_AT, 0, 2);
	memset(model + TCP_CHECKSUM_AT, 0, 2);
	generator->ip_sum = checksum_fold(checksum_bytes(model, 20));
	generator->tcp_sum =
	    checksum_fold(checksum_add(checksum_pseudo(&ip.from, &ip.to,
	                                   IP_PROTOCOL_TCP, ip.payload_bytes),
	        checksum_bytes(model + 20, ip.payload_bytes), 0));
}

static uint64_t
draw(struct generator *g)
{
	g->random ^= g->random << 13;
	g->random ^= g->random >> 7;
	g->random ^= g->random << 17;
	return g->random;
}

static uint32_t
halves(uint32_t word)
{
	return (word & 0xffff) + (word >> 16);
}

void
generator_write(struct generator *g, uint8_t to[GENERATOR_SYN_BYTES])
{
	const uint64_t luck = draw(g);
	const uint32_t source = htonl(g->network + (uint32_t)(luck & g->hosts));
	const uint16_t port =
	    htons((uint16_t)(FIRST_PORT + (luck >> 32 & PORTS)));
	const uint32_t number = (uint32_t)(luck >> 24);
	const uint32_t from = halves(source);
	const uint16_t ip = checksum_finish(g->ip_sum + from);
	const uint16_t tcp =
	    checksum_finish(g->tcp_sum + from + port + halves(number));

	memcpy(to, g->model, GENERATOR_SYN_BYTES);
	memcpy(to + IP_CHECKSUM_AT, &ip, sizeof ip);
	memcpy(to + SOURCE_AT, &source, sizeof source);
	memcpy(to + PORT_AT, &port, sizeof port);
	memcpy(to + NUMBER_AT, &number, sizeof number);
	memcpy(to + TCP_CHECKSUM_AT, &tcp, sizeof tcp);
}

void
generator_put(struct generator *generator, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct queue_slot *const slot = queue_place(generator->out);

		generator->offered++;
		if (slot == NULL) {
			generator->dropped++;
			continue;
		}
		__builtin_prefetch(&generator->out
		                        ->slot[(generator->out->filled + AHEAD) %
		                            QUEUE_FRAMES],
		    1);
		slot->bytes = GENERATOR_SYN_BYTES;
		generator_write(generator, slot->data);
		queue_fill(generator->out);
	}
	queue_publish(generator->out);
}
