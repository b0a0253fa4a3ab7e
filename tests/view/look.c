/* SPDX-License-Identifier: BSD-2-Clause
 *
 * look.c - pictures in memory and in golden files.
 */
#include "look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void
keep(void *context, const char *text, size_t n)
{
	struct look *look = context;

	if (look->n + n + 1 > look->room) {
		look->room = 2 * (look->n + n + 1);
		look->text = realloc(look->text, look->room);
		assert_non_null(look->text);
	}
	memcpy(look->text + look->n, text, n);
	look->n += n;
	look->text[look->n] = '\0';
}

struct view_out
look_out(struct look *look)
{
	memset(look, 0, sizeof *look);
	keep(look, "", 0);
	return (struct view_out){ .write = keep, .context = look };
}

void
look_free(struct look *look)
{
	free(look->text);
}

void
look_at_story(struct look *look, story_teller tell,
    const struct view_style *style)
{
	const struct view_out out = look_out(look);
	struct story *story = story_new(tell);
	struct view_host hosts[2] = { story_hosts[0], story_hosts[1] };
	struct view_ladder *ladder;

	assert_non_null(story);
	if (tell == story_live) {
		hosts[1].absent = true;
		hosts[1].where = NULL;
	}
	ladder = view_ladder_new(&out, style, hosts, 2);
	assert_non_null(ladder);
	for (uint64_t n = 0; n < story->trace.written; n++)
		view_ladder_record(ladder, &story->record[n]);
	view_ladder_end(ladder);
	view_ladder_free(ladder);
	free(story);
}

static void
golden_write(const char *path, const struct look *look)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(look->text, 1, look->n, file), look->n);
	assert_int_equal(fclose(file), 0);
}

static char *
golden_read(const char *path)
{
	FILE *file = fopen(path, "r");
	const size_t room = 1 << 20;
	char *text = calloc(1, room);

	assert_non_null(text);
	if (file == NULL)
		fail_msg("no golden file %s", path);
	(void)fread(text, 1, room - 1, file);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* The first line that differs says more than two whole pictures. */
static void
compare_lines(const char *seen, const char *golden, const char *name)
{
	int line = 1;

	while (*seen != '\0' || *golden != '\0') {
		const int n = (int)strcspn(seen, "\n");
		const int m = (int)strcspn(golden, "\n");

		if (n != m || memcmp(seen, golden, (size_t)n) != 0)
			fail_msg("%s, line %d\nexpected: %.*s\nseen:     %.*s",
			    name, line, m, golden, n, seen);
		seen += n + (seen[n] == '\n');
		golden += m + (golden[m] == '\n');
		line++;
	}
}

void
look_is_golden(const struct look *look, const char *name)
{
	char path[512];
	char *golden;

	(void)snprintf(path, sizeof path, "%s/view/golden/%s.txt", ESTAB_TESTS,
	    name);
	if (getenv("ESTAB_GOLDEN") != NULL) {
		golden_write(path, look);
		return;
	}
	golden = golden_read(path);
	compare_lines(look->text, golden, name);
	assert_string_equal(look->text, golden);
	free(golden);
}

int
look_columns(const char *text)
{
	int widest = 0;

	while (*text != '\0') {
		const size_t n = strcspn(text, "\n");
		char *line = calloc(1, n + 1);

		assert_non_null(line);
		memcpy(line, text, n);
		if (view_width(line) > widest)
			widest = view_width(line);
		free(line);
		text += n + (text[n] == '\n');
	}
	return widest;
}

size_t
look_count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}
