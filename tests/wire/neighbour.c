/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ARP (RFC 826) and neighbour discovery (RFC 4861 4.3, 4.4, 7.1): there and
 * back, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/checksum.h"
#include "wire/neighbour.h"

static const uint8_t mac[6] = { 2, 0, 0, 0xaa, 0xbb, 0xcc };

static struct estab_address
v4(uint8_t n)
{
	return (struct estab_address){
		{ [10] = 0xff, [11] = 0xff, [12] = 10, [15] = n }
	};
}

static struct estab_address
v6(uint8_t n)
{
	return (struct estab_address){ { 0xfd, [13] = 0xab, [15] = n } };
}

/* Parse bytes at the end of memory of their own. */
static enum wire_verdict
parse(const uint8_t *data, uint32_t bytes, const struct ip_packet *ip,
    struct neighbour_message *out)
{
	uint8_t *copy = malloc(bytes > 0 ? bytes : 1);
	enum wire_verdict verdict;

	assert_non_null(copy);
	memcpy(copy, data, bytes);
	verdict =
	    ip ? nd_parse(copy, bytes, ip, out) : arp_parse(copy, bytes, out);
	free(copy);
	return verdict;
}

static bool
same(const struct neighbour_message *a, const struct neighbour_message *b)
{
	return a->kind == b->kind && a->has_mac == b->has_mac &&
	    a->solicited == b->solicited &&
	    memcmp(a->mac, b->mac, sizeof a->mac) == 0 &&
	    ip_same(&a->about, &b->about) && ip_same(&a->other, &b->other);
}

static void
arp_comes_back_as_it_was_built(void **unused)
{
	static const uint8_t request[ARP_BYTES] = { 0, 1, 8, 0, 6, 4, 0, 1, 2,
		0, 0, 0xaa, 0xbb, 0xcc, 10, 0, 0, 7, 0, 0, 0, 0, 0, 0, 10, 0, 0,
		9 };
	uint8_t data[ARP_BYTES];
	struct neighbour_message m = { .kind = NEIGHBOUR_ASK,
		.has_mac = true,
		.about = v4(9),
		.other = v4(7) };
	struct neighbour_message got;

	(void)unused;
	memcpy(m.mac, mac, sizeof mac);
	arp_build(data, &m);
	assert_memory_equal(data, request, sizeof request);
	assert_int_equal(parse(data, ARP_BYTES, NULL, &got), WIRE_GOOD);
	assert_true(same(&m, &got));

	m.kind = NEIGHBOUR_ANSWER;
	m.solicited = true;
	arp_build(data, &m);
	assert_int_equal(data[7], 2);
	assert_int_equal(parse(data, ARP_BYTES, NULL, &got), WIRE_GOOD);
	assert_true(same(&m, &got));

	/* An announcement is a request for oneself. */
	m.solicited = false;
	m.other = m.about;
	arp_build(data, &m);
	assert_int_equal(data[7], 1);
	assert_int_equal(parse(data, ARP_BYTES, NULL, &got), WIRE_GOOD);
	assert_true(same(&m, &got));
}

static void
arp_cut_short_is_refused_and_padding_is_not(void **unused)
{
	struct neighbour_message m = { .about = v4(9), .other = v4(7) }, got;
	uint8_t data[60] = { 0 };

	(void)unused;
	memcpy(m.mac, mac, sizeof mac);
	arp_build(data, &m);
	for (uint32_t n = 0; n < ARP_BYTES; n++)
		assert_int_equal(parse(data, n, NULL, &got), WIRE_TRUNCATED);
	for (uint32_t n = ARP_BYTES; n <= sizeof data; n++)
		assert_int_equal(parse(data, n, NULL, &got), WIRE_GOOD);
}

