/* SPDX-License-Identifier: BSD-2-Clause
 *
 * impair.c - chance, from a seed, on the way between a device and a host.
 */
#include "loop/impair.h"

#include <estab/trace.h>

#define PACKET_MAX 65535

/* A frame flat in memory of ours, with one bit of it turned. */
static struct estab_frame
damaged(const struct estab_frame *frame, uint32_t bit, uint8_t *flat)
{
	const uint32_t bytes = estab_frame_gather(frame, flat);

	flat[bit / 8] ^= (uint8_t)(1u << bit % 8);
	return (struct estab_frame){
		.span[0] = { flat, bytes },
		.span_count = 1,
		.link = frame->link,
		.checksum = ESTAB_CHECKSUM_UNVERIFIED,
	};
}

/* Impairments out of range were refused where they were read. */
void
impair_begin(struct impair *impair, const struct estab_impairment *how,
    uint64_t seed)
{
	*impair = (struct impair){ .frames = 0 };
	(void)estab_direction_begin(&impair->direction, how, seed);
}

static void
count(struct impair *impair, const struct estab_passage *passage)
{
	impair->frames++;
	impair->lost += passage->arrival == ESTAB_NEVER;
	impair->duplicated += passage->copies;
	impair->reordered += (passage->fate & ESTAB_FATE_REORDERED) != 0;
	impair->corrupted += (passage->fate & ESTAB_FATE_CORRUPTED) != 0;
}

void
impair_frame(struct impair *impair, const struct estab_frame *frame,
    estab_time now, struct pen *pen)
{
	const uint32_t bytes = estab_frame_bytes(frame);
	struct estab_frame passed = *frame;
	struct estab_passage passage = { .arrival = ESTAB_NEVER };
	uint8_t flat[PACKET_MAX];

	if (bytes > 0 && bytes <= PACKET_MAX)
		estab_direction_pass(&impair->direction, now, bytes, &passage);
	count(impair, &passage);
	if (passage.arrival == ESTAB_NEVER)
		return;
	if ((passage.fate & ESTAB_FATE_CORRUPTED) != 0)
		passed = damaged(frame, passage.corrupt_bit, flat);
	(void)pen_put(pen, &passed, passage.arrival);
	for (uint32_t i = 0; i < passage.copies; i++)
		(void)pen_put(pen, &passed, passage.copy_arrival);
}
