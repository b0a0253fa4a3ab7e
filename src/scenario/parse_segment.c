/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse_segment.c - "A > B  FIN ACK  seq=u ack=v  A FIN-WAIT-1  lost": a
 * segment that is to come next, or one that the lab forges.
 */
#include "scenario/parse.h"

#include <string.h>

static bool
flags(struct parser *p, struct script_segment *s)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} flag[] = {
		{ "SYN", ESTAB_SYN },
		{ "ACK", ESTAB_ACK },
		{ "FIN", ESTAB_FIN },
		{ "RST", ESTAB_RST },
		{ "PSH", ESTAB_PSH },
		{ "URG", ESTAB_URG },
	};
	const size_t count = sizeof flag / sizeof flag[0];
	size_t i;

	if (cursor_take(&p->c, "any")) {
		s->flags_any = true;
		p->scenario->wildcard_count++;
		return true;
	}
	do {
		for (i = 0; i < count; i++)
			if (cursor_take(&p->c, flag[i].name))
				break;
		if (i == count)
			break;
		s->flags |= flag[i].bit;
		s->psh_given |= flag[i].bit == ESTAB_PSH;
	} while (true);
	return s->flags != 0 ||
	    cursor_fail(&p->c, "flags: SYN, ACK, FIN, RST, PSH, URG or any");
}

static bool
position(struct parser *p, struct script_number *number, bool *any)
{
	if (cursor_take(&p->c, "any")) {
		*any = true;
		return true;
	}
	return cursor_want_position(&p->c, number);
}

/* "win=0", "win>=1000", "len=any" */
static bool
size(struct parser *p, enum script_test *test, uint32_t *value)
{
	uint64_t bytes;

	if (!parse_test(&p->c, test))
		return cursor_fail(&p->c, "'=', '>=' or '<='");
	if (*test == SCRIPT_TEST_EQUAL && cursor_take(&p->c, "any")) {
		*test = SCRIPT_TEST_ANY;
		p->scenario->wildcard_count++;
		return true;
	}
	if (!cursor_want_bytes(&p->c, &bytes))
		return false;
	if (bytes > UINT32_MAX)
		return cursor_fail(&p->c, "a smaller number");
	*value = (uint32_t)bytes;
	return true;
}

static bool
numbers(struct parser *p, struct script_segment *s, bool *read)
{
	*read = true;
	if (cursor_take(&p->c, "seq="))
		return position(p, &s->seq, &s->seq_any);
	if (cursor_take(&p->c, "ack="))
		return position(p, &s->ack, &s->ack_any);
	if (cursor_take(&p->c, "len"))
		return size(p, &s->len_test, &s->len);
	if (cursor_take(&p->c, "win"))
		return size(p, &s->wnd_test, &s->wnd);
	if (cursor_take(&p->c, "options="))
		return parse_exact_options(&p->c, &s->options);
	cursor_space(&p->c);
	if (*p->c.at == '<')
		return parse_options(&p->c, &s->options);
	if (cursor_take(&p->c, "because")) {
		s->because_given = true;
		return parse_reason(&p->c, &s->because);
	}
	if (cursor_take(&p->c, "verdict")) {
		s->verdict_given = true;
		return parse_reason(&p->c, &s->verdict);
	}
	*read = false;
	return true;
}

static bool
fate(struct parser *p, struct script_fate *f, bool *read)
{
	int64_t bit;

	*read = true;
	if (cursor_take(&p->c, "lost"))
		return f->lost = true;
	if (cursor_take(&p->c, "duplicated"))
		return f->duplicated = true;
	if (cursor_take(&p->c, "late")) {
		f->late = true;
		return cursor_want_duration(&p->c, p->world->host_count,
		    &f->delay);
	}
	if (cursor_take(&p->c, "held")) {
		if (!cursor_want(&p->c, "as"))
			return false;
		return cursor_word(&p->c, f->held, sizeof f->held) ||
		    cursor_fail(&p->c, "a name for the held segment");
	}
	if (cursor_take(&p->c, "corrupted")) {
		f->corrupted = true;
		if (!cursor_take(&p->c, "bit"))
			return true;
		if (!cursor_number(&p->c, &bit) || bit < 0 ||
		    bit > INT64_C(65535) * 8)
			return cursor_fail(&p->c, "the number of a bit");
		f->bit_given = true;
		f->bit = (uint32_t)bit;
		return true;
	}
	*read = false;
	return true;
}

