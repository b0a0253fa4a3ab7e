/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stories.c - the traces.  A small narrator keeps what each record repeats:
 * time, endpoints, states, memory.
 */
#include "stories.h"

#include <stdlib.h>
#include <string.h>

#define A 1
#define B 2
#define DELAY (10 * ESTAB_MS)

#define TCB_BYTES 448
#define HALF_OPEN_BYTES 80
#define TIME_WAIT_BYTES 88
#define LISTENER_BYTES 128

const struct view_host story_hosts[2] = {
	{ .id = A, .name = "A", .where = "10.0.0.1" },
	{ .id = B, .name = "B", .where = "10.0.0.2" },
};

struct narrator {
	struct story *story;
	estab_time now;
	uint16_t port; /* A's */
	uint32_t frame;
	uint8_t state[3];
	uint32_t memory[3];
	bool wires;
	struct estab_record last; /* the segment that left last */
};

static struct narrator
begin(struct story *story)
{
	memset(&story->trace, 0, sizeof story->trace);
	story->trace.record = story->record;
	story->trace.capacity = STORY_RECORDS;
	return (struct narrator){ .story = story, .port = 49152, .wires = true };
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

static struct estab_record *
record(struct narrator *n, enum estab_record_type type, uint8_t host)
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

static void
state(struct narrator *n, uint8_t host, enum estab_state after,
    enum estab_reason reason, uint32_t memory)
{
	const uint8_t before = n->state[host];
	struct estab_record *r;

	n->state[host] = (uint8_t)after;
	n->memory[host] = memory;
	r = record(n, ESTAB_RECORD_STATE, host);
	r->before = before;
	r->reason = (uint16_t)reason;
}

static void
note(struct narrator *n, enum estab_record_type type, uint8_t host,
    enum estab_reason reason)
{
	record(n, type, host)->reason = (uint16_t)reason;
}

struct seg {
	uint8_t flags;
	uint32_t seq, ack, text;
};

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

/* A segment leaves, and its wire does something to it. */
static uint32_t
send_fated(struct narrator *n, uint8_t host, enum estab_reason reason,
    struct seg seg, uint8_t fate)
{
	const uint8_t gone = ESTAB_FATE_LOST | ESTAB_FATE_QUEUE_FULL |
	    ESTAB_FATE_TOO_BIG | ESTAB_FATE_HELD;
	struct estab_record *r;

	if ((fate & ESTAB_FATE_FORGED) == 0) {
		r = record(n, ESTAB_RECORD_OUT, host);
		r->reason = (uint16_t)reason;
		put_segment(r, &seg);
	}
	if (!n->wires)
		return 0;
	r = record(n, ESTAB_RECORD_WIRE, host);
	put_segment(r, &seg);
	r->fate = fate;
	r->frame = ++n->frame;
	r->arrival = (fate & gone) != 0 ? ESTAB_NEVER : n->now + DELAY;
	return r->frame;
}

static uint32_t
leaves(struct narrator *n, uint8_t host, enum estab_reason reason,
    struct seg seg)
{
	return send_fated(n, host, reason, seg, 0);
}

static void
arrives_as(struct narrator *n, uint8_t host, enum estab_reason reason,
    struct seg seg, uint32_t frame)
{
	struct estab_record *r = record(n, ESTAB_RECORD_IN, host);

	r->reason = (uint16_t)reason;
	r->frame = frame;
	put_segment(r, &seg);
}

static void
wait_ns(struct narrator *n, int64_t ns)
{
	n->now += ns;
}

/* ---- Pieces of stories ------------------------------------------------- */

#define X STORY_X
#define Y STORY_Y

static const struct seg syn = { ESTAB_SYN, X, 0, 0 };
static const struct seg syn_ack = { ESTAB_SYN | ESTAB_ACK, Y, X + 1, 0 };
static const struct seg third = { ESTAB_ACK, X + 1, Y + 1, 0 };

static void
listen_at_b(struct narrator *n)
{
	state(n, B, ESTAB_LISTEN, ESTAB_REASON_CALL_LISTEN, LISTENER_BYTES);
	n->story->record[n->story->trace.written - 1].remote =
	    (struct estab_endpoint){ 0 };
	note(n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_LISTEN);
	n->story->record[n->story->trace.written - 1].remote =
	    (struct estab_endpoint){ 0 };
	n->memory[B] = 0;
}

static void
connect_from_a(struct narrator *n)
{
	state(n, A, ESTAB_SYN_SENT, ESTAB_REASON_CALL_CONNECT, TCB_BYTES);
	note(n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_CONNECT);
}

static void
syn_arrives(struct narrator *n, uint32_t frame)
{
	state(n, B, ESTAB_SYN_RECEIVED, ESTAB_REASON_LISTEN_SYN,
	    HALF_OPEN_BYTES);
	arrives_as(n, B, ESTAB_REASON_LISTEN_SYN, syn, frame);
}

static void
syn_ack_arrives(struct narrator *n, uint32_t frame)
{
	state(n, A, ESTAB_ESTABLISHED, ESTAB_REASON_SYN_SENT_SYN_ACK,
	    TCB_BYTES);
	arrives_as(n, A, ESTAB_REASON_SYN_SENT_SYN_ACK, syn_ack, frame);
}

static void
third_arrives(struct narrator *n, uint32_t frame)
{
	state(n, B, ESTAB_ESTABLISHED, ESTAB_REASON_ACK_OF_SYN, TCB_BYTES);
	arrives_as(n, B, ESTAB_REASON_ACK_OF_SYN, third, frame);
}

static void
open_both(struct narrator *n)
{
	uint32_t frame;

	listen_at_b(n);
	connect_from_a(n);
	frame = leaves(n, A, ESTAB_REASON_OUT_SYN, syn);
	wait_ns(n, DELAY);
	syn_arrives(n, frame);
	frame = leaves(n, B, ESTAB_REASON_OUT_SYN_ACK, syn_ack);
	wait_ns(n, DELAY);
	syn_ack_arrives(n, frame);
	frame = leaves(n, A, ESTAB_REASON_OUT_ACK, third);
	wait_ns(n, DELAY);
	third_arrives(n, frame);
}

void
story_handshake(struct story *story)
{
	struct narrator n = begin(story);

	open_both(&n);
}

/* ---- Closing ----------------------------------------------------------- */

#define U (X + 101)
#define V (Y + 1)
#define W (Y + 1 + 2000)

static uint32_t
a_closes(struct narrator *n)
{
	note(n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_CLOSE);
	state(n, A, ESTAB_FIN_WAIT_1, ESTAB_REASON_CALL_CLOSE, TCB_BYTES);
	return leaves(n, A, ESTAB_REASON_OUT_FIN,
	    (struct seg){ ESTAB_FIN | ESTAB_ACK, U, V, 0 });
}

static void
a_sends_100(struct narrator *n)
{
	const struct seg text = { ESTAB_ACK | ESTAB_PSH, X + 1, Y + 1, 100 };
	const struct seg ack = { ESTAB_ACK, Y + 1, X + 101, 0 };
	uint32_t frame;

	note(n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_SEND);
	n->story->record[n->story->trace.written - 1].text_bytes = 100;
	n->memory[A] = TCB_BYTES + 2048;
	frame = leaves(n, A, ESTAB_REASON_OUT_TEXT, text);
	wait_ns(n, DELAY);
	n->memory[B] = TCB_BYTES + 2048;
	arrives_as(n, B, ESTAB_REASON_TEXT_TAKEN, text, frame);
	wait_ns(n, 40 * ESTAB_MS);
	note(n, ESTAB_RECORD_TIMER, B, ESTAB_REASON_TIMEOUT_ACK);
	frame = leaves(n, B, ESTAB_REASON_OUT_ACK, ack);
	wait_ns(n, DELAY);
	n->memory[A] = TCB_BYTES;
	arrives_as(n, A, ESTAB_REASON_ACK_ADVANCES, ack, frame);
	n->memory[B] = TCB_BYTES;
	note(n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_RECEIVE);
	n->story->record[n->story->trace.written - 1].text_bytes = 100;
}

static void
half_close(struct narrator *n)
{
	const struct seg fin = { ESTAB_FIN | ESTAB_ACK, U, V, 0 };
	const struct seg ack = { ESTAB_ACK, V, U + 1, 0 };
	uint32_t frame = a_closes(n);

	wait_ns(n, DELAY);
	state(n, B, ESTAB_CLOSE_WAIT, ESTAB_REASON_FIN_TAKEN, TCB_BYTES);
	arrives_as(n, B, ESTAB_REASON_FIN_TAKEN, fin, frame);
	frame = leaves(n, B, ESTAB_REASON_OUT_ACK_NOW, ack);
	wait_ns(n, DELAY);
	state(n, A, ESTAB_FIN_WAIT_2, ESTAB_REASON_ACK_OF_FIN, TCB_BYTES);
	arrives_as(n, A, ESTAB_REASON_ACK_OF_FIN, ack, frame);
}

static void
b_sends_2000(struct narrator *n)
{
	const struct seg first = { ESTAB_ACK, V, U + 1, 1460 };
	const struct seg second = { ESTAB_ACK | ESTAB_PSH, V + 1460, U + 1,
		540 };
	const struct seg ack = { ESTAB_ACK, U + 1, W, 0 };
	uint32_t frame[2];

	note(n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_SEND);
	frame[0] = leaves(n, B, ESTAB_REASON_OUT_TEXT, first);
	frame[1] = leaves(n, B, ESTAB_REASON_OUT_TEXT, second);
	wait_ns(n, DELAY);
	arrives_as(n, A, ESTAB_REASON_TEXT_TAKEN, first, frame[0]);
	arrives_as(n, A, ESTAB_REASON_TEXT_TAKEN, second, frame[1]);
	frame[0] = leaves(n, A, ESTAB_REASON_OUT_ACK, ack);
	wait_ns(n, DELAY);
	arrives_as(n, B, ESTAB_REASON_ACK_ADVANCES, ack, frame[0]);
}

static const struct seg fin_b = { ESTAB_FIN | ESTAB_ACK, W, U + 1, 0 };
static const struct seg last_ack = { ESTAB_ACK, U + 1, W + 1, 0 };

static uint32_t
b_closes(struct narrator *n)
{
	uint32_t frame;

	note(n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_CLOSE);
	state(n, B, ESTAB_LAST_ACK, ESTAB_REASON_CALL_CLOSE, TCB_BYTES);
	frame = leaves(n, B, ESTAB_REASON_OUT_FIN, fin_b);
	wait_ns(n, DELAY);
	state(n, A, ESTAB_TIME_WAIT, ESTAB_REASON_FIN_TAKEN, TIME_WAIT_BYTES);
	arrives_as(n, A, ESTAB_REASON_FIN_TAKEN, fin_b, frame);
	return frame;
}

static void
last_ack_arrives(struct narrator *n, uint32_t frame)
{
	state(n, B, ESTAB_CLOSED, ESTAB_REASON_ACK_OF_FIN, 0);
	arrives_as(n, B, ESTAB_REASON_ACK_OF_FIN, last_ack, frame);
}

static void
two_msl(struct narrator *n)
{
	wait_ns(n, 4 * ESTAB_MINUTE - DELAY);
	note(n, ESTAB_RECORD_TIMER, A, ESTAB_REASON_TIMEOUT_2MSL);
	state(n, A, ESTAB_CLOSED, ESTAB_REASON_TIMEOUT_2MSL, 0);
}

void
story_teardown(struct story *story)
{
	struct narrator n = begin(story);
	uint32_t frame;

	open_both(&n);
	a_sends_100(&n);
	half_close(&n);
	b_sends_2000(&n);
	b_closes(&n);
	frame = leaves(&n, A, ESTAB_REASON_OUT_ACK_NOW, last_ack);
	wait_ns(&n, DELAY);
	last_ack_arrives(&n, frame);
	two_msl(&n);
}

void
story_three_segments(struct story *story)
{
	struct narrator n = begin(story);
	const struct seg fin = { ESTAB_FIN | ESTAB_ACK, X + 1, Y + 1, 0 };
	const struct seg both = { ESTAB_FIN | ESTAB_ACK, Y + 1, X + 2, 0 };
	const struct seg last = { ESTAB_ACK, X + 2, Y + 2, 0 };
	uint32_t frame;

	open_both(&n);
	note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_CLOSE);
	state(&n, A, ESTAB_FIN_WAIT_1, ESTAB_REASON_CALL_CLOSE, TCB_BYTES);
	frame = leaves(&n, A, ESTAB_REASON_OUT_FIN, fin);
	wait_ns(&n, DELAY);
	state(&n, B, ESTAB_CLOSE_WAIT, ESTAB_REASON_FIN_TAKEN, TCB_BYTES);
	arrives_as(&n, B, ESTAB_REASON_FIN_TAKEN, fin, frame);
	note(&n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_CLOSE);
	state(&n, B, ESTAB_LAST_ACK, ESTAB_REASON_CALL_CLOSE, TCB_BYTES);
	frame = leaves(&n, B, ESTAB_REASON_OUT_FIN, both);
	wait_ns(&n, DELAY);
	state(&n, A, ESTAB_FIN_WAIT_2, ESTAB_REASON_ACK_OF_FIN, TCB_BYTES);
	state(&n, A, ESTAB_TIME_WAIT, ESTAB_REASON_FIN_TAKEN, TIME_WAIT_BYTES);
	arrives_as(&n, A, ESTAB_REASON_FIN_TAKEN, both, frame);
	frame = leaves(&n, A, ESTAB_REASON_OUT_ACK_NOW, last);
	wait_ns(&n, DELAY);
	state(&n, B, ESTAB_CLOSED, ESTAB_REASON_ACK_OF_FIN, 0);
	arrives_as(&n, B, ESTAB_REASON_ACK_OF_FIN, last, frame);
}

