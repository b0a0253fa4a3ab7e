/* SPDX-License-Identifier: BSD-2-Clause
 *
 * call.c - the programs of a story and their calls.
 *
 * A call with a result is made once and compared.  One without waits, like a
 * blocking call, while the story goes on: the next call on its connection
 * comes when it has returned.  What is received is compared byte for byte
 * with what the other end's program sent at that place of the stream.
 */
#include "scenario/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL_PATIENCE_NS (24 * 60 * ESTAB_MINUTE)
#define PIECE_BYTES 4096

/* The n-th byte that a program sends: no two places and no two programs
 * alike for long. */
static uint8_t
pattern(const struct stage_host *h, const struct stage_slot *slot, uint64_t n)
{
	const uint32_t salt = (uint32_t)(h->id * 4 + (slot - h->slot)) * 977;
	const uint32_t x = ((uint32_t)n + salt) * UINT32_C(2654435761);

	return (uint8_t)(x >> 24 ^ x >> 13);
}

/* Remember what was sent. */
static bool
remember(struct stage_slot *slot, const uint8_t *data, uint64_t n)
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
static const struct stage_slot *
peer_of(const struct scenario_run *run, const struct stage_slot *slot)
{
	for (unsigned i = 0; i < run->script->host_count; i++) {
		for (unsigned n = 0; n < SCRIPT_SLOTS_MAX; n++) {
			const struct stage_slot *p = &run->host[i].slot[n];

			if (p != slot && p->known && slot->known &&
			    same_endpoint(&p->local, &slot->remote) &&
			    same_endpoint(&p->remote, &slot->local))
				return p;
		}
	}
	return NULL;
}

/* Learn the four-tuple of a handle. */
static void
learn(const struct stage_host *h, struct stage_slot *slot)
{
	struct estab_status status;

	if (estab_status(h->host, slot->conn, &status) < 0)
		return;
	slot->known = true;
	slot->local = status.local;
	slot->remote = status.remote;
}

/* The handle begins a new life: nothing was sent or received on it. */
static void
renew(struct stage_slot *slot, estab_conn conn)
{
	slot->conn = conn;
	slot->used = true;
	slot->known = false;
	slot->sent_bytes = slot->received = 0;
	slot->error = 0;
}

/* ---- Letting go ---------------------------------------------------------------- */

static void
let_go(const struct stage_host *h, struct stage_slot *slot)
{
	struct estab_status status;

	if (estab_status(h->host, slot->conn, &status) >= 0 &&
	    status.error != 0)
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
		    call->verb == SCRIPT_RESTART ||
		    call->verb == SCRIPT_VANISH)
			return false;
		return true;
	}
	return false;
}

/* A program lets go of a connection that has ended, once it has read all and
 * the story has no more calls for it. */
static void
let_go_of_ended(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot)
{
	const int ready = slot->conn == 0 ? 0
	                                  : estab_ready(h->host, slot->conn);

	if (ready == ESTAB_ESTALE)
		slot->conn = 0;
	if (ready < 0 || ((unsigned)ready & ESTAB_ENDED) == 0 ||
	    slot->job != 0 || called_later(run, h->id, (uint8_t)(slot - h->slot)))
		return;
	if (((unsigned)ready & ESTAB_READABLE) != 0 &&
	    estab_receive_peek(h->host, slot->conn, &(struct estab_span){ 0 },
	        1) > 0)
		return;
	let_go(h, slot);
}

/* ---- Calls that may wait --------------------------------------------------------- */

/* What a try brought: a result, or to be tried again. */
enum outcome {
	OUTCOME_WAITS,
	OUTCOME_DONE,
	OUTCOME_FAILED,
};

static const char *
result_text(int64_t result, char text[32])
{
	static const char *const name[] = {
#define ESTAB_X(name, value, text) [value] = #name,
		ESTAB_ERRORS(ESTAB_X)
#undef ESTAB_X
	};

	if (result < 0 && -result < (int64_t)(sizeof name / sizeof name[0]) &&
	    name[-result] != NULL)
		return name[-result];
	(void)snprintf(text, 32, "%lld", (long long)result);
	return text;
}

