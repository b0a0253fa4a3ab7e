/* SPDX-License-Identifier: BSD-2-Clause
 *
 * port.h - the server's device: frames come out of one queue and go into
 * another.
 *
 * Like any device it copies a frame that it sends, and completes its checksum
 * in the same pass.  Most are answers to addresses at which nobody lives;
 * those are copied too, counted, and thrown away on the wire.
 */
#ifndef FLOOD_PORT_H
#define FLOOD_PORT_H

#include <estab/link.h>

#include "flood/queue.h"

#define PORT_HONEST_NETWORK 10 /* 10.0.0.0/8: somebody lives there */

struct port {
	struct estab_device device;
	struct queue *in, *out;
	estab_copy_sum copy_sum;
	uint8_t nowhere[QUEUE_FRAME_BYTES];
	_Atomic uint64_t answered; /* frames that went to nobody */
};

/* in must be one that wakes. */
void port_open(struct port *port, struct queue *in, struct queue *out);

#endif
