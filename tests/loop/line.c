/* SPDX-License-Identifier: BSD-2-Clause
 *
 * line.c - a device that takes what it likes: nothing is lost, nothing is
 * overtaken, nothing grows without bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "loop/line.h"

#define SENT_MAX 4096

/* A device of this test: it takes room frames, then refuses. */
static struct {
	size_t room;
	bool shrinks;            /* its MTU, when it refuses */
	int error;               /* to give instead, or 0 */
	uint32_t sent[SENT_MAX]; /* numbers of the frames it took */
	size_t sent_count;
	uint32_t waiting; /* frames it has for the host */
	uint32_t given;
	uint8_t packet[64][100];
} fake;

static int
fake_send(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	size_t i;

	if (fake.error != 0)
		return fake.error;
	for (i = 0; i < n && fake.room > 0; i++, fake.room--) {
		assert_true(fake.sent_count < SENT_MAX);
		memcpy(&fake.sent[fake.sent_count++], frames[i].span[0].data,
		    4);
	}
	if (i < n && fake.shrinks)
		device->link.mtu--;
	return (int)i;
}

static int
fake_receive(struct estab_device *device, struct estab_frame *frames,
    size_t max)
{
	int n = 0;

	(void)device;
	if (fake.error != 0)
		return fake.error;
	for (; fake.waiting > 0 && (size_t)n < max && n < 64; n++) {
		memcpy(fake.packet[n], &fake.given, 4);
		fake.given++;
		fake.waiting--;
		frames[n] = (struct estab_frame){
			.span = { { fake.packet[n], sizeof fake.packet[n] } },
			.span_count = 1,
		};
	}
	return n;
}

static struct estab_device device = { .send = fake_send,
	.receive = fake_receive };
static struct line line;

static int
end(void **unused)
{
	(void)unused;
	line_end(&line);
	return 0;
}

/* First line of each test. */
static void
begin(const struct estab_impairment *how)
{
	(void)end(NULL); /* of the test before */
	memset(&fake, 0, sizeof fake);
	device.link.mtu = 1500;
	line_begin(&line, &device, 5, how, 1);
}

/* Send n frames numbered from first; returns how many were kept. */
static size_t
send_numbered(uint32_t first, size_t n, size_t bytes, estab_time now)
{
	static uint8_t packet[64][2000];
	struct estab_frame frames[64];
	size_t kept = 99;

	for (size_t i = 0; i < n; i++) {
		const uint32_t number = first + (uint32_t)i;

		memcpy(packet[i], &number, 4);
		frames[i] = (struct estab_frame){
			.span = { { packet[i], (uint32_t)bytes } },
			.span_count = 1,
			.link = 5,
		};
	}
	assert_int_equal(line_send(&line, frames, n, &kept, now), 0);
	memset(packet, 0xee, sizeof packet); /* borrowed no longer */
	return kept;
}

static void
assert_sent_in_order(size_t count)
{
	assert_int_equal(fake.sent_count, count);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(fake.sent[i], i);
}

static void
frames_go_straight_to_a_willing_device(void **unused)
{
	(void)unused;
	begin(NULL);
	fake.room = 100;
	assert_int_equal(send_numbered(0, 64, 100, 0), 64);
	assert_sent_in_order(64);
	assert_int_equal(line.outbound.count, 0);
	assert_int_equal(line_drain_at(&line), ESTAB_NEVER);
}

static void
what_is_refused_waits_and_keeps_its_order(void **unused)
{
	(void)unused;
	begin(NULL);
	fake.room = 3;
	assert_int_equal(send_numbered(0, 10, 100, 0), 10);
	assert_sent_in_order(3);
	/* A device with room again does not let later frames overtake. */
	fake.room = 100;
	assert_int_equal(send_numbered(10, 10, 100, 1), 10);
	assert_sent_in_order(3);
	assert_int_equal(line_drain(&line, line_drain_at(&line)), 0);
	assert_sent_in_order(20);
	assert_int_equal(line_drain_at(&line), ESTAB_NEVER);
}

