/* SPDX-License-Identifier: BSD-2-Clause
 *
 * text.c - appending text, numbers and addresses; UTF-8 and its widths.
 */
#include "view/text.h"

#include <string.h>

void
text_clear(struct text *text)
{
	text->n = 0;
	text->byte[0] = '\0';
}

struct text *
text_add(struct text *text, const char *more)
{
	const size_t n = strlen(more);

	if (text->n + n >= TEXT_MAX)
		return text;
	memcpy(text->byte + text->n, more, n + 1);
	text->n += (uint32_t)n;
	return text;
}

/* Digits of number in a base, right-aligned in out[20]; returns the first. */
static char *
digits(char out[21], uint64_t number, unsigned base)
{
	char *at = out + 20;

	*at = '\0';
	do {
		*--at = "0123456789abcdef"[number % base];
		number /= base;
	} while (number != 0);
	return at;
}

struct text *
text_number(struct text *text, uint64_t number)
{
	char buffer[21];

	return text_add(text, digits(buffer, number, 10));
}

struct text *
text_signed(struct text *text, int64_t number)
{
	if (number >= 0)
		return text_number(text, (uint64_t)number);
	return text_number(text_add(text, "-"), 0 - (uint64_t)number);
}

struct text *
text_grouped(struct text *text, uint64_t number)
{
	char buffer[21];
	const char *at = digits(buffer, number, 10);
	size_t left = strlen(at);

	while (left > 0) {
		text_code(text, (unsigned char)*at++);
		if (--left > 0 && left % 3 == 0)
			text_add(text, ",");
	}
	return text;
}

struct text *
text_hex(struct text *text, uint64_t number, int wanted)
{
	char buffer[21];
	const char *at = digits(buffer, number, 16);

	text_add(text, "0x");
	for (int n = (int)strlen(at); n < wanted; n++)
		text_add(text, "0");
	return text_add(text, at);
}

struct text *
text_seconds(struct text *text, int64_t ns, int decimals_min)
{
	char buffer[21];
	uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	uint64_t fraction = left % (uint64_t)ESTAB_SECOND;
	int n = 9;

	if (ns < 0)
		text_add(text, "-");
	text_number(text, left / (uint64_t)ESTAB_SECOND);
	while (n > decimals_min && fraction % 10 == 0) {
		fraction /= 10;
		n--;
	}
	if (n == 0)
		return text;
	text_add(text, ".");
	const char *at = digits(buffer, fraction, 10);
	for (int have = (int)strlen(at); have < n; have++)
		text_add(text, "0");
	return text_add(text, at);
}

static bool
address_is_unspecified(const struct estab_address *address)
{
	static const struct estab_address v6;
	static const struct estab_address v4 = { { [10] = 0xff, 0xff } };

	return memcmp(address, &v6, sizeof v6) == 0 ||
	    memcmp(address, &v4, sizeof v4) == 0;
}

struct text *
text_endpoint(struct text *text, const struct estab_endpoint *endpoint)
{
	char address[ESTAB_ADDRESS_TEXT];

	if (address_is_unspecified(&endpoint->address)) {
		text_add(text, "*");
	} else {
		const bool v4 = estab_address_is_v4(&endpoint->address);

		estab_address_text(&endpoint->address, address);
		text_add(text, v4 ? "" : "[");
		text_add(text, address);
		text_add(text, v4 ? "" : "]");
	}
	text_add(text, ":");
	if (endpoint->port == 0)
		return text_add(text, "*");
	return text_number(text, endpoint->port);
}

struct text *
text_fill(struct text *text, const char *template, const char *const *argument,
    size_t n)
{
	for (const char *at = template; *at != '\0';) {
		if (at[0] == '%' && at[1] >= '1' && at[1] <= '9' &&
		    (size_t)(at[1] - '1') < n) {
			text_add(text, argument[at[1] - '1']);
			at += 2;
		} else {
			text_code(text, text_next(&at));
		}
	}
	return text;
}

uint32_t
text_next(const char **at)
{
	static const uint8_t lead[] = { 0x00, 0xc0, 0xe0, 0xf0 };
	static const uint8_t mask[] = { 0x7f, 0x1f, 0x0f, 0x07 };
	const uint8_t first = (uint8_t)**at;
	const int more = first < 0x80 ? 0
	    : first >= 0xf0           ? 3
	    : first >= 0xe0           ? 2
	    : first >= 0xc0           ? 1
	                              : -1;

	(*at)++;
	if (more < 0 || (first & ~mask[more] & 0xff) != lead[more])
		return 0xfffd;
	uint32_t code = first & mask[more];
	for (int i = 0; i < more; i++) {
		if (((uint8_t)**at & 0xc0) != 0x80)
			return 0xfffd;
		code = code << 6 | ((uint8_t) * (*at)++ & 0x3f);
	}
	return code;
}

/* Ranges of Unicode's East Asian Wide and Fullwidth that can occur in text of
 * ours; ambiguous characters, such as box drawing, take one column. */
int
text_columns(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} wide[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff },
		{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xa000, 0xa4cf },
		{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff },
		{ 0x20000, 0x3fffd },
	};

	if (code < 0x20 || (code >= 0x7f && code < 0xa0) ||
	    (code >= 0x300 && code < 0x370))
		return 0;
	for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
		if (code >= wide[i].first && code <= wide[i].last)
			return 2;
	return 1;
}

struct text *
text_code(struct text *text, uint32_t code)
{
	char byte[5] = { 0 };

	if (code < 0x80) {
		byte[0] = (char)code;
	} else if (code < 0x800) {
		byte[0] = (char)(0xc0 | code >> 6);
		byte[1] = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		byte[0] = (char)(0xe0 | code >> 12);
		byte[1] = (char)(0x80 | (code >> 6 & 0x3f));
		byte[2] = (char)(0x80 | (code & 0x3f));
	} else {
		byte[0] = (char)(0xf0 | (code >> 18 & 0x07));
		byte[1] = (char)(0x80 | (code >> 12 & 0x3f));
		byte[2] = (char)(0x80 | (code >> 6 & 0x3f));
		byte[3] = (char)(0x80 | (code & 0x3f));
	}
	return text_add(text, byte);
}

int
view_width(const char *text)
{
	int width = 0;

	while (*text != '\0') {
		if (text[0] == '\033' && text[1] == '[') {
			text += 2;
			while (*text != '\0' && (*text < '@' || *text > '~'))
				text++;
			text += *text != '\0';
		} else {
			width += text_columns(text_next(&text));
		}
	}
	return width;
}

void
out_text(const struct view_out *out, const char *text)
{
	out->write(out->context, text, strlen(text));
}

void
out_number(const struct view_out *out, uint64_t number)
{
	struct text text;

	text_clear(&text);
	out_text(out, text_number(&text, number)->byte);
}
