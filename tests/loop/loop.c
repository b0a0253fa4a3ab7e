/* SPDX-License-Identifier: BSD-2-Clause
 *
 * loop.c - a host is driven over its devices: frames in, frames out, sleep.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/loop.h"

#define ARENA_BYTES (8 * 1024 * 1024)

/* A device whose other end the test holds: a pair of datagram sockets. */
struct wire {
	struct estab_device device;
	int far;
	bool full; /* it takes nothing */
	uint32_t offers;
	int error; /* it has failed, or 0 */
	uint8_t packet[2048];
};

static struct wire wire[2];
static struct loop loop;
static struct estab_host *host;
static void *arena;

static int
wire_receive(struct estab_device *device, struct estab_frame *frames,
    size_t max)
{
	struct wire *const w = device->state;
	const ssize_t got = max == 0 ?
	    0 :
	    recv(device->fd, w->packet, sizeof w->packet, MSG_DONTWAIT);

	if (w->error != 0)
		return w->error;
	if (got <= 0)
		return 0;
	frames[0] = (struct estab_frame){
		.span = { { w->packet, (uint32_t)got } },
		.span_count = 1,
	};
	return 1;
}

static int
wire_send(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	struct wire *const w = device->state;

	if (w->error != 0)
		return w->error;
	w->offers++;
	if (w->full)
		return 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t flat[2048];
		const uint32_t bytes = estab_frame_gather(&frames[i], flat);

		assert_int_equal(send(device->fd, flat, bytes, 0), bytes);
	}
	return (int)n;
}

static void
add_wire(size_t i, const char *address, const struct estab_impairment *how)
{
	struct estab_address own;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0,
	                     pair),
	    0);
	wire[i] = (struct wire){
		.device = { .link = { .mtu = 1500 },
		    .fd = pair[0],
		    .receive = wire_receive,
		    .send = wire_send,
		    .state = &wire[i] },
		.far = pair[1],
	};
	assert_int_equal(loop_add(&loop, &wire[i].device, how, 1), i);
	assert_int_equal(estab_address_parse(address, &own), 0);
	assert_int_equal(estab_address_add(host, (int)i, &own, 24), 0);
}

static int
end(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < loop.line_count; i++) {
		(void)close(wire[i].device.fd);
		(void)close(wire[i].far);
	}
	loop_end(&loop);
	free(arena);
	arena = NULL;
	return 0;
}

/* First line of each test: a host without devices. */
static void
begin_with(struct estab_config config)
{
	config.crypto = estab_crypto_native();
	config.connections_max = 16;

	(void)end(NULL); /* of the test before */
	arena = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA_BYTES);
	assert_non_null(arena);
	assert_int_equal(estab_host_create(&host, arena, ARENA_BYTES, &config,
	                     estab_clock()),
	    0);
	loop_begin(&loop, host);
}

static void
begin(void)
{
	begin_with((struct estab_config){ 0 });
}

/* ---- An echo, which any host answers at once ----------------------------- */

#define ECHO_BYTES 28

