/* SPDX-License-Identifier: BSD-2-Clause
 *
 * port.c - a device between two queues.
 */
#include "flood/port.h"

#include "ring.h"

#define AHEAD 16u         /* frames whose first line is fetched before */
#define DESTINATION_AT 16 /* in an IPv4 header */

static int
receive(struct estab_device *device, struct estab_frame *frames, size_t max)
{
	struct port *const port = device->state;
	const struct queue_slot *slot;
	int n = 0;

	queue_release(port->in);
	while ((size_t)n < max && (slot = queue_next(port->in)) != NULL) {
		struct estab_frame *const frame = &frames[n++];

		queue_prefetch(port->in, AHEAD);
		frame->span[0].data = (uint8_t *)(uintptr_t)slot->data;
		frame->span[0].length = slot->bytes;
		frame->span_count = 1;
		frame->checksum = ESTAB_CHECKSUM_UNVERIFIED;
		frame->segment_bytes = frame->segment_count = 0;
	}
	if (n == 0)
		queue_sleep(port->in);
	return n;
}

static bool
is_for_somebody(const struct estab_frame *frame)
{
	return frame->span[0].data[DESTINATION_AT] == PORT_HONEST_NETWORK;
}

/* A full queue is a loss like any other. */
static int
transmit(struct estab_device *device, const struct estab_frame *frames,
    size_t n)
{
	struct port *const port = device->state;
	uint64_t nobody = 0;

	for (size_t i = 0; i < n; i++) {
		struct queue_slot *slot;

		if (!is_for_somebody(&frames[i])) {
			(void)estab_frame_gather_with(&frames[i], port->nowhere,
			    port->copy_sum);
			nobody++;
		} else if ((slot = queue_place(port->out)) != NULL) {
			slot->bytes = estab_frame_gather_with(&frames[i],
			    slot->data, port->copy_sum);
			queue_fill(port->out);
		}
	}
	queue_publish(port->out);
	atomic_store_explicit(&port->answered,
	    atomic_load_explicit(&port->answered, memory_order_relaxed) + nobody,
	    memory_order_relaxed);
	return (int)n;
}

static void
shut(struct estab_device *device)
{
	device->fd = -1;
}

void
port_open(struct port *port, struct queue *in, struct queue *out)
{
	*port = (struct port){
		.device = {
			.link = { .mtu = BENCH_MTU },
			.fd = in->fd,
			.receive = receive,
			.send = transmit,
			.close = shut,
			.state = port,
		},
		.in = in,
		.out = out,
		.copy_sum = estab_copy_sum_best(),
	};
}
