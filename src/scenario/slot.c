/* SPDX-License-Identifier: BSD-2-Clause
 *
 * slot.c - a program's connection: what it sent and got, and when it lets go.
 */
#include "scenario/stage.h"

#include <stdlib.h>
#include <string.h>

/* The n-th byte that a program sends: no two places and no two programs
 * alike for long. */
uint8_t
slot_pattern(const struct stage_host *h, const struct stage_slot *slot,
    uint64_t n)
{
	const uint32_t salt = (h->id * 4u + (uint32_t)(slot - h->slot)) * 977u;
	const uint32_t x = ((uint32_t)n + salt) * UINT32_C(2654435761);

	return (uint8_t)(x >> 24 ^ x >> 13);
}

/* Remember what was sent. */
bool
slot_remember(struct stage_slot *slot, const uint8_t *data, uint64_t n)
{
	if (slot->sent_bytes + n > slot->sent_room) {
		const uint64_t room = 2 * slot->sent_room + n;
		uint8_t *grown = realloc(slot->sent, (size_t)room);

		if (grown == NULL)
			return false;
		slot->sent = grown;
		slot->sent_room = room;
	}
	memcpy(slot->sent + slot->sent_bytes, data, (size_t)n);
	slot->sent_bytes += n;
	return true;
}

static bool
same_endpoint(const struct estab_endpoint *a, const struct estab_endpoint *b)
{
	return a->port == b->port &&
	    memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

/* The other end's program, or NULL. */
const struct stage_slot *
slot_peer(const struct scenario_run *run, const struct stage_slot *slot)
{
	const struct stage_slot *peer = NULL;

	for (unsigned i = 0; i < run->script->host_count; i++) {
		for (unsigned n = 0; n < SCRIPT_SLOTS_MAX; n++) {
			const struct stage_slot *p = &run->host[i].slot[n];

			if (p == slot || !p->known || !slot->known ||
			    !same_endpoint(&p->local, &slot->remote) ||
			    !same_endpoint(&p->remote, &slot->local))
				continue;
			/* Of twins only one has it. */
			if (p->used)
				return p;
			peer = p;
		}
	}
	return peer;
}

/* Learn the four-tuple of a handle. */
void
slot_learn(const struct stage_host *h, struct stage_slot *slot)
{
	struct estab_status status;

	if (estab_status(h->host, slot->conn, &status) < 0)
		return;
	slot->known = true;
	slot->local = status.local;
	slot->remote = status.remote;
}

/* The handle begins a new life: nothing was sent or received on it. */
void
slot_renew(struct stage_slot *slot, estab_conn conn)
{
	slot->conn = conn;
	slot->used = true;
	slot->known = false;
	slot->sent_bytes = slot->received = 0;
	slot->error = 0;
}

void
slot_let_go(const struct stage_host *h, struct stage_slot *slot)
{
	struct estab_status status;

	if (estab_status(h->host, slot->conn, &status) < 0)
		status.error = 0;
	if (status.error != 0)
		slot->error = status.error;
	(void)estab_release(h->host, slot->conn);
	slot->conn = 0;
}

/* Whether the story has a call on this connection still to come. */
static bool
called_later(const struct scenario_run *run, uint8_t host, uint8_t slot)
{
	for (uint32_t i = run->cursor; i < run->script->step_count; i++) {
		const struct script_step *step = &run->script->step[i];
		const struct script_call *call = &step->u.call;

		if (step->kind != SCRIPT_STEP_CALL || call->who.host != host ||
		    call->who.slot != slot)
			continue;
		/* These begin anew. */
		if (call->verb == SCRIPT_CONNECT ||
		    call->verb == SCRIPT_ACCEPT ||
		    call->verb == SCRIPT_LISTEN ||
		    call->verb == SCRIPT_RESTART || call->verb == SCRIPT_VANISH)
			return false;
		return true;
	}
	return false;
}

/* A program lets go of a connection that has ended, once it has read all and
 * the story has no more calls for it. */
void
slot_let_go_of_ended(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot)
{
	const int ready =
	    slot->conn == 0 ? 0 : estab_ready(h->host, slot->conn);

	if (ready == ESTAB_ESTALE)
		slot->conn = 0;
	if (ready < 0 || ((unsigned)ready & ESTAB_ENDED) == 0 ||
	    slot->job != 0 ||
	    called_later(run, h->id, (uint8_t)(slot - h->slot)))
		return;
	if (((unsigned)ready & ESTAB_READABLE) != 0 &&
	    estab_receive_peek(h->host, slot->conn, &(struct estab_span){ 0 },
	        1) > 0)
		return;
	slot_let_go(h, slot);
}
