/* SPDX-License-Identifier: BSD-2-Clause
 *
 * siphash.h - SipHash-2-4, the keyed hash that hosts of a world are given.
 */
#ifndef SIM_SIPHASH_H
#define SIM_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* Of n bytes under a 16-byte key; the 8 result bytes read as little-endian. */
uint64_t siphash_2_4(const uint8_t key[16], const void *data, size_t n);

#endif