static enum outcome
failed(struct scenario_run *run, const struct stage_slot *slot,
    const char *wanted, int64_t result)
{
	char text[32];

	(void)stage_fail(run, slot->job != 0 ? slot->job - 1 : run->cursor,
	    "%s, seen %s", wanted, result_text(result, text));
	return OUTCOME_FAILED;
}

static int64_t
send_piece(const struct stage_host *h, struct stage_slot *slot,
    const struct script_call *call, uint64_t max)
{
	uint8_t data[PIECE_BYTES];
	uint64_t n = call->bytes - slot->job_done;
	int64_t took;

	if (n > max)
		n = max;
	for (uint64_t i = 0; i < n; i++)
		data[i] = call->text != NULL
		    ? (uint8_t)call->text[slot->job_done + i]
		    : pattern(h, slot, slot->sent_bytes + i);
	took = call->verb == SCRIPT_SEND_URGENT
	    ? estab_send_urgent(h->host, slot->conn, data, (size_t)n)
	    : estab_send(h->host, slot->conn, data, (size_t)n);
	if (took > 0 && !remember(slot, data, (uint64_t)took))
		return ESTAB_ENOMEM;
	return took;
}

static enum outcome
try_send(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot, const struct script_call *call)
{
	while (slot->job_done < call->bytes) {
		const int64_t took = send_piece(h, slot, call, PIECE_BYTES);

		if (took < 0)
			return failed(run, slot, "all bytes to be taken", took);
		if (took == 0)
			return OUTCOME_WAITS;
		slot->job_done += (uint64_t)took;
	}
	return OUTCOME_DONE;
}

/* Whether n bytes that came are the right ones for this place. */
static bool
right_bytes(const struct scenario_run *run, const struct stage_slot *slot,
    const struct script_call *call, const uint8_t *data, uint64_t n)
{
	const struct stage_slot *peer;

	if (call->text != NULL)
		return memcmp(call->text + slot->job_done, data, (size_t)n) ==
		    0;
	peer = peer_of(run, slot);
	return peer != NULL && slot->received + n <= peer->sent_bytes &&
	    memcmp(peer->sent + slot->received, data, (size_t)n) == 0;
}

static void
count_received(struct stage_slot *slot, const uint8_t *data, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		if (slot->received + i < sizeof slot->first)
			slot->first[slot->received + i] = data[i];
	slot->received += n;
	slot->job_done += n;
}

static enum outcome
try_receive(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot, const struct script_call *call)
{
	uint8_t data[PIECE_BYTES];

	while (slot->job_done < call->bytes) {
		const uint64_t left = call->bytes - slot->job_done;
		const int64_t n = estab_receive(h->host, slot->conn, data,
		    (size_t)(left < sizeof data ? left : sizeof data));

		if (n == ESTAB_EAGAIN)
			return OUTCOME_WAITS;
		if (n <= 0)
			return failed(run, slot, "more bytes", n);
		if (!right_bytes(run, slot, call, data, (uint64_t)n)) {
			(void)stage_fail(run, slot->job - 1,
			    "the bytes that were sent, seen others: \"%.*s\" "
			    "at offset %llu",
			    (int)(n < 40 ? n : 40), (const char *)data,
			    (unsigned long long)slot->received);
			return OUTCOME_FAILED;
		}
		count_received(slot, data, (uint64_t)n);
	}
	return OUTCOME_DONE;
}

static enum outcome
try_end(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot)
{
	uint8_t byte;
	const int64_t n = estab_receive(h->host, slot->conn, &byte, 1);

	if (n == ESTAB_EAGAIN)
		return OUTCOME_WAITS;
	return n == 0 ? OUTCOME_DONE
	              : failed(run, slot, "the end of the stream", n);
}

