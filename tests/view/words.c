/* SPDX-License-Identifier: BSD-2-Clause
 *
 * words.c - both languages are whole, and Chinese is Chinese throughout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"
#include "view/words.h"

static void
every_reason_has_a_chinese_sentence(void **unused)
{
	(void)unused;
	for (int i = 0; i < ESTAB_REASON_COUNT; i++) {
		const enum estab_reason reason = (enum estab_reason)i;
		const char *name = estab_reason_name(reason);
		const char *chinese = words_reason_zh(name);
		const char *english = estab_reason_text(reason);

		if (chinese == NULL)
			fail_msg("no Chinese for %s: %s", name, english);
		assert_string_equal(view_reason_text(reason, true), chinese);
		assert_string_equal(view_reason_text(reason, false), english);
	}
}

static void
every_error_has_a_chinese_sentence(void **unused)
{
	static const char *const name[] = {
#define ESTAB_X(name, value, text) #name,
		ESTAB_ERRORS(ESTAB_X)
#undef ESTAB_X
	};
	static const int value[] = {
#define ESTAB_X(name, value, text) ESTAB_##name,
		ESTAB_ERRORS(ESTAB_X)
#undef ESTAB_X
	};

	(void)unused;
	for (size_t i = 0; i < sizeof value / sizeof value[0]; i++) {
		if (words_error_zh(name[i]) == NULL)
			fail_msg("no Chinese for %s", name[i]);
		assert_string_equal(view_error_text(value[i], true),
		    words_error_zh(name[i]));
		assert_string_equal(view_error_text(value[i], false),
		    estab_strerror(value[i]));
	}
	assert_string_equal(view_error_text(-9999, true), "没有这样的错误");
}

/* ---- Latin words that Chinese may hold ----------------------------------- */

/* Names of the protocol, flags and fields, units; states are added. */
static const char *const allowed[] = { "SYN", "ACK", "FIN", "RST", "URG", "PSH",
	"ECE", "CWR", "RFC", "MUST", "cookie", "TCB", "MSS", "RTO", "MSL",
	"MTU", "RTT", "RCV.NXT", "RCV.WND", "RCV.UP", "SND.UNA", "SND.NXT",
	"SND.MAX", "SND.WND", "SND.UP", "SND.WL1", "SND.WL2", "ISS", "IRS",
	"SRTT", "RTTVAR", "TIME-WAIT", "seq", "ack", "len", "wnd", "up", "mss",
	"ws", "sack", "ts", "A", "B", "x", "y", "u", "v", "w", "n", "s" };

static bool
in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool
starts_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
may_stand(const char *word, size_t n)
{
	while (n > 0 && (word[n - 1] == '.' || word[n - 1] == '-'))
		n--;
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		if (strlen(allowed[i]) == n && memcmp(allowed[i], word, n) == 0)
			return true;
	for (int i = 0; i < ESTAB_STATE_COUNT; i++) {
		const char *name = estab_state_name((enum estab_state)i);

		if (strlen(name) == n && memcmp(name, word, n) == 0)
			return true;
	}
	/* 9293 3.1 MUST-3, #12 */
	return n > 5 && memcmp(word, "MUST-", 5) == 0;
}

static void
check_chinese(const char *text, const char *what)
{
	while (*text != '\0') {
		size_t n = 0;

		if (*text == '\033') {
			text += strcspn(text, "m");
			continue;
		}
		if (!starts_word(*text)) {
			/* Digits carry their unit or nothing: 0x1f, 3.10.7 */
			if (in_word(*text))
				while (in_word(*text))
					text++;
			else
				text++;
			continue;
		}
		while (in_word(text[n]))
			n++;
		if (!may_stand(text, n))
			fail_msg("%s: English left over: %.*s", what, (int)n,
			    text);
		text += n;
	}
}

static void
no_english_is_left_in_any_label_or_sentence(void **unused)
{
	struct text text;

	(void)unused;
	for (int i = 0; i < WORD_COUNT; i++) {
		check_chinese(word((enum word)i, true),
		    word((enum word)i, false));
		assert_true(*word((enum word)i, true) != '\0');
	}
	for (int i = 0; i < ESTAB_REASON_COUNT; i++) {
		text_clear(&text);
		words_reason(&text, (enum estab_reason)i, true);
		check_chinese(text.byte,
		    estab_reason_name((enum estab_reason)i));
	}
	for (int i = 0; i < 32; i++)
		check_chinese(view_error_text(-i, true), "error");
}

static void
no_english_is_left_in_any_story(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < STORY_COUNT; i++) {
		for (int fold = 0; fold < 2; fold++) {
			const struct view_style style = { .zh = true,
				.fold = fold == 1 };
			struct look look;

			if (stories[i].tell == story_live)
				continue; /* its peer is called peer */
			look_at_story(&look, stories[i].tell, &style);
			check_chinese(look.text, stories[i].name);
			look_free(&look);
		}
	}
}

static void
check_reason(enum estab_reason reason, bool zh, const char *end)
{
	struct text text;
	char whole[sizeof text.byte];

	text_clear(&text);
	(void)snprintf(whole, sizeof whole, "%s%s",
	    view_reason_text(reason, zh), end);
	assert_string_equal(words_reason(&text, reason, zh)->byte, whole);
}

/* On one line: no space in a clause is one at which a line may end. */
static void
clauses_are_named_in_both_languages(void **unused)
{
	(void)unused;
	check_reason(ESTAB_REASON_FIN_TAKEN, false,
	    " (RFC" TEXT_NO_BREAK "9293" TEXT_NO_BREAK "3.10.7.4" TEXT_NO_BREAK
	    "eighth)");
	check_reason(ESTAB_REASON_FIN_TAKEN, true,
	    "（RFC" TEXT_NO_BREAK "9293" TEXT_NO_BREAK "3.10.7.4" TEXT_NO_BREAK
	    "第八步）");
	check_reason(ESTAB_REASON_PAWS, false,
	    " (RFC" TEXT_NO_BREAK "7323" TEXT_NO_BREAK "5.3)");
	check_reason(ESTAB_REASON_NONE, false, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_a_chinese_sentence),
		cmocka_unit_test(every_error_has_a_chinese_sentence),
		cmocka_unit_test(no_english_is_left_in_any_label_or_sentence),
		cmocka_unit_test(no_english_is_left_in_any_story),
		cmocka_unit_test(clauses_are_named_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
