/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A world among hosts that do as they are told: the three verbs a world uses
 * are replaced by those of a dummy, so nothing of the host room is needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "making.h"
#include "base/trace.h"
#include "wire/checksum.h"
#include "wire/packet.h"

#define estab_input dummy_input
#define estab_output dummy_output
#define estab_deadline dummy_deadline
int dummy_input(struct estab_host *host, const struct estab_frame *frames,
    size_t n, estab_time now);
int dummy_output(struct estab_host *host, struct estab_frame *frames,
    size_t max, estab_time now);
estab_time dummy_deadline(const struct estab_host *host);

#include "sim/world.c"
#include "sim/step.c"

/* ---- Dummies ------------------------------------------------------------ */

#define SENDS_MAX 1000
#define ARRIVALS_MAX 4000
#define DUMMY_BYTES 3000

struct estab_host {
	estab_time now;
	struct estab_trace *trace;
	/* What it is told to send, and when */
	struct {
		estab_time at;
		uint8_t link;
		uint16_t segment_bytes;
		uint32_t bytes;
		const uint8_t *packet;
	} send[SENDS_MAX];
	uint32_t send_count, sent_count;
	estab_time timer;
	uint32_t timer_runs;
	bool wild;    /* always due, never has anything */
	bool endless; /* always has something */
	bool replies; /* to what arrives, at once */
	/* What it got */
	struct {
		estab_time at;
		uint32_t frame, bytes, sum;
		uint16_t segment_bytes, segment_count;
		uint8_t link, checksum;
		uint8_t packet[DUMMY_BYTES]; /* its beginning */
	} got[ARRIVALS_MAX];
	uint32_t got_count;
};

static estab_time
next_send(const struct estab_host *host)
{
	return host->sent_count < host->send_count ?
	    host->send[host->sent_count].at :
	    ESTAB_NEVER;
}

estab_time
dummy_deadline(const struct estab_host *host)
{
	const estab_time next = next_send(host);

	if (host->wild || host->endless)
		return 0;
	return next < host->timer ? next : host->timer;
}

int
dummy_input(struct estab_host *host, const struct estab_frame *frames, size_t n,
    estab_time now)
{
	assert_true(now >= host->now);
	host->now = now;
	if (n == 0)
		return 0;
	assert_int_equal(n, 1);
	assert_int_equal(frames->span_count, 1);
	assert_true(host->got_count < ARRIVALS_MAX);
	const uint32_t i = host->got_count++;
	const uint32_t bytes = frames->span[0].length;

	host->got[i].at = now;
	host->got[i].frame = host->trace != NULL ? host->trace->frame : 0;
	host->got[i].bytes = bytes;
	host->got[i].sum = checksum_bytes(frames->span[0].data, bytes);
	host->got[i].link = frames->link;
	host->got[i].checksum = frames->checksum;
	host->got[i].segment_bytes = frames->segment_bytes;
	host->got[i].segment_count = frames->segment_count;
	memcpy(host->got[i].packet, frames->span[0].data,
	    bytes < DUMMY_BYTES ? bytes : DUMMY_BYTES);
	if (host->replies)
		host->send[host->sent_count].at = now;
	return 1;
}

int
dummy_output(struct estab_host *host, struct estab_frame *frames, size_t max,
    estab_time now)
{
	const uint32_t i = host->endless ? 0 : host->sent_count;

	assert_int_equal(max, 1);
	assert_true(now >= host->now);
	host->now = now;
	if (host->timer <= now) {
		host->timer = ESTAB_NEVER;
		host->timer_runs++;
	}
	if (!host->endless && next_send(host) > now)
		return 0;
	host->sent_count++;
	/* In two pieces, as a host does. */
	*frames = (struct estab_frame){
		.span = { { (uint8_t *)(uintptr_t)host->send[i].packet, 20 },
		    { (uint8_t *)(uintptr_t)host->send[i].packet + 20,
		        host->send[i].bytes - 20 } },
		.span_count = 2,
		.link = host->send[i].link,
		.segment_bytes = host->send[i].segment_bytes,
		.segment_count = host->send[i].segment_bytes > 0 ? 2 : 0,
	};
	if (host->trace != NULL)
		trace_append(host->trace, ESTAB_RECORD_OUT, now);
	return 1;
}

/* ---- A world of two dummies --------------------------------------------- */

#define WORLD_BYTES ((size_t)512 * 1024)
#define RECORDS 8192

struct stage {
	struct estab_world *world;
	struct estab_host *host[2];
	struct estab_trace trace;
	int wire;
	void *memory;
};

static struct estab_host *
new_dummy(struct estab_trace *trace)
{
	struct estab_host *host = calloc(1, sizeof *host);

	assert_non_null(host);
	host->timer = ESTAB_NEVER;
	host->trace = trace;
	return host;
}

/* Host 0's link 3 and host 1's link 5 are joined by a perfect wire. */
static struct stage *
new_stage(uint64_t seed)
{
	struct stage *s = calloc(1, sizeof *s);

	assert_non_null(s);
	s->memory = malloc(WORLD_BYTES);
	assert_non_null(s->memory);
	memset(s->memory, 0xa5, WORLD_BYTES);
	assert_int_equal(estab_world_create(&s->world, s->memory, WORLD_BYTES,
	                     seed),
	    0);
	s->trace.record = calloc(RECORDS, sizeof *s->trace.record);
	assert_non_null(s->trace.record);
	s->trace.capacity = RECORDS;
	estab_world_set_trace(s->world, &s->trace);
	for (int i = 0; i < 2; i++) {
		s->host[i] = new_dummy(&s->trace);
		assert_int_equal(estab_world_attach(s->world, s->host[i]), i);
	}
	s->wire = estab_world_wire(s->world, 0, 3, 1, 5, NULL, NULL);
	assert_int_equal(s->wire, 0);
	return s;
}

