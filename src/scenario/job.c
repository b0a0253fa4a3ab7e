/* SPDX-License-Identifier: BSD-2-Clause
 *
 * job.c - calls that wait, like blocking calls, while the story goes on.
 *
 * What is received is compared byte for byte with what the other end's
 * program sent at that place of the stream.
 */
#include "scenario/stage.h"

#include <stdio.h>
#include <string.h>

#define PIECE_BYTES 4096

/* What a try brought: a result, or to be tried again. */
enum outcome {
	OUTCOME_WAITS,
	OUTCOME_DONE,
	OUTCOME_FAILED,
};

const char *
job_result_text(int64_t result, char text[32])
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
	    "%s, seen %s", wanted, job_result_text(result, text));
	return OUTCOME_FAILED;
}

int64_t
job_send_piece(const struct stage_host *h, struct stage_slot *slot,
    const struct script_call *call, uint64_t max)
{
	uint8_t data[PIECE_BYTES];
	uint64_t n = call->bytes - slot->job_done;
	int64_t took;

	if (n > max)
		n = max;
	for (uint64_t i = 0; i < n; i++)
		data[i] = call->text != NULL ?
		    (uint8_t)call->text[slot->job_done + i] :
		    slot_pattern(h, slot, slot->sent_bytes + i);
	took = call->verb == SCRIPT_SEND_URGENT ?
	    estab_send_urgent(h->host, slot->conn, data, (size_t)n) :
	    estab_send(h->host, slot->conn, data, (size_t)n);
	if (took > 0 && !slot_remember(slot, data, (uint64_t)took))
		return ESTAB_ENOMEM;
	return took;
}

static enum outcome
try_send(struct scenario_run *run, struct stage_host *h,
    struct stage_slot *slot, const struct script_call *call)
{
	while (slot->job_done < call->bytes) {
		const int64_t took = job_send_piece(h, slot, call, PIECE_BYTES);

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
	peer = slot_peer(run, slot);
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
try_end(struct scenario_run *run, struct stage_host *h, struct stage_slot *slot)
{
	uint8_t byte;
	const int64_t n = estab_receive(h->host, slot->conn, &byte, 1);

	if (n == ESTAB_EAGAIN)
		return OUTCOME_WAITS;
	return n == 0 ? OUTCOME_DONE :
	                failed(run, slot, "the end of the stream", n);
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
	slot_renew(slot, conn);
	slot_learn(h, slot);
	return OUTCOME_DONE;
}

void
job_try(struct scenario_run *run, struct stage_host *h, struct stage_slot *slot)
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
job_pump(struct scenario_run *run)
{
	for (unsigned i = 0; i < run->script->host_count; i++) {
		for (unsigned n = 0; n < SCRIPT_SLOTS_MAX; n++) {
			struct stage_host *h = &run->host[i];

			if (h->slot[n].job != 0)
				job_try(run, h, &h->slot[n]);
			slot_let_go_of_ended(run, h, &h->slot[n]);
		}
	}
}

bool
job_pending(const struct scenario_run *run)
{
	for (unsigned i = 0; i < run->script->host_count; i++)
		for (unsigned n = 0; n < SCRIPT_SLOTS_MAX; n++)
			if (run->host[i].slot[n].job != 0)
				return true;
	return false;
}