static void
who_refuses_is_left_alone_for_a_while(void **unused)
{
	(void)unused;
	begin(NULL);
	(void)send_numbered(0, 1, 100, 0);
	assert_int_equal(line_drain_at(&line), ESTAB_MS);
	fake.room = 1;
	assert_int_equal(line_drain(&line, ESTAB_MS - 1), 0);
	assert_sent_in_order(0);
	fake.room = 0;
	assert_int_equal(line_drain(&line, ESTAB_MS), 0);
	assert_int_equal(line_drain_at(&line), 3 * ESTAB_MS);
	/* Not even when there is more. */
	assert_int_equal(send_numbered(1, 1, 100, 3 * ESTAB_MS - 1), 1);
	fake.room = 1;
	assert_int_equal(line_drain(&line, 3 * ESTAB_MS), 0);
	assert_sent_in_order(1);
	/* It took one: the waits begin anew, and have an end. */
	assert_int_equal(line_drain_at(&line), 4 * ESTAB_MS);
	for (estab_time now = 0; now < ESTAB_SECOND;
	     now = line_drain_at(&line)) {
		assert_int_equal(line_drain(&line, now), 0);
		assert_true(line_drain_at(&line) <= now + 32 * ESTAB_MS);
	}
}

static void
a_backlog_has_an_end_and_says_so(void **unused)
{
	uint32_t kept = 0;
	size_t now = 64;

	(void)unused;
	begin(NULL);
	while (now == 64) {
		now = send_numbered(kept, 64, 1500, 0);
		kept += (uint32_t)now;
		assert_true(kept < SENT_MAX);
	}
	assert_in_range(kept, 64, 1000);
	assert_int_equal(send_numbered(kept, 1, 1500, 0), 0);
	fake.room = SENT_MAX;
	assert_int_equal(line_drain(&line, ESTAB_SECOND), 0);
	assert_sent_in_order(kept);
}

static void
an_error_of_the_device_is_passed_on(void **unused)
{
	struct estab_frame frame = { 0 };
	size_t kept;

	(void)unused;
	begin(NULL);
	(void)send_numbered(0, 1, 100, 0);
	fake.error = -EBADFD;
	assert_int_equal(line_drain(&line, ESTAB_SECOND), -EBADFD);
	assert_int_equal(line_receive(&line, &frame, true, 0), -EBADFD);
	begin(NULL);
	fake.error = -EBADFD;
	assert_int_equal(line_send(&line, &frame, 1, &kept, 0), -EBADFD);
}

