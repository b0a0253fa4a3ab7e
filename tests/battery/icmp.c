/* SPDX-License-Identifier: BSD-2-Clause
 *
 * icmp.c - ICMP that is cut short, or is about nothing that is in flight.
 */
#include <string.h>

#include "battery.h"
#include "wire/checksum.h"

#define ICMP_V4 1
#define ICMP_V6 58

/* Make the packet an ICMP message of these bytes, and sum it up. */
static void
seal_icmp(const struct mould *m, struct battery_input *in, uint32_t bytes)
{
	const struct bench *b = m->bench;
	const bool v4 = b->family == 4;
	const struct ip_packet ip = {
		.from = b->remote.address,
		.to = b->local.address,
		.version = (uint8_t)b->family,
		.protocol = v4 ? ICMP_V4 : ICMP_V6,
		.ttl = 255,
		.payload_bytes = bytes,
	};
	uint8_t *icmp = in->packet + in->ip_bytes;
	const uint32_t pseudo =
	    v4 ? 0 : checksum_pseudo(&ip.from, &ip.to, ICMP_V6, bytes);
	uint16_t sum;

	(void)ip_build(in->packet, &ip);
	in->bytes = in->ip_bytes + bytes;
	if (bytes < 4)
		return;
	memset(icmp + 2, 0, sizeof sum);
	sum = checksum_finish(checksum_add(pseudo, checksum_bytes(icmp, bytes),
	    0));
	memcpy(icmp + 2, &sum, sizeof sum);
}

/* Every type, and 0 to 7 bytes of it. */
static bool
a_short_message(const struct mould *m, uint32_t n, struct battery_input *in)
{
	if (n >= 256 * 8)
		return false;
	memset(in->packet + in->ip_bytes, 0, 8);
	in->packet[in->ip_bytes] = (uint8_t)(n / 8);
	seal_icmp(m, in, n % 8);
	in->counter = ESTAB_COUNT_IcmpInErrors;
	return true;
}

static void
a_message_shorter_than_its_header_is_dropped(void **unused)
{
	(void)unused;
	battery_ran("A23", battery_dropped(a_short_message, 31), 21669);
}

/* An error that quotes a segment of ours with this number. */
static void
an_error(const struct mould *m, struct battery_input *in, uint8_t type,
    uint8_t code, uint32_t rest, uint32_t seq)
{
	const struct bench *b = m->bench;
	uint8_t *icmp = in->packet + in->ip_bytes;
	uint8_t *quote = icmp + 8;
	const struct ip_packet ip = {
		.from = b->local.address,
		.to = b->remote.address,
		.version = (uint8_t)b->family,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 60,
		.payload_bytes = 500,
	};
	const struct segment seg = {
		.from_port = b->local.port,
		.to_port = b->remote.port,
		.seq = seq,
		.has_ack = true,
	};
	const uint32_t bytes = ip_build(quote, &ip);

	(void)segment_build(quote + bytes, &seg);
	icmp[0] = type;
	icmp[1] = code;
	for (int i = 0; i < 4; i++)
		icmp[4 + i] = (uint8_t)(rest >> (24 - 8 * i));
	seal_icmp(m, in, 8 + bytes + 20);
	in->counter = ESTAB_COUNT_IcmpInIgnored;
}

#define NUMBERS 6

/* Numbers that are not in flight. */
static uint32_t
elsewhere(const struct mould *m, uint32_t n)
{
	const struct oracle_connection *c = &m->known;
	const uint32_t number[NUMBERS] = { c->snd_una - 1, c->snd_nxt,
		c->snd_nxt + 1, c->snd_nxt + 100000,
		c->snd_una - UINT32_C(0x80000000), c->rcv_nxt ^ 0x40000000 };

	return number[n];
}

static bool
a_hard_error(const struct mould *m, uint32_t n, struct battery_input *in)
{
	const bool v4 = m->bench->family == 4;
	const uint32_t code = n / NUMBERS, codes = v4 ? 16 : 8;

	if (code >= codes)
		return false;
	if (v4 && code == 4) /* too big: below */
		in->bytes = 0;
	else
		an_error(m, in, v4 ? 3 : 1, (uint8_t)code, 0,
		    elsewhere(m, n % NUMBERS));
	return true;
}

static void
an_error_about_nothing_in_flight_is_ignored(void **unused)
{
	(void)unused;
	battery_ran("A31", battery_dropped(a_hard_error, 1), 6072);
}

static bool
too_big(const struct mould *m, uint32_t n, struct battery_input *in)
{
	static const uint32_t mtu[] = { 0, 1, 68, 296, 551, 552, 1279, 1280,
		1499, 1500, 1501, 65535, UINT32_C(0xffffffff) };
	const bool v4 = m->bench->family == 4;

	if (n >= NUMBERS * sizeof mtu / sizeof mtu[0])
		return false;
	an_error(m, in, v4 ? 3 : 2, v4 ? 4 : 0, mtu[n / NUMBERS],
	    elsewhere(m, n % NUMBERS));
	return true;
}

static void
a_path_shrinks_for_nobody_who_guesses(void **unused)
{
	(void)unused;
	battery_ran("A32", battery_dropped(too_big, 1), 6864);
}

/* Source quench and redirects, about what is in flight. */
static bool
advice(const struct mould *m, uint32_t n, struct battery_input *in)
{
	const bool v4 = m->bench->family == 4;
	const uint8_t type[] = { v4 ? 4 : 137, v4 ? 5 : 137 };

	if (n >= 10)
		return false;
	an_error(m, in, type[n % 2], (uint8_t)(n / 2), 0x0a000003,
	    m->known.snd_una);
	return true;
}

static void
quench_and_redirect_are_ignored(void **unused)
{
	(void)unused;
	battery_ran("A33", battery_dropped(advice, 1), 880);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_shorter_than_its_header_is_dropped),
		cmocka_unit_test(an_error_about_nothing_in_flight_is_ignored),
		cmocka_unit_test(a_path_shrinks_for_nobody_who_guesses),
		cmocka_unit_test(quench_and_redirect_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
