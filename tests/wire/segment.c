/* SPDX-License-Identifier: BSD-2-Clause
 *
 * segment.c - TCP headers (RFC 9293 3.1): their bytes, their bounds, and
 * that what is built is parsed again.
 */
#include "wire/bytes.h"
#include "wire/segment.h"
#include "exact.h"

#include <setjmp.h>

#include <cmocka.h>

static enum wire_verdict
parse_exact(const uint8_t *data, uint32_t contiguous, uint32_t payload_bytes,
    struct segment *out)
{
	uint8_t *bytes = exact(data, contiguous);
	enum wire_verdict verdict;

	memset(out, 0xa5, sizeof *out);
	verdict = segment_parse(bytes, contiguous, payload_bytes, out);
	free(bytes);
	return verdict;
}

static void
a_header_stands_as_the_rfc_draws_it(void **unused)
{
	static const uint8_t wanted[40] = { 0x12, 0x34, 0x00, 0x50, 0xde, 0xad,
		0xbe, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0xa0, 0x12, 0xff, 0xfe, 0,
		0, 0x77, 0x66, 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6,
		7, 8, 1, 3, 3, 14 };
	struct segment seg = { .from_port = 0x1234,
		.to_port = 80,
		.seq = 0xdeadbeef,
		.ack = 0xfedcba98,
		.wnd = 0xfffe,
		.up = 0x7766,
		.syn = true,
		.has_ack = true,
		.options = { .has_mss = true,
		    .mss = 1460,
		    .has_ts = true,
		    .tsval = 0x01020304,
		    .tsecr = 0x05060708,
		    .sack_permitted = true,
		    .has_wscale = true,
		    .wscale = 14 } };
	uint8_t data[TCP_HEADER_MAX];

	(void)unused;
	assert_int_equal(segment_build(data, &seg), 40);
	assert_memory_equal(data, wanted, 40);
}

static void
time_stamps_stand_alone_as_nop_nop_ts(void **unused)
{
	static const uint8_t wanted[12] = { 1, 1, 8, 10, 0xa1, 0xa2, 0xa3, 0xa4,
		0xb1, 0xb2, 0xb3, 0xb4 };
	const struct segment seg = { .options = { .has_ts = true,
		                         .tsval = 0xa1a2a3a4,
		                         .tsecr = 0xb1b2b3b4 } };
	uint8_t data[TCP_HEADER_MAX];

	(void)unused;
	assert_int_equal(segment_build(data, &seg), 32);
	assert_memory_equal(data + 20, wanted, 12);
}

static void
each_flag_has_its_bit(void **unused)
{
	(void)unused;
	for (uint32_t flags = 0; flags < 256; flags++) {
		uint8_t data[20] = { 0, 1, 0,
			1, [12] = 0x50, [13] = (uint8_t)flags };
		struct segment seg;

		assert_int_equal(parse_exact(data, 20, 20, &seg), WIRE_GOOD);
		assert_int_equal(seg.fin, (flags & 0x01) != 0);
		assert_int_equal(seg.syn, (flags & 0x02) != 0);
		assert_int_equal(seg.rst, (flags & 0x04) != 0);
		assert_int_equal(seg.psh, (flags & 0x08) != 0);
		assert_int_equal(seg.has_ack, (flags & 0x10) != 0);
		assert_int_equal(seg.urg, (flags & 0x20) != 0);
		assert_int_equal(seg.ece, (flags & 0x40) != 0);
		assert_int_equal(seg.cwr, (flags & 0x80) != 0);
		assert_int_equal(segment_build(data, &seg), 20);
		assert_int_equal(data[13], flags);
	}
}

/* SEG.LEN counts the text, the SYN and the FIN. */
static void
syn_and_fin_take_a_number_each(void **unused)
{
	(void)unused;
	for (uint8_t flags = 0; flags < 4; flags++) {
		uint8_t data[20] = { 0, 1, 0, 1, [12] = 0x50, [13] = flags };
		struct segment seg;

		assert_int_equal(parse_exact(data, 20, 120, &seg), WIRE_GOOD);
		assert_int_equal(seg.text_len, 100);
		assert_int_equal(seg.len, 100 + (flags & 1) + flags / 2);
		assert_int_equal(seg.segment_count, 1);
		assert_int_equal(seg.segment_bytes, 0);
		assert_int_equal(seg.ecn, 0);
	}
}

/* Every data offset, by every length of the payload, by every number of
 * bytes that may be read. */
