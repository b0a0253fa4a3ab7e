/* SPDX-License-Identifier: BSD-2-Clause
 *
 * budget.h - what each address may get of something in a window of time.
 *
 * What one address gets must not show in what another one does: from a budget
 * of all, who spends it could read how much of it went to somebody else, and
 * so whether a pair is in use (the attack on RFC 5961's challenge ACKs,
 * CVE-2016-5696).  Cells are shared by chance, and every window by another
 * one.
 */
#ifndef TCP_BUDGET_H
#define TCP_BUDGET_H

#include "tcp/sketch.h"

struct tcp;

struct budget {
	struct counts counts;
	int64_t window; /* in which they are counted: now >> 30 (1.07 s) */
};

/* False: no memory. */
bool budget_init(struct tcp *tcp, struct budget *budget);
/* One more for an address (of IPv6 for its /64), if it has had less than most
 * in this window; most is 65,535 at most. */
bool budget_spend(struct tcp *tcp, struct budget *budget,
    const struct estab_address *whom, uint32_t most);

#endif