void
story_last_ack_lost(struct story *story)
{
	struct narrator n = begin(story);
	uint32_t frame;

	open_both(&n);
	a_sends_100(&n);
	half_close(&n);
	b_sends_2000(&n);
	b_closes(&n);
	send_fated(&n, A, ESTAB_REASON_OUT_ACK_NOW, last_ack, ESTAB_FATE_LOST);
	wait_ns(&n, 990 * ESTAB_MS);
	note(&n, ESTAB_RECORD_TIMER, B, ESTAB_REASON_TIMEOUT_RETRANSMIT);
	frame = leaves(&n, B, ESTAB_REASON_OUT_RETRANSMIT, fin_b);
	wait_ns(&n, DELAY);
	arrives_as(&n, A, ESTAB_REASON_TIME_WAIT_FIN, fin_b, frame);
	frame = leaves(&n, A, ESTAB_REASON_OUT_ACK_NOW, last_ack);
	wait_ns(&n, DELAY);
	last_ack_arrives(&n, frame);
	two_msl(&n);
}

/* ---- Opening that goes otherwise --------------------------------------- */

void
story_lost_syn_ack(struct story *story)
{
	struct narrator n = begin(story);
	uint32_t frame;

	listen_at_b(&n);
	connect_from_a(&n);
	frame = leaves(&n, A, ESTAB_REASON_OUT_SYN, syn);
	wait_ns(&n, DELAY);
	syn_arrives(&n, frame);
	send_fated(&n, B, ESTAB_REASON_OUT_SYN_ACK, syn_ack, ESTAB_FATE_LOST);
	wait_ns(&n, 990 * ESTAB_MS);
	note(&n, ESTAB_RECORD_TIMER, A, ESTAB_REASON_TIMEOUT_SYN);
	frame = leaves(&n, A, ESTAB_REASON_OUT_RETRANSMIT, syn);
	wait_ns(&n, DELAY);
	arrives_as(&n, B, ESTAB_REASON_HALF_OPEN_SYN_AGAIN, syn, frame);
	frame = leaves(&n, B, ESTAB_REASON_OUT_SYN_ACK, syn_ack);
	wait_ns(&n, DELAY);
	syn_ack_arrives(&n, frame);
	frame = leaves(&n, A, ESTAB_REASON_OUT_ACK, third);
	wait_ns(&n, DELAY);
	third_arrives(&n, frame);
}

