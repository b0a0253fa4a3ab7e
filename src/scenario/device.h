/* SPDX-License-Identifier: BSD-2-Clause
 *
 * device.h - where packets wait for a server that reads them in turns, as a
 * network card has descriptors: what finds all of them taken is lost.
 */
#ifndef SCENARIO_DEVICE_H
#define SCENARIO_DEVICE_H

#include <estab/estab.h>

#define DEVICE_FRAMES 4096u
#define DEVICE_BYTES 160u /* of a packet, those of handshakes */

struct device {
	uint32_t first, count; /* of those that wait, in the order they came */
	struct device_slot {
		estab_time arrival;
		uint32_t bytes;
		uint8_t packet[DEVICE_BYTES];
	} slot[DEVICE_FRAMES];
	struct estab_frame frame[DEVICE_FRAMES]; /* of the last device_read() */
};

/* A packet will arrive.  False: it is lost. */
bool device_put(struct device *device, estab_time arrival,
    const uint8_t *packet, uint32_t bytes);
/* How many have arrived by now; they stand in frame until device_drop() takes
 * as many away. */
uint32_t device_read(struct device *device, estab_time now);
void device_drop(struct device *device, uint32_t count);

#endif
