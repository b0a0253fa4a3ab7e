/* SPDX-License-Identifier: BSD-2-Clause
 *
 * opening.c - what a SYN or SYN+ACK asks for, and what it gets.
 */
#include "battery.h"
#include "arrives/place.h"

#define TEXT 16384u

/* What the peer's SYN says, and the segments it must then get: at most so
 * long, and so long when there is text enough. */
struct wish {
	bool has_mss;
	uint16_t mss;
	uint32_t v4, v6;
};

static struct bench *
new_bench(const struct place_origin *o)
{
	struct bench *b = bench_new(o->family, o->base, o->irs, true);

	assert_null(b->fault);
	return b;
}

/* Open with a SYN (passive) or SYN+ACK that differs from the usual one. */
static void
open_with(struct bench *b, bool passive, const struct tcp_options *options,
    uint32_t wnd)
{
	struct segment seg;

	if (passive)
		bench_listen(b);
	else
		bench_connect(b);
	bench_drain(b);
	seg = bench_segment(b, passive ? ESTAB_SYN : ESTAB_SYN | ESTAB_ACK,
	    b->irs, b->iss + 1, 0);
	seg.options = *options;
	seg.wnd = wnd;
	bench_arrives(b, &seg, NULL);
	bench_drain(b);
	if (passive) {
		seg = bench_segment(b, ESTAB_ACK, b->irs + 1, b->iss + 1, 0);
		bench_arrives(b, &seg, NULL);
		bench_drain(b);
		assert_true(bench_accept(b));
	}
	assert_null(b->fault);
	assert_int_equal(bench_status(b).state, ESTAB_ESTABLISHED);
}

/* Send TEXT; returns the longest segment.  All of it is acknowledged. */
static uint32_t
longest(struct bench *b)
{
	struct bench_sent sent[BENCH_SENT_MAX];
	uint32_t most = 0, una = b->iss + 1;
	struct segment seg;

	for (uint32_t n = 0; n < TEXT; n += 4096)
		bench_send(b, 4096);
	for (int turns = 0; una != b->iss + 1 + TEXT; turns++) {
		const int n = bench_leaves(b, sent);

		assert_true(turns < 1000);
		for (int i = 0; i < n; i++) {
			if (sent[i].seg.text_len > most)
				most = sent[i].seg.text_len;
			if (sent[i].seg.text_len > 0)
				una = sent[i].seg.seq + sent[i].seg.text_len;
		}
		seg = bench_segment(b, ESTAB_ACK, b->irs + 1, una, 0);
		bench_arrives(b, &seg, NULL);
		una = bench_status(b).snd_una;
	}
	if (b->fault) /* of a small size, many leave at once */
		assert_string_equal(b->fault, "far too many frames leave");
	return most;
}

static uint32_t
grant(const struct wish *wish, size_t count)
{
	uint32_t cases = 0;

	for (size_t i = 0; i < count; i++) {
		const struct tcp_options options = { .has_mss = wish[i].has_mss,
			.mss = wish[i].mss };

		for (size_t o = 0; o < 2 * place_origin_count; o++) {
			const struct place_origin *origin =
			    &place_origins[o / 2];
			struct bench *b = new_bench(origin);

			open_with(b, o % 2, &options, BENCH_PEER_WND);
			assert_int_equal(longest(b),
			    origin->family == 4 ? wish[i].v4 : wish[i].v6);
			bench_free(b);
			cases++;
		}
	}
	return cases;
}

static void
a_segment_size_of_nothing_or_nearly_is_not_believed(void **unused)
{
	static const struct wish wishes[] = {
		{ true, 0, 536, 1220 },
		{ true, 1, 64, 64 },
		{ true, 12, 64, 64 },
		{ true, 47, 64, 64 },
		{ true, 89, 89, 89 },
	};

	(void)unused;
	battery_ran("B07", grant(wishes, sizeof wishes / sizeof wishes[0]), 80);
}

static void
a_segment_size_beyond_the_link_is_cut_to_it(void **unused)
{
	static const struct wish wishes[] = {
		{ true, 65535, 1460, 1440 },
		{ true, 1461, 1460, 1440 },
		{ true, 1441, 1441, 1440 },
	};

	(void)unused;
	battery_ran("B09", grant(wishes, sizeof wishes / sizeof wishes[0]), 48);
}

static void
no_segment_size_means_the_default(void **unused)
{
	static const struct wish wishes[] = { { false, 0, 536, 1220 } };

	(void)unused;
	battery_ran("B11", grant(wishes, 1), 16);
}

/* Shifts beyond 14 are 14; the window of a SYN itself is never shifted. */
static void
a_window_scale_beyond_14_is_14(void **unused)
{
	static const uint8_t shifts[] = { 14, 15, 16, 31, 128, 255 };
	uint32_t cases = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof shifts; i++) {
		const struct tcp_options options = { .has_wscale = true,
			.wscale = shifts[i] };

		for (size_t o = 0; o < 2 * place_origin_count; o++) {
			struct bench *b = new_bench(&place_origins[o / 2]);
			struct segment seg;

			open_with(b, o % 2, &options, 65535);
			assert_int_equal(bench_status(b).snd_wnd_shift, 14);
			if (o % 2 == 0)
				assert_int_equal(bench_status(b).snd_wnd,
				    65535);
			seg = bench_segment(b, ESTAB_ACK, b->irs + 1,
			    b->iss + 1, 0);
			seg.wnd = 65535;
			bench_arrives(b, &seg, NULL);
			assert_int_equal(bench_status(b).snd_wnd,
			    UINT32_C(65535) << 14);
			bench_free(b);
			cases++;
		}
	}
	battery_ran("B12", cases, 96);
}

/* A window of 0 in the SYN, the largest there is, then none again: nothing
 * runs over, and text goes when it may. */
static void
a_window_may_be_all_or_nothing(void **unused)
{
	static const uint16_t wnd[] = { 0, 65535, 0, 1, 65535, 0, 65535 };
	const struct tcp_options options = { .has_mss = true,
		.mss = BENCH_MSS,
		.has_wscale = true,
		.wscale = 14 };
	uint32_t cases = 0;

	(void)unused;
	for (size_t o = 0; o < 2 * place_origin_count; o++) {
		struct bench *b = new_bench(&place_origins[o / 2]);

		open_with(b, o % 2, &options, 0);
		b->shift = 14;
		for (size_t i = 0; i < sizeof wnd / sizeof wnd[0]; i++) {
			const struct estab_status s = bench_status(b);
			struct segment seg = bench_segment(b, ESTAB_ACK,
			    b->irs + 1, s.snd_max, 0);

			seg.wnd = wnd[i];
			bench_arrives(b, &seg, NULL);
			bench_send(b, 100);
			bench_drain(b);
			assert_int_equal(bench_status(b).snd_wnd,
			    (uint32_t)wnd[i] << 14);
			if (wnd[i] == 0)
				assert_int_equal(bench_status(b).snd_max,
				    s.snd_max);
			assert_null(b->fault);
			cases++;
		}
		bench_free(b);
	}
	battery_ran("B28", cases, 112);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_segment_size_of_nothing_or_nearly_is_not_believed),
		cmocka_unit_test(a_segment_size_beyond_the_link_is_cut_to_it),
		cmocka_unit_test(no_segment_size_means_the_default),
		cmocka_unit_test(a_window_scale_beyond_14_is_14),
		cmocka_unit_test(a_window_may_be_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