void
story_refused(struct story *story)
{
	struct narrator n = begin(story);
	const struct seg rst = { ESTAB_RST | ESTAB_ACK, 0, X + 1, 0 };
	uint32_t frame;

	connect_from_a(&n);
	frame = leaves(&n, A, ESTAB_REASON_OUT_SYN, syn);
	wait_ns(&n, DELAY);
	arrives_as(&n, B, ESTAB_REASON_NO_CONNECTION, syn, frame);
	frame = leaves(&n, B, ESTAB_REASON_OUT_RST_REPLY, rst);
	wait_ns(&n, DELAY);
	state(&n, A, ESTAB_CLOSED, ESTAB_REASON_SYN_SENT_RST, 0);
	arrives_as(&n, A, ESTAB_REASON_SYN_SENT_RST, rst, frame);
}

void
story_simultaneous_open(struct story *story)
{
	struct narrator n = begin(story);
	const struct seg syn_b = { ESTAB_SYN, Y, 0, 0 };
	const struct seg answer_a = { ESTAB_SYN | ESTAB_ACK, X, Y + 1, 0 };
	uint32_t frame[2];

	connect_from_a(&n);
	state(&n, B, ESTAB_SYN_SENT, ESTAB_REASON_CALL_CONNECT, TCB_BYTES);
	note(&n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_CONNECT);
	frame[0] = leaves(&n, A, ESTAB_REASON_OUT_SYN, syn);
	frame[1] = leaves(&n, B, ESTAB_REASON_OUT_SYN, syn_b);
	wait_ns(&n, DELAY);
	state(&n, B, ESTAB_SYN_RECEIVED, ESTAB_REASON_SYN_SENT_SYN, TCB_BYTES);
	arrives_as(&n, B, ESTAB_REASON_SYN_SENT_SYN, syn, frame[0]);
	state(&n, A, ESTAB_SYN_RECEIVED, ESTAB_REASON_SYN_SENT_SYN, TCB_BYTES);
	arrives_as(&n, A, ESTAB_REASON_SYN_SENT_SYN, syn_b, frame[1]);
	frame[0] = leaves(&n, A, ESTAB_REASON_OUT_SYN_ACK, answer_a);
	frame[1] = leaves(&n, B, ESTAB_REASON_OUT_SYN_ACK, syn_ack);
	wait_ns(&n, DELAY);
	state(&n, B, ESTAB_ESTABLISHED, ESTAB_REASON_ACK_OF_SYN, TCB_BYTES);
	arrives_as(&n, B, ESTAB_REASON_ACK_OF_SYN, answer_a, frame[0]);
	state(&n, A, ESTAB_ESTABLISHED, ESTAB_REASON_ACK_OF_SYN, TCB_BYTES);
	arrives_as(&n, A, ESTAB_REASON_ACK_OF_SYN, syn_ack, frame[1]);
}

