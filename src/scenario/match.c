/* SPDX-License-Identifier: BSD-2-Clause
 *
 * match.c - whether a segment is the one that a line of the story means.
 */
#include "scenario/stage.h"

#include <stdio.h>
#include <string.h>

#define FLAGS_MEANT (ESTAB_SYN | ESTAB_ACK | ESTAB_FIN | ESTAB_RST | ESTAB_URG)

/* ---- Numbers ------------------------------------------------------------ */

static const struct stage_symbol *
symbol_find(const struct scenario_run *run, const char *name)
{
	for (uint32_t i = 0; i < run->symbol_count; i++)
		if (strcmp(run->symbol[i].name, name) == 0)
			return &run->symbol[i];
	return NULL;
}

bool
match_number(const struct scenario_run *run, const struct script_number *number,
    uint32_t *value)
{
	const struct stage_symbol *symbol;

	*value = (uint32_t)number->offset;
	if (number->symbol[0] == '\0')
		return true;
	symbol = symbol_find(run, number->symbol);
	if (symbol == NULL)
		return false;
	*value += symbol->value;
	return true;
}

/* A name met for the first time takes the number it stands for. */
void
match_bind(struct scenario_run *run, const struct script_number *number,
    uint32_t value)
{
	struct stage_symbol *symbol;

	if (!number->given || number->symbol[0] == '\0' ||
	    symbol_find(run, number->symbol) != NULL ||
	    run->symbol_count == STAGE_SYMBOLS_MAX)
		return;
	symbol = &run->symbol[run->symbol_count++];
	memcpy(symbol->name, number->symbol, sizeof symbol->name);
	symbol->value = value - (uint32_t)number->offset;
}

static bool
number_fits(const struct scenario_run *run, const struct script_number *number,
    uint32_t seen)
{
	uint32_t value;

	return !number->given || !match_number(run, number, &value) ||
	    value == seen;
}

bool
match_holds(enum script_test test, int64_t seen, int64_t want)
{
	switch (test) {
	case SCRIPT_TEST_NONE:
	case SCRIPT_TEST_ANY:
		return true;
	case SCRIPT_TEST_EQUAL:
		return seen == want;
	case SCRIPT_TEST_NOT_EQUAL:
		return seen != want;
	case SCRIPT_TEST_AT_LEAST:
		return seen >= want;
	case SCRIPT_TEST_AT_MOST:
		return seen <= want;
	case SCRIPT_TEST_ABOVE:
		return seen > want;
	case SCRIPT_TEST_BELOW:
		return seen < want;
	}
	return false;
}

/* ---- Options ------------------------------------------------------------ */

uint32_t
match_big_endian(const uint8_t *p, uint32_t bytes)
{
	uint32_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | *p++;
	return v;
}

static bool
option_fits(const struct script_option *want, const struct stage_seen *seen,
    const struct packet_option *have)
{
	const uint8_t *body = seen->option + have->offset + 2;
	uint32_t each;

	if (want->kind != have->kind)
		return false;
	if (want->value_count == 0)
		return true;
	if (have->length < 3 || have->offset + have->length > 40)
		return false;
	/* mss and ws hold one number, a time stamp two of equal size. */
	each = (have->length - 2u) / (have->kind == 8 ? 2u : 1u);
	for (uint32_t i = 0; i < want->value_count; i++)
		if (match_big_endian(body + (size_t)i * each, each) !=
		    want->value[i])
			return false;
	return true;
}

static bool
options_fit(const struct script_options *want, const struct stage_seen *seen)
{
	uint32_t found = 0, others = 0;

	if (want->test == SCRIPT_OPTIONS_NONE)
		return true;
	if (want->test == SCRIPT_OPTIONS_EXACT)
		return want->exact_bytes == seen->option_bytes &&
		    memcmp(want->exact, seen->option, want->exact_bytes) == 0;
	for (uint32_t i = 0; i < seen->view.option_count; i++) {
		const struct packet_option *have = &seen->view.option[i];
		bool wanted = false;

		if (have->kind <= 1)
			continue; /* padding */
		for (uint32_t n = 0; n < want->count; n++)
			wanted |= option_fits(&want->option[n], seen, have);
		found += wanted;
		others += !wanted;
	}
	return found == want->count &&
	    (others == 0 || want->test == SCRIPT_OPTIONS_SOME);
}

