/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stage.c - the world's own code around dummies.
 */
#include "sim/dummies/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/trace.h"
#include "sim/making.h"
#include "wire/checksum.h"

#define estab_input dummy_input
#define estab_output dummy_output
#define estab_deadline dummy_deadline
#define estab_link_get dummy_link_get
int dummy_input(struct estab_host *host, const struct estab_frame *frames,
    size_t n, estab_time now);
int dummy_output(struct estab_host *host, struct estab_frame *frames,
    size_t max, estab_time now);
estab_time dummy_deadline(const struct estab_host *host);
int dummy_link_get(const struct estab_host *host, int link,
    struct estab_link *got);

#include "sim/world.c"
#include "sim/step.c"

#include "sim/making.c" /* a helper of the folder above */

/* They are plain. */
int
dummy_link_get(const struct estab_host *host, int link, struct estab_link *got)
{
	(void)host;
	(void)link;
	memset(got, 0, sizeof *got);
	return 0;
}

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
struct estab_host *
new_dummy(struct estab_trace *trace)
{
	struct estab_host *host = calloc(1, sizeof *host);

	assert_non_null(host);
	host->timer = ESTAB_NEVER;
	host->trace = trace;
	return host;
}

struct stage *
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

void
free_stage(struct stage *s)
{
	free(s->host[0]);
	free(s->host[1]);
	free(s->trace.record);
	free(s->memory);
	free(s);
}

void
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

const uint8_t *
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

void
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

struct estab_world_counts
counts(const struct stage *s)
{
	struct estab_world_counts c;

	estab_world_counts(s->world, &c);
	return c;
}
void
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

void
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
