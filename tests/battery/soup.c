/* SPDX-License-Identifier: BSD-2-Clause
 *
 * soup.c - flags nobody would send, and text where none belongs.
 */
#include "battery.h"

/* Every byte of flags, with each value of the four reserved bits. */
static bool
any_flags(const struct mould *m, uint32_t n, struct battery_input *in)
{
	(void)m;
	if (n >= 256 * 16)
		return false;
	in->packet[in->ip_bytes + 12] |= (uint8_t)(n / 256);
	in->packet[in->ip_bytes + 13] = (uint8_t)n;
	battery_seal_tcp(in);
	return true;
}

static void
any_flags_have_one_answer_at_most(void **unused)
{
	(void)unused;
	battery_ran("B21", battery_survived(any_flags, 61), 38145);
}

/* A SYN, a SYN+ACK or what else the state waits for, with 1,000 bytes and
 * with a FIN behind them. */
static bool
text_on_top(const struct mould *m, uint32_t n, struct battery_input *in)
{
	struct segment seg = battery_good(m);

	if (n >= 2)
		return false;
	seg.len += 1000 - seg.text_len;
	seg.text_len = 1000;
	if (n == 1) {
		seg.fin = true;
		seg.len++;
	}
	battery_build(m, &seg, in);
	return true;
}

static void
text_on_a_syn_is_read_after_the_handshake_or_not_at_all(void **unused)
{
	(void)unused;
	battery_ran("C08", battery_survived(text_on_top, 1), 176);
}

/* Options of kinds we do not speak, one after the other, before MSS. */
static bool
signatures(const struct mould *m, uint32_t n, struct battery_input *in)
{
	static const uint8_t kinds[] = { 19, 29, 34, 253 };
	uint8_t *tcp = in->packet + in->ip_bytes;

	(void)m;
	if (n >= sizeof kinds)
		return false;
	if (in->tcp_bytes != 24) { /* the option of a SYN is written over */
		in->bytes = 0;
		return true;
	}
	tcp[20] = kinds[n];
	tcp[21] = 4;
	battery_seal_tcp(in);
	return true;
}

static void
a_signature_nobody_asked_for_is_ignored(void **unused)
{
	(void)unused;
	battery_ran("B23", battery_survived(signatures, 1), 96);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_flags_have_one_answer_at_most),
		cmocka_unit_test(
		    text_on_a_syn_is_read_after_the_handshake_or_not_at_all),
		cmocka_unit_test(a_signature_nobody_asked_for_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