static void
data_offset_is_held_against_both_ends(void **unused)
{
	uint8_t data[64] = { 0, 1, 0, 1 };

	(void)unused;
	memset(data + 20, 1, 40);
	for (uint32_t cell = 0; cell < 16 * 65 * 65; cell++) {
		const uint32_t offset = cell / 65 / 65, header = offset * 4;
		const uint32_t payload = cell / 65 % 65, there = cell % 65;
		enum wire_verdict wanted = WIRE_GOOD;
		struct segment seg;

		if (there > payload)
			continue;
		if (payload < 20)
			wanted = WIRE_MALFORMED;
		else if (there < 20)
			wanted = WIRE_TRUNCATED;
		else if (offset < 5 || header > payload)
			wanted = WIRE_MALFORMED;
		else if (header > there)
			wanted = WIRE_TRUNCATED;
		data[12] = (uint8_t)(offset << 4);
		assert_int_equal(parse_exact(data, there, payload, &seg),
		    wanted);
		if (wanted == WIRE_GOOD) {
			assert_int_equal(seg.header_bytes, header);
			assert_int_equal(seg.text_len, payload - header);
			assert_false(seg.options.bad);
		}
	}
}

static void
reserved_bits_are_ignored_and_sent_as_zero(void **unused)
{
	(void)unused;
	for (uint32_t reserved = 0; reserved < 16; reserved++) {
		uint8_t data[20] = { 0, 1, 0,
			1, [12] = (uint8_t)(0x50 | reserved) };
		struct segment seg;

		assert_int_equal(parse_exact(data, 20, 20, &seg), WIRE_GOOD);
		assert_int_equal(segment_build(data, &seg), 20);
		assert_int_equal(data[12], 0x50);
	}
}

static void
port_0_is_malformed(void **unused)
{
	(void)unused;
	for (uint8_t ports = 0; ports < 4; ports++) {
		uint8_t data[20] = { 0, ports & 1, 0, ports >> 1, [12] = 0x50 };
		struct segment seg;

		assert_int_equal(parse_exact(data, 20, 20, &seg),
		    ports == 3 ? WIRE_GOOD : WIRE_MALFORMED);
	}
}

/* ---- There and back ----------------------------------------------------- */

static void
assert_same_options(const struct tcp_options *a, const struct tcp_options *b)
{
	assert_int_equal(a->has_mss, b->has_mss);
	assert_int_equal(a->has_wscale, b->has_wscale);
	assert_int_equal(a->has_ts, b->has_ts);
	assert_int_equal(a->sack_permitted, b->sack_permitted);
	assert_int_equal(a->wscale, b->wscale);
	assert_int_equal(a->sack_count, b->sack_count);
	assert_int_equal(a->unknown_count, b->unknown_count);
	assert_int_equal(a->bad, b->bad);
	assert_int_equal(a->mss, b->mss);
	assert_int_equal(a->tsval, b->tsval);
	assert_int_equal(a->tsecr, b->tsecr);
	for (uint8_t i = 0; i < a->sack_count; i++) {
		assert_int_equal(a->sack[i].left, b->sack[i].left);
		assert_int_equal(a->sack[i].right, b->sack[i].right);
	}
}

static void
assert_same_segment(const struct segment *a, const struct segment *b)
{
	assert_int_equal(a->from_port, b->from_port);
	assert_int_equal(a->to_port, b->to_port);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->ack, b->ack);
	assert_int_equal(a->wnd, b->wnd);
	assert_int_equal(a->up, b->up);
	assert_int_equal(a->fin, b->fin);
	assert_int_equal(a->syn, b->syn);
	assert_int_equal(a->rst, b->rst);
	assert_int_equal(a->psh, b->psh);
	assert_int_equal(a->has_ack, b->has_ack);
	assert_int_equal(a->urg, b->urg);
	assert_int_equal(a->ece, b->ece);
	assert_int_equal(a->cwr, b->cwr);
	assert_same_options(&a->options, &b->options);
}

/* which: a bit an option, and the count of SACK blocks above. */
static void
random_segment(struct segment *seg, uint32_t which, uint32_t *state)
{
	struct tcp_options *options = &seg->options;
	const uint32_t flags = next_number(state);

	memset(seg, 0, sizeof *seg);
	seg->from_port = (uint16_t)(next_number(state) | 1);
	seg->to_port = (uint16_t)(next_number(state) | 1);
	seg->seq = next_number(state);
	seg->ack = next_number(state);
	seg->wnd = next_number(state) & 0xffff;
	seg->up = (uint16_t)next_number(state);
	seg->fin = (flags & 0x10) != 0;
	seg->syn = (flags & 0x20) != 0;
	seg->rst = (flags & 0x40) != 0;
	seg->psh = (flags & 0x80) != 0;
	seg->has_ack = (flags & 0x100) != 0;
	seg->urg = (flags & 0x200) != 0;
	seg->ece = (flags & 0x400) != 0;
	seg->cwr = (flags & 0x800) != 0;

	options->has_mss = (which & 1) != 0;
	options->has_wscale = (which & 2) != 0;
	options->has_ts = (which & 4) != 0;
	options->sack_permitted = (which & 8) != 0;
	options->sack_count = (uint8_t)(which >> 4);
	options->mss = options->has_mss ? (uint16_t)next_number(state) : 0;
	options->wscale = options->has_wscale ? (uint8_t)next_number(state) : 0;
	options->tsval = options->has_ts ? next_number(state) : 0;
	options->tsecr = options->has_ts ? next_number(state) : 0;
	for (uint8_t i = 0; i < options->sack_count && i < 4; i++) {
		options->sack[i].left = next_number(state);
		options->sack[i].right = next_number(state);
	}
}

