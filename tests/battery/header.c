/* SPDX-License-Identifier: BSD-2-Clause
 *
 * header.c - TCP headers that lie.
 */
#include "battery.h"

/* Data offset by length of the TCP segment. */
static bool
a_data_offset(const struct mould *m, uint32_t n, struct battery_input *in)
{
	const uint32_t offset = n / 61, length = n % 61;

	(void)m;
	if (offset > 15)
		return false;
	if (offset >= 5 && offset * 4 <= length) {
		in->bytes = 0;
		return true;
	}
	in->packet[in->ip_bytes + 12] = (uint8_t)(offset << 4);
	in->bytes = in->ip_bytes + length;
	battery_set_length(in, battery_is_v4(in) ? in->bytes : length);
	if (length >= 20)
		battery_seal(in);
	else if (battery_is_v4(in))
		battery_seal_ip(in);
	in->counter = ESTAB_COUNT_InErrs;
	return true;
}

static void
a_data_offset_that_cannot_be_is_dropped(void **unused)
{
	(void)unused;
	battery_ran("B01", battery_dropped(a_data_offset, 1), 65560);
}

/* One bit of header or text; then a sum of zero, and one of other addresses. */
static bool
a_segment_bit(const struct mould *m, uint32_t n, struct battery_input *in)
{
	const uint32_t bits = (in->bytes - in->ip_bytes) * 8;
	uint8_t *tcp = in->packet + in->ip_bytes;

	(void)m;
	if (n >= bits + 2)
		return false;
	if (n / 8 == 12 && n % 8 >= 4) { /* the data offset: B01 */
		in->bytes = 0;
		return true;
	}
	if (n < bits) {
		tcp[n / 8] ^= (uint8_t)(1u << n % 8);
	} else if (n == bits) {
		battery_put16(tcp + TCP_CHECKSUM_OFFSET, 0);
	} else {
		const uint32_t at = battery_is_v4(in) ? 15 : 23;

		in->packet[at] ^= 0x40;
		battery_seal_tcp(in);
		in->packet[at] ^= 0x40;
	}
	in->counter = ESTAB_COUNT_InCsumErrors;
	in->copied = true;
	return true;
}

static void
a_wrong_checksum_drops_the_segment(void **unused)
{
	(void)unused;
	battery_ran("B24", battery_dropped(a_segment_bit, 7), 8300);
}

static bool
a_port_0(const struct mould *m, uint32_t n, struct battery_input *in)
{
	(void)m;
	if (n >= 3)
		return false;
	if (n != 1)
		battery_put16(in->packet + in->ip_bytes, 0);
	if (n != 0)
		battery_put16(in->packet + in->ip_bytes + 2, 0);
	battery_seal(in);
	in->counter = ESTAB_COUNT_InErrs;
	return true;
}

static void
port_0_is_nobodys(void **unused)
{
	(void)unused;
	battery_ran("B27", battery_dropped(a_port_0, 1), 264);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_data_offset_that_cannot_be_is_dropped),
		cmocka_unit_test(a_wrong_checksum_drops_the_segment),
		cmocka_unit_test(port_0_is_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
