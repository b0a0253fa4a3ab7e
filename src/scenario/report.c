/* SPDX-License-Identifier: BSD-2-Clause
 *
 * report.c - what is told when a story goes wrong: the line, what was
 * expected and what was seen, and the last ten records.
 */
#include "scenario/stage.h"

#include <stdio.h>
#include <string.h>

#define LAST_RECORDS 10

static const char *
type_text(uint8_t type)
{
	static const char *const name[] = {
		[ESTAB_RECORD_NONE] = "-",
		[ESTAB_RECORD_CALL] = "call",
		[ESTAB_RECORD_STATE] = "state",
		[ESTAB_RECORD_IN] = "in",
		[ESTAB_RECORD_OUT] = "out",
		[ESTAB_RECORD_TIMER] = "timer",
		[ESTAB_RECORD_LOSS] = "loss",
		[ESTAB_RECORD_ICMP] = "icmp",
		[ESTAB_RECORD_WIRE] = "wire",
		[ESTAB_RECORD_DROP] = "drop",
		[ESTAB_RECORD_NEIGHBOUR] = "neighbour",
	};

	return type < sizeof name / sizeof name[0] ? name[type] : "?";
}

static void
segment_text(const struct estab_record *r, char *text, size_t room)
{
	(void)snprintf(text, room, " %s%s%s%s%sseq=%u ack=%u len=%u win=%u",
	    (r->flags & ESTAB_SYN) != 0 ? "SYN " : "",
	    (r->flags & ESTAB_FIN) != 0 ? "FIN " : "",
	    (r->flags & ESTAB_RST) != 0 ? "RST " : "",
	    (r->flags & ESTAB_URG) != 0 ? "URG " : "",
	    (r->flags & ESTAB_ACK) != 0 ? "ACK " : "", (unsigned)r->seq,
	    (unsigned)r->ack, (unsigned)r->text_bytes, (unsigned)r->wnd);
}

void
report_record(const struct scenario_run *run, const struct estab_record *r,
    char *text, size_t room)
{
	const estab_time t = r->time - run->began;
	char segment[96] = "", why[80] = "", fate[40] = "";

	if (r->type == ESTAB_RECORD_IN || r->type == ESTAB_RECORD_OUT ||
	    r->type == ESTAB_RECORD_WIRE)
		segment_text(r, segment, sizeof segment);
	if (r->reason != ESTAB_REASON_NONE)
		(void)snprintf(why, sizeof why, " %s",
		    estab_reason_name((enum estab_reason)r->reason));
	if (r->type == ESTAB_RECORD_WIRE)
		(void)snprintf(fate, sizeof fate, " frame %u fate %02x",
		    (unsigned)r->frame, (unsigned)r->fate);
	(void)snprintf(text, room, "%s%lld.%06lld %c %-5s %s -> %s%s%s%s",
	    t < 0 ? "-" : "", (long long)((t < 0 ? -t : t) / ESTAB_SECOND),
	    (long long)((t < 0 ? -t : t) % ESTAB_SECOND / 1000), 'A' + r->host,
	    type_text(r->type), estab_state_name((enum estab_state)r->before),
	    estab_state_name((enum estab_state)r->after), segment, why, fate);
}

static size_t
append(char *text, size_t room, size_t used, const char *more)
{
	const int n = snprintf(text + used, room - used, "%s", more);

	used += n > 0 ? (size_t)n : 0;
	return used < room ? used : room - 1;
}

void
scenario_run_failure(const struct scenario_run *run, char *text, size_t room)
{
	const struct script_world *w = run->script;
	const struct script_step *step;
	uint64_t first = run->trace.written;
	char line[320];
	size_t used = 0;

	text[0] = '\0';
	if (!run->failed)
		return;
	step = &w->step[run->failed_step < w->step_count ? run->failed_step :
	                                                   w->step_count - 1];
	(void)snprintf(line, sizeof line,
	    "%s.scenario:%u: ", run->scenario->name, (unsigned)step->line);
	used = append(text, room, used, line);
	used = append(text, room, used, "expected ");
	used = append(text, room, used, run->message);
	(void)snprintf(line, sizeof line, "\n    %s%s\n", step->written,
	    step->prelude ? "    (a line of given's)" : "");
	used = append(text, room, used, line);
	first = first > LAST_RECORDS ? first - LAST_RECORDS : 0;
	for (uint64_t n = first; n < run->trace.written; n++) {
		const struct estab_record *r = estab_trace_get(&run->trace, n);

		if (r == NULL)
			continue;
		used = append(text, room, used, "  ");
		report_record(run, r, line, sizeof line);
		used = append(text, room, used, line);
		used = append(text, room, used, "\n");
	}
}