static void
received_frames_carry_the_hosts_link(void **unused)
{
	struct estab_frame frames[LINE_BATCH];

	(void)unused;
	begin(NULL);
	fake.waiting = 3;
	assert_int_equal(line_receive(&line, frames, false, 0), 0);
	assert_int_equal(line_receive(&line, frames, true, 0), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(frames[i].link, 5);
}

static void
impairment_delays_both_directions(void **unused)
{
	const struct estab_impairment how = { .delay_ns = 10 * ESTAB_MS };
	struct estab_frame frames[LINE_BATCH];

	(void)unused;
	begin(&how);
	fake.room = 100;
	assert_int_equal(send_numbered(0, 5, 100, 0), 5);
	assert_sent_in_order(0);
	assert_int_equal(line_drain_at(&line), 10 * ESTAB_MS);
	assert_int_equal(line_drain(&line, 10 * ESTAB_MS), 0);
	assert_sent_in_order(5);

	fake.waiting = 60;
	assert_int_equal(line_receive(&line, frames, true, 0), 0);
	fake.waiting = 10;
	assert_int_equal(line_receive(&line, frames, true, 1), 0);
	assert_int_equal(line_receive_at(&line), 10 * ESTAB_MS);
	/* More are due than go in a batch, and the device is not readable. */
	assert_int_equal(line_receive(&line, frames, false, ESTAB_SECOND), 64);
	assert_int_equal(frames[63].link, 5);
	assert_int_equal(frames[63].span[0].data[0], 63);
	assert_int_equal(line_receive(&line, frames, false, ESTAB_SECOND), 6);
	assert_int_equal(frames[5].span[0].data[0], 69);
	assert_int_equal(line_receive_at(&line), ESTAB_NEVER);
}

static void
the_two_directions_have_luck_of_their_own(void **unused)
{
	const struct estab_impairment how = { .loss_ppm = 500000 };
	struct estab_frame frames[LINE_BATCH];
	bool out[64] = { false }, in[64] = { false };
	int n;

	(void)unused;
	begin(&how);
	fake.room = 64;
	fake.waiting = 64;
	(void)send_numbered(0, 64, 100, 0);
	for (size_t i = 0; i < fake.sent_count; i++)
		out[fake.sent[i]] = true;
	n = line_receive(&line, frames, true, 0);
	for (int i = 0; i < n; i++)
		in[frames[i].span[0].data[0]] = true;
	assert_in_range(n, 10, 54);
	assert_in_range(fake.sent_count, 10, 54);
	assert_memory_not_equal(in, out, sizeof in);
}

static void
the_mtu_of_an_impairment_does_not_count_an_ethernet_header(void **unused)
{
	const struct estab_impairment how = { .mtu = 1500 };

	(void)unused;
	for (int ethernet = 0; ethernet < 2; ethernet++) {
		device.link.ethernet = ethernet;
		begin(&how);
		fake.room = 100;
		(void)send_numbered(0, 1, 1500 + 14, 0);
		assert_int_equal(fake.sent_count, ethernet);
		(void)send_numbered(1, 1, 1500 + 15, 0);
		assert_int_equal(fake.sent_count, ethernet);
	}
	device.link.ethernet = false;
}

static void
what_a_smaller_mtu_turned_away_is_not_kept(void **unused)
{
	(void)unused;
	begin(NULL);
	fake.room = 3;
	fake.shrinks = true;
	assert_int_equal(send_numbered(0, 10, 100, 0), 3);
	assert_int_equal(line_drain_at(&line), ESTAB_NEVER);
	assert_sent_in_order(3);
}

/* The first of them is found too long only when it is offered. */
static void
a_frame_that_waits_and_is_too_long_by_then_is_given_back(void **unused)
{
	struct estab_frame frame;

	(void)unused;
	begin(NULL);
	assert_int_equal(send_numbered(0, 1, 1400, 0), 1);
	assert_int_equal(send_numbered(1, 1, 1500, 0), 1);
	assert_int_equal(send_numbered(2, 1, 1400, 0), 1);
	device.link.mtu = 1400;
	fake.room = 100;
	assert_int_equal(line_drain(&line, ESTAB_SECOND), 0);
	assert_sent_in_order(1);
	assert_true(line_too_long(&line, ESTAB_SECOND, &frame));
	assert_int_equal(frame.span[0].data[0], 1);
	assert_int_equal(frame.link, 5);
	line_drop(&line);
	assert_false(line_too_long(&line, ESTAB_SECOND, &frame));
	assert_int_equal(line_drain(&line, ESTAB_SECOND), 0);
	assert_int_equal(fake.sent_count, 2);
	assert_int_equal(fake.sent[1], 2);
}

static void
a_device_that_is_down_is_asked_ten_times_a_second(void **unused)
{
	struct estab_frame frames[LINE_BATCH];
	estab_time now = 0;
	int asked = 0;

	(void)unused;
	begin(NULL);
	fake.error = -ENETDOWN;
	assert_int_equal(line_receive(&line, frames, true, now), 0);
	assert_true(line.down);
	for (; now < ESTAB_SECOND; now = line_drain_at(&line), asked++)
		assert_int_equal(line_drain(&line, now), 0);
	assert_int_equal(asked, 10);
	/* What comes to be sent waits, and leaves when it is up. */
	assert_int_equal(send_numbered(0, 3, 100, now), 3);
	fake.error = 0;
	fake.room = 100;
	assert_int_equal(line_drain(&line, line_drain_at(&line)), 0);
	assert_false(line.down);
	assert_sent_in_order(3);
	assert_int_equal(line_drain_at(&line), ESTAB_NEVER);
}

static void
a_read_without_memory_is_tried_again_later(void **unused)
{
	struct estab_frame frames[LINE_BATCH];

	(void)unused;
	begin(NULL);
	fake.error = -ENOBUFS;
	assert_int_equal(line_receive(&line, frames, true, 0), 0);
	assert_int_equal(line_receive_at(&line), ESTAB_MS);
	fake.error = 0;
	fake.waiting = 3;
	assert_int_equal(line_receive(&line, frames, false, ESTAB_MS), 0);
	assert_int_equal(line_receive_at(&line), ESTAB_NEVER);
	assert_int_equal(line_receive(&line, frames, true, ESTAB_MS), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_straight_to_a_willing_device),
		cmocka_unit_test(what_is_refused_waits_and_keeps_its_order),
		cmocka_unit_test(who_refuses_is_left_alone_for_a_while),
		cmocka_unit_test(a_backlog_has_an_end_and_says_so),
		cmocka_unit_test(an_error_of_the_device_is_passed_on),
		cmocka_unit_test(received_frames_carry_the_hosts_link),
		cmocka_unit_test(impairment_delays_both_directions),
		cmocka_unit_test(the_two_directions_have_luck_of_their_own),
		cmocka_unit_test(
		    the_mtu_of_an_impairment_does_not_count_an_ethernet_header),
		cmocka_unit_test(what_a_smaller_mtu_turned_away_is_not_kept),
		cmocka_unit_test(
		    a_frame_that_waits_and_is_too_long_by_then_is_given_back),
		cmocka_unit_test(a_device_that_is_down_is_asked_ten_times_a_second),
		cmocka_unit_test(a_read_without_memory_is_tried_again_later),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
