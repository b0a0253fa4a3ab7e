/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse_icmp.c - "forged nobody.1 > A  ICMP port-unreachable  seq=x  A CLOSED":
 * an ICMP message about a segment that A has sent.
 */
#include "scenario/parse.h"

static bool
kind(struct parser *p, struct script_segment *s)
{
	static const struct {
		const char *name;
		enum script_icmp icmp;
	} kinds[] = {
		{ "port-unreachable", SCRIPT_ICMP_PORT_UNREACHABLE },
		{ "host-unreachable", SCRIPT_ICMP_HOST_UNREACHABLE },
		{ "time-exceeded", SCRIPT_ICMP_TIME_EXCEEDED },
		{ "too-big", SCRIPT_ICMP_TOO_BIG },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (cursor_take(&p->c, kinds[i].name)) {
			s->icmp = kinds[i].icmp;
			return true;
		}
	return cursor_fail(&p->c,
	    "port-unreachable, host-unreachable, time-exceeded or too-big");
}

static bool
mtu(struct parser *p, struct script_segment *s)
{
	uint64_t bytes;

	if (!cursor_want_bytes(&p->c, &bytes))
		return false;
	if (bytes > UINT16_MAX)
		return cursor_fail(&p->c, "an MTU of at most 65535");
	s->icmp_mtu = (uint32_t)bytes;
	return true;
}

static bool
state(struct parser *p, struct script_segment *s)
{
	struct script_end end;

	if (!cursor_end_of_conn(&p->c, p->world->host_count, &end) ||
	    end.nobody != 0 || end.host != s->to.host)
		return cursor_fail(&p->c,
		    "seq=, mtu=, verdict, or the state of who gets it");
	s->to_given = true;
	return cursor_want_state(&p->c, &s->to_state);
}

static bool
attribute(struct parser *p, struct script_segment *s)
{
	if (cursor_take(&p->c, "seq="))
		return cursor_want_position(&p->c, &s->seq);
	if (s->icmp == SCRIPT_ICMP_TOO_BIG && cursor_take(&p->c, "mtu="))
		return mtu(p, s);
	if (cursor_take(&p->c, "verdict")) {
		s->verdict_given = true;
		return parse_reason(&p->c, &s->verdict);
	}
	return state(p, s);
}

bool
parse_icmp(struct parser *p, struct script_segment *s)
{
	if (!kind(p, s))
		return false;
	while (!cursor_at_end(&p->c))
		if (!attribute(p, s))
			return false;
	return s->seq.given ||
	    cursor_fail(&p->c, "seq= of the segment it is about");
}