static uint16_t
sum(const uint8_t *data, size_t n)
{
	uint32_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += (uint32_t)data[i] << (i % 2 == 0 ? 8 : 0);
	while (total > 0xffff)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

/* From 10.i.0.1 to 10.i.0.2, carrying a number. */
static void
send_echo(size_t i, uint8_t number)
{
	uint8_t packet[ECHO_BYTES] = { 0x45, 0, 0, ECHO_BYTES, 0, 0, 0, 0, 64,
		1, 0, 0, 10, (uint8_t)i, 0, 1, 10, (uint8_t)i, 0, 2, 8, 0, 0, 0,
		0, 0, 0, number };
	const uint16_t head = sum(packet, 20), body = sum(packet + 20, 8);

	packet[10] = (uint8_t)(head >> 8);
	packet[11] = (uint8_t)head;
	packet[22] = (uint8_t)(body >> 8);
	packet[23] = (uint8_t)body;
	assert_int_equal(send(wire[i].far, packet, ECHO_BYTES, 0), ECHO_BYTES);
}

/* The number of the answer that has come, or -1. */
static int
echo_answer(size_t i)
{
	uint8_t packet[2048];
	const ssize_t got = recv(wire[i].far, packet, sizeof packet, 0);

	if (got < 0)
		return -1;
	assert_int_equal(got, ECHO_BYTES);
	assert_int_equal(packet[20], 0); /* echo reply */
	return packet[27];
}

static int
turn_for(int64_t ns)
{
	return loop_turn(&loop, NULL, 0, estab_clock() + ns);
}

static void
what_arrives_is_answered_by_the_next_turn(void **unused)
{
	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	send_echo(0, 7);
	assert_int_equal(turn_for(ESTAB_SECOND), 0);
	assert_int_equal(echo_answer(0), -1);
	assert_int_equal(turn_for(0), 0);
	assert_int_equal(echo_answer(0), 7);
	assert_int_equal(loop.frames_in, 1);
	assert_int_equal(loop.frames_out, 1);
}

static void
each_device_gets_its_own_frames(void **unused)
{
	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	add_wire(1, "10.1.0.2", NULL);
	send_echo(0, 1);
	send_echo(1, 2);
	assert_int_equal(turn_for(ESTAB_SECOND), 0);
	assert_int_equal(loop_flush(&loop), 0);
	assert_int_equal(echo_answer(0), 1);
	assert_int_equal(echo_answer(1), 2);
	assert_int_equal(echo_answer(0), -1);
	assert_int_equal(echo_answer(1), -1);
}

/* Nothing else would ever wake it. */
static void
what_a_time_out_ended_is_not_slept_on(void **unused)
{
	struct estab_endpoint peer = { .port = 80 };
	struct estab_event event;
	estab_conn conn;

	(void)unused;
	begin_with((struct estab_config){ .rto_initial_ns = ESTAB_MS,
	    .syn_tries_max = ESTAB_OFF });
	add_wire(0, "10.0.0.2", NULL);
	assert_int_equal(estab_address_parse("10.0.0.1", &peer.address), 0);
	assert_int_equal(estab_connect(host, &conn, NULL, &peer), 0);
	while (!estab_event_waits(host))
		assert_int_equal(loop_turn(&loop, NULL, 0, ESTAB_NEVER), 0);
	assert_int_equal(estab_event(host, &event), 1);
	assert_int_equal(event.error, ESTAB_ETIMEDOUT);
	assert_false(estab_event_waits(host));
}

static void
a_turn_ends_when_a_descriptor_is_ready(void **unused)
{
	struct pollfd own = { .fd = -1, .events = POLLIN };
	int pipe_ends[2];
	estab_time before;

	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	assert_int_equal(pipe(pipe_ends), 0);
	assert_int_equal(write(pipe_ends[1], "x", 1), 1);
	own.fd = pipe_ends[0];
	before = estab_clock();
	assert_int_equal(loop_turn(&loop, &own, 1, ESTAB_NEVER), 0);
	assert_int_equal(own.revents, POLLIN);
	assert_true(estab_clock() - before < ESTAB_SECOND);
	(void)close(pipe_ends[0]);
	(void)close(pipe_ends[1]);
}

static void
a_turn_ends_when_told_and_not_before(void **unused)
{
	estab_time before, after;

	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	before = estab_clock();
	assert_int_equal(turn_for(20 * ESTAB_MS), 0);
	after = estab_clock();
	assert_in_range(after - before, 20 * ESTAB_MS, ESTAB_SECOND);
}

/* A SYN that nobody answers is sent again: the loop must wake for that. */
static void
a_deadline_of_the_host_ends_a_turn(void **unused)
{
	struct estab_endpoint nobody = { .port = 9 };
	const struct estab_endpoint any = { .port = 0 };
	estab_time before;
	estab_conn conn;
	uint8_t packet[2048];

	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	assert_int_equal(estab_address_parse("10.0.0.1", &nobody.address), 0);
	assert_int_equal(estab_connect(host, &conn, &any, &nobody), 0);
	assert_int_equal(loop_flush(&loop), 0);
	assert_true(recv(wire[0].far, packet, sizeof packet, 0) >= 40);
	before = estab_clock();
	assert_int_equal(loop_turn(&loop, NULL, 0, ESTAB_NEVER), 0);
	assert_int_equal(loop_flush(&loop), 0);
	assert_in_range(estab_clock() - before, 900 * ESTAB_MS,
	    3 * ESTAB_SECOND);
	assert_true(recv(wire[0].far, packet, sizeof packet, 0) >= 40);
}

static void
a_failing_device_is_named(void **unused)
{
	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	add_wire(1, "10.1.0.2", NULL);
	wire[1].error = -EBADFD;
	send_echo(1, 1);
	assert_int_equal(turn_for(ESTAB_SECOND), -EBADFD);
	assert_ptr_equal(loop.failed, &loop.line[1]);
	assert_ptr_equal(loop.failed->device, &wire[1].device);
}

static void
settling_waits_until_all_has_left(void **unused)
{
	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	send_echo(0, 3);
	assert_int_equal(turn_for(ESTAB_SECOND), 0);
	wire[0].full = true;
	assert_false(loop_settle(&loop, estab_clock() + 5 * ESTAB_MS));
	assert_int_equal(echo_answer(0), -1);
	wire[0].full = false;
	assert_true(loop_settle(&loop, estab_clock() + ESTAB_SECOND));
	assert_int_equal(echo_answer(0), 3);
}

static void
one_device_that_is_full_does_not_stop_another(void **unused)
{
	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	add_wire(1, "10.1.0.2", NULL);
	wire[0].full = true;
	send_echo(0, 1);
	send_echo(1, 2);
	assert_int_equal(turn_for(ESTAB_SECOND), 0);
	assert_int_equal(loop_flush(&loop), 0);
	assert_int_equal(echo_answer(1), 2);
	wire[0].full = false;
	assert_true(loop_settle(&loop, estab_clock() + ESTAB_SECOND));
	assert_int_equal(echo_answer(0), 1);
}

static void
a_backlog_that_overflows_is_told_to_the_host(void **unused)
{
	struct estab_endpoint to = { .port = 9 };
	const struct estab_endpoint any = { .port = 0 };
	estab_conn conn;

	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	assert_int_equal(estab_address_parse("10.0.0.1", &to.address), 0);
	loop.line[0].outbound.bytes_max = 10;
	wire[0].full = true;
	assert_int_equal(estab_connect(host, &conn, &any, &to), 0);
	assert_int_equal(loop_flush(&loop), 0);
	assert_int_equal(loop.frames_refused, 1);
	assert_int_equal(estab_counter(host, ESTAB_COUNT_TCPOutRefused), 1);
}

static void
tap_nothing(void *context, bool out, estab_time now, const uint8_t *packet,
    uint32_t bytes)
{
	(void)context;
	(void)out;
	(void)now;
	(void)packet;
	(void)bytes;
}

/* The host owes it again at once; a turn with as many as it takes at a time,
 * here one, must end all the same. */
static void
what_is_refused_waits_for_another_turn(void **unused)
{
	struct estab_endpoint to = { .port = 9 };
	estab_conn conn;

	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	assert_int_equal(estab_address_parse("10.0.0.1", &to.address), 0);
	loop.line[0].outbound.bytes_max = 10;
	loop.tap = tap_nothing;
	wire[0].full = true;
	assert_int_equal(estab_connect(host, &conn, NULL, &to), 0);
	assert_int_equal(loop_flush(&loop), 0);
	assert_int_equal(loop.frames_refused, 1);
	wire[0].full = false;
	assert_int_equal(turn_for(2 * ESTAB_MS), 0);
	assert_int_equal(loop_flush(&loop), 0);
	assert_int_equal(wire[0].offers, 2);
	assert_true(recv(wire[0].far, &to, sizeof to, MSG_TRUNC) >= 40);
}

/* The host's deadline is now as long as it owes something; who sleeps until
 * then does not sleep. */
static void
a_full_device_is_offered_more_ever_more_seldom(void **unused)
{
	struct estab_endpoint to = { .port = 9 };
	const estab_time until = estab_clock() + 200 * ESTAB_MS;
	estab_conn conn;
	uint32_t turns = 0;

	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	assert_int_equal(estab_address_parse("10.0.0.1", &to.address), 0);
	loop.line[0].outbound.bytes_max = 10;
	wire[0].full = true;
	assert_int_equal(estab_connect(host, &conn, NULL, &to), 0);
	for (; estab_clock() < until; turns++)
		assert_int_equal(loop_turn(&loop, NULL, 0, until), 0);
	assert_in_range(wire[0].offers, 1, 16);
	assert_in_range(turns, 1, 32);
	wire[0].full = false;
	for (turns = 0; recv(wire[0].far, &to, sizeof to, MSG_TRUNC) < 40;)
		assert_true(turn_for(40 * ESTAB_MS) == 0 && turns++ < 4);
}

static void
impairment_holds_frames_back_both_ways(void **unused)
{
	const struct estab_impairment how = { .delay_ns = 20 * ESTAB_MS };
	const estab_time before = estab_clock();

	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", &how);
	send_echo(0, 5);
	/* Each turn wakes when something is due, long before a second. */
	do {
		assert_int_equal(turn_for(ESTAB_SECOND), 0);
		assert_int_equal(loop_flush(&loop), 0);
	} while (echo_answer(0) != 5);
	assert_in_range(estab_clock() - before, 40 * ESTAB_MS, ESTAB_SECOND);
}

struct tapped {
	uint32_t in, out;
	uint8_t last_type; /* of ICMP */
};

static void
tap(void *context, bool out, estab_time now, const uint8_t *packet,
    uint32_t bytes)
{
	struct tapped *const tapped = context;

	assert_true(now > 0);
	assert_int_equal(bytes, ECHO_BYTES);
	if (out)
		tapped->out++;
	else
		tapped->in++;
	/* The host has had just these. */
	assert_int_equal(estab_counter(loop.host, ESTAB_COUNT_IpInReceives),
	    tapped->in);
	tapped->last_type = packet[20];
}

static void
a_tap_sees_whole_packets_of_both_directions(void **unused)
{
	struct tapped tapped = { 0 };

	(void)unused;
	begin();
	add_wire(0, "10.0.0.2", NULL);
	loop.tap = tap;
	loop.tap_context = &tapped;
	send_echo(0, 5);
	assert_int_equal(turn_for(ESTAB_SECOND), 0);
	assert_int_equal(tapped.in, 1);
	assert_int_equal(tapped.last_type, 8);
	assert_int_equal(loop_flush(&loop), 0);
	assert_int_equal(tapped.out, 1);
	assert_int_equal(tapped.last_type, 0);
}

static void
the_native_hash_is_siphash_2_4(void **unused)
{
	/* Aumasson and Bernstein, appendix A. */
	const struct estab_crypto crypto = estab_crypto_native();
	uint8_t key[16], data[15];
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	(void)unused;
	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	for (uint8_t i = 0; i < 15; i++)
		data[i] = i;
	assert_true(crypto.siphash(key, data, sizeof data) ==
	    UINT64_C(0xa129ca6149be45e5));
	crypto.random(crypto.context, a, sizeof a);
	crypto.random(crypto.context, b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_arrives_is_answered_by_the_next_turn),
		cmocka_unit_test(each_device_gets_its_own_frames),
		cmocka_unit_test(what_a_time_out_ended_is_not_slept_on),
		cmocka_unit_test(a_turn_ends_when_a_descriptor_is_ready),
		cmocka_unit_test(a_turn_ends_when_told_and_not_before),
		cmocka_unit_test(a_deadline_of_the_host_ends_a_turn),
		cmocka_unit_test(a_failing_device_is_named),
		cmocka_unit_test(settling_waits_until_all_has_left),
		cmocka_unit_test(one_device_that_is_full_does_not_stop_another),
		cmocka_unit_test(a_backlog_that_overflows_is_told_to_the_host),
		cmocka_unit_test(what_is_refused_waits_for_another_turn),
		cmocka_unit_test(a_full_device_is_offered_more_ever_more_seldom),
		cmocka_unit_test(impairment_holds_frames_back_both_ways),
		cmocka_unit_test(a_tap_sees_whole_packets_of_both_directions),
		cmocka_unit_test(the_native_hash_is_siphash_2_4),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