/* A SYN held on its way arrives when its connection is long over. */
void
story_stale_syn(struct story *story)
{
	struct narrator n = begin(story);
	const uint32_t other = Y + 64000;
	const struct seg answer = { ESTAB_SYN | ESTAB_ACK, other, X + 1, 0 };
	const struct seg rst = { ESTAB_RST, X + 1, 0, 0 };
	uint32_t held, frame;

	listen_at_b(&n);
	connect_from_a(&n);
	held = send_fated(&n, A, ESTAB_REASON_OUT_SYN, syn, ESTAB_FATE_HELD);
	wait_ns(&n, ESTAB_SECOND);
	note(&n, ESTAB_RECORD_TIMER, A, ESTAB_REASON_TIMEOUT_SYN);
	frame = leaves(&n, A, ESTAB_REASON_OUT_RETRANSMIT, syn);
	wait_ns(&n, DELAY);
	syn_arrives(&n, frame);
	frame = leaves(&n, B, ESTAB_REASON_OUT_SYN_ACK, syn_ack);
	wait_ns(&n, DELAY);
	syn_ack_arrives(&n, frame);
	state(&n, A, ESTAB_CLOSED, ESTAB_REASON_CALL_ABORT, 0);
	note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_ABORT);
	frame = leaves(&n, A, ESTAB_REASON_OUT_RST, rst);
	wait_ns(&n, DELAY);
	state(&n, B, ESTAB_LISTEN, ESTAB_REASON_HALF_OPEN_RST, 0);
	arrives_as(&n, B, ESTAB_REASON_HALF_OPEN_RST, rst, frame);
	wait_ns(&n, 3 * ESTAB_SECOND);
	syn_arrives(&n, held);
	frame = leaves(&n, B, ESTAB_REASON_OUT_SYN_ACK, answer);
	wait_ns(&n, DELAY);
	arrives_as(&n, A, ESTAB_REASON_NO_CONNECTION, answer, frame);
	frame = leaves(&n, A, ESTAB_REASON_OUT_RST_REPLY, rst);
	wait_ns(&n, DELAY);
	state(&n, B, ESTAB_LISTEN, ESTAB_REASON_HALF_OPEN_RST, 0);
	arrives_as(&n, B, ESTAB_REASON_HALF_OPEN_RST, rst, frame);
}

