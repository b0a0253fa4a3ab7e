/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse_call.c - what a program does: "A connect B", "B receive 1 MiB",
 * "A send 100 -> EPIPE".
 */
#include "scenario/parse.h"

#include <string.h>

#define PORT_DEFAULT 80
#define BACKLOG_DEFAULT 16

static bool
port(struct cursor *c, uint16_t *port)
{
	const char *start = c->at;
	int64_t n;

	if (!cursor_number(c, &n) || n < 1 || n > 65535)
		return cursor_fail_at(c, start, "a port");
	*port = (uint16_t)n;
	return true;
}

/* "listen", "listen 80", "listen 80 backlog 1" */
static bool
listen_words(struct parser *p, struct script_call *call)
{
	int64_t n;

	call->port = PORT_DEFAULT;
	call->backlog = BACKLOG_DEFAULT;
	cursor_space(&p->c);
	if (*p->c.at >= '0' && *p->c.at <= '9' && !port(&p->c, &call->port))
		return false;
	if (!cursor_take(&p->c, "backlog"))
		return true;
	if (!cursor_number(&p->c, &n) || n < 1 || n > UINT32_MAX)
		return cursor_fail(&p->c, "a backlog");
	call->backlog = (uint32_t)n;
	return true;
}

/* "connect B", "connect B port 80 from 1000" */
static bool
connect_words(struct parser *p, struct script_call *call)
{
	const char *start = p->c.at;

	call->port = PORT_DEFAULT;
	if (!cursor_end_of_conn(&p->c, p->world->host_count, &call->peer) ||
	    (call->peer.nobody == 0 && call->peer.host == call->who.host))
		return cursor_fail_at(&p->c, start, "the host to connect to");
	if (cursor_take(&p->c, "port") && !port(&p->c, &call->port))
		return false;
	if (call->verb == SCRIPT_CONNECT && cursor_take(&p->c, "from"))
		return port(&p->c, &call->from_port);
	return true;
}

/* "100", "1 MiB", "\"hello\"" */
static bool
text_words(struct parser *p, struct script_call *call)
{
	char *text;

	if (call->verb == SCRIPT_SEND && cursor_take(&p->c, "urgent"))
		call->verb = SCRIPT_SEND_URGENT;
	if (call->verb == SCRIPT_RECEIVE && cursor_take(&p->c, "end")) {
		call->verb = SCRIPT_RECEIVE_END;
		return true;
	}
	cursor_space(&p->c);
	if (*p->c.at != '"')
		return cursor_want_bytes(&p->c, &call->bytes);
	if (!cursor_want_quoted(&p->c, &text))
		return false;
	call->text = text;
	call->bytes = strlen(text);
	return true;
}

static bool
verb_words(struct parser *p, struct script_call *call)
{
	switch (call->verb) {
	case SCRIPT_LISTEN:
		return listen_words(p, call);
	case SCRIPT_CONNECT:
	case SCRIPT_LISTEN_CONNECT:
		return connect_words(p, call);
	case SCRIPT_SEND:
	case SCRIPT_SEND_URGENT:
	case SCRIPT_RECEIVE:
	case SCRIPT_RECEIVE_END:
		return text_words(p, call);
	case SCRIPT_SET:
		return parse_set(p, call);
	case SCRIPT_KEYS:
		return parse_keys(p, call);
	case SCRIPT_ACCEPT:
	case SCRIPT_CLOSE:
	case SCRIPT_ABORT:
	case SCRIPT_RELEASE:
	case SCRIPT_FORGET:
	case SCRIPT_RESTART:
	case SCRIPT_VANISH:
	case SCRIPT_VERB_COUNT:
		break;
	}
	return true;
}

/* "-> 500", "-> ECONNRESET" */
static bool
result_words(struct parser *p, struct script_call *call)
{
	if (!cursor_take(&p->c, "->"))
		return true;
	call->result_given = true;
	if (cursor_number(&p->c, &call->result) ||
	    cursor_error_name(&p->c, &call->result))
		return true;
	return cursor_fail(&p->c, "a number or an error such as EPIPE");
}

bool
parse_call(struct parser *p, const struct script_end *who,
    const struct script_when *when)
{
	static const char *const name[SCRIPT_VERB_COUNT] = {
		[SCRIPT_LISTEN] = "listen",
		[SCRIPT_CONNECT] = "connect",
		[SCRIPT_LISTEN_CONNECT] = "listen-connect",
		[SCRIPT_ACCEPT] = "accept",
		[SCRIPT_SEND] = "send",
		[SCRIPT_RECEIVE] = "receive",
		[SCRIPT_CLOSE] = "close",
		[SCRIPT_ABORT] = "abort",
		[SCRIPT_RELEASE] = "release",
		[SCRIPT_FORGET] = "forget",
		[SCRIPT_SET] = "set",
		[SCRIPT_KEYS] = "keys",
		[SCRIPT_RESTART] = "restart",
		[SCRIPT_VANISH] = "vanish",
	};
	struct script_step *s = parse_step(p, SCRIPT_STEP_CALL);

	if (s == NULL)
		return false;
	s->when = *when;
	s->u.call.who = *who;
	for (unsigned v = 0; v < SCRIPT_VERB_COUNT; v++) {
		if (name[v] == NULL || !cursor_take(&p->c, name[v]))
			continue;
		s->u.call.verb = (enum script_verb)v;
		return verb_words(p, &s->u.call) && result_words(p, &s->u.call);
	}
	return cursor_fail(&p->c,
	    "'>', or a call: listen, connect, accept, "
	    "send, receive, close, abort ...");
}
