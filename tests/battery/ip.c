/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ip.c - IP headers that lie.
 */
#include "battery.h"

static bool
a_prefix(const struct mould *m, uint32_t n, struct battery_input *in)
{
	(void)m;
	if (n + 1 >= in->bytes)
		return false;
	in->bytes = n + 1;
	in->counter = ESTAB_COUNT_IpInTruncated;
	return true;
}

static void
every_prefix_is_dropped(void **unused)
{
	(void)unused;
	battery_ran("A01", battery_dropped(a_prefix, 1), 6968);
}

/* IHL by captured length; the total length is what was captured. */
static bool
an_ihl(const struct mould *m, uint32_t n, struct battery_input *in)
{
	const uint32_t ihl = n / 41, captured = 20 + n % 41;

	(void)m;
	if (ihl > 15)
		return false;
	if (!battery_is_v4(in) || ihl == 5) {
		in->bytes = 0;
		return true;
	}
	in->packet[0] = (uint8_t)(0x40 | ihl);
	in->bytes = captured;
	battery_set_length(in, captured);
	in->counter = ihl > 5 && ihl * 4 > captured ?
	    ESTAB_COUNT_IpInTruncated :
	    ESTAB_COUNT_IpInHdrErrors;
	return true;
}

static void
a_header_length_that_cannot_be_is_dropped(void **unused)
{
	(void)unused;
	battery_ran("A03", battery_dropped(an_ihl, 1), 27060);
}

/* The total length of IPv4, the payload length of IPv6: too short for a TCP
 * header, or more than came. */
static bool
lie(struct battery_input *in, uint32_t n)
{
	static const uint32_t beyond[] = { 1, 2, 1000 };
	const uint32_t header = battery_is_v4(in) ? 20 : 0, least = header + 20;
	const uint32_t whole =
	    battery_is_v4(in) ? in->bytes : in->bytes - in->ip_bytes;

	if (n >= least + 4)
		return false;
	if (n < least)
		battery_set_length(in, n);
	else
		battery_set_length(in,
		    n == least + 3 ? 65535 : whole + beyond[n - least]);
	in->counter = n < header ? ESTAB_COUNT_IpInHdrErrors :
	    n < least            ? ESTAB_COUNT_InErrs :
	                           ESTAB_COUNT_IpInTruncated;
	if (battery_is_v4(in))
		battery_seal_ip(in);
	return true;
}

static bool
a_v4_length(const struct mould *m, uint32_t n, struct battery_input *in)
{
	(void)m;
	if (battery_is_v4(in))
		return lie(in, n);
	in->bytes = 0;
	return n < 44;
}

static void
a_length_that_lies_is_dropped(void **unused)
{
	(void)unused;
	battery_ran("A04", battery_dropped(a_v4_length, 1), 1936);
}

static bool
a_v6_length(const struct mould *m, uint32_t n, struct battery_input *in)
{
	(void)m;
	if (!battery_is_v4(in))
		return lie(in, n);
	in->bytes = 0;
	return n < 24;
}

static void
an_ipv6_payload_that_lies_is_dropped(void **unused)
{
	(void)unused;
	battery_ran("A21", battery_dropped(a_v6_length, 1), 1056);
}

/* One bit of what the header checksum covers, or of itself. */
static bool
a_header_bit(const struct mould *m, uint32_t n, struct battery_input *in)
{
	const uint32_t first = 8 * 8, bits = 12 * 8;

	(void)m;
	if (n >= bits + 4)
		return false;
	if (!battery_is_v4(in)) {
		in->bytes = 0;
		return true;
	}
	if (n < bits) {
		in->packet[(first + n) / 8] ^= (uint8_t)(1u << n % 8);
	} else { /* off by one, either way, and the two zeros */
		const uint32_t is =
		    (uint32_t)in->packet[10] << 8 | in->packet[11];
		const uint32_t other[] = { is + 1, is - 1, 0, 0xffff };

		battery_put16(in->packet + 10, other[n - bits] & 0xffff);
	}
	in->counter = ESTAB_COUNT_IpInHdrErrors;
	return true;
}

static void
a_header_checksum_that_is_wrong_drops_the_packet(void **unused)
{
	(void)unused;
	battery_ran("A07", battery_dropped(a_header_bit, 1), 4400);
}

static bool
no_hops_left(const struct mould *m, uint32_t n, struct battery_input *in)
{
	(void)m;
	if (n > 0)
		return false;
	in->packet[battery_is_v4(in) ? 8 : 7] = 0;
	battery_seal(in);
	in->counter = ESTAB_COUNT_IpInHdrErrors;
	return true;
}

static void
a_packet_without_hops_left_is_dropped(void **unused)
{
	(void)unused;
	battery_ran("A11", battery_dropped(no_hops_left, 1), 88);
}

static void
the_last_hop_is_enough(void **unused)
{
	struct mould m;
	uint32_t largest;

	(void)unused;
	for (uint32_t at = 0; battery_next(&m, &at); mould_break(&m)) {
		const enum estab_state state = m.known.state;
		const struct segment good = battery_good(&m);
		struct battery_input input = { 0 };

		if (state != ESTAB_ESTABLISHED && state != ESTAB_FIN_WAIT_1 &&
		    state != ESTAB_FIN_WAIT_2)
			continue;
		battery_build(&m, &good, &input);
		input.packet[battery_is_v4(&input) ? 8 : 7] = 1;
		battery_seal(&input);
		(void)battery_arrives(m.bench, input.packet, input.bytes,
		    &largest);
		assert_int_equal(bench_status(m.bench).rcv_nxt,
		    good.seq + good.text_len);
	}
}

/* What claims to hold a packet. */
static bool
a_tunnel(const struct mould *m, uint32_t n, struct battery_input *in)
{
	static const uint8_t protocol[] = { 4, 41, 47, 50, 51, 94, 115 };

	(void)m;
	if (n >= sizeof protocol)
		return false;
	in->packet[battery_is_v4(in) ? 9 : 6] = protocol[n];
	if (battery_is_v4(in))
		battery_seal_ip(in);
	else if (protocol[n] == 51) /* an extension header there */
		in->bytes = 0;
	in->counter = ESTAB_COUNT_IpInUnknownProtos;
	return true;
}

static void
a_tunnel_is_not_looked_into(void **unused)
{
	(void)unused;
	battery_ran("A19", battery_dropped(a_tunnel, 1), 572);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_prefix_is_dropped),
		cmocka_unit_test(a_header_length_that_cannot_be_is_dropped),
		cmocka_unit_test(a_length_that_lies_is_dropped),
		cmocka_unit_test(an_ipv6_payload_that_lies_is_dropped),
		cmocka_unit_test(the_last_hop_is_enough),
		cmocka_unit_test(a_header_checksum_that_is_wrong_drops_the_packet),
		cmocka_unit_test(a_packet_without_hops_left_is_dropped),
		cmocka_unit_test(a_tunnel_is_not_looked_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
