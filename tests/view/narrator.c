/* SPDX-License-Identifier: BSD-2-Clause
 *
 * narrator.c - records, as the core and a simulated world write them.
 */
#include "narrator.h"

#include <string.h>

const struct view_host story_hosts[2] = {
	{ .id = A, .name = "A", .where = "10.0.0.1" },
	{ .id = B, .name = "B", .where = "10.0.0.2" },
};

struct narrator
narrate_begin(struct story *story)
{
	memset(&story->trace, 0, sizeof story->trace);
	story->trace.record = story->record;
	story->trace.capacity = STORY_RECORDS;
	return (struct narrator){
		.story = story,
		.port = 49152,
		.wires = true,
	};
}

static struct estab_endpoint
endpoint(uint8_t host, const struct narrator *n)
{
	struct estab_endpoint end = {
		.address.byte = { [10] = 0xff, 0xff, 10, 0, 0, host },
		.port = host == A ? n->port : 80,
	};

	return end;
}

struct estab_record *
narrate_record(struct narrator *n, enum estab_record_type type, uint8_t host)
{
	struct estab_trace *trace = &n->story->trace;
	struct estab_record *r = &trace->record[trace->written++];

	memset(r, 0, sizeof *r);
	r->type = (uint8_t)type;
	r->time = n->now;
	r->host = host;
	r->conn = 7;
	r->local = endpoint(host, n);
	r->remote = endpoint(host == A ? B : A, n);
	r->before = r->after = n->state[host];
	r->memory_bytes = n->memory[host];
	r->segment_count = 1;
	return r;
}

void
narrate_state(struct narrator *n, uint8_t host, enum estab_state after,
    enum estab_reason reason, uint32_t memory)
{
	const uint8_t before = n->state[host];
	struct estab_record *r;

	n->state[host] = (uint8_t)after;
	n->memory[host] = memory;
	r = narrate_record(n, ESTAB_RECORD_STATE, host);
	r->before = before;
	r->reason = (uint16_t)reason;
}

void
narrate_note(struct narrator *n, enum estab_record_type type, uint8_t host,
    enum estab_reason reason)
{
	narrate_record(n, type, host)->reason = (uint16_t)reason;
}

static void
put_segment(struct estab_record *r, const struct seg *seg)
{
	r->flags = seg->flags;
	r->seq = seg->seq;
	r->ack = (seg->flags & ESTAB_ACK) != 0 ? seg->ack : 0;
	r->text_bytes = seg->text;
	r->wnd = 65535;
	if ((seg->flags & ESTAB_SYN) != 0) {
		r->options = ESTAB_HAS_MSS | ESTAB_HAS_WSCALE | ESTAB_HAS_TS |
		    ESTAB_HAS_SACK_OK;
		r->mss = 1460;
		r->wscale = 7;
	}
}

uint32_t
narrate_fated(struct narrator *n, uint8_t host, enum estab_reason reason,
    struct seg seg, uint8_t fate)
{
	const uint8_t gone = ESTAB_FATE_LOST | ESTAB_FATE_QUEUE_FULL |
	    ESTAB_FATE_TOO_BIG | ESTAB_FATE_HELD;
	struct estab_record *r;

	if ((fate & ESTAB_FATE_FORGED) == 0) {
		r = narrate_record(n, ESTAB_RECORD_OUT, host);
		r->reason = (uint16_t)reason;
		put_segment(r, &seg);
	}
	if (!n->wires)
		return 0;
	r = narrate_record(n, ESTAB_RECORD_WIRE, host);
	put_segment(r, &seg);
	r->fate = fate;
	r->frame = ++n->frame;
	r->arrival = (fate & gone) != 0 ? ESTAB_NEVER : n->now + DELAY;
	return r->frame;
}

uint32_t
narrate_leaves(struct narrator *n, uint8_t host, enum estab_reason reason,
    struct seg seg)
{
	return narrate_fated(n, host, reason, seg, 0);
}

void
narrate_arrives(struct narrator *n, uint8_t host, enum estab_reason reason,
    struct seg seg, uint32_t frame)
{
	struct estab_record *r = narrate_record(n, ESTAB_RECORD_IN, host);

	r->reason = (uint16_t)reason;
	r->frame = frame;
	put_segment(r, &seg);
}

void
narrate_wait(struct narrator *n, int64_t ns)
{
	n->now += ns;
}

const struct seg narrate_syn = { ESTAB_SYN, SEQ_X, 0, 0 };
const struct seg narrate_syn_ack = { ESTAB_SYN | ESTAB_ACK, SEQ_Y, SEQ_X + 1,
	0 };
const struct seg narrate_third = { ESTAB_ACK, SEQ_X + 1, SEQ_Y + 1, 0 };

void
narrate_listen(struct narrator *n)
{
	narrate_state(n, B, ESTAB_LISTEN, ESTAB_REASON_CALL_LISTEN,
	    LISTENER_BYTES);
	n->story->record[n->story->trace.written - 1].remote =
	    (struct estab_endpoint){ 0 };
	narrate_note(n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_LISTEN);
	n->story->record[n->story->trace.written - 1].remote =
	    (struct estab_endpoint){ 0 };
	n->memory[B] = 0;
}

void
narrate_connect(struct narrator *n)
{
	narrate_state(n, A, ESTAB_SYN_SENT, ESTAB_REASON_CALL_CONNECT,
	    TCB_BYTES);
	narrate_note(n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_CONNECT);
}

void
narrate_syn_arrives(struct narrator *n, uint32_t frame)
{
	narrate_state(n, B, ESTAB_SYN_RECEIVED, ESTAB_REASON_LISTEN_SYN,
	    HALF_OPEN_BYTES);
	narrate_arrives(n, B, ESTAB_REASON_LISTEN_SYN, narrate_syn, frame);
}

void
narrate_syn_ack_arrives(struct narrator *n, uint32_t frame)
{
	narrate_state(n, A, ESTAB_ESTABLISHED, ESTAB_REASON_SYN_SENT_SYN_ACK,
	    TCB_BYTES);
	narrate_arrives(n, A, ESTAB_REASON_SYN_SENT_SYN_ACK, narrate_syn_ack,
	    frame);
}

void
narrate_third_arrives(struct narrator *n, uint32_t frame)
{
	narrate_state(n, B, ESTAB_ESTABLISHED, ESTAB_REASON_ACK_OF_SYN,
	    TCB_BYTES);
	narrate_arrives(n, B, ESTAB_REASON_ACK_OF_SYN, narrate_third, frame);
}

void
narrate_open(struct narrator *n)
{
	uint32_t frame;

	narrate_listen(n);
	narrate_connect(n);
	frame = narrate_leaves(n, A, ESTAB_REASON_OUT_SYN, narrate_syn);
	narrate_wait(n, DELAY);
	narrate_syn_arrives(n, frame);
	frame = narrate_leaves(n, B, ESTAB_REASON_OUT_SYN_ACK, narrate_syn_ack);
	narrate_wait(n, DELAY);
	narrate_syn_ack_arrives(n, frame);
	frame = narrate_leaves(n, A, ESTAB_REASON_OUT_ACK, narrate_third);
	narrate_wait(n, DELAY);
	narrate_third_arrives(n, frame);
}
