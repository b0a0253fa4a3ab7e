/* SPDX-License-Identifier: BSD-2-Clause
 *
 * enter.h - a packet enters a wire.
 */
#ifndef SIM_ENTER_H
#define SIM_ENTER_H

#include "sim/world.h"

/* A packet, and what is known of it besides its bytes.  The bytes are ours to
 * change. */
struct entry {
	uint8_t *packet;
	uint32_t bytes;
	uint32_t largest_bytes; /* of the packets it will be cut into */
	uint16_t segment_bytes; /* of a super-segment, else 0 */
	uint16_t segment_count;
	uint8_t direction; /* WORLD_NO_DIRECTION: the link has no wire */
	uint8_t from_host;
	uint8_t ip_at; /* bytes before the IP packet: on Ethernet, its header */
	bool forged;
};

void enter_packet(struct estab_world *world, const struct entry *entry);

/* A frame that a host puts out: whole, or cut into its segments. */
void enter_frame(struct estab_world *world, uint8_t host,
    const struct estab_frame *frame);

#endif
