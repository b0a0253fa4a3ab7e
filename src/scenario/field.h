/* SPDX-License-Identifier: BSD-2-Clause
 *
 * field.h - what "expect" can read of a control block and of a host: name,
 * type and place.  RFC 9293 3.3.1's variables keep their names.
 */
#ifndef SCENARIO_FIELD_H
#define SCENARIO_FIELD_H

#include <estab/estab.h>

enum field_type {
	FIELD_POSITION, /* a sequence number: symbols may be used */
	FIELD_COUNT,    /* a number, or bytes */
	FIELD_TIME,     /* a duration */
	FIELD_YES,      /* yes or no */
	FIELD_ERROR,    /* ECONNRESET, or none */
};

struct field {
	const char *name;
	enum field_type type;
	bool of_host; /* of struct estab_memory, not of struct estab_status */
	uint32_t offset, bytes;
};

extern const struct field field_table[];
extern const uint32_t field_count;

/* The index of a name, whatever its case; field_count: there is none. */
uint32_t field_find(const char *name);

/* Its value, read from a struct estab_status or struct estab_memory. */
int64_t field_value(const struct field *field, const void *from);

#endif