static enum outcome
try_accept(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot)
{
	estab_conn conn;
	const int r = estab_accept(h->host, h->listener, &conn);

	if (r == ESTAB_EAGAIN)
		return OUTCOME_WAITS;
	if (r < 0)
		return failed(run, slot, "a connection to accept", r);
	renew(slot, conn);
	learn(h, slot);
	return OUTCOME_DONE;
}

static void
try_job(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot)
{
	const struct script_call *call =
	    &run->script->step[slot->job - 1].u.call;
	enum outcome outcome = OUTCOME_DONE;

	(void)estab_input(h->host, NULL, 0, estab_world_now(run->world));
	if (call->verb == SCRIPT_SEND || call->verb == SCRIPT_SEND_URGENT)
		outcome = try_send(run, h, slot, call);
	else if (call->verb == SCRIPT_RECEIVE)
		outcome = try_receive(run, h, slot, call);
	else if (call->verb == SCRIPT_RECEIVE_END)
		outcome = try_end(run, h, slot);
	else if (call->verb == SCRIPT_ACCEPT)
		outcome = try_accept(run, h, slot);
	if (outcome != OUTCOME_WAITS)
		slot->job = 0;
}

void
call_pump(struct scenario_run *run)
{
	for (unsigned i = 0; i < run->script->host_count; i++) {
		for (unsigned n = 0; n < SCRIPT_SLOTS_MAX; n++) {
			struct stage_host *h = &run->host[i];

			if (h->slot[n].job != 0)
				try_job(run, h, &h->slot[n]);
			let_go_of_ended(run, h, &h->slot[n]);
		}
	}
}

bool
call_pending(const struct scenario_run *run)
{
	for (unsigned i = 0; i < run->script->host_count; i++)
		for (unsigned n = 0; n < SCRIPT_SLOTS_MAX; n++)
			if (run->host[i].slot[n].job != 0)
				return true;
	return false;
}

/* ---- Calls that return at once --------------------------------------------------- */

static int64_t
do_listen(struct stage_host *h, const struct script_call *call)
{
	const struct estab_endpoint local = { .port = call->port };

	return estab_listen(h->host, &h->listener, &local, call->backlog);
}

static int64_t
do_connect(const struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot, const struct script_call *call)
{
	const struct estab_endpoint local = { .port = call->from_port };
	struct estab_endpoint remote = { .port = call->port };
	int direction;
	const int wire =
	    stage_wire(run, h->id,
	        call->peer.nobody != 0 ? (h->id == 0 ? 1 : 0) : call->peer.host,
	        &direction);
	estab_conn conn = 0;
	int r;

	if (wire < 0)
		return ESTAB_ENETUNREACH;
	stage_address(run, wire, call->peer.host, call->peer.nobody,
	    &remote.address);
	if (call->verb == SCRIPT_LISTEN_CONNECT) {
		r = estab_listen_connect(h->host, h->listener, &remote, &conn);
		h->listener = r < 0 ? h->listener : 0;
	} else {
		r = estab_connect(h->host, &conn, &local, &remote);
	}
	if (r < 0)
		return r;
	renew(slot, conn);
	learn(h, slot);
	return 0;
}

/* A connection if it has one, else the host's listener. */
static estab_conn
handle(const struct scenario_run *run, const struct script_call *call)
{
	const struct stage_host *h = &run->host[call->who.host];
	const struct stage_slot *slot = &h->slot[call->who.slot];
	struct estab_status status;

	if (slot->conn != 0)
		return slot->conn;
	if (call->verb == SCRIPT_FORGET &&
	    check_status(run, &call->who, &status))
		return status.conn;
	return h->listener;
}

/* CLOSE, ABORT and letting go of a listener end it. */
static int64_t
do_end(const struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot, const struct script_call *call)
{
	const estab_conn conn = handle(run, call);
	int r = 0;

	if (call->verb == SCRIPT_CLOSE)
		r = estab_close(h->host, conn);
	else if (call->verb == SCRIPT_ABORT)
		r = estab_abort(h->host, conn);
	else if (call->verb == SCRIPT_FORGET)
		r = estab_forget(h->host, conn);
	if (call->verb == SCRIPT_RELEASE && conn == slot->conn) {
		let_go(h, slot);
	} else if (conn == h->listener && conn != 0) {
		(void)estab_release(h->host, conn);
		h->listener = 0;
	}
	return r;
}

