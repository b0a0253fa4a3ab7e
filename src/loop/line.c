/* SPDX-License-Identifier: BSD-2-Clause
 *
 * line.c - between a device and a host.
 */
#include "loop/line.h"

#include <stdlib.h>

#define IMPAIRED_BYTES ((size_t)64 * 1024 * 1024) /* each way */
#define BACKLOG_BYTES ((size_t)512 * 1024) /* of a device that takes no more */
#define ETHERNET_BYTES 14u                 /* of its header */
#define RETRY_NS ESTAB_MS                  /* doubled while it takes nothing */
#define RETRY_MAX_NS (32 * ESTAB_MS)

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

/* Offer the device frames; note when it refuses.  One that takes less than the
 * host knew is full only as it stands: the rest will be cut anew. */
static int
offer(struct line *line, const struct estab_frame *frames, size_t n,
    estab_time now)
{
	int took;

	if (now < line->retry_at)
		return 0;
	took = line->device->send(line->device, frames, n);
	if (took > 0)
		line->retry_ns = RETRY_NS;
	if (took < 0 || (size_t)took == n || line->device->link.mtu < line->mtu)
		return took;
	line->retry_at = now + line->retry_ns;
	if (line->retry_ns < RETRY_MAX_NS)
		line->retry_ns *= 2;
	return took;
}

int
line_drain(struct line *line, estab_time now)
{
	struct pen_packet *packet;

	while (now >= line->retry_at &&
	    (packet = pen_first(&line->outbound, now)) != NULL) {
		const struct estab_frame frame = frame_of(line, packet);
		const int took = offer(line, &frame, 1, now);

		if (took <= 0)
			return took;
		free(pen_take(&line->outbound));
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
	const estab_time due = pen_next(&line->outbound);

	return due > line->retry_at ? due : line->retry_at;
}

/* ---- In ----------------------------------------------------------------- */

/* Read the device into the impairment. */
static int
receive_impaired(struct line *line, estab_time now)
{
	struct estab_frame frames[LINE_BATCH];
	const int n = line->device->receive(line->device, frames, LINE_BATCH);

	for (int i = 0; i < n; i++)
		impair_frame(&line->in, &frames[i], now, &line->inbound);
	return n;
}

int
line_receive(struct line *line, struct estab_frame *frames, bool readable,
    estab_time now)
{
	int n = 0;

	if (!line->impaired) {
		if (readable)
			n = line->device->receive(line->device, frames,
			    LINE_BATCH);
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
	return pen_next(&line->inbound);
}
