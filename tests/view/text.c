/* SPDX-License-Identifier: BSD-2-Clause
 *
 * text.c - widths of characters, numbers, lines and where they break.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"
#include "view/line.h"
#include "view/text.h"

static void
a_chinese_character_takes_two_columns(void **unused)
{
	(void)unused;
	assert_int_equal(view_width(""), 0);
	assert_int_equal(view_width("SYN-SENT"), 8);
	assert_int_equal(view_width("三次握手"), 8);
	assert_int_equal(view_width("收 FIN：发 ACK"), 14);
	assert_int_equal(view_width("（第八步）"), 10);
	assert_int_equal(view_width("│──►╳┄"), 6);
	assert_int_equal(view_width("\033[0;1;32m丢失\033[0m"), 4);
	assert_int_equal(view_width("e\314\201"), 1); /* combining accent */
	assert_int_equal(view_width("\377"), 1);      /* no character at all */
}

static void
lines_break_at_spaces_and_between_characters(void **unused)
{
	const char *english = "one two three";
	const char *chinese = "三次握手，四次挥手";
	const char *clause = "收下 FIN（第八步）";

	(void)unused;
	assert_ptr_equal(line_break(english, 100), english + 13);
	assert_ptr_equal(line_break(english, 9), english + 7);
	assert_ptr_equal(line_break(english, 2), english + 2);
	/* Three bytes and two columns each. */
	assert_ptr_equal(line_break(chinese, 6), chinese + 9);
	assert_ptr_equal(line_break(chinese, 7), chinese + 9);
	/* The comma would begin the next line, so 手 goes with it. */
	assert_ptr_equal(line_break(chinese, 8), chinese + 9);
	assert_ptr_equal(line_break(chinese, 10), chinese + 15);
	/* What stands in brackets stays together. */
	assert_ptr_equal(line_break(clause, 14), clause + 10);
}

static void
wrapped_text_is_indented_and_whole(void **unused)
{
	struct look look;
	const struct view_out out = look_out(&look);

	(void)unused;
	view_wrap(&out, "one two three four", 9, 2);
	assert_string_equal(look.text, "one two\n  three\n  four\n");
	look_free(&look);
}

static void
what_would_leave_a_line_is_cut_whole(void **unused)
{
	struct look look;
	const struct view_out out = look_out(&look);
	struct line line;

	(void)unused;
	line_clear(&line, 10);
	assert_int_equal(line_put(&line, 3, "三次握手", PAINT_PLAIN), 9);
	line_fill(&line, 8, 20, '-', PAINT_PLAIN);
	line_write(&line, &out, false);
	line_clear(&line, 10);
	line_put_right(&line, 10, "right", PAINT_PLAIN);
	line_put(&line, -1, "never", PAINT_PLAIN);
	line_put(&line, 0, "a  ", PAINT_PLAIN);
	line_write(&line, &out, false);
	line_clear(&line, 10);
	line_put(&line, 0, "b   ", PAINT_PLAIN);
	line_write(&line, &out, false);
	assert_string_equal(look.text, "   三次 --\na    right\nb\n");
	look_free(&look);
}

/* Text grows by whole pieces; what does not fit is left out whole. */
static void
numbers_are_written_as_people_read_them(void **unused)
{
	struct text text;

	(void)unused;
	text_clear(&text);
	text_add(text_grouped(&text, 0), " ");
	text_add(text_grouped(&text, 999), " ");
	text_add(text_grouped(&text, 1000), " ");
	text_add(text_grouped(&text, UINT64_MAX), " ");
	text_add(text_signed(&text, INT64_MIN), " ");
	text_add(text_hex(&text, 0xabc, 6), " ");
	text_add(text_seconds(&text, 1500 * ESTAB_MS, 0), " ");
	text_add(text_seconds(&text, 2 * ESTAB_SECOND, 3), " ");
	text_add(text_seconds(&text, -1, 0), " ");
	text_seconds(&text, 240 * ESTAB_SECOND, 0);
	assert_string_equal(text.byte,
	    "0 999 1,000 18,446,744,073,709,551,615 -9223372036854775808 "
	    "0x000abc 1.5 2.000 -0.000000001 240");
	text_clear(&text);
	for (int i = 0; i < 1000; i++)
		text_add(&text, "八步");
	assert_int_equal(text.n, (TEXT_MAX - 1) / 6 * 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chinese_character_takes_two_columns),
		cmocka_unit_test(lines_break_at_spaces_and_between_characters),
		cmocka_unit_test(wrapped_text_is_indented_and_whole),
		cmocka_unit_test(what_would_leave_a_line_is_cut_whole),
		cmocka_unit_test(numbers_are_written_as_people_read_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
