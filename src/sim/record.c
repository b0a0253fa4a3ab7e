/* SPDX-License-Identifier: BSD-2-Clause
 *
 * record.c - a packet on a wire, whatever is in it, as a trace record.
 */
#include "sim/record.h"

#include "base/trace.h"
#include "wire/packet.h"

/* The options that mean something; the header made sense already. */
static void
show_options(struct estab_record *record, const struct tcp_options *options)
{
	if (options->has_mss) {
		record->options |= ESTAB_HAS_MSS;
		record->mss = options->mss;
	}
	if (options->has_wscale) {
		record->options |= ESTAB_HAS_WSCALE;
		record->wscale = options->wscale;
	}
	if (options->has_ts) {
		record->options |= ESTAB_HAS_TS;
		record->tsval = options->tsval;
		record->tsecr = options->tsecr;
	}
	if (options->sack_permitted)
		record->options |= ESTAB_HAS_SACK_OK;
	if (options->sack_count > 0)
		record->options |= ESTAB_HAS_SACK;
	if (options->unknown_count > 0 || options->bad)
		record->options |= ESTAB_HAS_OTHER;
}

static void
show_tcp(struct estab_record *record, const struct packet_view *view)
{
	record->local.port = view->from_port;
	record->remote.port = view->to_port;
	record->flags = view->flags;
	record->seq = view->seq;
	record->ack = view->ack;
	record->wnd = view->wnd;
	record->up = view->up;
	record->text_bytes = view->text_bytes;
}

void
record_wire(const struct estab_world *world, const struct entry *entry,
    uint32_t frame, const struct estab_passage *passage)
{
	struct estab_record *record =
	    trace_append(world->trace, ESTAB_RECORD_WIRE, world->now);
	struct packet_view view;
	struct segment segment;

	record->host = entry->from_host;
	record->frame = frame;
	record->fate = passage->fate;
	record->arrival = passage->arrival;
	record->segment_count =
	    entry->segment_count > 0 ? entry->segment_count : 1;

	packet_view(entry->packet, entry->bytes, &view);
	record->local.address = view.ip.from;
	record->remote.address = view.ip.to;
	if (!view.has_tcp)
		return;
	show_tcp(record, &view);
	if (segment_parse(entry->packet + view.ip.header_bytes,
	        entry->bytes - view.ip.header_bytes, view.ip.payload_bytes,
	        &segment) == WIRE_GOOD)
		show_options(record, &segment.options);
}