static void
free_stage(struct stage *s)
{
	free(s->host[0]);
	free(s->host[1]);
	free(s->trace.record);
	free(s->memory);
	free(s);
}

static void
impair(struct stage *s, int direction, struct estab_impairment how)
{
	assert_int_equal(estab_world_impair(s->world, s->wire, direction, &how),
	    0);
}

static uint8_t *
keep(uint32_t bytes)
{
	static uint8_t pool[2 * 1024 * 1024];
	static size_t used;
	uint8_t *at = pool + used;

	used += bytes;
	assert_true(used <= sizeof pool);
	return at;
}

/* Tell a host to send a segment of so much text at an instant. */
static const uint8_t *
send_at(struct estab_host *host, estab_time at, uint32_t seq, uint32_t text,
    uint16_t segment_bytes)
{
	const struct segment segment = {
		.from_port = 1025,
		.to_port = 80,
		.seq = seq,
		.has_ack = true,
		.wnd = 9,
		.text_len = text,
		.options = { .has_mss = true, .mss = 1460 },
	};
	const uint32_t i = host->send_count++;
	uint8_t *packet = keep(text + 100);

	assert_true(i < SENDS_MAX);
	host->send[i].at = at;
	host->send[i].link = 3;
	host->send[i].segment_bytes = segment_bytes;
	host->send[i].bytes = made_packet(packet, 4, 1, 2, &segment);
	host->send[i].packet = packet;
	return packet;
}

/* As many steps as it takes; every frame is accounted for in the end. */
static void
run(struct stage *s)
{
	struct estab_world_counts c;
	uint32_t steps = 0;

	while (estab_world_step(s->world, ESTAB_NEVER) == 1)
		assert_true(++steps < 100000);
	estab_world_counts(s->world, &c);
	assert_int_equal(c.spins, 0);
	assert_int_equal(c.frames + c.duplicated,
	    c.delivered + c.lost + c.queue_full + c.too_big);
}

static struct estab_world_counts
counts(const struct stage *s)
{
	struct estab_world_counts c;

	estab_world_counts(s->world, &c);
	return c;
}

/* ---- Time --------------------------------------------------------------- */

static void
a_frame_arrives_after_the_delay(void **unused)
{
	struct stage *s = new_stage(1);
	const uint8_t *packet;

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .delay_ns = 30 });
	packet = send_at(s->host[0], 0, 5, 100, 0);
	assert_int_equal(estab_world_step(s->world, 29), 0);
	assert_int_equal(estab_world_now(s->world), 29);
	assert_int_equal(s->host[1]->got_count, 0);
	assert_int_equal(estab_world_step(s->world, 100), 1);
	assert_int_equal(estab_world_now(s->world), 30);
	assert_int_equal(s->host[1]->got_count, 1);
	assert_int_equal(s->host[1]->got[0].at, 30);
	assert_int_equal(s->host[1]->got[0].link, 5);
	assert_int_equal(s->host[1]->got[0].bytes, 20 + 24 + 100);
	assert_int_equal(s->host[1]->got[0].checksum,
	    ESTAB_CHECKSUM_UNVERIFIED);
	assert_int_equal(s->host[1]->got[0].segment_count, 0);
	assert_memory_equal(s->host[1]->got[0].packet, packet, 144);
	assert_int_equal(estab_world_step(s->world, 100), 0);
	assert_int_equal(estab_world_now(s->world), 100);
	free_stage(s);
}

static void
all_clocks_are_the_worlds_after_every_step(void **unused)
{
	struct stage *s = new_stage(1);
	struct estab_host *late;

	(void)unused;
	s->host[0]->timer = 50;
	assert_int_equal(estab_world_step(s->world, 70), 1);
	assert_int_equal(s->host[0]->now, 50);
	assert_int_equal(s->host[1]->now, 50);
	assert_int_equal(estab_world_step(s->world, 70), 0);
	assert_int_equal(s->host[0]->now, 70);
	assert_int_equal(s->host[1]->now, 70);
	late = new_dummy(NULL);
	assert_int_equal(estab_world_attach(s->world, late), 2);
	assert_int_equal(late->now, 70);
	assert_ptr_equal(estab_world_host(s->world, 2), late);
	free(late);
	free_stage(s);
}

static void
time_stands_still_when_nothing_will_happen(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	assert_int_equal(estab_world_step(s->world, 7), 0);
	assert_int_equal(estab_world_step(s->world, ESTAB_NEVER), 0);
	assert_int_equal(estab_world_now(s->world), 7);
	assert_int_equal(estab_world_step(s->world, 3), 0);
	assert_int_equal(estab_world_now(s->world), 7);
	free_stage(s);
}

static void
a_host_that_is_due_is_run_at_its_instant(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	s->host[1]->timer = 50;
	assert_int_equal(estab_world_step(s->world, 49), 0);
	assert_int_equal(s->host[1]->timer_runs, 0);
	assert_int_equal(estab_world_step(s->world, 50), 1);
	assert_int_equal(s->host[1]->timer_runs, 1);
	assert_int_equal(estab_world_now(s->world), 50);
	free_stage(s);
}

static void
what_is_owed_now_leaves_before_time_moves(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	send_at(s->host[0], 0, 1, 10, 0);
	send_at(s->host[0], 0, 2, 10, 0);
	s->host[1]->timer = 50;
	assert_int_equal(estab_world_step(s->world, ESTAB_NEVER), 1);
	assert_int_equal(estab_world_now(s->world), 0);
	assert_int_equal(s->host[1]->got_count, 2);
	run(s);
	assert_int_equal(estab_world_now(s->world), 50);
	free_stage(s);
}

