/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stories_close.c - connections that close.
 */
#include "narrator.h"

#define U (SEQ_X + 101)
#define V (SEQ_Y + 1)
#define W (SEQ_Y + 1 + 2000)

static uint32_t
a_closes(struct narrator *n)
{
	narrate_note(n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_CLOSE);
	narrate_state(n, A, ESTAB_FIN_WAIT_1, ESTAB_REASON_CALL_CLOSE,
	    TCB_BYTES);
	return narrate_leaves(n, A, ESTAB_REASON_OUT_FIN,
	    (struct seg){ ESTAB_FIN | ESTAB_ACK, U, V, 0 });
}

static void
a_sends_100(struct narrator *n)
{
	const struct seg text = { ESTAB_ACK | ESTAB_PSH, SEQ_X + 1, SEQ_Y + 1,
		100 };
	const struct seg ack = { ESTAB_ACK, SEQ_Y + 1, SEQ_X + 101, 0 };
	uint32_t frame;

	narrate_note(n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_SEND);
	n->story->record[n->story->trace.written - 1].text_bytes = 100;
	n->memory[A] = TCB_BYTES + 2048;
	frame = narrate_leaves(n, A, ESTAB_REASON_OUT_TEXT, text);
	narrate_wait(n, DELAY);
	n->memory[B] = TCB_BYTES + 2048;
	narrate_arrives(n, B, ESTAB_REASON_TEXT_TAKEN, text, frame);
	narrate_wait(n, 40 * ESTAB_MS);
	narrate_note(n, ESTAB_RECORD_TIMER, B, ESTAB_REASON_TIMEOUT_ACK);
	frame = narrate_leaves(n, B, ESTAB_REASON_OUT_ACK, ack);
	narrate_wait(n, DELAY);
	n->memory[A] = TCB_BYTES;
	narrate_arrives(n, A, ESTAB_REASON_ACK_ADVANCES, ack, frame);
	n->memory[B] = TCB_BYTES;
	narrate_note(n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_RECEIVE);
	n->story->record[n->story->trace.written - 1].text_bytes = 100;
}

static void
half_close(struct narrator *n)
{
	const struct seg fin = { ESTAB_FIN | ESTAB_ACK, U, V, 0 };
	const struct seg ack = { ESTAB_ACK, V, U + 1, 0 };
	uint32_t frame = a_closes(n);

	narrate_wait(n, DELAY);
	narrate_state(n, B, ESTAB_CLOSE_WAIT, ESTAB_REASON_FIN_TAKEN,
	    TCB_BYTES);
	narrate_arrives(n, B, ESTAB_REASON_FIN_TAKEN, fin, frame);
	frame = narrate_leaves(n, B, ESTAB_REASON_OUT_ACK_NOW, ack);
	narrate_wait(n, DELAY);
	narrate_state(n, A, ESTAB_FIN_WAIT_2, ESTAB_REASON_ACK_OF_FIN,
	    TCB_BYTES);
	narrate_arrives(n, A, ESTAB_REASON_ACK_OF_FIN, ack, frame);
}

static void
b_sends_2000(struct narrator *n)
{
	const struct seg first = { ESTAB_ACK, V, U + 1, 1460 };
	const struct seg second = { ESTAB_ACK | ESTAB_PSH, V + 1460, U + 1,
		540 };
	const struct seg ack = { ESTAB_ACK, U + 1, W, 0 };
	uint32_t frame[2];

	narrate_note(n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_SEND);
	frame[0] = narrate_leaves(n, B, ESTAB_REASON_OUT_TEXT, first);
	frame[1] = narrate_leaves(n, B, ESTAB_REASON_OUT_TEXT, second);
	narrate_wait(n, DELAY);
	narrate_arrives(n, A, ESTAB_REASON_TEXT_TAKEN, first, frame[0]);
	narrate_arrives(n, A, ESTAB_REASON_TEXT_TAKEN, second, frame[1]);
	frame[0] = narrate_leaves(n, A, ESTAB_REASON_OUT_ACK, ack);
	narrate_wait(n, DELAY);
	narrate_arrives(n, B, ESTAB_REASON_ACK_ADVANCES, ack, frame[0]);
}

static const struct seg fin_b = { ESTAB_FIN | ESTAB_ACK, W, U + 1, 0 };
static const struct seg last_ack = { ESTAB_ACK, U + 1, W + 1, 0 };

