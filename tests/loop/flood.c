/* SPDX-License-Identifier: BSD-2-Clause
 *
 * flood.c - a device with more than a batch in its queue: what the host can
 * answer is read at once when most of it are SYNs, all when there are too many
 * for long, a batch when it is no flood.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include "loop/loop.h"
#include "wire/ip.h"
#include "wire/segment.h"

#define ARENA_BYTES (8 * 1024 * 1024)
#define PORT 80
#define AT_ONCE                                                                \
	1024u         /* SYNs that such an arena answers between outputs, and
                       * segments of nobody that it looks at */
#define PATIENCE 128u /* turns that a burst may take */

/* What waits: one SYN in so many frames, the rest are datagrams, or strays:
 * ACKs of nobody. */
struct queue {
	struct estab_device device;
	uint32_t waiting, given, one_in;
	bool strays;
	uint32_t sent_before; /* given before anything was sent */
	uint8_t packet[LINE_BATCH][80];
};

static struct queue queue;
static struct loop loop;
static void *arena;

static struct estab_address
address(uint8_t a, uint32_t n)
{
	return (struct estab_address){ { [10] = 0xff,
	    0xff,
	    a,
	    (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8),
	    (uint8_t)n } };
}

static uint32_t
build(const struct queue *q, uint8_t *packet, uint32_t n)
{
	const bool syn = (n - 1) % q->one_in == 0;
	const struct segment seg = { .from_port = 1000,
		.to_port = PORT,
		.seq = n,
		.ack = 1,
		.has_ack = !syn,
		.syn = syn,
		.wnd = 1000 };
	struct ip_packet ip = { .from = address(11, n),
		.to = address(10, 2),
		.version = 4,
		.protocol =
		    syn || q->strays ? IP_PROTOCOL_TCP : IP_PROTOCOL_UDP,
		.ttl = 64 };

	ip.payload_bytes = segment_build(packet + 20, &seg);
	return ip_build(packet, &ip) + ip.payload_bytes;
}

static int
queue_receive(struct estab_device *device, struct estab_frame *frames,
    size_t max)
{
	struct queue *const q = device->state;
	int n = 0;

	for (; (size_t)n < max && q->given < q->waiting; n++) {
		const uint32_t k = q->given++;

		frames[n] = (struct estab_frame){
			.span = { { q->packet[n],
			    build(q, q->packet[n], k + 1) } },
			.span_count = 1,
			.checksum = ESTAB_CHECKSUM_VERIFIED,
		};
	}
	return n;
}

static int
queue_send(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	struct queue *const q = device->state;

	(void)frames;
	if (q->sent_before == 0)
		q->sent_before = q->given;
	return (int)n;
}

static int
end(void **unused)
{
	(void)unused;
	if (arena == NULL)
		return 0;
	(void)close(queue.device.fd);
	loop_end(&loop);
	free(arena);
	arena = NULL;
	return 0;
}

/* First line of each test. */
static void
begin(uint32_t waiting, uint32_t one_in)
{
	const struct estab_config config = { .crypto = estab_crypto_native() };
	const struct estab_address own = address(10, 2);
	const struct estab_endpoint local = { .port = PORT };
	struct estab_host *host;
	estab_conn listener;

	(void)end(NULL); /* of the test before */
	arena = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA_BYTES);
	assert_non_null(arena);
	assert_int_equal(estab_host_create(&host, arena, ARENA_BYTES, &config,
	                     estab_clock()),
	    0);
	queue = (struct queue){
		.device = { .link = { .mtu = 1500 },
		    .fd = eventfd(1, EFD_CLOEXEC),
		    .receive = queue_receive,
		    .send = queue_send,
		    .state = &queue },
		.waiting = waiting,
		.one_in = one_in,
	};
	loop_begin(&loop, host);
	assert_int_equal(loop_add(&loop, &queue.device, NULL, 0), 0);
	assert_int_equal(estab_address_add(host, 0, &own, 24), 0);
	assert_int_equal(estab_route_default(host, 0), 0);
	assert_int_equal(estab_listen(host, &listener, &local, 8), 0);
}

static void
turn(void)
{
	assert_int_equal(loop_turn(&loop, NULL, 0, ESTAB_NEVER), 0);
}

static uint64_t
dropped(void)
{
	return estab_counter(loop.host, ESTAB_COUNT_TCPSynLate);
}

static void
turns(uint32_t n)
{
	while (n-- > 0)
		turn();
}

