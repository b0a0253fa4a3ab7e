/* SPDX-License-Identifier: BSD-2-Clause
 *
 * watch.h - what the packets of a test look like, the kernel's and estab's.
 */
#ifndef TESTS_SOCKET_WATCH_H
#define TESTS_SOCKET_WATCH_H

#include "socket/twin.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

struct seen {
	estab_time when; /* 0 with the kernel */
	uint16_t from, to;
	uint8_t hops, service; /* TTL and TOS, or what IPv6 calls them */
	uint8_t flags;
	uint32_t seq;
	uint32_t window; /* as it stands there: not scaled */
	uint32_t text_bytes;
};

/* Watch from now on; what was seen before is forgotten. */
void watch_begin(void);
/* The packets that went to a port, in their order.  Returns how many. */
size_t watch_to(uint16_t port, struct seen *seen, size_t max);
/* Those from a port. */
size_t watch_from(uint16_t port, struct seen *seen, size_t max);

#endif
