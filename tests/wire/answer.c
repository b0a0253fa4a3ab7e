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
build_slowly(uint8_t *packet, const struct ip_packet *to, struct segment seg,
    const struct answer *a)
{
	const uint32_t header = to->version == 4 ? 20 : 40;
	struct ip_packet ip = {
		.from = to->to,
		.to = to->from,
		.version = to->version,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = a->ttl,
		.tos = a->tos,
		.dont_fragment = true,
	};
	const uint16_t from_port = seg.from_port;
	uint32_t sum;
	uint16_t field;

	seg.from_port = seg.to_port;
	seg.to_port = from_port;
	ip.payload_bytes = segment_build(packet + header, &seg);
	assert_int_equal(ip_build(packet, &ip), header);
	sum = checksum_pseudo(&ip.from, &ip.to, IP_PROTOCOL_TCP,
	    ip.payload_bytes);
	field = checksum_fold(sum);
	if (!a->partial)
		field = checksum_finish(checksum_add(sum,
		    checksum_bytes(packet + header, ip.payload_bytes), 0));
	memcpy(packet + header + TCP_CHECKSUM_OFFSET, &field, sizeof field);
	return header + ip.payload_bytes;
}

static struct segment
segment_of(const struct answer *a)
{
	return (struct segment){
		.seq = a->seq,
		.ack = a->ack,
		.syn = true,
		.has_ack = true,
		.wnd = a->wnd,
		.options = {
			.has_mss = true,
			.mss = a->mss,
			.has_ts = a->has_ts,
			.tsval = a->tsval,
			.tsecr = a->tsecr,
			.has_wscale = a->has_wscale,
			.wscale = a->wscale,
		},
	};
}

static void
an_answer_is_what_the_builders_make(void **unused)
{
	(void)unused;
	for (uint32_t n = 0; n < ROUNDS; n++) {
		uint8_t syn[80] = { 0 };
		uint8_t quick[ANSWER_BYTES_MAX], slow[ANSWER_BYTES_MAX];
		struct ip_packet ip = { .version = n % 2 ? 4 : 6,
			.protocol = IP_PROTOCOL_TCP };
		const uint32_t header = ip.version == 4 ? 20 : 40;
		struct answer a = { .seq = any_word(),
			.ack = any_word(),
			.tsval = any_word(),
			.tsecr = any_word(),
			.wnd = (uint16_t)any_word(),
			.mss = (uint16_t)any_word(),
			.ttl = (uint8_t)any_word(),
			.tos = (uint8_t)any_word(),
			.wscale = (uint8_t)any_word(),
			.has_ts = n & 2,
			.has_wscale = n & 4,
			.partial = n & 8 };
		struct segment seg = segment_of(&a);
		uint32_t bytes;

		fill_address(&ip.from, ip.version);
		fill_address(&ip.to, ip.version);
		seg.from_port = (uint16_t)any_word();
		seg.to_port = (uint16_t)any_word();
		(void)ip_build(syn, &ip);
		(void)segment_build(syn + header, &seg);
		a.addresses = answer_addresses(syn, header);

		bytes = answer_build(quick, syn, header, &a);

		assert_int_equal(bytes, build_slowly(slow, &ip, seg, &a));
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