static uint32_t
bytes_wanted(const struct tcp_options *options)
{
	uint32_t bytes = 0;

	bytes += options->has_mss ? 4 : 0;
	bytes += options->has_wscale ? 4 : 0;
	bytes += options->has_ts ? 12 : 0;
	bytes += options->sack_permitted && !options->has_ts ? 4 : 0;
	bytes += options->sack_count > 0 ? 4 + 8u * options->sack_count : 0;
	return bytes;
}

/* All sets of options with 0 to 5 SACK blocks; those that do not fit are
 * refused, and not a byte is written. */
static void
every_set_of_options_comes_back_or_is_refused(void **unused)
{
	uint32_t state = 1, refused = 0;

	(void)unused;
	for (uint32_t round = 0; round < 16 * 6 * 50; round++) {
		const uint32_t which = round % (16 * 6);
		struct segment seg, again;
		uint8_t *data = malloc(TCP_HEADER_MAX);
		uint32_t n;

		random_segment(&seg, which, &state);
		memset(data, 0xa5, TCP_HEADER_MAX);
		n = segment_build(data, &seg);
		assert_int_equal(segment_options_bytes(&seg.options),
		    bytes_wanted(&seg.options));
		if (bytes_wanted(&seg.options) > TCP_OPTIONS_MAX) {
			assert_int_equal(n, 0);
			for (size_t i = 0; i < TCP_HEADER_MAX; i++)
				assert_int_equal(data[i], 0xa5);
			refused++;
		} else {
			assert_int_equal(n, 20 + bytes_wanted(&seg.options));
			assert_int_equal(get16(data + 16), 0);
			for (size_t i = n; i < TCP_HEADER_MAX; i++)
				assert_int_equal(data[i], 0xa5);
			assert_int_equal(parse_exact(data, n, n, &again),
			    WIRE_GOOD);
			assert_same_segment(&again, &seg);
		}
		free(data);
	}
	assert_true(refused > 0);
}

static void
more_than_four_sack_blocks_are_refused(void **unused)
{
	struct segment seg = { .from_port = 1 };
	uint8_t data[TCP_HEADER_MAX];

	(void)unused;
	for (uint32_t count = 5; count < 256; count++) {
		seg.options.sack_count = (uint8_t)count;
		assert_true(segment_options_bytes(&seg.options) >
		    TCP_OPTIONS_MAX);
		assert_int_equal(segment_build(data, &seg), 0);
	}
}

/* The layout that is looked for first means what the pass over options would
 * have found. */
static void
time_stamps_mean_the_same_in_every_layout(void **unused)
{
	static const uint8_t stamps[10] = { 8, 10, 1, 2, 3, 4, 5, 6, 7, 8 };
	uint8_t data[32] = { 0, 1, 0, 1, [12] = 0x80 };
	struct segment first;

	(void)unused;
	for (size_t nops_after = 0; nops_after < 3; nops_after++) {
		struct segment seg;

		memset(data + 20, 1, 12);
		memcpy(data + 22 - nops_after, stamps, 10);
		assert_int_equal(parse_exact(data, 32, 32, &seg), WIRE_GOOD);
		assert_true(seg.options.has_ts);
		assert_int_equal(seg.options.tsval, 0x01020304);
		assert_int_equal(seg.options.tsecr, 0x05060708);
		if (nops_after == 0)
			first = seg;
		assert_same_segment(&seg, &first);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_stands_as_the_rfc_draws_it),
		cmocka_unit_test(time_stamps_stand_alone_as_nop_nop_ts),
		cmocka_unit_test(each_flag_has_its_bit),
		cmocka_unit_test(syn_and_fin_take_a_number_each),
		cmocka_unit_test(data_offset_is_held_against_both_ends),
		cmocka_unit_test(reserved_bits_are_ignored_and_sent_as_zero),
		cmocka_unit_test(port_0_is_malformed),
		cmocka_unit_test(every_set_of_options_comes_back_or_is_refused),
		cmocka_unit_test(more_than_four_sack_blocks_are_refused),
		cmocka_unit_test(time_stamps_mean_the_same_in_every_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
