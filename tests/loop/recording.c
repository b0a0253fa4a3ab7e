/* SPDX-License-Identifier: BSD-2-Clause
 *
 * recording.c - a device that plays a recording: time is the recording's, and
 * nobody waits for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "loop/loop.h"

#define ARENA_BYTES (8 * 1024 * 1024)
#define START (INT64_C(1700000000) * ESTAB_SECOND)
#define FRAMES 2

/* A SYN of 10.0.0.1:1024 to 10.0.0.2:80; its checksum is the pseudo-header's
 * sum only. */
static uint8_t syn[40] = { 0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0x26, 0xce, 10,
	0, 0, 1, 10, 0, 0, 2, 4, 0, 0, 80, 1, 2, 3, 4, 0, 0, 0, 0, 0x50, 2,
	0xff, 0xff, 0x14, 0x1d, 0, 0 };

static struct {
	estab_time at[FRAMES]; /* when a SYN arrives */
	int given, count;
	estab_time sent[64]; /* when the host sent something */
	int sent_count;
} tape;

static struct loop loop;
static struct estab_host *host;
static void *arena;

static estab_time
tape_next(struct estab_device *device)
{
	(void)device;
	return tape.given < tape.count ? tape.at[tape.given] : ESTAB_NEVER;
}

static int
tape_receive(struct estab_device *device, struct estab_frame *frames,
    size_t max)
{
	assert_true(max > 0);
	if (tape_next(device) > device->now)
		return 0;
	tape.given++;
	frames[0] = (struct estab_frame){
		.span = { { syn, sizeof syn } },
		.span_count = 1,
		.checksum = ESTAB_CHECKSUM_PARTIAL,
	};
	return 1;
}

static int
tape_send(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	(void)frames;
	for (size_t i = 0; i < n && tape.sent_count < 64; i++)
		tape.sent[tape.sent_count++] = device->now;
	return (int)n;
}

static struct estab_device device = { .link = { .mtu = 1500 },
	.fd = -1,
	.receive = tape_receive,
	.send = tape_send,
	.next = tape_next };

static int
end(void **unused)
{
	(void)unused;
	loop_end(&loop);
	free(arena);
	arena = NULL;
	return 0;
}

/* First line of each test: a host that listens, and a SYN after one hour. */
static void
begin(void)
{
	const struct estab_config config = { .crypto = estab_crypto_native(),
		.connections_max = 16 };
	struct estab_endpoint local = { .port = 80 };
	estab_conn listener;

	(void)end(NULL); /* of the test before */
	memset(&tape, 0, sizeof tape);
	tape.count = 1;
	tape.at[0] = START + 60 * ESTAB_MINUTE;
	device.now = START;
	arena = aligned_alloc(ESTAB_ARENA_ALIGN, ARENA_BYTES);
	assert_non_null(arena);
	assert_int_equal(estab_host_create(&host, arena, ARENA_BYTES, &config,
	                     device.now),
	    0);
	loop_begin(&loop, host);
	assert_int_equal(loop_add(&loop, &device, NULL, 0), 0);
	assert_int_equal(estab_address_parse("10.0.0.2", &local.address), 0);
	assert_int_equal(estab_address_add(host, 0, &local.address, 24), 0);
	assert_int_equal(estab_listen(host, &listener, &local, 1), 0);
}

static int
turn(void)
{
	return loop_turn(&loop, NULL, 0, ESTAB_NEVER);
}

static void
an_hour_passes_in_a_turn(void **unused)
{
	(void)unused;
	begin();
	assert_int_equal(loop_now(&loop), START);
	assert_int_equal(turn(), 0);
	assert_int_equal(loop_now(&loop), START + 60 * ESTAB_MINUTE);
	assert_int_equal(loop.frames_in, 1);
	/* The answer, stamped so; then its retransmission time-out. */
	assert_int_equal(turn(), 0);
	assert_int_equal(tape.sent[0], START + 60 * ESTAB_MINUTE);
	assert_in_range(loop_now(&loop) - tape.sent[0], ESTAB_MS,
	    2 * ESTAB_SECOND);
}

static void
the_end_is_when_nothing_is_due_any_more(void **unused)
{
	int turns = 0;

	(void)unused;
	begin();
	while (turn() == 0 && turns < 1000)
		turns++;
	assert_in_range(turns, 2, 100);
	assert_int_equal(turn(), -ENODATA);
	assert_ptr_equal(loop.failed, &loop.line[0]);
	assert_true(tape.sent_count > 2); /* the SYN+ACK, again and again */
}

static void
until_then_and_no_further(void **unused)
{
	(void)unused;
	begin();
	assert_int_equal(loop_turn(&loop, NULL, 0, START + 5), 0);
	assert_int_equal(loop_now(&loop), START + 5);
	assert_int_equal(loop.frames_in, 0);
}

static void
time_waits_for_a_descriptor_that_is_ready(void **unused)
{
	struct pollfd own = { .fd = -1, .events = POLLIN };
	int ends[2];

	(void)unused;
	begin();
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	own.fd = ends[0];
	assert_int_equal(loop_turn(&loop, &own, 1, ESTAB_NEVER), 0);
	assert_int_equal(own.revents, POLLIN);
	assert_int_equal(loop_now(&loop), START);
	own.events = 0;
	assert_int_equal(loop_turn(&loop, &own, 1, ESTAB_NEVER), 0);
	assert_true(loop_now(&loop) > START);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void
a_recording_stands_alone(void **unused)
{
	struct estab_device other = device;

	(void)unused;
	begin();
	assert_int_equal(loop_add(&loop, &other, NULL, 0), ESTAB_EINVAL);
	other.next = NULL;
	assert_int_equal(loop_add(&loop, &other, NULL, 0), ESTAB_EINVAL);
}

static void
impairment_has_the_recordings_time(void **unused)
{
	const struct estab_impairment slow = { .delay_ns = ESTAB_MINUTE };
	const estab_time there = START + 61 * ESTAB_MINUTE;

	(void)unused;
	begin();
	line_end(&loop.line[0]);
	line_begin(&loop.line[0], &device, 0, &slow, 1);
	for (int i = 0; i < 10 && tape.sent_count == 0; i++)
		assert_int_equal(turn(), 0);
	assert_int_equal(tape.sent[0], there + ESTAB_MINUTE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_passes_in_a_turn),
		cmocka_unit_test(the_end_is_when_nothing_is_due_any_more),
		cmocka_unit_test(until_then_and_no_further),
		cmocka_unit_test(time_waits_for_a_descriptor_that_is_ready),
		cmocka_unit_test(a_recording_stands_alone),
		cmocka_unit_test(impairment_has_the_recordings_time),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
