/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A SYN+ACK made in one go is what the builders of headers make, bit for bit.
 */
#include "wire/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ROUNDS 100000u

static uint32_t
next_number(void)
{
	static uint64_t state = 7;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(state >> 32);
}

/* A word that is often all ones or all zeros: sums of such are where two
 * zeros are told apart. */
static uint32_t
any_word(void)
{
	const uint32_t n = next_number();

	return n % 5 == 0 ? 0 : n % 5 == 1 ? UINT32_MAX : next_number();
}

static void
fill_address(struct estab_address *address, uint8_t version)
{
	for (uint32_t i = 0; i < 16; i += 4) {
		const uint32_t word = any_word();

		memcpy(address->byte + i, &word, 4);
	}
	if (version == 4) {
		memset(address->byte, 0, 10);
		address->byte[10] = address->byte[11] = 0xff;
	}
}

static uint32_t
build_slowly(uint8_t *packet, const struct ip_packet *ip,
    const struct segment *seg, bool partial)
{
	const uint32_t header = ip->version == 4 ? 20 : 40;
	struct ip_packet back = *ip;
	uint32_t sum;
	uint16_t field;

	back.from = ip->to;
	back.to = ip->from;
	back.payload_bytes = segment_build(packet + header, seg);
	assert_int_equal(ip_build(packet, &back), header);
	sum = checksum_pseudo(&back.from, &back.to, IP_PROTOCOL_TCP,
	    back.payload_bytes);
	field = checksum_fold(sum);
	if (!partial)
		field = checksum_finish(checksum_add(sum,
		    checksum_bytes(packet + header, back.payload_bytes), 0));
	memcpy(packet + header + TCP_CHECKSUM_OFFSET, &field, sizeof field);
	return header + back.payload_bytes;
}

static struct segment
any_answer(uint32_t n)
{
	return (struct segment){
		.from_port = (uint16_t)any_word(),
		.to_port = (uint16_t)any_word(),
		.seq = any_word(),
		.ack = any_word(),
		.syn = true,
		.has_ack = true,
		.wnd = any_word() & 0xffff,
		.options = {
			.has_mss = true,
			.mss = (uint16_t)any_word(),
			.has_ts = n & 2,
			.tsval = any_word(),
			.tsecr = any_word(),
			.has_wscale = n & 4,
			.wscale = (uint8_t)any_word(),
		},
	};
}

static void
an_answer_is_what_the_builders_make(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < ROUNDS; n++) {
		const struct segment seg = any_answer(n);
		const struct segment syn = { .from_port = seg.to_port,
			.to_port = seg.from_port };
		struct answer_form form = { .partial = n & 8 };
		struct answer a = { .seq = seg.seq,
			.ack = seg.ack,
			.tsval = seg.options.tsval,
			.tsecr = answer_word(seg.options.tsecr),
			.wscale = seg.options.wscale,
			.has_ts = seg.options.has_ts,
			.has_wscale = seg.options.has_wscale };
		struct ip_packet ip = { .version = n % 2 ? 4 : 6,
			.protocol = IP_PROTOCOL_TCP,
			.ttl = (uint8_t)any_word(),
			.tos = (uint8_t)any_word(),
			.dont_fragment = n & 16 };
		const uint32_t header = ip.version == 4 ? 20 : 40;
		uint8_t packet[80] = { 0 };
		uint8_t quick[ANSWER_BYTES_MAX], slow[ANSWER_BYTES_MAX];
		uint32_t bytes;

		fill_address(&ip.from, ip.version);
		fill_address(&ip.to, ip.version);
		(void)ip_build(packet, &ip);
		(void)segment_build(packet + header, &syn);

		answer_begin(&form, &ip, seg.wnd, seg.options.mss);
		bytes = answer_fill(quick, &form, packet, header, &a);

		assert_int_equal(bytes,
		    build_slowly(slow, &ip, &seg, form.partial));
		assert_memory_equal(quick, slow, bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_what_the_builders_make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