/* ---- Text and what happens to it --------------------------------------- */

static struct seg
text(uint32_t k)
{
	return (struct seg)
	{
		ESTAB_ACK, X
		+1 + k * 1460, Y + 1, 1460
	};
}

static struct seg
ack_of(uint32_t k)
{
	return (struct seg)
	{
		ESTAB_ACK, Y + 1, X
		+1 + k * 1460, 0
	};
}

/* The second of five segments is lost; three duplicate ACKs. */
void
story_lost_text(struct story *story)
{
	struct narrator n = begin(story);
	uint32_t frame[5];

	open_both(&n);
	note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_SEND);
	for (uint32_t k = 0; k < 5; k++)
		frame[k] = send_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(k),
		    k == 1 ? ESTAB_FATE_LOST : 0);
	wait_ns(&n, DELAY);
	arrives_as(&n, B, ESTAB_REASON_TEXT_TAKEN, text(0), frame[0]);
	for (uint32_t k = 2; k < 5; k++)
		arrives_as(&n, B, ESTAB_REASON_TEXT_HELD, text(k), frame[k]);
	for (uint32_t k = 0; k < 4; k++)
		frame[k] = leaves(&n, B,
		    k == 0 ? ESTAB_REASON_OUT_ACK : ESTAB_REASON_OUT_ACK_NOW,
		    ack_of(1));
	wait_ns(&n, DELAY);
	arrives_as(&n, A, ESTAB_REASON_ACK_ADVANCES, ack_of(1), frame[0]);
	for (uint32_t k = 1; k < 4; k++) {
		if (k == 3) {
			struct estab_record *r =
			    record(&n, ESTAB_RECORD_LOSS, A);

			r->reason = ESTAB_REASON_LOSS_FAST;
			r->cwnd_bytes = 7300;
			r->ssthresh_bytes = 2920;
		}
		arrives_as(&n, A, ESTAB_REASON_ACK_DUPLICATE, ack_of(1),
		    frame[k]);
	}
	frame[0] = leaves(&n, A, ESTAB_REASON_OUT_FAST_RETRANSMIT, text(1));
	wait_ns(&n, DELAY);
	arrives_as(&n, B, ESTAB_REASON_TEXT_FILLS, text(1), frame[0]);
	frame[0] = leaves(&n, B, ESTAB_REASON_OUT_ACK_NOW, ack_of(5));
	wait_ns(&n, DELAY);
	struct estab_record *r = record(&n, ESTAB_RECORD_LOSS, A);
	r->reason = ESTAB_REASON_LOSS_RECOVERED;
	r->cwnd_bytes = r->ssthresh_bytes = 2920;
	arrives_as(&n, A, ESTAB_REASON_ACK_ADVANCES, ack_of(5), frame[0]);
}

