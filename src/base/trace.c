/* SPDX-License-Identifier: BSD-2-Clause
 *
 * trace.c - the ring of records, and the words of the public enums.
 */
#include "base/trace.h"

#include "base/mem.h"

struct estab_record *
trace_append(struct estab_trace *trace, uint8_t type, estab_time now)
{
	struct estab_record *record =
	    &trace->record[trace->written++ & (trace->capacity - 1)];

	memset(record, 0, sizeof *record);
	record->type = type;
	record->time = now;
	return record;
}

const struct estab_record *
estab_trace_get(const struct estab_trace *trace, uint64_t n)
{
	if (n >= trace->written || trace->written - n > trace->capacity)
		return NULL;
	return &trace->record[n & (trace->capacity - 1)];
}

static const struct {
	const char *name, *clause, *text;
} reasons[] = {
#define ESTAB_X(name, clause, text) { #name, clause, text },
	ESTAB_REASONS(ESTAB_X)
#undef ESTAB_X
};

const char *
estab_reason_name(enum estab_reason reason)
{
	return reason < ESTAB_REASON_COUNT ? reasons[reason].name : "?";
}

const char *
estab_reason_clause(enum estab_reason reason)
{
	return reason < ESTAB_REASON_COUNT ? reasons[reason].clause : "";
}

const char *
estab_reason_text(enum estab_reason reason)
{
	return reason < ESTAB_REASON_COUNT ? reasons[reason].text : "";
}

const char *
estab_state_name(enum estab_state state)
{
	static const char *const name[ESTAB_STATE_COUNT] = {
		"CLOSED",
		"LISTEN",
		"SYN-SENT",
		"SYN-RECEIVED",
		"ESTABLISHED",
		"FIN-WAIT-1",
		"FIN-WAIT-2",
		"CLOSE-WAIT",
		"CLOSING",
		"LAST-ACK",
		"TIME-WAIT",
	};

	return state < ESTAB_STATE_COUNT ? name[state] : "?";
}

const char *
estab_strerror(int error)
{
	if (error >= 0)
		return "no error";
	switch ((enum estab_error)error) {
#define ESTAB_X(name, value, text)                                             \
	case ESTAB_##name:                                                     \
		return text;
		ESTAB_ERRORS(ESTAB_X)
#undef ESTAB_X
	}
	return "no such error";
}

const char *
estab_counter_name(enum estab_counter id)
{
	static const char *const name[] = {
#define ESTAB_X(name, text) #name,
		ESTAB_COUNTERS(ESTAB_X)
#undef ESTAB_X
	};

	return id < ESTAB_COUNTER_COUNT ? name[id] : "?";
}

const char *
estab_counter_text(enum estab_counter id)
{
	static const char *const text_of[] = {
#define ESTAB_X(name, text) text,
		ESTAB_COUNTERS(ESTAB_X)
#undef ESTAB_X
	};

	return id < ESTAB_COUNTER_COUNT ? text_of[id] : "?";
}
