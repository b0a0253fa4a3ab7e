/* SPDX-License-Identifier: BSD-2-Clause
 *
 * call.c - the calls of a story's programs.
 *
 * A call with a result is made once and compared.  One without may wait (see
 * job.c): the next call on its connection comes when it has returned.
 */
#include "scenario/stage.h"

#define CALL_PATIENCE_NS (INT64_C(24) * 60 * ESTAB_MINUTE)
#define PIECE_BYTES 4096

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
	const int wire = stage_wire(run, h->id,
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
	slot_renew(slot, conn);
	slot_learn(h, slot);
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
		slot_let_go(h, slot);
	} else if (conn == h->listener && conn != 0) {
		(void)estab_release(h->host, conn);
		h->listener = 0;
	}
	return r;
}

static int64_t
do_now(struct scenario_run *run, struct stage_host *h, struct stage_slot *slot,
    const struct script_call *call)
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
	case SCRIPT_KEYS:
		return twins_keys(h, (enum script_keys)call->value);
	case SCRIPT_RESTART:
	case SCRIPT_VANISH:
		return stage_host_start(run, h->id,
		           call->verb == SCRIPT_VANISH) ?
		    0 :
		    ESTAB_ENOMEM;
	case SCRIPT_ACCEPT:
		return estab_accept(h->host, h->listener, &conn);
	case SCRIPT_SEND:
	case SCRIPT_SEND_URGENT:
		return job_send_piece(h, slot, call, PIECE_BYTES);
	case SCRIPT_RECEIVE:
	case SCRIPT_RECEIVE_END:
		return estab_receive(h->host, slot->conn, data,
		    call->bytes < sizeof data ? (size_t)call->bytes :
		                                sizeof data);
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

bool
call_begin(struct scenario_run *run, const struct script_step *step)
{
	const struct script_call *call = &step->u.call;
	struct stage_host *h = &run->host[call->who.host];
	struct stage_slot *slot = &h->slot[call->who.slot];
	int64_t result;
	char seen[32], want[32];

	if (!stage_wait(run, &step->when) || !stage_settle(run, h->id) ||
	    !wait_for_job(run, slot))
		return false;
	stage_say(run);
	run->base = estab_world_now(run->world);
	(void)estab_input(h->host, NULL, 0, run->base);
	if (may_wait(call->verb) && !call->result_given) {
		slot->job = run->cursor + 1;
		slot->job_done = 0;
		job_try(run, h, slot);
		stage_progress(run);
		return !run->failed;
	}
	result = do_now(run, h, slot, call);
	stage_progress(run);
	if (call->result_given ? result == call->result : result >= 0)
		return true;
	return stage_fail(run, run->cursor, "result %s, seen %s",
	    call->result_given ? job_result_text(call->result, want) :
	                         "no error",
	    job_result_text(result, seen));
}
