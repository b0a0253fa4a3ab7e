/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Seeded worlds on Ethernet: ARP and neighbour discovery are lost, doubled and
 * overtaken like all else, the neighbour moves to another MAC in mid-transfer,
 * strangers fill the table, a copy of all goes on; both streams arrive.
 *
 * SEEDS=FIRST-LAST in the environment runs others than those below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/host.h"
#include "making.h"
#include "pair.h"
#include "seeds.h"
#include "sim/random.h"

#define DAY (24 * 3600 * ESTAB_SECOND)
#define NEIGHBOURS 16u

static bool
one_in(struct random *random, uint32_t n)
{
	return random_below(random, n) == 0;
}

static uint32_t
chance(struct random *random, uint64_t most_ppm)
{
	return one_in(random, 3) ? 0 : (uint32_t)random_below(random, most_ppm);
}

static struct estab_impairment
choose_wire(struct random *r)
{
	return (struct estab_impairment){
		.delay_ns = (int64_t)random_below(r, 50) * ESTAB_MS,
		.rate_bits_per_s = 1000000 + random_below(r, 20000000),
		.loss_ppm = chance(r, 150000),
		.duplicate_ppm = chance(r, 300000),
		.reorder_ppm = chance(r, 300000),
		.corrupt_ppm = chance(r, 20000),
		.mtu = one_in(r, 3) ? 1280 + (uint32_t)random_below(r, 221) : 0,
		.super = one_in(r, 2),
	};
}

static struct pair_setup
choose(uint64_t seed, struct random *r)
{
	struct pair_setup setup = { .seed = seed, .records = 64 };

	random_seed(r, seed, RANDOM_HOST, 1001);
	setup.version = one_in(r, 2) ? 4 : 6;
	setup.there = choose_wire(r);
	setup.back = choose_wire(r);
	setup.link.ethernet = true;
	setup.link.checksum_out = one_in(r, 2);
	setup.link.segment_bytes_max =
	    one_in(r, 2) ? 3000 + (uint32_t)random_below(r, 60000) : 0;
	setup.config.user_timeout_ns = ESTAB_OFF;
	setup.config.syn_tries_max = 100;
	setup.config.syn_ack_tries_max = 14;
	setup.config.neighbours_max = NEIGHBOURS;
	for (int i = 0; i < 2; i++)
		setup.to_send[i] = 20000 + random_below(r, 400000);
	return setup;
}

static uint32_t
neighbours_of(const struct estab_host *host)
{
	struct estab_neighbour found;
	uint64_t cursor = 0;
	uint32_t n = 0;

	while (estab_neighbour_next(host, &cursor, &found) == 1)
		n++;
	return n;
}

static void
finish(struct pair *pair)
{
	assert_true(pair_run(pair, estab_world_now(pair->world) + DAY));
	for (int i = 0; i < 2; i++)
		assert_in_range(neighbours_of(pair->end[i].host), 1,
		    NEIGHBOURS);
	pair_check_ended(pair);
	pair_free(pair);
}

/* The address is another machine's from now on; perhaps that says so. */
static void
move(struct pair *pair, int i, bool says_so)
{
	struct estab_host *host = pair->end[i].host;

	host->tcp.link[0].mac[4]++;
	if (says_so)
		solicit_announce(host, &host->address[0]);
}

/* An ARP request or a solicitation of a host that nobody knows. */
static void
ask_as_stranger(struct pair *pair, uint8_t n)
{
	uint8_t frame[128];
	uint8_t *const packet = frame + ETHERNET_HEADER;
	struct ethernet_header header = { .from = { 2, 0, 0, 0, 1, n },
		.type = pair->version == 4 ? ETHERNET_ARP : ETHERNET_V6 };
	const struct neighbour_message message = { .kind = NEIGHBOUR_ASK,
		.has_mac = true,
		.mac = { 2, 0, 0, 0, 1, n },
		.about = made_address(pair->version, 1),
		.other = made_address(pair->version, n) };
	const struct ip_packet ip = { .version = 6,
		.protocol = IP_PROTOCOL_ICMPV6,
		.ttl = ND_HOP_LIMIT,
		.from = message.other,
		.to = message.about,
		.payload_bytes = ND_BYTES };
	uint32_t bytes = ARP_BYTES;

	memcpy(header.to, pair->end[0].host->tcp.link[0].mac, ETHERNET_MAC);
	ethernet_build(frame, &header);
	if (pair->version == 4)
		arp_build(packet, &message);
	else
		bytes = ip_build(packet, &ip) +
		    nd_build(packet + 40, &message, &ip.from, &ip.to);
	assert_int_equal(estab_world_inject(pair->world, 0, 1, frame,
	                     ETHERNET_HEADER + bytes),
	    0);
}

