/* SPDX-License-Identifier: BSD-2-Clause
 *
 * battery_survive.c - odd packets arrive, and one answer leaves at the most.
 */
#include "battery.h"
#include "host/host.h"

#define OUTCOMES_MAX 64u

static const char *
survive(struct bench *b, const struct battery_input *input)
{
	const uint64_t *counter = b->host->tcp.counter;
	const bool rst = input->packet[input->ip_bytes + 13] & ESTAB_RST;
	uint32_t largest;
	int n;

	n = battery_arrives(b, input->packet, input->bytes, &largest);
	if (n > 1)
		return "more than one answer";
	if (n > 0 && rst)
		return "an RST is answered";
	if (largest > input->bytes)
		return "the answer is longer than what it answers";
	bench_read(b);
	bench_wait(b, ESTAB_SECOND);
	if (counter[ESTAB_COUNT_TCPInvariant] > 0)
		return "an invariant failed";
	return b->fault;
}

/* ---- Afterwards ------------------------------------------------------------ */

/* What a host looks like after a packet.  One that looks like another before
 * it goes on as that did. */
struct outcomes {
	uint64_t seen[OUTCOMES_MAX];
	uint32_t count, ended;
};

static uint64_t
look(const struct bench *b)
{
	const struct estab_status s = bench_status(b);
	const uint64_t parts[] = { s.state, s.kind, (uint64_t)s.error, s.mss,
		s.snd_una, s.snd_nxt, s.snd_wnd, s.rcv_nxt, s.rcv_wnd,
		s.retransmits, s.receive_queued_bytes, s.receive_reorder_bytes,
		b->received_bytes, s.timestamps,
		(uint64_t)estab_urgent(b->host, b->conn) };
	uint64_t sum = 14695981039346656037u;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		sum = (sum ^ parts[i]) * 1099511628211u;
	return sum;
}

static bool
is_new(struct outcomes *all, uint64_t look)
{
	for (uint32_t i = 0; i < all->count; i++)
		if (all->seen[i] == look)
			return false;
	assert_true(all->count < OUTCOMES_MAX);
	all->seen[all->count++] = look;
	return true;
}

/* Whether the connection was there before and is not any more. */
static bool
has_ended(const struct bench *b, const struct mould *m)
{
	return m->known.state != ESTAB_CLOSED &&
	    m->known.state != ESTAB_LISTEN &&
	    bench_status(b).kind == ESTAB_KIND_NONE;
}

/* An RST may end a connection, and so may the ACK that LAST-ACK waits for;
 * any other goes on as ever. */
static const char *
afterwards(struct bench *b, const struct mould *m,
    const struct battery_input *input, struct outcomes *all)
{
	const uint8_t flags = input->packet[input->ip_bytes + 13];

	if (has_ended(b, m)) {
		all->ended++;
		return (flags & ESTAB_RST) != 0 ||
		        m->known.state == ESTAB_LAST_ACK ?
		    NULL :
		    "it ended the connection";
	}
	return is_new(all, look(b)) ? battery_goes_on(b, m) : NULL;
}

static void
check(const struct mould *m, const char *what, uint32_t n, const char *wrong)
{
	if (wrong)
		fail_msg("%s, IPv%d, ISS %u, variant %u: %s%s",
		    estab_state_name(m->known.state), m->bench->family,
		    m->known.iss, n, what, wrong);
}

uint32_t
battery_survived(battery_make make, uint32_t stride)
{
	struct mould m;
	uint32_t cases = 0;

	for (uint32_t at = 0; battery_next(&m, &at); mould_break(&m)) {
		const bool whole = m.known.state == ESTAB_ESTABLISHED;
		struct bench *b = bench_new_cast(m.bench);
		struct outcomes all = { .count = 0 };
		const uint32_t before = cases;

		for (uint32_t n = whole ? 0 : at % stride;;
		     n += whole ? 1 : stride) {
			const struct segment good = battery_good(&m);
			struct battery_input input = { 0 };

			battery_build(&m, &good, &input);
			if (!make(&m, n, &input))
				break;
			if (input.bytes == 0)
				continue;
			cases++;
			bench_cast(b, m.bench, NULL);
			check(&m, "", n, survive(b, &input));
			check(&m, "afterwards: ", n,
			    afterwards(b, &m, &input, &all));
		}
		assert_true(all.count + all.ended > 0 || cases == before);
		bench_free(b);
	}
	return cases;
}
