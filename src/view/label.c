/* SPDX-License-Identifier: BSD-2-Clause
 *
 * label.c - a segment in words: "SYN=1 ACK=1 seq=y ack=x+1 len=10".
 */
#include "view/ladder.h"

static void
add_flags(struct text *text, uint8_t flags, bool raw)
{
	static const struct {
		uint8_t flag;
		bool raw; /* shown only where all is */
		const char *name;
	} names[] = {
		{ ESTAB_SYN, false, "SYN=1 " },
		{ ESTAB_FIN, false, "FIN=1 " },
		{ ESTAB_RST, false, "RST=1 " },
		{ ESTAB_URG, false, "URG=1 " },
		{ ESTAB_ACK, false, "ACK=1 " },
		{ ESTAB_PSH, true, "PSH=1 " },
		{ ESTAB_ECE, false, "ECE=1 " },
		{ ESTAB_CWR, false, "CWR=1 " },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((flags & names[i].flag) != 0 && (raw || !names[i].raw))
			text_add(text, names[i].name);
}

/* A wire's record of a packet that is no TCP segment has no ports. */
bool
label_is_icmp(const struct estab_record *segment)
{
	return segment->local.port == 0 && segment->remote.port == 0;
}

void
label_segment(struct text *text, const struct view_ladder *ladder,
    const struct estab_record *segment, const struct pair *pair, enum side from)
{
	const bool raw = ladder->style.raw;
	static const struct view_space nothing;
	const struct view_space *own =
	    pair != NULL ? &pair->end[from].space : &nothing;
	const struct view_space *peer =
	    pair != NULL ? &pair->end[side_other(from)].space : &nothing;
	const unsigned use =
	    raw ? SYMBOLS_NONE : symbols_for(own, peer, from, segment);

	if (pair != NULL && ladder->pairs.numbered > 1)
		text_add(text_number(text_add(text, "#"), pair->number), " ");
	if (label_is_icmp(segment)) {
		text_add(text, "ICMP");
		return;
	}
	add_flags(text, segment->flags, raw);
	symbols_express(text_add(text, "seq="), own, segment->seq, use);
	if ((segment->flags & ESTAB_ACK) != 0)
		symbols_express(text_add(text, " ack="), peer, segment->ack,
		    use & ~SYMBOLS_AT_FIN);
	if (segment->text_bytes > 0)
		text_number(text_add(text, " len="), segment->text_bytes);
	if (segment->segment_count > 1)
		text_number(text_add(text, "/"), segment->segment_count);
	if ((segment->flags & ESTAB_URG) != 0)
		text_number(text_add(text, " up="), segment->up);
	/* A closed window is news; an open one only where all is told. */
	if (raw || (segment->wnd == 0 && (segment->flags & ESTAB_RST) == 0))
		text_number(text_add(text, " wnd="), segment->wnd);
}

void
label_options(struct text *text, const struct estab_record *segment, bool raw)
{
	const uint8_t has = segment->options;
	const bool syn = (segment->flags & ESTAB_SYN) != 0;
	const char *space = "";

	if ((has & ESTAB_HAS_MSS) != 0) {
		text_number(text_add(text, "mss="), segment->mss);
		space = " ";
	}
	if ((has & ESTAB_HAS_WSCALE) != 0) {
		text_number(text_add(text_add(text, space), "ws="),
		    segment->wscale);
		space = " ";
	}
	if ((has & (ESTAB_HAS_SACK_OK | ESTAB_HAS_SACK)) != 0) {
		text_add(text_add(text, space), "sack");
		space = " ";
	}
	if ((has & ESTAB_HAS_TS) == 0 || !(syn || raw))
		return;
	text_add(text_add(text, space), "ts");
	if (raw) {
		text_number(text_add(text, "="), segment->tsval);
		text_number(text_add(text, "/"), segment->tsecr);
	}
}