void
story_mishaps(struct story *story)
{
	struct narrator n = begin(story);
	uint32_t frame[4];

	open_both(&n);
	frame[0] = send_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(0),
	    ESTAB_FATE_DUPLICATED);
	frame[1] = send_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(1),
	    ESTAB_FATE_CORRUPTED);
	frame[2] = send_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(2),
	    ESTAB_FATE_REORDERED);
	send_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(3), ESTAB_FATE_TOO_BIG);
	send_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(4),
	    ESTAB_FATE_QUEUE_FULL);
	wait_ns(&n, DELAY);
	arrives_as(&n, B, ESTAB_REASON_TEXT_TAKEN, text(0), frame[0]);
	arrives_as(&n, B, ESTAB_REASON_SEQ_UNACCEPTABLE, text(0), frame[0]);
	struct estab_record *r = record(&n, ESTAB_RECORD_DROP, B);
	r->reason = ESTAB_REASON_DROP_CHECKSUM;
	r->frame = frame[1];
	wait_ns(&n, ESTAB_MS);
	arrives_as(&n, B, ESTAB_REASON_TEXT_HELD, text(2), frame[2]);
	note(&n, ESTAB_RECORD_ICMP, A, ESTAB_REASON_ICMP_TOO_BIG);
	frame[0] = leaves(
	    &n, A, ESTAB_REASON_OUT_RESEGMENT, (struct seg) {
		    ESTAB_ACK, X
		    +1 + 1460, Y + 1, 1240
	    });
	wait_ns(&n, DELAY);
	arrives_as(
	    &n, B, ESTAB_REASON_TEXT_FILLS,
	    (struct seg) {
		    ESTAB_ACK, X
		    +1 + 1460, Y + 1, 1240
	    },
	    frame[0]);
}

