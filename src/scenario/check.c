/* SPDX-License-Identifier: BSD-2-Clause
 *
 * check.c - "expect": states, fields of control blocks, counters, memory.
 */
#include "scenario/field.h"
#include "scenario/stage.h"

#include <stdio.h>
#include <string.h>

static bool
same_pair(const struct stage_slot *slot, const struct estab_status *s)
{
	return slot->local.port == s->local.port &&
	    slot->remote.port == s->remote.port &&
	    memcmp(&slot->remote.address, &s->remote.address,
	        sizeof s->remote.address) == 0;
}

/* A connection the program has no handle of: half-open, waiting to be
 * accepted, an orphan, in TIME-WAIT. */
static bool
find_record(const struct scenario_run *run, const struct script_end *who,
    struct estab_status *status)
{
	const struct stage_host *h = &run->host[who->host];
	const struct stage_slot *slot = &h->slot[who->slot];
	uint64_t cursor = 0;

	while (estab_status_next(h->host, &cursor, status) == 1) {
		if (status->kind == ESTAB_KIND_LISTENER)
			continue;
		if (slot->known ? same_pair(slot, status) : who->slot == 0)
			return true;
	}
	return false;
}

bool
check_status(const struct scenario_run *run, const struct script_end *who,
    struct estab_status *status)
{
	const struct stage_host *h = &run->host[who->host];
	const struct stage_slot *slot = &h->slot[who->slot];

	if (slot->conn != 0 && estab_status(h->host, slot->conn, status) >= 0 &&
	    status->kind != ESTAB_KIND_NONE)
		return true;
	if (find_record(run, who, status))
		return true;
	memset(status, 0, sizeof *status);
	status->retransmit_at = status->persist_at = status->ack_at =
	    status->keepalive_at = status->time_wait_at =
	        status->user_timeout_at = ESTAB_NEVER;
	return false;
}

enum estab_state
check_state(const struct scenario_run *run, const struct script_end *who)
{
	const struct stage_host *h = &run->host[who->host];
	struct estab_status status;

	if (check_status(run, who, &status))
		return status.state;
	return h->listener != 0 ? ESTAB_LISTEN : ESTAB_CLOSED;
}

/* A connection that is gone leaves CLOSED, and LISTEN where a listener
 * stands. */
static bool
state_is(const struct scenario_run *run, const struct script_check *check)
{
	struct estab_status status;

	if (check_status(run, &check->who, &status))
		return status.state == check->state;
	if (check->state == ESTAB_LISTEN)
		return run->host[check->who.host].listener != 0;
	return check->state == ESTAB_CLOSED;
}

/* The number an expectation asks for. */
static bool
wanted(const struct scenario_run *run, const struct script_check *check,
    enum field_type type, int64_t *want)
{
	uint32_t position;

	if (type == FIELD_TIME) {
		*want = stage_instant(run, &check->duration, 0);
		return true;
	}
	if (type != FIELD_POSITION) {
		*want = check->number.offset;
		return true;
	}
	if (!match_number(run, &check->number, &position))
		return false;
	*want = position;
	return true;
}

static int64_t
field_seen(const struct scenario_run *run, const struct script_check *check)
{
	const struct field *field = &field_table[check->field];
	const struct script_end *who = &check->who;
	const struct stage_host *h = &run->host[who->host];
	struct estab_memory memory;
	struct estab_status status;
	int64_t value;

	if (field->of_host) {
		estab_memory(h->host, &memory);
		return field_value(field, &memory);
	}
	(void)check_status(run, who, &status);
	value = field_value(field, &status);
	if (field->type == FIELD_ERROR && value == 0)
		value = h->slot[who->slot].error;
	return value;
}

static bool
nothing_left(struct scenario_run *run)
{
	for (uint8_t i = 0; i < run->script->host_count; i++) {
		struct estab_memory m;

		estab_memory(run->host[i].host, &m);
		if (m.tcb_count + m.half_open_count + m.time_wait_count +
		            m.retransmit_record_count !=
		        0 ||
		    m.buffer_bytes != 0)
			return stage_fail(run, run->cursor,
			    "nothing left, seen %u TCBs, %u half-open and %u "
			    "TIME-WAIT records, %llu bytes of text at %c",
			    (unsigned)m.tcb_count, (unsigned)m.half_open_count,
			    (unsigned)m.time_wait_count,
			    (unsigned long long)m.buffer_bytes, 'A' + i);
	}
	return true;
}

static bool
fail_value(struct scenario_run *run, const struct script_check *check,
    int64_t seen)
{
	size_t n = strcspn(check->where, ",#");

	while (n > 0 && check->where[n - 1] == ' ')
		n--;
	return stage_fail(run, run->cursor, "%.*s, seen %lld", (int)n,
	    check->where, (long long)seen);
}

static bool
check_one(struct scenario_run *run, const struct script_check *check)
{
	enum field_type type = FIELD_COUNT;
	int64_t seen = 0, want;

	switch (check->kind) {
	case SCRIPT_CHECK_NOTHING_LEFT:
		return nothing_left(run);
	case SCRIPT_CHECK_STATE:
		return state_is(run, check) ||
		    stage_fail(run, run->cursor, "%c %s, seen %s",
		        'A' + check->who.host, estab_state_name(check->state),
		        estab_state_name(check_state(run, &check->who)));
	case SCRIPT_CHECK_RECEIVED:
		seen = (int64_t)stage_slot(run, &check->who)->received;
		break;
	case SCRIPT_CHECK_COUNTER:
		seen = (int64_t)estab_counter(run->host[check->who.host].host,
		    (enum estab_counter)check->field);
		break;
	case SCRIPT_CHECK_FIELD:
		type = field_table[check->field].type;
		seen = field_seen(run, check);
		break;
	}
	if (!wanted(run, check, type, &want))
		return stage_fail(run, run->cursor,
		    "a name that stands for a number, seen %s",
		    check->number.symbol);
	return match_holds(check->test, seen, want) ||
	    fail_value(run, check, seen);
}

bool
check_all(struct scenario_run *run, const struct script_step *step)
{
	for (uint32_t i = 0; i < step->u.expect.count; i++)
		if (!check_one(run, &step->u.expect.check[i]))
			return false;
	return true;
}