static void
an_answer_leaves_with_the_next_step(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	send_at(s->host[0], 5, 1, 10, 0);
	send_at(s->host[1], ESTAB_NEVER, 1, 10, 0);
	s->host[1]->send[0].link = 5;
	s->host[1]->replies = true;
	assert_int_equal(estab_world_step(s->world, 9), 1);
	assert_int_equal(s->host[1]->got_count, 0);
	assert_int_equal(estab_world_step(s->world, 9), 1);
	assert_int_equal(s->host[1]->got_count, 1);
	assert_int_equal(s->host[1]->sent_count, 0);
	s->host[1]->replies = false;
	assert_int_equal(estab_world_step(s->world, 9), 1);
	assert_int_equal(s->host[1]->sent_count, 1);
	assert_int_equal(s->host[0]->got_count, 1);
	assert_int_equal(s->host[0]->got[0].at, 5);
	free_stage(s);
}

static void
frames_of_one_instant_arrive_in_their_order(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	for (uint32_t i = 0; i < 50; i++)
		send_at(s->host[0], 10, i, i, 0);
	run(s);
	assert_int_equal(s->host[1]->got_count, 50);
	for (uint32_t i = 0; i < 50; i++) {
		assert_int_equal(s->host[1]->got[i].frame, i + 1);
		assert_int_equal(s->host[1]->got[i].bytes, 44 + i);
	}
	free_stage(s);
}

static void
a_host_that_runs_wild_stops_nobody(void **unused)
{
	struct stage *s = new_stage(1);
	int steps = 0;

	(void)unused;
	s->host[0]->wild = true;
	s->host[1]->timer = 50;
	while (estab_world_step(s->world, 100) == 1)
		assert_true(++steps < 10);
	assert_int_equal(s->host[1]->timer_runs, 1);
	assert_int_equal(estab_world_now(s->world), 100);
	assert_in_range(counts(s).spins, 2, 6);
	free_stage(s);
}

static void
a_host_that_never_ends_is_cut_short(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	send_at(s->host[0], 0, 1, 10, 0);
	estab_world_set_trace(s->world, NULL);
	impair(s, 0, (struct estab_impairment){ .loss_ppm = 1000000 });
	s->host[0]->endless = true;
	s->host[0]->trace = NULL;
	assert_int_equal(estab_world_step(s->world, 1), 0);
	assert_int_equal(counts(s).spins, 1);
	assert_int_equal(counts(s).frames, PUMP_MAX);
	free_stage(s);
}

/* ---- Records ------------------------------------------------------------ */

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

/* ---- Faults by hand ----------------------------------------------------- */

struct script {
	uint32_t frame;
	struct estab_fate fate;
	uint32_t asked;
};

static void
pick_one(void *context, int wire, int direction, uint32_t frame,
    const uint8_t *packet, uint32_t bytes, struct estab_fate *fate)
{
	struct script *script = context;
	const struct estab_fate nothing = { 0 };

	assert_int_equal(wire, 0);
	assert_in_range(direction, 0, 1);
	assert_int_equal(packet[0] >> 4, 4);
	assert_int_equal(bytes, (uint32_t)packet[2] << 8 | packet[3]);
	assert_memory_equal(fate, &nothing, sizeof nothing);
	script->asked++;
	if (frame == script->frame)
		*fate = script->fate;
}

static void
the_picker_is_asked_for_every_frame(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 2, .fate = { .lost = true } };

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	for (uint32_t i = 0; i < 3; i++)
		send_at(s->host[0], 0, i, 10, 0);
	run(s);
	assert_int_equal(script.asked, 3);
	assert_int_equal(s->host[1]->got_count, 2);
	assert_int_equal(s->host[1]->got[0].frame, 1);
	assert_int_equal(s->host[1]->got[1].frame, 3);
	assert_int_equal(estab_trace_get(&s->trace, 3)->fate, ESTAB_FATE_LOST);
	assert_int_equal(estab_trace_get(&s->trace, 3)->arrival, ESTAB_NEVER);
	free_stage(s);
}

static void
a_held_frame_arrives_when_it_is_released(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1, .fate = { .held = true } };

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .delay_ns = 5 });
	estab_world_set_picker(s->world, pick_one, &script);
	send_at(s->host[0], 0, 1, 10, 0);
	assert_int_equal(estab_world_step(s->world, 1000), 0);
	assert_int_equal(counts(s).held, 1);
	assert_int_equal(estab_world_release(s->world, 2), ESTAB_ESTALE);
	assert_int_equal(estab_world_release(s->world, 1), 0);
	assert_int_equal(estab_world_release(s->world, 1), ESTAB_ESTALE);
	run(s);
	assert_int_equal(s->host[1]->got_count, 1);
	assert_int_equal(s->host[1]->got[0].at, 1005);
	assert_int_equal(s->host[1]->got[0].frame, 1);
	assert_int_equal(estab_trace_get(&s->trace, 1)->fate, ESTAB_FATE_HELD);
	free_stage(s);
}

static void
copies_are_arrivals_of_the_same_frame(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1, .fate = { .duplicates = 2 } };

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	send_at(s->host[0], 0, 1, 10, 0);
	send_at(s->host[0], 0, 2, 10, 0);
	run(s);
	assert_int_equal(s->host[1]->got_count, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(s->host[1]->got[i].frame, i < 3 ? 1 : 2);
	assert_int_equal(counts(s).duplicated, 2);
	assert_int_equal(s->trace.written, 4);
	free_stage(s);
}

/* What a tap saw. */
struct seen {
	uint32_t count;
	estab_time arrival[8];
	uint8_t fate[8];
	uint8_t packet[8][DUMMY_BYTES];
};

static void
see(void *context, int wire, int direction, uint32_t frame, estab_time now,
    estab_time arrival, uint8_t fate, const uint8_t *packet, uint32_t bytes)
{
	struct seen *seen = context;
	const uint32_t i = seen->count++;

	assert_true(i < 8);
	assert_int_equal(wire, 0);
	assert_int_equal(direction, 0);
	assert_true(frame >= 1);
	assert_true(now <= arrival);
	seen->arrival[i] = arrival;
	seen->fate[i] = fate;
	memcpy(seen->packet[i], packet, bytes);
}

