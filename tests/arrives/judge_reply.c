/* SPDX-License-Identifier: BSD-2-Clause
 *
 * judge_reply.c - the answer to a segment, held against an outcome.
 */
#include "judge.h"

static const char *
reply_numbers(const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const struct oracle_connection *c = &m->known;
	const struct segment *r = &seen->control.seg;

	if (seen->reply == ORACLE_RST && (r->seq != seg->ack || r->len != 0))
		return "the RST's SEQ is not SEG.ACK";
	if (o->resets &&
	    (r->seq != c->snd_nxt || r->ack != o->rcv_nxt || r->len != 0))
		return "the RST's numbers are not SND.NXT and RCV.NXT";
	if (seen->reply == ORACLE_RST_ACK && !o->resets &&
	    (r->seq != 0 || r->ack != seg->seq + seg->len))
		return "the RST's numbers are not 0 and SEG.SEQ+SEG.LEN";
	if (seen->reply == ORACLE_SYN_ACK && r->ack != o->rcv_nxt)
		return "the SYN+ACK's ACK is not RCV.NXT";
	if (seen->reply == ORACLE_SYN_ACK && !o->reused && r->seq != c->iss)
		return "the SYN+ACK's SEQ is not ISS";
	if (seen->reply == ORACLE_SYN_ACK && o->reused &&
	    oracle_distance(c->snd_nxt, r->seq) <= 0)
		return "the new ISS is not above the old SND.NXT";
	if (seen->reply != ORACLE_ACK)
		return NULL;
	if (r->ack != o->rcv_nxt)
		return "the ACK's ACK is not RCV.NXT";
	if (r->seq != c->snd_nxt && r->seq != seen->after.snd_nxt)
		return "the ACK's SEQ is not SND.NXT";
	if (o->state != ESTAB_TIME_WAIT &&
	    oracle_distance(c->rcv_nxt + c->rcv_wnd, seen->control.right_edge) <
	        0 &&
	    !o->synchronizes)
		return "the window's right edge went back";
	return NULL;
}

static const char *
reply_stamp(const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const struct oracle_connection *c = &m->known;
	const struct tcp_options *options = &seen->control.seg.options;
	const bool agreed =
	    o->synchronizes ? seg->options.has_ts : c->timestamps;
	bool recent;

	if (seen->control_count == 0 || o->reused ||
	    (seen->reply != ORACLE_ACK && seen->reply != ORACLE_SYN_ACK))
		return NULL;
	if (options->has_ts != agreed)
		return agreed ? "the reply has no time stamp" :
		                "the reply has a time stamp";
	if (!agreed)
		return NULL;
	recent = options->tsecr == c->ts_recent;
	if ((o->echo & ORACLE_OLD) != 0 && recent)
		return NULL;
	if ((o->echo & ORACLE_NEW) != 0 && seg->options.has_ts &&
	    options->tsecr == seg->options.tsval)
		return NULL;
	return "the time stamp echoed is the wrong one";
}

const char *
judge_replies(const struct mould *m, const struct segment *seg,
    const struct seen *seen, const struct oracle_outcome *o)
{
	const char *wrong;

	if (seen->control_count > 1)
		return "more than one reply";
	if (seen->syn_count != (o->opens_again ? 1 : 0))
		return "how often our SYN left again";
	if (seen->syn_count > 0 && seen->syn_seq != m->known.iss)
		return "our SYN again has another number";
	if ((o->replies & seen->reply) == 0 &&
	    !(seen->text_count > 0 &&
	        (o->replies & (ORACLE_ACK | ORACLE_OWED)) != 0))
		return "the reply";
	if (seen->control_count > 0) {
		if (seen->ack_owed)
			return "an ACK was sent and one is owed";
		wrong = reply_numbers(m, seg, seen, o);
		if (wrong != NULL)
			return wrong;
		wrong = reply_stamp(m, seg, seen, o);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}
