/* SPDX-License-Identifier: BSD-2-Clause
 *
 * text.h - a short piece of text that grows at its end.
 *
 * For labels and the fields of a line: what does not fit is cut off whole,
 * never in the middle of a UTF-8 character.
 */
#ifndef VIEW_TEXT_H
#define VIEW_TEXT_H

#include <stdarg.h>

#include "view/view.h"

#define TEXT_MAX 512

/* A space at which line_break does not break; written as a plain one. */
#define TEXT_NO_BREAK "\302\240"
#define TEXT_NO_BREAK_CODE 0xa0

struct text {
	char byte[TEXT_MAX]; /* always ends in 0 */
	uint32_t n;
};

void text_clear(struct text *text);
/* Each appends, and returns text so that appends can be nested. */
struct text *text_add(struct text *text, const char *more);
struct text *text_number(struct text *text, uint64_t number);
struct text *text_signed(struct text *text, int64_t number);
/* 1,048,576 */
struct text *text_grouped(struct text *text, uint64_t number);
struct text *text_hex(struct text *text, uint64_t number, int digits);
/* Seconds: 0.010, 1.5 ... with as many decimals as needed, at least min. */
struct text *text_seconds(struct text *text, int64_t ns, int decimals_min);
/* 10.0.0.1:80, [2001:db8::1]:80; an unspecified address or port is "*". */
struct text *text_endpoint(struct text *text,
    const struct estab_endpoint *endpoint);

/* Write a template: %1 to %9 are the arguments by their place, so that each
 * language of words.c can put them into its own order. */
struct text *text_fill(struct text *text, const char *template,
    const char *const *argument, size_t n);

/* The code point at *at, which moves behind it.  A byte that begins none
 * stands for U+FFFD. */
uint32_t text_next(const char **at);
/* Columns of a code point: 2 for Chinese characters and full-width forms, 0
 * for combining marks and controls. */
int text_columns(uint32_t code);
/* Append a code point. */
struct text *text_code(struct text *text, uint32_t code);

/* Straight to an output. */
void out_text(const struct view_out *out, const char *text);

#endif
