/* SPDX-License-Identifier: BSD-2-Clause
 *
 * battery.c - bad packets arrive, and nothing happens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrives/place.h"
#include "battery.h"
#include "host/host.h"

#define COUNTERS_BYTES (sizeof(uint64_t) * ESTAB_COUNTER_COUNT)

/* A host as it was. */
struct before {
	uint8_t *memory;
	size_t bytes;
	uint64_t counter[ESTAB_COUNTER_COUNT];
	struct estab_memory census;
	struct estab_status status;
	uint32_t recent;
};

bool
battery_next(struct mould *m, uint32_t *at)
{
	static const struct mould_setting active = { .name = "active" },
	                                  passive = { .name = "passive",
		                                  .passive = true };
	const uint32_t n = (*at)++;
	const enum estab_state state = (enum estab_state)(n / 8);
	const struct place_origin *o = &place_origins[n % 8];

	if (n >= 8u * ESTAB_STATE_COUNT)
		return false;
	mould_make(m,
	    state == ESTAB_LISTEN || state == ESTAB_SYN_RECEIVED ? &passive :
	                                                           &active,
	    state, o->family, o->base, o->irs);
	if (m->bench->fault)
		fail_msg("%s is not reached: %s", estab_state_name(state),
		    m->bench->fault);
	return true;
}

struct segment
battery_good(const struct mould *m)
{
	const struct oracle_connection *c = &m->known;
	uint8_t flags = ESTAB_ACK;
	uint32_t text = BATTERY_TEXT;

	if (c->state == ESTAB_CLOSED || c->state == ESTAB_LISTEN)
		flags = ESTAB_SYN;
	if (c->state == ESTAB_SYN_SENT)
		flags = ESTAB_SYN | ESTAB_ACK;
	if (flags & ESTAB_SYN)
		text = 0;
	return bench_segment(m->bench, flags,
	    c->state == ESTAB_SYN_SENT ? c->irs : c->rcv_nxt, c->snd_nxt, text);
}

int
battery_arrives(struct bench *b, const uint8_t *packet, uint32_t bytes,
    uint32_t *largest)
{
	/* Of just its size, so that reading beyond it is seen. */
	uint8_t *exact = malloc(bytes ? bytes : 1);
	struct estab_frame frame = { .span_count = 1 };
	struct estab_frame out[BENCH_SENT_MAX];
	int n;

	assert_non_null(exact);
	memcpy(exact, packet, bytes);
	frame.span[0].data = exact;
	frame.span[0].length = bytes;
	assert_int_equal(estab_input(b->host, &frame, 1, b->now), 1);
	free(exact);
	n = estab_output(b->host, out, BENCH_SENT_MAX, b->now);
	*largest = 0;
	for (int i = 0; i < n; i++)
		if (estab_frame_bytes(&out[i]) > *largest)
			*largest = estab_frame_bytes(&out[i]);
	return n;
}

/* ---- What must not change -------------------------------------------------- */

static void
remember(struct before *before, const struct bench *b)
{
	const struct estab_host *host = b->host;

	before->bytes = estab_host_used(host);
	before->recent = host->tcp.table.recent;
	before->memory = malloc(before->bytes);
	assert_non_null(before->memory);
	memcpy(before->memory, b->arena, before->bytes);
	memcpy(before->counter, host->tcp.counter, COUNTERS_BYTES);
	estab_memory(host, &before->census);
	before->status = bench_status(b);
}

/* All but counters, and but what was looked for last: a hint that only makes
 * the next look-up shorter. */
static bool
is_unchanged(const struct before *before, struct bench *b)
{
	const uint8_t *now = b->arena;
	const size_t first = offsetof(struct estab_host, tcp.counter);
	const size_t end = first + COUNTERS_BYTES;

	b->host->tcp.table.recent = before->recent;
	return estab_host_used(b->host) == before->bytes &&
	    memcmp(now, before->memory, first) == 0 &&
	    memcmp(now + end, before->memory + end, before->bytes - end) == 0;
}

/* What the host says of itself. */
static bool
says_the_same(const struct before *before, const struct bench *b)
{
	const struct estab_status status = bench_status(b);
	struct estab_memory census;

	estab_memory(b->host, &census);
	return census.record_bytes == before->census.record_bytes &&
	    census.buffer_bytes == before->census.buffer_bytes &&
	    status.state == before->status.state &&
	    status.snd_una == before->status.snd_una &&
	    status.snd_nxt == before->status.snd_nxt &&
	    status.snd_wnd == before->status.snd_wnd &&
	    status.rcv_nxt == before->status.rcv_nxt &&
	    status.rcv_wnd == before->status.rcv_wnd &&
	    status.segments_in == before->status.segments_in &&
	    status.ack_at == before->status.ack_at &&
	    status.receive_queued_bytes ==
	    before->status.receive_queued_bytes &&
	    status.error == before->status.error;
}

/* NULL, or what was done about a packet that had to be dropped. */
static const char *
one(struct bench *b, struct before *before, const struct battery_input *input)
{
	const uint64_t *counter = b->host->tcp.counter;
	const uint64_t counted = counter[input->counter];
	uint32_t largest;

	if (battery_arrives(b, input->packet, input->bytes, &largest) != 0)
		return "something left";
	if (counter[input->counter] != counted + 1)
		return "its counter did not go up by one";
	if (!says_the_same(before, b))
		return "the connection changed";
	return input->copied || is_unchanged(before, b) ?
	    NULL :
	    "the memory is not as it was";
}

static uint32_t
every_variant(struct bench *b, const struct mould *m, battery_make make,
    uint32_t first, uint32_t stride)
{
	struct before before;
	uint32_t cases = 0;

	remember(&before, b);
	for (uint32_t n = first;; n += stride) {
		const struct segment good = battery_good(m);
		struct battery_input input = { 0 };
		const char *wrong;

		battery_build(m, &good, &input);
		if (!make(m, n, &input))
			break;
		if (input.bytes == 0)
			continue;
		cases++;
		wrong = one(b, &before, &input);
		if (wrong)
			fail_msg("%s, IPv%d, ISS %u, variant %u: %s (%s)",
			    estab_state_name(m->known.state), b->family,
			    m->known.iss, n, wrong,
			    estab_counter_name(input.counter));
	}
	free(before.memory);
	return cases;
}

uint32_t
battery_dropped(battery_make make, uint32_t stride)
{
	struct mould m;
	uint32_t cases = 0;
	const char *wrong;

	for (uint32_t at = 0; battery_next(&m, &at); mould_break(&m)) {
		const bool whole = m.known.state == ESTAB_ESTABLISHED;
		struct bench *b = bench_new_cast(m.bench);

		cases += every_variant(b, &m, make, whole ? 0 : at % stride,
		    whole ? 1 : stride);
		wrong = battery_goes_on(b, &m);
		if (wrong)
			fail_msg("%s, IPv%d, ISS %u, afterwards: %s",
			    estab_state_name(m.known.state), b->family,
			    m.known.iss, wrong);
		bench_free(b);
	}
	return cases;
}