void
story_transfer(struct story *story)
{
	struct narrator n = begin(story);
	const uint32_t segments = 719;
	uint32_t frame[2];

	open_both(&n);
	note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_SEND);
	for (uint32_t k = 0; k + 1 < segments; k += 2) {
		frame[0] = leaves(&n, A, ESTAB_REASON_OUT_TEXT, text(k));
		frame[1] = leaves(&n, A, ESTAB_REASON_OUT_TEXT, text(k + 1));
		wait_ns(&n, DELAY);
		arrives_as(&n, B, ESTAB_REASON_TEXT_TAKEN, text(k), frame[0]);
		arrives_as(&n, B, ESTAB_REASON_TEXT_TAKEN, text(k + 1),
		    frame[1]);
		frame[0] = leaves(&n, B, ESTAB_REASON_OUT_ACK, ack_of(k + 2));
		wait_ns(&n, DELAY);
		arrives_as(&n, A, ESTAB_REASON_ACK_ADVANCES, ack_of(k + 2),
		    frame[0]);
	}
	const uint32_t u = X
	+1 + (segments - 1) * 1460;
	const struct seg fin = { ESTAB_FIN | ESTAB_ACK, u, Y + 1, 0 };
	const struct seg ack = { ESTAB_ACK, Y + 1, u + 1, 0 };
	note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_CLOSE);
	state(&n, A, ESTAB_FIN_WAIT_1, ESTAB_REASON_CALL_CLOSE, TCB_BYTES);
	frame[0] = leaves(&n, A, ESTAB_REASON_OUT_FIN, fin);
	wait_ns(&n, DELAY);
	state(&n, B, ESTAB_CLOSE_WAIT, ESTAB_REASON_FIN_TAKEN, TCB_BYTES);
	arrives_as(&n, B, ESTAB_REASON_FIN_TAKEN, fin, frame[0]);
	frame[0] = leaves(&n, B, ESTAB_REASON_OUT_ACK, ack);
	wait_ns(&n, DELAY);
	state(&n, A, ESTAB_FIN_WAIT_2, ESTAB_REASON_ACK_OF_FIN, TCB_BYTES);
	arrives_as(&n, A, ESTAB_REASON_ACK_OF_FIN, ack, frame[0]);
}

