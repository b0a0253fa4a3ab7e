/* SPDX-License-Identifier: BSD-2-Clause
 *
 * battery_survive.c - odd packets arrive, and one answer leaves at the most.
 */
#include "battery.h"
#include "host/host.h"

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

uint32_t
battery_survived(battery_make make, uint32_t stride)
{
	struct mould m;
	uint32_t cases = 0;

	for (uint32_t at = 0; battery_next(&m, &at); mould_break(&m)) {
		const bool whole = m.known.state == ESTAB_ESTABLISHED;
		struct bench *b = bench_new_cast(m.bench);

		for (uint32_t n = whole ? 0 : at % stride;;
		     n += whole ? 1 : stride) {
			const struct segment good = battery_good(&m);
			struct battery_input input = { 0 };
			const char *wrong;

			battery_build(&m, &good, &input);
			if (!make(&m, n, &input))
				break;
			if (input.bytes == 0)
				continue;
			cases++;
			bench_cast(b, m.bench, NULL);
			wrong = survive(b, &input);
			if (wrong)
				fail_msg("%s, IPv%d, ISS %u, variant %u: %s",
				    estab_state_name(m.known.state), b->family,
				    m.known.iss, n, wrong);
		}
		bench_free(b);
	}
	return cases;
}
