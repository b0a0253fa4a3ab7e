/* SPDX-License-Identifier: BSD-2-Clause
 *
 * judge.c - verdicts at each edge of the window, wherever it lies on the
 * circle of numbers, against the clauses written out once more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tcp/judge.h"

static const uint32_t origin[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffff00,
	0xffffffff };

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* RFC 9293 3.4, the table of four cases, with distances from RCV.NXT as
 * signed 64-bit numbers, so that nothing can wrap. */
static bool
acceptable(int64_t seq, int64_t len, int64_t wnd)
{
	const bool first = seq >= 0 && seq < wnd;
	const bool last = seq + len - 1 >= 0 && seq + len - 1 < wnd;

	if (len == 0)
		return wnd == 0 ? seq == 0 : first;
	return wnd > 0 && (first || last);
}

static void
the_four_cases_of_the_first_check(void **unused)
{
	static const int64_t wnd[] = { 0, 1, 2, 1460, 65535, 1 << 20 };
	static const int64_t len[] = { 0, 1, 2, 1460 };
	uint32_t rows = 0;

	(void)unused;
	for (size_t o = 0; o < COUNT(origin); o++)
		for (size_t w = 0; w < COUNT(wnd); w++)
			for (size_t l = 0; l < COUNT(len); l++)
				for (int64_t at = -1463; at <= 3000; at++) {
					const int64_t seq = at <= 1500 ?
					    at :
					    wnd[w] + at - 2250;
					const struct expectation e = {
						.nxt = origin[o],
						.wnd = (uint32_t)wnd[w],
					};
					const struct segment seg = {
						.seq =
						    origin[o] + (uint32_t)seq,
						.len = (uint32_t)len[l],
					};

					rows++;
					assert_int_equal(judge_sequence(&e,
					                     &seg),
					    acceptable(seq, len[l], wnd[w]));
				}
	assert_int_equal(rows, COUNT(origin) * COUNT(wnd) * COUNT(len) * 4464);
}

static void
a_reset_is_believed_at_rcv_nxt_only(void **unused)
{
	(void)unused;
	for (size_t o = 0; o < COUNT(origin); o++) {
		const struct expectation e = { .nxt = origin[o], .wnd = 100 };
		struct segment seg = { .rst = true, .seq = origin[o] };

		assert_int_equal(judge_reset(&e, &seg), ESTAB_REASON_RST_TAKEN);
		for (uint32_t i = 1; i < 100; i++) {
			seg.seq = origin[o] + i;
			assert_int_equal(judge_reset(&e, &seg),
			    ESTAB_REASON_RST_CHALLENGED);
		}
		seg.seq = origin[o] + 100;
		assert_int_equal(judge_reset(&e, &seg),
		    ESTAB_REASON_RST_OUTSIDE);
		seg.seq = origin[o] - 1;
		assert_int_equal(judge_reset(&e, &seg),
		    ESTAB_REASON_RST_OUTSIDE);
	}
}

static void
paws_compares_modulo_2_to_the_32_and_spares_resets(void **unused)
{
	(void)unused;
	for (size_t o = 0; o < COUNT(origin); o++) {
		struct expectation e = { .ts_on = true,
			.ts_recent = origin[o] };
		struct segment seg = { .options = { .has_ts = true } };

		seg.options.tsval = origin[o];
		assert_int_equal(judge_timestamp(&e, &seg), ESTAB_REASON_NONE);
		seg.options.tsval = origin[o] + 0x7fffffff;
		assert_int_equal(judge_timestamp(&e, &seg), ESTAB_REASON_NONE);
		seg.options.tsval = origin[o] - 1;
		assert_int_equal(judge_timestamp(&e, &seg), ESTAB_REASON_PAWS);
		seg.rst = true;
		assert_int_equal(judge_timestamp(&e, &seg), ESTAB_REASON_NONE);
		seg.rst = false;
		e.ts_stale = true;
		assert_int_equal(judge_timestamp(&e, &seg), ESTAB_REASON_NONE);
		seg.options.has_ts = false;
		assert_int_equal(judge_timestamp(&e, &seg),
		    ESTAB_REASON_TS_MISSING);
	}
}

static void
an_ack_is_new_repeated_old_or_of_nothing_sent(void **unused)
{
	(void)unused;
	for (size_t o = 0; o < COUNT(origin); o++) {
		const struct send_space snd = { .iss = origin[o],
			.una = origin[o] + 1000,
			.nxt = origin[o] + 2000,
			.wnd_max = 500 };
		const struct {
			uint32_t ack;
			enum estab_reason verdict;
		} row[] = {
			{ 2001, ESTAB_REASON_ACK_BEYOND },
			{ 2000, ESTAB_REASON_ACK_ADVANCES },
			{ 1001, ESTAB_REASON_ACK_ADVANCES },
			{ 1000, ESTAB_REASON_ACK_REPEATED },
			{ 500, ESTAB_REASON_ACK_REPEATED },
			{ 499, ESTAB_REASON_ACK_OLD },
			{ 0, ESTAB_REASON_ACK_OLD },
		};

		for (size_t i = 0; i < COUNT(row); i++) {
			const struct segment seg = {
				.has_ack = true,
				.ack = origin[o] + row[i].ack,
			};

			assert_int_equal(judge_ack(&snd, 999, &seg),
			    row[i].verdict);
		}
	}
}

/* However large the peer's window: nothing before the ISS was ever sent. */
static void
an_ack_of_bytes_never_sent_is_a_ghost(void **unused)
{
	const struct send_space snd = { .iss = 100,
		.una = 101,
		.nxt = 101,
		.wnd_max = 1 << 20 };
	const struct segment ghost = { .has_ack = true, .ack = 100 };
	const struct segment real = { .has_ack = true, .ack = 101 };

	(void)unused;
	assert_int_equal(judge_ack(&snd, 0, &ghost), ESTAB_REASON_ACK_OLD);
	assert_int_equal(judge_ack(&snd, 0, &real), ESTAB_REASON_ACK_REPEATED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_four_cases_of_the_first_check),
		cmocka_unit_test(a_reset_is_believed_at_rcv_nxt_only),
		cmocka_unit_test(paws_compares_modulo_2_to_the_32_and_spares_resets),
		cmocka_unit_test(an_ack_is_new_repeated_old_or_of_nothing_sent),
		cmocka_unit_test(an_ack_of_bytes_never_sent_is_a_ghost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
