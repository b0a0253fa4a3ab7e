/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bytes.h - numbers in network byte order, at any alignment.
 *
 * Loads are written out byte by byte, which compilers turn into one; of
 * stores next to each other gcc -O3 makes vectors of bytes instead, so those
 * are whole words.
 */
#ifndef WIRE_BYTES_H
#define WIRE_BYTES_H

#include <stdint.h>

#include "base/mem.h"

static inline uint16_t
get16(const uint8_t *at)
{
	return (uint16_t)((uint32_t)at[0] << 8 | at[1]);
}

static inline uint32_t
get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t
get64(const uint8_t *at)
{
	return (uint64_t)get32(at) << 32 | get32(at + 4);
}

static inline void
put16(uint8_t *at, uint32_t value)
{
	uint16_t word = (uint16_t)value;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	word = __builtin_bswap16(word);
#endif
	memcpy(at, &word, sizeof word);
}

static inline void
put32(uint8_t *at, uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	value = __builtin_bswap32(value);
#endif
	memcpy(at, &value, sizeof value);
}

#endif