/* ---- A segment and a line ----------------------------------------------- */

static bool
ports_are(const struct stage_slot *slot, uint16_t local, uint16_t remote)
{
	return slot->local.port == local && slot->remote.port == remote;
}

/* Whose connection it is: the sender's as far as it is known, else the
 * receiver's. */
static bool
ends_fit(struct scenario_run *run, const struct script_segment *s,
    const struct stage_seen *seen)
{
	const struct packet_view *v = &seen->view;
	const struct stage_slot *from = stage_slot(run, &s->from);
	const struct stage_slot *to = stage_slot(run, &s->to);
	struct estab_address nobody;
	int direction;

	if (s->from.nobody != 0 || s->from.host != seen->from_host)
		return false;
	if (s->to.nobody != 0) {
		stage_address(run,
		    stage_wire(run, seen->from_host, seen->to_host, &direction),
		    0, s->to.nobody, &nobody);
		return memcmp(&nobody, &v->ip.to, sizeof nobody) == 0;
	}
	if (s->to.host != seen->to_host)
		return false;
	if (from->known)
		return ports_are(from, v->from_port, v->to_port);
	return !to->known || ports_are(to, v->to_port, v->from_port);
}

/* What a line asks that a segment has not; NULL: it fits. */
const char *
match_misfit(struct scenario_run *run, const struct script_step *step,
    const struct stage_seen *seen)
{
	const struct script_segment *s = &step->u.segment;
	const struct packet_view *v = &seen->view;
	uint8_t mask = FLAGS_MEANT;

	if (s->psh_given)
		mask |= ESTAB_PSH;
	if (!ends_fit(run, s, seen))
		return "its ends";
	if (!s->flags_any && (v->flags & mask) != (s->flags & mask))
		return "its flags";
	if (!number_fits(run, &s->seq, v->seq))
		return "its seq";
	if (!number_fits(run, &s->ack, v->ack))
		return "its ack";
	if (!(s->len_test == SCRIPT_TEST_NONE ?
	            s->flags_any || v->text_bytes == 0 :
	            match_holds(s->len_test, v->text_bytes, s->len)))
		return "its length";
	if (!match_holds(s->wnd_test, v->wnd, s->wnd))
		return "its window";
	if (!options_fit(&s->options, seen))
		return "its options";
	if (s->from_given && (!seen->has_out || seen->state != s->from_state))
		return "its sender's state";
	if (s->because_given && (!seen->has_out || seen->because != s->because))
		return "why it was sent";
	return NULL;
}

/* Its time, against the stamp of the line. */
bool
match_in_time(const struct scenario_run *run, const struct script_step *step,
    const struct stage_seen *seen)
{
	const estab_time zero =
	    step->when.kind == SCRIPT_WHEN_AT ? run->began : run->base;

	return step->when.kind == SCRIPT_WHEN_ANY ||
	    (seen->time >= stage_instant(run, &step->when.from, zero) &&
	        seen->time <= stage_instant(run, &step->when.to, zero));
}

void
match_text(const struct scenario_run *run, const struct stage_seen *seen,
    char *text, size_t room)
{
	const struct packet_view *v = &seen->view;
	const estab_time t = seen->time - run->began;

	(void)snprintf(text, room,
	    "%c > %c %s%s%s%s%sseq=%u ack=%u len=%u win=%u at "
	    "%lld.%06lld s%s%s",
	    'A' + seen->from_host, 'A' + seen->to_host,
	    (v->flags & ESTAB_SYN) != 0 ? "SYN " : "",
	    (v->flags & ESTAB_FIN) != 0 ? "FIN " : "",
	    (v->flags & ESTAB_RST) != 0 ? "RST " : "",
	    (v->flags & ESTAB_URG) != 0 ? "URG " : "",
	    (v->flags & ESTAB_ACK) != 0 ? "ACK " : "", (unsigned)v->seq,
	    (unsigned)v->ack, (unsigned)v->text_bytes, (unsigned)v->wnd,
	    (long long)(t / ESTAB_SECOND), (long long)(t % ESTAB_SECOND / 1000),
	    seen->has_out ? ", sent in " : "",
	    seen->has_out ? estab_state_name(seen->state) : "");
}