static void
a_corrupted_bit_is_flipped_for_tap_and_host(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1,
		.fate = { .corrupt = true, .corrupt_bit = 163 } };
	static struct seen seen;
	const uint8_t *packet;

	(void)unused;
	memset(&seen, 0, sizeof seen);
	estab_world_set_picker(s->world, pick_one, &script);
	estab_world_set_tap(s->world, see, &seen);
	packet = send_at(s->host[0], 0, 1, 10, 0);
	run(s);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.fate[0], ESTAB_FATE_CORRUPTED);
	assert_memory_equal(seen.packet[0], s->host[1]->got[0].packet, 54);
	/* Bit 163 is the fourth of byte 20. */
	assert_int_equal(seen.packet[0][20], packet[20] ^ 0x10);
	seen.packet[0][20] ^= 0x10;
	assert_memory_equal(seen.packet[0], packet, 54);
	/* The record shows what was sent. */
	assert_int_equal(estab_trace_get(&s->trace, 1)->local.port, 1025);
	free_stage(s);
}

static void
the_tap_sees_what_is_lost_and_each_copy(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 2,
		.fate = { .duplicates = 1, .held = true } };
	static struct seen seen;

	(void)unused;
	memset(&seen, 0, sizeof seen);
	estab_world_set_picker(s->world, pick_one, &script);
	estab_world_set_tap(s->world, see, &seen);
	impair(s, 0, (struct estab_impairment){ .loss_ppm = 1000000 });
	send_at(s->host[0], 0, 1, 10, 0);
	assert_int_equal(estab_world_step(s->world, 9), 0);
	impair(s, 0, (struct estab_impairment){ .delay_ns = 4 });
	send_at(s->host[0], 9, 2, 10, 0);
	(void)estab_world_step(s->world, ESTAB_NEVER);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.fate[0], ESTAB_FATE_LOST);
	assert_int_equal(seen.arrival[0], ESTAB_NEVER);
	assert_int_equal(seen.fate[1], ESTAB_FATE_HELD | ESTAB_FATE_DUPLICATED);
	assert_int_equal(seen.arrival[1], ESTAB_NEVER);
	assert_int_equal(seen.arrival[2], 13);
	free_stage(s);
}

static void
an_injected_packet_travels_as_if_its_sender_had_sent_it(void **unused)
{
	struct stage *s = new_stage(1);
	static uint8_t huge[65600];
	const struct segment segment = { .from_port = 80,
		.to_port = 1025,
		.seq = 9,
		.rst = true };
	uint8_t packet[60];
	const uint32_t bytes = made_packet(packet, 4, 2, 1, &segment);
	const struct estab_record *r;

	(void)unused;
	impair(s, 1, (struct estab_impairment){ .delay_ns = 5 });
	assert_int_equal(estab_world_inject(s->world, 0, 1, packet, bytes), 0);
	run(s);
	assert_int_equal(s->host[0]->got_count, 1);
	assert_int_equal(s->host[0]->got[0].at, 5);
	assert_int_equal(s->host[0]->got[0].link, 3);
	assert_memory_equal(s->host[0]->got[0].packet, packet, bytes);
	assert_int_equal(counts(s).injected, 1);
	r = estab_trace_get(&s->trace, 0);
	assert_int_equal(r->fate, ESTAB_FATE_FORGED);
	assert_int_equal(r->host, 1);
	assert_int_equal(r->flags, ESTAB_RST);

	assert_int_equal(estab_world_inject(s->world, 1, 0, packet, bytes),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_inject(s->world, 0, 2, packet, bytes),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_inject(s->world, -1, 0, packet, bytes),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_inject(s->world, 0, 0, packet, 0),
	    ESTAB_EMSGSIZE);
	assert_int_equal(estab_world_inject(s->world, 0, 0, huge, 65576),
	    ESTAB_EMSGSIZE);
	assert_int_equal(estab_world_inject(s->world, 0, 0, huge, 65575), 0);
	free_stage(s);
}

static void
nonsense_may_be_injected(void **unused)
{
	struct stage *s = new_stage(1);
	uint8_t bytes[64];

	(void)unused;
	for (uint32_t n = 1; n <= sizeof bytes; n++)
		for (int fill = 0; fill < 256; fill += 3) {
			memset(bytes, fill, n);
			assert_int_equal(estab_world_inject(s->world, 0, 0,
			                     bytes, n),
			    0);
			s->host[1]->got_count = 0;
			run(s);
			assert_int_equal(s->host[1]->got_count, 1);
			assert_int_equal(s->host[1]->got[0].bytes, n);
		}
	free_stage(s);
}

/* ---- Super-segments ----------------------------------------------------- */

static void
a_super_segment_is_cut_and_each_segment_has_its_own_fate(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 2, .fate = { .lost = true } };
	struct ip_packet ip;
	struct segment segment;

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	send_at(s->host[0], 0, 1000, 3500, 1000);
	run(s);
	assert_int_equal(counts(s).frames, 4);
	assert_int_equal(s->trace.written, 5);
	assert_int_equal(s->host[1]->got_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		const uint32_t n = i == 0 ? 0 : i + 1;

		assert_int_equal(s->host[1]->got[i].frame, n + 1);
		assert_int_equal(s->host[1]->got[i].segment_count, 0);
		assert_true(is_intact(s->host[1]->got[i].packet,
		    s->host[1]->got[i].bytes, &ip, &segment));
		assert_int_equal(segment.seq, 1000 + 1000 * n);
		assert_int_equal(segment.text_len, n == 3 ? 500 : 1000);
	}
	free_stage(s);
}

