/* SPDX-License-Identifier: BSD-2-Clause
 *
 * forge.c - segments that no host sends: old duplicates, attackers, and the
 * wrong worlds that a lesson shows.
 */
#include "scenario/stage.h"

#include "wire/checksum.h"
#include "wire/segment.h"

#include <string.h>

#define FORGED_BYTES_MAX 1500
#define PORT_OF_NOBODY 1024
#define PORT_OF_LISTENER 80

/* The two endpoints: of the connection if it is known, else of the hosts. */
static void
endpoints(struct scenario_run *run, const struct script_segment *s, int wire,
    struct estab_endpoint *from, struct estab_endpoint *to)
{
	const struct stage_slot *source = stage_slot(run, &s->from);
	const struct stage_slot *sink = stage_slot(run, &s->to);

	stage_address(run, wire, s->from.host, s->from.nobody, &from->address);
	stage_address(run, wire, s->to.host, s->to.nobody, &to->address);
	from->port = PORT_OF_NOBODY;
	to->port = PORT_OF_LISTENER;
	if (s->from.nobody == 0 && source->known) {
		from->port = source->local.port;
		to->port = source->remote.port;
	} else if (s->from.nobody == 0 && s->to.nobody == 0 && sink->known) {
		from->port = sink->remote.port;
		to->port = sink->local.port;
	}
	if (s->from_port != 0)
		from->port = s->from_port;
	if (s->to_port != 0)
		to->port = s->to_port;
}

static void
options(const struct scenario_run *run, const struct script_segment *s,
    struct tcp_options *out)
{
	const uint32_t *ts = run->ts[s->from.host][s->to.host];

	for (uint8_t i = 0; i < s->options.count; i++) {
		const struct script_option *o = &s->options.option[i];
		const uint32_t first = o->value_count > 0 ? o->value[0] : 0;

		if (o->kind == 2) {
			out->has_mss = true;
			out->mss = (uint16_t)(first != 0 ? first : 1460);
		} else if (o->kind == 3) {
			out->has_wscale = true;
			out->wscale = (uint8_t)first;
		} else if (o->kind == 4) {
			out->sack_permitted = true;
		} else if (o->kind == 8) {
			/* Without values, as the connection would have sent
			 * them just now. */
			out->has_ts = true;
			out->tsval = o->value_count > 0 ? first : ts[0];
			out->tsecr = o->value_count > 1 ? o->value[1] : ts[1];
		}
	}
}

static bool
meaning(struct scenario_run *run, const struct script_segment *s,
    const struct estab_endpoint *from, const struct estab_endpoint *to,
    struct segment *out)
{
	memset(out, 0, sizeof *out);
	out->from_port = from->port;
	out->to_port = to->port;
	if (!match_number(run, &s->seq, &out->seq) ||
	    !match_number(run, &s->ack, &out->ack))
		return stage_fail(run, run->cursor,
		    "names that stand for numbers, seen one that does not yet");
	out->wnd = s->wnd_test == SCRIPT_TEST_NONE ? 65535 : s->wnd;
	out->up = (uint16_t)s->up;
	out->flags = s->flags;
	out->text_len = s->len;
	out->segment_count = 1;
	options(run, s, &out->options);
	return true;
}

/* Header, header, text, checksum. */
static uint32_t
build(const struct scenario_run *run, const struct script_segment *s,
    const struct estab_address *from, const struct estab_address *to,
    const struct segment *segment, uint8_t *packet)
{
	struct ip_packet ip = {
		.from = *from,
		.to = *to,
		.version = run->how.family,
		.protocol = IP_PROTOCOL_TCP,
		.ttl = 64,
		.dont_fragment = true,
	};
	const uint32_t ip_bytes = run->how.family == 4 ? 20 : 40;
	uint8_t *tcp = packet + ip_bytes;
	const uint32_t header = segment_build(tcp, segment);
	uint16_t sum;

	if (header == 0)
		return 0;
	if (s->text != NULL)
		memcpy(tcp + header, s->text, s->len);
	else
		memset(tcp + header, 'x', s->len);
	ip.payload_bytes = header + s->len;
	(void)ip_build(packet, &ip);
	sum =
	    checksum_finish(checksum_add(checksum_pseudo(from, to,
	                                     IP_PROTOCOL_TCP, ip.payload_bytes),
	        checksum_bytes(tcp, ip.payload_bytes), 0));
	memcpy(tcp + TCP_CHECKSUM_OFFSET, &sum, sizeof sum);
	return ip_bytes + ip.payload_bytes;
}

/* Put it on the wire and wait for it as for any other. */
static bool
inject(struct scenario_run *run, const struct script_step *step, int wire,
    int direction, const uint8_t *packet, uint32_t bytes)
{
	const struct script_segment *s = &step->u.segment;
	struct stage_pending pending = {
		.step = run->cursor,
		.to_host = s->to.host,
		.state_given = s->to_given,
		.verdict_given = s->verdict_given,
		.state = s->to_state,
		.verdict = s->verdict,
	};
	const estab_time now = estab_world_now(run->world);

	run->forging = step;
	if (estab_world_inject(run->world, wire, direction, packet, bytes) < 0)
		return stage_fail(run, run->cursor,
		    "room on the wire, seen none");
	run->forging = NULL;
	run->base = now;
	pending.frame = run->forged_frame;
	pending.arrival = now + run->wire[wire][direction].delay_ns;
	return stage_pend(run, &pending);
}

/* The whole packet; 0: the step has failed. */
static uint32_t
packet_of(struct scenario_run *run, const struct script_segment *s, int wire,
    uint8_t *packet)
{
	struct estab_endpoint from, to;
	struct segment segment;
	uint32_t bytes;

	if (s->icmp != SCRIPT_ICMP_NONE)
		return forge_icmp(run, s, wire, packet);
	endpoints(run, s, wire, &from, &to);
	if (!meaning(run, s, &from, &to, &segment))
		return 0;
	bytes = build(run, s, &from.address, &to.address, &segment, packet);
	if (bytes == 0)
		(void)stage_fail(run, run->cursor,
		    "options that fit a header, seen too many");
	return bytes;
}

bool
forge_segment(struct scenario_run *run, const struct script_step *step)
{
	const struct script_segment *s = &step->u.segment;
	uint8_t packet[FORGED_BYTES_MAX + IP_HEADER_MAX + TCP_HEADER_MAX];
	uint32_t bytes;
	int direction, wire;
	uint8_t a = s->from.host;

	/* Nobody's segments come in over the wire of A, or B's own. */
	if (s->from.nobody != 0)
		a = s->to.host == 0 ? 1 : 0;
	wire = stage_wire(run, a, s->to.host, &direction);
	if (wire < 0 || s->to.nobody != 0 || s->len > FORGED_BYTES_MAX)
		return stage_fail(run, run->cursor,
		    "a segment that a wire can carry, seen none");
	if (!stage_wait(run, &step->when) ||
	    (s->from.nobody == 0 && !stage_settle(run, a)))
		return false;
	bytes = packet_of(run, s, wire, packet);
	return bytes != 0 && inject(run, step, wire, direction, packet, bytes);
}
