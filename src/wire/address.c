/* SPDX-License-Identifier: BSD-2-Clause
 *
 * address.c - addresses as text: RFC 4291 2.2 is read, RFC 5952 is written.
 */
#include "base/mem.h"
#include "wire/bytes.h"
#include "wire/ip.h"

/* ---- Reading ----------------------------------------------------------- */

/* A decimal byte without leading zeros, which some read as octal.  Returns
 * where it ends, or NULL. */
static const char *
read_byte(const char *text, uint8_t *byte)
{
	uint32_t value = 0;
	const char *at = text;

	while (*at >= '0' && *at <= '9' && at - text < 3)
		value = value * 10 + (uint32_t)(*at++ - '0');
	if (at == text || value > 255 || (*text == '0' && at - text > 1))
		return NULL;
	*byte = (uint8_t)value;
	return at;
}

/* "a.b.c.d" and nothing behind it. */
static bool
read_dotted(const char *text, uint8_t four[4])
{
	for (int i = 0; i < 4; i++) {
		text = read_byte(text, &four[i]);
		if (text == NULL || *text++ != (i < 3 ? '.' : '\0'))
			return false;
	}
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One to four hexadecimal digits.  Returns where they end, or NULL. */
static const char *
read_group(const char *text, uint8_t two[2])
{
	uint32_t value = 0;
	const char *at = text;

	while (hex_digit(*at) >= 0 && at - text < 4)
		value = value << 4 | (uint32_t)hex_digit(*at++);
	if (at == text)
		return NULL;
	two[0] = (uint8_t)(value >> 8);
	two[1] = (uint8_t)value;
	return at;
}

/* The groups of an IPv6 address as they stand: bytes read into byte, and
 * where "::" was (-1: nowhere).  False when the text is not one. */
static bool
read_groups(const char *text, uint8_t byte[16], int *bytes, int *gap)
{
	int n = 0;

	*gap = -1;
	while (*text != '\0') {
		const char *next;

		if (text[0] == ':' && text[1] == ':') {
			if (*gap >= 0)
				return false;
			*gap = n;
			text += 2;
			continue;
		}
		if (n > 0 && *gap != n && *text++ != ':')
			return false;
		if (n <= 12 && read_dotted(text, byte + n)) {
			n += 4;
			break;
		}
		if (n == 16)
			return false;
		next = read_group(text, byte + n);
		if (next == NULL)
			return false;
		text = next;
		n += 2;
	}
	*bytes = n;
	return true;
}

int
estab_address_parse(const char *text, struct estab_address *address)
{
	struct estab_address read = { { [10] = 0xff, [11] = 0xff } };
	int bytes, gap;

	if (read_dotted(text, read.byte + 12)) {
		*address = read;
		return 0;
	}
	if (!read_groups(text, read.byte, &bytes, &gap))
		return ESTAB_EINVAL;
	if (gap < 0 ? bytes != 16 : bytes > 14) /* "::" is a group at least */
		return ESTAB_EINVAL;
	if (gap >= 0) {
		const size_t tail = (size_t)(bytes - gap);

		memmove(read.byte + 16 - tail, read.byte + gap, tail);
		memset(read.byte + gap, 0, 16 - (size_t)bytes);
	}
	*address = read;
	return 0;
}

/* ---- Writing ----------------------------------------------------------- */

static char *
write_byte(char *text, uint8_t value)
{
	if (value >= 100)
		*text++ = (char)('0' + value / 100);
	if (value >= 10)
		*text++ = (char)('0' + value / 10 % 10);
	*text++ = (char)('0' + value % 10);
	return text;
}

static char *
write_dotted(char *text, const uint8_t four[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*text++ = '.';
		text = write_byte(text, four[i]);
	}
	return text;
}

/* RFC 5952 4.1 and 4.3: no leading zeros, lower case. */
static char *
write_group(char *text, uint32_t value)
{
	static const char digit[] = "0123456789abcdef";

	for (int shift = 12; shift >= 0; shift -= 4) {
		if (value >> shift != 0 || shift == 0)
			*text++ = digit[value >> shift & 15];
	}
	return text;
}

/* RFC 5952 4.2: the longest run of two or more zero groups, the first of
 * equals.  Returns its length; *first is 8 when there is none. */
static int
longest_run(const uint32_t group[8], int *first)
{
	int best = 1, run = 0;

	*first = 8;
	for (int i = 0; i < 8; i++) {
		run = group[i] == 0 ? run + 1 : 0;
		if (run > best) {
			best = run;
			*first = i + 1 - run;
		}
	}
	return best;
}

void
estab_address_text(const struct estab_address *address, char *text)
{
	const uint8_t *at = address->byte;
	uint32_t group[8];
	int first, run;

	if (ip_is_v4(address)) {
		*write_dotted(text, address->byte + 12) = '\0';
		return;
	}
	for (int i = 0; i < 8; i++, at += 2)
		group[i] = get16(at);
	run = longest_run(group, &first);
	for (int i = 0; i < 8; i++) {
		if (i == first) {
			*text++ = ':';
			i += run - 1;
			if (i == 7)
				*text++ = ':';
			continue;
		}
		if (i > 0)
			*text++ = ':';
		text = write_group(text, group[i]);
	}
	*text = '\0';
}

bool
estab_address_is_v4(const struct estab_address *address)
{
	return ip_is_v4(address);
}
