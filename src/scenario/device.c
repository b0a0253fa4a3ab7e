/* SPDX-License-Identifier: BSD-2-Clause
 *
 * device.c - where packets wait for a server that reads them in turns.
 */
#include "scenario/device.h"

#include <string.h>

bool
device_put(struct device *device, estab_time arrival, const uint8_t *packet,
    uint32_t bytes)
{
	struct device_slot *slot =
	    &device->slot[(device->first + device->count) % DEVICE_FRAMES];

	if (device->count == DEVICE_FRAMES || bytes > DEVICE_BYTES)
		return false;
	device->count++;
	slot->arrival = arrival;
	slot->bytes = bytes;
	memcpy(slot->packet, packet, bytes);
	return true;
}

uint32_t
device_read(struct device *device, estab_time now)
{
	struct estab_frame *frame = device->frame;
	uint32_t n = 0;

	for (; n < device->count; n++) {
		struct device_slot *slot =
		    &device->slot[(device->first + n) % DEVICE_FRAMES];

		if (slot->arrival > now)
			break;
		memset(&frame[n], 0, sizeof frame[n]);
		frame[n].span[0].data = slot->packet;
		frame[n].span[0].length = slot->bytes;
		frame[n].span_count = 1;
	}
	return n;
}

void
device_drop(struct device *device, uint32_t count)
{
	device->first = (device->first + count) % DEVICE_FRAMES;
	device->count -= count;
}
