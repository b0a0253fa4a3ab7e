/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse_head.c - the head of a scenario: hosts, wires, cases, choices, and
 * where a second world begins.
 */
#include "scenario/parse.h"

#include <string.h>

#define WIRE_DELAY_DEFAULT_NS (10 * ESTAB_MS)

bool
parse_cases(struct parser *p)
{
	static const int64_t iss[SCRIPT_ISS_CASES] = { 0, INT64_C(0x7fffffff),
		INT64_C(0x80000000), INT64_C(0xffffffff) };
	struct scenario *s = p->scenario;
	uint8_t families = 0;
	int64_t n;
	size_t i;

	while (!cursor_at_end(&p->c)) {
		if (cursor_take(&p->c, "v4")) {
			families |= SCRIPT_V4;
		} else if (cursor_take(&p->c, "v6")) {
			families |= SCRIPT_V6;
		} else if (cursor_take(&p->c, "own-iss")) {
			s->iss_cases = 0;
		} else if (cursor_take(&p->c, "iss")) {
			const char *start = p->c.at;

			s->iss_cases = 0;
			while (cursor_number(&p->c, &n)) {
				for (i = 0; i < SCRIPT_ISS_CASES; i++)
					if (iss[i] == n)
						s->iss_cases |=
						    (uint8_t)(1u << i);
			}
			if (s->iss_cases == 0)
				return cursor_fail_at(&p->c, start,
				    "0, 2^31-1, 2^31 or 2^32-1");
		} else {
			return cursor_fail(&p->c, "v4, v6, own-iss or iss");
		}
	}
	if (families != 0)
		s->families = families;
	return true;
}

bool
parse_hosts(struct parser *p)
{
	struct script_end end;
	uint8_t n = 0;

	while (!cursor_at_end(&p->c)) {
		const char *start = p->c.at;

		if (!cursor_end_of_conn(&p->c, SCRIPT_HOSTS_MAX, &end) ||
		    end.nobody != 0 || end.host != n)
			return cursor_fail_at(&p->c, start,
			    "hosts A, B, ... in order");
		n++;
	}
	if (n < 2)
		return cursor_fail(&p->c, "two hosts at least");
	p->world->host_count = n;
	return true;
}

static bool
impairment(struct parser *p, struct estab_impairment *wire)
{
	const char *where = p->c.at;
	char text[160];
	size_t n = 0;

	cursor_space(&p->c);
	while (p->c.at[n] != '\0' && p->c.at[n] != '#' && n < sizeof text - 1)
		n++;
	while (n > 0 && (p->c.at[n - 1] == ' ' || p->c.at[n - 1] == '\t'))
		n--;
	memcpy(text, p->c.at, n);
	text[n] = '\0';
	memset(wire, 0, sizeof *wire);
	if (n > 0 && estab_impairment_parse(text, wire, &where) < 0) {
		if (where >= text && where <= text + n)
			p->c.at += where - text;
		return cursor_fail(&p->c,
		    "what a wire does, as in delay=10ms,loss=5%");
	}
	if (wire->delay_ns == 0)
		wire->delay_ns = WIRE_DELAY_DEFAULT_NS;
	p->c.at += n;
	return true;
}

/* "wire A B loss=1%" or "wire A > B loss=1%". */
static bool
wire_words(struct parser *p, struct script_wire *wire)
{
	const uint8_t count = p->world->host_count;
	const char *start = p->c.at;
	struct script_end a, b;
	bool one_way;

	if (!cursor_end_of_conn(&p->c, count, &a) || a.nobody != 0)
		return cursor_fail_at(&p->c, start, "a host");
	one_way = cursor_take(&p->c, ">");
	start = p->c.at;
	if (!cursor_end_of_conn(&p->c, count, &b) || b.nobody != 0 ||
	    b.host == a.host)
		return cursor_fail_at(&p->c, start, "another host");
	*wire = (struct script_wire){
		.a = a.host,
		.b = b.host,
		.there_given = true,
		.back_given = !one_way,
	};
	if (!impairment(p, &wire->there))
		return false;
	wire->back = wire->there;
	return true;
}

