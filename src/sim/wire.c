/* SPDX-License-Identifier: BSD-2-Clause
 *
 * wire.c - queue, rate, loss, corruption, duplication, reordering, delay.
 *
 * Every frame draws the same numbers, whatever the impairments and the picker
 * say.  So a wire with more loss loses what the same wire with less loses and
 * some more, and one frame picked by hand does not change the others' luck.
 */
#include "sim/wire.h"

#include "base/mem.h"
#include "sim/impairment.h"
#include "sim/random.h"

#define NEVER ESTAB_NEVER

/* What chance has drawn for a frame. */
struct draw {
	bool lost, duplicated, reordered, corrupted;
	uint64_t bit, jitter;
};

static estab_time
later(estab_time at, int64_t by_ns)
{
	if (by_ns <= 0)
		return at;
	return at < NEVER - 1 - by_ns ? at + by_ns : NEVER - 1;
}

static estab_time
latest(estab_time a, estab_time b)
{
	return a > b ? a : b;
}

/* The model of Gilbert (1960) and Elliott (1963): good and bad spells. */
static bool
lost_in_spell(struct estab_direction *wire, struct random *luck)
{
	const struct estab_impairment *i = &wire->impairment;
	const uint64_t turn = random_below(luck, 1000000);
	const bool lost = random_chance(luck, i->burst_loss_ppm);

	if (turn < (wire->bad_spell ? i->burst_leave_ppm : i->burst_enter_ppm))
		wire->bad_spell = !wire->bad_spell;
	return wire->bad_spell && lost;
}

static void
draw(struct estab_direction *wire, uint32_t bytes, struct draw *out)
{
	const struct estab_impairment *i = &wire->impairment;
	struct random luck;
	bool in_spell;

	memcpy(luck.s, wire->luck, sizeof luck.s);
	in_spell = lost_in_spell(wire, &luck);
	out->lost = random_chance(&luck, i->loss_ppm) || in_spell;
	out->duplicated = random_chance(&luck, i->duplicate_ppm);
	out->reordered = random_chance(&luck, i->reorder_ppm);
	out->corrupted = random_chance(&luck, i->corrupt_ppm);
	out->bit = random_below(&luck, (uint64_t)bytes * 8);
	out->jitter = random_below(&luck, (uint64_t)i->jitter_ns);
	memcpy(wire->luck, luck.s, sizeof luck.s);
}

/* How long bytes take at the rate, in whole nanoseconds, rest left over. */
static int64_t
send_time(const struct estab_direction *wire, uint32_t bytes, uint64_t *rest)
{
	const uint64_t rate = wire->impairment.rate_bits_per_s;
	const uint64_t work = (uint64_t)bytes * 8 * 1000000000 + *rest;

	if (rate == 0)
		return 0;
	*rest = work % rate;
	return (int64_t)(work / rate);
}

/* Whether what waits leaves no place for the frame.  A wire that is idle
 * takes any. */
static bool
queue_full(const struct estab_direction *wire, estab_time now, uint32_t bytes)
{
	const uint32_t queue_bytes = wire->impairment.queue_bytes;
	uint64_t rest = 0;

	if (queue_bytes == 0 || wire->busy_until <= now)
		return false;
	return bytes > queue_bytes ||
	    wire->busy_until - now >
	    send_time(wire, queue_bytes - bytes, &rest);
}

/* Send the frame when those before it are sent; when its last bit is. */
static estab_time
send(struct estab_direction *wire, estab_time now, uint32_t bytes)
{
	if (wire->busy_until <= now) {
		wire->busy_until = now;
		wire->busy_rest = 0;
	}
	wire->busy_until =
	    later(wire->busy_until, send_time(wire, bytes, &wire->busy_rest));
	return wire->busy_until;
}

/* How long reordering holds a frame back. */
static int64_t
reorder_time(const struct estab_direction *wire, uint32_t bytes)
{
	uint64_t rest = 0;
	const int64_t four = 4 * send_time(wire, bytes, &rest);

	if (wire->impairment.reorder_ns > 0)
		return wire->impairment.reorder_ns;
	return four > ESTAB_MS ? four : ESTAB_MS;
}

