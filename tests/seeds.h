/* SPDX-License-Identifier: BSD-2-Clause
 *
 * seeds.h - which seeds a test of seeds runs.
 */
#ifndef TESTS_SEEDS_H
#define TESTS_SEEDS_H

#include <stdbool.h>
#include <stdlib.h>

/* Whether SEEDS=FIRST-LAST or SEEDS=ONE in the environment asks for others
 * than those given. */
static inline bool
seeds_asked(unsigned long *first, unsigned long *last)
{
	const char *seeds = getenv("SEEDS");
	char *rest;

	if (seeds == NULL)
		return false;
	*first = *last = strtoul(seeds, &rest, 10);
	if (*rest == '-')
		*last = strtoul(rest + 1, NULL, 10);
	return true;
}

#endif
