/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames read into one piece of memory, whatever the device gives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "link/batch.h"

static struct batch batch;
static uint32_t reads;

/* Never a frame of ours, never at its end. */
static int
passed_over(struct estab_device *device, uint8_t *to, struct estab_frame *frame)
{
	(void)device;
	(void)to;
	(void)frame;
	reads++;
	return reads % 2 == 0 ? 0 : -EINTR;
}

static int
every_second(struct estab_device *device, uint8_t *to,
    struct estab_frame *frame)
{
	(void)device;
	if (++reads % 2 == 0)
		return 0;
	*to = (uint8_t)reads;
	*frame = (struct estab_frame){
		.span[0] = { to, 1 },
		.span_count = 1,
	};
	return reads < 10 ? 1 : -EAGAIN;
}

static void
a_flood_of_what_is_passed_over_holds_nobody(void **unused)
{
	struct estab_frame frames[BATCH_FRAMES];
	struct estab_device device = { 0 };

	(void)unused;
	reads = 0;
	assert_int_equal(batch_receive(&batch, &device, passed_over, frames,
	                     BATCH_FRAMES),
	    0);
	assert_int_equal(reads, BATCH_FRAMES);
}

static void
frames_between_are_found(void **unused)
{
	struct estab_frame frames[BATCH_FRAMES];
	struct estab_device device = { 0 };

	(void)unused;
	reads = 0;
	assert_int_equal(batch_receive(&batch, &device, every_second, frames,
	                     BATCH_FRAMES),
	    5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(*frames[i].span[0].data, 1 + 2 * i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_of_what_is_passed_over_holds_nobody),
		cmocka_unit_test(frames_between_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
