/* SPDX-License-Identifier: BSD-2-Clause
 *
 * object.h - a JSON object (RFC 8259) being written, member by member.
 */
#ifndef VIEW_OBJECT_H
#define VIEW_OBJECT_H

#include "view/text.h"

/* Begin with everything but out zero. */
struct object {
	const struct view_out *out;
	bool begun;
};

void object_string(struct object *object, const char *name, const char *value);
void object_number(struct object *object, const char *name, int64_t value);
void object_true(struct object *object, const char *name);
void object_endpoint(struct object *object, const char *name,
    const struct estab_endpoint *endpoint);

/* An array of the names of the bits that are set. */
struct object_bit {
	uint8_t bit;
	const char *name;
};
void object_bits(struct object *object, const char *name, uint8_t bits,
    const struct object_bit *table, size_t n);

/* The closing brace, and a newline.  The object has a member. */
void object_end(struct object *object);

#endif
