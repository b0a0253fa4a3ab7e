/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ss_record.c - a record of ours in the kernel's words.
 */
#include "cli/ss.h"

#include <string.h>

#include "socket/option.h"

#define SS_TIME_WAIT 6

/* A connection in TIME-WAIT has a state of its own here, not that of its
 * program's socket. */
static uint8_t
kernel_state(const struct facts *facts, const struct tcp_info *info)
{
	return facts->status.state == ESTAB_TIME_WAIT ? SS_TIME_WAIT :
	                                                info->tcpi_state;
}

static void
fill_timer(struct ss_record *record, const struct estab_status *s,
    estab_time now)
{
	const struct {
		enum ss_timer_kind kind;
		estab_time at;
	} timer[] = {
		{ SS_TIMER_TIMEWAIT, s->time_wait_at },
		{ SS_TIMER_ON, s->retransmit_at },
		{ SS_TIMER_PERSIST, s->persist_at },
		{ SS_TIMER_KEEPALIVE, s->keepalive_at },
	};

	for (size_t i = 0; i < sizeof timer / sizeof timer[0]; i++) {
		if (timer[i].at == ESTAB_NEVER)
			continue;
		record->timer = timer[i].kind;
		record->expires_ms = timer[i].at <= now ?
		    0 :
		    (uint32_t)((timer[i].at - now) / ESTAB_MS);
		return;
	}
}

static void
fill_queues(struct ss_record *record, const struct facts *facts)
{
	const struct estab_status *const s = &facts->status;

	record->receive_memory =
	    s->receive_queued_bytes + s->receive_reorder_bytes;
	record->receive_queue = s->receive_queued_bytes;
	record->send_queue = s->send_queued_bytes;
	record->receive_limit =
	    facts->receive_limit > 0 ? (uint32_t)facts->receive_limit : 0;
	record->send_limit =
	    facts->send_limit > 0 ? (uint32_t)facts->send_limit : 0;
	if (s->kind != ESTAB_KIND_LISTENER)
		return;
	record->receive_queue = s->accept_count;
	record->send_queue = s->backlog;
	record->half_open = s->half_open_count;
	record->pressure = s->pressure;
	record->defences = s->defences;
}

/* As a socket tells them, but for rcv_space: ss means another thing by it. */
static void
fill_info(struct ss_record *record, const struct estab_status *s,
    estab_time now)
{
	unsigned char info[INFO_BYTES];

	(void)info_fill(info, s);
	memcpy(&record->info, info, sizeof record->info);
	record->info.tcpi_rcv_space = 0;
	if (record->whole && s->heard_at <= now)
		record->info.tcpi_last_ack_recv =
		    (uint32_t)((now - s->heard_at) / ESTAB_MS);
}

struct ss_record
ss_record_of(const struct facts_who *who, const struct facts *facts)
{
	const struct estab_status *const s = &facts->status;
	struct ss_record record = {
		.who = who,
		.local = s->local,
		.remote = s->remote,
		.retransmits = s->backoff,
		.whole =
		    s->kind == ESTAB_KIND_TCB && s->state != ESTAB_TIME_WAIT,
	};

	fill_timer(&record, s, who->now);
	fill_queues(&record, facts);
	fill_info(&record, s, who->now);
	record.state = kernel_state(facts, &record.info);
	return record;
}