static int64_t
do_now(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot, const struct script_call *call)
{
	uint8_t data[PIECE_BYTES];
	estab_conn conn;

	switch (call->verb) {
	case SCRIPT_LISTEN:
		return do_listen(h, call);
	case SCRIPT_CONNECT:
	case SCRIPT_LISTEN_CONNECT:
		return do_connect(run, h, slot, call);
	case SCRIPT_SET:
		return estab_set(h->host, handle(run, call), call->option,
		    call->value);
	case SCRIPT_CLOSE:
	case SCRIPT_ABORT:
	case SCRIPT_RELEASE:
	case SCRIPT_FORGET:
		return do_end(run, h, slot, call);
	case SCRIPT_RESTART:
	case SCRIPT_VANISH:
		return stage_host_start(run, h->id,
		           call->verb == SCRIPT_VANISH)
		    ? 0
		    : ESTAB_ENOMEM;
	case SCRIPT_ACCEPT:
		return estab_accept(h->host, h->listener, &conn);
	case SCRIPT_SEND:
	case SCRIPT_SEND_URGENT:
		return send_piece(h, slot, call, PIECE_BYTES);
	case SCRIPT_RECEIVE:
	case SCRIPT_RECEIVE_END:
		return estab_receive(h->host, slot->conn, data,
		    call->bytes < sizeof data ? (size_t)call->bytes
		                              : sizeof data);
	case SCRIPT_VERB_COUNT:
		break;
	}
	return ESTAB_EINVAL;
}

static bool
may_wait(enum script_verb verb)
{
	return verb == SCRIPT_SEND || verb == SCRIPT_SEND_URGENT ||
	    verb == SCRIPT_RECEIVE || verb == SCRIPT_RECEIVE_END ||
	    verb == SCRIPT_ACCEPT;
}

/* What the call before on the same connection waits for comes first. */
static bool
wait_for_job(struct scenario_run *run, const struct stage_slot *slot)
{
	const estab_time limit = estab_world_now(run->world) + CALL_PATIENCE_NS;

	while (slot->job != 0 && !run->failed)
		if (!stage_step(run, limit) && slot->job != 0 && !run->failed)
			return stage_fail(run, slot->job - 1,
			    "this call to return, seen that it waits for ever");
	return !run->failed;
}

static bool
wait_until(struct scenario_run *run, const struct script_step *step)
{
	if (step->when.kind == SCRIPT_WHEN_ANY)
		return true;
	return stage_advance(run,
	    stage_instant(run, &step->when.from,
	        step->when.kind == SCRIPT_WHEN_AT ? run->began : run->base));
}

bool
call_begin(struct scenario_run *run, const struct script_step *step)
{
	const struct script_call *call = &step->u.call;
	struct stage_host *h = &run->host[call->who.host];
	struct stage_slot *slot = &h->slot[call->who.slot];
	int64_t result;
	char seen[32], want[32];

	if (!wait_until(run, step) || !stage_settle(run, h->id) ||
	    !wait_for_job(run, slot))
		return false;
	stage_say(run);
	run->base = estab_world_now(run->world);
	(void)estab_input(h->host, NULL, 0, run->base);
	if (may_wait(call->verb) && !call->result_given) {
		slot->job = run->cursor + 1;
		slot->job_done = 0;
		try_job(run, h, slot);
		stage_progress(run);
		return !run->failed;
	}
	result = do_now(run, h, slot, call);
	stage_progress(run);
	if (call->result_given ? result == call->result : result >= 0)
		return true;
	return stage_fail(run, run->cursor, "result %s, seen %s",
	    call->result_given ? result_text(call->result, want) : "no error",
	    result_text(result, seen));
}