static void
a_super_segment_may_pass_whole(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 2,
		.fate = { .corrupt = true, .corrupt_bit = 5000 } };

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	impair(s, 0, (struct estab_impairment){ .super = true, .mtu = 1044 });
	send_at(s->host[0], 0, 1000, 3500, 1000);
	send_at(s->host[0], 1, 1000, 3500, 1000);
	run(s);
	assert_int_equal(s->host[1]->got_count, 2);
	assert_int_equal(s->host[1]->got[0].bytes, 3544);
	assert_int_equal(s->host[1]->got[0].segment_bytes, 1000);
	assert_int_equal(s->host[1]->got[0].segment_count, 4);
	assert_int_equal(s->host[1]->got[0].checksum, ESTAB_CHECKSUM_VERIFIED);
	assert_int_equal(estab_trace_get(&s->trace, 1)->segment_count, 4);
	/* Nobody vouches for what was damaged on the way. */
	assert_int_equal(s->host[1]->got[1].checksum,
	    ESTAB_CHECKSUM_UNVERIFIED);
	free_stage(s);
}

/* ---- Too big ------------------------------------------------------------ */

/* The only message host 0 got, if it is ICMP too big from host n. */
static struct icmp_message
too_big_from(const struct stage *s, uint8_t n)
{
	const uint8_t *packet = s->host[0]->got[0].packet;
	const uint32_t bytes = s->host[0]->got[0].bytes;
	const struct estab_address from = made_address(4, n);
	const struct estab_address to = made_address(4, 1);
	struct packet_view view;

	assert_int_equal(s->host[0]->got_count, 1);
	packet_view(packet, bytes, &view);
	assert_int_equal(view.ip_verdict, WIRE_GOOD);
	assert_true(ip_same(&view.ip.from, &from));
	assert_true(ip_same(&view.ip.to, &to));
	assert_int_equal(view.ip.ttl, 64);
	assert_int_equal(view.ip.tos, 0);
	assert_true(view.has_icmp);
	assert_int_equal(view.icmp.kind, ICMP_TOO_BIG);
	assert_true(checksum_good(checksum_bytes(packet + view.ip.header_bytes,
	    view.ip.payload_bytes)));
	return view.icmp;
}

static void
a_packet_that_is_too_big_is_answered_by_icmp(void **unused)
{
	struct stage *s = new_stage(1);
	struct icmp_message m;
	const struct estab_record *r;

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .mtu = 1000 });
	impair(s, 1, (struct estab_impairment){ .delay_ns = 8 });
	send_at(s->host[0], 0, 4711, 956, 0);
	send_at(s->host[0], 0, 4711, 957, 0);
	run(s);
	assert_int_equal(s->host[1]->got_count, 1);
	assert_int_equal(counts(s).too_big, 1);
	m = too_big_from(s, 2);
	assert_int_equal(m.mtu, 1000);
	assert_true(m.quotes_tcp);
	assert_int_equal(m.quoted_seq, 4711);
	assert_int_equal(s->host[0]->got[0].at, 8);
	r = estab_trace_get(&s->trace, 3);
	assert_int_equal(r->fate, ESTAB_FATE_TOO_BIG);
	assert_int_equal(r->arrival, ESTAB_NEVER);
	r = estab_trace_get(&s->trace, 4);
	assert_int_equal(r->fate, ESTAB_FATE_FORGED);
	assert_int_equal(r->host, 1);
	assert_int_equal(r->frame, 3);
	free_stage(s);
}

static void
the_icmp_may_come_from_a_router(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	impair(s, 0,
	    (struct estab_impairment){ .mtu = 1000,
	        .icmp_source = made_address(4, 99) });
	send_at(s->host[0], 0, 1, 1400, 0);
	run(s);
	(void)too_big_from(s, 99);
	free_stage(s);

	s = new_stage(1);
	impair(s, 0,
	    (struct estab_impairment){ .mtu = 1000,
	        .icmp_source = made_address(6, 99) });
	send_at(s->host[0], 0, 1, 1400, 0);
	run(s);
	(void)too_big_from(s, 2);
	free_stage(s);
}

static void
every_segment_may_be_too_big(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .mtu = 1000 });
	send_at(s->host[0], 0, 1, 3000, 1000);
	run(s);
	assert_int_equal(counts(s).too_big, 3);
	assert_int_equal(s->host[0]->got_count, 3);
	free_stage(s);

	s = new_stage(1);
	impair(s, 0, (struct estab_impairment){ .mtu = 1000, .super = true });
	send_at(s->host[0], 0, 1, 3000, 1000);
	run(s);
	assert_int_equal(counts(s).too_big, 1);
	(void)too_big_from(s, 2);
	free_stage(s);
}

static void
a_black_hole_says_nothing(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	impair(s, 0,
	    (struct estab_impairment){ .mtu = 1000, .too_big_silent = true });
	send_at(s->host[0], 0, 1, 1400, 0);
	run(s);
	assert_int_equal(counts(s).too_big, 1);
	assert_int_equal(s->host[0]->got_count, 0);
	free_stage(s);
}

static void
no_icmp_about_icmp_about_fragments_or_about_nonsense(void **unused)
{
	struct stage *s = new_stage(1);
	uint8_t *packet;

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .mtu = 100 });
	impair(s, 1, (struct estab_impairment){ .mtu = 100 });
	/* The answer is too big for the way back. */
	send_at(s->host[0], 0, 1, 1400, 0);
	run(s);
	assert_int_equal(counts(s).too_big, 2);
	assert_int_equal(counts(s).frames, 2);

	/* May be fragmented: but wires do not. */
	impair(s, 1, (struct estab_impairment){ .mtu = 0 });
	packet = (uint8_t *)(uintptr_t)send_at(s->host[0], 9, 1, 1400, 0);
	packet[6] = 0;
	packet[10] = packet[11] = 0;
	const uint16_t sum = checksum_finish(checksum_bytes(packet, 20));
	memcpy(packet + 10, &sum, 2);
	run(s);
	assert_int_equal(counts(s).too_big, 3);

	packet = (uint8_t *)(uintptr_t)send_at(s->host[0], 9, 1, 1400, 0);
	packet[0] = 0;
	run(s);
	assert_int_equal(counts(s).too_big, 4);
	assert_int_equal(counts(s).frames, 4);
	assert_int_equal(s->host[0]->got_count, 0);
	free_stage(s);
}

