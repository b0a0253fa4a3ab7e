/* SPDX-License-Identifier: BSD-2-Clause
 *
 * watch.c - a tap of the simulated world, a packet socket in the kernel's.
 */
#include "socket/watch.h"

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <unistd.h>

#define PACKETS 4096

static struct {
	struct seen seen[PACKETS];
	size_t count;
	int fd; /* a packet socket; closed by twin_teardown */
} watch;

static uint16_t
two(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void
note(const uint8_t *packet, size_t bytes, estab_time when)
{
	const bool v6 = bytes > 0 && packet[0] >> 4 == 6;
	const size_t ip = v6 ? 40 : 20;
	const uint8_t *tcp = packet + ip;
	struct seen *seen = &watch.seen[watch.count];

	if (bytes < ip + 20 || packet[v6 ? 6 : 9] != IPPROTO_TCP)
		return;
	assert_true(watch.count < PACKETS);
	watch.count++;
	*seen = (struct seen){ .when = when,
		.from = two(tcp),
		.to = two(tcp + 2),
		.hops = packet[v6 ? 7 : 8],
		.service = v6 ? (uint8_t)(two(packet) >> 4) : packet[1],
		.flags = tcp[13],
		.seq = (uint32_t)two(tcp + 4) << 16 | two(tcp + 6),
		.window = two(tcp + 14) };
	seen->text_bytes = (v6 ? two(packet + 4) : two(packet + 2) - 20u) -
	    (uint32_t)(tcp[12] >> 4) * 4;
}

static void
tap(void *context, int wire, int direction, uint32_t frame, estab_time now,
    estab_time arrival, uint8_t fate, const uint8_t *packet, uint32_t bytes)
{
	(void)context;
	(void)wire;
	(void)direction;
	(void)frame;
	(void)arrival;
	(void)fate;
	note(packet, bytes, now);
}

void
watch_begin(void)
{
	watch.count = 0;
	if (!twin->is_kernel) {
		estab_world_set_tap(twin_world(), tap, NULL);
		return;
	}
	watch.fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    htons(ETH_P_ALL));
	assert_true(watch.fd >= 0);
}

/* What the loopback device has carried: each packet out and in again. */
static void
take(void)
{
	uint8_t packet[128];
	struct sockaddr_ll from = { .sll_pkttype = 0 };
	socklen_t length = sizeof from;
	ssize_t n;

	while (twin->is_kernel &&
	    (n = recvfrom(watch.fd, packet, sizeof packet, 0,
	         (struct sockaddr *)&from, &length)) > 0) {
		if (from.sll_pkttype == PACKET_OUTGOING)
			note(packet, (size_t)n, 0);
		length = sizeof from;
	}
}

static size_t
copy(uint16_t from, uint16_t to, struct seen *seen, size_t max)
{
	size_t n = 0;

	take();
	for (size_t i = 0; i < watch.count && n < max; i++)
		if ((from == 0 || watch.seen[i].from == from) &&
		    (to == 0 || watch.seen[i].to == to))
			seen[n++] = watch.seen[i];
	return n;
}

size_t
watch_to(uint16_t port, struct seen *seen, size_t max)
{
	return copy(0, port, seen, max);
}

size_t
watch_from(uint16_t port, struct seen *seen, size_t max)
{
	return copy(port, 0, seen, max);
}
