/* SPDX-License-Identifier: BSD-2-Clause
 *
 * text.c - appending text, numbers and addresses.
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

void
out_text(const struct view_out *out, const char *text)
{
	out->write(out->context, text, strlen(text));
}
