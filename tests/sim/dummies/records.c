/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a world writes into the ring.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/dummies/stage.h"
#include "sim/making.h"

static void
the_wires_record_follows_the_segments(void **unused)
{
	struct stage *s = new_stage(1);
	const struct estab_record *r;

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .delay_ns = 7 });
	send_at(s->host[0], 3, 0x80000001, 10, 0);
	send_at(s->host[0], 3, 0x80000002, 11, 0);
	run(s);
	assert_int_equal(s->trace.written, 4);
	assert_int_equal(estab_trace_get(&s->trace, 2)->type, ESTAB_RECORD_OUT);
	r = estab_trace_get(&s->trace, 3);
	assert_int_equal(r->type, ESTAB_RECORD_WIRE);
	assert_int_equal(r->time, 3);
	assert_int_equal(r->arrival, 10);
	assert_int_equal(r->host, 0);
	assert_int_equal(r->frame, 2);
	assert_int_equal(r->fate, 0);
	assert_int_equal(r->flags, ESTAB_ACK);
	assert_int_equal(r->seq, 0x80000002);
	assert_int_equal(r->wnd, 9);
	assert_int_equal(r->text_bytes, 11);
	assert_int_equal(r->segment_count, 1);
	assert_int_equal(r->options, ESTAB_HAS_MSS);
	assert_int_equal(r->mss, 1460);
	assert_int_equal(r->local.port, 1025);
	assert_int_equal(r->remote.port, 80);
	assert_int_equal(r->local.address.byte[15], 1);
	assert_int_equal(r->remote.address.byte[15], 2);
	free_stage(s);
}

static void
a_record_shows_every_option(void **unused)
{
	struct stage *s = new_stage(1);
	const struct segment segments[] = {
		{ .from_port = 1,
		    .to_port = 2,
		    .syn = true,
		    .options = { .has_mss = true,
		        .mss = 536,
		        .has_wscale = true,
		        .wscale = 7,
		        .has_ts = true,
		        .tsval = 8,
		        .tsecr = 9,
		        .sack_permitted = true } },
		{ .from_port = 1,
		    .to_port = 2,
		    .has_ack = true,
		    .ack = 10,
		    .options = { .sack_count = 1 } },
	};
	uint8_t packet[100];
	uint32_t bytes;
	const struct estab_record *r;

	(void)unused;
	bytes = made_packet(packet, 6, 1, 2, &segments[0]);
	(void)estab_world_inject(s->world, 0, 0, packet, bytes);
	r = estab_trace_get(&s->trace, 0);
	assert_int_equal(r->flags, ESTAB_SYN);
	assert_int_equal(r->options & (ESTAB_HAS_MSS | ESTAB_HAS_WSCALE),
	    ESTAB_HAS_MSS | ESTAB_HAS_WSCALE);
	assert_int_equal(r->options & ~(ESTAB_HAS_MSS | ESTAB_HAS_WSCALE),
	    ESTAB_HAS_TS | ESTAB_HAS_SACK_OK);
	assert_int_equal(r->mss, 536);
	assert_int_equal(r->wscale, 7);
	assert_int_equal(r->tsval, 8);
	assert_int_equal(r->tsecr, 9);

	bytes = made_packet(packet, 6, 1, 2, &segments[1]);
	(void)estab_world_inject(s->world, 0, 0, packet, bytes);
	r = estab_trace_get(&s->trace, 1);
	assert_int_equal(r->options, ESTAB_HAS_SACK);
	assert_int_equal(r->ack, 10);

	packet[40 + 22] = 254; /* no SACK any more */
	(void)estab_world_inject(s->world, 0, 0, packet, bytes);
	r = estab_trace_get(&s->trace, 2);
	assert_int_equal(r->options, ESTAB_HAS_OTHER);
	free_stage(s);
}

static void
the_ring_bears_the_number_of_what_arrives(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	send_at(s->host[0], 0, 1, 10, 0);
	send_at(s->host[0], 5, 1, 10, 0);
	run(s);
	assert_int_equal(s->host[1]->got[1].frame, 2);
	assert_int_equal(s->trace.frame, 0);
	free_stage(s);
}

static void
a_world_without_a_ring_works_as_well(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	estab_world_set_trace(s->world, NULL);
	s->host[0]->trace = s->host[1]->trace = NULL;
	send_at(s->host[0], 0, 1, 10, 0);
	run(s);
	assert_int_equal(s->host[1]->got_count, 1);
	assert_int_equal(s->trace.written, 0);
	free_stage(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wires_record_follows_the_segments),
		cmocka_unit_test(a_record_shows_every_option),
		cmocka_unit_test(the_ring_bears_the_number_of_what_arrives),
		cmocka_unit_test(a_world_without_a_ring_works_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