/* What only a forged segment has: ports, an urgent pointer, its text. */
static bool
forgery(struct parser *p, struct script_segment *s, bool *read)
{
	uint64_t n;
	char *text;

	*read = true;
	if (cursor_take(&p->c, "text=")) {
		if (!cursor_want_quoted(&p->c, &text))
			return false;
		s->text = text;
		s->len = (uint32_t)strlen(text);
		return true;
	}
	if (cursor_take(&p->c, "up=")) {
		if (!cursor_want_bytes(&p->c, &n))
			return false;
		s->up = (uint32_t)(n & 0xffff);
		return true;
	}
	if (cursor_take(&p->c, "from") || cursor_take(&p->c, "to")) {
		const bool to = p->c.at[-1] == 'o';

		if (!cursor_want_bytes(&p->c, &n) || n == 0 || n > 65535)
			return cursor_fail(&p->c, "a port");
		*(to ? &s->to_port : &s->from_port) = (uint16_t)n;
		return true;
	}
	*read = false;
	return true;
}

static bool
is_host(const struct script_end *a, const struct script_end *b)
{
	return a->nobody == 0 && b->nobody == 0 && a->host == b->host;
}

/* "A FIN-WAIT-1, B CLOSE-WAIT": the sender's state as it leaves, the
 * receiver's after it arrived. */
static bool
state(struct parser *p, struct script_segment *s, bool *read)
{
	struct script_end end;
	const char *start;

	(void)cursor_take(&p->c, ",");
	start = p->c.at;
	*read = cursor_end_of_conn(&p->c, p->world->host_count, &end);
	if (!*read)
		return true;
	if (is_host(&end, &s->from)) {
		s->from_given = true;
		return cursor_want_state(&p->c, &s->from_state);
	}
	if (!is_host(&end, &s->to))
		return cursor_fail_at(&p->c, start,
		    "a state of one of these two ends");
	s->to_given = true;
	return cursor_want_state(&p->c, &s->to_state);
}

static bool
attributes(struct parser *p, struct script_segment *s)
{
	bool read;

	while (!cursor_at_end(&p->c)) {
		if (!numbers(p, s, &read))
			return false;
		if (!read && s->forged && !forgery(p, s, &read))
			return false;
		if (!read && !s->forged && !fate(p, &s->fate, &read))
			return false;
		if (!read && !state(p, s, &read))
			return false;
		if (!read)
			return cursor_fail(&p->c,
			    "seq=, ack=, len=, win=, <options>, a state, or "
			    "what the wire does");
	}
	return true;
}

/* A number left open is a wildcard; the lab prints how many there are. */
static uint32_t
wildcards(const struct script_segment *s)
{
	uint32_t n = 0;

	if (s->forged || s->flags_any)
		return 0;
	n += !s->seq.given;
	n += (s->flags & ESTAB_ACK) != 0 && !s->ack.given;
	return n;
}

static bool
sensible(struct parser *p, const struct script_segment *s)
{
	const bool gone =
	    s->fate.lost || (s->fate.held[0] != '\0' && !s->fate.duplicated);

	if (gone && (s->to_given || s->verdict_given))
		return cursor_fail(&p->c,
		    "no state of the receiver: it does not get this segment");
	if (s->forged && !s->seq.given)
		return cursor_fail(&p->c, "seq= of the forged segment");
	if (s->forged && (s->from_given || s->because_given))
		return cursor_fail(&p->c,
		    "nothing of the sender: the lab forges this segment");
	return true;
}

bool
parse_segment(struct parser *p, const struct script_end *from,
    const struct script_when *when, bool maybe, bool forged)
{
	struct script_step *step =
	    parse_step(p, forged ? SCRIPT_STEP_FORGE : SCRIPT_STEP_SEGMENT);
	struct script_segment *s;

	if (step == NULL)
		return false;
	step->when = *when;
	s = &step->u.segment;
	s->from = *from;
	s->maybe = maybe;
	s->forged = forged;
	if (!cursor_end_of_conn(&p->c, p->world->host_count, &s->to))
		return cursor_fail(&p->c, "the end it goes to");
	if (s->from.nobody != 0 && s->to.nobody != 0)
		return cursor_fail(&p->c, "a host");
	if (forged && cursor_take(&p->c, "ICMP"))
		return parse_icmp(p, s);
	if (!flags(p, s) || !attributes(p, s) || !sensible(p, s))
		return false;
	p->scenario->wildcard_count += wildcards(s);
	return true;
}