/* A message between two hosts, and the header it has. */
static uint32_t
build(uint8_t *data, struct ip_packet *ip, bool asks)
{
	struct neighbour_message m = { .kind = asks ? NEIGHBOUR_ASK :
		                                      NEIGHBOUR_ANSWER,
		.has_mac = true,
		.solicited = !asks,
		.about = v6(9) };

	memcpy(m.mac, mac, sizeof mac);
	*ip = (struct ip_packet){ .from = v6(7), .to = v6(9), .ttl = 255 };
	return nd_build(data, &m, &ip->from, &ip->to);
}

static void
sum_up(uint8_t *data, uint32_t bytes, const struct ip_packet *ip)
{
	uint16_t field;

	data[2] = data[3] = 0;
	field = checksum_finish(checksum_add(checksum_pseudo(&ip->from, &ip->to,
	                                         IP_PROTOCOL_ICMPV6, bytes),
	    checksum_bytes(data, bytes), 0));
	memcpy(data + 2, &field, sizeof field);
}

static void
nd_comes_back_as_it_was_built(void **unused)
{
	uint8_t data[ND_BYTES];
	struct neighbour_message got;
	struct ip_packet ip;

	(void)unused;
	for (int asks = 0; asks < 2; asks++) {
		const uint32_t bytes = build(data, &ip, asks != 0);
		const struct estab_address about = v6(9);
		const struct estab_address other = asks ? v6(7) : v6(9);

		assert_int_equal(bytes, ND_BYTES);
		assert_int_equal(data[0], asks ? 135 : 136);
		assert_int_equal(data[4], asks ? 0 : 0x60);
		assert_int_equal(parse(data, bytes, &ip, &got), WIRE_GOOD);
		assert_int_equal(got.kind,
		    asks ? NEIGHBOUR_ASK : NEIGHBOUR_ANSWER);
		assert_memory_equal(got.mac, mac, sizeof mac);
		assert_true(got.has_mac);
		assert_int_equal(got.solicited, !asks);
		assert_true(ip_same(&got.about, &about));
		assert_true(ip_same(&got.other, &other));
	}
}

static void
nd_cut_short_is_refused_at_every_length(void **unused)
{
	uint8_t data[ND_BYTES];
	struct neighbour_message got;
	struct ip_packet ip;
	const uint32_t bytes = build(data, &ip, true);

	(void)unused;
	for (uint32_t n = 0; n < bytes; n++) {
		if (n >= 4)
			sum_up(data, n, &ip);
		/* Without its option it is still whole. */
		assert_true(n == 24 ?
		        parse(data, n, &ip, &got) == WIRE_GOOD && !got.has_mac :
		        parse(data, n, &ip, &got) != WIRE_GOOD);
	}
}

enum breakage {
	HOP_LIMIT,
	CODE,
	CHECKSUM,
	TARGET_MULTICAST,
	TARGET_UNSPECIFIED,
	OPTION_EMPTY,
	OPTION_LONG,
	GROUP_MAC,
	UNSPECIFIED_WITH_MAC,
	FROM_MULTICAST,
	SOLICITED_TO_ALL,
	BREAKAGES,
};

static void
break_it(enum breakage how, uint8_t *data, struct ip_packet *ip)
{
	static const struct estab_address all = { { 0xff, 2, [15] = 1 } };
	const struct estab_address about = v6(9);

	switch (how) {
	case HOP_LIMIT:
		ip->ttl = 254;
		break;
	case CODE:
		data[1] = 1;
		break;
	case TARGET_MULTICAST:
		data[8] = 0xff;
		break;
	case TARGET_UNSPECIFIED:
		memset(data + 8, 0, 16);
		break;
	case OPTION_EMPTY:
		data[25] = 0;
		break;
	case OPTION_LONG:
		data[25] = 2;
		break;
	case GROUP_MAC:
		data[26] = 1;
		break;
	case UNSPECIFIED_WITH_MAC:
		memset(&ip->from, 0, sizeof ip->from);
		ip->to = nd_solicited_node(&about);
		break;
	case FROM_MULTICAST:
		ip->from = all;
		break;
	case SOLICITED_TO_ALL:
		ip->to = all;
		break;
	case CHECKSUM:
	case BREAKAGES:
		break;
	}
}