/* An ICMP message of this type, filled up to so many bytes. */
static uint32_t
made_icmp(uint8_t *packet, uint8_t type, uint32_t bytes)
{
	const struct ip_packet ip = {
		.from = made_address(4, 1),
		.to = made_address(4, 2),
		.version = 4,
		.protocol = IP_PROTOCOL_ICMP,
		.ttl = 64,
		.dont_fragment = true,
		.payload_bytes = bytes - 20,
	};

	memset(packet, 0, bytes);
	packet[20] = type;
	return ip_build(packet, &ip) + ip.payload_bytes;
}

static void
an_echo_that_is_too_big_is_answered_and_an_error_is_not(void **unused)
{
	struct stage *s = new_stage(1);
	uint8_t packet[200];

	(void)unused;
	impair(s, 0, (struct estab_impairment){ .mtu = 100 });
	(void)estab_world_inject(s->world, 0, 0, packet,
	    made_icmp(packet, 3, 200));
	(void)estab_world_inject(s->world, 0, 0, packet,
	    made_icmp(packet, 3, 27));
	run(s);
	assert_int_equal(s->host[0]->got_count, 0);
	(void)estab_world_inject(s->world, 0, 0, packet,
	    made_icmp(packet, 8, 200));
	run(s);
	(void)too_big_from(s, 2);
	(void)estab_world_inject(s->world, 0, 0, packet,
	    made_icmp(packet, 0, 200));
	run(s);
	assert_int_equal(s->host[0]->got_count, 2);
	free_stage(s);
}

/* ---- Limits ------------------------------------------------------------- */

static void
a_link_without_a_wire_loses_frames(void **unused)
{
	struct stage *s = new_stage(1);

	(void)unused;
	send_at(s->host[0], 0, 1, 10, 0);
	send_at(s->host[0], 0, 1, 10, 0);
	s->host[0]->send[0].link = 4;
	s->host[0]->send[1].link = 200;
	run(s);
	assert_int_equal(counts(s).lost, 2);
	assert_int_equal(s->host[1]->got_count, 0);
	assert_int_equal(estab_trace_get(&s->trace, 1)->fate, ESTAB_FATE_LOST);
	free_stage(s);
}

static void
full_memory_is_a_full_queue(void **unused)
{
	struct stage *s = new_stage(1);
	const struct estab_record *last;

	(void)unused;
	for (uint32_t i = 0; i < 900; i++)
		send_at(s->host[0], 0, i, 10, 0);
	run(s);
	assert_in_range(s->host[1]->got_count, 150, 256);
	assert_int_equal(counts(s).no_memory, 900 - s->host[1]->got_count);
	assert_int_equal(counts(s).queue_full, counts(s).no_memory);
	last = estab_trace_get(&s->trace, s->trace.written - 1);
	assert_int_equal(last->fate, ESTAB_FATE_QUEUE_FULL);
	assert_int_equal(last->arrival, ESTAB_NEVER);
	free_stage(s);
}

static void
no_number_of_copies_is_too_much(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1,
		.fate = { .duplicates = UINT32_MAX } };

	(void)unused;
	estab_world_set_picker(s->world, pick_one, &script);
	send_at(s->host[0], 0, 1, 10, 0);
	run(s);
	assert_int_equal(counts(s).no_memory, 1);
	assert_int_equal(s->host[1]->got_count, 0);
	free_stage(s);
}

static void
a_world_needs_its_memory_but_no_alignment(void **unused)
{
	const size_t bytes = ESTAB_WORLD_BYTES_MIN;
	uint8_t *memory = malloc(bytes + 32);
	struct estab_world *world;

	(void)unused;
	assert_non_null(memory);
	assert_int_equal(estab_world_create(&world, memory, bytes - 1, 1),
	    ESTAB_EMSGSIZE);
	assert_int_equal(estab_world_create(&world, NULL, bytes, 1),
	    ESTAB_EMSGSIZE);
	for (size_t skip = 0; skip < 17; skip++) {
		memset(memory, 0x5a, bytes + 32);
		assert_int_equal(estab_world_create(&world, memory + skip,
		                     bytes, 1),
		    0);
		assert_true((uint8_t *)world >= memory + skip);
		assert_int_equal((uintptr_t)world % WORLD_ALIGN, 0);
		while (flights_room(&world->flights, 2048, 1)) {
			const struct flight form = { .bytes = 2048 };
			static uint8_t packet[2048];

			assert_true(flight_launch(&world->flights, &form,
			    packet));
		}
		assert_in_range(world->flights.cell_count, 64, 128);
		for (size_t i = 0; i < 32 - skip; i++)
			assert_int_equal(memory[bytes + skip + i], 0x5a);
	}
	free(memory);
}

