/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stories_open.c - connections that open, or do not.
 */
#include "narrator.h"

void
story_handshake(struct story *story)
{
	struct narrator n = narrate_begin(story);

	narrate_open(&n);
}

void
story_lost_syn_ack(struct story *story)
{
	struct narrator n = narrate_begin(story);
	uint32_t frame;

	narrate_listen(&n);
	narrate_connect(&n);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_SYN, narrate_syn);
	narrate_wait(&n, DELAY);
	narrate_syn_arrives(&n, frame);
	narrate_fated(&n, B, ESTAB_REASON_OUT_SYN_ACK, narrate_syn_ack,
	    ESTAB_FATE_LOST);
	narrate_wait(&n, 990 * ESTAB_MS);
	narrate_note(&n, ESTAB_RECORD_TIMER, A, ESTAB_REASON_TIMEOUT_SYN);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_RETRANSMIT, narrate_syn);
	narrate_wait(&n, DELAY);
	narrate_arrives(&n, B, ESTAB_REASON_HALF_OPEN_SYN_AGAIN, narrate_syn,
	    frame);
	frame =
	    narrate_leaves(&n, B, ESTAB_REASON_OUT_SYN_ACK, narrate_syn_ack);
	narrate_wait(&n, DELAY);
	narrate_syn_ack_arrives(&n, frame);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_ACK, narrate_third);
	narrate_wait(&n, DELAY);
	narrate_third_arrives(&n, frame);
}

void
story_refused(struct story *story)
{
	struct narrator n = narrate_begin(story);
	const struct seg rst = { ESTAB_RST | ESTAB_ACK, 0, SEQ_X + 1, 0 };
	uint32_t frame;

	narrate_connect(&n);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_SYN, narrate_syn);
	narrate_wait(&n, DELAY);
	narrate_arrives(&n, B, ESTAB_REASON_NO_CONNECTION, narrate_syn, frame);
	frame = narrate_leaves(&n, B, ESTAB_REASON_OUT_RST_REPLY, rst);
	narrate_wait(&n, DELAY);
	narrate_state(&n, A, ESTAB_CLOSED, ESTAB_REASON_SYN_SENT_RST, 0);
	narrate_arrives(&n, A, ESTAB_REASON_SYN_SENT_RST, rst, frame);
}

void
story_simultaneous_open(struct story *story)
{
	struct narrator n = narrate_begin(story);
	const struct seg syn_b = { ESTAB_SYN, SEQ_Y, 0, 0 };
	const struct seg answer_a = { ESTAB_SYN | ESTAB_ACK, SEQ_X, SEQ_Y + 1,
		0 };
	uint32_t frame[2];

	narrate_connect(&n);
	narrate_state(&n, B, ESTAB_SYN_SENT, ESTAB_REASON_CALL_CONNECT,
	    TCB_BYTES);
	narrate_note(&n, ESTAB_RECORD_CALL, B, ESTAB_REASON_CALL_CONNECT);
	frame[0] = narrate_leaves(&n, A, ESTAB_REASON_OUT_SYN, narrate_syn);
	frame[1] = narrate_leaves(&n, B, ESTAB_REASON_OUT_SYN, syn_b);
	narrate_wait(&n, DELAY);
	narrate_state(&n, B, ESTAB_SYN_RECEIVED, ESTAB_REASON_SYN_SENT_SYN,
	    TCB_BYTES);
	narrate_arrives(&n, B, ESTAB_REASON_SYN_SENT_SYN, narrate_syn,
	    frame[0]);
	narrate_state(&n, A, ESTAB_SYN_RECEIVED, ESTAB_REASON_SYN_SENT_SYN,
	    TCB_BYTES);
	narrate_arrives(&n, A, ESTAB_REASON_SYN_SENT_SYN, syn_b, frame[1]);
	frame[0] = narrate_leaves(&n, A, ESTAB_REASON_OUT_SYN_ACK, answer_a);
	frame[1] =
	    narrate_leaves(&n, B, ESTAB_REASON_OUT_SYN_ACK, narrate_syn_ack);
	narrate_wait(&n, DELAY);
	narrate_state(&n, B, ESTAB_ESTABLISHED, ESTAB_REASON_ACK_OF_SYN,
	    TCB_BYTES);
	narrate_arrives(&n, B, ESTAB_REASON_ACK_OF_SYN, answer_a, frame[0]);
	narrate_state(&n, A, ESTAB_ESTABLISHED, ESTAB_REASON_ACK_OF_SYN,
	    TCB_BYTES);
	narrate_arrives(&n, A, ESTAB_REASON_ACK_OF_SYN, narrate_syn_ack,
	    frame[1]);
}

/* A SYN held on its way arrives when its connection is long over. */
void
story_stale_syn(struct story *story)
{
	struct narrator n = narrate_begin(story);
	const uint32_t other = SEQ_Y + 64000;
	const struct seg answer = { ESTAB_SYN | ESTAB_ACK, other, SEQ_X + 1,
		0 };
	const struct seg rst = { ESTAB_RST, SEQ_X + 1, 0, 0 };
	uint32_t held, frame;

	narrate_listen(&n);
	narrate_connect(&n);
	held = narrate_fated(&n, A, ESTAB_REASON_OUT_SYN, narrate_syn,
	    ESTAB_FATE_HELD);
	narrate_wait(&n, ESTAB_SECOND);
	narrate_note(&n, ESTAB_RECORD_TIMER, A, ESTAB_REASON_TIMEOUT_SYN);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_RETRANSMIT, narrate_syn);
	narrate_wait(&n, DELAY);
	narrate_syn_arrives(&n, frame);
	frame =
	    narrate_leaves(&n, B, ESTAB_REASON_OUT_SYN_ACK, narrate_syn_ack);
	narrate_wait(&n, DELAY);
	narrate_syn_ack_arrives(&n, frame);
	narrate_state(&n, A, ESTAB_CLOSED, ESTAB_REASON_CALL_ABORT, 0);
	narrate_note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_ABORT);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_RST, rst);
	narrate_wait(&n, DELAY);
	narrate_state(&n, B, ESTAB_LISTEN, ESTAB_REASON_HALF_OPEN_RST, 0);
	narrate_arrives(&n, B, ESTAB_REASON_HALF_OPEN_RST, rst, frame);
	narrate_wait(&n, 3 * ESTAB_SECOND);
	narrate_syn_arrives(&n, held);
	frame = narrate_leaves(&n, B, ESTAB_REASON_OUT_SYN_ACK, answer);
	narrate_wait(&n, DELAY);
	narrate_arrives(&n, A, ESTAB_REASON_NO_CONNECTION, answer, frame);
	frame = narrate_leaves(&n, A, ESTAB_REASON_OUT_RST_REPLY, rst);
	narrate_wait(&n, DELAY);
	narrate_state(&n, B, ESTAB_LISTEN, ESTAB_REASON_HALF_OPEN_RST, 0);
	narrate_arrives(&n, B, ESTAB_REASON_HALF_OPEN_RST, rst, frame);
}