static void
a_burst_is_answered_to_its_end(void **unused)
{
	(void)unused;
	begin(PATIENCE * AT_ONCE, 1);
	turn();
	assert_int_equal(queue.given, AT_ONCE);
	turns(PATIENCE);
	assert_int_equal(queue.given, PATIENCE * AT_ONCE);
	assert_int_equal(queue.sent_before, AT_ONCE);
	assert_int_equal(dropped(), 0);
	assert_int_equal(loop.frames_out, PATIENCE * AT_ONCE);
}

static void
when_it_goes_on_all_that_waits_is_read_before_anything_is_sent(void **unused)
{
	(void)unused;
	begin(PATIENCE * AT_ONCE + 3000, 1);
	turns(PATIENCE);
	assert_int_equal(queue.given, PATIENCE * AT_ONCE);
	assert_int_equal(dropped(), 0);
	turn();
	assert_int_equal(queue.given, PATIENCE * AT_ONCE + 3000);
	assert_int_equal(dropped(), 3000 - AT_ONCE);
	turn();
	assert_int_equal(loop.frames_out, (PATIENCE + 1) * AT_ONCE);
}

static void
when_it_is_over_a_burst_is_answered_again(void **unused)
{
	(void)unused;
	begin(PATIENCE * AT_ONCE + 3000, 1);
	turns(PATIENCE + 1);
	loop.line[0].short_at = estab_clock() + ESTAB_SECOND; /* as just now */
	queue.waiting += 100; /* a gap does not end it */
	turn();
	queue.waiting += 3000;
	turn();
	assert_int_equal(queue.given, queue.waiting);
	assert_int_equal(dropped(), 2 * (3000 - AT_ONCE));
	loop.line[0].short_at = 0; /* long ago */
	queue.waiting += 100;      /* this one does */
	turn();
	queue.waiting += 3000;
	turns(3);
	assert_int_equal(queue.given, queue.waiting);
	assert_int_equal(dropped(), 2 * (3000 - AT_ONCE));
}

/* Who sends ACKs instead of SYNs gets no farther. */
static void
segments_of_nobody_are_a_flood_too(void **unused)
{
	(void)unused;
	begin(PATIENCE * AT_ONCE + 3000, UINT32_MAX);
	queue.strays = true;
	turns(PATIENCE);
	assert_int_equal(queue.given, PATIENCE * AT_ONCE);
	assert_int_equal(estab_counter(loop.host, ESTAB_COUNT_TCPStrayLate), 0);
	turn();
	assert_int_equal(queue.given, PATIENCE * AT_ONCE + 3000);
	assert_int_equal(estab_counter(loop.host, ESTAB_COUNT_TCPStrayLate),
	    3000 - AT_ONCE);
	turn();
	assert_int_equal(loop.frames_out, (PATIENCE + 1) * AT_ONCE);
}

static void
when_it_is_over_little_at_a_time_is_no_flood(void **unused)
{
	(void)unused;
	begin(PATIENCE * AT_ONCE + 3000, 1);
	turns(PATIENCE + 1);
	loop.line[0].short_at = 0;
	queue.waiting += LINE_BATCH / 2; /* the device is empty at once */
	turn();
	queue.waiting += 3000;
	turns(3);
	assert_int_equal(queue.given, queue.waiting);
	assert_int_equal(dropped(), 3000 - AT_ONCE);
}

static void
half_of_it_is_a_flood(void **unused)
{
	(void)unused;
	begin(1000, 2);
	turn();
	assert_int_equal(queue.given, 1000);
}

static void
without_one_a_turn_is_a_batch(void **unused)
{
	(void)unused;
	begin(1000, 3);
	turn();
	assert_int_equal(queue.given, LINE_BATCH);
	turn();
	assert_int_equal(queue.given, 2 * LINE_BATCH);
	assert_int_equal(queue.sent_before, LINE_BATCH);
}

static void
a_flood_that_never_ends_ends_a_turn(void **unused)
{
	(void)unused;
	begin(UINT32_MAX, 1);
	turns(PATIENCE + 1);
	assert_int_equal(queue.given, PATIENCE * AT_ONCE + 4096);
	turns(2);
	assert_int_equal(queue.given, PATIENCE * AT_ONCE + 3 * 4096);
	assert_int_equal(queue.sent_before, AT_ONCE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_answered_to_its_end),
		cmocka_unit_test(
		    when_it_goes_on_all_that_waits_is_read_before_anything_is_sent),
		cmocka_unit_test(when_it_is_over_a_burst_is_answered_again),
		cmocka_unit_test(when_it_is_over_little_at_a_time_is_no_flood),
		cmocka_unit_test(segments_of_nobody_are_a_flood_too),
		cmocka_unit_test(half_of_it_is_a_flood),
		cmocka_unit_test(without_one_a_turn_is_a_batch),
		cmocka_unit_test(a_flood_that_never_ends_ends_a_turn),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
