/* SPDX-License-Identifier: BSD-2-Clause
 *
 * seq.h - sequence numbers (RFC 9293 3.4): arithmetic modulo 2^32.
 *
 * The only place that compares or subtracts two positions.  An order exists
 * between positions less than 2^31 apart, which windows of at most 2^30
 * guarantee for everything that is in flight.
 */
#ifndef TCP_SEQ_H
#define TCP_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/* a < b, a <= b, ... in the window around them */
static inline bool
seq_lt(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool
seq_le(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) <= 0;
}

static inline bool
seq_gt(uint32_t a, uint32_t b)
{
	return seq_lt(b, a);
}

static inline bool
seq_ge(uint32_t a, uint32_t b)
{
	return seq_le(b, a);
}

/* How far b lies to the right of a (a <= b). */
static inline uint32_t
seq_span(uint32_t a, uint32_t b)
{
	return b - a;
}

/* first <= x < end, for any distance of first and end. */
static inline bool
seq_in(uint32_t x, uint32_t first, uint32_t end)
{
	return x - first < end - first;
}

static inline uint32_t
seq_max(uint32_t a, uint32_t b)
{
	return seq_lt(a, b) ? b : a;
}

static inline uint32_t
seq_min(uint32_t a, uint32_t b)
{
	return seq_lt(a, b) ? a : b;
}

#endif
