/* SPDX-License-Identifier: BSD-2-Clause
 *
 * line.c - between a device and a host.
 */
#include "loop/line.h"

#include <errno.h>
#include <stdlib.h>

#define IMPAIRED_BYTES ((size_t)64 * 1024 * 1024) /* each way */
#define BACKLOG_BYTES ((size_t)512 * 1024) /* of a device that takes no more */
#define ETHERNET_BYTES 14u                 /* of its header */
#define RETRY_NS ESTAB_MS                  /* doubled while it takes nothing */
#define RETRY_MAX_NS (32 * ESTAB_MS)
#define DOWN_NS (100 * ESTAB_MS) /* until one that was down is asked again */

void
line_begin(struct line *line, struct estab_device *device, int link,
    const struct estab_impairment *impairment, uint64_t seed)
{
	*line = (struct line){
		.device = device,
		.link = link,
		.mtu = device->link.mtu,
		.impaired = impairment != NULL,
		.inbound.bytes_max = IMPAIRED_BYTES,
		.outbound.bytes_max =
		    impairment != NULL ? IMPAIRED_BYTES : BACKLOG_BYTES,
		.retry_at = INT64_MIN,
		.retry_ns = RETRY_NS,
		.deaf_until = ESTAB_NEVER,
	};
	if (impairment != NULL) {
		impair_begin(&line->in, impairment, 2 * seed);
		impair_begin(&line->out, impairment, 2 * seed + 1);
		if (device->link.ethernet)
			line->in.direction.header_bytes =
			    line->out.direction.header_bytes = ETHERNET_BYTES;
	}
}

static void
free_given(struct line *line)
{
	for (size_t i = 0; i < line->given_count; i++)
		free(line->given[i]);
	line->given_count = 0;
}

void
line_end(struct line *line)
{
	free_given(line);
	pen_empty(&line->inbound);
	pen_empty(&line->outbound);
}

/* ---- Out ---------------------------------------------------------------- */

static struct estab_frame
frame_of(const struct line *line, struct pen_packet *packet)
{
	return (struct estab_frame){
		.span[0] = { packet->data, packet->bytes },
		.span_count = 1,
		.link = (uint8_t)line->link,
		.checksum = ESTAB_CHECKSUM_UNVERIFIED,
	};
}

/* A device that is down takes and gives nothing, which is no more than if the
 * wire were cut: connections wait, as long as their timers let them. */
static int
note_down(struct line *line, estab_time now)
{
	line->down = true;
	line->retry_at = now + DOWN_NS;
	return 0;
}

/* Offer the device frames, or none to ask whether it is up; note when it
 * refuses.  One that takes less than the host knew is full only as it stands:
 * the rest will be cut anew. */
static int
offer(struct line *line, const struct estab_frame *frames, size_t n,
    estab_time now)
{
	int took;

	if (now < line->retry_at)
		return 0;
	took = line->device->send(line->device, frames, n);
	if (took == -ENETDOWN)
		return note_down(line, now);
	line->down = false;
	if (took > 0)
		line->retry_ns = RETRY_NS;
	if (took < 0 || (size_t)took == n || line->device->link.mtu < line->mtu)
		return took;
	line->retry_at = now + line->retry_ns;
	if (line->retry_ns < RETRY_MAX_NS)
		line->retry_ns *= 2;
	return took;
}

bool
line_too_long(const struct line *line, estab_time now,
    struct estab_frame *frame)
{
	const struct estab_link *const link = &line->device->link;
	struct pen_packet *const packet = pen_first(&line->outbound, now);

	if (packet == NULL ||
	    packet->bytes <= link->mtu + (link->ethernet ? ETHERNET_BYTES : 0))
		return false;
	*frame = frame_of(line, packet);
	return true;
}

void
line_drop(struct line *line)
{
	free(pen_take(&line->outbound));
}

int
line_drain(struct line *line, estab_time now)
{
	struct pen_packet *packet;
	struct estab_frame frame;

	if (line->down && pen_first(&line->outbound, now) == NULL)
		return offer(line, NULL, 0, now);
	while (now >= line->retry_at && !line_too_long(line, now, &frame) &&
	    (packet = pen_first(&line->outbound, now)) != NULL) {
		frame = frame_of(line, packet);
		const int took = offer(line, &frame, 1, now);

		if (took <= 0)
			return took;
		line_drop(line);
	}
	return 0;
}

int
line_send(struct line *line, const struct estab_frame *frames, size_t n,
    size_t *kept, estab_time now)
{
	size_t i = 0;

	*kept = n;
	if (line->impaired) {
		for (; i < n; i++)
			impair_frame(&line->out, &frames[i], now,
			    &line->outbound);
		return line_drain(line, now);
	}
	if (line->outbound.count == 0) {
		const int took = offer(line, frames, n, now);

		if (took < 0)
			return took;
		i = (size_t)took;
	}
	if (line->device->link.mtu < line->mtu) {
		*kept = i;
		return 0;
	}
	while (i < n && pen_put(&line->outbound, &frames[i], now))
		i++;
	*kept = i;
	return 0;
}

estab_time
line_drain_at(const struct line *line)
{
	const estab_time due =
	    line->down ? line->retry_at : pen_next(&line->outbound);

	return due > line->retry_at ? due : line->retry_at;
}

/* ---- In ----------------------------------------------------------------- */

/* Read the device.  What passes is no error. */
static int
read_device(struct line *line, struct estab_frame *frames, estab_time now)
{
	const int n = line->device->receive(line->device, frames, LINE_BATCH);

	switch (n) {
	case -ENETDOWN:
		return note_down(line, now);
	case -ENOBUFS:
	case -ENOMEM:
		line->deaf_until = now + RETRY_NS;
		return 0;
	default:
		return n;
	}
}

/* Read the device into the impairment. */
static int
receive_impaired(struct line *line, estab_time now)
{
	struct estab_frame frames[LINE_BATCH];
	const int n = read_device(line, frames, now);

	for (int i = 0; i < n; i++)
		impair_frame(&line->in, &frames[i], now, &line->inbound);
	return n;
}

int
line_receive(struct line *line, struct estab_frame *frames, bool readable,
    estab_time now)
{
	int n = 0;

	if (line->deaf_until <= now)
		line->deaf_until = ESTAB_NEVER;
	if (!line->impaired) {
		if (readable)
			n = read_device(line, frames, now);
		for (int i = 0; i < n; i++)
			frames[i].link = (uint8_t)line->link;
		return n;
	}
	free_given(line);
	if (readable)
		n = receive_impaired(line, now);
	if (n < 0)
		return n;
	for (n = 0; n < LINE_BATCH && pen_first(&line->inbound, now); n++) {
		line->given[n] = pen_take(&line->inbound);
		frames[n] = frame_of(line, line->given[n]);
	}
	line->given_count = (size_t)n;
	return n;
}

estab_time
line_receive_at(const struct line *line)
{
	const estab_time due = pen_next(&line->inbound);

	return due < line->deaf_until ? due : line->deaf_until;
}