/* When a frame arrives whose last bit is sent at sent. */
static estab_time
travel(struct estab_direction *wire, estab_time sent, uint64_t jitter,
    int64_t behind_ns)
{
	const struct estab_impairment *i = &wire->impairment;
	const estab_time at =
	    latest(later(later(sent, i->delay_ns), (int64_t)jitter),
	        wire->last_arrival);

	/* Who is held back is overtaken; all others keep their order. */
	if (behind_ns <= 0)
		wire->last_arrival = at;
	return later(at, behind_ns);
}

void
wire_seed(struct estab_direction *wire, uint64_t seed, uint32_t number)
{
	struct random luck;

	random_seed(&luck, seed, RANDOM_DIRECTION, number);
	memcpy(wire->luck, luck.s, sizeof luck.s);
}

void
wire_pass(struct estab_direction *wire, estab_time now, uint32_t bytes,
    uint32_t packet_bytes, const struct estab_fate *picked,
    struct estab_passage *out)
{
	const struct estab_impairment *i = &wire->impairment;
	int64_t behind_ns = picked->delay_ns > 0 ? picked->delay_ns : 0;
	estab_time sent;
	struct draw luck;

	memset(out, 0, sizeof *out);
	out->arrival = out->copy_arrival = NEVER;
	draw(wire, bytes, &luck);
	if (picked->certain)
		luck.lost = luck.duplicated = luck.reordered = luck.corrupted =
		    false;

	if (i->mtu > 0 && packet_bytes > wire->header_bytes &&
	    packet_bytes - wire->header_bytes > i->mtu) {
		out->fate = ESTAB_FATE_TOO_BIG;
		return;
	}
	if (queue_full(wire, now, bytes)) {
		out->fate = ESTAB_FATE_QUEUE_FULL;
		return;
	}
	sent = send(wire, now, bytes);
	if (picked->lost || luck.lost) {
		out->fate = ESTAB_FATE_LOST;
		return;
	}

	out->copies = picked->duplicates;
	if (luck.duplicated && out->copies < UINT32_MAX)
		out->copies++;
	if (out->copies > 0)
		out->fate |= ESTAB_FATE_DUPLICATED;
	if (picked->corrupt || luck.corrupted) {
		out->fate |= ESTAB_FATE_CORRUPTED;
		out->corrupt_bit = picked->corrupt ?
		    picked->corrupt_bit % (bytes * 8) :
		    (uint32_t)luck.bit;
	}
	if (luck.reordered) {
		out->fate |= ESTAB_FATE_REORDERED;
		behind_ns = later(behind_ns, reorder_time(wire, bytes));
	}
	if (picked->held)
		out->fate |= ESTAB_FATE_HELD;
	if (!picked->held || out->copies > 0)
		out->copy_arrival = travel(wire, sent, luck.jitter, behind_ns);
	if (!picked->held)
		out->arrival = out->copy_arrival;
}

estab_time
wire_release(const struct estab_direction *wire, estab_time now)
{
	return later(now, wire->impairment.delay_ns);
}

void
wire_impair(struct estab_direction *wire,
    const struct estab_impairment *impairment)
{
	wire->impairment = *impairment;
	/* Another path: its frames may overtake those of the old one. */
	wire->last_arrival = 0;
}

int
estab_direction_begin(struct estab_direction *direction,
    const struct estab_impairment *impairment, uint64_t seed)
{
	if (!impairment_valid(impairment))
		return ESTAB_EINVAL;
	memset(direction, 0, sizeof *direction);
	wire_seed(direction, seed, 0);
	wire_impair(direction, impairment);
	return 0;
}

void
estab_direction_pass(struct estab_direction *direction, estab_time now,
    uint32_t bytes, struct estab_passage *passage)
{
	static const struct estab_fate nothing;

	wire_pass(direction, now, bytes, bytes, &nothing, passage);
}