/* Lay the directions that were given over the wire of the same two hosts. */
static void
wire_lay(struct script_wire *under, const struct script_wire *over)
{
	const bool same = under->a == over->a;

	if (over->there_given)
		*(same ? &under->there : &under->back) = over->there;
	if (over->back_given)
		*(same ? &under->back : &under->there) = over->back;
}

bool
parse_wire(struct parser *p)
{
	struct script_world *w = p->world;
	struct script_wire new = { 0 };
	struct script_step *s;

	if (!wire_words(p, &new))
		return false;
	if (p->story_begun) {
		s = parse_step(p, SCRIPT_STEP_WIRE);
		if (s != NULL)
			s->u.wire = new;
		return s != NULL;
	}
	for (uint8_t i = 0; i < w->wire_count; i++) {
		struct script_wire *old = &w->wire[i];

		if ((old->a == new.a && old->b == new.b) ||
		    (old->a == new.b && old->b == new.a)) {
			wire_lay(old, &new);
			return true;
		}
	}
	if (w->host[new.a].twin_of != 0 || w->host[new.b].twin_of != 0)
		return cursor_fail(&p->c, "the wires of twins above them");
	if (w->wire_count == SCRIPT_WIRES_MAX)
		return cursor_fail(&p->c, "fewer wires");
	if (!new.back_given)
		new.back = (struct estab_impairment){
			.delay_ns = WIRE_DELAY_DEFAULT_NS,
		};
	w->wire[w->wire_count++] = new;
	return true;
}

/* Two hosts that no line joined are joined by a plain wire. */
void
parse_wire_default(struct script_world *w)
{
	if (w->wire_count > 0)
		return;
	w->wire[0] = (struct script_wire){
		.a = 0,
		.b = 1,
		.there.delay_ns = WIRE_DELAY_DEFAULT_NS,
		.back.delay_ns = WIRE_DELAY_DEFAULT_NS,
	};
	w->wire_count = 1;
}

bool
parse_seed(struct parser *p)
{
	const char *start = p->c.at;
	int64_t n;

	if (!cursor_number(&p->c, &n) || n <= 0)
		return cursor_fail_at(&p->c, start, "a seed: a number above 0");
	p->world->seed = (uint64_t)n;
	return true;
}

/* "iss A 1000 5000": what A chooses, one connection after the other. */
bool
parse_iss(struct parser *p)
{
	struct script_host *h;
	struct script_end end;
	int64_t n;

	if (!cursor_end_of_conn(&p->c, p->world->host_count, &end) ||
	    end.nobody != 0)
		return cursor_fail(&p->c, "a host");
	h = &p->world->host[end.host];
	h->iss_count = 0;
	while (!cursor_at_end(&p->c)) {
		const char *start = p->c.at;

		if (h->iss_count == SCRIPT_ISS_MAX ||
		    !cursor_number(&p->c, &n) || n < 0 || n > UINT32_MAX)
			return cursor_fail_at(&p->c, start,
			    "a sequence number");
		h->iss[h->iss_count++] = (uint32_t)n;
	}
	return h->iss_count > 0 || cursor_fail(&p->c, "a sequence number");
}

/* The second world begins as the first one did: same head, no story yet. */
bool
parse_beside(struct parser *p)
{
	struct scenario *s = p->scenario;
	struct script_world *w = &s->world[1];
	const char *start = p->c.at;

	if (cursor_take(&p->c, "zh")) {
		p->c.at = start;
		if (s->world_count < 2)
			return cursor_fail(&p->c,
			    "beside without zh before this");
		return parse_words(p, &w->title);
	}
	if (s->world_count == 2)
		return cursor_fail(&p->c, "no third world");
	parse_wire_default(p->world);
	*w = *p->world;
	w->step = NULL;
	w->step_count = w->step_room = 0;
	w->title = (struct script_words){ 0 };
	s->world_count = 2;
	p->world = w;
	p->story_begun = false;
	p->given = false;
	return parse_words(p, &w->title);
}
