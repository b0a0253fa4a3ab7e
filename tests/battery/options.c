/* SPDX-License-Identifier: BSD-2-Clause
 *
 * options.c - TCP options that would lead a reader astray.
 */
#include <string.h>

#include "battery.h"

#define EOL 0
#define NOP 1

/* The good segment with 40 bytes of options, all NOP; returns them. */
static uint8_t *
with_options(const struct mould *m, struct battery_input *in)
{
	uint8_t *tcp = in->packet + in->ip_bytes;
	const uint32_t text = in->bytes - in->ip_bytes - in->tcp_bytes;
	const uint32_t transport = TCP_HEADER_MAX + text;

	(void)m;
	memmove(tcp + TCP_HEADER_MAX, tcp + in->tcp_bytes, text);
	memset(tcp + TCP_HEADER_BYTES, NOP, TCP_OPTIONS_MAX);
	tcp[12] = 0xf0;
	in->tcp_bytes = TCP_HEADER_MAX;
	in->bytes = in->ip_bytes + transport;
	battery_set_length(in, battery_is_v4(in) ? in->bytes : transport);
	in->counter = ESTAB_COUNT_TCPBadOptions;
	return tcp + TCP_HEADER_BYTES;
}

/* Each kind, with length 0 and 1, at each place that has room for both. */
static bool
a_length_of_nothing(const struct mould *m, uint32_t n, struct battery_input *in)
{
	const uint32_t kind = 2 + n / 78, at = n % 78 / 2;
	uint8_t *options;

	if (kind > 255)
		return false;
	options = with_options(m, in);
	options[at] = (uint8_t)kind;
	options[at + 1] = n % 2;
	battery_seal(in);
	return true;
}

static void
a_length_of_0_or_1_drops_the_segment_and_resets_nothing(void **unused)
{
	(void)unused;
	battery_ran("B03", battery_dropped(a_length_of_nothing, 401), 162496);
}

/* A length beyond the header; at the last place a kind without a length. */
static bool
a_length_beyond(const struct mould *m, uint32_t n, struct battery_input *in)
{
	static const uint8_t kinds[] = { 2, 3, 4, 5, 8, 19, 28, 29, 30, 34, 253,
		255 };
	const uint32_t kind = n % sizeof kinds, at = n / sizeof kinds % 40;
	const uint32_t by = n / sizeof kinds / 40;
	uint8_t *options;

	if (by > 3)
		return false;
	options = with_options(m, in);
	options[at] = kinds[kind];
	if (at < 39) {
		const uint32_t beyond[] = { 40 - at + 1, 40 - at + 2, 128,
			255 };

		options[at + 1] = (uint8_t)beyond[by];
	}
	battery_seal(in);
	return true;
}

static void
a_length_beyond_the_header_drops_the_segment(void **unused)
{
	(void)unused;
	battery_ran("B04", battery_dropped(a_length_beyond, 23), 22042);
}

/* An end of the list at each place, and behind it what would be believed or
 * refused if it were read. */
static bool
an_end(const struct mould *m, uint32_t n, struct battery_input *in)
{
	static const uint8_t hostile[][4] = { { 3, 0, 0, 0 }, { 2, 4, 0, 1 },
		{ 5, 255, 1, 1 }, { 2, 1, 2, 1 } };
	const uint32_t at = n % 36;
	uint8_t *options;

	if (n >= 36 * 4)
		return false;
	options = with_options(m, in);
	options[at] = EOL;
	memcpy(options + at + 1, hostile[n / 36], 4);
	battery_seal(in);
	return true;
}

static void
nothing_behind_the_end_is_read(void **unused)
{
	(void)unused;
	battery_ran("B05", battery_survived(an_end, 1), 12672);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_length_of_0_or_1_drops_the_segment_and_resets_nothing),
		cmocka_unit_test(a_length_beyond_the_header_drops_the_segment),
		cmocka_unit_test(nothing_behind_the_end_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
