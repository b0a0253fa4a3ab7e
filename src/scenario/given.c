/* SPDX-License-Identifier: BSD-2-Clause
 *
 * given.c - "given A FIN-WAIT-2, B CLOSE-WAIT": the stories that bring two
 * ends to where another story begins.
 *
 * They are told in the same language and run like any other: by calls and
 * segments, with nothing poked into a control block.  A is the one that
 * opens, B the one that listens; given's order says which host is which.
 */
#include "scenario/parse.h"

#include <stdlib.h>
#include <string.h>

#define LISTENING "B listen\n"
#define SYN_SENT LISTENING "A connect B\n A > B SYN seq=x A SYN-SENT"
#define OPEN                                                                   \
	SYN_SENT " B SYN-RECEIVED\n"                                           \
	         " B > A SYN ACK seq=y ack=x+1\n"                              \
	         " A > B ACK seq=x+1 ack=y+1 A ESTABLISHED, B ESTABLISHED\n"   \
	         "B accept\n"
#define A_CLOSES                                                               \
	OPEN "A close\n"                                                       \
	     " A > B FIN ACK seq=u ack=y+1 A FIN-WAIT-1"
#define A_HALF_CLOSED                                                          \
	A_CLOSES ", B CLOSE-WAIT\n"                                            \
	         " B > A ACK seq=v ack=u+1 A FIN-WAIT-2\n"
#define B_CLOSES                                                               \
	OPEN "B close\n"                                                       \
	     " B > A FIN ACK seq=w ack=x+1 B FIN-WAIT-1, A CLOSE-WAIT\n"       \
	     " A > B ACK seq=x+1 ack=w+1 B FIN-WAIT-2\n"
#define A_WAITS                                                                \
	A_HALF_CLOSED "B close\n"                                              \
	              " B > A FIN ACK seq=w ack=u+1 B LAST-ACK\n"              \
	              " A > B ACK seq=u+1 ack=w+1 A TIME-WAIT"
#define CROSSED                                                                \
	OPEN "A close\nB close\n"                                              \
	     " A > B FIN ACK seq=u ack=y+1 A FIN-WAIT-1, B CLOSING\n"          \
	     " B > A FIN ACK seq=w ack=u B FIN-WAIT-1, A CLOSING\n"            \
	     " A > B ACK seq=u+1 ack=w+1 lost\n"                               \
	     " B > A ACK seq=w+1 ack=u+1 lost\n"

static const struct {
	enum estab_state a, b;
	const char *story;
} begin[] = {
	{ ESTAB_CLOSED, ESTAB_LISTEN, LISTENING },
	{ ESTAB_SYN_SENT, ESTAB_LISTEN, SYN_SENT " lost\n" },
	{ ESTAB_SYN_SENT, ESTAB_SYN_RECEIVED,
	    SYN_SENT " B SYN-RECEIVED\n B > A SYN ACK seq=y ack=x+1 lost\n" },
	{ ESTAB_ESTABLISHED, ESTAB_ESTABLISHED, OPEN },
	{ ESTAB_FIN_WAIT_1, ESTAB_ESTABLISHED, A_CLOSES " lost\n" },
	{ ESTAB_FIN_WAIT_1, ESTAB_CLOSE_WAIT,
	    A_CLOSES ", B CLOSE-WAIT\n B > A ACK seq=v ack=u+1 lost\n" },
	{ ESTAB_FIN_WAIT_2, ESTAB_CLOSE_WAIT, A_HALF_CLOSED },
	{ ESTAB_CLOSE_WAIT, ESTAB_FIN_WAIT_2, B_CLOSES },
	{ ESTAB_CLOSING, ESTAB_CLOSING, CROSSED },
	{ ESTAB_TIME_WAIT, ESTAB_LAST_ACK, A_WAITS " lost\n" },
	{ ESTAB_TIME_WAIT, ESTAB_CLOSED, A_WAITS ", B CLOSED\n" },
};

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A and B where they stand alone become the two hosts' letters. */
static char *
cast(const char *story, uint8_t a, uint8_t b)
{
	const size_t n = strlen(story) + 1;
	char *text = malloc(n);

	if (text == NULL)
		return NULL;
	memcpy(text, story, n);
	for (size_t i = 0; text[i] != '\0'; i++) {
		if ((text[i] != 'A' && text[i] != 'B') ||
		    (i > 0 && is_letter(text[i - 1])) || is_letter(text[i + 1]))
			continue;
		text[i] = (char)('A' + (story[i] == 'A' ? a : b));
	}
	return text;
}

static bool
tell(struct parser *p, const char *story, uint8_t a, uint8_t b)
{
	struct scenario *s = p->scenario;
	struct parser sub = *p;

	s->source[s->source_count] = cast(story, a, b);
	if (s->source[s->source_count] == NULL)
		return cursor_fail(&p->c, "memory");
	sub.prelude = true;
	s->source_count++;
	if (!parse_lines(&sub, s->source[s->source_count - 1]))
		return false;
	p->story_begun = true;
	return true;
}

static bool
host_and_state(struct parser *p, uint8_t *host, enum estab_state *state)
{
	struct script_end end;

	if (!cursor_end_of_conn(&p->c, p->world->host_count, &end) ||
	    end.nobody != 0 || end.slot != 0)
		return cursor_fail(&p->c, "a host");
	*host = end.host;
	return cursor_want_state(&p->c, state);
}

bool
parse_given(struct parser *p)
{
	enum estab_state state_a = ESTAB_CLOSED, state_b = ESTAB_CLOSED;
	const char *start = p->c.at;
	uint8_t a, b = 0;

	if (!host_and_state(p, &b, &state_b))
		return false;
	a = b == 0 ? 1 : 0;
	if (cursor_take(&p->c, ",")) {
		a = b;
		state_a = state_b;
		if (!host_and_state(p, &b, &state_b))
			return false;
	}
	if (a == b)
		return cursor_fail_at(&p->c, start, "two hosts");
	for (size_t i = 0; i < sizeof begin / sizeof begin[0]; i++)
		if (begin[i].a == state_a && begin[i].b == state_b)
			return tell(p, begin[i].story, a, b);
	return cursor_fail_at(&p->c, start,
	    "a pair of states that given can bring about (see "
	    "estab-scenario(5)); the first host opens, the second listens");
}
