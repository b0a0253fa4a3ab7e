/* SPDX-License-Identifier: BSD-2-Clause
 *
 * siphash.h - SipHash-2-4 of many short messages under one key.
 *
 * libsodium hashes one message a call.  A flood asks for one hash a SYN, and
 * all of a batch can be had together: four at a time, where the processor has
 * AVX2, cost little more than one.
 */
#ifndef LOOP_SIPHASH_H
#define LOOP_SIPHASH_H

#include <estab/estab.h>

/* What estab_crypto.siphash_many is here, or NULL. */
estab_siphash_many siphash_many_best(void);

#endif