static void
a_world_says_what_it_cannot_join(void **unused)
{
	struct stage *s = new_stage(1);
	const struct estab_impairment bad = { .delay_ns = -1 };
	struct estab_host *more[ESTAB_WORLD_HOSTS_MAX];

	(void)unused;
	assert_int_equal(estab_world_attach(s->world, NULL), ESTAB_EINVAL);
	for (int i = 2; i < ESTAB_WORLD_HOSTS_MAX; i++) {
		more[i] = new_dummy(NULL);
		assert_int_equal(estab_world_attach(s->world, more[i]), i);
	}
	assert_int_equal(estab_world_attach(s->world, s->host[0]),
	    ESTAB_ENOMEM);
	assert_null(estab_world_host(s->world, -1));
	assert_null(estab_world_host(s->world, ESTAB_WORLD_HOSTS_MAX));

	assert_int_equal(estab_world_wire(s->world, 0, 3, 2, 0, NULL, NULL),
	    ESTAB_EINVAL); /* in use */
	assert_int_equal(estab_world_wire(s->world, 2, 0, 1, 5, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, 0, 2, 0, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, 8, 3, 0, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, -1, 3, 0, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 16, 0, 3, 0, NULL, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, 0, 3, 0, &bad, NULL),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_wire(s->world, 2, 0, 3, 0, NULL, &bad),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_impair(s->world, 0, 0, &bad),
	    ESTAB_EINVAL);
	assert_int_equal(estab_world_impair(s->world, 1, 0, &bad),
	    ESTAB_EINVAL);
	for (int i = 1; i < ESTAB_WORLD_WIRES_MAX; i++)
		assert_int_equal(estab_world_wire(s->world, 2 + (i - 1) / 7,
		                     (i - 1) % 7, 8 + (i - 1) / 7, (i - 1) % 7,
		                     NULL, NULL),
		    i);
	assert_int_equal(estab_world_wire(s->world, 14, 0, 15, 0, NULL, NULL),
	    ESTAB_ENOMEM);
	for (int i = 2; i < ESTAB_WORLD_HOSTS_MAX; i++)
		free(more[i]);
	free_stage(s);
}

/* ---- The same and others ------------------------------------------------ */

static const struct estab_impairment awful = {
	.delay_ns = 1000,
	.jitter_ns = 3000,
	.rate_bits_per_s = 500000000,
	.queue_bytes = 20000,
	.loss_ppm = 50000,
	.burst_enter_ppm = 10000,
	.burst_leave_ppm = 200000,
	.burst_loss_ppm = 500000,
	.duplicate_ppm = 50000,
	.reorder_ppm = 100000,
	.reorder_ns = 20000,
	.corrupt_ppm = 20000,
};

static void
send_many(struct stage *s)
{
	for (uint32_t i = 0; i < 400; i++)
		send_at(s->host[0], 5000 * i, i, 100, 0);
}

/* Whether two hosts got the same bytes at the same times. */
static bool
got_alike(const struct estab_host *a, const struct estab_host *b)
{
	return a->got_count == b->got_count &&
	    memcmp(a->got, b->got, sizeof a->got[0] * a->got_count) == 0;
}

static void
the_same_seed_makes_the_same_world_and_another_another(void **unused)
{
	struct stage *s[3];

	(void)unused;
	for (int i = 0; i < 3; i++) {
		s[i] = new_stage(i < 2 ? 42 : 43);
		impair(s[i], 0, awful);
		send_many(s[i]);
		run(s[i]);
	}
	assert_true(counts(s[0]).lost > 10);
	assert_true(counts(s[0]).duplicated > 5);
	assert_true(counts(s[0]).reordered > 10);
	assert_true(counts(s[0]).corrupted > 0);
	assert_true(got_alike(s[0]->host[1], s[1]->host[1]));
	assert_int_equal(s[0]->trace.written, s[1]->trace.written);
	assert_memory_equal(s[0]->trace.record, s[1]->trace.record,
	    s[0]->trace.written * sizeof s[0]->trace.record[0]);
	assert_false(got_alike(s[0]->host[1], s[2]->host[1]));
	for (int i = 0; i < 3; i++)
		free_stage(s[i]);
}

static void
another_host_and_wire_do_not_shift_the_luck_of_the_first(void **unused)
{
	struct stage *a = new_stage(42), *b = new_stage(42);
	struct estab_host *third = new_dummy(NULL);

	(void)unused;
	assert_int_equal(estab_world_attach(b->world, third), 2);
	assert_int_equal(estab_world_wire(b->world, 2, 0, 1, 0, &awful, &awful),
	    1);
	for (uint32_t i = 0; i < 400; i++) {
		send_at(third, 5000 * i, i, 100, 0);
		third->send[i].link = 0;
	}
	impair(a, 0, awful);
	impair(b, 0, awful);
	send_many(a);
	send_many(b);
	run(a);
	run(b);
	for (uint32_t i = 0, k = 0; i < a->host[1]->got_count; i++, k++) {
		while (b->host[1]->got[k].link != 5)
			k++;
		assert_true(k < b->host[1]->got_count);
		assert_int_equal(a->host[1]->got[i].at, b->host[1]->got[k].at);
		assert_int_equal(a->host[1]->got[i].sum,
		    b->host[1]->got[k].sum);
	}
	free(third);
	free_stage(a);
	free_stage(b);
}

static void
every_host_has_random_bytes_of_its_own(void **unused)
{
	struct stage *s = new_stage(1), *again = new_stage(1);
	struct estab_crypto crypto[ESTAB_WORLD_HOSTS_MAX], other;
	uint8_t bytes[ESTAB_WORLD_HOSTS_MAX][16], same[16];
	const uint8_t key[16] = { 1 };

	(void)unused;
	for (int i = 0; i < ESTAB_WORLD_HOSTS_MAX; i++) {
		crypto[i] = estab_world_crypto(s->world);
		crypto[i].random(crypto[i].context, bytes[i], 16);
		for (int k = 0; k < i; k++)
			assert_memory_not_equal(bytes[i], bytes[k], 16);
	}
	assert_null(estab_world_crypto(s->world).random);
	assert_null(estab_world_crypto(s->world).siphash);
	other = estab_world_crypto(again->world);
	other.random(other.context, same, 16);
	assert_memory_equal(same, bytes[0], 16);
	assert_true(other.siphash(key, "estab", 5) ==
	    siphash_2_4(key, "estab", 5));
	free_stage(s);
	free_stage(again);
}