static uint32_t
b_closes(struct narrator *n)
{
	uint32_t frame;

	narrate_note(n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_CLOSE);
	narrate_state(n, B, ESTAB_LAST_ACK, ESTAB_REASON_CALL_CLOSE, TCB_BYTES);
	frame = narrate_leaves(n, B, ESTAB_REASON_OUT_FIN, fin_b);
	narrate_wait(n, DELAY);
	narrate_state(n, A, ESTAB_TIME_WAIT, ESTAB_REASON_FIN_TAKEN,
	    TIME_WAIT_BYTES);
	narrate_arrives(n, A, ESTAB_REASON_FIN_TAKEN, fin_b, frame);
	return frame;
}

static void
last_ack_arrives(struct narrator *n, uint32_t frame)
{
	narrate_state(n, B, ESTAB_CLOSED, ESTAB_REASON_ACK_OF_FIN, 0);
	narrate_arrives(n, B, ESTAB_REASON_ACK_OF_FIN, last_ack, frame);
}

static void
two_msl(struct narrator *n)
{
	narrate_wait(n, 4 * ESTAB_MINUTE - DELAY);
	narrate_note(n, ESTAB_RECORD_TIMER, A, ESTAB_REASON_TIMEOUT_2MSL);
	narrate_state(n, A, ESTAB_CLOSED, ESTAB_REASON_TIMEOUT_2MSL, 0);
}

void
story_teardown(struct story *story)
{
	struct narrator n = narrate_begin(story);
	uint32_t frame;

	narrate_open(&n);
	a_sends_100(&n);
	half_close(&n);
	b_sends_2000(&n);
	b_closes(&n);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_ACK_NOW, last_ack);
	narrate_wait(&n, DELAY);
	last_ack_arrives(&n, frame);
	two_msl(&n);
}

void
story_three_segments(struct story *story)
{
	struct narrator n = narrate_begin(story);
	const struct seg fin = { ESTAB_FIN | ESTAB_ACK, SEQ_X + 1, SEQ_Y + 1,
		0 };
	const struct seg both = { ESTAB_FIN | ESTAB_ACK, SEQ_Y + 1, SEQ_X + 2,
		0 };
	const struct seg last = { ESTAB_ACK, SEQ_X + 2, SEQ_Y + 2, 0 };
	uint32_t frame;

	narrate_open(&n);
	narrate_note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_CLOSE);
	narrate_state(&n, A, ESTAB_FIN_WAIT_1, ESTAB_REASON_CALL_CLOSE,
	    TCB_BYTES);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_FIN, fin);
	narrate_wait(&n, DELAY);
	narrate_state(&n, B, ESTAB_CLOSE_WAIT, ESTAB_REASON_FIN_TAKEN,
	    TCB_BYTES);
	narrate_arrives(&n, B, ESTAB_REASON_FIN_TAKEN, fin, frame);
	narrate_note(&n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_CLOSE);
	narrate_state(&n, B, ESTAB_LAST_ACK, ESTAB_REASON_CALL_CLOSE,
	    TCB_BYTES);
	frame = narrate_leaves(&n, B, ESTAB_REASON_OUT_FIN, both);
	narrate_wait(&n, DELAY);
	narrate_state(&n, A, ESTAB_FIN_WAIT_2, ESTAB_REASON_ACK_OF_FIN,
	    TCB_BYTES);
	narrate_state(&n, A, ESTAB_TIME_WAIT, ESTAB_REASON_FIN_TAKEN,
	    TIME_WAIT_BYTES);
	narrate_arrives(&n, A, ESTAB_REASON_FIN_TAKEN, both, frame);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_ACK_NOW, last);
	narrate_wait(&n, DELAY);
	narrate_state(&n, B, ESTAB_CLOSED, ESTAB_REASON_ACK_OF_FIN, 0);
	narrate_arrives(&n, B, ESTAB_REASON_ACK_OF_FIN, last, frame);
}

void
story_last_ack_lost(struct story *story)
{
	struct narrator n = narrate_begin(story);
	uint32_t frame;

	narrate_open(&n);
	a_sends_100(&n);
	half_close(&n);
	b_sends_2000(&n);
	b_closes(&n);
	narrate_fated(&n, A, ESTAB_REASON_OUT_ACK_NOW, last_ack,
	    ESTAB_FATE_LOST);
	narrate_wait(&n, 990 * ESTAB_MS);
	narrate_note(&n, ESTAB_RECORD_TIMER, B,
	    ESTAB_REASON_TIMEOUT_RETRANSMIT);
	frame = narrate_leaves(&n, B, ESTAB_REASON_OUT_RETRANSMIT, fin_b);
	narrate_wait(&n, DELAY);
	narrate_arrives(&n, A, ESTAB_REASON_TIME_WAIT_FIN, fin_b, frame);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_ACK_NOW, last_ack);
	narrate_wait(&n, DELAY);
	last_ack_arrives(&n, frame);
	two_msl(&n);
}