void
story_flood(struct story *story)
{
	struct narrator n = begin(story);
	const uint32_t queue = 64;

	listen_at_b(&n);
	for (uint32_t k = 0; k < 200; k++) {
		const struct seg one = { ESTAB_SYN, X + k * 7919, 0, 0 };
		const struct seg answer = { ESTAB_SYN | ESTAB_ACK,
			Y + k * 104729, one.seq + 1, 0 };
		uint32_t frame;

		n.port = (uint16_t)(1024 + k);
		n.memory[B] = 0;
		n.state[B] = ESTAB_LISTEN;
		frame = send_fated(&n, A, ESTAB_REASON_NONE, one,
		    ESTAB_FATE_FORGED);
		wait_ns(&n, DELAY);
		if (k >= queue) {
			arrives_as(&n, B, ESTAB_REASON_LISTEN_QUEUE_FULL, one,
			    frame);
			continue;
		}
		state(&n, B, ESTAB_SYN_RECEIVED, ESTAB_REASON_LISTEN_SYN,
		    HALF_OPEN_BYTES);
		arrives_as(&n, B, ESTAB_REASON_LISTEN_SYN, one, frame);
		send_fated(&n, B, ESTAB_REASON_OUT_SYN_ACK, answer,
		    ESTAB_FATE_LOST);
	}
}

void
story_live(struct story *story)
{
	struct narrator n = begin(story);
	const struct seg fin = { ESTAB_FIN | ESTAB_ACK, Y + 1, X + 101, 0 };
	const struct seg data = { ESTAB_ACK | ESTAB_PSH, X + 1, Y + 1, 100 };

	n.wires = false;
	connect_from_a(&n);
	leaves(&n, A, ESTAB_REASON_OUT_SYN, syn);
	wait_ns(&n, 180 * ESTAB_US);
	syn_ack_arrives(&n, 0);
	leaves(&n, A, ESTAB_REASON_OUT_ACK, third);
	wait_ns(&n, ESTAB_MS);
	note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_SEND);
	leaves(&n, A, ESTAB_REASON_OUT_TEXT, data);
	wait_ns(&n, 300 * ESTAB_MS);
	note(&n, ESTAB_RECORD_TIMER, A, ESTAB_REASON_TIMEOUT_RETRANSMIT);
	leaves(&n, A, ESTAB_REASON_OUT_RETRANSMIT, data);
	wait_ns(&n, 170 * ESTAB_US);
	state(&n, A, ESTAB_CLOSE_WAIT, ESTAB_REASON_FIN_TAKEN, TCB_BYTES);
	arrives_as(&n, A, ESTAB_REASON_FIN_TAKEN, fin, 0);
	leaves(
	    &n, A, ESTAB_REASON_OUT_ACK_NOW, (struct seg) {
		    ESTAB_ACK, X
		    +101, Y + 2, 0
	    });
}

const struct story_entry stories[STORY_COUNT] = {
	{ "handshake", story_handshake },
	{ "teardown", story_teardown },
	{ "three-segments", story_three_segments },
	{ "lost-syn-ack", story_lost_syn_ack },
	{ "lost-text", story_lost_text },
	{ "last-ack-lost", story_last_ack_lost },
	{ "refused", story_refused },
	{ "simultaneous-open", story_simultaneous_open },
	{ "stale-syn", story_stale_syn },
	{ "mishaps", story_mishaps },
	{ "transfer", story_transfer },
	{ "flood", story_flood },
	{ "live", story_live },
};

struct story *
story_new(story_teller tell)
{
	struct story *story = calloc(1, sizeof *story);

	if (story != NULL)
		tell(story);
	return story;
}