static void
a_clone_goes_on_like_its_original(void **unused)
{
	struct stage *a = new_stage(42), *b = new_stage(7);
	struct estab_world_counts x, y;

	(void)unused;
	impair(a, 0, awful);
	send_many(a);
	/* Half of the way: some frames are in the air. */
	while (a->host[0]->sent_count < 200)
		(void)estab_world_step(a->world, ESTAB_NEVER);
	assert_non_null(flight_next(&a->world->flights));
	memcpy(b->host[0], a->host[0], sizeof *b->host[0]);
	memcpy(b->host[1], a->host[1], sizeof *b->host[1]);
	memcpy(b->trace.record, a->trace.record,
	    RECORDS * sizeof *b->trace.record);
	b->trace.written = a->trace.written;
	b->host[0]->trace = b->host[1]->trace = &b->trace;
	memset(b->memory, 0x5a, WORLD_BYTES);
	assert_int_equal(estab_world_clone(&b->world, b->memory, WORLD_BYTES,
	                     a->world, b->host, &b->trace),
	    0);
	assert_ptr_equal(estab_world_host(b->world, 1), b->host[1]);

	run(a);
	run(b);
	assert_true(a->host[1]->got_count > 300);
	assert_true(got_alike(a->host[1], b->host[1]));
	assert_int_equal(a->trace.written, b->trace.written);
	assert_memory_equal(a->trace.record, b->trace.record,
	    RECORDS * sizeof *a->trace.record);
	x = counts(a);
	y = counts(b);
	assert_memory_equal(&x, &y, sizeof x);
	free_stage(a);
	free_stage(b);
}

static void
a_clone_leaves_taps_and_pickers_behind_and_needs_room(void **unused)
{
	struct stage *s = new_stage(1);
	struct script script = { .frame = 1, .fate = { .lost = true } };
	static struct seen seen;
	struct estab_host *hosts[2] = { new_dummy(NULL), NULL };
	uint8_t *memory = malloc(WORLD_BYTES + 1);
	struct estab_world *clone;

	(void)unused;
	assert_non_null(memory);
	memset(&seen, 0, sizeof seen);
	estab_world_set_picker(s->world, pick_one, &script);
	estab_world_set_tap(s->world, see, &seen);
	assert_int_equal(estab_world_clone(&clone, memory, WORLD_BYTES,
	                     s->world, hosts, NULL),
	    ESTAB_EINVAL);
	hosts[1] = new_dummy(NULL);
	assert_int_equal(estab_world_clone(&clone, memory, WORLD_BYTES - 1,
	                     s->world, hosts, NULL),
	    ESTAB_EMSGSIZE);
	assert_int_equal(estab_world_clone(&clone, memory + 1, WORLD_BYTES,
	                     s->world, hosts, NULL),
	    0);
	send_at(hosts[0], 0, 1, 10, 0);
	assert_int_equal(estab_world_step(clone, ESTAB_NEVER), 1);
	assert_int_equal(hosts[1]->got_count, 1);
	assert_int_equal(script.asked, 0);
	assert_int_equal(seen.count, 0);
	assert_int_equal(s->trace.written, 0);
	free(hosts[0]);
	free(hosts[1]);
	free(memory);
	free_stage(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_arrives_after_the_delay),
		cmocka_unit_test(all_clocks_are_the_worlds_after_every_step),
		cmocka_unit_test(time_stands_still_when_nothing_will_happen),
		cmocka_unit_test(a_host_that_is_due_is_run_at_its_instant),
		cmocka_unit_test(what_is_owed_now_leaves_before_time_moves),
		cmocka_unit_test(an_answer_leaves_with_the_next_step),
		cmocka_unit_test(frames_of_one_instant_arrive_in_their_order),
		cmocka_unit_test(a_host_that_runs_wild_stops_nobody),
		cmocka_unit_test(a_host_that_never_ends_is_cut_short),
		cmocka_unit_test(the_wires_record_follows_the_segments),
		cmocka_unit_test(a_record_shows_every_option),
		cmocka_unit_test(the_ring_bears_the_number_of_what_arrives),
		cmocka_unit_test(a_world_without_a_ring_works_as_well),
		cmocka_unit_test(the_picker_is_asked_for_every_frame),
		cmocka_unit_test(a_held_frame_arrives_when_it_is_released),
		cmocka_unit_test(copies_are_arrivals_of_the_same_frame),
		cmocka_unit_test(a_corrupted_bit_is_flipped_for_tap_and_host),
		cmocka_unit_test(the_tap_sees_what_is_lost_and_each_copy),
		cmocka_unit_test(
		    an_injected_packet_travels_as_if_its_sender_had_sent_it),
		cmocka_unit_test(nonsense_may_be_injected),
		cmocka_unit_test(
		    a_super_segment_is_cut_and_each_segment_has_its_own_fate),
		cmocka_unit_test(a_super_segment_may_pass_whole),
		cmocka_unit_test(a_packet_that_is_too_big_is_answered_by_icmp),
		cmocka_unit_test(the_icmp_may_come_from_a_router),
		cmocka_unit_test(every_segment_may_be_too_big),
		cmocka_unit_test(a_black_hole_says_nothing),
		cmocka_unit_test(
		    no_icmp_about_icmp_about_fragments_or_about_nonsense),
		cmocka_unit_test(
		    an_echo_that_is_too_big_is_answered_and_an_error_is_not),
		cmocka_unit_test(a_link_without_a_wire_loses_frames),
		cmocka_unit_test(full_memory_is_a_full_queue),
		cmocka_unit_test(no_number_of_copies_is_too_much),
		cmocka_unit_test(a_world_needs_its_memory_but_no_alignment),
		cmocka_unit_test(a_world_says_what_it_cannot_join),
		cmocka_unit_test(
		    the_same_seed_makes_the_same_world_and_another_another),
		cmocka_unit_test(
		    another_host_and_wire_do_not_shift_the_luck_of_the_first),
		cmocka_unit_test(every_host_has_random_bytes_of_its_own),
		cmocka_unit_test(a_clone_goes_on_like_its_original),
		cmocka_unit_test(
		    a_clone_leaves_taps_and_pickers_behind_and_needs_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
