/* SPDX-License-Identifier: BSD-2-Clause
 *
 * impair.c - chance, from a seed, on the way between a device and a host.
 */
#include "loop/impair.h"

#define MILLION 1000000
#define PACKET_MAX 65535

/* splitmix64: enough for dice, and every seed is a good one. */
static uint64_t
draw(struct impair *impair)
{
	uint64_t z = impair->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A number below limit (less than 2^32). */
static uint32_t
below(struct impair *impair, uint32_t limit)
{
	return (uint32_t)((draw(impair) >> 32) * limit >> 32);
}

static bool
chance(struct impair *impair, uint32_t ppm)
{
	return ppm > 0 && below(impair, MILLION) < ppm;
}

/* Gilbert-Elliott: the spell may change before each frame. */
static bool
lost_in_burst(struct impair *impair)
{
	const struct estab_impairment *const how = &impair->how;
	const uint32_t turn_ppm =
	    impair->bad_spell ? how->burst_leave_ppm : how->burst_enter_ppm;

	if (how->burst_enter_ppm == 0)
		return false;
	if (chance(impair, turn_ppm))
		impair->bad_spell = !impair->bad_spell;
	return impair->bad_spell && chance(impair, how->burst_loss_ppm);
}

static int64_t
time_on_wire(const struct estab_impairment *how, uint32_t bytes)
{
	if (how->rate_bits_per_s == 0)
		return 0;
	return (int64_t)((uint64_t)bytes * 8 * (uint64_t)ESTAB_SECOND /
	    how->rate_bits_per_s);
}

/* Whether what waits for the rate leaves no place.  A wire that is idle takes
 * any frame. */
static bool
queue_full(const struct impair *impair, uint32_t bytes, estab_time now)
{
	const struct estab_impairment *const how = &impair->how;

	if (how->queue_bytes == 0 || impair->idle_at <= now)
		return false;
	return bytes > how->queue_bytes ||
	    impair->idle_at - now > time_on_wire(how, how->queue_bytes - bytes);
}

static int64_t
reorder_time(const struct estab_impairment *how, uint32_t bytes)
{
	const int64_t four = 4 * time_on_wire(how, bytes);

	if (how->reorder_ns > 0)
		return how->reorder_ns;
	return four > ESTAB_MS ? four : ESTAB_MS;
}

/* When a frame arrives whose last bit is sent at sent.  Who is held back is
 * overtaken; all others keep their order. */
static estab_time
travel(struct impair *impair, uint32_t bytes, estab_time sent)
{
	const struct estab_impairment *const how = &impair->how;
	estab_time at = sent + how->delay_ns;

	if (how->jitter_ns > 0)
		at += (int64_t)(draw(impair) % (uint64_t)how->jitter_ns);
	if (at < impair->latest)
		at = impair->latest;
	if (chance(impair, how->reorder_ppm)) {
		impair->reordered++;
		return at + reorder_time(how, bytes);
	}
	impair->latest = at;
	return at;
}

/* A frame flat in memory of ours, with one bit of it turned. */
static struct estab_frame
damaged(struct impair *impair, const struct estab_frame *frame, uint8_t *flat)
{
	const uint32_t bytes = estab_frame_gather(frame, flat);
	const uint32_t bit = below(impair, 8 * bytes);

	flat[bit / 8] ^= (uint8_t)(1u << bit % 8);
	impair->corrupted++;
	return (struct estab_frame){
		.span[0] = { flat, bytes },
		.span_count = 1,
		.link = frame->link,
		.checksum = ESTAB_CHECKSUM_UNVERIFIED,
	};
}

void
impair_begin(struct impair *impair, const struct estab_impairment *how,
    uint64_t seed)
{
	*impair = (struct impair){ .how = *how, .random = seed };
}

void
impair_frame(struct impair *impair, const struct estab_frame *frame,
    estab_time now, struct pen *pen)
{
	const struct estab_impairment *const how = &impair->how;
	const uint32_t bytes = estab_frame_bytes(frame);
	uint8_t flat[PACKET_MAX];
	struct estab_frame passed = *frame;
	estab_time at;

	impair->frames++;
	if (bytes == 0 || bytes > PACKET_MAX ||
	    (how->mtu > 0 && bytes > how->mtu) ||
	    queue_full(impair, bytes, now)) {
		impair->lost++;
		return;
	}
	if (impair->idle_at < now)
		impair->idle_at = now;
	impair->idle_at += time_on_wire(how, bytes);
	if (lost_in_burst(impair) || chance(impair, how->loss_ppm)) {
		impair->lost++;
		return;
	}
	if (chance(impair, how->corrupt_ppm))
		passed = damaged(impair, frame, flat);
	at = travel(impair, bytes, impair->idle_at);
	(void)pen_put(pen, &passed, at);
	if (chance(impair, how->duplicate_ppm)) {
		impair->duplicated++;
		(void)pen_put(pen, &passed, at);
	}
}
