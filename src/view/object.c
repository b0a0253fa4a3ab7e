/* SPDX-License-Identifier: BSD-2-Clause
 *
 * object.c - members of a JSON object, strings escaped.
 */
#include "view/object.h"

/* \u001b */
static void
escape_control(struct text *text, uint32_t code)
{
	static const char hex[] = "0123456789abcdef";

	text_add(text, "\\u00");
	text_code(text, (uint32_t)hex[code >> 4]);
	text_code(text, (uint32_t)hex[code & 15]);
}

/* Write text as a JSON string. */
static void
write_string(const struct view_out *out, const char *text)
{
	struct text piece;

	out_text(out, "\"");
	while (*text != '\0') {
		const uint32_t code = text_next(&text);

		text_clear(&piece);
		if (code == '"' || code == '\\') {
			text_code(text_add(&piece, "\\"), code);
		} else if (code < 0x20 || code == 0x7f) {
			escape_control(&piece, code);
		} else {
			text_code(&piece, code);
		}
		out_text(out, piece.byte);
	}
	out_text(out, "\"");
}

static void
key(struct object *object, const char *name)
{
	out_text(object->out, object->begun ? "," : "{");
	object->begun = true;
	write_string(object->out, name);
	out_text(object->out, ":");
}

void
object_string(struct object *object, const char *name, const char *value)
{
	key(object, name);
	write_string(object->out, value);
}

void
object_number(struct object *object, const char *name, int64_t value)
{
	struct text text;

	key(object, name);
	text_clear(&text);
	out_text(object->out, text_signed(&text, value)->byte);
}

void
object_true(struct object *object, const char *name)
{
	key(object, name);
	out_text(object->out, "true");
}

void
object_endpoint(struct object *object, const char *name,
    const struct estab_endpoint *endpoint)
{
	struct text text;

	text_clear(&text);
	object_string(object, name, text_endpoint(&text, endpoint)->byte);
}

void
object_bits(struct object *object, const char *name, uint8_t bits,
    const struct object_bit *table, size_t n)
{
	const char *comma = "";

	key(object, name);
	out_text(object->out, "[");
	for (size_t i = 0; i < n; i++) {
		if ((bits & table[i].bit) == 0)
			continue;
		out_text(object->out, comma);
		write_string(object->out, table[i].name);
		comma = ",";
	}
	out_text(object->out, "]");
}

void
object_end(struct object *object)
{
	out_text(object->out, "}\n");
}
