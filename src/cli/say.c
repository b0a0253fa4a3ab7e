/* SPDX-License-Identifier: BSD-2-Clause
 *
 * say.c - words for people, and numbers from them.
 */
#include "cli/cli.h"

#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
cli_say(const char *speaker, const char *format, ...)
{
	va_list arguments;

	(void)fprintf(stderr, "%s: ", speaker);
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
}

const char *
cli_counted(uint64_t n, const char *noun, char text[CLI_COUNTED])
{
	(void)snprintf(text, CLI_COUNTED, "%llu %s%s", (unsigned long long)n,
	    noun, n == 1 ? "" : "s");
	return text;
}

void
cli_argument(struct argp_state *state, const char *text, unsigned int n)
{
	if (n == 0)
		argp_error(state, "%s: no argument is wanted", text);
	else if (state->arg_num >= n)
		argp_error(state, "%s: this is one argument too many", text);
}

uint64_t
cli_number(struct argp_state *state, const char *name, const char *text,
    uint64_t least, uint64_t most)
{
	char *end = NULL;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    value < least || value > most)
		argp_error(state, "%s %s: a number from %llu to %llu is wanted",
		    name, text, (unsigned long long)least,
		    (unsigned long long)most);
	return value;
}
