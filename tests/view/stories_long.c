/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stories_long.c - long runs of segments alike, and a host watched alone.
 */
#include "narrator.h"

static struct seg
text(uint32_t k)
{
	return (struct seg){ ESTAB_ACK, SEQ_X + 1 + k * 1460, SEQ_Y + 1, 1460 };
}

static struct seg
ack_of(uint32_t k)
{
	return (struct seg){ ESTAB_ACK, SEQ_Y + 1, SEQ_X + 1 + k * 1460, 0 };
}

void
story_transfer(struct story *story)
{
	struct narrator n = narrate_begin(story);
	const uint32_t segments = 719;
	uint32_t frame[2];

	narrate_open(&n);
	narrate_note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_SEND);
	for (uint32_t k = 0; k + 1 < segments; k += 2) {
		frame[0] =
		    narrate_leaves(&n, A, ESTAB_REASON_OUT_TEXT, text(k));
		frame[1] =
		    narrate_leaves(&n, A, ESTAB_REASON_OUT_TEXT, text(k + 1));
		narrate_wait(&n, DELAY);
		narrate_arrives(&n, B, ESTAB_REASON_TEXT_TAKEN, text(k),
		    frame[0]);
		narrate_arrives(&n, B, ESTAB_REASON_TEXT_TAKEN, text(k + 1),
		    frame[1]);
		frame[0] =
		    narrate_leaves(&n, B, ESTAB_REASON_OUT_ACK, ack_of(k + 2));
		narrate_wait(&n, DELAY);
		narrate_arrives(&n, A, ESTAB_REASON_ACK_ADVANCES, ack_of(k + 2),
		    frame[0]);
	}
	const uint32_t u = SEQ_X + 297 + (segments - 1) * 1460;
	const struct seg fin = { ESTAB_FIN | ESTAB_ACK, u - 296, SEQ_Y + 1,
		296 };
	const struct seg ack = { ESTAB_ACK, SEQ_Y + 1, u + 1, 0 };
	narrate_note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_CLOSE);
	narrate_state(&n, A, ESTAB_FIN_WAIT_1, ESTAB_REASON_CALL_CLOSE,
	    TCB_BYTES);
	frame[0] = narrate_leaves(&n, A, ESTAB_REASON_OUT_FIN, fin);
	narrate_wait(&n, DELAY);
	narrate_state(&n, B, ESTAB_CLOSE_WAIT, ESTAB_REASON_FIN_TAKEN,
	    TCB_BYTES);
	narrate_arrives(&n, B, ESTAB_REASON_FIN_TAKEN, fin, frame[0]);
	frame[0] = narrate_leaves(&n, B, ESTAB_REASON_OUT_ACK, ack);
	narrate_wait(&n, DELAY);
	narrate_state(&n, A, ESTAB_FIN_WAIT_2, ESTAB_REASON_ACK_OF_FIN,
	    TCB_BYTES);
	narrate_arrives(&n, A, ESTAB_REASON_ACK_OF_FIN, ack, frame[0]);
}

void
story_flood(struct story *story)
{
	struct narrator n = narrate_begin(story);
	const uint32_t queue = 64;

	narrate_listen(&n);
	for (uint32_t k = 0; k < 200; k++) {
		const struct seg one = { ESTAB_SYN, SEQ_X + k * 7919, 0, 0 };
		const struct seg answer = { ESTAB_SYN | ESTAB_ACK,
			SEQ_Y + k * 104729, one.seq + 1, 0 };
		uint32_t frame;

		n.port = (uint16_t)(1024 + k);
		n.memory[B] = 0;
		n.state[B] = ESTAB_LISTEN;
		frame = narrate_fated(&n, A, ESTAB_REASON_NONE, one,
		    ESTAB_FATE_FORGED);
		narrate_wait(&n, DELAY);
		if (k >= queue) {
			narrate_arrives(&n, B, ESTAB_REASON_LISTEN_QUEUE_FULL,
			    one, frame);
			continue;
		}
		narrate_state(&n, B, ESTAB_SYN_RECEIVED,
		    ESTAB_REASON_LISTEN_SYN, HALF_OPEN_BYTES);
		narrate_arrives(&n, B, ESTAB_REASON_LISTEN_SYN, one, frame);
		narrate_fated(&n, B, ESTAB_REASON_OUT_SYN_ACK, answer,
		    ESTAB_FATE_LOST);
	}
}

void
story_live(struct story *story)
{
	struct narrator n = narrate_begin(story);
	const struct seg fin = { ESTAB_FIN | ESTAB_ACK, SEQ_Y + 1, SEQ_X + 101,
		0 };
	const struct seg data = { ESTAB_ACK | ESTAB_PSH, SEQ_X + 1, SEQ_Y + 1,
		100 };

	n.wires = false;
	narrate_connect(&n);
	narrate_leaves(&n, A, ESTAB_REASON_OUT_SYN, narrate_syn);
	narrate_wait(&n, 180 * ESTAB_US);
	narrate_syn_ack_arrives(&n, 0);
	narrate_leaves(&n, A, ESTAB_REASON_OUT_ACK, narrate_third);
	narrate_wait(&n, ESTAB_MS);
	narrate_note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_SEND);
	narrate_leaves(&n, A, ESTAB_REASON_OUT_TEXT, data);
	narrate_wait(&n, 300 * ESTAB_MS);
	narrate_note(&n, ESTAB_RECORD_TIMER, A,
	    ESTAB_REASON_TIMEOUT_RETRANSMIT);
	narrate_leaves(&n, A, ESTAB_REASON_OUT_RETRANSMIT, data);
	narrate_wait(&n, 170 * ESTAB_US);
	narrate_state(&n, A, ESTAB_CLOSE_WAIT, ESTAB_REASON_FIN_TAKEN,
	    TCB_BYTES);
	narrate_arrives(&n, A, ESTAB_REASON_FIN_TAKEN, fin, 0);
	narrate_leaves(&n, A, ESTAB_REASON_OUT_ACK_NOW,
	    (struct seg){ ESTAB_ACK, SEQ_X + 101, SEQ_Y + 2, 0 });
}
