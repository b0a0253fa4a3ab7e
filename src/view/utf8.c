/* SPDX-License-Identifier: BSD-2-Clause
 *
 * utf8.c - characters as bytes (RFC 3629), and how many columns they take.
 */
#include "view/text.h"

uint32_t
text_next(const char **at)
{
	static const uint8_t lead[] = { 0x00, 0xc0, 0xe0, 0xf0 };
	static const uint8_t mask[] = { 0x7f, 0x1f, 0x0f, 0x07 };
	const uint8_t first = (uint8_t) * *at;
	const int more = first < 0x80 ? 0 :
	    first >= 0xf0             ? 3 :
	    first >= 0xe0             ? 2 :
	    first >= 0xc0             ? 1 :
	                                -1;

	(*at)++;
	if (more < 0 || (first & ~mask[more] & 0xff) != lead[more])
		return 0xfffd;
	uint32_t code = first & mask[more];
	for (int i = 0; i < more; i++) {
		if (((uint8_t) * *at & 0xc0) != 0x80)
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
		{ 0x1100, 0x115f },
		{ 0x2e80, 0x303e },
		{ 0x3041, 0x33ff },
		{ 0x3400, 0x4dbf },
		{ 0x4e00, 0x9fff },
		{ 0xa000, 0xa4cf },
		{ 0xac00, 0xd7a3 },
		{ 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },
		{ 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1faff },
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
