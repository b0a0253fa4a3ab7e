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

/* Whether anything stands behind an Ethernet header, and is no ARP. */
static bool
has_ip(const struct entry *entry)
{
	struct ethernet_header header;

	if (entry->ip_at == 0)
		return true;
	if (entry->bytes <= entry->ip_at)
		return false;
	ethernet_parse(entry->packet, &header);
	return header.type == ETHERNET_V4 || header.type == ETHERNET_V6;
}

void
record_wire(const struct estab_world *world, const struct entry *entry,
    uint32_t frame, const struct estab_passage *passage)
{
	struct estab_record *record =
	    trace_append(world->trace, ESTAB_RECORD_WIRE, world->now);
	const uint8_t *const ip = entry->packet + entry->ip_at;
	const uint32_t bytes = entry->bytes - entry->ip_at;
	struct packet_view view;
	struct segment segment;

	record->host = entry->from_host;
	record->frame = frame;
	record->fate = passage->fate;
	record->arrival = passage->arrival;
	record->segment_count =
	    entry->segment_count > 0 ? entry->segment_count : 1;

	if (!has_ip(entry))
		return;
	packet_view(ip, bytes, &view);
	record->local.address = view.ip.from;
	record->remote.address = view.ip.to;
	if (!view.has_tcp)
		return;
	show_tcp(record, &view);
	if (segment_parse(ip + view.ip.header_bytes,
	        bytes - view.ip.header_bytes, view.ip.payload_bytes,
	        &segment) == WIRE_GOOD)
		show_options(record, &segment.options);
}
