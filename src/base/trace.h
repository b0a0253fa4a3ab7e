/* SPDX-License-Identifier: BSD-2-Clause
 *
 * trace.h - writing into the creator's ring of records.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include <estab/trace.h>

/* The next record of the ring, zeroed but for time and type.  trace is not
 * NULL: the caller has looked. */
struct estab_record *trace_append(struct estab_trace *trace, uint8_t type,
    estab_time now);

#endif
