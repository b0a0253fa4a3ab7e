/* SPDX-License-Identifier: BSD-2-Clause
 *
 * parse_twins.c - several machines behind one address: "twins B C", "route C"
 * and "C keys add".
 */
#include "scenario/parse.h"

static bool
host(struct parser *p, uint8_t *host)
{
	const char *start = p->c.at;
	struct script_end end;

	if (!cursor_end_of_conn(&p->c, p->world->host_count, &end) ||
	    end.nobody != 0 || end.slot != 0)
		return cursor_fail_at(&p->c, start, "a host");
	*host = end.host;
	return true;
}

static bool
is_joined(const struct script_world *w, uint8_t a, uint8_t b)
{
	for (uint8_t i = 0; i < w->wire_count; i++)
		if ((w->wire[i].a == a && w->wire[i].b == b) ||
		    (w->wire[i].a == b && w->wire[i].b == a))
			return true;
	return false;
}

/* All twins are joined to the same hosts, or some would have no way. */
static bool
are_joined_alike(const struct script_world *w, uint8_t first, uint8_t other)
{
	uint32_t peers = 0;

	for (uint8_t h = 0; h < w->host_count; h++) {
		if (is_joined(w, first, h) != is_joined(w, other, h))
			return false;
		peers += is_joined(w, first, h);
	}
	return peers > 0 && !is_joined(w, first, other);
}

/* "twins B C": they have B's address, and keys in common. */
bool
parse_twins(struct parser *p)
{
	struct script_world *w = p->world;
	uint8_t first = 0, other = 0;

	if (!host(p, &first))
		return false;
	w->host[first].twin_of = (uint8_t)(first + 1);
	do {
		const char *start = p->c.at;

		if (!host(p, &other))
			return false;
		if (other == first || !are_joined_alike(w, first, other))
			return cursor_fail_at(&p->c, start,
			    "another host, joined by wires above to the same "
			    "hosts as the first");
		w->host[other].twin_of = (uint8_t)(first + 1);
	} while (!cursor_at_end(&p->c));
	return true;
}

/* "route C": what comes to its address is C's from here on. */
bool
parse_route(struct parser *p)
{
	const char *start = p->c.at;
	struct script_step *s;
	uint8_t to = 0;

	if (!host(p, &to))
		return false;
	if (p->world->host[to].twin_of == 0)
		return cursor_fail_at(&p->c, start, "one of twins");
	s = parse_step(p, SCRIPT_STEP_ROUTE);
	if (s != NULL)
		s->u.route = to;
	return s != NULL;
}

bool
parse_keys(struct parser *p, struct script_call *call)
{
	static const char *const name[] = { "add", "promote", "remove" };

	if (p->world->host[call->who.host].twin_of == 0)
		return cursor_fail(&p->c,
		    "no keys: this host is none of twins");
	for (uint32_t i = 0; i < sizeof name / sizeof name[0]; i++)
		if (cursor_take(&p->c, name[i])) {
			call->value = i;
			return true;
		}
	return cursor_fail(&p->c, "add, promote or remove");
}
