/* SPDX-License-Identifier: BSD-2-Clause
 *
 * battery_life.c - afterwards the connection works: 64 KiB each way, and a
 * regular end.
 */
#include "arrives/judge.h"
#include "battery.h"

#define CARRIED 65536u
#define STEP 1024u

static void
peer_says(struct bench *b, uint32_t text)
{
	const struct estab_status s = bench_status(b);
	const struct segment seg =
	    bench_segment(b, ESTAB_ACK, s.rcv_nxt, s.snd_max, text);

	bench_arrives(b, &seg, NULL);
	bench_drain(b);
	bench_read(b);
	bench_wait(b, ESTAB_MS);
}

static const char *
carry(struct bench *b)
{
	const struct estab_status before = bench_status(b);
	const enum estab_state state = before.state;
	const bool in = state == ESTAB_ESTABLISHED ||
	    state == ESTAB_FIN_WAIT_1 || state == ESTAB_FIN_WAIT_2;
	const bool out =
	    state == ESTAB_ESTABLISHED || state == ESTAB_CLOSE_WAIT;
	const uint64_t received = b->received_bytes;
	struct estab_status after;

	for (uint32_t n = 0; n < CARRIED; n += STEP) {
		if (out) {
			bench_send(b, STEP);
			bench_drain(b);
		}
		if (in)
			peer_says(b, STEP / 2);
		peer_says(b, in ? STEP / 2 : 0);
	}
	after = bench_status(b);
	if (in && b->received_bytes != received + CARRIED)
		return "not all 64 KiB came";
	if (out &&
	    (after.snd_una != b->iss + 1 + b->sent_bytes ||
	        after.send_queued_bytes > 0))
		return "not all 64 KiB went";
	return b->fault;
}

const char *
battery_goes_on(struct bench *b, const struct mould *m)
{
	const enum estab_state known = m->known.state;
	struct oracle_outcome outcome = { .dropped = true };
	const struct segment none = { 0 };
	const char *wrong = NULL;

	if (known == ESTAB_CLOSED)
		bench_listen(b);
	if (known == ESTAB_LISTEN || known == ESTAB_SYN_SENT)
		b->irs = m->known.irs;
	outcome.state = bench_status(b).state;
	if (outcome.state != ESTAB_TIME_WAIT) {
		life_opens(b, m);
		if (bench_status(b).state != ESTAB_CLOSING &&
		    bench_status(b).state != ESTAB_LAST_ACK)
			wrong = carry(b);
	}
	return wrong ? wrong : life_goes_on(b, m, &none, &outcome);
}
