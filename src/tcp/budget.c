/* SPDX-License-Identifier: BSD-2-Clause
 *
 * budget.c - what each address may get of something in a window of time.
 */
#include "tcp/budget.h"

#include "tcp/tcp.h"

#define WINDOW_SHIFT 30 /* 1.07 s */

bool
budget_init(struct tcp *tcp, struct budget *budget)
{
	static const uint64_t later[2]; /* drawn when the first one is spent */

	budget->window = -1;
	return counts_init(&tcp->arena, &budget->counts, later);
}

bool
budget_spend(struct tcp *tcp, struct budget *budget,
    const struct estab_address *whom, uint32_t most)
{
	const int64_t window = tcp->now >> WINDOW_SHIFT;

	if (window != budget->window) {
		uint64_t key[2];

		key[0] = tcp_draw(tcp);
		key[1] = tcp_draw(tcp);
		budget->window = window;
		counts_reset(&tcp->arena, &budget->counts, key);
	}
	if (counts_of(&tcp->arena, &budget->counts, whom) >= most)
		return false;
	counts_add(&tcp->arena, &budget->counts, whom);
	return true;
}
