/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the host says of a frame that leaves, whatever stood there before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/lone.h"

#define FRAMES 8
#define ARENA ESTAB_ARENA_MIN

/* A copy of the host fills frames that held this byte throughout. */
static int
output_over(const struct lone *l, int byte, struct estab_frame *frame)
{
	void *memory = aligned_alloc(4096, ARENA);
	struct estab_host *copy;
	int n;

	assert_non_null(memory);
	assert_int_equal(estab_host_clone(&copy, memory, ARENA, l->host, NULL),
	    0);
	memset(frame, byte, FRAMES * sizeof *frame);
	n = estab_output(copy, frame, FRAMES, estab_deadline(copy));
	free(memory);
	return n;
}

static void
every_field_of_a_frame_is_filled(void **unused)
{
	struct lone *l = lone_create(4, ARENA, NULL);
	struct estab_frame clean[FRAMES], dirty[FRAMES];
	uint8_t text[4000] = { 0 };
	struct peer p;
	int n;

	(void)unused;
	lone_open(l, lone_listen(l, 1), 4000, &p);
	assert_int_equal(estab_send(l->host, p.conn, text, sizeof text),
	    sizeof text);
	n = output_over(l, 0, clean);
	assert_in_range(n, 2, FRAMES);
	assert_int_equal(output_over(l, 0xa5, dirty), n);
	for (int i = 0; i < n; i++) {
		assert_int_equal(dirty[i].span_count, clean[i].span_count);
		for (uint8_t s = 0; s < clean[i].span_count; s++)
			assert_int_equal(dirty[i].span[s].length,
			    clean[i].span[s].length);
		assert_int_equal(dirty[i].link, clean[i].link);
		assert_int_equal(dirty[i].checksum, clean[i].checksum);
		assert_int_equal(dirty[i].ip_at, 0);
		assert_int_equal(dirty[i].segment_bytes,
		    clean[i].segment_bytes);
		assert_int_equal(dirty[i].segment_count,
		    clean[i].segment_count);
	}
	lone_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_a_frame_is_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
