/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stories_text.c - text, and what happens to it on its way.
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

/* The second of five segments is lost; three duplicate ACKs. */
void
story_lost_text(struct story *story)
{
	struct narrator n = narrate_begin(story);
	uint32_t frame[5];

	narrate_open(&n);
	narrate_note(&n, ESTAB_RECORD_CALL, A, ESTAB_REASON_CALL_SEND);
	for (uint32_t k = 0; k < 5; k++)
		frame[k] = narrate_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(k),
		    k == 1 ? ESTAB_FATE_LOST : 0);
	narrate_wait(&n, DELAY);
	narrate_arrives(&n, B, ESTAB_REASON_TEXT_TAKEN, text(0), frame[0]);
	for (uint32_t k = 2; k < 5; k++)
		narrate_arrives(&n, B, ESTAB_REASON_TEXT_HELD, text(k),
		    frame[k]);
	for (uint32_t k = 0; k < 4; k++)
		frame[k] = narrate_leaves(&n, B,
		    k == 0 ? ESTAB_REASON_OUT_ACK : ESTAB_REASON_OUT_ACK_NOW,
		    ack_of(1));
	narrate_wait(&n, DELAY);
	narrate_arrives(&n, A, ESTAB_REASON_ACK_ADVANCES, ack_of(1), frame[0]);
	for (uint32_t k = 1; k < 4; k++) {
		if (k == 3) {
			struct estab_record *r =
			    narrate_record(&n, ESTAB_RECORD_LOSS, A);

			r->reason = ESTAB_REASON_LOSS_FAST;
			r->cwnd_bytes = 7300;
			r->ssthresh_bytes = 2920;
		}
		narrate_arrives(&n, A, ESTAB_REASON_ACK_DUPLICATE, ack_of(1),
		    frame[k]);
	}
	frame[0] =
	    narrate_leaves(&n, A, ESTAB_REASON_OUT_FAST_RETRANSMIT, text(1));
	narrate_wait(&n, DELAY);
	narrate_arrives(&n, B, ESTAB_REASON_TEXT_FILLS, text(1), frame[0]);
	frame[0] = narrate_leaves(&n, B, ESTAB_REASON_OUT_ACK_NOW, ack_of(5));
	narrate_wait(&n, DELAY);
	struct estab_record *r = narrate_record(&n, ESTAB_RECORD_LOSS, A);
	r->reason = ESTAB_REASON_LOSS_RECOVERED;
	r->cwnd_bytes = r->ssthresh_bytes = 2920;
	narrate_arrives(&n, A, ESTAB_REASON_ACK_ADVANCES, ack_of(5), frame[0]);
}

void
story_mishaps(struct story *story)
{
	struct narrator n = narrate_begin(story);
	uint32_t frame[4];

	narrate_open(&n);
	frame[0] = narrate_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(0),
	    ESTAB_FATE_DUPLICATED);
	frame[1] = narrate_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(1),
	    ESTAB_FATE_CORRUPTED);
	frame[2] = narrate_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(2),
	    ESTAB_FATE_REORDERED);
	narrate_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(3),
	    ESTAB_FATE_TOO_BIG);
	narrate_fated(&n, A, ESTAB_REASON_OUT_TEXT, text(4),
	    ESTAB_FATE_QUEUE_FULL);
	narrate_wait(&n, DELAY);
	narrate_arrives(&n, B, ESTAB_REASON_TEXT_TAKEN, text(0), frame[0]);
	narrate_arrives(&n, B, ESTAB_REASON_SEQ_UNACCEPTABLE, text(0),
	    frame[0]);
	struct estab_record *r = narrate_record(&n, ESTAB_RECORD_DROP, B);
	r->reason = ESTAB_REASON_DROP_CHECKSUM;
	r->frame = frame[1];
	narrate_wait(&n, ESTAB_MS);
	narrate_arrives(&n, B, ESTAB_REASON_TEXT_HELD, text(2), frame[2]);
	narrate_note(&n, ESTAB_RECORD_ICMP, A, ESTAB_REASON_ICMP_TOO_BIG);
	frame[0] = narrate_leaves(&n, A, ESTAB_REASON_OUT_RESEGMENT,
	    (struct seg){ ESTAB_ACK, SEQ_X + 1 + 1460, SEQ_Y + 1, 1240 });
	narrate_wait(&n, DELAY);
	narrate_arrives(&n, B, ESTAB_REASON_TEXT_FILLS,
	    (struct seg){ ESTAB_ACK, SEQ_X + 1 + 1460, SEQ_Y + 1, 1240 },
	    frame[0]);
}
