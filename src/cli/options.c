/* SPDX-License-Identifier: BSD-2-Clause
 *
 * options.c - a command's options: read, and, where one is misspelt, the
 * nearest named.
 */
#include "cli/options.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

#define NAME_MAX_BYTES 40
#define ARGPS_MAX 8 /* of a command: its own, and those below */
#define WIDTH_MIN 68
#define WIDTH_MAX 132

/* argp has these of its own. */
static const struct argp_option built_in[] = {
	{ "help", '?', NULL, 0, "Give this help list", -1 },
	{ "usage", 0x1000, NULL, 0, "Give a short usage message", -1 },
	{ 0 },
};

static bool
is_end(const struct argp_option *option)
{
	return option->key == 0 && option->name == NULL &&
	    option->doc == NULL && option->group == 0;
}

static size_t
add_options(const struct argp_option *option, const struct argp_option **found,
    size_t n)
{
	for (; option != NULL && !is_end(option); option++)
		if (n < OPTIONS_MAX)
			found[n++] = option;
	return n;
}

size_t
options_of(const struct argp *argp,
    const struct argp_option *found[OPTIONS_MAX])
{
	const struct argp *all[ARGPS_MAX] = { argp };
	size_t count = 1, n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct argp_child *child = all[i]->children;

		n = add_options(all[i]->options, found, n);
		for (; child != NULL && child->argp != NULL; child++)
			if (count < ARGPS_MAX)
				all[count++] = child->argp;
	}
	return add_options(built_in, found, n);
}

/* Whether a word, "--NAME" or "--NAME=VALUE", is or begins an option. */
static bool
known(const struct argp_option *const *option, size_t n, const char *word,
    size_t length)
{
	for (size_t i = 0; i < n; i++)
		if (option[i]->name != NULL &&
		    strncmp(option[i]->name, word, length) == 0)
			return true;
	return false;
}

static const char *
nearest(const struct argp_option *const *option, size_t n, const char *word,
    size_t length)
{
	const char *name[OPTIONS_MAX];
	char copy[NAME_MAX_BYTES];
	size_t names = 0;

	if (length >= sizeof copy)
		return NULL;
	memcpy(copy, word, length);
	copy[length] = '\0';
	for (size_t i = 0; i < n; i++)
		if (option[i]->name != NULL)
			name[names++] = option[i]->name;
	return suggest(copy, name, names);
}

/* argp says that an option is not known; it does not say which was meant. */
static bool
all_known(const struct argp *argp, int argc, char **argv)
{
	const struct argp_option *option[OPTIONS_MAX];
	const size_t n = options_of(argp, option);

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const size_t length = strcspn(argv[i], "=");
		const char *meant;

		if (strncmp(argv[i], "--", 2) != 0 || length < 3 ||
		    known(option, n, argv[i] + 2, length - 2))
			continue;
		meant = nearest(option, n, argv[i] + 2, length - 2);
		if (meant == NULL)
			continue;
		cli_say(argv[0], "unrecognized option '%.*s'; is --%s meant?",
		    (int)length, argv[i], meant);
		return false;
	}
	return true;
}

/* argp reads the width of --help from a variable of its own alone.  Below
 * WIDTH_MIN it would break the examples. */
static void
set_width(void)
{
	const char *const columns = getenv("COLUMNS");
	long width = columns != NULL ? strtol(columns, NULL, 10) : 0;
	struct winsize window;
	char format[32];

	if (width <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
		width = window.ws_col;
	if (width <= 0)
		return;
	if (width < WIDTH_MIN)
		width = WIDTH_MIN;
	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	(void)snprintf(format, sizeof format, "rmargin=%ld", width - 1);
	(void)setenv("ARGP_HELP_FMT", format, 0);
}

int
cli_parse(const struct argp *argp, int argc, char **argv, int *first,
    void *input)
{
	set_width();
	if (!all_known(argp, argc, argv))
		exit(CLI_USAGE);
	return (int)argp_parse(argp, argc, argv, 0, first, input);
}
