/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Two hosts whose ideas of one connection differ, which a stranger can bring
 * about with a forged segment to each: they must not keep each other busy
 * (RFC 5961 7, RFC 9293 3.10.7.4).
 *
 * Both are the same host seen from its own end: what one sends arrives at the
 * other with addresses and ports exchanged, which no checksum notices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define ARENA ((size_t)1024 * 1024)
#define TICK (5 * ESTAB_MS) /* one way */
#define WAR (20 * ESTAB_SECOND)
#define FLIGHT_MAX 32u
/* Two ends that say a challenge each half second, an end's retransmissions,
 * and what they are answered. */
#define PACKETS_MAX 130u

/* What one end holds the connection for. */
enum end {
	END_NOTHING,
	END_CALLS,
	END_CROSSED, /* and has had a SYN of another */
	END_LISTENS,
	END_HALF_OPEN,
	END_OPEN,
	END_CLOSE_WAIT,
	END_FIN_WAIT_1,
	END_FIN_WAIT_2,
	END_LAST_ACK,
	END_TIME_WAIT,
	END_COUNT,
};

struct flight {
	uint8_t packet[FLIGHT_MAX][1600];
	uint32_t bytes[FLIGHT_MAX], count;
};

static void
half_open(struct lone *l)
{
	const struct segment syn = { .from_port = LONE_PEER_PORT,
		.to_port = LONE_PORT,
		.seq = LONE_PEER_ISS,
		.syn = true,
		.wnd = 1000 };

	lone_segment(l, &syn, NULL);
	assert_true(l->out_count == 1 && l->out[0].seg.syn);
}

static void
call(struct lone *l, bool crossed)
{
	const struct estab_endpoint local = { .port = LONE_PORT };
	const struct estab_endpoint remote = { lone_address(l->version, 1),
		LONE_PEER_PORT };
	estab_conn conn;

	assert_int_equal(estab_connect(l->host, &conn, &local, &remote), 0);
	lone_run(l, 0);
	if (crossed)
		half_open(l);
}

static void
close_it(struct lone *l, struct peer *p)
{
	assert_int_equal(estab_close(l->host, p->conn), 0);
	lone_run(l, 0);
}

static struct lone *
begin(uint8_t version, enum end end, uint32_t skip)
{
	struct lone *l = lone_create(version, ARENA, NULL);
	struct peer p;
	estab_conn listener;

	lone_run(l, (int64_t)skip * 7919 * ESTAB_US); /* other numbers */
	if (end == END_CALLS || end == END_CROSSED)
		call(l, end == END_CROSSED);
	if (end <= END_CROSSED)
		return l;
	listener = lone_listen(l, 4);
	if (end == END_HALF_OPEN)
		half_open(l);
	if (end <= END_HALF_OPEN)
		return l;
	lone_open(l, listener, LONE_PEER_PORT, &p);
	lone_text(l, &p, NULL, 1 + 500 * skip);
	lone_run(l, ESTAB_SECOND);
	if (end == END_CLOSE_WAIT || end == END_LAST_ACK)
		lone_fin(l, &p);
	if (end >= END_FIN_WAIT_1)
		close_it(l, &p);
	p.ack++;
	if (end == END_FIN_WAIT_2)
		lone_ack(l, &p);
	if (end == END_TIME_WAIT)
		lone_fin(l, &p);
	return l;
}

static void
exchange(uint8_t *at, uint32_t n)
{
	uint8_t kept[16];

	memcpy(kept, at, n);
	memcpy(at, at + n, n);
	memcpy(at + n, kept, n);
}

/* What l let out since, as the other end would see it. */
static void
collect(const struct lone *l, struct flight *flight)
{
	for (uint32_t i = 0; i < l->out_count; i++) {
		uint8_t *packet = flight->packet[flight->count];

		if (flight->count == FLIGHT_MAX)
			return;
		memcpy(packet, l->out[i].packet, l->out[i].bytes);
		if (l->version == 4)
			exchange(packet + 12, 4);
		else
			exchange(packet + 8, 16);
		exchange(packet + l->out[i].ip.header_bytes, 2);
		flight->bytes[flight->count++] = l->out[i].bytes;
	}
}

/* What arrives at l, and what leaves it meanwhile. */
static void
tick(struct lone *l, const struct flight *arriving, struct flight *leaving)
{
	leaving->count = 0;
	lone_run(l, TICK);
	collect(l, leaving);
	for (uint32_t i = 0; i < arriving->count; i++) {
		lone_put(l, arriving->packet[i], arriving->bytes[i]);
		collect(l, leaving);
	}
}

/* How many packets two ends exchange after a spark. */
static uint32_t
war_of(struct lone *a, struct lone *b, uint32_t kind)
{
	static struct flight to_a[2], to_b[2];
	const struct segment spark = lone_forgery(kind, 0);
	uint32_t packets = 0;

	to_a[0].count = to_b[0].count = 0;
	to_a[1].count = to_b[1].count = 0;
	lone_segment(a, &spark, NULL);
	collect(a, &to_b[0]);
	for (uint32_t n = 0; n < WAR / TICK; n++) {
		packets += to_a[n & 1].count + to_b[n & 1].count;
		tick(a, &to_a[n & 1], &to_b[~n & 1]);
		tick(b, &to_b[n & 1], &to_a[~n & 1]);
	}
	return packets;
}

static void
no_forged_segment_starts_a_war_of_acks(void **unused)
{
	uint32_t most = 0;

	(void)unused;
	for (uint32_t n = 0; n < 2 * END_COUNT * END_COUNT * LONE_FORGERIES;
	     n++) {
		const uint8_t version = n % 2 ? 6 : 4;
		const enum end mine = (enum end)(n / 2 % END_COUNT);
		const enum end theirs =
		    (enum end)(n / 2 / END_COUNT % END_COUNT);
		const uint32_t kind = n / 2 / END_COUNT / END_COUNT;
		struct lone *a = begin(version, mine, 0);
		struct lone *b = begin(version, theirs, 1);
		const uint32_t packets = war_of(a, b, kind);

		if (packets > PACKETS_MAX)
			print_message("IPv%u, ends %u and %u, spark %u: %u\n",
			    version, mine, theirs, kind, packets);
		most = packets > most ? packets : most;
		lone_free(a);
		lone_free(b);
	}
	assert_in_range(most, 2, PACKETS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_forged_segment_starts_a_war_of_acks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