static void
live(uint64_t seed)
{
	struct random r;
	const struct pair_setup setup = choose(seed, &r);
	struct pair *pair = pair_create(&setup);

	pair_open(pair);
	(void)pair_run(pair,
	    ESTAB_SECOND + (int64_t)random_below(&r, 3 * ESTAB_SECOND));
	if (one_in(&r, 2))
		finish(pair_clone(pair));
	if (one_in(&r, 2))
		for (uint8_t n = 10; n < 10 + 3 * NEIGHBOURS; n++)
			ask_as_stranger(pair, n);
	if (one_in(&r, 2))
		move(pair, (int)random_below(&r, 2), one_in(&r, 2));
	finish(pair);
}

static void
whatever_befalls_neighbours_both_streams_arrive(void **unused)
{
	unsigned long first = 0, last = 39;
	bool asked;

	(void)unused;
	asked = seeds_asked(&first, &last);
	for (unsigned long seed = first; seed <= last; seed++) {
		if (asked)
			print_message("seed %lu\n", seed);
		live(seed);
	}
}

static struct pair_setup
plain(uint8_t version)
{
	return (struct pair_setup){ .version = version,
		.seed = 1,
		.link.ethernet = true,
		.to_send = { 100000, 100000 } };
}

/* Run and end a pair; what its wires did. */
static struct estab_world_counts
wires_of(const struct pair_setup *setup)
{
	struct pair *pair = pair_create(setup);
	struct estab_world_counts counts;

	pair_open(pair);
	assert_true(pair_run(pair, DAY));
	estab_world_counts(pair->world, &counts);
	for (int i = 0; i < 2; i++)
		assert_int_equal(estab_counter(pair->end[i].host,
		                     ESTAB_COUNT_EthInOtherHost),
		    0);
	pair_check_ended(pair);
	pair_free(pair);
	return counts;
}

/* A packet as large as the link takes is larger in its frame; who is told
 * that it is too large hears it in a frame, too. */
static void
the_mtu_of_a_wire_does_not_count_the_header(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct pair_setup setup = plain(version);

		setup.there.mtu = 1500;
		assert_int_equal(wires_of(&setup).too_big, 0);
		setup.there.mtu = 1499;
		assert_in_range(wires_of(&setup).too_big, 1, 12);
	}
}

static void
a_super_segment_is_cut_with_a_header_before_each(void **unused)
{
	(void)unused;
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct pair_setup setup = plain(version);

		setup.link.segment_bytes_max = 60000;
		setup.link.checksum_out = true;
		assert_true(wires_of(&setup).frames > 2 * 100000 / 1460);
	}
}

static void
a_wire_is_ethernet_at_both_ends_or_at_none(void **unused)
{
	const struct estab_link link[] = { { .mtu = 1500 },
		{ .mtu = 1500, .ethernet = true, .mac = { 2, [5] = 9 } } };
	const struct pair_setup setup = plain(4);
	struct pair *pair = pair_create(&setup);

	(void)unused;
	for (int i = 0; i < 2; i++)
		assert_int_equal(estab_link_add(pair->end[i].host, &link[i]),
		    1);
	assert_int_equal(estab_world_wire(pair->world, 0, 1, 1, 1, NULL, NULL),
	    ESTAB_EINVAL);
	pair_free(pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_befalls_neighbours_both_streams_arrive),
		cmocka_unit_test(the_mtu_of_a_wire_does_not_count_the_header),
		cmocka_unit_test(a_super_segment_is_cut_with_a_header_before_each),
		cmocka_unit_test(a_wire_is_ethernet_at_both_ends_or_at_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
