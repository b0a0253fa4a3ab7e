/* SPDX-License-Identifier: BSD-2-Clause
 *
 * sheet.h - the page a control block is printed on: groups of named values,
 * two to a line.
 */
#ifndef VIEW_SHEET_H
#define VIEW_SHEET_H

#include "view/line.h"
#include "view/symbols.h"
#include "view/words.h"

#define SHEET_INDENT 2
#define SHEET_ITEMS_MAX 16

struct item {
	char label[48];
	char value[80];
};

/* A group of lines, two items to a line, values under values. */
struct sheet {
	const struct view_out *out;
	const struct view_style *style;
	const struct estab_status *status;
	const struct view_symbols *symbols;
	estab_time now;
	int columns;
	struct item item[SHEET_ITEMS_MAX];
	uint32_t items;
};

const char *sheet_label(const struct sheet *sheet, enum word which);

/* Put an item into the group to come; label and value are copied. */
void sheet_put(struct sheet *sheet, const char *label, const char *value);
void sheet_word(struct sheet *sheet, enum word label, const char *value);
void sheet_count(struct sheet *sheet, enum word label, uint64_t n);
void sheet_bytes(struct sheet *sheet, const char *label, uint64_t n);
void sheet_seconds(struct sheet *sheet, const char *label, int64_t ns);
/* "x+1 = 1000001", or the number alone; peers: of the peer's space. */
void sheet_position(struct sheet *sheet, const char *label, uint32_t number,
    bool peers);
/* Only a timer that runs is put. */
void sheet_timer(struct sheet *sheet, enum word label, estab_time at);

/* Write the items that were put under their group's name. */
void sheet_group(struct sheet *sheet, enum word name);

#endif
