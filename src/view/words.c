/* SPDX-License-Identifier: BSD-2-Clause
 *
 * words.c - labels, reasons and errors in the language asked for.  English
 * reasons and errors are those of the public headers.
 */
#include "view/words.h"

#include <string.h>

const char *
word(enum word which, bool zh)
{
	static const char *const words[WORD_COUNT][2] = {
#define WORDS_X(name, english, chinese) { english, chinese },
		WORDS(WORDS_X)
#undef WORDS_X
	};

	return words[which][zh];
}

const char *
view_reason_text(enum estab_reason reason, bool zh)
{
	const char *text = NULL;

	if (zh)
		text = words_reason_zh(estab_reason_name(reason));
	return text != NULL ? text : estab_reason_text(reason);
}

static const char *
error_name(int error)
{
	switch ((enum estab_error)error) {
#define ESTAB_X(name, value, text)                                             \
	case ESTAB_##name:                                                     \
		return #name;
		ESTAB_ERRORS(ESTAB_X)
#undef ESTAB_X
	}
	return "";
}

const char *
view_error_text(int error, bool zh)
{
	const char *text;

	if (!zh)
		return estab_strerror(error);
	if (error >= 0)
		return "没有错误";
	text = words_error_zh(error_name(error));
	return text != NULL ? text : "没有这样的错误";
}

/* The eight checks of RFC 9293 3.10.7.4 are numbered in words. */
static const char *
ordinal_zh(const char *clause, size_t n)
{
	static const struct {
		const char *name, *text;
	} ordinal[] = {
		{ "first", "第一步" },
		{ "second", "第二步" },
		{ "third", "第三步" },
		{ "fourth", "第四步" },
		{ "fifth", "第五步" },
		{ "sixth", "第六步" },
		{ "seventh", "第七步" },
		{ "eighth", "第八步" },
	};

	for (size_t i = 0; i < sizeof ordinal / sizeof ordinal[0]; i++)
		if (strlen(ordinal[i].name) == n &&
		    memcmp(ordinal[i].name, clause, n) == 0)
			return ordinal[i].text;
	return NULL;
}

/* "RFC 9293 3.10.7.4 seventh", or in Chinese; it stays on one line. */
static void
add_clause(struct text *text, const char *clause, bool zh)
{
	text_add(text, "RFC" TEXT_NO_BREAK);
	/* A clause is an RFC's number, then its section; a section alone is
	 * one of RFC 9293. */
	if (strcspn(clause, ".") < strcspn(clause, " "))
		text_add(text, "9293" TEXT_NO_BREAK);
	for (;;) {
		const size_t n = strcspn(clause, " ");
		const char *other = zh ? ordinal_zh(clause, n) : NULL;

		if (other != NULL)
			text_add(text, other);
		for (size_t i = 0; other == NULL && i < n; i++)
			text_code(text, (unsigned char)clause[i]);
		clause += n;
		if (*clause == '\0')
			return;
		text_add(text, TEXT_NO_BREAK);
		clause++;
	}
}

struct text *
words_reason(struct text *text, enum estab_reason reason, bool zh)
{
	const char *clause = estab_reason_clause(reason);

	text_add(text, view_reason_text(reason, zh));
	if (*clause == '\0')
		return text;
	text_add(text, zh ? "（" : " (");
	add_clause(text, clause, zh);
	return text_add(text, zh ? "）" : ")");
}
