/* SPDX-License-Identifier: BSD-2-Clause
 *
 * exact.h - bytes in a buffer of exactly their size, so that a read beyond
 * them is seen; numbers from a seed; addresses from text.
 */
#ifndef TESTS_WIRE_EXACT_H
#define TESTS_WIRE_EXACT_H

#include "wire/ip.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The caller frees it. */
static inline uint8_t *
exact(const void *bytes, size_t n)
{
	uint8_t *copy = malloc(n);

	if (copy == NULL && n > 0)
		abort();
	if (n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

static inline uint32_t
next_number(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8 ^ *state << 20;
}

static inline void
fill(uint8_t *bytes, size_t n, uint32_t *state)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)next_number(state);
}

static inline struct estab_address
address(const char *text)
{
	struct estab_address read;

	if (estab_address_parse(text, &read) != 0)
		abort();
	return read;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