static void
what_may_have_been_forwarded_or_contradicts_itself_is_refused(void **unused)
{
	uint8_t data[ND_BYTES];
	struct neighbour_message got;
	struct ip_packet ip;

	(void)unused;
	for (int how = 0; how < BREAKAGES; how++) {
		const uint32_t bytes =
		    build(data, &ip, how != SOLICITED_TO_ALL);

		break_it((enum breakage)how, data, &ip);
		sum_up(data, bytes, &ip);
		if (how == CHECKSUM)
			data[3] ^= 1;
		assert_int_equal(parse(data, bytes, &ip, &got),
		    how == CHECKSUM ? WIRE_CHECKSUM : WIRE_MALFORMED);
	}
}

static void
a_probe_goes_to_the_group_of_its_address(void **unused)
{
	const struct estab_address about = v6(9);
	struct neighbour_message m = { .kind = NEIGHBOUR_ASK, .about = about };
	struct neighbour_message got;
	struct ip_packet ip = { .ttl = 255, .to = nd_solicited_node(&about) };
	char text[ESTAB_ADDRESS_TEXT];
	uint8_t data[ND_BYTES];
	const uint32_t bytes = nd_build(data, &m, &ip.from, &ip.to);

	(void)unused;
	estab_address_text(&ip.to, text);
	assert_string_equal(text, "ff02::1:ffab:9");
	assert_int_equal(parse(data, bytes, &ip, &got), WIRE_GOOD);
	assert_true(ip_is_unspecified(&got.other));
	ip.to.byte[15]++; /* another group */
	sum_up(data, bytes, &ip);
	assert_int_equal(parse(data, bytes, &ip, &got), WIRE_MALFORMED);
}

static void
options_of_other_kinds_and_lengths_are_passed_over(void **unused)
{
	uint8_t data[24 + 16 + 8 + 8] = { 0 };
	struct neighbour_message got;
	struct ip_packet ip;

	(void)unused;
	(void)build(data, &ip, true);
	memmove(data + 24 + 24, data + 24, 8);
	memset(data + 24, 0, 24);
	data[24] = 1; /* a hardware address of 14 bytes */
	data[25] = 2;
	data[40] = 14; /* a nonce */
	data[41] = 1;
	sum_up(data, sizeof data, &ip);
	assert_int_equal(parse(data, sizeof data, &ip, &got), WIRE_GOOD);
	assert_memory_equal(got.mac, mac, sizeof mac);
}

static void
messages_of_routers_are_of_discovery_and_not_understood(void **unused)
{
	uint8_t data[ND_BYTES];
	struct neighbour_message got;
	struct ip_packet ip;
	const uint32_t bytes = build(data, &ip, true);

	(void)unused;
	for (uint32_t type = 0; type < 256; type++) {
		data[0] = (uint8_t)type;
		sum_up(data, bytes, &ip);
		assert_int_equal(nd_is_type((uint8_t)type),
		    type >= 133 && type <= 137);
		assert_int_equal(parse(data, bytes, &ip, &got) == WIRE_UNKNOWN,
		    type != 135 && type != 136);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_comes_back_as_it_was_built),
		cmocka_unit_test(arp_cut_short_is_refused_and_padding_is_not),
		cmocka_unit_test(nd_comes_back_as_it_was_built),
		cmocka_unit_test(nd_cut_short_is_refused_at_every_length),
		cmocka_unit_test(
		    what_may_have_been_forwarded_or_contradicts_itself_is_refused),
		cmocka_unit_test(a_probe_goes_to_the_group_of_its_address),
		cmocka_unit_test(options_of_other_kinds_and_lengths_are_passed_over),
		cmocka_unit_test(
		    messages_of_routers_are_of_discovery_and_not_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
