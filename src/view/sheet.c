/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sheet.c - named values in two columns.
 */
#include "view/sheet.h"

#include <string.h>

static void
copy(char *to, size_t room, const char *text)
{
	const char *end = text, *at = text;

	while (*at != '\0') {
		(void)text_next(&at);
		if ((size_t)(at - text) >= room)
			break;
		end = at;
	}
	memcpy(to, text, (size_t)(end - text));
	to[end - text] = '\0';
}

void
sheet_put(struct sheet *sheet, const char *label, const char *value)
{
	struct item *item;

	if (sheet->items == SHEET_ITEMS_MAX)
		return;
	item = &sheet->item[sheet->items++];
	copy(item->label, sizeof item->label, label);
	copy(item->value, sizeof item->value, value);
}

const char *
sheet_label(const struct sheet *sheet, enum word which)
{
	return word(which, sheet->style->zh);
}

void
sheet_word(struct sheet *sheet, enum word label, const char *value)
{
	sheet_put(sheet, sheet_label(sheet, label), value);
}

void
sheet_count(struct sheet *sheet, enum word label, uint64_t n)
{
	struct text text;

	text_clear(&text);
	sheet_word(sheet, label, text_grouped(&text, n)->byte);
}

void
sheet_bytes(struct sheet *sheet, const char *label, uint64_t n)
{
	struct text text;

	text_clear(&text);
	sheet_put(sheet, label, text_add(text_grouped(&text, n), " B")->byte);
}

void
sheet_position(struct sheet *sheet, const char *label, uint32_t number,
    bool peers)
{
	struct text text;

	text_clear(&text);
	if (sheet->symbols != NULL && !sheet->style->raw) {
		symbols_express(&text,
		    peers ? &sheet->symbols->peer : &sheet->symbols->own,
		    number, SYMBOLS_ALL);
		text_add(&text, " = ");
	}
	sheet_put(sheet, label, text_number(&text, number)->byte);
}

void
sheet_seconds(struct sheet *sheet, const char *label, int64_t ns)
{
	struct text text;

	text_clear(&text);
	text_seconds(&text, ns - ns % ESTAB_US, 3);
	sheet_put(sheet, label, text_add(&text, " s")->byte);
}

void
sheet_timer(struct sheet *sheet, enum word label, estab_time at)
{
	struct text seconds, text;
	const int64_t left = at - sheet->now;

	if (at == ESTAB_NEVER)
		return;
	text_clear(&seconds);
	text_clear(&text);
	text_seconds(&seconds, left - left % ESTAB_MS, 0);
	text_fill(&text, sheet_label(sheet, WORD_IN_SECONDS),
	    &(const char *){ seconds.byte }, 1);
	sheet_word(sheet, label, text.byte);
}

/* Where the values of every second item begin, from the first. */
static int
label_width(const struct sheet *sheet, uint32_t first)
{
	int width = 0;

	for (uint32_t i = first; i < sheet->items; i += 2) {
		const int w = view_width(sheet->item[i].label);

		width = w > width ? w : width;
	}
	return width;
}

void
sheet_group(struct sheet *sheet, enum word name)
{
	const int first = SHEET_INDENT + 24;
	const int second = first + (sheet->columns - first) / 2;
	const int value[2] = { first + label_width(sheet, 0) + 2,
		second + label_width(sheet, 1) + 2 };
	struct line line;

	for (uint32_t i = 0; i < sheet->items; i++) {
		const bool left = i % 2 == 0;

		if (left)
			line_clear(&line, sheet->columns);
		if (i == 0)
			line_put(&line, SHEET_INDENT, sheet_label(sheet, name),
			    PAINT_BOLD);
		line_put(&line, left ? first : second, sheet->item[i].label,
		    PAINT_DIM);
		line_put(&line, value[i % 2], sheet->item[i].value,
		    PAINT_PLAIN);
		if (!left || i + 1 == sheet->items)
			line_write(&line, sheet->out, sheet->style->colour);
	}
	sheet->items = 0;
}
