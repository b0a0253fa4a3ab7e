/* SPDX-License-Identifier: BSD-2-Clause
 *
 * json.c - trace records as JSON: the schema, and that any record is one
 * valid object on one line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "look.h"

/* ---- A small reader (RFC 8259): where a value ends, NULL if it is none --- */

static const char *
skip_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	while (*at != '"') {
		if ((unsigned char)*at < 0x20)
			return NULL;
		if (*at == '\\') {
			if (at[1] == '\0' ||
			    strchr("\"\\/bfnrtu", at[1]) == NULL)
				return NULL;
			if (at[1] == 'u' &&
			    strspn(at + 2, "0123456789abcdef") < 4)
				return NULL;
			at++;
		}
		at++;
	}
	return at + 1;
}

static const char *
skip_scalar(const char *at)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t n;

	if (*at == '"')
		return skip_string(at);
	for (size_t i = 0; i < 3; i++)
		if (strncmp(at, words[i], strlen(words[i])) == 0)
			return at + strlen(words[i]);
	at += *at == '-';
	n = strspn(at, "0123456789");
	return n == 0 || (n > 1 && *at == '0') ? NULL : at + n;
}

static const char *
skip_array(const char *at)
{
	at++;
	if (*at == ']')
		return at + 1;
	for (;;) {
		at = skip_scalar(at);
		if (at == NULL || (*at != ',' && *at != ']'))
			return NULL;
		if (*at++ == ']')
			return at;
	}
}

/* One object of scalars and arrays of them, each key once, one newline. */
static bool
is_a_line(const char *at)
{
	const char *const begun = at;

	if (*at++ != '{')
		return false;
	for (;;) {
		const char *const key = at;
		char quoted[64] = "";

		at = skip_string(at);
		if (at == NULL || *at != ':')
			return false;
		memcpy(quoted, key, (size_t)(at - key) + 1);
		if (strstr(begun, quoted) != key)
			return false;
		at++;
		at = *at == '[' ? skip_array(at) : skip_scalar(at);
		if (at == NULL || (*at != ',' && *at != '}'))
			return false;
		if (*at++ == '}')
			return strcmp(at, "\n") == 0;
	}
}

/* ------------------------------------------------------------------------- */

static void
print(struct look *look, const struct view_host *hosts,
    const struct estab_record *record)
{
	const struct view_out out = look_out(look);

	view_json(&out, hosts, 2, record);
}

static void
stories_look_as_their_golden_files(void **unused)
{
	static const size_t which[] = { 0, 9 };

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		const struct story_entry *entry = &stories[which[i]];
		struct story *story = story_new(entry->tell);
		char name[64] = "json.";
		struct look look;
		const struct view_out out = look_out(&look);

		for (uint64_t n = 0; n < story->trace.written; n++)
			view_json(&out, story_hosts, 2, &story->record[n]);
		look_is_golden(&look, strcat(name, entry->name));
		look_free(&look);
		free(story);
	}
}

static void
any_record_is_one_valid_object_on_one_line(void **unused)
{
	uint32_t state = 7;

	(void)unused;
	for (int n = 0; n < 4000; n++) {
		struct estab_record record;
		uint8_t *byte = (uint8_t *)&record;
		struct look look;

		for (size_t i = 0; i < sizeof record; i++) {
			state = state * 1664525 + 1013904223;
			byte[i] = (uint8_t)(state >> 24);
		}
		record.type = (uint8_t)(n % 11);
		if (n % 3 == 0)
			record.reason %= ESTAB_REASON_COUNT;
		print(&look, story_hosts, &record);
		if (!is_a_line(look.text))
			fail_msg("not JSON: %s", look.text);
		look_free(&look);
	}
}

static void
names_are_escaped(void **unused)
{
	const struct view_host hosts[2] = {
		{ .id = 1, .name = "a \"b\" \\ \n\001\177 \316\261 \377" },
		{ .id = 2, .name = "B" },
	};
	const struct estab_record record = { .type = ESTAB_RECORD_CALL,
		.host = 1 };
	struct look look;

	(void)unused;
	print(&look, hosts, &record);
	assert_true(is_a_line(look.text));
	assert_non_null(strstr(look.text,
	    "\"host\":\"a \\\"b\\\" \\\\ \\u000a\\u0001\\u007f \316\261 "
	    "\357\277\275\""));
	look_free(&look);
}

static void
a_frame_that_never_arrives_has_no_arrival(void **unused)
{
	struct estab_record record = { .type = ESTAB_RECORD_WIRE,
		.fate = ESTAB_FATE_LOST | ESTAB_FATE_FORGED,
		.arrival = ESTAB_NEVER,
		.frame = 12 };
	struct look look;

	(void)unused;
	print(&look, story_hosts, &record);
	assert_non_null(strstr(look.text, "\"fate\":[\"lost\",\"forged\"]"));
	assert_null(strstr(look.text, "arrival"));
	look_free(&look);
	record.fate = 0;
	record.arrival = -5;
	print(&look, story_hosts, &record);
	assert_non_null(strstr(look.text,
	    "\"frame\":12,\"fate\":[],\"arrival_ns\":-5}"));
	look_free(&look);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stories_look_as_their_golden_files),
		cmocka_unit_test(any_record_is_one_valid_object_on_one_line),
		cmocka_unit_test(names_are_escaped),
		cmocka_unit_test(a_frame_that_never_arrives_has_no_arrival),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
