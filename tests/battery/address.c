/* SPDX-License-Identifier: BSD-2-Clause
 *
 * address.c - sources nobody has, and destinations of many.
 */
#include <string.h>

#include "battery.h"

/* Write an address over the source or destination. */
static void
set_address(struct battery_input *in, bool source, const char *text)
{
	struct estab_address address;
	const uint32_t bytes = battery_is_v4(in) ? 4 : 16;
	uint8_t *to =
	    in->packet + (battery_is_v4(in) ? 12 : 8) + (source ? 0 : bytes);

	assert_int_equal(estab_address_parse(text, &address), 0);
	memcpy(to, address.byte + 16 - bytes, bytes);
	battery_seal(in);
}

static const char *
word(const struct battery_input *in, uint32_t n, const char *const *v4,
    const char *const *v6)
{
	return (battery_is_v4(in) ? v4 : v6)[n];
}

#define WORDS 7

static bool
a_martian(const struct mould *m, uint32_t n, struct battery_input *in)
{
	static const char *const v4[WORDS] = { "0.0.0.0", "255.255.255.255",
		"10.0.0.255", "224.0.0.1", "239.255.255.255", "127.0.0.1",
		"10.0.0.1" };
	static const char *const v6[WORDS] = { "::", "::1", "ff02::1",
		"ff0e::1", "fd00::1", "::", "::1" };

	(void)m;
	if (n >= WORDS)
		return false;
	set_address(in, true, word(in, n, v4, v6));
	in->counter = ESTAB_COUNT_IpInMartians;
	return true;
}

static void
a_source_nobody_has_is_dropped(void **unused)
{
	(void)unused;
	battery_ran("A08", battery_dropped(a_martian, 1), 616);
}

static bool
to_many(const struct mould *m, uint32_t n, struct battery_input *in)
{
	static const char *const v4[WORDS] = { "255.255.255.255", "10.0.0.255",
		"224.0.0.1", "239.1.2.3" };
	static const char *const v6[WORDS] = { "ff02::1", "ff02::2",
		"ff05::1:3", "ff0e::1" };
	const uint8_t flags[] = { ESTAB_SYN, ESTAB_ACK, ESTAB_SYN | ESTAB_ACK,
		ESTAB_FIN };

	if (n >= 16)
		return false;
	const struct segment seg = bench_segment(m->bench, flags[n % 4],
	    m->known.rcv_nxt, m->known.snd_nxt, 0);

	battery_build(m, &seg, in);
	set_address(in, false, word(in, n / 4, v4, v6));
	in->counter = ESTAB_COUNT_InSegs;
	return true;
}

static void
a_segment_to_many_is_not_answered(void **unused)
{
	(void)unused;
	battery_ran("A09", battery_dropped(to_many, 1), 1408);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_nobody_has_is_dropped),
		cmocka_unit_test(a_segment_to_many_is_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
